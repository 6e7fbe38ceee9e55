"""When customers come back. Deck slides 26 to 28."""

from __future__ import annotations

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.columns import col
from aftersales.contract.language import plural
from aftersales.contract.report_table import ReportTable, records
from aftersales.display.tables.shared import ADVISOR, COUNT, MONTH, SHARE

RECORDS = records(
    ReportTable(
        "churn.archive_trend",
        "档案与基盘客户",
        "Archive and base",
        (
            MONTH,
            col("gap", "差额", "Gap", "integer"),
            col("short", "工单不足基盘期", "Orders fall short of the base's months", "flag"),
        ),
        key="month",
        explained="base",
        unit="count",
        formula_zh="截至月末若干月内来过的车辆（月数为参数）",
        formula_en="vehicles with a visit in the months to its end (a param)",
        slide="26",
    ),
    ReportTable(
        "churn.results",
        "流失回访结果",
        "Churn calls, results",
        (col("result", "回访结果", "Result", "code", codes="churn_result"), COUNT, SHARE),
        key="result",
        explained="share",
        unit="rate",
        formula_zh="该结果 ÷ 已致电的流失私车",
        formula_en="with the result ÷ lost private vehicles called",
        slide="27",
    ),
    ReportTable(
        "churn.reasons",
        "流失原因",
        "Churn reasons",
        (col("reason", "流失原因", "Reason", "code", codes="churn_reason"), COUNT, SHARE),
        key="reason",
        explained="share",
        unit="rate",
        formula_zh="该原因 ÷ 说了原因的已回访者",
        formula_en="with the reason ÷ those reached who gave one",
        slide="28",
    ),
    ReportTable(
        "churn.call_list",
        "流失私车名单",
        "Lost private vehicles",
        (
            col("order_id", "最后工单", "Last order"),
            col("last_visit", "最后来站", "Last visit", "date"),
            col("days", "距月末天数", "Days since", "integer"),
            col("amount", "12个月金额", "Amount, 12 months", "integer"),
            ADVISOR,
            col("result", "回访结果", "Result", "code", codes="churn_result"),
            col("reason", "流失原因", "Reason", "code", codes="churn_reason"),
        ),
    ),
)


def cohorts(frame: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """The cohorts' retention as a grid: a row a month, a column a number of months later, both in words."""
    if frame.empty:
        return pd.DataFrame()
    wide = frame.pivot(index="cohort_month", columns="months_later", values="rate").astype(float)
    wide.columns = [f"{n}个月后" if lang == "zh" else f"after {plural(n, 'month')}" for n in wide.columns]
    wide = wide.dropna(how="all").dropna(how="all", axis="columns")
    return wide.set_axis(pd.Index(formats.months(wide.index, lang), name="cohort_month"))

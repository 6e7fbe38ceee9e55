"""Technicians. Deck slides 21 to 23."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.columns import col
from aftersales.contract.report_table import ReportTable, records
from aftersales.contract.schema import CODES, REWORK_CAUSES
from aftersales.contract.statistics import FEW
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table
from aftersales.display.tables.shared import ADVISOR, FINE, FTF, JOBS, LIMITS, MONTH, PERCENT, hidden

RECORDS = records(
    ReportTable(
        "ftf.technicians",
        "维修技师",
        "Technicians",
        (
            col("technician", "维修技师", "Technician"),
            JOBS,
            col("not_fixed", "未一次修复", "Not fixed", "integer", bar=True),
            *(col(c, *CODES["rework_cause"][c], "integer") for c in REWORK_CAUSES),
            col("rate", "一次维修合格率", "First-time fix", "percent", **FINE),
            col("interval", "95%区间", "95% interval", **PERCENT),
            col("pooled_rate", "近三月", "Three months", "percent", **FINE),
            hidden("failure_rate", "返修率", "Failure rate", "percent", **FINE),
            hidden("low", "95%下限", "95 % low", "percent", **FINE),
            hidden("high", "95%上限", "95 % high", "percent", **FINE),
            hidden("outside", "超出界限", "Outside limits"),
        ),
        key="technician",
        explained="rate",
        unit="rate",
        formula_zh=FTF[0],
        formula_en=FTF[1],
        slide="21",
    ),
    ReportTable(
        "ftf.trend",
        "一次维修合格率走势",
        "First-time fix by month",
        (MONTH, *LIMITS),
        key="month",
        explained="rate",
        unit="rate",
        formula_zh=FTF[0],
        formula_en=FTF[1],
        slide="22",
    ),
    ReportTable(
        "ftf.return_trend",
        "返修回厂走势",
        "Cars back, by month",
        (MONTH, *LIMITS),
        key="month",
        explained="return_rate",
        unit="rate",
        formula_zh="又回厂 ÷ 上月维修与索赔工单",
        formula_en="back again ÷ repair and warranty orders of the month before",
    ),
    ReportTable(
        "ftf.returns",
        "返修回厂",
        "Cars back in the workshop",
        (
            col("order_id", "首次工单", "First order"),
            ADVISOR,
            col("returned_order_id", "再次工单", "Later order"),
            col("days", "相隔天数", "Days", "integer"),
            col("km", "相隔公里", "Km", "number", digits=0),
            col("red_line", "10天内", "Within 10 days", "flag"),
        ),
    ),
)


def technician_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Technicians by cause, with rate and interval (slide 21); of few jobs no rate."""
    rows = frame.assign(
        interval=[
            f"{formats.percent(a, 1, False)}–{formats.percent(b, 1, False)}"
            for a, b in zip(frame["low"], frame["high"], strict=True)
        ]
    ).astype(object)
    rows.loc[rows["jobs"] < FEW, ["rate", "interval"]] = None
    record = RECORDS["ftf.technicians"]
    return table(
        rows,
        record.on_page,
        id="ftf.technicians",
        sheet=record.label(words["lang"]),
        glued=True,
        nothing=("没有本月完工派工的记录。", "There is no record of jobs finished this month."),
        **words,
    )

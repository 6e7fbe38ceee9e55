"""Bookings. Deck slides 24 and 25."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.contract.columns import col
from aftersales.contract.report_table import ReportTable, records
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table
from aftersales.display.tables.shared import COUNT, MEASURE, MONTH, OWNER, SHARE, SUPERVISOR

RECORDS = records(
    ReportTable(
        "booking.trend",
        "预约走势",
        "Bookings by month",
        (MONTH,),
        key="month",
        explained="rate",
        unit="rate",
        formula_zh="预约进厂 ÷ 进厂台次",
        formula_en="arrived ÷ visits",
        slide="25",
    ),
    ReportTable(
        "booking.status",
        "预约状态",
        "Booking status",
        (col("status", "类别", "Category", "code", codes="booking_status"), COUNT, SHARE),
    ),
    ReportTable(
        "booking.actions",
        "预约措施",
        "Booking measures",
        (
            col("problem", "目前的问题", "Problem"),
            col("root_cause", "要因分析", "Root cause"),
            MEASURE,
            col("resource", "所需资源", "Resources"),
            OWNER,
            SUPERVISOR,
            col("due", "完成日期", "Due", "date"),
        ),
    ),
)


def measures(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """The action table of bookings (slide 25)."""
    record = RECORDS["booking.actions"]
    return table(
        frame,
        record.on_page,
        sheet=record.label(words["lang"]),
        nothing=("没有本月预约措施的记录。", "There is no record of measures for bookings this month."),
        **words,
    )

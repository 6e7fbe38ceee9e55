"""Causes of dissatisfaction and the register of complaints. Deck slides 17 and 18."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from aftersales.contract.columns import status
from aftersales.contract.report_tables import table_record
from aftersales.contract.schema import CODES, label
from aftersales.contract.statistics import FEW
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table


def cause_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Causes by week and for the month (slide 17)."""
    if frame["month"].sum() < FEW:
        frame = frame.assign(share=None, share_customers=None)
    return table(
        frame,
        table_record("complaints.causes").on_page,
        id="complaints.causes",
        nothing=("没有本月不满意原因的记录。", "There is no record of causes of dissatisfaction this month."),
        **words,
    )


def complaint_register(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """The month's complaints with their handling and causes (slide 18)."""
    columns = [
        replace(column, form="text") if column.key == "status" else column
        for column in table_record("complaints.register").on_page
    ]
    late_word = {"zh": "，超时", "en": ", late"}[words["lang"]]
    states = [
        status(state, "complaint_status", words["lang"]) + (late_word if late else "")
        for state, late in zip(frame["status"], frame["overdue"], strict=True)
    ]
    tone = {f"{r},8": "worse" for r, late in enumerate(frame["overdue"]) if late}
    return table(
        frame.assign(status=states),
        columns,
        id="complaints.register",
        wide=True,
        tone=tone,
        nothing=("没有本月受理投诉的记录。", "There is no record of complaints this month."),
        **words,
    )


def hours_by_level(register: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """Complaints as points: level, hours to close or so far, whether still open; the gravest level first."""
    hours = register["hours_to_close"].astype(float).fillna(register["age_hours"].astype(float))
    frame = pd.DataFrame(
        {"level": register["level"].fillna("normal"), "hours": hours, "open": register["status"] == "open"}
    )
    order = {code: n for n, code in enumerate(reversed(CODES["level"]))}
    frame = frame.assign(_order=frame["level"].map(order)).sort_values("_order", kind="stable")
    return frame.assign(label=[label("level", v, lang) for v in frame["level"]])[["label", "hours", "open"]]

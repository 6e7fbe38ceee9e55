"""Causes of dissatisfaction and the register of complaints. Deck slides 17 and 18."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.exhibit import Exhibit
from aftersales.schema import CODES, label
from aftersales.show.columns import col, status, table
from aftersales.statistics import FEW


def cause_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Causes by week and for the month (slide 17)."""
    weeks = (
        ("w1", "第一周", "Week 1"),
        ("w2", "第二周", "Week 2"),
        ("w3", "第三周", "Week 3"),
        ("w4", "第四周", "Week 4"),
    )
    columns = [
        col("cause", "原因", "Cause", "code", codes="cause"), *(col(*week, "integer") for week in weeks),
        col("month", "全月", "Month", "integer", bar=True), col("share", "占提及", "Of mentions", "percent"),
        col("share_customers", "占不满意客户", "Of customers", "percent"),
    ]  # fmt: skip
    if frame["month"].sum() < FEW:
        frame = frame.assign(share=None, share_customers=None)
    return table(
        frame,
        columns,
        id="complaints.causes",
        nothing=("没有本月不满意原因的记录。", "There is no record of causes of dissatisfaction this month."),
        **words,
    )


def complaint_register(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """The month's complaints with their handling and causes (slide 18)."""
    columns = [
        col("complaint_id", "投诉编号", "Complaint"), col("received_at", "受理", "Received", "datetime"),
        col("level", "级别", "Level", "code", codes="level"), col("category", "类别", "Category", "code", codes="cause"),
        col("department", "责任部门", "Department", "code", codes="complaint_department"), col("description", "投诉内容", "Complaint text"),
        col("root_cause", "成因", "Root cause"), col("handling", "处理措施", "Handling"),
        col("status", "状态", "Status"),
        col("hours_to_contact", "首次联系", "Contact", "number", unit_zh="小时", unit_en="h"), col("hours_to_close", "关闭", "Closed", "number", unit_zh="小时", unit_en="h"),
    ]  # fmt: skip
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

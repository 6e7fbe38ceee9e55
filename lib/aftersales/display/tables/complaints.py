"""Causes of dissatisfaction and the register of complaints. Deck slides 17 and 18."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from aftersales.contract.columns import col, status
from aftersales.contract.report_table import ReportTable, records
from aftersales.contract.schema import CODES, label
from aftersales.contract.statistics import FEW
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import MOST, table
from aftersales.display.tables.shared import CAUSE, COUNT, HOURS, SHARE, hidden

RECORDS = records(
    ReportTable(
        "complaints.causes",
        "不满意原因",
        "Causes of dissatisfaction",
        (
            CAUSE,
            col("w1", "第一周", "Week 1", "integer"),
            col("w2", "第二周", "Week 2", "integer"),
            col("w3", "第三周", "Week 3", "integer"),
            col("w4", "第四周", "Week 4", "integer"),
            col("month", "全月", "Month", "integer", bar=True),
            col("share", "占提及", "Of mentions", "percent"),
            col("share_customers", "占不满意客户", "Of customers", "percent"),
        ),
        key="cause",
        explained="share",
        unit="rate",
        formula_zh="提及该原因 ÷ 全部提及",
        formula_en="mentions of the cause ÷ all mentions",
        slide="17",
    ),
    ReportTable(
        "complaints.departments",
        "投诉责任部门",
        "Complaints by department",
        (col("department", "责任部门", "Department", "code", codes="complaint_department"), COUNT, SHARE),
        key="department",
        explained="share",
        unit="rate",
        formula_zh="该部门投诉 ÷ 本月投诉",
        formula_en="the department's complaints ÷ those of the month",
        slide="19",
    ),
    ReportTable(
        "complaints.register",
        "投诉台账",
        "Complaints",
        (
            col("complaint_id", "投诉编号", "Complaint"),
            col("received_at", "受理", "Received", "datetime"),
            col("level", "级别", "Level", "code", codes="level", on_paper=False),
            col("category", "类别", "Category", "code", codes="cause"),
            col("department", "责任部门", "Department", "code", codes="complaint_department"),
            col("description", "投诉内容", "Complaint text"),
            col("root_cause", "成因", "Root cause", on_paper=False),
            col("handling", "处理措施", "Handling"),
            col("status", "状态", "Status", "code", codes="complaint_status"),
            col("hours_to_contact", "首次联系", "Contact", "number", **HOURS),
            col("hours_to_close", "关闭", "Closed", "number", **HOURS),
            hidden("channel", "来源", "Channel"),
            hidden("order_id", "工单号", "Order"),
            hidden("handler", "处理人", "Handler"),
            hidden("first_contact_at", "首次联系时间", "First contact", "datetime"),
            hidden("closed_at", "关闭时间", "Closed at", "datetime"),
            hidden("satisfied", "处理后满意", "Satisfied after", "flag"),
            hidden("age_hours", "未关闭已历时", "Open so far", "number", **HOURS),
            hidden("overdue", "超时", "Late", "flag"),
        ),
        key="complaint_id",
        explained="hours_to_close",
        unit="hours",
        formula_zh="受理到关闭的小时数",
        formula_en="hours from receipt to close",
        slide="18",
    ),
    ReportTable(
        "complaints.waiting",
        "等待中的投诉",
        "Complaints that wait",
        (
            col("complaint_id", "投诉编号", "Complaint"),
            col("received_at", "受理", "Received", "datetime"),
            col("level", "级别", "Level", "code", codes="level"),
            col("category", "类别", "Category", "code", codes="cause"),
            col("department", "责任部门", "Department", "code", codes="complaint_department"),
            col("handler", "处理人", "Handler"),
            col("age_hours", "已历时", "Open for", "number", **HOURS),
            col("over_hours", "超过承诺", "Beyond the promise", "number", **HOURS),
        ),
    ),
    ReportTable(
        "complaints.ageing",
        "投诉时长",
        "Complaints by age",
        (
            col("bucket", "小时", "Hours"),
            col("closed", "已关闭", "Closed", "integer", bar=True),
            col("open", "未关闭", "Open", "integer", bar=True),
        ),
    ),
    ReportTable(
        "complaints.channels",
        "投诉来源",
        "Complaints by channel",
        (col("channel", "来源", "Channel"), COUNT, SHARE),
    ),
    ReportTable(
        "complaints.cause_rates",
        "每百次有效回访的原因",
        "Causes per 100 valid calls",
        (
            CAUSE,
            col("mentions", "提及", "Mentions", "integer", bar=True),
            hidden("valid", "有效回访", "Valid calls", "integer"),
            col("per_100", "每百次有效回访", "Per 100 valid calls", "number"),
            col("before", "前11个月", "11 months before", "number"),
        ),
    ),
)


def cause_table(frame: pd.DataFrame, nothing: str = "", **words: Any) -> Exhibit:
    """Causes by week and for the month (slide 17); `nothing` says why there are none."""
    if frame["month"].sum() < FEW:
        frame = frame.assign(share=None, share_customers=None)
    return table(
        frame,
        RECORDS["complaints.causes"].on_page,
        id="complaints.causes",
        nothing=(nothing, nothing),
        **words,
    )


def complaint_register(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """The month's complaints with their handling and causes (slide 18).

    Of very many those are shown that were late, then the graver ones, the longest first.
    """
    lang, record = words["lang"], RECORDS["complaints.register"]
    columns = [
        replace(column, form="text") if column.key == "status" else column for column in record.on_page
    ]
    if len(frame) > MOST:
        frame = _most_urgent(frame)
        first = ("超时的在前，其次按级别。", "The late ones are first, then the graver. ")
        words["note"] = first[0 if lang == "zh" else 1] + words.get("note", "")
    late = frame["overdue"].fillna(False).astype(bool)  # where it hangs on the hour of a day it is not known
    late_word = {"zh": "，超时", "en": ", late"}[lang]
    states = [
        status(state, "complaint_status", lang) + (late_word if over else "")
        for state, over in zip(frame["status"], late, strict=True)
    ]
    tone = {f"{r},8": "worse" for r, over in enumerate(late) if over}
    return table(
        frame.assign(status=states),
        columns,
        id="complaints.register",
        wide=True,
        tone=tone,
        sheet=record.label(lang),
        glued=True,
        nothing=("没有本月受理投诉的记录。", "There is no record of complaints this month."),
        **words,
    )


def _most_urgent(frame: pd.DataFrame) -> pd.DataFrame:
    """As many complaints as are shown: late ones first, then the graver, then those that took longest."""
    hours = frame["hours_to_close"].astype(float).fillna(frame["age_hours"].astype(float))
    gravity = frame["level"].map({code: n for n, code in enumerate(CODES["level"])})
    keyed = frame.assign(_late=frame["overdue"].fillna(False).astype(bool), _gravity=gravity, _hours=hours)
    by = ["_late", "_gravity", "_hours"]
    return keyed.sort_values(by, ascending=False, kind="stable", ignore_index=True).drop(columns=by)


def hours_by_level(register: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """Complaints as points: level, hours to close or so far, whether still open; the gravest level first."""
    hours = register["hours_to_close"].astype(float).fillna(register["age_hours"].astype(float))
    frame = pd.DataFrame(
        {"level": register["level"].fillna("normal"), "hours": hours, "open": register["status"] == "open"}
    )
    order = {code: n for n, code in enumerate(reversed(CODES["level"]))}
    frame = frame.assign(_order=frame["level"].map(order)).sort_values("_order", kind="stable")
    return frame.assign(label=[label("level", v, lang) for v in frame["level"]])[["label", "hours", "open"]]

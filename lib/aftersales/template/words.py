"""What the template says of each table and column: what to fill in, and an example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersales.contract.schema import ANSWERS, CODES, EXAMPLE, MOT_ITEMS, QUESTIONS, Column, Table
from aftersales.signals.history import WATCHED

if TYPE_CHECKING:
    import pandas as pd

# Of each table: what a row of it is, and which chapter is missing without it.
WHAT: dict[str, str] = {
    "repair_orders": "每张工单一行；流失和基盘要看前12个月，请连同以前的一起留着。唯一必须有的表",
    "bookings": "每个预约一行，按预约进厂时间算月份",
    "jobs": "每次派工一行；没有一次修好的写原因",
    "survey_calls": "每次电话回访一行，没打通的也要记",
    "grievances": "客户在回访中说到的每个不满意原因一行，一次回访可有几行",
    "oem_css": "厂家给的CSS：本店、分中心、全国各一行，服务顾问每人一行；上月本店的也要有",
    "oem_pt": "神秘访客的每个检查项一行",
    "complaints": "投诉台账，每件一行",
    "customers": "客户档案，每辆车一行，累计",
    "churn_calls": "给流失客户的每个电话一行",
    "actions": "改善措施，每条一行；上月的措施请更新完成情况",
}
# What a column wants beyond its kind.
_NOTES: dict[str, str] = {
    "store": "只有一家店可以不填",
    "repair_orders.order_id": "同一家店内不重复",
    "order_id": "要与维修工单的工单号一致",
    "vin": "17位",
    "customers.vin": "17位，同一家店内不重复",
    "repair_orders.delivered_at": "不早于开单时间；没交车的空着",
    "bookings.booking_id": "不重复",
    "bookings.proactive": "本店主动打电话约来的填“是”",
    "jobs.job_id": "不重复",
    "jobs.rework_cause": "一次修好的空着",
    "survey_calls.call_id": "不重复",
    "grievances.call_id": "要与回访记录的回访编号一致",
    "oem_css.advisor": "范围是服务顾问时必填",
    "oem_css.mot": "代理机构印的分数，只用来核对",
    "oem_pt.points": "可以有半分；不适用的空着",
    "oem_pt.max_points": "空着算 1 分",
    "complaints.complaint_id": "不重复",
    "complaints.level": "空着算一般",
    "complaints.closed_at": "状态是已关闭时必填，不早于受理时间",
    "complaints.first_contact_at": "不早于受理时间",
    "churn_calls.reason": "回访成功的才填",
    "actions.action_id": "不重复",
    "actions.month": "提出措施的月份",
    "actions.status": "空着算未做",
    "actions.supervisor": "与责任人不是同一个人",
    "actions.mot_item": "针对厂家哪一项",
}
EXAMPLES: dict[str, dict[str, object]] = {
    "repair_orders": {
        "order_id": "RO2404-0001", "vin": "LSVAA2180E2012345", "plate": "沪A12345", "owner_type": "private", "advisor": "周敏",
        "opened_at": "2024-04-09 08:30", "promised_at": "2024-04-09 16:00", "delivered_at": "2024-04-09 15:40", "mileage_km": 30120,
        "order_type": "maintenance", "amount": 856.5,
    },
    "bookings": {
        "booking_id": "BK2404-0001", "planned_at": "2024-04-09 08:30", "proactive": True, "status": "on_time", "order_id": "RO2404-0001",
    },
    "jobs": {
        "job_id": "JB2404-0001", "order_id": "RO2404-0001", "technician": "高凯", "finished_at": "2024-04-09 15:20", "rework_cause": "noise",
    },
    "survey_calls": {
        "call_id": "HF2404-0001", "order_id": "RO2404-0001", "called_at": "2024-04-12 10:15", "result": "valid",
        **dict.fromkeys(QUESTIONS, "满意"), "q1": "非常满意", "q6": 60, "suggestion": "等待时间长了一些",
    },
    "grievances": {"call_id": "HF2404-0001", "cause": "time", "note": "洗车等了半小时"},
    "oem_css": {
        "month": "2024-04", "scope": "store", "sample": 114,
        **dict(zip(MOT_ITEMS, (98.9, 103.2, 101.8, 102.5, 102.5, 95.8, 103.2, 103.5, 100.0, 92.3), strict=True)), "css": 98.5, "mot": 99.6,
    },
    "oem_pt": {"month": "2024-04", "section": "reception", "item": "两分钟内有人迎接", "points": 0.5, "max_points": 1},
    "complaints": {
        "complaint_id": "TS2404-001", "received_at": "2024-04-18 09:20", "channel": "电话", "level": "normal", "order_id": "RO2404-0001",
        "category": "quality", "department": "workshop", "description": "换了点火线圈还是抖", "root_cause": "没有做缸压检测",
        "handling": "技术经理复检后排除", "handler": "客服专员", "first_contact_at": "2024-04-18 10:05", "status": "closed",
        "closed_at": "2024-04-20 16:00", "satisfied": True,
    },
    "customers": {
        "vin": "LSVAA2180E2012345", "created_at": "2022-06-01", "owner_type": "private", "name": "王先生", "phone": "13800001234", "plate": "沪A12345",
    },
    "churn_calls": {"vin": "LSVAA2180E2012345", "called_at": "2024-04-22 14:00", "result": "reached", "reason": "mileage_not_due"},
    "actions": {
        "action_id": "GS2404-01", "month": "2024-04", "department": "front", "rank": 1, "problem": "接车时没有解释维修项目", "mot_item": "explain_work",
        "root_cause": "流程没有检查点", "measure": "每日抽查五张委托书", "resource": "主管每天半小时", "owner": "服务经理", "due": "2024-05-20",
        "supervisor": "服务总监", "checkpoint": "每周通报抽查结果", "status": "in_progress",
    },
}  # fmt: skip
_KINDS = {
    "text": "文字", "datetime": "日期和时间，如 2024-04-09 14:30", "date": "日期，如 2024-04-09", "month": "月份，如 2024-04",
    "number": "数字", "integer": "整数", "flag": "“是”或“否”", "code": "从下拉列表中选", "answer": "从下拉列表中选，或填 0–100 的数字",
}  # fmt: skip


def options(column: Column) -> list[str]:
    """What the drop-down list of a column offers; nothing where it has none."""
    if column.codes == "metric":  # any figure may be named; these are judged
        return [CODES["metric"][name][0] for name in WATCHED if name in CODES["metric"]]
    if column.codes:
        return [zh for zh, _ in CODES[column.codes].values()]
    if column.kind == "flag":
        return ["是", "否"]
    return (
        [word for word, points in ANSWERS.items() if not word.isascii() and word != "特别满意"]
        if column.kind == "answer"
        else []
    )


def instruction(table: str, column: Column) -> str:
    """How to fill in a column.

    >>> from aftersales.contract.schema import TABLES
    >>> instruction("jobs", TABLES["jobs"].column("rework_cause"))
    '从下拉列表中选；一次修好的空着'
    """
    kind = _KINDS[column.kind]
    if column.kind in ("number", "integer") and column.minimum is not None:
        kind += f"，不小于{column.minimum:g}"
    note = _NOTES.get(f"{table}.{column.name}") or _NOTES.get(column.name)
    return f"{kind}；{note}" if note else kind


def displayed(column: Column, value: object) -> object:
    """An example as it is filled in: codes by their Chinese names."""
    if column.codes:
        return CODES[column.codes][str(value)][0]
    return ("是" if value else "否") if column.kind == "flag" else value


def example(table: Table, column: Column, month: pd.Period | None) -> object:
    """The example of a column, its dates in the month to fill in; None where it has none."""
    if column.name == "store":
        return EXAMPLE
    value = EXAMPLES[table.name].get(column.name)
    if value is None:
        return None
    if column.kind in ("datetime", "date", "month") and month is not None:
        value = str(value).replace("2024-05", str(month + 1)).replace("2024-04", str(month))
    return displayed(column, value)


def text(value: object) -> str:
    """An example as a text."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

"""What the columns of the report's tables are called, which codes they hold and how they are formatted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aftersales import schema
from aftersales.schema import Lang

# Tables of figures.json: Chinese and English name, in the order of the report.
TABLES: dict[str, tuple[str, str]] = {
    "review.mot": ("上月措施与MOT项", "Measures and MOT items"),
    "oem.css": ("厂家CSS得分", "CSS scores"),
    "oem.pt": ("神秘访客", "Mystery visit"),
    "css.questions": ("回访问题得分", "Survey questions"),
    "css.advisors": ("服务顾问", "Advisors"),
    "complaints.causes": ("不满意原因", "Causes of dissatisfaction"),
    "complaints.departments": ("投诉责任部门", "Complaints by department"),
    "ftf.technicians": ("技师一次修复率", "First-time fix, technicians"),
    "ftf.trend": ("一次修复率走势", "First-time fix, trend"),
    "booking.trend": ("预约走势", "Bookings, trend"),
    "churn.archive_trend": ("档案与基盘客户", "Archive and base"),
    "churn.results": ("流失回访结果", "Churn calls, results"),
    "churn.reasons": ("流失原因", "Churn reasons"),
    "top5.front": ("TOP5前台", "TOP5 front desk"),
    "top5.workshop": ("TOP5车间", "TOP5 workshop"),
    "top5.parts": ("TOP5配件", "TOP5 parts"),
    "top5.service": ("TOP5客服", "TOP5 customer service"),
    "checks": ("勾稽校验", "Reconciliation"),
}

# Tables that the report shows besides; the others are called by their title. None: no sheet.
SHOWN: dict[str, tuple[str, str] | None] = {
    "review.actions": ("上月措施", "Measures of last month"),
    "css.questionnaire": ("问卷", "Questionnaire"),
    "css.calls": ("回访结果", "Survey calls"),
    "complaints.register": ("投诉台账", "Complaints"),
    "booking.status": ("预约状态", "Booking status"),
    "booking.actions": ("预约措施", "Booking measures"),
    "top5.targets": ("下月目标", "Targets of next month"),
    "oem.pt_missed": ("神秘访客失分项", "Mystery visit, missed"),
    "css.bases": ("两种基数的比率", "Rates on both bases"),
    "css.lowest": ("最低项与服务顾问", "Lowest item by advisor"),
    "css.suggestions": ("客户建议", "Suggestions"),
    "definitions": None,
    "checks.agreeing": None,
}

# Columns that the figures add to those of the input: Chinese and English head, and the form of a cell.
_NAMES: dict[str, tuple[str, str, str]] = {
    "item": ("项目", "Item", "text"),
    "scope": ("范围", "Scope", "text"),
    "section": ("环节", "Section", "text"),
    "question": ("问题", "Question", "text"),
    "advisor": ("服务顾问", "Advisor", "text"),
    "cause": ("原因", "Cause", "text"),
    "department": ("责任部门", "Department", "text"),
    "technician": ("维修技师", "Technician", "text"),
    "outside": ("超出界限", "Outside limits", "text"),
    "signal": ("信号", "Signal", "text"),
    "result": ("回访结果", "Result", "text"),
    "reason": ("流失原因", "Reason", "text"),
    "problem": ("存在问题", "Problem", "text"),
    "evidence": ("依据", "Evidence", "text"),
    "measure": ("改善措施", "Measure", "text"),
    "owner": ("责任人", "Owner", "text"),
    "supervisor": ("监督人", "Supervisor", "text"),
    "checkpoint": ("过程控制节点", "Checkpoint", "text"),
    "rule": ("校验规则", "Rule", "text"),
    "subject": ("对象", "Subject", "text"),
    "verdict": ("结论", "Verdict", "text"),
    "severity": ("程度", "Severity", "text"),
    "rows": ("涉及的行", "Rows", "text"),
    "actions": ("措施数", "Measures", "integer"),
    "done": ("已完成", "Done", "integer"),
    "sample": ("样本量", "Sample", "integer"),
    "items": ("检查项数", "Items", "integer"),
    "not_applicable": ("不适用", "Not applicable", "integer"),
    "n": ("样本量", "n", "integer"),
    "n_previous": ("上月样本量", "n last month", "integer"),
    "orders": ("接车台次", "Visits", "integer"),
    "internal_n": ("内访台次", "Valid calls", "integer"),
    "external_n": ("外访样本", "OEM sample", "integer"),
    "w1": ("第一周", "Week 1", "integer"),
    "w2": ("第二周", "Week 2", "integer"),
    "w3": ("第三周", "Week 3", "integer"),
    "w4": ("第四周", "Week 4", "integer"),
    "count": ("数量", "Count", "integer"),
    "jobs": ("维修台次", "Jobs", "integer"),
    "not_fixed": ("未一次修复", "Not fixed", "integer"),
    "visits": ("进厂台次", "Visits", "integer"),
    "booked": ("预约数", "Booked", "integer"),
    "arrived": ("到店数", "Arrived", "integer"),
    "archive": ("档案客户", "Archive", "integer"),
    "base": ("基盘客户", "Base", "integer"),
    "gap": ("差距", "Gap", "integer"),
    "rank": ("优先顺序", "Rank", "integer"),
    "previous": ("上月", "Last month", "number"),
    "current": ("本月", "This month", "number"),
    "mot": ("MOT得分", "MOT", "number"),
    "css": ("CSS得分", "CSS", "number"),
    "score": ("得分", "Score", "number"),
    "points": ("得分", "Points", "number"),
    "max_points": ("满分", "Full points", "number"),
    "reported": ("报表值", "Reported", "number"),
    "computed": ("计算值", "Computed", "number"),
    "change": ("变化", "Change", "change"),
    "contribution": ("贡献", "Contribution", "change"),
    "completion_rate": ("完成率", "Completed", "percent"),
    "weight": ("权重", "Weight", "percent"),
    "coverage": ("回访覆盖率", "Coverage", "percent"),
    "share": ("占比", "Share", "percent"),
    "share_customers": ("占不满意客户", "Share of customers", "percent"),
    "rate": ("比率", "Rate", "percent"),
    "failure_rate": ("返修率", "Failure rate", "percent"),
    "low": ("95%下限", "95 % low", "percent"),
    "high": ("95%上限", "95 % high", "percent"),
    "pooled_rate": ("三个月合并", "Three months", "percent"),
    "centre": ("中心线", "Centre", "percent"),
    "lower": ("下控制限", "Lower limit", "percent"),
    "upper": ("上控制限", "Upper limit", "percent"),
    "kept_rate": ("履约率", "Kept", "percent"),
    "proactive_share": ("主动预约比例", "Store called", "percent"),
    "month": ("月份", "Month", "month"),
    "due": ("完成时间", "Due", "date"),
    "proposed": ("系统建议", "Proposed", "flag"),
    "hours_to_contact": ("首次联系用时（小时）", "Hours to first contact", "number"),
    "hours_to_close": ("关闭用时（小时）", "Hours to close", "number"),
    "age_hours": ("未关闭已历时（小时）", "Hours open so far", "number"),
    "overdue": ("超时", "Late", "flag"),
    "short": ("工单不足基盘期", "Orders fall short of the base's months", "flag"),
}
# Columns that one table calls or forms in its own way.
_OWN = {
    ("ftf.trend", "rate"): ("一次修复率", "First-time fix", "percent"),
    ("ftf.technicians", "rate"): ("一次修复率", "First-time fix", "percent"),
    ("booking.trend", "rate"): ("预约率", "Booking rate", "percent"),
    ("complaints.causes", "month"): ("当月", "Month", "integer"),
}
_CODES = {
    "item": "mot_item",
    "scope": "css_scope",
    "section": "section",
    "question": "question",
    "cause": "cause",
    "department": "complaint_department",
    "result": "churn_result",
    "reason": "churn_reason",
    "verdict": "verdict",
}
_TWO_DIGITS = frozenset({"reported", "computed", "contribution", "failure_rate"})


@dataclass(frozen=True)
class Field:
    """A column of a table: its key, its head, how its cells are formatted, and the codes that they hold."""

    key: str
    label: str
    kind: str
    codes: str | None = None
    digits: int = 1


def of_table(
    name: str, rows: Iterable[Mapping[str, Any]], lang: Lang, shown: Mapping[str, str] | None = None
) -> list[Field]:
    """The columns of a table of figures.json, in the order of its rows' keys.

    Columns that nothing here has a name for, of a chapter of one's own, are called as `shown` says: key to head.

    >>> [(f.label, f.kind) for f in of_table("ftf.trend", [{"month": "2024-04", "rate": 0.98}], "en")]
    [('Month', 'month'), ('First-time fix', 'percent')]
    """
    rows = list(rows)
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return [_field(name, key, [row.get(key) for row in rows], lang, shown or {}) for key in keys]


def _field(table: str, key: str, values: list[Any], lang: Lang, shown: Mapping[str, str]) -> Field:
    at = 0 if lang == "zh" else 1
    known = _OWN.get((table, key)) or _NAMES.get(key)
    if known:
        codes = "action_department" if (table[:4], key) == ("top5", "department") else _CODES.get(key)
        # a first-time-fix rate moves in hundredths of a percent
        fine = key in _TWO_DIGITS or (table[:4] == "ftf." and known[2] == "percent")
        return Field(key, known[at], known[2], codes, 2 if fine else 1)
    if key in schema.MOT_ITEMS:
        return Field(key, schema.label("mot_item", key, lang), "number")
    if key in schema.QUESTIONS:
        return Field(key, schema.label("question", key, lang), "number")
    if key in schema.REWORK_CAUSES:
        return Field(key, schema.label("rework_cause", key, lang), "integer")
    # Several tables of the input have a status, each with codes of its own: that of the same subject comes first.
    for owner in sorted(schema.TABLES.values(), key=lambda t: t.name != table.partition(".")[0]):
        if key in owner.names:
            column = owner.column(key)
            return Field(key, (column.zh, column.en)[at], _kind(values), column.codes)
    return Field(key, shown.get(key, key), _kind(values))


def _kind(values: list[Any]) -> str:
    """The form of cells that nothing is known of."""
    there = [value for value in values if value is not None]
    if not there:
        return "text"
    if all(isinstance(value, bool) for value in there):
        return "flag"
    if all(isinstance(value, (int, float)) for value in there):
        return "integer" if all(isinstance(value, int) for value in there) else "number"
    if all(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) for value in there):
        return "date"
    return "datetime" if all(re.match(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d", str(v)) for v in there) else "text"

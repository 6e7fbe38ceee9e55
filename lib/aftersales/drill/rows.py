"""The rows behind one row of a table that the chapters glue (``ftf.technicians``, ``css.advisors`` …)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.drill.figures import in_month, of_figure, weighted
from aftersales.drill.parts import Parts
from aftersales.metrics import (
    bookings,
    churn,
    complaints,
    first_time_fix,
    internal_css,
    oem_css,
    review,
    top5,
)

if TYPE_CHECKING:
    from aftersales.params import Params
    from aftersales.tables import Tables


@dataclass(frozen=True)
class Table:
    """A table of the report.

    Attributes
    ----------
    key
        The column that names a row.
    column
        The column whose number is explained.
    frame, parts
        Make the table; find the rows behind one of its rows.
    """

    zh: str
    en: str
    key: str
    column: str
    unit: str
    formula: tuple[str, str]
    slide: str
    frame: Callable[[Tables, pd.Period, Params], pd.DataFrame]
    parts: Callable[[Any, Tables, pd.Period, Params], Parts]


def of_row(name: str, row: pd.Series, tables: Tables, month: pd.Period, params: Params) -> Parts:
    """The rows behind a row of a table of `TABLES`."""
    return TABLES[name].parts(row[TABLES[name].key], tables, month, params)


def _of(frame: pd.DataFrame | None, column: str, value: Any) -> pd.DataFrame | None:
    return None if frame is None else frame[frame[column] == value]


def _action(item: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    raised = _of(review.actions(t.actions, month), "mot_item", item)
    return Parts("share", _of(raised, "status", "done"), raised)


def _scope(scope: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    when, whose = (month - 1, "store") if scope == "previous" else (month, "store")
    whose = whose if scope in ("previous", "current") else scope
    row = oem_css.row_of(t.oem_css, when, whose)
    return Parts("sum", weighted(row, p.weights), column="contribution", params=("weights.",))


def _section(section: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    now = _of(_of(t.oem_pt, "month", str(month)), "section", section)
    if now is None:
        return Parts("sum", None)
    known = now[now["points"].notna()]
    known = known.assign(contribution=100 * known["points"] / known["max_points"].fillna(1).sum())
    left = {("不适用的检查项", "items that did not apply"): now[now["points"].isna()]}
    return Parts("sum", known, column="contribution", excluded=left, params=("pt_weights." + str(section),))


def _question(question: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    if t.survey_calls is None:
        return Parts("mean", None)
    valid = internal_css.of_month(t.survey_calls, month)
    left = {("有效但未答此题", "valid, but this question not answered"): valid[valid[question].isna()]}
    return Parts("mean", valid[valid[question].notna()], column=question, excluded=left,
                 params=("questionnaire." + str(question),))  # fmt: skip


def _advisor(advisor: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    orders = _of(in_month(t.repair_orders, month, "opened_at"), "advisor", advisor)
    if t.survey_calls is None or orders is None:
        return Parts("share", None, orders)
    calls = internal_css.with_advisor(internal_css.of_month(t.survey_calls, month), t.repair_orders)
    left = {
        ("没有工单号的有效回访，归不到任何顾问", "valid calls without an order, so of no advisor"): calls[
            calls["advisor"].isna()
        ]
    }
    return Parts("share", calls[calls["advisor"] == advisor], orders, excluded=left, params=("weights.",))


def _cause(cause: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    named = complaints.mentions(t.grievances, t.survey_calls, month)
    return Parts("share", _of(named, "cause", cause), named)


def _department(department: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    now = complaints.register(t.complaints, month, p.promised_hours)
    return Parts("share", _of(now, "department", department), now)


def _complaint(number: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    now = _of(complaints.register(t.complaints, month, p.promised_hours), "complaint_id", number)
    return Parts("value", now, column="hours_to_close", params=("promised_hours.",))


def _technician(technician: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    jobs = _of(in_month(t.jobs, month, "finished_at"), "technician", technician)
    if jobs is None:
        return Parts("one_minus_share", None)
    return Parts("one_minus_share", jobs[jobs["rework_cause"].notna()], jobs)


def _same(figure: str) -> Callable[[Any, Tables, pd.Period, Params], Parts]:
    """The row of a month is the figure of that month."""
    return lambda month, t, _, p: of_figure(figure, t, pd.Period(month, "M"), p)


def _lost(column: str, among: str) -> Callable[[Any, Tables, pd.Period, Params], Parts]:
    def parts(value: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
        lost = churn.cohort(t.repair_orders, t.churn_calls, month, p.churn_months)
        private = lost[(lost["owner_type"] == "private") & lost[column].notna()]
        private = private if among == "called" else private[private["result"] == "reached"]
        return Parts("share", private[private[column] == value], private, params=("churn_months",))

    return parts


def _lost_table(of: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    return lambda t, month, p: of(churn.cohort(t.repair_orders, t.churn_calls, month, p.churn_months))


def _top5(department: str) -> Table:
    def frame(t: Tables, month: pd.Period, p: Params) -> pd.DataFrame:
        return top5.department(t, month, p, department, p.lang)

    def parts(rank: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
        now = _of(_of(t.actions, "month", str(month)), "department", department)
        if now is None:
            return Parts("count", None)
        others = ("该部门本月的其他措施", "the department's other measures of the month")
        raised = now["rank"] == rank
        return Parts("count", now[raised], excluded={others: now[~raised]}, params=("targets.",))

    return Table("TOP5", "TOP5", "rank", "rank", "count",
                 ("本月提出的该部门措施，按优先顺序；不足五条时由本月数据提议（proposed）",
                  "the department's measures of the month by rank; where fewer than five, proposed from the figures"),
                 "30–33", frame, parts)  # fmt: skip


TABLES: dict[str, Table] = {
    "review.mot": Table(
        "措施对MOT项的效果", "Effect of the measures on MOT", "item", "completion_rate", "rate",
        ("该项已完成措施 ÷ 上月针对该项的措施", "measures done ÷ measures of last month for the item"), "5",
        lambda t, m, p: review.mot(t.actions, t.oem_css, m), _action),
    "oem.css": Table(
        "CSS与MOT", "CSS and MOT", "scope", "mot", "points",
        ("Σ 权重 × 项目得分，十项", "Σ weight × item score over ten items"), "7",
        lambda t, m, p: oem_css.scores(t.oem_css, m, p.weights), _scope),
    "oem.pt": Table(
        "神秘访客环节", "Sections of the mystery visit", "section", "score", "points",
        ("100 × 得分 ÷ 满分，不适用项不计", "100 × points ÷ full points of applicable items"), "8",
        lambda t, m, p: oem_css.pt_sections(t.oem_pt, m, p.pt_weights), _section),
    "css.questions": Table(
        "问卷题目得分", "Scores of the questions", "question", "current", "points",
        ("答了该题的有效回访的平均分", "mean over the valid calls that answered it"), "12",
        lambda t, m, p: internal_css.questions(t.survey_calls, m), _question),
    "css.advisors": Table(
        "服务顾问", "Service advisors", "advisor", "coverage", "rate",
        ("该顾问工单的有效回访 ÷ 本月工单（工单可属上月）", "valid calls on the advisor's orders ÷ orders of the month"), "14",
        lambda t, m, p: internal_css.advisors(t.repair_orders, t.survey_calls, t.oem_css, m, p.weights), _advisor),
    "complaints.causes": Table(
        "不满意原因", "Causes of dissatisfaction", "cause", "share", "rate",
        ("提及该原因 ÷ 全部提及", "mentions of the cause ÷ all mentions"), "17",
        lambda t, m, p: complaints.causes(t.grievances, t.survey_calls, m), _cause),
    "complaints.departments": Table(
        "责任部门", "Departments", "department", "share", "rate",
        ("该部门投诉 ÷ 本月投诉", "the department's complaints ÷ those of the month"), "19",
        lambda t, m, p: complaints.departments(t.complaints, m), _department),
    "complaints.register": Table(
        "投诉台账", "Register of complaints", "complaint_id", "hours_to_close", "hours",
        ("受理到关闭的小时数", "hours from receipt to close"), "18",
        lambda t, m, p: complaints.register(t.complaints, m, p.promised_hours), _complaint),
    "ftf.technicians": Table(
        "维修技师", "Technicians", "technician", "rate", "rate",
        ("1 − 未一次修复 ÷ 维修台次", "1 − not fixed ÷ jobs"), "21",
        lambda t, m, p: first_time_fix.technicians(t.jobs, m), _technician),
    "ftf.trend": Table(
        "一次维修合格率走势", "First-time-fix rate by month", "month", "rate", "rate",
        ("1 − 未一次修复 ÷ 维修台次", "1 − not fixed ÷ jobs"), "22",
        lambda t, m, p: first_time_fix.trend(t.jobs, m), _same("ftf.rate")),
    "booking.trend": Table(
        "预约走势", "Bookings by month", "month", "rate", "rate",
        ("预约进厂 ÷ 进厂台次", "arrived ÷ visits"), "25",
        lambda t, m, p: bookings.trend(t.bookings, t.repair_orders, m), _same("booking.rate")),
    "churn.archive_trend": Table(
        "基盘客户走势", "Base by month", "month", "base", "count",
        ("截至月末若干月内来过的车辆（月数为参数）", "vehicles with a visit in the months to its end (a param)"), "26",
        lambda t, m, p: churn.archive_trend(t.customers, t.repair_orders, m, p.base_months), _same("churn.base")),
    "churn.results": Table(
        "流失回访结果", "Results of the churn calls", "result", "share", "rate",
        ("该结果 ÷ 已致电的流失私车", "with the result ÷ lost private vehicles called"), "27",
        _lost_table(churn.results), _lost("result", "called")),
    "churn.reasons": Table(
        "流失原因", "Reasons for churn", "reason", "share", "rate",
        ("该原因 ÷ 说了原因的已回访者", "with the reason ÷ those reached who gave one"), "28",
        _lost_table(churn.reasons), _lost("reason", "reached")),
    **{f"top5.{d}": _top5(d) for d in ("front", "workshop", "parts", "service")},
}  # fmt: skip

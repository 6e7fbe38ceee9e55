"""The rows behind one row of a table that the chapters glue (``ftf.technicians``, ``css.advisors`` …)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from aftersales.contract.months import in_month
from aftersales.contract.report_tables import REPORT_TABLES
from aftersales.explanation.figures import from_figure
from aftersales.explanation.provenance import Parts
from aftersales.metrics import (
    bookings,
    churn,
    complaints,
    delivery,
    first_time_fix,
    internal_css,
    oem_css,
    review,
    top5,
    watched,
)

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


class TableRows(NamedTuple):
    """How a table is made, and how the rows behind one of its rows are found."""

    frame: Callable[[Tables, pd.Period, Params], pd.DataFrame]
    parts: Callable[[Any, Tables, pd.Period, Params], Parts]


def from_row(name: str, row: pd.Series, tables: Tables, month: pd.Period, params: Params) -> Parts:
    """The rows behind a row of a table of `TABLE_ROWS`."""
    return TABLE_ROWS[name].parts(row[REPORT_TABLES[name].key], tables, month, params)


def _rows_where(frame: pd.DataFrame | None, column: str, value: Any) -> pd.DataFrame | None:
    return None if frame is None else frame[frame[column] == value]


def _action(item: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    raised = _rows_where(review.measures(t.actions, month), "mot_item", item)
    return Parts("share", _rows_where(raised, "status", "done"), raised)


def _scope(scope: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    when, whose = (month - 1, "store") if scope == "previous" else (month, "store")
    whose = whose if scope in ("previous", "current") else scope
    row = oem_css.row_of(t.oem_css, when, whose)
    return Parts("sum", oem_css.weighted(row, p.weights), column="contribution", params=("weights.",))


def _section(section: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    now = _rows_where(_rows_where(t.oem_pt, "month", str(month)), "section", section)
    if now is None:
        return Parts("sum", None)
    known = now[now["points"].notna()]
    known = known.assign(contribution=100 * known["points"] / known["max_points"].fillna(1).sum())
    excluded = {("不适用的检查项", "items that did not apply"): now[now["points"].isna()]}
    return Parts(
        "sum", known, column="contribution", excluded=excluded, params=("pt_weights." + str(section),)
    )


def _question(question: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    if t.survey_calls is None:
        return Parts("mean", None)
    valid = internal_css.calls_in_month(t.survey_calls, month)
    excluded = {("有效但未答此题", "valid, but this question not answered"): valid[valid[question].isna()]}
    return Parts(
        "mean",
        valid[valid[question].notna()],
        column=question,
        excluded=excluded,
        params=("questionnaire." + str(question),),
    )


def _advisor(advisor: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    orders = _rows_where(in_month(t.repair_orders, month, "opened_at"), "advisor", advisor)
    if t.survey_calls is None or orders is None:
        return Parts("share", None, orders)
    calls = internal_css.with_advisor(internal_css.calls_in_month(t.survey_calls, month), t.repair_orders)
    excluded = {
        ("没有工单号的有效回访，归不到任何顾问", "valid calls without an order, so of no advisor"): calls[
            calls["advisor"].isna()
        ]
    }
    return Parts("share", calls[calls["advisor"] == advisor], orders, excluded=excluded, params=("weights.",))


def _cause(cause: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    named = complaints.mentions(t.grievances, t.survey_calls, month)
    return Parts("share", _rows_where(named, "cause", cause), named)


def _department(department: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    now = complaints.register(t.complaints, month, p.promised_hours)
    return Parts("share", _rows_where(now, "department", department), now)


def _complaint(number: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    now = _rows_where(complaints.register(t.complaints, month, p.promised_hours), "complaint_id", number)
    return Parts("value", now, column="hours_to_close", params=("promised_hours.",))


def _technician(technician: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    jobs = _rows_where(in_month(t.jobs, month, "finished_at"), "technician", technician)
    if jobs is None:
        return Parts("one_minus_share", None)
    return Parts("one_minus_share", jobs[jobs["rework_cause"].notna()], jobs)


def _deliverer(advisor: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    sets = delivery.row_sets(t, month, p)
    on_time, promised = (_rows_where(sets[name], "advisor", advisor) for name in ("on_time", "promised"))
    return Parts("share", on_time, promised, params=("grace_minutes",))


def _same(figure: str) -> Callable[[Any, Tables, pd.Period, Params], Parts]:
    """The row of a month is the figure of that month."""
    return lambda month, t, _, p: from_figure(figure, t, pd.Period(month, "M"), p)


def _lost(column: str, among: str) -> Callable[[Any, Tables, pd.Period, Params], Parts]:
    def parts(value: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
        lost = churn.lost_vehicles(t.repair_orders, t.churn_calls, month, p.churn_months)
        private = lost[(lost["owner_type"] == "private") & lost[column].notna()]
        private = private if among == "called" else private[private["result"] == "reached"]
        return Parts("share", private[private[column] == value], private, params=("churn_months",))

    return parts


def _lost_table(summarise: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    return lambda t, month, p: summarise(
        churn.lost_vehicles(t.repair_orders, t.churn_calls, month, p.churn_months)
    )


def _top5(department: str) -> TableRows:
    def frame(t: Tables, month: pd.Period, p: Params) -> pd.DataFrame:
        findings = watched.judged(t, month, p).findings
        return top5.department(t, month, p, department, findings, p.lang)

    def parts(rank: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
        now = _rows_where(_rows_where(t.actions, "month", str(month)), "department", department)
        if now is None:
            return Parts("count", None)
        others = ("该部门本月的其他措施", "the department's other measures of the month")
        raised = now["rank"] == rank
        return Parts("count", now[raised], excluded={others: now[~raised]}, params=("targets.",))

    return TableRows(frame, parts)


TABLE_ROWS: dict[str, TableRows] = {
    "review.mot": TableRows(lambda t, m, p: review.mot(t.actions, t.oem_css, m), _action),
    "oem.css": TableRows(lambda t, m, p: oem_css.scores(t.oem_css, m, p.weights), _scope),
    "oem.pt": TableRows(lambda t, m, p: oem_css.pt_sections(t.oem_pt, m, p.pt_weights), _section),
    "css.questions": TableRows(lambda t, m, p: internal_css.questions(t.survey_calls, m), _question),
    "css.advisors": TableRows(
        lambda t, m, p: internal_css.advisors(t.repair_orders, t.survey_calls, t.oem_css, m, p.weights),
        _advisor,
    ),
    "complaints.causes": TableRows(
        lambda t, m, p: complaints.causes(t.grievances, t.survey_calls, m), _cause
    ),
    "complaints.departments": TableRows(lambda t, m, p: complaints.departments(t.complaints, m), _department),
    "complaints.register": TableRows(
        lambda t, m, p: complaints.register(t.complaints, m, p.promised_hours), _complaint
    ),
    "delivery.advisors": TableRows(
        lambda t, m, p: delivery.advisors(t.repair_orders, m, p.grace_minutes), _deliverer
    ),
    "ftf.technicians": TableRows(lambda t, m, p: first_time_fix.technicians(t.jobs, m), _technician),
    "ftf.trend": TableRows(lambda t, m, p: first_time_fix.trend(t.jobs, m), _same("ftf.rate")),
    "booking.trend": TableRows(
        lambda t, m, p: bookings.trend(t.bookings, t.repair_orders, m), _same("booking.rate")
    ),
    "churn.archive_trend": TableRows(
        lambda t, m, p: churn.archive_trend(t.customers, t.repair_orders, m, p.base_months),
        _same("churn.base"),
    ),
    "churn.results": TableRows(_lost_table(churn.results), _lost("result", "called")),
    "churn.reasons": TableRows(_lost_table(churn.reasons), _lost("reason", "reached")),
    **{f"top5.{d}": _top5(d) for d in ("front", "workshop", "parts", "service")},
}

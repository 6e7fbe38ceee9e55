"""Complaints and causes of dissatisfaction: the rows behind its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract.keys import where
from aftersales.contract.months import in_month
from aftersales.explanation.provenance import Parts, TableRows, rows_where
from aftersales.metrics import complaint_handling, complaints

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


def row_sets(tables: Tables, month: pd.Period, params: Params) -> dict[str, pd.DataFrame | None]:
    """The rows behind the chapter's figures, by the names that their records use."""
    t = tables
    surveyed = t.grievances is not None and t.survey_calls is not None
    received = (
        None if t.complaints is None else complaints.register(t.complaints, month, params.promised_hours)
    )
    closed = where(received, lambda f: f["status"] == "closed")
    still_open = where(received, lambda f: f["status"] == "open")
    answered = where(closed, lambda f: f["satisfied"].notna())
    return complaint_handling.rows(t.complaints, t.repair_orders, month) | {
        "mentions": complaints.mentions(t.grievances, t.survey_calls, month) if surveyed else None,
        "received": received,
        "closed": closed,
        "open": still_open,
        "still_open": still_open,
        "answered": answered,
        "satisfied": where(answered, lambda f: f["satisfied"].astype(bool)),
        "satisfaction_unknown": where(closed, lambda f: f["satisfied"].isna()),
        "not_contacted": where(received, lambda f: f["first_contact_at"].isna()),
        "contacted_on_a_day": where(
            received, lambda f: f["first_contact_at"].notna() & f["hours_to_contact"].isna()
        ),
        "closed_on_a_day": where(closed, lambda f: f["hours_to_close"].isna()),
        "visits": in_month(t.repair_orders, month, "opened_at"),
    }


def _cause(cause: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    named = complaints.mentions(t.grievances, t.survey_calls, month)
    return Parts("share", rows_where(named, "cause", cause), named)


def _department(department: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    now = complaints.register(t.complaints, month, p.promised_hours)
    return Parts("share", rows_where(now, "department", department), now)


def _complaint(number: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    now = rows_where(complaints.register(t.complaints, month, p.promised_hours), "complaint_id", number)
    return Parts("value", now, column="hours_to_close", params=("promised_hours.",))


TABLE_ROWS: dict[str, TableRows] = {
    "complaints.causes": TableRows(
        lambda t, m, p: complaints.causes(t.grievances, t.survey_calls, m), _cause
    ),
    "complaints.departments": TableRows(lambda t, m, p: complaints.departments(t.complaints, m), _department),
    "complaints.register": TableRows(
        lambda t, m, p: complaints.register(t.complaints, m, p.promised_hours), _complaint
    ),
}

"""First-time fix: the rows behind its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract.keys import where
from aftersales.contract.months import in_month
from aftersales.explanation.provenance import Parts, TableRows, rows_where
from aftersales.metrics import first_time_fix, returns

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


def row_sets(tables: Tables, month: pd.Period, params: Params) -> dict[str, pd.DataFrame | None]:
    """The rows behind the chapter's figures, by the names that their records use."""
    jobs = in_month(tables.jobs, month, "finished_at")
    again = returns.orders(tables.repair_orders, month, params.return_days, params.return_km)
    return {
        "jobs": jobs,
        "not_fixed": where(first_time_fix.told(jobs), lambda f: f["rework_cause"].notna()),
        "return_orders": again[0],
        "returned_orders": again[1],
    }


def _technician(technician: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    jobs = rows_where(in_month(first_time_fix.told(t.jobs), month, "finished_at"), "technician", technician)
    if jobs is None:
        return Parts("one_minus_share", None)
    return Parts("one_minus_share", jobs[jobs["rework_cause"].notna()], jobs)


TABLE_ROWS: dict[str, TableRows] = {
    "ftf.return_trend": TableRows(
        lambda t, m, p: returns.trend(t.repair_orders, m, p.return_days, p.return_km), "ftf.return_rate"
    ),
    "ftf.technicians": TableRows(lambda t, m, p: first_time_fix.technicians(t.jobs, m), _technician),
    "ftf.trend": TableRows(lambda t, m, p: first_time_fix.trend(t.jobs, m), "ftf.rate"),
}

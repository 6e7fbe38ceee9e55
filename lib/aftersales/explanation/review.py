"""Last month's measures: the rows behind its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract.months import after
from aftersales.explanation.provenance import Parts, TableRows, rows_where
from aftersales.metrics import review

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


def row_sets(tables: Tables, month: pd.Period, params: Params) -> dict[str, pd.DataFrame | None]:
    """The rows behind the chapter's figures, by the names that their records use."""
    raised = None if tables.actions is None else review.measures(tables.actions, month)
    later = None if tables.actions is None else tables.actions[tables.actions["done_at"] >= after(month)]
    sets = {"actions": raised, "done_later": None}
    if raised is not None and later is not None:
        sets["done_later"] = raised[raised["action_id"].isin(later["action_id"])]
    for status in ("done", "in_progress", "not_started"):
        sets[status] = None if raised is None else raised[raised["status"] == status]
    return sets


def _action(item: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    raised = rows_where(review.measures(t.actions, month), "mot_item", item)
    return Parts("share", rows_where(raised, "status", "done"), raised)


TABLE_ROWS: dict[str, TableRows] = {
    "review.mot": TableRows(lambda t, m, p: review.mot(t.actions, t.oem_css, m), _action),
}

"""Delivery: the rows behind its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract.keys import where
from aftersales.explanation.provenance import Parts, TableRows, rows_where
from aftersales.metrics import delivery

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


def row_sets(tables: Tables, month: pd.Period, params: Params) -> dict[str, pd.DataFrame | None]:
    """The rows behind the figures, by the names that their records use."""
    orders = tables.repair_orders
    found = (
        None if orders is None else delivery.delivered(orders, [month], params.grace_minutes, *orders.columns)
    )
    promised = where(found, lambda f: f["promised_at"].notna())
    return {
        "promised": where(found, lambda f: f["both"]),
        "on_time": where(found, lambda f: f["on_time"]),
        "late_30": where(found, lambda f: f["late_30"]),
        "stayed": where(found, lambda f: f["hours"].notna()),
        "without_promise": where(found, lambda f: f["promised_at"].isna()),
        "days_only": where(promised, lambda f: ~f["both"]),
    }


def _deliverer(advisor: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    sets = row_sets(t, month, p)
    on_time, promised = (rows_where(sets[name], "advisor", advisor) for name in ("on_time", "promised"))
    return Parts("share", on_time, promised, params=("grace_minutes",))


TABLE_ROWS: dict[str, TableRows] = {
    "delivery.trend": TableRows(
        lambda t, m, p: delivery.trend(t.repair_orders, m, p.grace_minutes), "delivery.rate"
    ),
    "delivery.advisors": TableRows(
        lambda t, m, p: delivery.advisors(t.repair_orders, m, p.grace_minutes), _deliverer
    ),
}

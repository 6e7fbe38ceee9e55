"""Churn: the rows behind its numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract.keys import where
from aftersales.contract.months import after
from aftersales.explanation.provenance import Parts, TableRows
from aftersales.metrics import churn, private_churn

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


def row_sets(tables: Tables, month: pd.Period, params: Params) -> dict[str, pd.DataFrame | None]:
    """The rows behind the chapter's figures, by the names that their records use."""
    orders, then = tables.repair_orders, month - params.churn_months
    cohort_orders = churn.last_orders(orders, then, then)
    lost = (
        None
        if orders is None
        else churn.lost_vehicles(orders, tables.churn_calls, month, params.churn_months)
    )
    private = where(lost, lambda f: f["owner_type"] == "private")
    called = private if tables.churn_calls is not None else None
    reached = where(called, lambda f: f["result"] == "reached")
    returned = cohort_orders
    if cohort_orders is not None and lost is not None:
        returned = cohort_orders[~cohort_orders["vin"].isin(lost["vin"])]
    calls = tables.churn_calls is not None
    of_private = private_churn.rows(orders, lost, month, params.churn_months, calls)
    return of_private | {
        "archive": where(tables.customers, lambda f: f["created_at"] < after(month)),
        "base": churn.last_orders(orders, month - params.base_months + 1, month),
        "cohort": cohort_orders,
        "lost": lost,
        "returned": returned,
        "fleet": where(lost, lambda f: f["owner_type"] != "private"),
        "private": private,
        "reached": reached,
        "not_reached": where(called, lambda f: f["result"].notna() & (f["result"] != "reached")),
        "not_called": where(called, lambda f: f["result"].isna()),
        "not_due": where(reached, lambda f: f["reason"].isin(("about_to_come", "mileage_not_due"))),
        "went_elsewhere": where(reached, lambda f: f["reason"] == "went_elsewhere"),
    }


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


TABLE_ROWS: dict[str, TableRows] = {
    "churn.archive_trend": TableRows(
        lambda t, m, p: churn.archive_trend(t.customers, t.repair_orders, m, p.base_months),
        "churn.base",
    ),
    "churn.results": TableRows(_lost_table(churn.results), _lost("result", "called")),
    "churn.reasons": TableRows(_lost_table(churn.reasons), _lost("reason", "reached")),
}

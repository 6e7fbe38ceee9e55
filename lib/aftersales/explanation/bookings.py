"""Bookings: the rows behind its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from aftersales.contract.keys import where
from aftersales.contract.months import in_month
from aftersales.explanation.provenance import TableRows
from aftersales.metrics import bookings

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


def row_sets(tables: Tables, month: pd.Period, params: Params) -> dict[str, pd.DataFrame | None]:
    """The rows behind the chapter's figures, by the names that their records use."""
    booked = in_month(tables.bookings, month, "planned_at")
    return {
        "visits": in_month(tables.repair_orders, month, "opened_at"),
        "booked": booked,
        **{name: where(booked, which) for name, which in bookings.COUNTED.items()},
        "not_arrived": where(booked, lambda f: ~bookings.COUNTED["arrived"](f)),
    }


TABLE_ROWS: dict[str, TableRows] = {
    "booking.trend": TableRows(
        lambda t, m, p: bookings.trend(t.bookings, t.repair_orders, m), "booking.rate"
    ),
}

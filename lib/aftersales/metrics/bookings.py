"""Bookings (预约). Deck slides 24 and 25."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from aftersales.contract.keys import where
from aftersales.contract.months import counts, in_month, months_to, ratio, within
from aftersales.contract.schema import ARRIVED, CODES

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

TREND = ["month", "visits", "booked", "arrived", "rate", "kept_rate", "proactive_share", "no_show_rate"]


def figures(
    bookings: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> dict[str, float | int | None]:
    """Visits, bookings and arrivals of the month, and their rates (``booking.*``), as `by_month` has them."""
    (now,) = by_month(bookings, repair_orders, [month])
    return {f"booking.{name}": value for name, value in now.items()}


def by_month(
    bookings: pd.DataFrame | None, repair_orders: pd.DataFrame | None, months: Sequence[pd.Period]
) -> list[dict[str, float | int | None]]:
    """Visits, bookings and arrivals of each month; 预约率 = arrived / visits; proactive = the store called.

    ``no_show_rate`` = bookings that never came and were not cancelled / booked."""
    unknown: Sequence[int | None] = [None] * len(months)
    visits = unknown if repair_orders is None else counts(repair_orders["opened_at"], months)
    booked = arrived = proactive = missed = unknown
    if bookings is not None:
        planned = bookings["planned_at"]
        booked = counts(planned, months)
        arrived = counts(planned[bookings["status"].isin(ARRIVED)], months)
        proactive = counts(planned[bookings["proactive"].astype(bool)], months)
        missed = counts(planned[bookings["status"] == "no_show"], months)
    return [
        {
            "visits": v,
            "booked": b,
            "arrived": a,
            "rate": ratio(a, v),
            "kept_rate": ratio(a, b),
            "proactive_share": ratio(p, b),
            "no_show_rate": ratio(m, b),
        }
        for v, b, a, p, m in zip(visits, booked, arrived, proactive, missed, strict=True)
    ]


def trend(
    bookings: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> pd.DataFrame:
    """The figures of the 12 months to `month`."""
    if bookings is None:
        return pd.DataFrame(columns=TREND)
    months = months_to(month)
    rows = [
        [str(m), *row.values()]
        for m, row in zip(months, by_month(bookings, repair_orders, months), strict=True)
    ]
    return pd.DataFrame(rows, columns=TREND)


def status(bookings: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """Bookings of the month by status."""
    columns = ["status", "count", "share"]
    if bookings is None:
        return pd.DataFrame(columns=columns)
    now = bookings.loc[within(bookings["planned_at"], month), "status"]
    return pd.DataFrame(
        [[s, int((now == s).sum()), ratio(int((now == s).sum()), len(now))] for s in CODES["booking_status"]],
        columns=columns,
    )


def measures(actions: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """The measures for bookings raised in the month, by rank. Deck slide 25."""
    columns = [
        "action_id",
        "rank",
        "problem",
        "root_cause",
        "measure",
        "resource",
        "owner",
        "supervisor",
        "due",
    ]
    if actions is None:
        return pd.DataFrame(columns=columns)
    now = actions[(actions["month"] == str(month)) & (actions["department"] == "booking")]
    return now.sort_values(["rank", "action_id"], kind="stable")[columns].reset_index(drop=True)


def row_sets(tables: Tables, month: pd.Period, params: Params) -> dict[str, pd.DataFrame | None]:
    """The rows behind the chapter's figures, by the names that their records use."""
    booked = in_month(tables.bookings, month, "planned_at")
    return {
        "visits": in_month(tables.repair_orders, month, "opened_at"),
        "booked": booked,
        "arrived": where(booked, lambda f: f["status"].isin(ARRIVED)),
        "not_arrived": where(booked, lambda f: ~f["status"].isin(ARRIVED)),
        "no_show": where(booked, lambda f: f["status"] == "no_show"),
        "proactive": where(booked, lambda f: f["proactive"].astype(bool)),
    }

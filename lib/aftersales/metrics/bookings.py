"""Bookings (预约). Deck slides 24 and 25."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from aftersales.metrics.periods import counts, months_to, ratio, within
from aftersales.schema import ARRIVED, CODES

TREND = ["month", "visits", "booked", "arrived", "rate", "kept_rate", "proactive_share"]


def figures(
    bookings: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> dict[str, float | int | None]:
    """Visits, bookings and arrivals of the month, and their rates (``booking.*``), as `by_month` has them."""
    (now,) = by_month(bookings, repair_orders, [month])
    return {f"booking.{name}": value for name, value in now.items()}


def by_month(
    bookings: pd.DataFrame | None, repair_orders: pd.DataFrame | None, months: Sequence[pd.Period]
) -> list[dict[str, float | int | None]]:
    """Visits, bookings and arrivals of each month; 预约率 = arrived / visits; proactive = the store called."""
    unknown: Sequence[int | None] = [None] * len(months)
    visits = unknown if repair_orders is None else counts(repair_orders["opened_at"], months)
    booked = arrived = proactive = unknown
    if bookings is not None:
        planned = bookings["planned_at"]
        booked = counts(planned, months)
        arrived = counts(planned[bookings["status"].isin(ARRIVED)], months)
        proactive = counts(planned[bookings["proactive"].astype(bool)], months)
    return [
        {"visits": v, "booked": b, "arrived": a, "rate": ratio(a, v), "kept_rate": ratio(a, b), "proactive_share": ratio(p, b)}
        for v, b, a, p in zip(visits, booked, arrived, proactive, strict=True)
    ]  # fmt: skip


def trend(
    bookings: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> pd.DataFrame:
    """The figures of the 12 months to `month`."""
    if bookings is None:
        return pd.DataFrame(columns=TREND)
    months = months_to(month)
    rows = [
        [str(m), *of.values()]
        for m, of in zip(months, by_month(bookings, repair_orders, months), strict=True)
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


def actions(raised: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
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
    if raised is None:
        return pd.DataFrame(columns=columns)
    now = raised[(raised["month"] == str(month)) & (raised["department"] == "booking")]
    return now.sort_values(["rank", "action_id"], kind="stable")[columns].reset_index(drop=True)

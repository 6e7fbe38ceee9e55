"""Bookings (预约). Deck slides 24 and 25."""

from __future__ import annotations

import pandas as pd

from aftersales.metrics.periods import months_to, ratio, within
from aftersales.schema import ARRIVED, CODES

TREND = ["month", "visits", "booked", "arrived", "rate", "kept_rate", "proactive_share"]


def figures(
    bookings: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> dict[str, float | int | None]:
    """Visits, bookings and arrivals of the month; 预约率 = arrived / visits; proactive = the store called."""
    visits = None if repair_orders is None else int(within(repair_orders["opened_at"], month).sum())
    booked = arrived = proactive = None
    if bookings is not None:
        now = bookings[within(bookings["planned_at"], month)]
        booked, arrived = len(now), int(now["status"].isin(ARRIVED).sum())
        proactive = int(now["proactive"].astype(bool).sum())
    return {
        "booking.visits": visits,
        "booking.booked": booked,
        "booking.arrived": arrived,
        "booking.rate": ratio(arrived, visits),
        "booking.kept_rate": ratio(arrived, booked),
        "booking.proactive_share": ratio(proactive, booked),
    }


def trend(
    bookings: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> pd.DataFrame:
    """The figures of the 12 months to `month`."""
    if bookings is None:
        return pd.DataFrame(columns=TREND)
    rows = [[str(m), *figures(bookings, repair_orders, m).values()] for m in months_to(month)]
    return pd.DataFrame(rows, columns=TREND)


def status(bookings: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """Bookings of the month by status."""
    columns = ["status", "count", "share"]
    if bookings is None:
        return pd.DataFrame(columns=columns)
    now = bookings[within(bookings["planned_at"], month)]["status"]
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

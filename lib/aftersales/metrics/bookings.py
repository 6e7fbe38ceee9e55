"""Bookings (预约). Deck slides 24 and 25."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from aftersales.contract.months import as_written, counts, months_to, ratio, within
from aftersales.contract.remembered import in_a_report
from aftersales.contract.schema import ARRIVED, CODES

# Which bookings are counted for a rate; `explain` shows the same ones.
COUNTED: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "arrived": lambda bookings: bookings["status"].isin(ARRIVED),
    "proactive": lambda bookings: bookings["proactive"].astype(bool),
    "no_show": lambda bookings: bookings["status"] == "no_show",
}
TREND = ["month", "visits", "booked", "arrived", "rate", "kept_rate", "proactive_share", "no_show_rate"]


@in_a_report
def figures(
    bookings: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> dict[str, float | int | None]:
    """Visits, bookings and arrivals of the month, and their rates (``booking.*``), as `by_month` has them."""
    (now,) = by_month(bookings, repair_orders, [month])
    return {f"booking.{name}": value for name, value in now.items()}


@in_a_report
def by_month(
    bookings: pd.DataFrame | None, repair_orders: pd.DataFrame | None, months: Sequence[pd.Period]
) -> list[dict[str, float | int | None]]:
    """Visits, bookings and arrivals of each month; 预约率 = arrived / visits; proactive = the store called.

    ``no_show_rate`` = bookings that never came and were not cancelled / booked."""
    unknown: Sequence[int | None] = [None] * len(months)
    visits = unknown if repair_orders is None else counts(repair_orders["opened_at"], months)
    booked, counted = unknown, dict.fromkeys(COUNTED, unknown)
    if bookings is not None:
        planned = bookings["planned_at"]
        booked = counts(planned, months)
        counted = {name: counts(planned[which(bookings)], months) for name, which in COUNTED.items()}
    return [
        {
            "visits": visits[i],
            "booked": booked[i],
            "arrived": counted["arrived"][i],
            "rate": ratio(counted["arrived"][i], visits[i]),
            "kept_rate": ratio(counted["arrived"][i], booked[i]),
            "proactive_share": ratio(counted["proactive"][i], booked[i]),
            "no_show_rate": ratio(counted["no_show"][i], booked[i]),
        }
        for i in range(len(months))
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


def past(
    bookings: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period, count: int = 24
) -> dict[str, pd.DataFrame]:
    """Months of what is shown beside the booking rate: ``booking.proactive_share``, ``booking.no_show_rate``.

    Each ``month`` and ``value``, from the first that is known, but for the last twelve.
    """
    months = months_to(month, count)
    rows = by_month(bookings, repair_orders, months)
    found = {}
    for name in ("proactive_share", "no_show_rate"):
        frame = pd.DataFrame({"month": [str(m) for m in months], "value": [row[name] for row in rows]})
        frame = frame.astype({"value": float})
        first = min(int(frame["value"].notna().to_numpy().argmax()), count - 12)
        found[f"booking.{name}"] = frame.iloc[max(first, 0) :].reset_index(drop=True)
    return found


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


as_written(__name__)

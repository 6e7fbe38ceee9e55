"""What becomes of complaints (投诉处理): those still waiting, those that come again, and how long closing
takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aftersales.contract.keys import among
from aftersales.contract.months import after, as_written, ratio, start, within
from aftersales.contract.remembered import in_a_report
from aftersales.contract.vehicles import USABLE, with_vehicle
from aftersales.metrics.known import between, timed
from aftersales.metrics.survival import kaplan_meier, time_until

FIGURES = ("backlog", "repeats", "hours_to_close_p90", "closed_14_rate")
BUCKETS = ("0-24", "24-48", "48-72", "72+")
_HOUR = np.timedelta64(1, "h")
_AGAIN = 30 * 24 * _HOUR
_CLOSED_IN = 14 * 24 * _HOUR
WAITING = [
    *("complaint_id", "received_at", "level", "category", "department", "handler"),
    *("age_hours", "over_hours"),
]


@dataclass(frozen=True)
class _Stamps:
    """When complaints were received and closed: arrays, a place a complaint.

    ``timed`` says that the receipt tells a time of day, ``both`` that receipt and closing do.
    """

    received: np.ndarray
    closed_at: np.ndarray
    closed: np.ndarray
    timed: np.ndarray
    both: np.ndarray

    def before(self, instant: np.datetime64) -> np.ndarray:
        """Which were closed before an instant."""
        return self.closed & (self.closed_at < instant)


@in_a_report
def _stamps(complaints: pd.DataFrame) -> _Stamps:
    return _Stamps(
        complaints["received_at"].to_numpy(),
        complaints["closed_at"].to_numpy(),
        (complaints["status"] == "closed").to_numpy(dtype=bool),
        timed(complaints, "received_at").to_numpy(dtype=bool),
        timed(complaints, "received_at", "closed_at").to_numpy(dtype=bool),
    )


def _bounds(month: pd.Period) -> tuple[np.datetime64, np.datetime64]:
    return start(month).to_datetime64(), after(month).to_datetime64()


@in_a_report
def figures(
    complaints: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> dict[str, float | int | None]:
    """Backlog, repeats and time to close (``complaints.*``), as `by_month` has them."""
    (now,) = by_month(complaints, repair_orders, [month])
    return {f"complaints.{name}": now[name] for name in FIGURES}


@in_a_report
def by_month(
    complaints: pd.DataFrame | None, repair_orders: pd.DataFrame | None, months: Sequence[pd.Period]
) -> list[dict[str, float | int | None]]:
    """The figures of each month.

    Returns
    -------
    list of dict
        ``backlog``: received before the month and open at its end; ``repeats``: complaints of the month whose
        vehicle had another one more than 0 and at most 30 × 24 hours before, None when of none the vehicle is
        known; ``hours_to_close_p90``: the first time by which at most a tenth is open (Kaplan–Meier, the open
        ones waited for until the month's end); ``closed_14_rate`` = ``closed_14`` / ``due_14``: closed within
        14 × 24 hours, of those received at least as long before the month's end.
    """
    names = (*FIGURES, "closed_14", "due_14")
    if complaints is None:
        return [dict.fromkeys(names) for _ in months]
    known, of = _with_vehicle(complaints, repair_orders), _stamps(complaints)
    out: list[dict[str, float | int | None]] = []
    for m in months:
        first, end = _bounds(m)
        k, n = _in_14_days(of, m)
        hours, done = _hours(of, m)
        values = (
            int(((of.received < first) & ~of.before(end)).sum()),
            None if known is None or (again := _repeats(*known, m)) is None else len(again),
            time_until(kaplan_meier(hours, done), 0.1),
            ratio(k, n),
            k,
            n,
        )
        out.append(dict(zip(names, values, strict=True)))
    return out


def _timed_in(of: _Stamps, month: pd.Period) -> tuple[np.ndarray, np.ndarray]:
    """Which complaints of a month can be told in hours, and which of all were closed by its end."""
    first, end = _bounds(month)
    closed = of.before(end)
    return (of.received >= first) & (of.received < end) & np.where(closed, of.both, of.timed), closed


def _hours(of: _Stamps, month: pd.Period) -> tuple[np.ndarray, np.ndarray]:
    """Hours until a month's complaints were closed, or to its end where open; and which of them were closed.

    A day is no time: what was received or closed on one is left out.
    """
    known, closed = _timed_in(of, month)
    until = np.where(closed, of.closed_at, _bounds(month)[1].astype(of.closed_at.dtype))
    return (until - of.received)[known] / _HOUR, closed[known]


def _in_14_days(of: _Stamps, month: pd.Period) -> tuple[int, int]:
    """How many of the month's complaints were closed within 14 days, of how many."""
    due, soon = _due_14(of, month)
    return int(soon.sum()), int(due.sum())


def _due_14(of: _Stamps, month: pd.Period) -> tuple[np.ndarray, np.ndarray]:
    """Which complaints were received 14 days or more before the month's end, and which of them were closed
    within 14 days; counted in days where no time is known.
    """
    first, end = _bounds(month)
    due = (of.received >= first) & (of.received <= end - _CLOSED_IN)
    days = of.closed_at.astype("datetime64[D]") - of.received.astype("datetime64[D]")
    soon = np.where(of.both, of.closed_at - of.received <= _CLOSED_IN, days <= _CLOSED_IN)
    return due, due & of.before(end) & soon


@in_a_report
def _with_vehicle(
    complaints: pd.DataFrame, repair_orders: pd.DataFrame | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
    """Of the complaints whose order tells the vehicle, by vehicle and time: its number, the receipt, when
    the order was opened, and which row it is.
    """
    if repair_orders is None:
        return None
    marks = [c for c in (USABLE,) if c in repair_orders]
    asked = among(repair_orders["order_id"], complaints["order_id"])
    orders = with_vehicle(repair_orders.loc[asked, ["order_id", "vin", "opened_at", *marks]])
    named = complaints[["order_id", "received_at"]].assign(row=np.arange(len(complaints)))
    out = named.merge(orders, on="order_id", how="inner")
    vehicle, received = pd.factorize(out["vin"])[0], out["received_at"].to_numpy()
    place = np.lexsort((received, vehicle))
    return vehicle[place], received[place], out["opened_at"].to_numpy()[place], out["row"].to_numpy()[place]


def _repeats(
    vehicle: np.ndarray, received: np.ndarray, opened: np.ndarray, row: np.ndarray, month: pd.Period
) -> np.ndarray | None:
    """The rows of the month's complaints with another of the same vehicle in the 30 days before.

    What came at the same instant was not before.
    """
    first, end = _bounds(month)
    there = (opened < end) & (received < end)
    vehicle, received, row = vehicle[there], received[there], row[there]
    now = received >= first
    if not now.any():
        return None
    gap, same = np.diff(received), np.diff(vehicle) == 0
    begins = np.append(True, ~same | (gap != np.timedelta64(0)))  # a vehicle's next instant
    soon = np.append(False, same & (gap <= _AGAIN))
    again: np.ndarray = row[soon[np.flatnonzero(begins)][np.cumsum(begins) - 1] & now]
    return again


def still_open(complaints: pd.DataFrame, month: pd.Period) -> pd.DataFrame:
    """The rows of complaints that are open at the end of a month, whenever they came in."""
    end = after(month)
    closed = (complaints["status"] == "closed") & (complaints["closed_at"] < end)
    return complaints[(complaints["received_at"] < end) & ~closed]


def waiting(
    complaints: pd.DataFrame | None, month: pd.Period, promised_hours: Mapping[str, float]
) -> pd.DataFrame:
    """Complaints open at the end of a month for longer than was promised, the oldest first.

    Returns
    -------
    DataFrame
        ``complaint_id``, ``received_at``, ``level``, ``category``, ``department``, ``handler``; ``age_hours``
        and ``over_hours``, hours since receipt and beyond the promise (``complaints.waiting``): missing where
        the receipt is a day, which counts from its end.
    """
    if complaints is None:
        return pd.DataFrame(columns=WAITING)
    rows = still_open(complaints, month)
    told = timed(complaints, "received_at")[rows.index]
    until = pd.Series(after(month), rows.index, dtype=rows["received_at"].dtype)
    fewest, _ = between(rows["received_at"], until, told, until.notna())
    age = fewest.where(told)
    late = fewest > promised_hours["close"]
    rows = rows.assign(age_hours=age, over_hours=age - promised_hours["close"])
    rows = rows[late].sort_values(["received_at", "complaint_id"], kind="stable")
    return rows.reindex(columns=WAITING).reset_index(drop=True)


def ageing(complaints: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """The month's complaints by hours to close, or to its end where open: ``bucket``, ``closed``, ``open``;
    24 hours sharp are in the first.

    All four buckets are there; what was received or closed on a day without a time is in none.
    """
    columns = ["bucket", "closed", "open"]
    if complaints is None:
        return pd.DataFrame(columns=columns)
    hours, done = _hours(_stamps(complaints), month)
    bucket = np.searchsorted([24.0, 48.0, 72.0], hours)  # a bound belongs to the bucket below it
    counts = [np.bincount(bucket[those], minlength=len(BUCKETS)) for those in (done, ~done)]
    return pd.DataFrame(dict(zip(columns, (list(BUCKETS), *counts), strict=True)), columns=columns)


def channels(complaints: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """The month's complaints by where they came from, most frequent first, those of unknown channel last:
    ``channel``, ``count``, ``share``.
    """
    columns = ["channel", "count", "share"]
    if complaints is None:
        return pd.DataFrame(columns=columns)
    now = complaints.loc[within(complaints["received_at"], month), "channel"]
    named = now.dropna().value_counts()
    rows = sorted(((str(c), int(n)) for c, n in named.items()), key=lambda r: (-r[1], r[0]))
    unknown: list[tuple[str | None, int]] = [(None, int(now.isna().sum()))] if now.isna().any() else []
    return pd.DataFrame([[c, n, n / len(now)] for c, n in [*rows, *unknown]], columns=columns)


def left_out(complaints: pd.DataFrame | None, month: pd.Period) -> int | None:
    """How many of the month's complaints are in no figure of hours because a stamp is a day."""
    if complaints is None:
        return None
    known, _ = _timed_in(_stamps(complaints), month)
    return int(within(complaints["received_at"], month).sum() - known.sum())


def rows(
    complaints: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> dict[str, pd.DataFrame | None]:
    """The rows behind the figures, by the names that their records use."""
    names = ("backlog", "repeats", "timed", "days_only", "due_14", "closed_14", "too_late")
    if complaints is None:
        return dict.fromkeys(names)
    known, of = _with_vehicle(complaints, repair_orders), _stamps(complaints)
    first, end = _bounds(month)
    again = None if known is None else _repeats(*known, month)
    told, _ = _timed_in(of, month)
    hours, done = _hours(of, month)
    due, soon = _due_14(of, month)
    now = (of.received >= first) & (of.received < end)
    return {
        "backlog": complaints[(of.received < first) & ~of.before(end)],
        "repeats": None if again is None else complaints.iloc[np.sort(again)],
        "timed": complaints[told].assign(hours=hours, done=done),
        "days_only": complaints[now & ~told],
        "due_14": complaints[due],
        "closed_14": complaints[soon],
        "too_late": complaints[now & ~due],
    }


as_written(__name__)

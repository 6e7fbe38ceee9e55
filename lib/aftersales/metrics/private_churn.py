"""Lost private customers (私车流失): how many at least, at most and most likely, whom to call, and when cars
come back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract.months import after, as_written, ratio
from aftersales.contract.remembered import in_a_report
from aftersales.metrics.survival import kaplan_meier, time_until
from aftersales.metrics.visits import Visits, month_numbers, visits

NOT_DUE = ("about_to_come", "mileage_not_due")
FIGURES = ("private_cohort", "private_rate", "known_lost", "lost_low", "lost_high", "lost_best")
CALL_LIST = ["order_id", "last_visit", "days", "amount", "advisor", "result", "reason"]
BRIDGE = ["step", "count", "kind"]
_CALLED = ("called", "reached", "one_visit", "not_due")
_NAMES = ("private_cohort", "to_call", "private_rate", "fleet_cohort", "fleet_lost", *_CALLED, *FIGURES[2:])


@in_a_report
def figures(
    repair_orders: pd.DataFrame | None,
    churn_calls: pd.DataFrame | None,
    month: pd.Period,
    churn_months: int = 6,
) -> dict[str, float | int | None]:
    """The private cohort, its churn rate and what the calls say of it (``churn.*``), as `by_month` has
    them.
    """
    (now,) = by_month(repair_orders, churn_calls, [month], churn_months)
    return {f"churn.{name}": now[name] for name in FIGURES}


@in_a_report
def with_reasons(churn_calls: pd.DataFrame) -> bool:
    """Whether the calls say why customers stayed away: where nobody who was reached has a reason, nobody
    knows who went elsewhere and who was not due."""
    said = churn_calls.loc[churn_calls["result"] == "reached", "reason"]
    return bool(said.empty or said.notna().any())


@in_a_report
def by_month(
    repair_orders: pd.DataFrame | None,
    churn_calls: pd.DataFrame | None,
    months: Sequence[pd.Period],
    churn_months: int = 6,
) -> list[dict[str, float | int | None]]:
    """The figures of each month, with the counts behind them.

    Returns
    -------
    list of dict
        ``private_cohort``, ``fleet_cohort``: vehicles with a visit `churn_months` ago, by owner at the end of
        the month; ``to_call``, ``fleet_lost``: those that have not been back; ``private_rate`` = to_call /
        private_cohort; ``called``, ``reached``, ``one_visit``, ``not_due``: lost private vehicles by their
        last call of the month; ``known_lost`` = reached − not_due; of the private cohort ``lost_low``
        (known_lost), ``lost_high`` (to_call less one_visit and not_due) and ``lost_best`` (to_call less
        one_visit, less the share of not_due among the reached).
    """
    if repair_orders is None:
        return [dict.fromkeys(_NAMES) for _ in months]
    of = visits(repair_orders, ["owner_type"])
    private = (of.orders["owner_type"] == "private").to_numpy(dtype=bool)
    known = churn_calls is not None and with_reasons(churn_calls)
    calls = _calls(churn_calls, of) if churn_calls is not None and known else None
    out: list[dict[str, float | int | None]] = []
    for m in months:
        last, then = _last_visits(of, m), m.ordinal - churn_months
        owned = np.zeros(len(of.names), dtype=bool)
        owned[of.vehicle[last]] = private[last]
        cohort = np.unique(of.vehicle[of.month == then])
        gone = of.vehicle[last[of.month[last] == then]]
        counts = {
            "private_cohort": int(owned[cohort].sum()),
            "to_call": int(owned[gone].sum()),
            "fleet_cohort": int((~owned[cohort]).sum()),
            "fleet_lost": int((~owned[gone]).sum()),
        }
        called = None if calls is None else _answers(calls, m, gone[owned[gone]])
        out.append(_rated(counts, called))
    return out


def _rated(counts: dict[str, int], called: dict[str, int] | None) -> dict[str, float | int | None]:
    """The counts of a month with what follows from them."""
    cohort, to_call = counts["private_cohort"], counts["to_call"]
    out: dict[str, float | int | None] = dict.fromkeys(_NAMES)
    out |= counts | (called or {}) | {"private_rate": ratio(to_call, cohort)}
    if called is None or not cohort:
        return out
    reached, once, not_due = called["reached"], called["one_visit"], called["not_due"]
    out |= {
        "known_lost": reached - not_due,
        "lost_low": ratio(reached - not_due, cohort),
        "lost_high": ratio(to_call - once - not_due, cohort),
        "lost_best": ratio((to_call - once) * (1 - not_due / reached), cohort) if reached else None,
    }
    return out


def _last_visits(of: Visits, month: pd.Period) -> np.ndarray:
    """The place of each vehicle's latest order up to the end of a month."""
    known = np.flatnonzero(of.month <= month.ordinal)
    found: np.ndarray = known[np.diff(of.vehicle[known], append=-1) != 0]
    return found


@dataclass(frozen=True)
class _Calls:
    """The calls to vehicles that have come, by time: arrays, a place a call."""

    vehicle: np.ndarray
    month: np.ndarray
    result: np.ndarray
    reason: np.ndarray


def _calls(churn_calls: pd.DataFrame, of: Visits) -> _Calls:
    place = of.names.get_indexer(pd.Index(churn_calls["vin"]))
    order = np.argsort(churn_calls["called_at"].to_numpy(), kind="stable")
    order = order[place[order] >= 0]
    result, reason = (churn_calls[c].to_numpy(dtype=object)[order] for c in ("result", "reason"))
    return _Calls(place[order], month_numbers(churn_calls["called_at"].to_numpy()[order]), result, reason)


def _last_calls(calls: _Calls, month: pd.Period, vehicles: np.ndarray) -> np.ndarray:
    """The place of the last call of a month to each of the vehicles, −1 where there is none; of two at one
    time the later row.
    """
    then = np.flatnonzero(calls.month == month.ordinal)[::-1]
    called, first = np.unique(calls.vehicle[then], return_index=True)
    if not len(called):
        return np.full(len(vehicles), -1)
    at = np.minimum(np.searchsorted(called, vehicles), len(called) - 1)
    return np.where(called[at] == vehicles, then[first][at], -1)


def _answers(calls: _Calls, month: pd.Period, vehicles: np.ndarray) -> dict[str, int]:
    last = _last_calls(calls, month, vehicles)
    last = last[last >= 0]
    reached = calls.result[last] == "reached"
    not_due = reached & np.isin(calls.reason[last].astype(str), NOT_DUE)
    counts = (len(last), reached.sum(), (calls.result[last] == "one_visit").sum(), not_due.sum())
    return {name: int(n) for name, n in zip(_CALLED, counts, strict=True)}


def _at(texts: np.ndarray, places: np.ndarray) -> pd.Series:
    return pd.Series([texts[i] if i >= 0 else None for i in places.tolist()], dtype=object)


def call_list(
    repair_orders: pd.DataFrame | None,
    churn_calls: pd.DataFrame | None,
    month: pd.Period,
    churn_months: int = 6,
) -> pd.DataFrame:
    """The lost private vehicles by their last order (``churn.call_list``), most amount × days first.

    Returns
    -------
    DataFrame
        ``order_id``, ``last_visit`` and ``advisor`` of the last order; ``days`` from its date to the last day
        of the month; ``amount`` of all the vehicle's orders in the 12 months that end with the month of that
        visit, missing where none is known: such rows come last; ``result`` and ``reason`` of the last call of
        the month.
    """
    if repair_orders is None:
        return pd.DataFrame(columns=CALL_LIST)
    of = visits(repair_orders, ["owner_type", "advisor", "amount"])
    last, then = _last_visits(of, month), month.ordinal - churn_months
    private = (of.orders["owner_type"] == "private").to_numpy(dtype=bool)
    last = last[(of.month[last] == then) & private[last]]
    rows = of.orders.iloc[last]
    day = of.opened[last].astype("datetime64[D]")
    end = after(month).to_datetime64().astype("datetime64[D]") - np.timedelta64(1, "D")
    out = pd.DataFrame(
        {
            "order_id": rows["order_id"].to_numpy(dtype=object),
            "last_visit": rows["opened_at"].to_numpy(),
            "days": (end - day) // np.timedelta64(1, "D"),
            "amount": _amounts(of, then)[of.vehicle[last]],
            "advisor": rows["advisor"].to_numpy(dtype=object),
        }
    )
    out = out.assign(result=None, reason=None)
    if churn_calls is not None:
        calls = _calls(churn_calls, of)
        told = _last_calls(calls, month, of.vehicle[last])
        out["result"], out["reason"] = _at(calls.result, told), _at(calls.reason, told)
    worth = out["amount"] * out["days"]
    by = out.assign(worth=worth).sort_values(
        ["worth", "days", "order_id"], ascending=[False, False, True], kind="stable", na_position="last"
    )
    return by[CALL_LIST].reset_index(drop=True)


def _amounts(of: Visits, month: int) -> np.ndarray:
    """What each vehicle paid in the 12 months that end with a month; missing where no amount is known."""
    amount = of.orders["amount"].to_numpy(dtype=float)
    counted = (of.month > month - 12) & (of.month <= month) & ~np.isnan(amount)
    known = np.bincount(of.vehicle[counted], minlength=len(of.names)) > 0
    paid = np.bincount(of.vehicle[counted], weights=amount[counted], minlength=len(of.names))
    return np.where(known, paid, np.nan)


def rows(
    repair_orders: pd.DataFrame | None,
    lost: pd.DataFrame | None,
    month: pd.Period,
    churn_months: int = 6,
    called: bool = True,
) -> dict[str, pd.DataFrame | None]:
    """The rows behind the figures: last orders of the cohort, and the lost by what their last call said.

    Parameters
    ----------
    lost
        The lost vehicles of `churn.lost_vehicles`.
    called
        There are churn calls at all.
    """
    names = ("private_cohort", "private_lost", "known_lost", "perhaps_lost", "came_twice", "one_visit")
    if repair_orders is None or lost is None:
        return dict.fromkeys(names)
    of = visits(repair_orders, ["owner_type", "advisor"])
    last = _last_visits(of, month)
    came = np.isin(of.vehicle[last], of.vehicle[of.month == month.ordinal - churn_months])
    cohort = of.orders.iloc[last[came]]
    cohort = cohort[cohort["owner_type"] == "private"]
    gone = lost[(lost["owner_type"] == "private") & lost["vin"].isin(cohort["vin"])]
    out: dict[str, pd.DataFrame | None] = dict.fromkeys(names)
    out |= {"private_cohort": cohort, "private_lost": gone}
    if not called or cohort.empty:
        return out
    reached, once = gone["result"] == "reached", gone["result"] == "one_visit"
    not_due = reached & gone["reason"].isin(NOT_DUE)
    n = int(reached.sum())
    share = 1 - int(not_due.sum()) / n if n else None
    return out | {
        "known_lost": gone[reached & ~not_due],
        "perhaps_lost": gone[~once & ~not_due],
        "came_twice": None if share is None else gone[~once].assign(weight=share),
        "one_visit": gone[once],
    }


def bridge(counts: Mapping[str, Any]) -> pd.DataFrame:
    """From the private cohort to the known lost: ``step``, ``count``, ``kind`` (``total``, ``minus``,
    ``beside``).

    Parameters
    ----------
    counts
        One month of `by_month`.

    Notes
    -----
    cohort − returned = lost; lost − one_visit − not_due − not_reached = known lost, where not_reached holds
    those who were never called. Fleet vehicles stand beside it: a lost one is lost, too. Without calls it
    ends with the lost.
    """
    if not counts.get("private_cohort"):
        return pd.DataFrame(columns=BRIDGE)
    cohort, lost = counts["private_cohort"], counts["to_call"]
    rows = [
        ["private_cohort", cohort, "total"],
        ["returned", cohort - lost, "minus"],
        ["to_call", lost, "total"],
    ]
    if counts["known_lost"] is not None:
        rows += [
            ["one_visit", counts["one_visit"], "minus"],
            ["not_due", counts["not_due"], "minus"],
            ["not_reached", lost - counts["reached"] - counts["one_visit"], "minus"],
            ["known_lost", counts["known_lost"], "total"],
        ]
    rows += [
        ["fleet_cohort", counts["fleet_cohort"], "beside"],
        ["fleet_lost", counts["fleet_lost"], "beside"],
    ]
    return pd.DataFrame(rows, columns=BRIDGE)


def returning(
    repair_orders: pd.DataFrame | None,
    month: pd.Period,
    months: int = 24,
    owner_type: str | None = "private",
) -> pd.DataFrame:
    """Days until a car comes again: the curve of `survival.kaplan_meier`, with ``back`` = 1 − survival.

    Every day on which a vehicle came in the `months` months that end with `month` starts a wait, which ends
    when it comes again or with the month. Several orders of one day are one visit. The waits of one car hang
    together, so the interval is a little too narrow.
    """
    columns = ["time", "at_risk", "events", "censored", "survival", "low", "high", "back"]
    if repair_orders is None:
        return pd.DataFrame(columns=columns)
    waited, back = _waits(repair_orders, month, months, owner_type)
    curve = kaplan_meier(waited, back)
    return curve.assign(back=1 - curve["survival"])[columns]


def median_days(curve: pd.DataFrame) -> float | None:
    """After how many days half of the cars have come again; None where fewer have."""
    return time_until(curve, 0.5)


def _waits(
    repair_orders: pd.DataFrame, month: pd.Period, months: int, owner_type: str | None
) -> tuple[np.ndarray, np.ndarray]:
    of = visits(repair_orders, ["owner_type"])
    last = _last_visits(of, month)
    fits = np.zeros(len(of.names), dtype=bool)
    owner = of.orders["owner_type"].to_numpy(dtype=object)
    fits[of.vehicle[last]] = True if owner_type is None else owner[last] == owner_type
    taken = (of.month <= month.ordinal) & fits[of.vehicle]
    vehicle, day = of.vehicle[taken], of.opened[taken].astype("datetime64[D]").astype(np.int64)
    first = np.append(True, (np.diff(vehicle) != 0) | (np.diff(day) != 0))[: len(day)]
    vehicle, day, started = vehicle[first], day[first], of.month[taken][first] > month.ordinal - months
    again = np.append(np.diff(vehicle) == 0, False)[: len(day)]
    end = int(after(month).to_datetime64().astype("datetime64[D]").astype(np.int64)) - 1
    until = np.where(again, np.append(day[1:], end)[: len(day)], end)
    return (until - day)[started], again[started]


def back_within(curve: pd.DataFrame, days: Sequence[int] = (30, 60, 90, 180, 270, 365)) -> pd.DataFrame:
    """What share of cars has come again after so many days: ``days``, ``back``; the curve of `returning`.

    Up to the last day that any wait is as long as.
    """
    if curve.empty:
        return pd.DataFrame(columns=["days", "back"])
    times, back = curve["time"].to_numpy(), curve["back"].to_numpy()
    reached = [d for d in days if d <= times[-1]]
    place = np.searchsorted(times, reached, side="right") - 1
    return pd.DataFrame({"days": reached, "back": [float(back[i]) if i >= 0 else 0.0 for i in place]})


as_written(__name__)

"""Cars that come back to the workshop (返修回厂), counted beside its own register of rework."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from aftersales.contract.months import after, as_written, months_to, ratio, start, within
from aftersales.contract.remembered import in_a_report, remembered
from aftersales.metrics.visits import Visits, visits

RETURN_DAYS, RETURN_KM = 30, 2_000
RED_LINE_DAYS = 10
KINDS = ("repair", "warranty")
RETURNS = ["order_id", "advisor", "returned_order_id", "days", "km", "red_line"]
_DAY = np.timedelta64(1, "D")


@in_a_report
def figures(
    repair_orders: pd.DataFrame | None,
    month: pd.Period,
    return_days: int = RETURN_DAYS,
    return_km: float = RETURN_KM,
) -> dict[str, float | int | None]:
    """Repairs of the month before, and those whose car was back (``ftf.return*``), as `by_month` has them."""
    (now,) = by_month(repair_orders, [month], return_days, return_km)
    return {f"ftf.{name}": value for name, value in now.items()}


@in_a_report
def by_month(
    repair_orders: pd.DataFrame | None,
    months: Sequence[pd.Period],
    return_days: int = RETURN_DAYS,
    return_km: float = RETURN_KM,
) -> list[dict[str, float | int | None]]:
    """The figures of each report month.

    Returns
    -------
    list of dict
        ``return_orders``: orders of type repair or warranty opened in the month before, whose vehicle is
        known; ``returned``: those whose vehicle has another such order 1 to `return_days` calendar days
        later, up to the end of the month, no more than `return_km` apart where both mileages are known;
        ``return_rate``.
    """
    if repair_orders is None:
        return [dict.fromkeys(("return_orders", "returned", "return_rate")) for _ in months]
    of, later = _matched(repair_orders, months, return_days, return_km)
    out: list[dict[str, float | int | None]] = []
    for m in months:
        first = of.month == m.ordinal - 1
        n, back = int(first.sum()), int((later[first] >= 0).sum())
        out.append({"return_orders": n, "returned": back, "return_rate": ratio(back, n)})
    return out


def trend(
    repair_orders: pd.DataFrame | None,
    month: pd.Period,
    return_days: int = RETURN_DAYS,
    return_km: float = RETURN_KM,
) -> pd.DataFrame:
    """``return_orders``, ``returned``, ``return_rate`` of the 12 months to `month` (``ftf.return_trend``)."""
    months = months_to(month)
    rows = by_month(repair_orders, months, return_days, return_km)
    return pd.DataFrame(
        [[str(m), *row.values()] for m, row in zip(months, rows, strict=True)],
        columns=["month", "return_orders", "returned", "return_rate"],
    )


def table(
    repair_orders: pd.DataFrame | None,
    month: pd.Period,
    return_days: int = RETURN_DAYS,
    return_km: float = RETURN_KM,
) -> pd.DataFrame:
    """The orders of the month before whose car was back (``ftf.returns``), soonest first.

    Returns
    -------
    DataFrame
        ``order_id`` and ``advisor`` of the first order, ``returned_order_id`` the earliest later one that
        qualifies, ``days`` between them, ``km`` = later − first or missing, ``red_line``: back within 10 days
        (红线). The records hold no fault, so whether it was the same is for people to say.
    """
    if repair_orders is None:
        return pd.DataFrame(columns=RETURNS)
    of, later = _matched(repair_orders, [month], return_days, return_km)
    first = np.flatnonzero((of.month == month.ordinal - 1) & (later >= 0))
    again = later[first]
    before, then = of.orders.iloc[first], of.orders.iloc[again]
    day = of.opened.astype("datetime64[D]")
    days = (day[again] - day[first]) // _DAY
    km = of.orders["mileage_km"].to_numpy(dtype=float)
    out = pd.DataFrame(
        {
            "order_id": before["order_id"].to_numpy(dtype=object),
            "advisor": before["advisor"].to_numpy(dtype=object),
            "returned_order_id": then["order_id"].to_numpy(dtype=object),
            "days": days,
            "km": km[again] - km[first],
            "red_line": days <= RED_LINE_DAYS,
        },
        columns=RETURNS,
    )
    return out.sort_values(["days", "order_id"], kind="stable").reset_index(drop=True)


def left_out(repair_orders: pd.DataFrame | None, month: pd.Period) -> dict[str, int] | None:
    """The orders of the month before: ``orders``, those whose type is known (``typed``), and the repairs
    among them (``repairs``), whose vehicle may not be known.
    """
    if repair_orders is None:
        return None
    kinds = repair_orders.loc[within(repair_orders["opened_at"], month - 1), "order_type"]
    return {"orders": len(kinds), "typed": int(kinds.notna().sum()), "repairs": int(kinds.isin(KINDS).sum())}


def orders(
    repair_orders: pd.DataFrame | None,
    month: pd.Period,
    return_days: int = RETURN_DAYS,
    return_km: float = RETURN_KM,
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """The orders that `by_month` counts: the repairs of the month before, and those whose car was back."""
    if repair_orders is None:
        return None, None
    of, later = _matched(repair_orders, [month], return_days, return_km)
    first = of.month == month.ordinal - 1
    return of.orders[first], of.orders[first & (later >= 0)]


def marked(
    repair_orders: pd.DataFrame | None,
    months: Sequence[pd.Period],
    return_days: int = RETURN_DAYS,
    return_km: float = RETURN_KM,
) -> pd.DataFrame:
    """Every order that `by_month` counts in any of the months: ``order_id``, ``advisor``, ``month`` (the
    ordinal of the report month) and whether its car ``returned``."""
    if repair_orders is None:
        return pd.DataFrame(columns=["order_id", "advisor", "month", "returned"])
    of, later = _matched(repair_orders, months, return_days, return_km)
    rows = of.orders[["order_id", "advisor"]].assign(month=of.month + 1, returned=later >= 0)
    return rows[rows["month"].isin([m.ordinal for m in months])]


@remembered
def _matched(
    repair_orders: pd.DataFrame, months: Sequence[pd.Period], return_days: int, return_km: float
) -> tuple[Visits, np.ndarray]:
    """Repairs by vehicle and time, and for each the place of the first later one that makes it a return, or
    −1.

    An order's report is that of the next month, so how far it is looked ahead does not depend on which one
    asks.
    """
    opened, kind = repair_orders["opened_at"], repair_orders["order_type"]
    wanted = kind.isin(KINDS)
    wanted &= (
        (opened >= start(min(months) - 1)) & (opened < after(max(months))) if len(months) else opened.isna()
    )
    of = visits(repair_orders[wanted], ["advisor", "mileage_km"])
    day, km = of.opened.astype("datetime64[D]"), of.orders["mileage_km"].to_numpy(dtype=float)
    later = np.full(len(day), -1)
    asked, step = np.arange(len(day)), 1
    while len(asked):  # each against its next, then its second next, … as long as it is in reach
        asked = asked[asked + step < len(day)]
        days = (day[asked + step] - day[asked]) // _DAY
        near = (of.vehicle[asked + step] == of.vehicle[asked]) & (days <= return_days)
        near &= of.month[asked + step] <= of.month[asked] + 1
        asked, days = asked[near], days[near]
        apart = np.abs(km[asked + step] - km[asked])
        found = (days >= 1) & ~(apart > return_km)  # an unknown mileage keeps nothing out
        later[asked[found]] = asked[found] + step
        asked, step = asked[~found], step + 1
    return of, later


as_written(__name__)

"""Cars handed over when they were promised (准时交车), and how long they were in the shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract.months import after, as_written, months_to, ratio, start, within
from aftersales.contract.remembered import in_a_report, remembered
from aftersales.contract.schema import CODES
from aftersales.metrics import cause_rates
from aftersales.metrics import oem_css as scores
from aftersales.metrics.funnel import JUDGED, judged
from aftersales.metrics.known import timed
from aftersales.metrics.visits import month_numbers

GRACE_MINUTES = 15
_LATE = pd.Timedelta(minutes=30)
_HOUR = pd.Timedelta(hours=1)
NAMES = ("orders", "on_time", "rate", "late_30", "hours_median", "hours_p90")
TREND = ["month", "orders", "on_time", "rate"]
ADVISORS = ["advisor", "orders", "on_time", *JUDGED]


@in_a_report
def figures(
    repair_orders: pd.DataFrame | None, month: pd.Period, grace_minutes: float = GRACE_MINUTES
) -> dict[str, float | int | None]:
    """Orders delivered in the month, those on time, and hours in the shop (``delivery.*``), as `by_month`
    has them.
    """
    (now,) = by_month(repair_orders, [month], grace_minutes)
    return {f"delivery.{name}": value for name, value in now.items()}


@in_a_report
def by_month(
    repair_orders: pd.DataFrame | None, months: Sequence[pd.Period], grace_minutes: float = GRACE_MINUTES
) -> list[dict[str, float | int | None]]:
    """The figures of each month.

    Returns
    -------
    list of dict
        ``orders``: delivered in the month, with both stamps to the minute; ``on_time``: at most
        `grace_minutes` after the promise; ``rate``; ``late_30``: more than 30 minutes after it;
        ``hours_median``, ``hours_p90``: from opening to delivery of all delivered orders, promised or not.

    Notes
    -----
    A stamp that is a day, not a time, tells nothing of minutes or hours: such an order is left out, see
    `left_out`.
    """
    if repair_orders is None:
        return [dict.fromkeys(NAMES) for _ in months]
    rows = delivered(repair_orders, months, grace_minutes)
    month = rows["month"].to_numpy()
    both, on_time, late, hours = (rows[c].to_numpy() for c in ("both", "on_time", "late_30", "hours"))
    hours_known = ~np.isnan(hours)
    out: list[dict[str, float | int | None]] = []
    for m in months:
        then = month == m.ordinal
        n, k = int((both & then).sum()), int((on_time & then).sum())
        stay = hours[then & hours_known]
        middle, slow = np.quantile(stay, [0.5, 0.9]).tolist() if len(stay) else (None, None)
        values = (n, k, ratio(k, n), int((late & then).sum()), middle, slow)
        out.append(dict(zip(NAMES, values, strict=True)))
    return out


def trend(
    repair_orders: pd.DataFrame | None, month: pd.Period, grace_minutes: float = GRACE_MINUTES
) -> pd.DataFrame:
    """Orders, those on time and ``rate`` of the 12 months to `month` (``delivery.trend``)."""
    months = months_to(month)
    rows = by_month(repair_orders, months, grace_minutes)
    return pd.DataFrame(
        [[str(m), row["orders"], row["on_time"], row["rate"]] for m, row in zip(months, rows, strict=True)],
        columns=TREND,
    )


@remembered
def delivered(
    repair_orders: pd.DataFrame, months: Sequence[pd.Period], grace_minutes: float, *columns: str
) -> pd.DataFrame:
    """The orders delivered from the first to the last of the months, with what is known of each.

    Whether a column tells times at all is asked of the whole of it, not of a month.
    """
    promised, delivered = repair_orders["promised_at"], repair_orders["delivered_at"]
    both = timed(repair_orders, "promised_at", "delivered_at")
    stay = timed(repair_orders, "opened_at", "delivered_at")
    wanted = (
        (delivered >= start(min(months))) & (delivered < after(max(months)))
        if len(months)
        else delivered.notna() & False
    )
    out = repair_orders.loc[wanted, list(columns)]
    delivered, promised, both = delivered[wanted], promised[wanted], both[wanted]
    late = delivered - promised
    return out.assign(
        month=month_numbers(delivered.to_numpy()),
        hour=promised.dt.hour,
        both=both,
        on_time=both & (late <= pd.Timedelta(minutes=grace_minutes)),
        late_30=both & (late > _LATE),
        hours=((delivered - repair_orders.loc[wanted, "opened_at"]) / _HOUR)
        .where(stay[wanted])
        .astype(float),
    )


def _promised(
    repair_orders: pd.DataFrame, month: pd.Period, grace_minutes: float, *columns: str
) -> pd.DataFrame:
    """The orders that `delivery.orders` counts."""
    rows = delivered(repair_orders, [month], grace_minutes, *columns)
    return rows[rows["both"]]


def late(
    repair_orders: pd.DataFrame | None, month: pd.Period, grace_minutes: float = GRACE_MINUTES
) -> pd.DataFrame:
    """The month's orders that were not on time: ``order_id``, ``advisor``."""
    if repair_orders is None:
        return pd.DataFrame(columns=["order_id", "advisor"])
    rows = _promised(repair_orders, month, grace_minutes, "order_id", "advisor")
    return rows.loc[~rows["on_time"], ["order_id", "advisor"]].reset_index(drop=True)


def advisors(
    repair_orders: pd.DataFrame | None, month: pd.Period, grace_minutes: float = GRACE_MINUTES
) -> pd.DataFrame:
    """Orders and those on time of each advisor, lowest rate first, and whether the rate lies beyond chance.

    ``outside`` is None, ``95`` or ``99.8``: the limits round the store's rate, orders without an advisor
    included.
    """
    if repair_orders is None:
        return pd.DataFrame(columns=ADVISORS)
    rows = _promised(repair_orders, month, grace_minutes, "advisor")
    out = judged(_counted(rows, "advisor"), "on_time", "orders", ratio(int(rows["on_time"].sum()), len(rows)))
    order = ["rate", "orders", "advisor"]
    return out.sort_values(order, ascending=[True, False, True], kind="stable")[ADVISORS].reset_index(
        drop=True
    )


def _counted(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Orders and those on time by a column; what is missing in it is in no row."""
    found = rows.groupby(by, observed=True)["on_time"].agg(orders="size", on_time="sum")
    return found.astype({"orders": int, "on_time": int}).rename_axis(by).reset_index()


def by_hour(
    repair_orders: pd.DataFrame | None, month: pd.Period, grace_minutes: float = GRACE_MINUTES
) -> pd.DataFrame:
    """The month's orders by the hour for which they were promised: ``hour``, ``orders``, ``on_time``,
    ``rate``, ``low``, ``high``.
    """
    columns = ["hour", "orders", "on_time", *JUDGED[:3]]
    if repair_orders is None:
        return pd.DataFrame(columns=columns)
    rows = _promised(repair_orders, month, grace_minutes)
    return judged(_counted(rows, "hour"), "on_time", "orders", None)[columns].astype({"hour": int})


def by_order_type(
    repair_orders: pd.DataFrame | None, month: pd.Period, grace_minutes: float = GRACE_MINUTES
) -> pd.DataFrame:
    """The month's orders by type, in the order of the codes; those without a type last.

    ``order_type``, ``orders``, ``on_time``, ``rate``, ``low``, ``high``.
    """
    columns = ["order_type", "orders", "on_time", *JUDGED[:3]]
    if repair_orders is None:
        return pd.DataFrame(columns=columns)
    rows = _promised(repair_orders, month, grace_minutes, "order_type")
    kinds = rows["order_type"].to_numpy(dtype=object)
    known: list[tuple[str | None, np.ndarray]] = [(code, kinds == code) for code in CODES["order_type"]]
    known.append((None, rows["order_type"].isna().to_numpy()))
    on_time = rows["on_time"].to_numpy()
    found = [[code, int(those.sum()), int(on_time[those].sum())] for code, those in known if those.any()]
    table = pd.DataFrame(found, columns=columns[:3]).astype({"order_type": object})
    return judged(table, "on_time", "orders", None)[columns]


def advisors_by_month(
    repair_orders: pd.DataFrame | None, months: Sequence[pd.Period], grace_minutes: float = GRACE_MINUTES
) -> pd.DataFrame:
    """Orders and those on time of each advisor in each month that has any: ``month``, ``advisor``,
    ``orders``, ``on_time``.
    """
    columns = ["month", "advisor", "orders", "on_time"]
    if repair_orders is None:
        return pd.DataFrame(columns=columns)
    rows = delivered(repair_orders, months, grace_minutes, "advisor")
    rows = rows[rows["both"] & rows["month"].isin([m.ordinal for m in months])]
    found = (
        rows.groupby(["month", "advisor"], observed=True)["on_time"]
        .agg(orders="size", on_time="sum")
        .reset_index()
    )
    named = {m.ordinal: str(m) for m in months}
    return found.assign(month=found["month"].map(named).astype(object))[columns].astype(
        {"orders": int, "on_time": int}
    )


def story(
    repair_orders: pd.DataFrame | None,
    oem_css: pd.DataFrame | None,
    grievances: pd.DataFrame | None,
    survey_calls: pd.DataFrame | None,
    month: pd.Period,
    weights: Mapping[str, float],
    grace_minutes: float = GRACE_MINUTES,
) -> pd.DataFrame:
    """From stamp to score, last month and this: ``what``, ``previous``, ``current``.

    On-time rate and median hours, the MOT item 停留时间, and the cause 时间 per 100 valid calls.
    """
    months = [month - 1, month]
    found = by_month(repair_orders, months, grace_minutes)
    rows: list[list[Any]] = [
        [f"delivery.{name}", *(n[name] for n in found)] for name in ("rate", "hours_median")
    ]
    past = scores.history(oem_css, month, weights, 2)
    stay = dict(zip(past["month"].astype(str), past["time_in_shop"].tolist(), strict=True))
    causes = cause_rates.by_month(grievances, survey_calls, months)
    named = causes[causes["cause"] == "time"]
    per = dict(zip(named["month"], named["per_100"].tolist(), strict=True))
    for what, by in (("time_in_shop", stay), ("time_cause", per)):
        rows.append([what, *(by.get(str(m)) for m in months)])
    return pd.DataFrame(rows, columns=["what", "previous", "current"])


def left_out(repair_orders: pd.DataFrame | None, month: pd.Period) -> dict[str, int | None]:
    """Orders delivered in the month that can't be judged: ``delivered``, ``without_promise``, ``days`` (a
    stamp without a time).
    """
    if repair_orders is None:
        return dict.fromkeys(("delivered", "without_promise", "days"))
    now = within(repair_orders["delivered_at"], month)
    promised = repair_orders["promised_at"].notna()
    days = promised & ~timed(repair_orders, "promised_at", "delivered_at")
    return {
        "delivered": int(now.sum()),
        "without_promise": int((now & ~promised).sum()),
        "days": int((now & days).sum()),
    }


as_written(__name__)

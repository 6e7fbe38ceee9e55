"""Repair orders and the customer archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aftersales.contract.schema import CODES
from aftersales.demo import frames, workdays
from aftersales.demo.fleet import Fleet
from aftersales.demo.plan import Plan
from aftersales.demo.quotas import Ints, deal

MINUTE = np.timedelta64(1, "m")
DAY = np.timedelta64(1, "D")
ORDER_TYPES = tuple(CODES["order_type"])
_TYPE_SHARES = (0.48, 0.27, 0.12, 0.09, 0.04)
_SECOND_SHARES = (0.05, 0.45, 0.08, 0.32, 0.10)  # of a second order on the same day
_MINUTES = np.array([95, 170, 300, 140, 60])
_AMOUNTS = np.array([620, 980, 3600, 150, 260])
_OVERNIGHT = np.array([0.01, 0.16, 1, 0.18, 0.05])
_CLOSING = 18 * 60 + 30


@dataclass(frozen=True)
class Orders:
    """Repair orders in the order of their opening, as arrays.

    `number` is the order number; `vehicle`, `advisor` and `month` are indexes; `second` says that the vehicle
    was there the same day already; `delivered` is NaT for a car that is still there when the records end.
    """

    number: NDArray[np.object_]
    vehicle: Ints
    advisor: Ints
    month: Ints
    second: np.ndarray
    kind: Ints
    opened: np.ndarray
    promised: np.ndarray
    delivered: np.ndarray
    finished: np.ndarray


def make(plan: Plan, fleet: Fleet, rng: np.random.Generator) -> Orders:
    """Put the visits of the plan on days and hours, and give them advisors and results."""
    vehicle, month, day, second = _days(plan, fleet, rng)
    visit = (
        month * 10**9
        + vehicle * 100
        + (day - day.astype("datetime64[M]").astype("datetime64[D]")).astype(int)
    )
    _, visit = np.unique(visit, return_inverse=True)
    lottery = rng.random(int(np.max(visit)) + 1)  # orders of one visit share their advisor
    advisor = deal(month, lottery[visit], plan.orders)

    early = rng.random(lottery.size) < 0.64
    arrival = np.where(early, rng.normal(590, 60, lottery.size), rng.normal(865, 75, lottery.size))
    minute = np.clip(arrival, 8 * 60, 17 * 60 + 20)[visit] + second * rng.uniform(5, 25, len(vehicle))
    opened = day.astype("datetime64[m]") + minute.astype(np.int64) * MINUTE
    order = np.lexsort((vehicle, opened))
    vehicle, month, second = vehicle[order], month[order], second[order]
    advisor, opened = advisor[order], opened[order]

    kinds = [rng.choice(5, len(opened), p=shares) for shares in (_TYPE_SHARES, _SECOND_SHARES)]
    kind = np.where(second, kinds[1], kinds[0])
    delivered, finished = _delivery(opened, kind, rng)
    slack = np.where(
        rng.random(len(opened)) < 0.82, rng.integers(0, 75, len(opened)), -rng.integers(10, 180, len(opened))
    )
    promised = np.maximum(delivered + slack * MINUTE, opened + 20 * MINUTE)
    promised += -promised.astype(np.int64) % 15 * MINUTE  # promises are made to the quarter of an hour
    promised[rng.random(len(opened)) < 0.03] = np.datetime64("NaT")
    still_in_shop = delivered >= plan.last + DAY
    delivered[still_in_shop] = finished[still_in_shop] = np.datetime64("NaT")
    number = np.array(frames.serials("RO", opened), object)
    return Orders(number, vehicle, advisor, month, second, kind, opened, promised, delivered, finished)


def _days(plan: Plan, fleet: Fleet, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Vehicle, month, day of every order, and whether it is a second one of that day."""
    vehicles, months, days, seconds = [], [], [], []
    for month in range(plan.months):
        come = rng.permutation(fleet.visits[month])
        extra = int(plan.orders[month].sum()) - len(come)
        calendar = workdays.days_of(plan.month(month))
        busy = workdays.business(calendar)
        day = rng.choice(calendar, len(come), p=busy / busy.sum())
        # A vehicle with more than one order has the second the same day, or comes again on another one.
        again = np.resize(np.arange(len(come)), extra)
        other = rng.choice(calendar, extra, p=busy / busy.sum())
        same = rng.random(extra) < 0.6
        first = np.r_[day, np.where(same, day[again], other)]
        vehicle = np.r_[come, come[again]]
        pairs = vehicle * 100 + (first - calendar[0]).astype(np.int64)
        _, earliest = np.unique(pairs, return_index=True)
        second = np.ones(len(pairs), bool)
        second[earliest] = False
        vehicles.append(vehicle)
        days.append(first)
        seconds.append(second)
        months.append(np.full(len(vehicle), month))
    return np.concatenate(vehicles), np.concatenate(months), np.concatenate(days), np.concatenate(seconds)


def _delivery(opened: np.ndarray, kind: Ints, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """When the car is handed over and when its work was finished, on an open day."""
    count = len(opened)
    minutes = np.maximum(rng.lognormal(np.log(_MINUTES[kind]), 0.4), 20).astype(np.int64)
    stays = rng.random(count) < _OVERNIGHT[kind]
    nights = stays * np.where(kind == 2, 1 + rng.geometric(0.28, count), rng.geometric(0.55, count))
    today = opened.astype("datetime64[D]")
    late = (opened - today).astype(np.int64) + minutes > _CLOSING
    nights = np.where(late & (nights == 0), 1, nights)
    horizon = np.arange(today.min(), today.max() + 60 * DAY)
    day = workdays.roll(today + nights, workdays.business(horizon), horizon[0])
    morning = day.astype("datetime64[m]") + (600 + rng.uniform(0, 440, count)).astype(np.int64) * MINUTE
    stays = nights > 0
    delivered = np.where(stays, morning, opened + minutes * MINUTE)
    wait = np.where(stays, rng.integers(20, 90, count), np.maximum(minutes * 15 // 100, 1))
    return delivered, delivered - wait * MINUTE


def repair_orders(
    plan: Plan, orders: Orders, vehicles: dict[str, Any], rng: np.random.Generator
) -> dict[str, Any]:
    """Columns of the `repair_orders` table."""
    v, count = orders.vehicle, len(orders.vehicle)
    latest = np.zeros(int(np.max(v)) + 1, np.int64)
    np.maximum.at(latest, v, np.arange(count))
    is_latest = latest[v] == np.arange(count)
    is_fleet = np.where(is_latest, vehicles["is_fleet"][v], vehicles["was_fleet"][v])
    driven = np.maximum((orders.opened.astype("datetime64[D]") - vehicles["new"][v]).astype(np.int64), 1)
    mileage = np.floor(driven * vehicles["km_a_day"][v]) + 12
    mileage[rng.random(count) < 0.008] = np.nan
    amount = np.round(rng.lognormal(np.log(_AMOUNTS[orders.kind]), 0.55), 1)
    amount[(orders.kind == 3) & (rng.random(count) < 0.7)] = 0
    plate, vin = np.array(vehicles["plate"], object)[v], np.array(vehicles["vin"], object)[v]
    plate[rng.random(count) < 0.006] = None
    return {
        "order_id": orders.number,
        "vin": vin,
        "plate": plate,
        "owner_type": np.where(is_fleet, "fleet", "private"),
        "advisor": np.array(plan.advisors, object)[orders.advisor],
        "opened_at": orders.opened,
        "promised_at": orders.promised,
        "delivered_at": orders.delivered,
        "mileage_km": mileage,
        "order_type": np.array(ORDER_TYPES, object)[orders.kind],
        "amount": amount,
    }


def customers(plan: Plan, fleet: Fleet, orders: Orders, vehicles: dict[str, Any]) -> dict[str, Any]:
    """Columns of the `customers` table; nobody is in the archive later than at the first visit."""
    first = np.full(len(fleet.created), plan.last)
    np.minimum.at(first, orders.vehicle, orders.opened.astype("datetime64[D]"))
    return {
        "vin": vehicles["vin"],
        "created_at": np.minimum(vehicles["created"], first),
        "owner_type": np.where(vehicles["was_fleet"], "fleet", "private"),
        "name": vehicles["name"],
        "phone": vehicles["phone"],
        "plate": vehicles["plate"],
    }

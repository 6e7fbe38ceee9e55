"""Jobs of the workshop and the booking register."""

from __future__ import annotations

from typing import Any

import numpy as np

from aftersales.contract.schema import CODES, REWORK_CAUSES
from aftersales.demo import frames, workdays
from aftersales.demo.orders import MINUTE, Orders
from aftersales.demo.plan import Plan
from aftersales.demo.quotas import deal, rank_within, weighted

BOOKING_STATUS = tuple(CODES["booking_status"])


def jobs(plan: Plan, orders: Orders, rng: np.random.Generator) -> dict[str, Any]:
    """Columns of the `jobs` table: each order has a job or more, finished in the month that counts them."""
    done = np.flatnonzero(~np.isnat(orders.finished))
    month = (orders.finished[done].astype("datetime64[M]") - plan.first).astype(np.int64)
    chosen, counted = [], []
    for m in range(plan.months):
        here = rng.permutation(done[month == m])
        total = int(plan.jobs[m].sum()) if len(here) else 0
        chosen.append(np.resize(here, total))  # once round the orders, then some of them again
        counted.append(np.full(total, m))
    order, months = np.concatenate(chosen), np.concatenate(counted)
    again = rank_within(order, np.arange(len(order)))
    finished = orders.finished[order]
    opening = finished.astype("datetime64[D]") + 8 * 60 * MINUTE
    room = (finished - np.maximum(orders.opened[order], opening)).astype(np.int64)
    finished = finished - (room * rng.uniform(0.2, 0.8, len(order)) * (again > 0)).astype(np.int64) * MINUTE

    technician = deal(months, rng.random(len(order)), plan.jobs)
    suspect = np.where(
        _days_to_return(orders)[order] <= 14, 12.0, 1.0
    )  # what is not fixed tends to come back
    group = months * plan.jobs.shape[1] + technician
    cause = deal(group, weighted(rng, suspect), plan.rework.reshape(-1, len(REWORK_CAUSES)))
    sequence = np.lexsort((order, finished))
    return {
        "job_id": frames.serials("JB", finished[sequence]),
        "order_id": orders.number[order][sequence],
        "technician": np.array(plan.technicians, object)[technician][sequence],
        "finished_at": finished[sequence],
        "rework_cause": np.array([*REWORK_CAUSES, None], object)[cause][sequence],
    }


def _days_to_return(orders: Orders) -> np.ndarray:
    """Days from each order to the vehicle's next one on a later day; many where there is none."""
    day = orders.opened.astype("datetime64[D]").astype(np.int64)
    order = np.lexsort((day, orders.vehicle))
    same = np.diff(orders.vehicle[order]) == 0
    gap = np.where(same, np.diff(day[order]), 10**6)
    out = np.full(len(order), 10**6)
    out[order[:-1]] = np.where(gap == 0, 10**6, gap)
    return out


def bookings(plan: Plan, orders: Orders, rng: np.random.Generator) -> dict[str, Any]:
    """Columns of the `bookings` table: kept ones belong to an order of the month, the others to none."""
    first = np.flatnonzero(~orders.second)
    likely = np.where(orders.kind[first] == 0, 2.0, 1.0)
    status = deal(orders.month[first], weighted(rng, likely), plan.arrived)
    arrived, status = first[status < 3], status[status < 3]
    shift = np.select(
        [status == 0, status == 1],
        [rng.integers(-10, 11, len(arrived)), rng.integers(20, 90, len(arrived))],
        -rng.integers(20, 120, len(arrived)),
    )  # an early car comes before its planned time
    planned = orders.opened[arrived] + shift * MINUTE
    day = orders.opened[arrived].astype("datetime64[D]")
    planned = np.clip(planned, day + 480 * MINUTE, day + 1079 * MINUTE)

    missed_status = np.concatenate([np.repeat([3, 4], plan.missed[m]) for m in range(plan.months)])
    missed_day = []
    for m in range(plan.months):
        calendar = workdays.days_of(plan.month(m))
        busy = workdays.business(calendar)
        missed_day.append(rng.choice(calendar, int(plan.missed[m].sum()), p=busy / busy.sum()))
    at = np.concatenate(missed_day) + (480 + 30 * rng.integers(0, 18, len(missed_status))) * MINUTE

    planned = np.r_[planned, at]
    number = np.r_[orders.number[arrived], np.full(len(at), None)]
    status = np.r_[status, missed_status]
    month = (planned.astype("datetime64[M]") - plan.first).astype(np.int64)
    order = np.lexsort((np.arange(len(planned)), planned))
    proactive = rng.random(len(planned)) < plan.proactive[month]
    return {
        "booking_id": frames.serials("BK", planned[order]),
        "planned_at": planned[order],
        "proactive": proactive[order],
        "status": np.array(BOOKING_STATUS, object)[status[order]],
        "order_id": number[order],
    }

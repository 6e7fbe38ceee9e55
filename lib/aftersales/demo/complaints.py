"""The complaint register."""

from __future__ import annotations

from typing import Any

import numpy as np

from aftersales.demo import frames, texts, workdays
from aftersales.demo.orders import DAY, MINUTE, Orders
from aftersales.demo.plan import CAUSES, Plan
from aftersales.demo.quotas import rank_within

_LEVELS = ("normal", "escalated", "major")
_SHARES = (0.34, 0.2, 0.13, 0.11, 0.1, 0.04, 0.04, 0.04)
_HANDLERS = ("客服专员小林", "客服专员小赵", "客服主管")


def complaints(
    plan: Plan, orders: Orders, vehicles: dict[str, Any], rng: np.random.Generator
) -> dict[str, Any]:
    """Columns of the `complaints` table; what happens after the last day has not happened yet."""
    month = np.repeat(np.arange(plan.months), plan.complaints)
    count = len(month)
    received = np.sort(_received(plan, month, rng))
    end = (plan.last + DAY).astype("datetime64[m]")
    level = rng.choice(3, count, p=(0.78, 0.17, 0.05))
    contact = _at_work(received + _hours(rng.lognormal(np.log(1.3 - 0.4 * (level > 0)), 0.7)))
    close = _at_work(contact + _hours(rng.lognormal(np.log(np.array([22, 46, 80])[level]), 0.75)))
    # A fair number of complaints of the last days is still open, and so is a hard case now and then.
    closed = (close < end) & ~((rng.random(count) < 0.4) & (received > end - 25 * DAY))
    order = _orders(orders, received, rng)
    answered = closed & (rng.random(count) < 0.85)
    content = rng.random(count) < 0.78 - 0.2 * (level > 0)
    category, pick = rng.choice(len(CAUSES), count, p=_SHARES), rng.integers(0, 10**6, count)
    personal = rng.random(count) < 0.3
    turn = rank_within(category, np.arange(count)) + int(rng.integers(12))  # no story twice in a row
    pools = [texts.COMPLAINTS[CAUSES[c]] for c in category]
    cases = [pool[t % len(pool)] for pool, t in zip(pools, turn, strict=True)]
    description = [t[0] + "。" for t in cases]
    for i in np.flatnonzero(personal & (order >= 0)).tolist():
        description[i] += texts.call_back(int(pick[i]), int(orders.vehicle[order[i]]), vehicles)
    known, planned = closed | (pick % 3 > 0), closed | (pick % 2 > 0)
    channel = rng.choice(len(texts.CHANNELS), count, p=(0.4, 0.28, 0.14, 0.1, 0.04, 0.04))
    return {
        "complaint_id": frames.serials("TS", received, width=3),
        "received_at": received,
        "channel": [texts.CHANNELS[c] for c in channel],
        "level": np.array([*_LEVELS, None], object)[np.where((level == 0) & (pick % 6 == 0), -1, level)],
        "order_id": np.r_[orders.number, [None]][order],
        "category": [CAUSES[c] for c in category],
        "department": [t[3] for t in cases],
        "description": description,
        "root_cause": [t[1] if k else None for t, k in zip(cases, known, strict=True)],
        "handling": [t[2] if p else texts.HANDLING_OPEN for t, p in zip(cases, planned, strict=True)],
        "handler": [_HANDLERS[h] for h in rng.integers(len(_HANDLERS), size=count)],
        "first_contact_at": np.where(contact < end, contact, np.datetime64("NaT")),
        "status": np.where(closed, "closed", "open"),
        "closed_at": np.where(closed, close, np.datetime64("NaT")),
        "satisfied": [bool(s) if a else None for s, a in zip(content, answered, strict=True)],
    }


def _received(plan: Plan, month: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    days = np.empty(len(month), "datetime64[D]")
    for m in range(plan.months):
        calendar = workdays.days_of(plan.month(m))
        weights = workdays.business(calendar)
        days[month == m] = rng.choice(calendar, int((month == m).sum()), p=weights / weights.sum())
    return days + rng.integers(8 * 60 + 15, 17 * 60 + 45, len(month)) * MINUTE


def _hours(hours: np.ndarray) -> np.ndarray:
    minutes: np.ndarray = np.maximum(hours * 60, 5).astype(np.int64)
    return minutes * MINUTE


def _at_work(time: np.ndarray) -> np.ndarray:
    """The time, or soon after the next morning at half past eight when it falls into the night."""
    day = time.astype("datetime64[D]")
    minute = (time - day).astype(np.int64)
    night = (minute < 510) | (minute > 1170)
    morning = day + (minute > 1170) * DAY + (510 + minute % 50) * MINUTE
    return np.where(night, morning, time)


def _orders(orders: Orders, received: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The order that each complaint is about: one of the last days; -1 where it names none."""
    last = np.searchsorted(orders.opened, received) - 1
    first = np.searchsorted(orders.opened, received - 12 * DAY)
    order = (first + rng.random(len(received)) * (last - first + 1)).astype(np.int64)
    named = (last >= first) & (rng.random(len(received)) < 0.85)
    return np.where(named, np.minimum(order, last), -1)

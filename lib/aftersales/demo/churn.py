"""Calls to the owners of vehicles that did not come back within six months."""

from __future__ import annotations

from typing import Any

import numpy as np

from aftersales.demo import workdays
from aftersales.demo.fleet import CHURN_MONTHS, Fleet
from aftersales.demo.orders import DAY, MINUTE, Orders
from aftersales.demo.plan import CHURN_REASONS, CHURN_RESULTS, Plan
from aftersales.demo.quotas import Ints

_RESULTS = (0.7, 0.015, 0.03, 0.02, 0.07, 0.095, 0.07)
_REASONS = (0.19, 0.2, 0.24, 0.1, 0.17, 0.1)
_ONE_VISIT = CHURN_RESULTS.index("one_visit")
_NO_ANSWER = CHURN_RESULTS.index("no_answer")
_ABOUT_TO_COME = CHURN_REASONS.index("about_to_come")


def churn_calls(
    plan: Plan, fleet: Fleet, orders: Orders, vehicles: dict[str, Any], rng: np.random.Generator
) -> dict[str, Any]:
    """Columns of the `churn_calls` table: the private vehicles lost of the cohort six months before."""
    parts = [_month(plan, fleet, orders, vehicles, month, rng) for month in range(plan.months)]
    vehicle, called, result, reason = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((vehicle, called))
    return {
        "vin": np.array(vehicles["vin"], object)[vehicle[order]],
        "called_at": called[order],
        "result": np.array(CHURN_RESULTS, object)[result[order]],
        "reason": np.array([*CHURN_REASONS, None], object)[reason[order]],
    }


def _month(
    plan: Plan, fleet: Fleet, orders: Orders, vehicles: dict[str, Any], month: int, rng: np.random.Generator
) -> tuple[Ints, np.ndarray, Ints, Ints]:
    lost = fleet.lost[month - CHURN_MONTHS]
    lost = rng.permutation(lost[~vehicles["is_fleet"][lost]])
    if month in plan.churn_results:
        counts, reasons = plan.churn_results[month], plan.churn_reasons[month]
    else:
        lost = lost[: round(0.96 * len(lost))]  # not everybody is called
        counts = rng.multinomial(len(lost), _RESULTS)
        reasons = rng.multinomial(counts[0], _REASONS)
    # One visit only can be said of those with one visit: they come first in line for it.
    visits = np.bincount(orders.vehicle[orders.month <= month], minlength=len(fleet.created))
    once = np.argsort(visits[lost] != 1, kind="stable")
    lost = np.r_[lost[once[counts[_ONE_VISIT] :]], lost[once[: counts[_ONE_VISIT]]]]
    others = np.r_[counts[:_ONE_VISIT], counts[_ONE_VISIT + 1 :]]
    result = rng.permutation(np.repeat(np.arange(_ONE_VISIT), others))
    result = np.r_[result, np.full(counts[_ONE_VISIT], _ONE_VISIT)]
    reason = np.full(len(lost), len(CHURN_REASONS))
    reason[result == 0] = rng.permutation(np.repeat(np.arange(len(CHURN_REASONS)), reasons))
    days = workdays.days_of(plan.month(month))
    days = days[workdays.calling(days) > 0]
    called = days[rng.integers(len(days) // 3, len(days), len(lost))] + _clock(rng, len(lost))

    tried = np.flatnonzero(rng.random(len(lost)) < 0.15)  # an attempt in the week before the one that counts
    before = called[tried] - (1 + rng.integers(0, 4, len(tried))) * DAY
    within = before >= days[0]
    tried, before = tried[within], before[within]

    # Owners who were called early in the month and came later in it: lost no more.
    came = fleet.visits[month]
    came = came[np.isin(came, fleet.visits[month - CHURN_MONTHS])]
    between = np.concatenate([fleet.visits[m] for m in range(month - CHURN_MONTHS + 1, month)])
    back = came[~np.isin(came, between) & ~vehicles["is_fleet"][came]]
    return (
        np.r_[lost, lost[tried], back],
        np.r_[called, before, days[rng.integers(0, 3, len(back))] + _clock(rng, len(back))],
        np.r_[result, np.full(len(tried), _NO_ANSWER), np.zeros(len(back), np.int64)],
        np.r_[reason, np.full(len(tried), len(CHURN_REASONS)), np.full(len(back), _ABOUT_TO_COME)],
    )


def _clock(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.integers(9 * 60, 17 * 60 + 30, count) * MINUTE

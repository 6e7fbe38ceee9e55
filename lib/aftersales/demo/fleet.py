"""Which vehicle comes in which month.

Month by month the vehicles that come are chosen so that the plan's counts hold: how many come, how many have
been there in the last twelve months, and how many of a month's vehicles are not back within six months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aftersales.demo.plan import BEFORE, Plan
from aftersales.demo.quotas import Ints, weighted

NEVER = -(10**6)
BASE_MONTHS = 12
CHURN_MONTHS = 6


@dataclass(frozen=True)
class Fleet:
    """Vehicles by number, and their months by index from the first month of the records (negative before it).

    Attributes
    ----------
    created
        Month in which each vehicle was entered in the archive; vehicles are numbered in that order.
    visits
        ``visits[month]``: the vehicles that come.
    lost
        ``lost[month]``: those of them that are not back within six months.
    """

    created: Ints
    visits: dict[int, Ints]
    lost: dict[int, Ints]


@dataclass
class _State:
    """What is known of each vehicle while time goes by."""

    last: Ints  # month of its last visit
    due: NDArray[np.float64]  # when it means to come back
    deadline: Ints  # month by which it must, to be no lost one
    away_until: Ints  # month before which a lost one stays away
    pace: NDArray[np.float64]  # how long its intervals are


def simulate(plan: Plan, rng: np.random.Generator) -> Fleet:
    """Live through the months of a plan."""
    created = np.r_[
        np.full(plan.archive_before, NEVER), np.repeat(np.arange(len(plan.created)), plan.created)
    ]
    state = _opening(plan, len(created), rng)
    visits, lost = {}, {}
    base = int((state.last >= -BASE_MONTHS).sum())
    for month in range(len(plan.vehicles)):
        come = _choose(plan, state, created, month, base, rng)
        stay_away = _plan_return(plan, state, come, month, rng)
        base = int((state.last > month - BASE_MONTHS).sum())
        visits[month - BEFORE], lost[month - BEFORE] = come, stay_away
    return Fleet(np.where(created == NEVER, NEVER, created - BEFORE), visits, lost)


def _opening(plan: Plan, count: int, rng: np.random.Generator) -> _State:
    """Before the first month: the base of vehicles, the later the more, and dormant ones."""
    last = np.full(count, NEVER)
    old = rng.permutation(plan.archive_before)
    base = min(int(plan.base[0]), len(old))
    ages = rng.choice(np.arange(1, BASE_MONTHS + 1), base, p=_shares_by_age())
    last[old[:base]] = -ages
    last[old[base:]] = -rng.integers(BASE_MONTHS + 1, 40, len(old) - base)
    due = last + rng.uniform(4, 12, count)
    return _State(last, due, np.full(count, NEVER), np.full(count, NEVER), rng.lognormal(0, 0.35, count))


def _shares_by_age() -> NDArray[np.float64]:
    shares = 0.22 + 0.78 * np.exp(-np.arange(BASE_MONTHS) / 2.2)
    of_all: NDArray[np.float64] = shares / shares.sum()
    return of_all


def _choose(
    plan: Plan, state: _State, created: Ints, month: int, base: int, rng: np.random.Generator
) -> Ints:
    """The vehicles of a month: new to the base, back on the last day of it, and regular ones."""
    total = int(plan.vehicles[month])
    leaving = np.flatnonzero(state.last == month - BASE_MONTHS)
    usual = round(0.19 * total)  # vehicles new to the base in an ordinary month
    leave = int(np.clip(base + usual - plan.base[month], 0.3 * len(leaving), len(leaving)))
    new = _entries(plan, state, created, month, plan.base[month] - base + leave, rng)
    back = rng.permutation(leaving)[: min(len(leaving) - leave, total - len(new))]
    active = np.flatnonzero(
        (state.last > month - BASE_MONTHS) & (state.last < month) & (state.away_until <= month)
    )
    wish = np.where(
        state.deadline[active] == month, -np.inf, state.due[active] + rng.normal(0, 0.5, len(active))
    )
    regular = active[np.argsort(wish, kind="stable")][: max(total - len(new) - len(back), 0)]
    return np.sort(np.concatenate([new, back, regular]))


def _entries(
    plan: Plan, state: _State, created: Ints, month: int, wanted: int, rng: np.random.Generator
) -> Ints:
    """Vehicles without a visit in twelve months: customers of today, cars sold earlier, old customers."""
    wanted = int(np.clip(wanted, 0, plan.vehicles[month]))
    today = rng.permutation(np.flatnonzero(created == month))[: min(wanted, round(0.6 * plan.created[month]))]
    sold = np.flatnonzero((state.last == NEVER) & (created < month) & (created > month - 18))
    sold = sold[np.argsort(np.abs(month - created[sold] - 4) + rng.normal(0, 1.5, len(sold)), kind="stable")]
    sold = sold[: round(0.65 * (wanted - len(today)))]
    dormant = np.flatnonzero((state.last != NEVER) & (state.last < month - BASE_MONTHS))
    dormant = rng.permutation(dormant)[: wanted - len(today) - len(sold)]
    return np.concatenate([today, sold, dormant])


def _plan_return(plan: Plan, state: _State, come: Ints, month: int, rng: np.random.Generator) -> Ints:
    """After a visit: some stay away for six months or more, the others mean to be back before."""
    first_visit = state.last[come] == NEVER
    keys = weighted(rng, np.where(first_visit, 1.6, 1.0) * state.pace[come])
    gone = np.zeros(len(come), bool)
    gone[np.argsort(keys, kind="stable")[: plan.lost[month]]] = True
    state.last[come] = month
    wait = rng.gamma(2.0, 1.2, len(come)) * state.pace[come]
    late = CHURN_MONTHS + rng.uniform(0.5, 5, len(come))
    late[rng.random(len(come)) < 0.7] = np.inf
    state.due[come] = month + np.where(gone, late, np.clip(wait, 0.6, CHURN_MONTHS))
    state.deadline[come] = np.where(gone, NEVER, month + CHURN_MONTHS)
    state.away_until[come] = np.where(gone, month + CHURN_MONTHS + 1, NEVER)
    return come[gone]

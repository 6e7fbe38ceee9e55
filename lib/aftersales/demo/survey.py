"""The telephone survey after a visit, and why customers were not content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aftersales.contract.schema import QUESTIONS
from aftersales.demo import frames, texts, workdays
from aftersales.demo.orders import DAY, MINUTE, Orders
from aftersales.demo.plan import CALL_RESULTS, CAUSES, Plan
from aftersales.demo.quotas import Ints, allot, deal, weighted

_WEEK_ENDS = np.array([7, 14, 21])
_CAUSE_SHARES = (0.31, 0.22, 0.17, 0.06, 0.045, 0.015, 0.01, 0.13)
# How customers who were delighted, content, disappointed overall answer a question: 100, 80, 60, 40, 20.
_ANSWERS = np.array([[0.72, 0.24, 0.04, 0, 0], [0.3, 0.55, 0.12, 0.03, 0], [0.1, 0.36, 0.34, 0.15, 0.05]])
_DISAPPOINTED = (0.62, 0.27, 0.11)  # 60, 40, 20 as answers to the first question
# Questions 2 to 8: the lounge and the wash lag behind.
_MOOD_SHIFT = np.array([0.06, 0.02, 0.0, -0.09, -0.07, -0.02, 0.04])
_NEXT_CALL = 3  # days after the delivery


@dataclass(frozen=True)
class Calls:
    """Survey calls by their time; `order` is an index into the orders, -1 where a call names none."""

    order: Ints
    month: Ints
    result: Ints
    called: np.ndarray
    mood: Ints  # of a valid call: 0 delighted, 1 content, 2 disappointed; -1 of others
    number: NDArray[np.object_]


def calls(plan: Plan, orders: Orders, rng: np.random.Generator) -> Calls:
    """Call the customers of each month, so many with each result."""
    order, month, result, day = _called_orders(plan, orders, rng)
    linked = [np.bincount(month[result == r], minlength=plan.months) for r in range(len(CALL_RESULTS))]
    plain = plan.calls - np.stack(linked, axis=1)
    plain_month = np.repeat(np.arange(plan.months), plain.sum(axis=1))
    plain_result = np.repeat(np.tile(np.arange(4), plan.months), plain.ravel())
    plain_day = _days(plan, plain.sum(axis=1), rng)
    order, month = np.r_[order, np.full(len(plain_month), -1)], np.r_[month, plain_month]
    result, day = np.r_[result, plain_result], np.r_[day, plain_day]
    called = day.astype("datetime64[m]") + rng.integers(9 * 60, 17 * 60 + 40, len(day)) * MINUTE
    sequence = np.lexsort((order, called))
    order, month, result, called = order[sequence], month[sequence], result[sequence], called[sequence]
    mood = _moods(plan, orders, order, month, result, called, rng)
    return Calls(order, month, result, called, mood, np.array(frames.serials("HF", called), object))


def _called_orders(plan: Plan, orders: Orders, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Orders that are called days after delivery: the valid ones by advisor, then some of the others."""
    done = np.flatnonzero(~np.isnat(orders.delivered))
    horizon = np.arange(plan.first.astype("datetime64[D]"), plan.last + 40 * DAY)
    day = workdays.roll(
        orders.delivered[done].astype("datetime64[D]") + _NEXT_CALL, workdays.calling(horizon), horizon[0]
    )
    within = day <= plan.last
    done, day = done[within], day[within]
    month = (day.astype("datetime64[M]") - plan.first).astype(np.int64)
    advisors = plan.orders.shape[1]
    groups = month * advisors + orders.advisor[done]
    valid = deal(groups, rng.random(len(done)), plan.surveyed.reshape(-1, 1)) == 0
    rest = deal(month, np.where(valid, np.inf, rng.random(len(done))), plan.calls[:, 1:] * 3 // 4) + 1
    result = np.where(valid, 0, rest)
    called = valid | (rest < 4)
    return done[called], month[called], result[called], day[called]


def _days(plan: Plan, counts: Ints, rng: np.random.Generator) -> workdays.Days:
    days = []
    for month, count in enumerate(counts.tolist()):
        calendar = workdays.days_of(plan.month(month))
        weights = workdays.calling(calendar)
        days.append(rng.choice(calendar, count, p=weights / weights.sum()))
    return np.concatenate(days)


def week(days: workdays.Days) -> Ints:
    """Week of the month of a day: 1–7, 8–14, 15–21, 22–end are 0 to 3."""
    day = (days.astype("datetime64[D]") - days.astype("datetime64[M]").astype("datetime64[D]")).astype(
        np.int64
    )
    return np.asarray(np.searchsorted(_WEEK_ENDS, day, side="right"))


def _moods(
    plan: Plan,
    orders: Orders,
    order: Ints,
    month: Ints,
    result: Ints,
    called: np.ndarray,
    rng: np.random.Generator,
) -> Ints:
    """Who was disappointed, week by week, and who of the others delighted, in each month."""
    mood = np.full(len(order), -1)
    valid = np.flatnonzero(result == 0)
    spell = month[valid] * 4 + week(called[valid])
    per_week = np.bincount(spell, minlength=plan.months * 4).reshape(-1, 4)
    quota = np.stack([_disappointed_by_week(plan, m, per_week[m], rng) for m in range(plan.months)])
    liking = np.asarray(
        rng.normal(0, 0.18, plan.orders.shape[1])
    )  # customers like one advisor better than another
    pull = np.where(order[valid] < 0, 1.0, np.exp(liking[orders.advisor[order[valid]]]))
    disappointed = deal(spell, weighted(rng, 1 / pull), quota.reshape(-1, 1)) == 0
    keys = np.where(disappointed, np.inf, weighted(rng, pull))
    delighted = deal(month[valid], keys, plan.delighted[:, None]) == 0
    mood[valid] = np.where(disappointed, 2, np.where(delighted, 0, 1))
    return mood


def _disappointed_by_week(plan: Plan, month: int, valid: Ints, rng: np.random.Generator) -> Ints:
    total = int(plan.disappointed[month])
    if month not in plan.mentions:
        return rng.multivariate_hypergeometric(valid, total)
    # Where the mentions are given: by calls and mentions of a week, and enough for its commonest cause.
    mentions = plan.mentions[month]
    weights = np.sqrt(valid * mentions.sum(axis=0))
    return allot(total, weights, mentions.max(axis=0), np.minimum(valid, mentions.sum(axis=0)))


def survey_calls(made: Calls, orders: Orders, rng: np.random.Generator) -> dict[str, Any]:
    """Columns of the `survey_calls` table."""
    count, valid = len(made.order), made.mood >= 0
    answers = np.full((count, len(QUESTIONS)), np.nan)
    first = np.choose(np.maximum(made.mood, 0), [100, 80, rng.choice([60, 40, 20], count, p=_DISAPPOINTED)])
    answers[valid, 0] = first[valid]
    limits = np.cumsum(_ANSWERS, axis=1)[made.mood[valid], :-1]
    chance = rng.random((int(valid.sum()), len(QUESTIONS) - 1)) - _MOOD_SHIFT
    answers[valid, 1:] = 100 - 20 * (chance[:, :, None] >= limits[:, None, :]).sum(axis=2)
    unanswered = rng.random((count, len(QUESTIONS) - 1)) < 0.03
    answers[:, 1:][unanswered] = np.nan
    number = np.r_[orders.number, [None]][made.order]
    return {
        "call_id": made.number,
        "order_id": number,
        "called_at": made.called,
        "result": np.array(CALL_RESULTS, object)[made.result],
        **{question: answers[:, i] for i, question in enumerate(QUESTIONS)},
    }


def suggestions(
    made: Calls, vehicle: Ints, vehicles: dict[str, Any], rng: np.random.Generator
) -> list[str | None]:
    """What customers said beyond the questions; the disappointed say more."""
    says = rng.random(len(made.mood)) < np.array([0.07, 0.1, 0.24, 0.0])[made.mood]
    pick, personal = rng.integers(0, 10**6, len(says)), rng.random(len(says)) < 0.03
    out: list[str | None] = [None] * len(says)
    for i in np.flatnonzero(says).tolist():
        pool = texts.PRAISE if made.mood[i] == 0 else texts.SUGGESTIONS
        text = pool[pick[i] % len(pool)]
        if personal[i] and made.order[i] >= 0:
            text += texts.call_back(int(pick[i]), int(vehicle[made.order[i]]), vehicles)
        out[i] = text
    return out


def grievances(plan: Plan, made: Calls, rng: np.random.Generator) -> dict[str, Any]:
    """Columns of the `grievances` table: the causes that disappointed customers name, one to three each."""
    calls_, causes = [], []
    for month in range(plan.months):
        here = np.flatnonzero((made.mood == 2) & (made.month == month))
        if month in plan.mentions:
            call, cause = _given_causes(plan.mentions[month], here, week(made.called[here]), rng)
        else:
            call, cause = _drawn_causes(here, rng)
        calls_.append(call)
        causes.append(cause)
    call, cause = np.concatenate(calls_), np.concatenate(causes)
    order = np.lexsort((cause, call))
    call, cause = call[order], cause[order]
    pick = rng.integers(0, 10**6, len(call)).tolist()
    noted = (rng.random(len(call)) < 0.3).tolist()
    notes = [texts.NOTES[CAUSES[c]] for c in cause.tolist()]
    return {
        "call_id": made.number[call],
        "cause": np.array(CAUSES, object)[cause],
        "note": [pool[p % len(pool)] if n else None for pool, p, n in zip(notes, pick, noted, strict=True)],
    }


def _given_causes(mentions: Ints, calls_: Ints, weeks: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Spread each week's mentions round its calls, so that no call names a cause twice and each names one."""
    call, cause = [], []
    for w in range(4):
        here = rng.permutation(calls_[weeks == w])
        causes = rng.permutation(len(CAUSES))
        cause.append(np.repeat(causes, mentions[causes, w]))
        call.append(np.resize(here, len(cause[-1])))
    return np.concatenate(call), np.concatenate(cause)


def _drawn_causes(calls_: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    keys = weighted(rng, np.tile(_CAUSE_SHARES, (len(calls_), 1)))
    ranks = keys.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    many = 1 + rng.binomial(2, 0.52, len(calls_))
    call, cause = np.nonzero(ranks < many[:, None])
    return calls_[call], cause

"""Advisors and technicians: each against the rest of the store."""

from __future__ import annotations

import numpy as np

from aftersales.signals.dispersion import PRIOR
from aftersales.signals.finding import (
    FEWEST,
    HISTORY,
    NAMED,
    PERSON,
    WATCH,
    Finding,
    direction_of,
    level_of,
    two_sided,
)
from aftersales.signals.history import WATCHED, People, StoreHistory
from aftersales.signals.windows import Flags, Floats, deviance

_MEDIAN = 0.454936  # of χ² with one degree of freedom
_FEW = 4  # people from whom it can be told how much people differ
_AGREES = 1.5  # within what the rest of the store is as in earlier months


def findings(history: StoreHistory) -> list[Finding]:
    """One finding a person who worked in the month, for each funnel."""
    return [f for funnel in history.people for f in _funnel(history, funnel)]


def outside(people: People) -> tuple[Floats, Floats, Floats]:
    """z, reference rate and variance factor of each person in the last month.

    NaN without cases or without others.

    The reference is the rest of the store in the month, together with the store's earlier months (the
    person's own left out) as long as the two agree. z is widened by what months of a person differ more than
    by chance, and by how much people of this store differ for good: a funnel with random effects
    (Spiegelhalter 2005, Stat. Med. 24:1185), whose spread is told from the median, so that one who stands out
    does not hide himself.
    """
    x, n = _known(people)
    z = np.full(len(x), np.nan)
    if x.size == 0:
        return z, z.copy(), np.ones(len(x))
    x1, n1 = x[:, -1], n[:, -1]
    rest_x, rest_n = x1.sum() - x1, n1.sum() - n1
    past_x, past_n = x[:, :-1].sum() - x[:, :-1].sum(axis=1), n[:, :-1].sum() - n[:, :-1].sum(axis=1)
    monthly, lasting = _dispersion(x, n), _lasting(x, n)
    counts = np.zeros(len(x), bool)
    agrees = (np.abs(deviance(rest_x, rest_n, past_x, past_n, counts)) / np.sqrt(monthly) <= _AGREES) & (
        past_n > 0
    )
    x0, n0 = rest_x + past_x * agrees, rest_n + past_n * agrees
    told = (n1 > 0) & (rest_n > 0)
    pool = np.where(told, (x1 + x0) / np.maximum(n1 + n0, 1), 0.5)
    chance = np.maximum(pool * (1 - pool), 1e-12)
    variance = monthly + lasting * n1 / chance
    z = np.where(told, deviance(x1, n1, x0, np.maximum(n0, 1), counts) / np.sqrt(variance), np.nan)
    return z, np.where(told, x0 / np.maximum(n0, 1), np.nan), variance


def _funnel(history: StoreHistory, people: People) -> list[Finding]:
    x, n = _known(people)
    z, reference, variance = outside(people)
    about = WATCHED.get(people.figure)
    out = []
    for i, name in enumerate(people.names):
        if not n.size or n[i, -1] <= 0:
            continue
        value, cases = float(x[i, -1] / n[i, -1]), float(n[i, -1])
        department = history.department(people.figure, name)
        if np.isnan(z[i]) or cases < FEWEST:
            out.append(
                Finding(
                    people.figure,
                    name,
                    value,
                    n=cases,
                    rule="outside",
                    level="unknown",
                    department=department,
                )
            )
            continue
        at = float(z[i])
        level = level_of(at, PERSON, WATCH)
        if level == "signal" and cases < NAMED:
            level = "watch"  # nobody is named on fewer
        direction = direction_of(at, about.better if about else None)
        worse = direction == "worse" and level != "none"
        out.append(
            Finding(
                people.figure,
                name,
                value,
                float(reference[i]),
                cases,
                at,
                two_sided(at),
                "outside",
                history.months[-1],
                level,
                direction if level != "none" else None,
                department,
                abs(value - float(reference[i])) * cases if worse else None,
                "customers" if worse else None,
                tuple(history.cases.get((people.figure, name), ())) if worse else (),
                {"dispersion": float(np.sqrt(variance[i]))},
            )
        )
    return out


def _known(people: People) -> tuple[Floats, Floats]:
    if not len(people.names):
        return np.zeros((0, 0)), np.zeros((0, 0))
    x, n = np.array(people.hits, float), np.array(people.cases, float)
    x, n = (m.reshape(len(people.names), -1)[:, -HISTORY:] for m in (x, n))
    known = np.isfinite(x) & np.isfinite(n) & (n > 0)
    return np.where(known, x, 0.0), np.where(known, n, 0.0)


def _dispersion(x: Floats, n: Floats) -> float:
    """How much more than by chance the months of one person differ, beside what the whole store's months do.

    ≥ 1.
    """
    x, n = x[:, :-1], n[:, :-1]
    total_x, total_n = x.sum(axis=0), n.sum(axis=0)
    rate = np.divide(total_x, total_n, out=np.zeros_like(total_x), where=total_n > 0)
    chance = n * rate * (1 - rate) * (1 - np.divide(n, total_n, out=np.zeros_like(n), where=total_n > 0))
    use: Flags = chance > 0.5
    off = np.divide(x - n * rate, np.sqrt(chance), out=np.zeros_like(x), where=use)
    seen = use.sum(axis=1, keepdims=True)
    mean = off.sum(axis=1, keepdims=True) / np.maximum(seen, 1)
    freedom = float(np.maximum(seen - 1, 0).sum())
    spread = float((((off - mean) * use) ** 2).sum())
    return max(1.0, (PRIOR + spread) / (PRIOR + freedom))


def _lasting(x: Floats, n: Floats) -> float:
    """Variance of people's own rates about the store's over the earlier months, beyond chance.

    0 of fewer than four.
    """
    x, n = x[:, :-1].sum(axis=1), n[:, :-1].sum(axis=1)
    there = n >= FEWEST
    x, n = x[there], n[there]
    if len(x) < _FEW or x.sum() <= 0:
        return 0.0
    rate = x.sum() / n.sum()
    chance = rate * (1 - rate) * (1 / n - 1 / n.sum())
    off = (x / n - rate) ** 2 - _MEDIAN * chance
    return max(0.0, float(np.median(off)) / _MEDIAN)

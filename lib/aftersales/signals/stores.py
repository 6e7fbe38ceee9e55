"""The stores of a group against each other: how far off a rate is, and what of it is chance.

A store is named only where chance among all stores and rates does not explain it. Two questions are asked,
who lies outside and who has moved; each names any store in at most 2.5 of 100 months in which all stores are
alike, so that no more than five in a hundred overviews do (false discovery rate: Benjamini & Hochberg 1995;
for funnels: Jones, Ohlssen & Spiegelhalter 2008, J. Clin. Epidemiol. 61:232).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

from aftersales.contract.statistics import SMALL, binomial_limits
from aftersales.signals.finding import EXPECTED, two_sided
from aftersales.signals.windows import LONGEST, Floats

# Share of months in which any store is named although all are alike: for each of the two questions.
ERROR = 0.025
# Of stores whose rates are constant no more carry a signal of their own (docs/claims.md).
ALARMS = 0.05
# p of a change is the least of its month's and of those of seven windows: half of the error for each.
TRIES = {"point": 2, "run": 2 * (LONGEST - 1)}
# From so many stores it can be told how much stores differ.
_SPREAD_FROM = 4
# Huber's proposal 2: squares count up to this many σ, so that who stands out does not hide himself.
_CUT = 1.5
# What a store is worth to the spread when squares are cut, beside an uncut variance: a round lower bound.
_WORTH = 0.6
_HALVINGS, _WIDEST = 30, 1e3
# With more degrees of freedom Student's t is the normal distribution.
_KNOWN = 1e6
Bounds = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class AgainstGroup:
    """Stores' rates against the group's.

    Attributes
    ----------
    rate
        The group's.
    spread
        σ of the stores' own log odds, beyond chance.
    alike
        How likely stores that are all alike lie so far apart.
    z, p
        Of each store; widened by the spread. NaN was not tested.
    """

    rate: float
    spread: float
    alike: float
    z: Floats
    p: Floats


def against_group(hits: Floats, cases: Floats, exposure: bool) -> AgainstGroup:
    """Each store's rate against the group's, which is the ratio of the sums.

    Of fewer than 30 cases, or counts by exposure of which fewer than one is expected, nothing is tested.
    """
    rate = float(hits.sum() / cases.sum()) if cases.sum() else 0.0
    z, p = np.full((2, len(cases)), np.nan)
    at = (cases >= SMALL) & (rate > 0) & (exposure | (rate < 1)) & (len(cases) > 1)
    if exposure:
        at &= cases * rate >= EXPECTED
    if not at.any():
        return AgainstGroup(rate, 0.0, math.nan, z, p)
    k, n = hits[at], cases[at]
    by_chance = distance(k, n, rate, exposure)
    noise = chance_noise(by_chance, k, n, rate, exposure)
    spread = _spread(k, n, rate, exposure)
    share = (spread / noise) ** 2  # of the variance by the stores' own rates to that by chance
    z[at] = by_chance / np.sqrt(1 + share)
    # The spread is known from so many stores only; as chance is known, what it adds counts by its share.
    freedom = _WORTH * (len(k) - 1) * ((1 + share) / np.maximum(share, 1e-9)) ** 2
    p[at] = probability(z[at], freedom)
    return AgainstGroup(rate, spread, alike(by_chance), z, p)


def _spread(k: Floats, n: Floats, rate: float, exposure: bool) -> float:
    """How much stores differ beyond chance, about one in the middle: one far off moves the group's rate.

    The middle is the median of the rates, weighted by cases.
    """
    order = np.argsort(k / n, kind="stable")
    half = np.searchsorted(np.cumsum(n[order]), n.sum() / 2)
    middle = float((k / n)[order][half])
    if middle <= 0 or (middle >= 1 and not exposure):
        middle = rate
    z = distance(k, n, middle, exposure)
    return beyond_chance(z, chance_noise(z, k, n, middle, exposure))


def distance(k: Floats, n: Floats, rate: float, exposure: bool) -> Floats:
    """z of counts at a given rate: the normal value that is as unlikely as the exact tail (mid-p)."""
    from scipy.special import bdtr, bdtrc, ndtri, pdtr, pdtrc

    if exposure:
        below, above = (pdtr, pdtrc)
        less, more = below(np.maximum(k - 1, 0), n * rate) * (k > 0), above(k, n * rate)
    else:
        less = np.where(k > 0, bdtr(np.maximum(k - 1, 0), n.astype(int), rate), 0.0)
        more = np.where(k < n, bdtrc(np.minimum(k, n - 1), n.astype(int), rate), 0.0)
    at = np.maximum(1 - less - more, 0)
    low, high = less + at / 2, more + at / 2
    found: Floats = np.where(low < high, ndtri(np.maximum(low, 1e-300)), -ndtri(np.maximum(high, 1e-300)))
    return found


def chance_noise(z: Floats, k: Floats, n: Floats, rate: float, exposure: bool) -> Floats:
    """σ by chance of each store's log odds (of a count the log): what its exact z makes its distance be.

    There the stores' own rates are spread alike on both sides of a small or large rate.
    """
    usual = 1 / np.sqrt(n * (rate if exposure else rate * (1 - rate)))
    seen = (k + 0.5) / (n + (0.5 / rate if exposure else 1.0))
    off = np.abs(_scaled(seen, exposure) - _scaled(np.asarray(rate), exposure))
    far = np.isfinite(z) & (np.abs(z) > 1)  # nearer, the two are small and their ratio says nothing
    found: Floats = np.where(far, off / np.where(far, np.abs(z), 1.0), usual)
    return found


def alike(z: Floats) -> float:
    """How likely rates of stores that are all alike lie so far apart (χ²); NaN of fewer than two."""
    from scipy.special import chdtrc

    return float(chdtrc(len(z) - 1, float((z**2).sum()))) if len(z) > 1 else math.nan


def beyond_chance(z: Floats, noise: Floats) -> float:
    """σ of the stores' own log odds beyond chance: a funnel with random effects (Spiegelhalter 2005).

    Told robustly (Huber's proposal 2), never below 0: limits are widened, never narrowed. 0 of fewer than
    four stores.

    Parameters
    ----------
    z, noise
        Of each store its distance by chance alone, and the noise of `chance_noise`.
    """
    if len(z) < _SPREAD_FROM:
        return 0.0

    def surplus(spread: float) -> float:
        squares = np.minimum(z**2 / (1 + (spread / noise) ** 2), _CUT**2)
        return float(squares.mean()) - _usual() * (1 - 1 / len(z))

    if surplus(0.0) <= 0:
        return 0.0
    low, high = 0.0, float(noise.max())
    while surplus(high) > 0 and high < _WIDEST:
        high *= 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if surplus(middle) > 0 else (low, middle)
    return high


def _scaled(rate: Floats, exposure: bool) -> Floats:
    found: Floats = np.log(rate) if exposure else np.log(rate) - np.log1p(-rate)
    return found


@cache
def _usual() -> float:
    """The mean of squares of normal values that are cut."""
    normal = NormalDist()
    inside = 1 - two_sided(_CUT)
    return inside - 2 * _CUT * normal.pdf(_CUT) + _CUT**2 * (1 - inside)


def bounds(cases: float, rate: float, exposure: bool, spread: float) -> Bounds:
    """The 95 and 99.8 % limits of a rate among so many cases: exact, widened by the stores' spread."""
    made = {}
    for name, level in (("95", 0.95), ("99.8", 0.998)):
        ends = (
            _poisson_limits(cases * rate, level, cases)
            if exposure
            else binomial_limits(int(cases), rate, level)
        )
        far = spread * NormalDist().inv_cdf(0.5 + level / 2)
        low, high = (_widened(end, rate, exposure, far) for end in ends)
        made[name] = low, high
    return made


def _widened(end: float, rate: float, exposure: bool, far: float) -> float:
    """A limit further off on the scale of the log odds."""
    if end <= 0 or (end >= 1 and not exposure) or not far:
        return end
    middle, at = (float(_scaled(np.asarray(r), exposure)) for r in (rate, end))
    moved_to = middle + math.copysign(math.hypot(at - middle, far), at - middle)
    return math.exp(moved_to) if exposure else 1 / (1 + math.exp(-moved_to))


def _poisson_limits(mean: float, level: float, cases: float) -> tuple[float, float]:
    """Limits of an observed count by exposure, interpolated between counts as the binomial ones are."""
    from scipy.special import pdtr, pdtrik

    tail = (1 - level) / 2

    def at(q: float) -> float:
        r = max(0, int(np.ceil(pdtrik(q, mean))))
        r -= r > 0 and pdtr(r - 1, mean) >= q
        above, below = pdtr(r, mean), pdtr(r - 1, mean) if r else 0.0
        return float(r - (above - q) / (above - below)) if above > below else float(r)

    return max(0.0, at(tail)) / cases, (at(1 - tail) + 1) / cases


def outside(rate: float, drawn: Bounds) -> str | None:
    """Beyond which of the limits a rate lies."""
    for name in ("99.8", "95"):
        if not drawn[name][0] <= rate <= drawn[name][1]:
            return name
    return None


def probability(z: Floats, freedom: Floats) -> Floats:
    """p of z, by Student's t where part of its noise was told from few stores."""
    from scipy.special import ndtr, stdtr

    tail = np.where(freedom > _KNOWN, ndtr(-np.abs(z)), stdtr(np.minimum(freedom, _KNOWN), -np.abs(z)))
    found: Floats = 2 * tail
    return found


def adjusted(p: Floats) -> Floats:
    """p values among all that were tested (Benjamini & Hochberg 1995); NaN was not tested.

    >>> adjusted(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    out = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(-p[known], kind="stable")]
    many = len(known)
    ranked = p[order] * many / np.arange(many, 0, -1)
    out[order] = np.minimum(np.minimum.accumulate(ranked), 1.0) if many else ranked
    return out

"""Intervals, limits, tests and noise: what distinguishes a change from chance.

`scipy.special` has the distributions; `scipy.stats` would add a second to every start. Nothing heavy is
imported before it is used: what the params may name rests on this module.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

FEW = 10  # of fewer cases than this a count is given, never a rate
SMALL = 30  # a rate of fewer cases than this is marked as one of a small sample
# Months before a month that its interval is made from, and how many of them it needs.
EARLIER, LEAST = 23, 11


def wilson(k: float, n: float, level: float = 0.95) -> tuple[float | None, float | None]:
    """Wilson interval of a rate k / n (Brown, Cai & DasGupta 2001); (None, None) without cases."""
    if not n or n != n or k != k:
        return None, None
    from statistics import NormalDist

    z = NormalDist().inv_cdf(0.5 + level / 2)
    p, zz = k / n, z * z / n
    centre = (p + zz / 2) / (1 + zz)
    half = z * math.sqrt(p * (1 - p) / n + zz / (4 * n)) / (1 + zz)
    return 0.0 if k <= 0 else centre - half, 1.0 if k >= n else centre + half


def poisson(count: float, level: float = 0.95) -> tuple[float, float]:
    """The exact interval of the mean of a Poisson count (Garwood 1936).

    >>> [round(bound, 3) for bound in poisson(3)]
    [0.619, 8.767]
    """
    from scipy.special import gammaincinv

    tail = (1 - level) / 2
    low = float(gammaincinv(count, tail)) if count > 0 else 0.0
    return low, float(gammaincinv(count + 1, 1 - tail))


def binomial_limits(n: float, p: float, level: float) -> tuple[float, float]:
    """Limits of an observed rate among n cases at true rate p: exact binomial, interpolated between counts.

    Spiegelhalter 2005: without the interpolation the limits of a funnel plot are saw-teeth.
    """
    if n <= 0 or not 0 < p < 1:
        return (p, p) if n > 0 else (0.0, 1.0)
    tail = (1 - level) / 2

    def at(q: float) -> float:
        r = binomial_quantile(q, n, p)
        above, below = binomial_cdf(r, n, p), binomial_cdf(r - 1, n, p)
        share = (above - q) / (above - below) if above > below else 0.0
        return float(r - share)

    return max(0.0, at(tail)) / n, min(n, at(1 - tail) + 1) / n


def binomial_cdf(k: float, n: float, p: float) -> float:
    """Probability of at most `k` among `n` at rate `p`."""
    from scipy.special import bdtr

    return 0.0 if k < 0 else float(bdtr(math.floor(k), n, p))


def binomial_quantile(q: float, n: float, p: float) -> float:
    """The least count that is not exceeded with a probability of at least `q`."""
    from scipy.special import bdtrik

    at: int = math.ceil(bdtrik(q, n, p))
    return at - 1 if at > 0 and binomial_cdf(at - 1, n, p) >= q else at


def chi_square(counts: Any, correction: bool = True) -> tuple[float, np.ndarray]:
    """Are rows and columns of a table of counts independent? χ² p value and the counts expected if they are.

    Parameters
    ----------
    counts
        Rows and columns, none of them all 0.
    correction
        Yates' for continuity, in a table of two by two.
    """
    import numpy as np
    from scipy.special import chdtrc

    seen = np.asarray(counts, dtype=float)
    expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True) / seen.sum()
    gap = np.abs(seen - expected)
    freedom = (seen.shape[0] - 1) * (seen.shape[1] - 1)
    if correction and freedom == 1:
        gap -= np.minimum(0.5, gap)
    return float(chdtrc(freedom, (gap**2 / expected).sum())), expected


def moving_range_sigma(series: Sequence[float | None]) -> float | None:
    """Month-to-month noise of a score: mean moving range / 1.128; None with fewer than three values."""
    values = [v for v in series if v is not None and v == v]
    if len(values) < 3:
        return None
    import numpy as np

    return float(np.abs(np.diff(values)).mean() / 1.128)


def interval(
    kind: str,
    numerator: float | None,
    denominator: float | None,
    value: float | None = None,
    before: Sequence[float] = (),
) -> tuple[float | None, float | None]:
    """The 95 % interval of a month's figure; (None, None) where it has none.

    Parameters
    ----------
    kind
        ``rate`` (Wilson), ``per_1000`` (exact Poisson) or ``score`` (± 1.96 σ, σ the mean moving
        range / 1.128); others have none.
    value, before
        Of a score: itself, and its known values of the 11 to 23 months before.

    Notes
    -----
    Of fewer than `FEW` cases nothing is said, so there is no interval.

    >>> [round(end, 3) for end in interval("rate", 31, 1776)]
    [0.012, 0.025]
    >>> interval("rate", 1, 9)
    (None, None)
    """
    if kind == "score":
        sigma = moving_range_sigma(before) if value is not None and len(before) >= LEAST else None
        return (value - 1.96 * sigma, value + 1.96 * sigma) if sigma and value is not None else (None, None)
    if numerator is None or not denominator or denominator < FEW:
        return None, None
    if kind == "rate":
        return wilson(numerator, denominator)
    if kind == "per_1000":
        low, high = poisson(numerator)
        return 1000 * low / denominator, 1000 * high / denominator
    return None, None


def target_verdict(
    value: float | None, target: float | None, better: str | None, low: float | None, high: float | None
) -> str | None:
    """Whether a target is met, missed, or neither for sure: its value's interval holds the target.

    Without an interval the value decides.

    >>> target_verdict(0.983, 0.98, "up", 0.976, 0.988), target_verdict(8.7, 10, "down", None, None)
    ('undecided', 'met')
    """
    if value is None or target is None or better is None:
        return None
    if low is not None and high is not None and low <= target <= high:
        return "undecided"
    return "met" if (value >= target if better == "up" else value <= target) else "missed"

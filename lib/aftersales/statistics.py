"""Intervals, limits and noise: what tells a change from chance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def wilson(k: float, n: float, level: float = 0.95) -> tuple[float | None, float | None]:
    """Wilson interval of a rate k / n (Brown, Cai & DasGupta 2001); (None, None) without cases."""
    if not n or n != n or k != k:
        return None, None
    from scipy.stats import norm

    z = norm.ppf(0.5 + level / 2)
    p, zz = k / n, z * z / n
    centre = (p + zz / 2) / (1 + zz)
    half = z * math.sqrt(p * (1 - p) / n + zz / (4 * n)) / (1 + zz)
    return max(0.0, centre - half), min(1.0, centre + half)


def binomial_limits(n: float, p: float, level: float) -> tuple[float, float]:
    """Limits of an observed rate among n cases at true rate p: exact binomial, interpolated between counts.

    Spiegelhalter 2005: without the interpolation the limits of a funnel plot are saw-teeth.
    """
    from scipy.stats import binom

    if n <= 0 or not 0 < p < 1:
        return (p, p) if n > 0 else (0.0, 1.0)
    tail = (1 - level) / 2

    def at(q: float) -> float:
        r = binom.ppf(q, n, p)
        above, below = binom.cdf(r, n, p), binom.cdf(r - 1, n, p)
        share = (above - q) / (above - below) if above > below else 0.0
        return float(r - share)

    return max(0.0, at(tail)) / n, min(n, at(1 - tail) + 1) / n


def moving_range_sigma(series: Sequence[float | None]) -> float | None:
    """Month-to-month noise of a score: mean moving range / 1.128; None with fewer than three values."""
    values = [v for v in series if v is not None and v == v]
    if len(values) < 3:
        return None
    return float(np.abs(np.diff(values)).mean() / 1.128)

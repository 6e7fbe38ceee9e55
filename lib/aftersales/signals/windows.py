"""The last k months together against all earlier ones, for all series of a store at once.

A series is a row of two matrices: `x`, events or weighted points, and `n`, cases, exposure or sample. Sums
over the last k months, and over those before them, come from running sums, so that a store costs a few matrix
operations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LONGEST = 8  # months of the longest window
EARLIEST = 8  # months that there must be before it

RATE, EXPOSURE, SCORE = 0, 1, 2


@dataclass(frozen=True)
class Panel:
    """Series by month. `kind` is RATE, EXPOSURE or SCORE; of a score `x` is sample × value, `n` the sample.

    `known` says where there is a value; elsewhere `x` and `n` are 0.
    """

    x: Floats
    n: Floats
    kind: NDArray[np.int64]
    known: Flags

    def until(self, stop: int, history: int) -> Panel:
        """The panel as it was, with at most so many months."""
        cut = slice(max(0, stop - history), stop)
        return Panel(self.x[:, cut], self.n[:, cut], self.kind, self.known[:, cut])


@dataclass(frozen=True)
class Windows:
    """Sums by series and window: `x1`, `n1` of the last k months, `x0`, `n0` of all earlier ones.

    `dispersion` is s² of both parts, with `freedom` degrees; `there` says which windows exist.
    """

    x1: Floats
    n1: Floats
    x0: Floats
    n0: Floats
    dispersion: Floats
    freedom: Floats
    there: Flags


def panel(x: Floats, n: Floats, kind: NDArray[np.int64]) -> Panel:
    """A panel of numbers that may be NaN; of scores `x` is the value itself."""
    known = np.isfinite(x) & np.isfinite(n) & (n > 0)
    n = np.where(known, n, 0.0)
    x = np.where(known, x, 0.0)
    return Panel(np.where((kind == SCORE)[:, None], x * n, x), n, kind, known)


def windows(p: Panel, longest: int = LONGEST) -> Windows:
    """All windows of all series."""
    months = p.x.shape[1]
    k = max(1, min(longest, months - EARLIEST))
    shift = _level(p)
    x = p.x - shift * p.n  # scores about their mean: squares of values near 100 would lose digits
    squares = np.divide(x * x, p.n, out=np.zeros_like(x), where=p.n > 0)

    def split(values: Floats) -> tuple[Floats, Floats]:
        late = np.cumsum(values[:, : -k - 1 : -1], axis=1)
        return late, values.sum(axis=1, keepdims=True) - late

    (x1, x0), (n1, n0), (q1, q0) = split(x), split(p.n), split(squares)
    count1, count0 = split(p.known.astype(float))
    freedom = np.maximum(count1[:, :1] + count0[:, :1] - 2, 0.0)
    total = _spread(x0, n0, q0, p.kind) + _spread(x1, n1, q1, p.kind)
    dispersion = total / np.maximum(freedom, 1)
    starts = p.known[:, : -k - 1 : -1]
    enough = count0 >= np.r_[1, np.full(k - 1, EARLIEST)]
    there = starts & enough & p.known[:, -1:]
    return Windows(x1 + shift * n1, n1, x0 + shift * n0, n0, dispersion, freedom, there)


def deviance(x1: Floats, n1: Floats, x0: Floats, n0: Floats, exposure: Flags | bool) -> Floats:
    """Signed root of the deviance of two rates, or of two counts by exposure.

    z = ±√(2 Σ O ln(O / E)): four cells (events, others) for a rate, two for a count by exposure (McCullagh &
    Nelder 1989, §4.4.3 and §6.2; G of Sokal & Rohlf 1995, §17.4). It is nearer to a normal value in the tails
    than Pearson's.
    """
    rate = _ratio(x1 + x0, n1 + n0)
    e1, e0 = n1 * rate, n0 * rate
    half = _olog(x1, e1) + _olog(x0, e0)
    others = _olog(n1 - x1, n1 - e1) + _olog(n0 - x0, n0 - e0)
    found: Floats = np.sign(x1 - e1) * np.sqrt(2 * np.maximum(half + np.where(exposure, 0.0, others), 0))
    return found


def distance(x1: Floats, n1: Floats, x0: Floats, n0: Floats) -> Floats:
    """Difference of two weighted means in units of the noise of one case: t of two samples, but for σ."""
    weight = np.divide(n1 * n0, n1 + n0, out=np.zeros(np.broadcast(n1, n0).shape), where=n1 + n0 > 0)
    return (_ratio(x1, n1) - _ratio(x0, n0)) * np.sqrt(weight)


def normal(t: Floats, freedom: Floats) -> Floats:
    """z of the same tail probability as Student's t."""
    from scipy.special import ndtri, stdtr

    tail = np.maximum(stdtr(freedom, -np.abs(t)), 1e-300)
    found: Floats = np.sign(t) * -ndtri(tail)
    return found


def _level(p: Panel) -> Floats:
    mean = _ratio(p.x.sum(axis=1, keepdims=True), p.n.sum(axis=1, keepdims=True))
    return np.where((p.kind == SCORE)[:, None], mean, 0.0)


def _spread(x: Floats, n: Floats, squares: Floats, kind: NDArray[np.int64]) -> Floats:
    """Σ of squared distances from the part's own mean, in units of the variance of counts by chance."""
    total = squares - _ratio(x * x, n)
    rate = _ratio(x, n)
    unit = np.where((kind == RATE)[:, None], rate * (1 - rate), np.where((kind == SCORE)[:, None], 1.0, rate))
    return np.maximum(np.divide(total, unit, out=np.zeros_like(total), where=unit > 1e-12), 0)


def _ratio(a: Floats, b: Floats) -> Floats:
    return np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=b > 0)


def _olog(seen: Floats, expected: Floats) -> Floats:
    there = seen > 1e-12
    return np.where(there, seen * np.log(np.where(there, seen, 1.0) / np.maximum(expected, 1e-300)), 0.0)

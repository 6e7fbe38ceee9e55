"""How much more than by chance the months differ, and how much they hang together.

One series of two years tells little of its own noise; the series of a store together tell enough. What is
estimated widens limits, it never narrows them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from aftersales.signals.windows import SCORE, Flags, Floats, Panel, Windows

PRIOR = 40.0  # months that the pooled value counts for
# From where to where a lag-1 correlation is believed. By chance that of a series of two years is 0.2 off, of
# many the less.
_ALONE = (0.3, 0.6)
_TOGETHER = (0.24, 0.7)  # over the root of the number of series
_MANY = 6  # series: of fewer the change of one is not told from months that hang together
_STRONGEST = 0.9  # of an autocorrelation
_STEPS = 46
_FEWEST = 8  # months of which a correlation is made
_POOLED = 3  # series at least
_OUTLIER = 3.0  # times the median: one series with a trend does not blunt all others


def pooled(dispersion: Floats, use: Flags) -> Floats:
    """Mean of s² over the series that are used, by window.

    One far above the others counts as three medians.
    """
    if not use.any():
        return np.ones(dispersion.shape[1])
    values = np.sort(dispersion[use], axis=0)
    middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
    found: Floats = np.minimum(values, _OUTLIER * middle).mean(axis=0)
    return found


def shared(dispersion: Floats, use: Flags) -> Floats:
    """φ² ≥ 1 of a store, by window: the pooled s²; 1 where too few series are there to pool."""
    if int(use.sum()) < _POOLED:
        return np.ones(dispersion.shape[1])
    return np.maximum(1.0, pooled(dispersion, use))


def of_rates(w: Windows, use: Flags) -> Floats:
    """Factor v of each rate's variance: v = max(1, (40 φ² + ν s²) / (40 + ν)).

    φ² is pooled over the store's rates: Laney's p′ chart (Laney 2002, Quality Engineering 14:531) with σ_z
    shrunk towards that of all rates, as variances are in Smyth 2004 (Stat. Appl. Genet. Mol. Biol. 3:3).
    """
    phi = shared(w.dispersion, use)
    nu = w.freedom
    return np.maximum(1.0, (PRIOR * phi + nu * w.dispersion) / (PRIOR + nu))


def of_items(w: Windows, use: Flags) -> tuple[Floats, Floats]:
    """σ² of each MOT item shrunk towards the mean of all, and its degrees of freedom, 40 + ν (Smyth 2004)."""
    nu = w.freedom
    return (PRIOR * pooled(w.dispersion, use) + nu * w.dispersion) / (PRIOR + nu), nu + PRIOR


def together(p: Panel, use: Flags) -> float:
    """Lag-1 correlation of the months of a store about each series' trend, the mean of all series.

    0 where chance has it.

    A trend is a change, so it is taken out first. What taking it out does to the correlation of so few months
    is undone by inverting its expectation (as Kendall 1954, Biometrika 41:403, does for the mean).
    """
    use = use & (p.known.sum(axis=1) > _FEWEST)
    rest = standardised(p)[use] @ _projection(p.x.shape[1], 0)
    power = (rest * rest).sum(axis=1)
    own = (rest[:, 1:] * rest[:, :-1]).sum(axis=1)[power > 0] / power[power > 0]
    if len(own) < _MANY:
        return 0.0
    low, high = (edge / len(own) ** 0.5 for edge in _TOGETHER)
    return _believed(float(own.mean()), p.x.shape[1], 0, (low, high))


def alone(p: Panel, series: int) -> float:
    """The same of one series about its trend and the one step that fits it best.

    A change is no correlation.
    """
    months = p.x.shape[1]
    one = slice(series, series + 1)
    row = Panel(p.x[one], p.n[one], p.kind[one], p.known[one])
    rests = _projections(months) @ standardised(row)[0]
    power = (rests * rests).sum(axis=1)
    step = int(power.argmin())
    if power[step] <= 0:
        return 0.0
    rest = rests[step]
    return _believed(float(rest[1:] @ rest[:-1] / power[step]), months, step + 1, _ALONE)


def standardised(p: Panel) -> Floats:
    """Distances of each month from the series' mean, of like variance; 0 where there is no value."""
    seen = np.maximum(p.known.sum(axis=1, keepdims=True), 1)
    rate = np.divide(p.x, p.n, out=np.zeros_like(p.x), where=p.known)
    weight = np.where((p.kind == SCORE)[:, None], 1.0, np.sqrt(p.n)) * p.known
    found: Floats = (rate - rate.sum(axis=1, keepdims=True) / seen) * weight
    return found


def _believed(seen: float, months: int, window: int, ramp: tuple[float, float]) -> float:
    """The correlation that makes such a one to be expected, as far as chance does not explain it."""
    rho = float(np.interp(seen, _expected(months, window), np.linspace(0, _STRONGEST, _STEPS)))
    low, high = ramp
    return rho * min(max((rho - low) / (high - low), 0.0), 1.0)


def inflation(rho: float, months: int, windows: int) -> Floats:
    """Factor of the variance of each window's difference, where months hang together (AR(1)).

    Var(a′y) = σ² a′Ra over what the same sum of squares leads to believe; ≥ 1.
    """
    table = _inflations(months, windows)
    grid = np.linspace(0, _STRONGEST, _STEPS)
    return np.array([np.interp(rho, grid, table[:, k]) for k in range(windows)])


@lru_cache(maxsize=64)
def _correlations(months: int) -> Floats:
    grid = np.linspace(0, _STRONGEST, _STEPS)
    apart = np.abs(np.subtract.outer(np.arange(months), np.arange(months)))
    return grid[:, None, None] ** apart


@lru_cache(maxsize=256)
def _projection(months: int, window: int) -> Floats:
    """What is left of months without their mean and trend, and without a step before the last `window` + 1 of
    them."""
    at = np.arange(months, dtype=float)
    parts = [np.ones(months), at] + [(at >= months - 1 - window).astype(float)] * (window > 0)
    basis, _ = np.linalg.qr(np.stack(parts, axis=1))
    found: Floats = np.eye(months) - basis @ basis.T
    return found


@lru_cache(maxsize=64)
def _projections(months: int) -> Floats:
    """`_projection` for every step that leaves two months on either side."""
    return np.stack([_projection(months, window) for window in range(1, months - 2)])


@lru_cache(maxsize=256)
def _expected(months: int, window: int) -> Floats:
    """What lag-1 correlation of the rest is to be expected at each true one."""
    rest = _projection(months, window)
    next_to = (np.eye(months, k=1) + np.eye(months, k=-1)) / 2
    truth = _correlations(months)
    over = np.einsum("ij,gji->g", rest @ next_to @ rest, truth)
    found: Floats = over / np.einsum("ij,gji->g", rest, truth)
    return found


@lru_cache(maxsize=64)
def _inflations(months: int, windows: int) -> Floats:
    truth = _correlations(months)
    out = np.ones((_STEPS, windows))
    for k in range(1, windows + 1):
        late = np.arange(months) >= months - k
        contrast = np.where(late, 1 / k, -1 / (months - k))
        variance = np.einsum("i,gij,j->g", contrast, truth, contrast) / (1 / k + 1 / (months - k))
        centre = np.eye(months) - np.outer(late, late) / k - np.outer(~late, ~late) / (months - k)
        believed = np.einsum("ij,gji->g", centre, truth) / (months - 2)
        out[:, k - 1] = np.maximum(variance / believed, 1)
    return out

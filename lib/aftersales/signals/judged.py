"""Every series of a store judged at its last month.

Z of all windows, widened where months differ or hang together.

Findings and control limits are both made from this, so that a chart and the list cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aftersales.signals import dispersion
from aftersales.signals.finding import EARLIER, EXPECTED, FEWEST, RUN_REST, SEASON
from aftersales.signals.windows import (
    EXPOSURE,
    SCORE,
    Flags,
    Floats,
    Panel,
    Windows,
    deviance,
    distance,
    normal,
    windows,
)


@dataclass(frozen=True)
class Judged:
    """`z` by series and window (NaN where there is none).

    `variance` is what z was widened by, of scores σ² itself.
    """

    panel: Panel
    sums: Windows
    z: Floats
    variance: Floats
    freedom: Floats
    rho: float
    told: Flags

    @property
    def exposure(self) -> Flags:
        """Which series count events by exposure."""
        found: Flags = self.panel.kind == EXPOSURE
        return found

    def score(self, series: int) -> bool:
        """Whether a series is one of scores."""
        return bool(self.panel.kind[series] == SCORE)

    def between(self, late: Flags, early: Flags, window: int, of: slice = slice(None)) -> Floats:
        """z of some months against others, with the noise that was found for a window.

        0 where either are unknown.
        """
        x, n = self.panel.x[of], self.panel.n[of]
        (x1, n1), (x0, n0) = (
            (np.where(m, x, 0).sum(axis=1), np.where(m, n, 0).sum(axis=1)) for m in (late, early)
        )
        score, variance = self.panel.kind[of] == SCORE, self.variance[of, window]
        z = np.zeros(len(n1))
        if not score.all():
            z = deviance(x1, n1, x0, n0, self.exposure[of]) / np.sqrt(variance)
        if score.any():
            t = distance(x1, n1, x0, n0)[score] / np.sqrt(variance[score])
            z[score] = normal(t, self.freedom[of][score, 0])
        return np.where((n1 > 0) & (n0 > 0), z, 0.0)

    def late(self, window: int) -> Flags:
        """The months of a window (0 is the month itself)."""
        months = self.panel.x.shape[1]
        found: Flags = np.arange(months) >= months - 1 - window
        return found

    def rest(self, series: int, window: int) -> float:
        """z of a window without its strongest month."""
        late = self.late(window)
        early = ~late & self.panel.known[series]
        late &= self.panel.known[series]
        if late.sum() < 2:
            return 0.0
        sums = self.sums
        x, n = self.panel.x[series, late], self.panel.n[series, late]
        usual = sums.x0[series, window] / sums.n0[series, window]
        push = (x / n - usual) * np.sqrt(n) * np.sign(self.z[series, window])
        late[np.flatnonzero(late)[push.argmax()]] = False
        return float(self.between(late, early, window, slice(series, series + 1))[0])

    def blunted(self, series: int, window: int) -> float:
        """z of a run, where the series' own months hang together more than those of all."""
        rho = dispersion.alone(self.panel, series)
        if rho <= self.rho:
            return float(self.z[series, window])
        months, size = self.panel.x.shape[1], self.z.shape[1]
        more, had = (dispersion.inflation(r, months, size)[window] for r in (rho, self.rho))
        return float(self.z[series, window] / np.sqrt(more / had))

    def held(self, series: int, window: int) -> bool:
        """Whether a run is one: also without its strongest month."""
        return bool(self.rest(series, window) * np.sign(self.z[series, window]) >= RUN_REST)

    def same_season(self, window: int, month: int, side: int, of: slice = slice(None)) -> Flags:
        """The same months a year ago, by series, where they stood out to that side as well.

        It may be the season.

        Spring Festival lies in January or in February: one of these is held against the one that stood out
        more. `side` is 1 above the usual, −1 below it. No month is marked where none stood out.
        """
        months = self.panel.x.shape[1]
        late = self.late(window)
        out = np.zeros(self.panel.x[of].shape, bool)
        strongest = np.full(len(out), SEASON)
        for shift in [12] + ([13] if month == 2 else [11] if month == 1 else []) * (window == 0):
            first = months - 1 - window - shift
            if first < 0:
                continue
            before = np.zeros(months, bool)
            before[first : months - shift] = True
            z = side * self.between(before, ~late & ~before, window, of)
            out[z > strongest] = before
            strongest = np.maximum(strongest, z)
        return out & self.panel.known[of]


def judge(p: Panel, items: Flags) -> Judged:
    """Judge all series at the last month of a panel; `items` marks the scores that share their noise."""
    w = windows(p)
    score = p.kind == SCORE
    seen = p.known.sum(axis=1)
    use = p.known[:, -1] & (seen > EARLIER)
    rho = dispersion.together(p, use) if p.x.shape[1] > EARLIER else 0.0
    inflate = dispersion.inflation(rho, p.x.shape[1], w.x1.shape[1]) if rho > 0 else np.ones(w.x1.shape[1])
    freedom = np.maximum(w.freedom, 1)
    variance = dispersion.of_rates(w, use & ~score)
    if score.any():
        own = w.dispersion.copy()
        if items.any():
            shared, more = dispersion.of_items(w, use & items)
            own = np.where(items[:, None], shared, own)
            freedom = np.where(items[:, None], more, freedom)
        variance = np.where(score[:, None], np.maximum(own, 1e-12), variance)
    variance = variance * inflate
    z = np.full_like(w.x1, np.nan)
    rates = ~score
    if rates.any():
        z[rates] = deviance(
            w.x1[rates], w.n1[rates], w.x0[rates], w.n0[rates], (p.kind[rates] == EXPOSURE)[:, None]
        ) / np.sqrt(variance[rates])
    if score.any():
        t = distance(w.x1[score], w.n1[score], w.x0[score], w.n0[score]) / np.sqrt(variance[score])
        z[score] = normal(t, freedom[score])
    z = np.where(w.there, z, np.nan)
    return Judged(p, w, z, variance, freedom, rho, told(p, w))


def told(p: Panel, w: Windows) -> Flags:
    """Which series are judged at all.

    11 earlier values, 10 cases in the month, 1 expected of a count by exposure.
    """
    earlier = p.known[:, :-1].sum(axis=1)
    expected = np.where(w.n0[:, 0] > 0, w.x0[:, 0] / np.where(w.n0[:, 0] > 0, w.n0[:, 0], 1) * w.n1[:, 0], 0)
    enough = np.where(p.kind == EXPOSURE, expected >= EXPECTED, p.n[:, -1] >= FEWEST)
    found: Flags = p.known[:, -1] & (earlier >= EARLIER) & enough
    return found

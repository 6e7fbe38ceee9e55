"""Control limits by month, for charts: a month lies outside exactly where its own report's list says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aftersales.signals import series
from aftersales.signals.finding import HISTORY, POINT, POINT_EVENTS, WATCH
from aftersales.signals.history import WATCHED, Score, StoreHistory
from aftersales.signals.judged import Judged, judge
from aftersales.signals.windows import EXPOSURE, SCORE, Flags, Floats, deviance

_HALVINGS = 50
_SIDES = np.array([-1, 1, -1, 1])  # of low95, high95, low, high


@dataclass(frozen=True)
class Limits:
    """A figure's months and between what they are expected: 95 % (`low95` …) and the limit of a signal (`low`
    …).

    None in months with too little history or too few cases. `level` is each month's by itself.
    """

    figure: str
    subject: str | None
    months: list[str]
    value: list[float | None]
    centre: list[float | None]
    low95: list[float | None]
    high95: list[float | None]
    low: list[float | None]
    high: list[float | None]
    level: list[str]


def limits(history: StoreHistory, last: int = 12) -> dict[tuple[str, str | None], Limits]:
    """Limits of every series for the last months, each month as its own report had it.

    Against those before it.
    """
    every = series.of(history)
    if not every.members:
        return {}
    stops = range(max(1, len(history.months) - last + 1), len(history.months) + 1)
    months = [history.months[stop - 1] for stop in stops]
    judged = [judge(every.panel.until(stop, HISTORY), every.items) for stop in stops]
    bounds = _bounds(judged, [int(month[-2:]) for month in months])
    out = {}
    for i, member in enumerate(every.members):
        subject = member.subject if isinstance(member, Score) else None
        about = WATCHED.get(member.figure)
        per = about.per if about else 1.0
        rows = [_month(j, i, b[:, i], per) for j, b in zip(judged, bounds, strict=True)]
        value, centre, low95, high95, low, high, level = (list(c) for c in zip(*rows, strict=True))
        out[member.figure, subject] = Limits(
            member.figure, subject, months, value, centre, low95, high95, low, high, level
        )
    return out


def _month(j: Judged, i: int, sides: Floats, per: float) -> tuple[Any, ...]:
    known = bool(j.panel.known[i, -1])
    value = float(j.panel.x[i, -1] / j.panel.n[i, -1]) if known else 0.0
    if not j.told[i]:
        return (value * per if known else None, None, None, None, None, None, "unknown")
    low95, high95, low, high = (float(s) for s in sides)
    level = "signal" if not low <= value <= high else "watch" if not low95 <= value <= high95 else "none"
    centre = float(j.sums.x0[i, 0] / j.sums.n0[i, 0])
    return (value * per, centre * per, low95 * per, high95 * per, low * per, high * per, level)


def _bounds(judged: list[Judged], months: list[int]) -> Floats:
    """Month × side × series: the value at which the month would lie so far out; NaN where it is not judged.

    Where the month of a year ago stood out as well, it must be so far from that one, too.
    """
    x0, n0 = (
        np.array([[getattr(j.sums, name)[:, 0]] * len(_SIDES) for j in judged]) for name in ("x0", "n0")
    )
    ago_x, ago_n = x0.copy(), n0.copy()
    for m, (j, month) in enumerate(zip(judged, months, strict=True)):
        for side in (-1, 1):
            before = j.same_season(0, month, side)
            there = before.any(axis=1)
            if there.any():
                for s in np.flatnonzero(side == _SIDES):
                    ago_x[m, s, there] = (j.panel.x * before).sum(axis=1)[there]
                    ago_n[m, s, there] = (j.panel.n * before).sum(axis=1)[there]
    usual, seasonal = _values_at(judged, np.array([x0, ago_x]), np.array([n0, ago_n]))
    out = np.where(_SIDES[:, None] > 0, np.maximum(usual, seasonal), np.minimum(usual, seasonal))
    return np.where(np.array([j.told for j in judged])[:, None], out, np.nan)


def _values_at(judged: list[Judged], x0: Floats, n0: Floats) -> Floats:
    """The values at which months' z against references are at the limits.

    T inverted, deviances by halving.
    """
    n = np.maximum(np.array([j.panel.n[:, -1] for j in judged])[:, None], 1e-9)
    variance = np.array([j.variance[:, 0] for j in judged])[:, None]
    n0, kind = np.maximum(n0, 1e-9), judged[0].panel.kind
    score, exposure = kind == SCORE, kind == EXPOSURE
    signal = np.where(exposure, POINT_EVENTS, POINT)
    z = _SIDES[:, None] * np.array([np.full(len(kind), WATCH)] * 2 + [signal] * 2)
    out = np.zeros(x0.shape)
    if score.any():
        from scipy.special import ndtr, stdtrit

        freedom = np.array([j.freedom[:, 0] for j in judged])[:, None]
        t = -stdtrit(freedom, ndtr(-np.abs(z))) * np.sign(z)
        out[..., score] = (x0 / n0 + t * np.sqrt(variance * (1 / n + 1 / n0)))[..., score]
    if not score.all():
        events = ~score
        x0, n0 = x0[..., events], n0[..., events]
        n, wanted = (np.broadcast_to(v, out.shape)[..., events] for v in (n, z * np.sqrt(variance)))
        out[..., events] = _count_at(wanted, n, x0, n0, exposure[events]) / n
    return out


def _count_at(wanted: Floats, n: Floats, x0: Floats, n0: Floats, exposure: Flags) -> Floats:
    """The count of which the signed root of the deviance is `wanted`, or the nearest that there can be."""
    expected, far = n * x0 / n0, 1 + np.abs(wanted)
    low, high = np.zeros(n.shape), np.where(exposure, expected + 20 * far * far * np.sqrt(1 + expected), n)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = deviance(middle, n, x0, n0, exposure) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(wanted < 0, low, high)

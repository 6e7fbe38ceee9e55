"""The watched figures of the store: the month, and the last months together, against all earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aftersales.signals.finding import (
    HISTORY,
    POINT,
    POINT_EVENTS,
    RUN,
    RUN_EVENTS,
    RUN_WATCH,
    WATCH,
    Finding,
    Level,
    direction_of,
    level_of,
    two_sided,
)
from aftersales.signals.history import WATCHED, Numbers, Rate, Score, StoreHistory
from aftersales.signals.judged import Judged, judge
from aftersales.signals.windows import EXPOSURE, RATE, SCORE, Flags, Floats, Panel, panel


@dataclass(frozen=True)
class Series:
    """The rates and scores of a store as one panel, a row each."""

    members: Sequence[Rate | Score]
    panel: Panel
    items: Flags


def of(history: StoreHistory) -> Series:
    """All series of a store, with every month that it has."""
    members: list[Rate | Score] = [*history.rates, *history.scores]
    x = _matrix([m.hits if isinstance(m, Rate) else m.values for m in members], len(history.months))
    n = _matrix([m.cases if isinstance(m, Rate) else m.samples for m in members], len(history.months))
    kind = np.array([_kind(m) for m in members], np.int64)
    items = np.array([isinstance(m, Score) and m.is_item for m in members], bool)
    return Series(members, panel(x, n, kind), items)


def findings(history: StoreHistory) -> list[Finding]:
    """One finding a series."""
    series = of(history)
    if not series.members:
        return []
    months = len(history.months)
    judged = judge(series.panel.until(months, HISTORY), series.items)
    return [_finding(history, m, judged, i) for i, m in enumerate(series.members)]


def _finding(history: StoreHistory, member: Rate | Score, j: Judged, i: int) -> Finding:
    subject = member.subject if isinstance(member, Score) else None
    about = WATCHED.get(member.figure)
    per = about.per if about else 1.0
    known = bool(j.panel.known[i, -1])
    n = float(j.panel.n[i, -1]) if known else None
    value = float(j.panel.x[i, -1] / j.panel.n[i, -1]) * per if known else None
    here = history.months[-1]
    department = history.department(member.figure, subject)
    if not j.told[i]:
        return Finding(
            member.figure,
            subject,
            value,
            n=n,
            rule="point",
            since=here,
            level="unknown",
            department=department,
        )
    point, against = _seasoned(j, i, 0, here, WATCH)
    window, level, z = 0, level_of(point, POINT_EVENTS if j.exposure[i] else POINT), point
    run = _run(j, i, here)
    if run is not None and (run[1] == "signal" or level != "signal"):
        (window, level, z), against = run[:3], run[3]
    x1, n1 = j.sums.x1[i, window], j.sums.n1[i, window]
    reference = float(j.sums.x0[i, window] / j.sums.n0[i, window]) * per
    if against is not None:
        reference = float(j.panel.x[i, against].sum() / j.panel.n[i, against].sum()) * per
    direction = direction_of(z, about.better if about else None)
    gain, unit = _gain(member, j, i, value, reference, per) if direction == "worse" else (None, None)
    detail: dict[str, Any] = {
        "months": window + 1,
        "month_value": value,
        "dispersion": _dispersion(j, i, window),
    }
    if window:
        detail["longest"] = window + 1 == j.z.shape[1]
    if against is not None:
        detail["against"] = "year_ago"
    return Finding(
        member.figure,
        subject,
        float(x1 / n1) * per,
        reference,
        float(n1),
        z,
        two_sided(z),
        "run" if window else "point",
        history.months[len(history.months) - 1 - window],
        level,
        direction if level in ("signal", "watch") else None,
        department,
        gain,
        unit,
        tuple(history.cases.get((member.figure, subject), ())) if direction == "worse" else (),
        detail,
    )


def _run(j: Judged, i: int, here: str) -> tuple[int, Level, float, Flags | None] | None:
    """The strongest window of several months, where it stands out and not by one odd month alone."""
    size = np.abs(np.where(np.isnan(j.z[i]), 0.0, j.z[i]))
    if len(size) < 2 or size[1:].max() <= RUN_WATCH:
        return None
    window = int(size[1:].argmax()) + 1
    if not j.held(i, window):
        return None
    blunted = j.blunted(i, window)
    z, against = _seasoned(j, i, window, here, RUN_WATCH)
    z = min(z, blunted, key=abs)
    return (
        (window, level_of(z, RUN_EVENTS if j.exposure[i] else RUN, RUN_WATCH), z, against)
        if abs(z) > RUN_WATCH
        else None
    )


def _seasoned(j: Judged, i: int, window: int, here: str, least: float) -> tuple[float, Flags | None]:
    """z of a window; where the same months a year ago stood out as well, no more than z against those."""
    z = float(j.z[i, window])
    if abs(z) <= least:
        return z, None
    side, row = (1 if z > 0 else -1), slice(i, i + 1)
    before = j.same_season(window, int(here[-2:]), side, row)
    if not before.any():
        return z, None
    to_it = max(0.0, side * float(j.between(j.late(window), before, window, row)[0]))
    return (z, None) if to_it >= abs(z) else (side * to_it, before[0])


def _gain(
    member: Rate | Score, j: Judged, i: int, value: float | None, reference: float, per: float
) -> tuple[float | None, str | None]:
    """What is won where the month would have been as before: customers, or points of the MOT score."""
    if value is None:
        return None, None
    if isinstance(member, Rate):
        return abs(value - reference) / per * float(j.panel.n[i, -1]), "customers"
    if member.weight is None:
        return None, None
    known = j.panel.known[i]
    goal = float(np.median(j.panel.x[i, known] / j.panel.n[i, known]))
    if member.branch is not None and value < member.branch:
        goal = member.branch
    return (member.weight * (goal - value), "mot_points") if goal > value else (None, None)


def _dispersion(j: Judged, i: int, window: int) -> float:
    """σ of a score, or how much wider than by chance a rate's limits are."""
    return float(np.sqrt(j.variance[i, window]))


def _kind(member: Rate | Score) -> int:
    if isinstance(member, Score):
        return SCORE
    about = WATCHED.get(member.figure)
    return EXPOSURE if about and about.exposure else RATE


def _matrix(rows: Sequence[Numbers], months: int) -> Floats:
    out = np.full((len(rows), months), np.nan)
    for i, row in enumerate(rows):
        if len(row) != months:
            raise ValueError(f"series {i} has {len(row)} months, expected {months}")
        out[i] = np.array(row, float)
    return out

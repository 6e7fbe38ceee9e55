"""Causes of dissatisfaction.

A cause against the months before, and mentions that went from one cause to another.
"""

from __future__ import annotations

import numpy as np

from aftersales.signals.dispersion import PRIOR, shared
from aftersales.signals.finding import (
    CAUSE,
    CODING,
    CODING_WATCH,
    EARLIER,
    EXPECTED,
    FEWEST,
    WATCH,
    Finding,
    direction_of,
    level_of,
    two_sided,
)
from aftersales.signals.history import Causes, StoreHistory
from aftersales.signals.windows import EXPOSURE, Floats, deviance, panel, windows

_FIGURE = "complaints.causes"
_EACH = 1.5  # each of a pair must have moved so far by itself, one down, one up


def findings(history: StoreHistory) -> list[Finding]:
    """One finding a cause, and one of the coding: the pair that stands out most."""
    if history.causes is None or not len(history.causes.names):
        return []
    return [*_causes(history, history.causes), *_coding(history, history.causes)]


def _causes(history: StoreHistory, causes: Causes) -> list[Finding]:
    """A cause against the 11 months before: more (or fewer) per valid call, and of all mentions.

    The weaker counts.

    Per call alone a register that is kept better would raise every cause, of all mentions alone one that
    rises would press all others down.
    """
    mentions, calls = _recent(causes)
    total = np.where(np.isfinite(mentions), mentions, 0).sum(axis=0)
    told = (calls[-1] > 0) and np.isfinite(calls[:-1]).sum() >= EARLIER and total[-1] >= FEWEST
    z, share, before, expected = _moved(mentions, calls, total)
    out = []
    for i, cause in enumerate(causes.names):
        department = history.department(_FIGURE, cause)
        n = float(total[-1])
        if not told or expected[i] < EXPECTED or np.isnan(z[i]):
            value = None if np.isnan(share[i]) else float(share[i])
            out.append(
                Finding(_FIGURE, cause, value, n=n, rule="shift", level="unknown", department=department)
            )
            continue
        at = float(z[i])
        level = level_of(at, CAUSE, WATCH)
        direction = direction_of(at, "down") if level != "none" else None
        worse = direction == "worse"
        out.append(
            Finding(
                _FIGURE,
                cause,
                float(share[i]),
                float(before[i]),
                n,
                at,
                two_sided(at),
                "shift",
                history.months[-1],
                level,
                direction,
                department,
                abs(float(share[i] - before[i])) * n if worse else None,
                "customers" if worse else None,
                tuple(history.cases.get((_FIGURE, cause), ())) if worse else (),
            )
        )
    return out


def _moved(mentions: Floats, calls: Floats, total: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """z of each cause, its share now and before, and the mentions to be expected."""
    kind = np.full(len(mentions), EXPOSURE)
    results = []
    for base in (calls, total):
        w = windows(panel(mentions, np.broadcast_to(base, mentions.shape), kind), longest=1)
        use = w.x0[:, 0] + w.x1[:, 0] >= FEWEST
        v = np.maximum(
            1.0, (PRIOR * shared(w.dispersion, use) + w.freedom * w.dispersion) / (PRIOR + w.freedom)
        )
        z = deviance(w.x1, w.n1, w.x0, w.n0, True) / np.sqrt(v)
        results.append((np.where(w.there, z, np.nan)[:, 0], w))
    (a, by_call), (b, by_share) = results
    z = np.where(np.sign(a) == np.sign(b), np.where(np.abs(a) < np.abs(b), a, b), 0.0)
    z = np.where(np.isnan(a) | np.isnan(b), np.nan, z)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, before = by_share.x1 / by_share.n1, by_share.x0 / by_share.n0
        expected = by_call.x0 / by_call.n0 * by_call.n1
    return z, share[:, 0], before[:, 0], np.nan_to_num(expected[:, 0])


def _coding(history: StoreHistory, causes: Causes) -> list[Finding]:
    """A cause that fell and one that rose over the last one to four weeks, against the weeks and months
    before them.

    Whoever codes 时间 as 其他 leaves the sum of both as it was: of the mentions of the two together the share
    of the one is tested (G of two by two), which nothing that moves all causes touches.
    """
    weeks = np.array(causes.weeks, float) if len(causes.weeks) else np.zeros((0, 4))
    if len(weeks) != len(causes.names) or not np.isfinite(weeks).all() or weeks.sum() < FEWEST:
        return []
    mentions, calls = _recent(causes)
    earlier = np.nan_to_num(mentions[:, :-1]).sum(axis=1)
    if np.isfinite(calls[:-1]).sum() < EARLIER:
        return [
            Finding(_FIGURE, None, n=float(weeks.sum()), rule="shift", level="unknown", department="service")
        ]
    best, found = -1.0, (0, 0, 1, 0.0)
    spread = _pair_dispersion(mentions[:, :-1])
    for last in range(1, weeks.shape[1] + 1):
        late = weeks[:, -last:].sum(axis=1)
        early = earlier + weeks[:, :-last].sum(axis=1)
        total1, total0 = late.sum(), early.sum()
        each = deviance(
            late, np.full_like(late, total1), early, np.full_like(early, total0), False
        ) / np.sqrt(spread)
        falls, rises = each <= -_EACH, each >= _EACH
        if not (falls.any() and rises.any()):
            continue
        up, down = np.meshgrid(np.flatnonzero(rises), np.flatnonzero(falls), indexing="ij")
        z = deviance(late[up], late[up] + late[down], early[up], early[up] + early[down], False) / np.sqrt(
            spread
        )
        at = np.unravel_index(z.argmax(), z.shape)
        if z[at] > best:
            best, found = float(z[at]), (int(up[at]), int(down[at]), last, float(late[up[at]]))
    if best < 0:
        return [
            Finding(
                _FIGURE,
                None,
                n=float(weeks.sum()),
                z=0.0,
                p=1.0,
                rule="shift",
                level="none",
                department="service",
            )
        ]
    up_at, down_at, last, seen = found
    both = weeks[[up_at, down_at], -last:].sum()
    before = earlier[[up_at, down_at]] + weeks[[up_at, down_at], :-last].sum(axis=1)
    level = level_of(best, CODING, CODING_WATCH)
    detail = {
        "coding": True,
        "other": causes.names[down_at],
        "weeks": last,
        "rises": seen,
        "falls": float(both - seen),
    }
    return [
        Finding(
            _FIGURE,
            causes.names[up_at],
            seen / float(both),
            float(before[0] / before.sum()),
            float(both),
            best,
            two_sided(best),
            "shift",
            history.months[-1],
            level,
            None,
            "service",
            detail=detail,
        )
    ]


def _pair_dispersion(mentions: Floats) -> float:
    """How much more than by chance the mix of causes differs from month to month; ≥ 1."""
    known = np.isfinite(mentions).all(axis=0)
    m = mentions[:, known]
    m = m[m.sum(axis=1) >= FEWEST]
    if m.shape[0] < 2 or m.shape[1] < 2:
        return 1.0
    expected = np.outer(m.sum(axis=1), m.sum(axis=0)) / m.sum()
    freedom = (m.shape[0] - 1) * (m.shape[1] - 1)
    chi = float(np.divide((m - expected) ** 2, expected, out=np.zeros_like(m), where=expected > 0).sum())
    return max(1.0, float((PRIOR + chi) / (PRIOR + freedom)))


def _recent(causes: Causes) -> tuple[Floats, Floats]:
    """Mentions and calls of the month and the 11 before it."""
    mentions = np.array(causes.mentions, float).reshape(len(causes.names), -1)[:, -EARLIER - 1 :]
    calls = np.array(causes.calls, float)[-EARLIER - 1 :]
    return mentions, np.where(calls > 0, calls, np.nan)

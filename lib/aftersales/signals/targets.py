"""Targets that are missed beyond what chance explains, and cases that wait."""

from __future__ import annotations

import numpy as np

from aftersales.contract.statistics import moving_range_sigma, poisson, wilson
from aftersales.signals.finding import EARLIER, FEWEST, HISTORY, Finding
from aftersales.signals.history import WATCHED, Rate, Score, StoreHistory


def findings(history: StoreHistory) -> list[Finding]:
    """One finding a target of a watched figure, level `due` where its interval lies wholly on the wrong side
    of it."""
    out = []
    members: list[Rate | Score] = [*history.rates, *history.scores]
    for member in members:
        about = WATCHED.get(member.figure)
        if (
            member.figure not in history.targets
            or about is None
            or getattr(member, "subject", None) is not None
        ):
            continue
        target = history.targets[member.figure]
        value, n, low, high = interval(member)
        if value is None:
            continue
        sure = low is not None and high is not None
        missed = sure and (high < target if about.better == "up" else low > target)  # type: ignore[operator]
        gain = abs(target - value) / about.per * n if missed and isinstance(member, Rate) and n else None
        if missed and member.figure == "oem.mot":
            gain = abs(target - value)
        unit = None if gain is None else "customers" if isinstance(member, Rate) else "mot_points"
        out.append(
            Finding(
                member.figure,
                None,
                value,
                target,
                n,
                rule="target",
                since=history.months[-1],
                level="due" if missed else "none" if sure else "unknown",
                department=history.department(member.figure),
                gain=gain,
                unit=unit,
                cases=tuple(history.cases.get((member.figure, None), ())) if missed else (),
                detail={"low": low, "high": high},
            )
        )
    for w in history.waiting:
        if w.cases:
            count = float(len(w.cases))
            out.append(
                Finding(
                    w.figure,
                    w.subject,
                    count,
                    n=count,
                    rule="cases",
                    since=history.months[-1],
                    level="due",
                    department=w.department or history.department(w.figure, w.subject),
                    gain=w.gain,
                    unit=w.unit,
                    cases=tuple(w.cases),
                )
            )
    return out


def interval(member: Rate | Score) -> tuple[float | None, float | None, float | None, float | None]:
    """Value of the last month, cases, and its 95 % interval: Wilson, exact Poisson, or ± 1.96 σ of a score.

    σ is the mean moving range / 1.128 of the 11 to 23 months before. No interval of fewer than 10 cases.
    """
    if isinstance(member, Score):
        value, n = _number(member.values[-1]), _number(member.samples[-1])
        before = [v for v in member.values[-HISTORY:-1] if _number(v) is not None]
        sigma = moving_range_sigma(before) if len(before) >= EARLIER else None
        if value is None or sigma is None or (n or 0) < FEWEST:
            return value, n, None, None
        return value, n, value - 1.96 * sigma, value + 1.96 * sigma
    hits, cases = _number(member.hits[-1]), _number(member.cases[-1])
    about = WATCHED[member.figure]
    if hits is None or not cases:
        return None, cases, None, None
    value = hits / cases * about.per
    if cases < FEWEST:
        return value, cases, None, None
    low, high = poisson(hits) if about.exposure else wilson(hits, cases)
    scale = about.per / cases if about.exposure else 1.0
    return value, cases, (low or 0.0) * scale, (high or 0.0) * scale


def _number(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else float(value)

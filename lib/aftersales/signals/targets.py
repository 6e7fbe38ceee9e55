"""Targets that are missed beyond what chance explains, and cases that wait."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from aftersales.contract.statistics import interval
from aftersales.signals.finding import FEWEST, HISTORY, Finding
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
        value, n, low, high = tested(member)
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


def intervals(found: Iterable[Finding]) -> dict[str, tuple[float | None, float | None]]:
    """The interval of each figure whose target the findings test: what decides it wherever it is printed."""
    return {
        one.figure: (one.detail.get("low"), one.detail.get("high")) for one in found if one.rule == "target"
    }


def tested(member: Rate | Score) -> tuple[float | None, float | None, float | None, float | None]:
    """Value of the last month, cases, and its 95 % interval (`contract.statistics.interval`)."""
    if isinstance(member, Score):
        value, n = _number(member.values[-1]), _number(member.samples[-1])
        before = [float(v) for v in member.values[-HISTORY:-1] if v is not None and _number(v) is not None]
        if (n or 0) < FEWEST:
            return value, n, None, None
        return value, n, *interval("score", None, None, value, before)
    hits, cases = _number(member.hits[-1]), _number(member.cases[-1])
    about = WATCHED[member.figure]
    value = None if hits is None or not cases else hits / cases * about.per
    return value, cases, *interval("per_1000" if about.exposure else "rate", hits, cases)


def _number(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else float(value)

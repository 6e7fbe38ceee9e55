"""Targets that are missed beyond what chance explains, and cases that wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from aftersales.contract.figures import FIGURES, Figure
from aftersales.contract.own import Record
from aftersales.contract.statistics import interval
from aftersales.signals.finding import FEWEST, HISTORY, Finding, Level
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
        missed = _missed(about.better, target, low, high)
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
                level=_level(missed),
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


def of_own(
    records: Iterable[Record], figures: Mapping[str, Any], targets: Mapping[str, float], month: str
) -> list[Finding]:
    """One finding a target of a figure that a chapter of one's own has glued, as `findings` has the others'.

    A rate is tested on the cases that its record names as its base. What has no such base has no interval:
    its finding is ``unknown``, and asks for nothing.

    Parameters
    ----------
    figures
        Values by name, the bases among them.

    Examples
    --------
    >>> late = Figure("waiting.late", "超时", "Too late", "rate", "口径", "formula", better="down", base="n")
    >>> [found] = of_own([late], {"waiting.late": 0.6, "n": 200}, {"waiting.late": 0.5}, "2024-04")
    >>> found.level, round(found.gain), found.unit, round(found.detail["low"], 3)
    ('due', 20, 'cases', 0.531)
    >>> of_own([late], {"waiting.late": 0.6, "n": 20}, {"waiting.late": 0.5}, "2024-04")[0].level
    'none'
    >>> of_own([late], {"waiting.late": 0.6}, {"waiting.late": 0.5}, "2024-04")[0].level
    'unknown'
    """
    out = []
    for record in records:
        target, value = targets.get(record.name), figures.get(record.name)
        if not isinstance(record, Figure) or record.name in FIGURES or target is None or value is None:
            continue
        n, per = figures.get(record.base), 1000 if record.unit == "per_1000" else 1
        low, high = interval(record.unit, None if n is None else value * n / per, n)
        missed = _missed(record.better, target, low, high)
        out.append(
            Finding(
                record.name,
                None,
                value,
                target,
                n,
                rule="target",
                since=month,
                level=_level(missed),
                department=record.department,
                gain=abs(target - value) / per * n if missed and n else None,
                unit="cases" if missed else None,  # of what, the report does not know: no customers for sure
                detail={"low": low, "high": high},
                record=record,
            )
        )
    return out


def _missed(better: str | None, target: float, low: float | None, high: float | None) -> bool | None:
    """Whether an interval lies wholly on the wrong side of a target; None where there is none."""
    if low is None or high is None:
        return None
    return high < target if better == "up" else low > target


def _level(missed: bool | None) -> Level:
    return "unknown" if missed is None else "due" if missed else "none"


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

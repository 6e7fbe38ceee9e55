"""What is found: one row of the table `findings`, and the limits that decide its level."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from aftersales.contract.figures import FIGURES, Figure

Level = Literal["signal", "due", "watch", "none", "unknown"]
Rule = Literal["point", "run", "outside", "shift", "target", "cases"]
Direction = Literal["better", "worse"]

# Limits of |z|, chosen together: of reports on stores whose rates are constant no more than 5 % carry any
# signal (docs/claims.md). They are the same for every length of history.
WATCH = 1.96  # beyond 95 %
POINT = 3.27  # a month by itself: 1 in 1,000
RUN = 3.72  # the best of up to seven windows of several months
# Of a count by exposure, the one series that sees the least: alarms are spent where they find most for it
# (weighted tests: Genovese, Roeder & Wasserman 2006, Biometrika 93:509).
POINT_EVENTS, RUN_EVENTS = 3.05, 3.45
RUN_WATCH = 2.58  # of the best of them; one of forty constant series has more
RUN_REST = 1.96  # a run without its strongest month: one odd month is not told again as a sustained change
SEASON = 2.58  # a month of a year ago that lay so far off makes the season a reason to be looked at
PERSON = 3.42
CAUSE = 3.7
CODING = 4.0
CODING_WATCH = 3.1  # of the best pair of all: one of twenty constant stores has more

HISTORY = 24  # months that count, the month itself included
EARLIER = 11  # earlier values that a rule on history needs
FEWEST = 10  # a smaller denominator says nothing
EXPECTED = 1.0  # and so do fewer expected events of a count by exposure
NAMED = 30  # nobody is named on fewer cases

_ORDER = {level: i for i, level in enumerate(("signal", "due", "watch", "none", "unknown"))}


@dataclass(frozen=True)
class Finding:
    """A row of the table `findings`.

    Attributes
    ----------
    figure, subject
        The figure, and the code or person that the row is about; None for the store.
    value, reference, n
        What was seen, what it was held against, and the cases behind the value. Of a run: of its months
        together.
    z, p
        Standardised distance and its two-sided probability by chance, of this test alone; None where nothing
        was tested.
    rule
        ``point`` the month, ``run`` a sustained change, ``outside`` a person's funnel, ``shift`` causes,
        ``target`` a target missed, ``cases`` cases that wait.
    since
        First month of a run, or the month itself.
    level, direction
        ``signal``, ``due``, ``watch``, ``none`` or ``unknown``; ``better``, ``worse`` or None.
    department, gain, unit
        Who answers for it; what is won where it is mended, in ``mot_points``, ``customers``, ``cny`` or
        ``cases``.
    cases
        Numbers of the orders, calls or complaints behind it.
    detail
        What a sentence or a chart may need besides: ``months`` of a run, ``longest`` (it may have begun
        earlier), ``month_value``, ``dispersion``, ``against`` (``year_ago`` where the season explains a
        part), ``weeks`` and ``other`` (the cause that falls) of a shift in coding, ``low`` and ``high`` of a
        target's interval.
    record
        What the figure is, where a chapter of one's own has glued it; None of a built-in one.
    """

    figure: str
    subject: str | None = None
    value: float | None = None
    reference: float | None = None
    n: float | None = None
    z: float | None = None
    p: float | None = None
    rule: Rule = "point"
    since: str | None = None
    level: Level = "none"
    direction: Direction | None = None
    department: str | None = None
    gain: float | None = None
    unit: str | None = None
    cases: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    record: Figure | None = None

    @property
    def about(self) -> Figure:
        """The record of its figure."""
        return self.record or FIGURES[self.figure]


def plain(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as JSON has them."""
    return [asdict(one) for one in found]


def from_plain(told: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """What `plain` was given."""
    return [
        Finding(
            **{
                **one,
                "cases": tuple(one["cases"]),
                "record": None if one["record"] is None else Figure(**one["record"]),
            }
        )
        for one in told
    ]


def two_sided(z: float) -> float:
    """Probability that a standard normal value lies at least so far out.

    >>> round(two_sided(1.959964), 6), round(two_sided(3.290527), 6)
    (0.05, 0.001)
    """
    return math.erfc(abs(z) / math.sqrt(2))


def level_of(z: float, signal: float, watch: float = WATCH) -> Level:
    """The level of a tested value."""
    return "signal" if abs(z) > signal else "watch" if abs(z) > watch else "none"


def direction_of(z: float, better: str | None) -> Direction | None:
    """Whether a value that lies off on this side is good."""
    if better is None or z == 0:
        return None
    return "better" if (z > 0) == (better == "up") else "worse"


def asks(finding: Finding) -> bool:
    """Whether something is to be done about a finding: it is due, or a signal that is not for the better."""
    return finding.level == "due" or (finding.level == "signal" and finding.direction != "better")


def ranked(found: Iterable[Finding]) -> list[Finding]:
    """The findings, gravest first.

    Equal ones by name, so that the order in which they were found does not matter.
    """
    return sorted(
        found,
        key=lambda f: (_ORDER[f.level], -abs(f.z or 0.0), f.figure, f.subject or "", f.rule),
    )

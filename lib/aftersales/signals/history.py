"""What the findings are made from: a store's counts and scores by month, the month of the report last.

A value is None (or NaN) in a month in which it is not known; 0 is a measurement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from aftersales.contract.schema import MOT_ITEMS

Numbers = Sequence[float | None]
Better = Literal["up", "down"]

# Which department answers for what (proposals; a store's own division may be handed over).
ITEM_DEPARTMENT: dict[str, str] = {
    "work_quality": "workshop",
    "time_in_shop": "workshop",
    "car_clean": "workshop",
    "lounge": "service",
}
CAUSE_DEPARTMENT: dict[str, str] = {
    "quality": "workshop",
    "time": "workshop",
    "cost": "front",
    "parts": "parts",
    "attitude": "front",
    "warranty": "parts",
    "other": "service",
}


@dataclass(frozen=True)
class About:
    """What a watched rate is: the direction that is good, who answers for it, and cases per how many."""

    better: Better
    department: str
    per: float = 1.0
    exposure: bool = False


WATCHED: dict[str, About] = {
    "oem.mot": About("up", "service"),
    "oem.css": About("up", "service"),
    "css.valid_rate": About("up", "service"),
    "css.delight_rate_valid": About("up", "service"),
    "css.disappointment_rate_valid": About("down", "service"),
    "complaints.per_1000_visits": About("down", "service", 1000.0, True),
    "ftf.rate": About("up", "workshop"),
    "ftf.return_rate": About("down", "workshop"),
    "booking.rate": About("up", "front"),
    "booking.kept_rate": About("up", "front"),
    "churn.private_rate": About("down", "service"),
    "delivery.rate": About("up", "front"),
    "complaints.causes": About("down", "service"),
}


@dataclass(frozen=True)
class Rate:
    """Counts by month of a watched rate: `hits` of `cases`, or events by exposure (complaints, visits)."""

    figure: str
    hits: Numbers
    cases: Numbers


@dataclass(frozen=True)
class Score:
    """A score by month with the sample behind it; `subject` is a MOT item's code or None.

    `weight` and `branch`: the item's weight in the MOT score, the branch's value in the month.
    """

    figure: str
    values: Numbers
    samples: Numbers
    subject: str | None = None
    weight: float | None = None
    branch: float | None = None

    @property
    def is_item(self) -> bool:
        """One of the ten MOT items, whose noise is pooled."""
        return self.figure == "oem.mot" and self.subject in MOT_ITEMS


@dataclass(frozen=True)
class People:
    """A rate of each advisor or technician: a row of months a person.

    Who was not there in a month has 0 cases.
    """

    figure: str
    names: Sequence[str]
    hits: Sequence[Numbers]
    cases: Sequence[Numbers]


@dataclass(frozen=True)
class Causes:
    """Mentions of each cause by month (a row a cause), and the valid calls by month.

    `weeks`: a row a cause of its mentions in the four weeks of the last month (days 1–7, 8–14, 15–21,
    22–end).
    """

    names: Sequence[str]
    mentions: Sequence[Numbers]
    calls: Numbers
    weeks: Sequence[Numbers] = ()


@dataclass(frozen=True)
class Waiting:
    """A list of cases that wait: complaints open beyond the promise, lost customers who went elsewhere, …"""

    figure: str
    cases: Sequence[str]
    subject: str | None = None
    department: str | None = None
    gain: float | None = None
    unit: str | None = None


@dataclass(frozen=True)
class StoreHistory:
    """A store's history.

    Attributes
    ----------
    months
        ``2022-05`` …, one after the other, the month of the report last. Every sequence has a value for each.
    rates, scores, people, causes, waiting
        What is watched; what is absent is not judged.
    targets
        By figure, a rate as a fraction.
    cases
        Numbers of the orders or calls behind a figure's worse side in the last month, by (figure, subject).
    departments
        By figure or (figure, subject), where they differ from the usual.
    """

    months: Sequence[str]
    rates: Sequence[Rate] = ()
    scores: Sequence[Score] = ()
    people: Sequence[People] = ()
    causes: Causes | None = None
    waiting: Sequence[Waiting] = ()
    targets: Mapping[str, float] = field(default_factory=dict)
    cases: Mapping[tuple[str, str | None], Sequence[str]] = field(default_factory=dict)
    departments: Mapping[str | tuple[str, str | None], str] = field(default_factory=dict)

    def department(self, figure: str, subject: str | None = None) -> str | None:
        """Who answers for a figure, or for this subject of it."""
        for key in ((figure, subject), figure):
            if key in self.departments:
                return self.departments[key]
        if figure == "oem.mot" and subject in MOT_ITEMS:
            return ITEM_DEPARTMENT.get(str(subject), "front")
        if figure == "complaints.causes" and subject is not None:
            return CAUSE_DEPARTMENT.get(subject)
        if subject is not None and figure != "ftf.rate":
            return "front"
        return WATCHED[figure].department if figure in WATCHED else None

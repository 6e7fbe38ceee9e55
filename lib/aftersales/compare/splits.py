"""Which ratios are taken apart, by which groups, and where in ``figures.json`` their counts stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aftersales.metrics.decompose import Count, Parts, by_exposure, taken_apart

REST = ""  # what the groups leave of the whole: calls without an order, jobs without a technician
_ALL = "*"


@dataclass(frozen=True)
class Split:
    """A ratio that can be taken apart.

    Attributes
    ----------
    figure
        The ratio.
    cases, of
        The figures that it is made of.
    table, key, k, n
        The table of its groups: the column that names them, their cases, their volume. Without a table it is
        taken apart by volume and rate alone.
    complement
        The ratio is that of all but the cases: 一次维修合格率.
    exposure
        The groups share one volume, as the departments' complaints share the visits.
    """

    figure: str
    cases: str
    of: str
    table: str = ""
    key: str = ""
    k: str = ""
    n: str = ""
    complement: bool = False
    exposure: bool = False


_ADVISORS = ("css.advisors", "advisor")
_OWNERS = "churn.owner_type"  # made of figures; see `_owners`
SPLITS = (
    Split("css.valid_rate", "css.valid", "css.calls"),
    Split("css.delight_rate_valid", "css.delighted", "css.valid", *_ADVISORS, "delighted", "internal_n"),
    Split(
        "css.disappointment_rate_valid",
        "css.disappointed",
        "css.valid",
        *_ADVISORS,
        "disappointed",
        "internal_n",
    ),
    Split(
        *("complaints.per_1000_visits", "complaints.count", "booking.visits"),
        *("complaints.departments", "department", "count"),
        exposure=True,
    ),
    Split(
        *("ftf.rate", "ftf.not_fixed", "ftf.jobs", "ftf.technicians", "technician", "not_fixed", "jobs"),
        complement=True,
    ),
    Split("ftf.return_rate", "ftf.returned", "ftf.return_orders"),
    Split("booking.rate", "booking.arrived", "booking.visits"),
    Split("booking.kept_rate", "booking.arrived", "booking.booked"),
    Split("churn.rate", "churn.lost", "churn.cohort", _OWNERS, "owner_type", "lost", "cohort"),
    Split("churn.private_rate", "churn.to_call", "churn.private_cohort"),
    Split(
        *("delivery.rate", "delivery.on_time", "delivery.orders"),
        *("delivery.advisors", "advisor", "on_time", "orders"),
    ),
)


@dataclass(frozen=True)
class Taken:
    """A ratio taken apart; `grouped` where its groups are known in both reports."""

    split: Split
    parts: Parts
    grouped: bool


def all_taken(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Taken]:
    """Every ratio whose counts both reports hold, and that both are made of the same way.

    Parameters
    ----------
    a, b
        Contents of two ``figures.json``.
    """
    return [taken for split in SPLITS if (taken := _taken(split, a, b)) is not None]


def _taken(split: Split, a: Mapping[str, Any], b: Mapping[str, Any]) -> Taken | None:
    whole_a, whole_b = _whole(split, a), _whole(split, b)
    if whole_a is None or whole_b is None:
        return None
    groups_a, groups_b = _groups(split, a, whole_a), _groups(split, b, whole_b)
    grouped = bool(split.table) and groups_a is not None and groups_b is not None
    if not grouped or groups_a is None or groups_b is None:
        parts = taken_apart({_ALL: whole_a}, {_ALL: whole_b})
    elif split.exposure:
        cases_a, cases_b = ({g: c.cases for g, c in groups.items()} for groups in (groups_a, groups_b))
        parts = by_exposure(cases_a, cases_b, whole_a.of, whole_b.of)
    else:
        parts = taken_apart(groups_a, groups_b)
    return None if parts is None else Taken(split, parts, grouped)


def _whole(split: Split, report: Mapping[str, Any]) -> Count | None:
    cases, of = (_count(report["figures"].get(name)) for name in (split.cases, split.of))
    return (
        None if cases is None or not of or (not 0 <= cases <= of and not split.exposure) else Count(cases, of)
    )


def _groups(split: Split, report: Mapping[str, Any], whole: Count) -> dict[str, Count] | None:
    """The groups, with what they leave of the whole; None where they are unknown or more than the whole."""
    rows = _owners(report) if split.table == _OWNERS else report["tables"].get(split.table)
    if not rows:
        return {} if rows is not None and split.exposure and not whole.cases else None
    found: dict[str, Count] = {}
    for row in rows:
        cases, of = _count(row.get(split.k)), whole.of if split.exposure else _count(row.get(split.n))
        if cases is None or of is None or (cases > of and not split.exposure):
            return None
        name = str(row.get(split.key) or REST)
        before = found.get(name, Count(0, 0))
        found[name] = Count(before.cases + cases, before.of + of)
    cases = whole.cases - sum(c.cases for c in found.values())
    of = 0 if split.exposure else whole.of - sum(c.of for c in found.values())
    if cases < 0 or of < 0 or (cases > of and not split.exposure):
        return None
    if cases or of:
        before = found.get(REST, Count(0, 0))
        found[REST] = Count(before.cases + cases, before.of + of)
    return found


def _owners(report: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Private and fleet vehicles of the cohort, of figures; None without a private cohort among them."""
    names = ("churn.cohort", "churn.private_cohort", "churn.to_call", "churn.fleet")
    cohort, private, lost, fleet = (_count(report["figures"].get(name)) for name in names)
    if cohort is None or private is None or lost is None or fleet is None:
        return None
    return [
        {"owner_type": "private", "lost": lost, "cohort": private},
        {"owner_type": "fleet", "lost": fleet, "cohort": cohort - private},
    ]


def _count(value: Any) -> int | None:
    """A whole number that is not negative; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or value < 0:
        return None
    return int(value) if float(value).is_integer() else None

"""Every figure beside last month, last year, the year so far and its target (对比)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import pandas as pd

from aftersales.contract.months import as_written
from aftersales.contract.statistics import EARLIER, FEW, interval, target_verdict

COMPARISON = [
    "figure",
    "current",
    "previous",
    "year_ago",
    "ytd",
    "ytd_year_ago",
    "target",
    "target_verdict",
    "low",
    "high",
]
Kind = Literal["events", "rate", "per_1000", "score", "level"]
Better = Literal["up", "down"]


class Point(NamedTuple):
    """A figure in one month, as that month's own report had it: numerator and denominator where it is a
    ratio.
    """

    numerator: float | None
    denominator: float | None
    value: float | None


# What a figure is when months are put together. Rates are ratios of sums, events are summed; a level (a
# stock, a count of distinct vehicles, a median) and a score have no sum. A name that is not here is a level.
_EVENTS = """
review.actions review.done oem.sample css.calls css.valid css.delighted css.disappointed css.unreachable
complaints.mentions complaints.count complaints.repeats ftf.jobs ftf.not_fixed ftf.return_orders ftf.returned
booking.visits booking.booked booking.arrived delivery.orders delivery.on_time delivery.late_30 volume.orders
volume.jobs
"""
_RATES = """
review.completion_rate css.valid_rate css.delight_rate_calls css.delight_rate_valid
css.disappointment_rate_calls css.disappointment_rate_valid complaints.closed_rate complaints.satisfied_rate
complaints.closed_14_rate ftf.rate ftf.return_rate booking.rate booking.kept_rate booking.proactive_share
booking.no_show_rate churn.rate churn.private_rate churn.lost_low churn.lost_high churn.lost_best
delivery.rate
"""
_SCORES = "oem.mot oem.css oem.mot_previous oem.mot_branch oem.mot_national oem.pt_total"
KINDS: dict[str, Kind] = {
    **dict.fromkeys(_EVENTS.split(), "events"),
    **dict.fromkeys(_RATES.split(), "rate"),
    "complaints.per_1000_visits": "per_1000",
    **dict.fromkeys(_SCORES.split(), "score"),
}


def table(
    history: Mapping[str, Sequence[Point | tuple[Any, Any, Any]]],
    months: Sequence[pd.Period],
    month: pd.Period,
    targets: Mapping[str, float] | None = None,
    better: Mapping[str, Better | None] | None = None,
    intervals: Mapping[str, tuple[float | None, float | None]] | None = None,
    kinds: Mapping[str, Kind] = KINDS,
) -> pd.DataFrame:
    """A row a figure that has a value in the month.

    Parameters
    ----------
    history
        Of each figure (numerator, denominator, value) in each of `months`, each as its own report had it. Of
        a count the value is enough; a month that nothing is known of is (None, None, None).
    months
        Any months, `month` among them; from January of the year before, all figures of the table can be
        known; 23 months before `month` are looked at for the noise of a score.
    targets
        Figure to target.
    better
        Figure to the direction that is good; without one there is no verdict.
    intervals
        Of figures whose interval is known; of the others it is computed.
    kinds
        What each figure is; see `KINDS`.

    Returns
    -------
    DataFrame
        ``figure``; ``current``, ``previous``, ``year_ago``: values of the month, the one before and the one a
        year ago; ``ytd``, ``ytd_year_ago``: January to the month: the sum of events, the ratio of sums of a
        rate, else missing; ``target``; ``target_verdict``: ``met``, ``missed``, or ``undecided`` where the
        figure's interval (``low``, ``high``) holds it; of few cases none.

    Notes
    -----
    A year so far in which a month is unknown is unknown. The interval is Wilson's for a rate, exact Poisson
    for complaints per 1,000 visits, ± 1.96 σ for a score with at least 11 known values in the 23 months
    before; others have none.
    """
    targets, better = targets or {}, better or {}
    place = {m.ordinal: i for i, m in enumerate(months)}
    rows = []
    for figure, points in history.items():
        of = {ordinal: Point(*points[i]) for ordinal, i in place.items()}
        now = of.get(month.ordinal, Point(None, None, None))
        if not _known(now.value):
            continue
        kind = kinds.get(figure, "level")
        known = (intervals or {}).get(figure)
        low, high = known or interval(kind, *now, _before(of, month))
        few = kind in ("rate", "per_1000") and (now.denominator or 0) < FEW
        target = targets.get(figure)
        rows.append(
            [
                figure,
                now.value,
                _value(of, month - 1),
                _value(of, month - 12),
                year_to_date(of, month, kind),
                year_to_date(of, month - 12, kind),
                target,
                None if few else target_verdict(now.value, target, better.get(figure), low, high),
                low,
                high,
            ]
        )
    out = pd.DataFrame(rows, columns=COMPARISON)
    numbers = [c for c in COMPARISON if c not in ("figure", "target_verdict")]
    return out.astype({**dict.fromkeys(numbers, float), "figure": object, "target_verdict": object})


def _known(value: Any) -> bool:
    return value is not None and value == value


def _value(of: Mapping[int, Point], month: pd.Period) -> float | None:
    return of[month.ordinal].value if month.ordinal in of else None


def _before(of: Mapping[int, Point], month: pd.Period) -> list[float]:
    """The known values of the 23 months before."""
    points = [of.get(month.ordinal - back) for back in range(EARLIER, 0, -1)]
    return [p.value for p in points if p is not None and p.value is not None and p.value == p.value]


def year_to_date(of: Mapping[int, Point], month: pd.Period, kind: Kind) -> float | None:
    """A figure from January to a month.

    None where months cannot be put together or one of them is unknown.
    """
    if kind not in ("events", "rate", "per_1000"):
        return None
    points = [of.get(month.ordinal - back) for back in range(month.month)]
    if kind == "events":
        counts = [p.value if p else None for p in points]
        return None if not all(map(_known, counts)) else sum(c for c in counts if c is not None)
    pairs = [(p.numerator, p.denominator) if p else (None, None) for p in points]
    if not all(_known(k) and _known(n) for k, n in pairs):
        return None
    cases, of_all = (math.fsum(pair[i] or 0 for pair in pairs) for i in (0, 1))
    return (1000 if kind == "per_1000" else 1) * cases / of_all if of_all else None


as_written(__name__)

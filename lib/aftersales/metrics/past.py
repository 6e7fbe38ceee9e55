"""The months before: what each figure was made of, as that month's own report had it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aftersales.contract.figures import FIGURES
from aftersales.contract.months import as_written, months_to
from aftersales.metrics import (
    bookings,
    cause_rates,
    comparison,
    complaint_handling,
    complaints,
    delivery,
    first_time_fix,
    internal_css,
    oem_css,
    private_churn,
    returns,
    review,
    watched,
)
from aftersales.metrics.comparison import Point
from aftersales.metrics.month import all_figures
from aftersales.metrics.visits import month_numbers
from aftersales.signals import Finding
from aftersales.signals.targets import intervals

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

MONTHS = 24
Rows = Sequence[Mapping[str, Any]]
# Figures that are put together from their months: the rows they come from, numerator and denominator there.
_OF: dict[str, tuple[str, str, str]] = {
    "review.actions": ("review", "review.actions", ""),
    "review.done": ("review", "review.done", ""),
    "review.completion_rate": ("review", "review.done", "review.actions"),
    "oem.sample": ("oem", "sample", ""),
    "oem.mot": ("oem", "mot", ""),
    "oem.css": ("oem", "css", ""),
    **{f"css.{n}": ("css", n, "") for n in ("calls", "valid", "delighted", "disappointed", "unreachable")},
    "css.valid_rate": ("css", "valid", "calls"),
    "css.delight_rate_calls": ("css", "delighted", "calls"),
    "css.delight_rate_valid": ("css", "delighted", "valid"),
    "css.disappointment_rate_calls": ("css", "disappointed", "calls"),
    "css.disappointment_rate_valid": ("css", "disappointed", "valid"),
    "complaints.mentions": ("mentions", "mentions", ""),
    "complaints.count": ("register", "received", ""),
    "complaints.closed_rate": ("register", "closed", "received"),
    "complaints.satisfied_rate": ("register", "satisfied", "answered"),
    "complaints.repeats": ("handling", "repeats", ""),
    "complaints.closed_14_rate": ("handling", "closed_14", "due_14"),
    "complaints.per_1000_visits": ("received", "count", "visits"),
    "ftf.jobs": ("ftf", "jobs", ""),
    "ftf.not_fixed": ("ftf", "not_fixed", ""),
    "ftf.rate": ("ftf", "fixed", "jobs"),
    "ftf.return_orders": ("returns", "return_orders", ""),
    "ftf.returned": ("returns", "returned", ""),
    "ftf.return_rate": ("returns", "returned", "return_orders"),
    "delivery.orders": ("delivery", "orders", ""),
    "delivery.on_time": ("delivery", "on_time", ""),
    "delivery.late_30": ("delivery", "late_30", ""),
    "delivery.rate": ("delivery", "on_time", "orders"),
    "booking.visits": ("booking", "visits", ""),
    "booking.booked": ("booking", "booked", ""),
    "booking.arrived": ("booking", "arrived", ""),
    "booking.rate": ("booking", "arrived", "visits"),
    "booking.kept_rate": ("booking", "arrived", "booked"),
    "booking.proactive_share": ("booking", "proactive", "booked"),
    "booking.no_show_rate": ("booking", "no_show", "booked"),
    "churn.rate": ("churn", "lost", "cohort"),
    "churn.private_rate": ("churn", "to_call", "private_cohort"),
    "churn.lost_low": ("churn", "known_lost", "private_cohort"),
    "churn.lost_high": ("churn", "high", "private_cohort"),
    "churn.lost_best": ("churn", "best", "private_cohort"),
    "volume.orders": ("booking", "visits", ""),
    "volume.jobs": ("ftf", "jobs", ""),
}


def compared(
    points: Mapping[str, Sequence[Point]],
    month: pd.Period,
    params: Params,
    figures: Mapping[str, float | int | None],
    findings: Sequence[Finding] = (),
) -> pd.DataFrame:
    """Every figure beside last month, a year ago, the years so far and its target (``comparison``).

    Parameters
    ----------
    points
        Of `history`.
    figures
        Those of the month.
    findings
        Where they test a target, their interval decides here too, as on the first page and in chapter 7.
    """
    now = {
        name: [*of[:-1], of[-1]._replace(value=figures.get(name, of[-1].value))]
        for name, of in points.items()
    }
    better = {name: figure.better for name, figure in FIGURES.items()}
    return comparison.table(now, months_to(month, MONTHS), month, params.targets, better, intervals(findings))


def history(tables: Tables, month: pd.Period, params: Params) -> dict[str, list[Point]]:
    """Each figure in the 24 months to `month`: numerator, denominator, value.

    Events and rates are known from January of the year before, scores in all months, and levels in the month
    before and a year ago; of the month itself `compared` knows the levels.
    """
    months = months_to(month, MONTHS)
    rows, last = _rows(tables, months, params), MONTHS - 1
    # What is a ratio or an event is in `rows`; the figures of other months are asked for the rest alone.
    counted = dict.fromkeys(name for name, of in _OF.items() if rows[of[0]])
    known = {last - back: all_figures(tables, month - back, params, counted) for back in (1, 12)}
    out: dict[str, list[Point]] = {}
    for name in FIGURES:
        source, part, whole = _OF.get(name, ("", "", ""))
        points = [_point(row, part, whole, name) for row in rows[source]] if source else []
        points = [Point(None, None, None)] * (MONTHS - len(points)) + points
        for place, values in known.items():
            if name not in counted:
                points[place] = points[place]._replace(value=values.get(name))
        out[name] = points
    return out


def _point(row: Mapping[str, Any], part: str, whole: str, name: str) -> Point:
    k = row.get(part)
    if not whole:
        return Point(None, None, None if k is None or k != k else k)
    n = row.get(whole)
    scale = 1000 if FIGURES[name].unit == "per_1000" else 1
    return Point(k, n, scale * k / n if n and k is not None else None)


def _rows(tables: Tables, months: Sequence[pd.Period], params: Params) -> dict[str, Rows]:
    t, p = tables, params
    known = 12 + months[-1].month
    recent = months[-known:]
    # What findings watch they have counted, and in a report it is remembered: asked for in the same months.
    long = months_to(months[-1], watched.LONG)
    churned = private_churn.by_month(t.repair_orders, t.churn_calls, long, p.churn_months)
    rows = {
        "review": [review.figures(t.actions, m) for m in recent],
        "css": internal_css.by_month(t.survey_calls, long),
        "mentions": _mentions(t, months),
        "register": _registers(t.complaints, recent),
        "handling": complaint_handling.by_month(t.complaints, t.repair_orders, recent),
        "received": complaints.by_month(t.complaints, t.repair_orders, long),
        "ftf": [n | {"fixed": first_time_fix.fixed(n)} for n in first_time_fix.by_month(t.jobs, long)],
        "returns": returns.by_month(t.repair_orders, long, p.return_days, p.return_km),
        "delivery": delivery.by_month(t.repair_orders, long, p.grace_minutes),
        "booking": [_booked(n) for n in bookings.by_month(t.bookings, t.repair_orders, long)],
        "churn": [_lost(n) for n in churned],
    }
    return {"oem": _scores(t.oem_css, months, p), **{name: of[-known:] for name, of in rows.items()}}


def _scores(scores: pd.DataFrame | None, months: Sequence[pd.Period], params: Params) -> Rows:
    past = oem_css.history(scores, months[-1], params.weights, watched.LONG)
    by = {str(row["month"]): row for row in past.to_dict("records")}
    return [by.get(str(m), {}) for m in months]


def _mentions(tables: Tables, months: Sequence[pd.Period]) -> Rows:
    by = cause_rates.by_month(tables.grievances, tables.survey_calls, months)
    named = by.groupby("month")["mentions"].sum()
    return [{"mentions": None if by.empty else int(named.get(str(m), 0))} for m in months]


def _registers(table: pd.DataFrame | None, months: Sequence[pd.Period]) -> Rows:
    """Complaints received in each month, and what was known of them at its end."""
    if table is None:
        return [{} for _ in months]
    received = month_numbers(table["received_at"].to_numpy())
    closed = (table["status"] == "closed") & table["closed_at"].notna()
    closed &= month_numbers(table["closed_at"].to_numpy()) <= received
    answered = closed & table["satisfied"].notna()
    sets = {
        "received": np.ones(len(table), dtype=bool),
        "closed": closed.to_numpy(),
        "answered": answered.to_numpy(),
        "satisfied": (answered & table["satisfied"].fillna(False).astype(bool)).to_numpy(),
    }
    numbers = {name: Counter(received[which].tolist()) for name, which in sets.items()}
    return [{name: of[m.ordinal] for name, of in numbers.items()} for m in months]


def _booked(n: Mapping[str, Any]) -> Mapping[str, Any]:
    """The counts of a month with those that two of its shares are made of."""
    of = {"proactive": n["proactive_share"], "no_show": n["no_show_rate"]}
    return {**n, **{k: None if share is None else round(share * n["booked"]) for k, share in of.items()}}


def _lost(n: Mapping[str, Any]) -> Mapping[str, Any]:
    """The counts of a month with the numerators of the three estimates, and of all vehicles."""
    cohort = n["private_cohort"]
    if cohort is None:
        return {}
    return {
        **n,
        "cohort": cohort + n["fleet_cohort"],
        "lost": n["to_call"] + n["fleet_lost"],
        "high": None if n["lost_high"] is None else n["to_call"] - n["one_visit"] - n["not_due"],
        "best": None if n["lost_best"] is None else n["lost_best"] * cohort,
    }


as_written(__name__)

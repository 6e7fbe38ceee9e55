"""The key figures of the summary: now, last month, a year ago, the 12 months, and whether a change is beyond noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from aftersales.metrics import bookings, churn, complaints, first_time_fix, internal_css, oem_css
from aftersales.metrics.catalogue import BASES, FIGURES
from aftersales.metrics.periods import months_to, within
from aftersales.statistics import FEW, moving_range_sigma

if TYPE_CHECKING:
    from aftersales.params import Params
    from aftersales.tables import Tables

COLUMNS = [
    "figure",
    "value",
    "target",
    "met",
    "previous",
    "change",
    "better",
    "beyond_noise",
    "year_ago",
    "months",
    "spark",
    "n",
]


def key_figures(tables: Tables, month: pd.Period, params: Params) -> pd.DataFrame:
    """Six figures of the month, one row each.

    Returns
    -------
    DataFrame
        ``figure``, ``value``, ``target``, ``met``, ``previous``, ``change``, ``better`` (True, False, None),
        ``beyond_noise`` (the change exceeds 1.96 √2 σ of the months before, σ = mean moving range / 1.128; None
        with fewer than three months), ``year_ago``, ``months`` and ``spark`` (12 months), ``n`` (the cases of a rate;
        with few of them it is neither held against its target nor against last month).
    """
    t, delight = tables, f"css.delight_rate_{params.rate_base}"
    sources: dict[str, Callable[[pd.Period], float | None]] = {
        "oem.mot": lambda m: oem_css.mot_score(oem_css.row_of(t.oem_css, m, "store"), params.weights),
        delight: lambda m: internal_css.figures(t.survey_calls, m)[delight],
        "complaints.per_1000_visits": lambda m: complaints.per_1000_visits(t.complaints, t.repair_orders, m),
        "ftf.rate": lambda m: first_time_fix.figures(t.jobs, m)["ftf.rate"],
        "booking.rate": lambda m: bookings.figures(t.bookings, t.repair_orders, m)["booking.rate"],
        "churn.rate": lambda m: churn.rate(t.repair_orders, m, params.churn_months),
    }
    cases = _cases(tables, month, params)
    first = (
        None
        if t.repair_orders is None or t.repair_orders.empty
        else t.repair_orders["opened_at"].min().to_period("M")
    )
    rows = []
    for name, of in sources.items():
        start = first + params.churn_months if name == "churn.rate" and first is not None else first
        months = [month - 12, *months_to(month)]
        values = [of(m) if start is None or m >= start else None for m in months]
        year_ago, series = values[0], values[1:]
        value, previous = series[-1], series[-2]
        change = None if value is None or previous is None else value - previous
        up = FIGURES[name].better == "up"
        n = cases.get(BASES.get(name, ""))
        few = n is not None and n < FEW
        better = None if few or change is None or abs(change) < 1e-12 else (change > 0) == up
        sigma = moving_range_sigma(series[:-1])
        beyond = None if few or change is None or sigma is None else abs(change) > 1.96 * 2**0.5 * sigma
        target = params.targets.get(name)
        met = None if few or value is None or target is None else (value >= target if up else value <= target)
        rows.append(
            [
                name,
                value,
                target,
                met,
                previous,
                change,
                better,
                beyond,
                year_ago,
                [str(m) for m in months[1:]],
                series,
                n,
            ]
        )
    return pd.DataFrame(rows, columns=COLUMNS).astype(object)


def _cases(tables: Tables, month: pd.Period, params: Params) -> dict[str, float | int | None]:
    """The counts that rates are judged on."""
    orders = tables.repair_orders
    then = None if orders is None else orders[within(orders["opened_at"], month - params.churn_months)]
    return {
        "css.valid": internal_css.figures(tables.survey_calls, month)["css.valid"],
        "ftf.jobs": first_time_fix.figures(tables.jobs, month)["ftf.jobs"],
        "booking.visits": bookings.figures(None, orders, month)["booking.visits"],
        "churn.cohort": None if then is None else int(then["vin"].nunique()),
    }

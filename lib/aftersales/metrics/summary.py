"""The summary's key figures: now, last month, a year ago, 12 months, and whether a change is beyond noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract.figures import FIGURES, Figure
from aftersales.contract.months import months_to, within
from aftersales.contract.own import Record
from aftersales.contract.statistics import EARLIER, FEW, band, moving_range_sigma
from aftersales.metrics import bookings, churn, complaints, first_time_fix, internal_css, oem_css

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

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
    "lower",
    "upper",
]


def key_figures(tables: Tables, month: pd.Period, params: Params) -> pd.DataFrame:
    """Seven figures of the month, one row each.

    Returns
    -------
    DataFrame
        ``figure``, ``value``, ``target``, ``met``, ``previous``, ``change``, ``better`` (True, False, None),
        ``beyond_noise`` (the change exceeds 1.96 √2 σ of the months before, σ = mean moving range /
        1.128; None with fewer than three months), ``year_ago``, ``months`` and ``spark`` (12 months),
        ``n`` (the cases of a rate; with few of them it is compared neither with its target nor with
        last month), ``lower`` and ``upper`` (the band of the agency's CSS, which is compared with that and
        not with a single month: an odd month makes two large changes, one of them its own).
    """
    t, delight = tables, f"css.delight_rate_{params.rate_base}"
    months = [month - 12, *months_to(month)]
    scores = oem_css.history(t.oem_css, month, params.weights, EARLIER + 1)
    mot, css = (
        dict(zip(known["month"], known[score].tolist(), strict=True))
        for score in ("mot", "css")
        for known in [scores.dropna(subset=[score])]
    )
    found: dict[str, list[float | None]] = {
        "oem.mot": [mot.get(str(m)) for m in months],
        "oem.css": [css.get(str(m)) for m in months],
        delight: [row[delight.removeprefix("css.")] for row in internal_css.by_month(t.survey_calls, months)],
        "complaints.per_1000_visits": [
            row["per_1000_visits"] for row in complaints.by_month(t.complaints, t.repair_orders, months)
        ],
        "ftf.rate": [row["rate"] for row in first_time_fix.by_month(t.jobs, months)],
        "booking.rate": [row["rate"] for row in bookings.by_month(t.bookings, t.repair_orders, months)],
        "churn.rate": churn.rates(t.repair_orders, months, params.churn_months),
    }
    cases = _cases(tables, month, params)
    first = (
        None
        if t.repair_orders is None or t.repair_orders.empty
        else t.repair_orders["opened_at"].min().to_period("M")
    )
    rows = []
    for name, by_month in found.items():
        start = first + params.churn_months if name == "churn.rate" and first is not None else first
        values = [v if start is None or m >= start else None for m, v in zip(months, by_month, strict=True)]
        year_ago, series = values[0], values[1:]
        value, previous = series[-1], series[-2]
        change = None if value is None or previous is None else value - previous
        up = FIGURES[name].better == "up"
        n = cases.get(FIGURES[name].base)
        few = n is not None and n < FEW
        better = None if few or change is None or abs(change) < 1e-12 else (change > 0) == up
        sigma = moving_range_sigma(series[:-1])
        beyond = None if few or change is None or sigma is None else abs(change) > 1.96 * 2**0.5 * sigma
        limits = (
            band([css.get(str(month - back)) for back in range(1, EARLIER + 1)])
            if name == "oem.css"
            else None
        )
        if name == "oem.css":
            beyond = (
                None
                if value is None or change is None or limits is None
                else not limits[0] <= value <= limits[1]
            )
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
                *(limits or (None, None)),
            ]
        )
    return pd.DataFrame(rows, columns=COLUMNS).astype(object)


def with_own(
    table: pd.DataFrame, figures: Mapping[str, Any], records: Sequence[Record], params: Params
) -> pd.DataFrame:
    """The key figures, then those of chapters of one's own that have a target.

    They have no history here, so no change of theirs is told.
    """
    rows = []
    for record in records:
        target = params.targets.get(record.name)
        if not isinstance(record, Figure) or target is None:
            continue
        value, n = figures.get(record.name), figures.get(record.base)
        met = None
        if value is not None and record.better is not None and not (n is not None and n < FEW):
            met = value >= target if record.better == "up" else value <= target
        nothing = dict.fromkeys(COLUMNS)
        row = {"figure": record.name, "value": value, "target": target, "met": met, "n": n}
        rows.append(nothing | row | {"months": [], "spark": []})
    return (
        pd.concat([table, pd.DataFrame(rows, columns=COLUMNS, dtype=object)], ignore_index=True)
        if rows
        else table
    )


def _cases(tables: Tables, month: pd.Period, params: Params) -> dict[str, float | int | None]:
    """The counts that rates are judged on."""
    orders = tables.repair_orders
    then = None if orders is None else within(orders["opened_at"], month - params.churn_months)
    return {
        "css.valid": internal_css.figures(tables.survey_calls, month)["css.valid"],
        "ftf.jobs": first_time_fix.figures(tables.jobs, month)["ftf.jobs"],
        "booking.visits": bookings.figures(None, orders, month)["booking.visits"],
        "churn.cohort": None if orders is None else orders.loc[then, "vin"].nunique(),
    }

"""The summary's key figures: now, last month, a year ago, 12 months, and whether targets are met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract.figures import FIGURES, Figure
from aftersales.contract.months import as_written, months_to
from aftersales.contract.own import Record
from aftersales.contract.statistics import EARLIER, FEW, target_verdict
from aftersales.metrics import (
    bookings,
    complaints,
    delivery,
    first_time_fix,
    internal_css,
    oem_css,
    private_churn,
)
from aftersales.signals import Finding
from aftersales.signals.targets import intervals

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

SHOWN = EARLIER + 1  # months of each figure: what a month is held against, and itself
COLUMNS = [
    "figure",
    "value",
    "target",
    "verdict",
    "low",
    "high",
    "previous",
    "year_ago",
    "months",
    "spark",
    "n",
]


def key_figures(
    tables: Tables, month: pd.Period, params: Params, findings: Sequence[Finding]
) -> pd.DataFrame:
    """The key figures of the month, one row each; on-time delivery where the records tell of it.

    Returns
    -------
    DataFrame
        ``figure``, ``value``, ``target``, ``verdict`` on the target (met, missed, undecided; None without a
        target or with few cases), ``low`` and ``high`` of the interval that decides it, ``previous``,
        ``year_ago``, ``months`` and ``spark`` (24 months), ``n`` (the cases of a rate). Whether a figure has
        changed is not asked here: the findings say so.
    """
    t = tables
    months = months_to(month, SHOWN)
    scores = oem_css.history(t.oem_css, month, params.weights, SHOWN)
    mot, css = (
        dict(zip(known["month"], known[score].tolist(), strict=True))
        for score in ("mot", "css")
        for known in [scores.dropna(subset=[score])]
    )
    calls = internal_css.by_month(t.survey_calls, months)
    delight, disappointment = (f"{name}_rate_{params.rate_base}" for name in ("delight", "disappointment"))
    received = complaints.by_month(t.complaints, t.repair_orders, months)
    private = private_churn.by_month(t.repair_orders, t.churn_calls, months, params.churn_months)
    handed_over = delivery.by_month(t.repair_orders, months, params.grace_minutes)
    found: dict[str, list[float | None]] = {
        "oem.mot": [mot.get(str(m)) for m in months],
        "oem.css": [css.get(str(m)) for m in months],
        f"css.{delight}": [row[delight] for row in calls],
        f"css.{disappointment}": [row[disappointment] for row in calls],
        "complaints.per_1000_visits": [row["per_1000_visits"] for row in received],
        "ftf.rate": [row["rate"] for row in first_time_fix.by_month(t.jobs, months)],
        "booking.rate": [row["rate"] for row in bookings.by_month(t.bookings, t.repair_orders, months)],
        "churn.private_rate": [row["private_rate"] for row in private],
    }
    if any(row["rate"] is not None for row in handed_over):  # few stores' records have the promised time
        found["delivery.rate"] = [row["rate"] for row in handed_over]
    cases = _cases(tables, month, calls[-1], private[-1]) | {"delivery.orders": handed_over[-1]["orders"]}
    first = (
        None
        if t.repair_orders is None or t.repair_orders.empty
        else t.repair_orders["opened_at"].min().to_period("M")
    )
    tests = intervals(findings)
    rows = []
    for name, by_month in found.items():
        start = first + params.churn_months if name == "churn.private_rate" and first is not None else first
        values = [v if start is None or m >= start else None for m, v in zip(months, by_month, strict=True)]
        year_ago, series = values[-13], values
        value, n = series[-1], cases.get(FIGURES[name].base)
        target, (low, high) = params.targets.get(name), tests.get(name, (None, None))
        few = n is not None and n < FEW
        verdict = None if few else target_verdict(value, target, FIGURES[name].better, low, high)
        shown = [str(m) for m in months]
        rows.append([name, value, target, verdict, low, high, series[-2], year_ago, shown, series, n])
    return pd.DataFrame(rows, columns=COLUMNS).astype(object)


def with_own(
    table: pd.DataFrame,
    figures: Mapping[str, Any],
    records: Sequence[Record],
    params: Params,
    findings: Sequence[Finding] = (),
) -> pd.DataFrame:
    """The key figures, then those of chapters of one's own that have a target.

    They have no history here, so no change of theirs is told; their targets are decided as the findings have
    it, and where these have no interval by the value, as those of the built-in figures are.
    """
    rows, tests = [], intervals(findings)
    for record in records:
        target = params.targets.get(record.name)
        if not isinstance(record, Figure) or target is None:
            continue
        value, n = figures.get(record.name), figures.get(record.base)
        verdict, (low, high) = None, tests.get(record.name, (None, None))
        if value is not None and not (n is not None and n < FEW):
            verdict = target_verdict(value, target, record.better, low, high)
        nothing = dict.fromkeys(COLUMNS) | {"months": [], "spark": [], "low": low, "high": high}
        row = {"figure": record.name, "value": value, "target": target, "verdict": verdict, "n": n}
        rows.append(nothing | row)
    return (
        pd.concat([table, pd.DataFrame(rows, columns=COLUMNS, dtype=object)], ignore_index=True)
        if rows
        else table
    )


def _cases(
    tables: Tables, month: pd.Period, calls: Mapping[str, Any], private: Mapping[str, Any]
) -> dict[str, float | int | None]:
    """The counts that rates are judged on."""
    return {
        "css.valid": calls["valid"],
        "ftf.jobs": first_time_fix.figures(tables.jobs, month)["ftf.jobs"],
        "booking.visits": bookings.figures(None, tables.repair_orders, month)["booking.visits"],
        "churn.private_cohort": private["private_cohort"],
    }


as_written(__name__)

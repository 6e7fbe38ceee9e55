"""A report made by hand, checked against itself and against the records: what it prints, what it must be.

A report is what somebody typed off its pages, in the names of figures.json::

    month: 2024-04
    figures:
      - {name: churn.lost, value: 276, where: 幻灯片27}
    tables:
      complaints.causes:
        - {cause: 整车, w1: 5, w2: 0, w3: 1, w4: 0, month: 6, share: 0.5%}
    sentences:
      - {where: 幻灯片22, about: ftf.technicians, text: 依然存在更换配件仍然不好使}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from aftersales.contract.rules import COLUMNS, check
from aftersales.reconcile import claims, printed_tables
from aftersales.reconcile.detectors import hundred_times_too_small
from aftersales.reconcile.printed_tables import Rows, Tables, column_sum, compare
from aftersales.reconcile.verdicts import Printed, exact, printed

Report = Mapping[str, Any]

# What a printed figure must be: the sum of others, the ratio of two, the sum of a table's column.
_SUMS = (
    ("lost_split", "churn.lost", ("churn.fleet", "churn.to_call")),
    ("to_call_split", "churn.to_call", ("churn.reached", "churn.not_reached")),
)
_RATIOS = (
    ("css.valid_rate", "css.valid", "css.calls"),
    ("css.delight_rate_calls", "css.delighted", "css.calls"),
    ("css.delight_rate_valid", "css.delighted", "css.valid"),
    ("css.disappointment_rate_calls", "css.disappointed", "css.calls"),
    ("css.disappointment_rate_valid", "css.disappointed", "css.valid"),
    ("churn.rate", "churn.lost", "churn.cohort"),
    ("booking.rate", "booking.arrived", "booking.visits"),
    ("booking.kept_rate", "booking.arrived", "booking.booked"),
    ("review.completion_rate", "review.done", "review.actions"),
)
_COLUMNS = (
    ("internal_samples", "css.valid", "css.advisors", "internal_n"),
    ("advisor_samples", "oem.sample", "css.advisors", "external_n"),
    ("total", "volume.orders", "css.advisors", "orders"),
    ("total", "complaints.mentions", "complaints.causes", "month"),
    ("total", "ftf.jobs", "ftf.technicians", "jobs"),
    ("total", "ftf.not_fixed", "ftf.technicians", "not_fixed"),
    ("total", "churn.reached", "churn.reasons", "count"),
    ("total", "complaints.count", "complaints.departments", "count"),
)
_VOLUMES = (("css.advisors", "orders"), ("ftf.technicians", "jobs"))


def examine(
    report: Report,
    weights: Mapping[str, float],
    against: Mapping[str, float | None] | None = None,
    churn_months: int = 6,
) -> pd.DataFrame:
    """Every rule that can be tried on what a report prints.

    Parameters
    ----------
    report
        ``month``, ``figures``, ``tables``, ``sentences``; values as printed, texts or numbers.
    weights
        Of the MOT items.
    against
        The figures computed from the records, by name.
    churn_months
        Of the cohort, whose month is so many before the report's.

    Returns
    -------
    DataFrame
        As `records.reconcile` gives it.
    """
    tables = {name: list(rows) for name, rows in (report.get("tables") or {}).items()}
    figures = list(report.get("figures") or [])
    first: dict[str, Printed] = {}
    for figure in figures:
        if (value := printed(figure["value"])) is not None:
            first.setdefault(figure["name"], value)
    rows = [
        *_twice(figures, first),
        *_identities(first),
        *_column_sums(first, tables),
        *printed_tables.examine(tables, weights),
        *_volumes(first, tables),
        *_months(report, figures, churn_months),
        *claims.examine(report.get("sentences") or [], tables, first),
    ]
    for name, value in first.items():
        if against and against.get(name) is not None:
            rows.append(compare("figure", name, value, exact(against[name])))
    return pd.DataFrame(rows, columns=COLUMNS)


def _twice(figures: Sequence[Mapping[str, Any]], first: Mapping[str, Printed]) -> Rows:
    """A figure that is printed again has the same value; else, whose value it is."""
    out, seen = [], set()
    for figure in figures:
        name, value = figure["name"], printed(figure["value"])
        if value is None:
            continue
        if name in seen:
            others = [n for n, v in first.items() if n != name and v.value == value.value]
            detail = {"figure": name, "where": figure.get("where", ""), "is": others}
            out.append(compare("same_figure", name, value, first[name].value, detail=detail))
        seen.add(name)
    return out


def _identities(first: Mapping[str, Printed]) -> Rows:
    out = []
    for rule, name, parts in _SUMS:
        if name in first and all(p in first for p in parts):
            out.append(compare(rule, name, first[name], sum((first[p].value for p in parts), Decimal(0))))
    for name, over, under in _RATIOS:
        if all(n in first for n in (name, over, under)) and first[under].value:
            computed = first[over].value / first[under].value
            small = hundred_times_too_small(first[name], computed)
            out.append(compare("hundredfold" if small else "ratio", name, first[name], computed))
    return out


def _column_sums(first: Mapping[str, Printed], tables: Tables) -> Rows:
    out = []
    for rule, name, table, column in _COLUMNS:
        total = column_sum(tables.get(table, []), column)
        if name in first and total is not None:
            out.append(compare(rule, name, first[name], total, detail={"figure": name, "column": column}))
    return out


def _volumes(first: Mapping[str, Printed], tables: Tables) -> Rows:
    """Orders, jobs and vehicles, all called 台次, that differ and are not named apart."""
    found = {
        f"{t}.{c}": total for t, c in _VOLUMES if (total := column_sum(tables.get(t, []), c)) is not None
    }
    found |= {n: first[n].value for n in ("churn.cohort", "volume.vehicles") if n in first}
    if len(found) < 2 or {"volume.orders", "volume.vehicles", "volume.jobs"} <= first.keys():
        return []
    values = {name: int(value) for name, value in found.items()}
    most, least = max(values.values()), min(values.values())
    return [
        check("volumes", " / ".join(map(str, values.values())), most, least, rows=list(values), detail=values)
    ]


def _months(report: Report, figures: Sequence[Mapping[str, Any]], churn_months: int) -> Rows:
    """The months that figures and sentences name, against the report's."""
    month = pd.Period(str(report["month"]), "M")
    named = [(f.get("where", f["name"]), int(f["month"]), f["name"]) for f in figures if f.get("month")]
    for sentence in report.get("sentences") or []:
        named += [(sentence.get("where", ""), m, "") for m in claims.months(sentence["text"])]
    if not named:
        return []
    expected = {
        name: (month - churn_months if name == "churn.cohort" else month).month for _, _, name in named
    }
    odd = [f"{where}：{m}月" for where, m, name in named if m != expected[name]]
    return [check("report_months", str(month), len(named), len(named) - len(odd), rows=odd)]

"""A report that was made by hand, held against itself and against the records: what it prints as what it must be.

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

from aftersales.metrics import claims
from aftersales.metrics.checks import shifted
from aftersales.metrics.complaints import WEEKS
from aftersales.metrics.detectors import complements, copied_columns, exchanged, hundred_times_too_small
from aftersales.metrics.rules import COLUMNS, check
from aftersales.metrics.verdicts import Printed, exact, half_unit, printed, verdict
from aftersales.schema import MOT_ITEMS, REWORK_CAUSES

Rows = list[list[Any]]
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
# Tables with shares: what a row is called, and its count.
_SHARES = {
    "complaints.causes": ("cause", "month"),
    "complaints.departments": ("department", "count"),
    "churn.reasons": ("reason", "count"),
    "churn.results": ("result", "count"),
}
_PARTS = {
    "complaints.causes": ("cause", "month", WEEKS),
    "ftf.technicians": ("technician", "not_fixed", list(REWORK_CAUSES)),
}
_VOLUMES = (("css.advisors", "orders"), ("ftf.technicians", "jobs"))


def examine(
    report: Report, weights: Mapping[str, float], against: Mapping[str, float | None] | None = None,
    churn_months: int = 6,
) -> pd.DataFrame:  # fmt: skip
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
        As `checks.reconcile` gives it.
    """
    tables = {name: list(rows) for name, rows in (report.get("tables") or {}).items()}
    figures = list(report.get("figures") or [])
    first: dict[str, Printed] = {}
    for figure in figures:
        if (value := printed(figure["value"])) is not None:
            first.setdefault(figure["name"], value)
    rows = [
        *_twice(figures, first), *_identities(first), *_column_sums(first, tables), *_row_sums(tables), *_shares(tables),
        *_first_time_fix(tables), *_mot(tables, weights), *_copies(tables), *_weeks(tables), *_volumes(first, tables),
        *_months(report, figures, churn_months), *claims.examine(report.get("sentences") or [], tables, first),
    ]  # fmt: skip
    for name, value in first.items():
        if against and against.get(name) is not None:
            rows.append(_held("figure", name, value, exact(against[name])))
    return pd.DataFrame(rows, columns=COLUMNS)


def _held(rule: str, subject: str, value: Printed, computed: Decimal, **more: Any) -> list[Any]:
    """A printed value beside the computed one."""
    said = verdict(value.value, computed, value.decimals, more.pop("slack", 0))
    return check(rule, subject, float(value.value), float(computed), said, **more)


def _number(value: Any) -> Decimal | None:
    found = printed(value)
    return None if found is None else found.value


def _sum(rows: Sequence[Mapping[str, Any]], column: str) -> Decimal | None:
    """The sum of a column; None where a cell of it is not known."""
    cells = [_number(row.get(column)) for row in rows]
    known = [c for c in cells if c is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(cells) else None


def _twice(figures: Sequence[Mapping[str, Any]], first: Mapping[str, Printed]) -> Rows:
    """A figure that is printed again has the same value; else, whose value it is."""
    out, seen = [], set()
    for figure in figures:
        name, value = figure["name"], printed(figure["value"])
        if value is None:
            continue
        if name in seen:
            of = [n for n, v in first.items() if n != name and v.value == value.value]
            detail = {"figure": name, "where": figure.get("where", ""), "is": of}
            out.append(_held("same_figure", name, value, first[name].value, detail=detail))
        seen.add(name)
    return out


def _identities(first: Mapping[str, Printed]) -> Rows:
    out = []
    for rule, name, parts in _SUMS:
        if name in first and all(p in first for p in parts):
            out.append(_held(rule, name, first[name], sum((first[p].value for p in parts), Decimal(0))))
    for name, over, under in _RATIOS:
        if all(n in first for n in (name, over, under)) and first[under].value:
            computed = first[over].value / first[under].value
            small = hundred_times_too_small(first[name], computed)
            out.append(_held("hundredfold" if small else "ratio", name, first[name], computed))
    return out


def _column_sums(first: Mapping[str, Printed], tables: Mapping[str, Any]) -> Rows:
    out = []
    for rule, name, table, column in _COLUMNS:
        total = _sum(tables.get(table, []), column)
        if name in first and total is not None:
            out.append(_held(rule, name, first[name], total, detail={"figure": name, "column": column}))
    return out


def _row_sums(tables: Mapping[str, Any]) -> Rows:
    out = []
    for table, (label, total, parts) in _PARTS.items():
        for row in tables.get(table, []):
            whole, cells = printed(row.get(total)), [{"part": row.get(part)} for part in parts]
            if whole is not None and (added := _sum(cells, "part")) is not None:
                out.append(_held("total", f"{table} {row[label]}", whole, added))
    return out


def _shares(tables: Mapping[str, Any]) -> Rows:
    """Each share is its count over the total; those that are exchanged or 100 times too small are called so."""
    out = []
    for table, (label, count) in _SHARES.items():
        rows = [r for r in tables.get(table, []) if printed(r.get("share")) is not None]
        total = _sum(tables.get(table, []), count)
        if not rows or not total:
            continue
        pairs = [(_percentage(r["share"]), (_number(r[count]) or Decimal(0)) / total) for r in rows]
        crossed = exchanged(pairs)
        for a, b in crossed:
            names = [rows[a][label], rows[b][label]]
            detail = {"other_reported": float(pairs[b][0].value), "other_computed": float(pairs[b][1])}
            out.append(
                _held("exchanged", f"{table} {names[0]} / {names[1]}", *pairs[a], rows=names, detail=detail)
            )
        for i, (value, computed) in enumerate(pairs):
            if not any(i in pair for pair in crossed):
                rule = "hundredfold" if hundred_times_too_small(value, computed) else "share"
                out.append(_held(rule, f"{table} {rows[i][label]}", value, computed, rows=[rows[i][label]]))
    return out


def _percentage(value: Any) -> Printed:
    """A share as a fraction: 33.8 under the head % is 33.8 %."""
    found = printed(value)
    assert found is not None
    if found.value > 1:
        return Printed(found.value.scaleb(-2), found.decimals + 2)
    return found


def _first_time_fix(tables: Mapping[str, Any]) -> Rows:
    """Rates of technicians; the failure rate under the head of the first-time-fix rate is called so."""
    rows = [
        r for r in tables.get("ftf.technicians", [])
        if printed(r.get("rate")) is not None and _number(r.get("jobs")) and _number(r.get("not_fixed")) is not None
    ]  # fmt: skip
    if not rows:
        return []
    pairs = [
        (_percentage(r["rate"]), 1 - exact(_number(r["not_fixed"])) / exact(_number(r["jobs"]))) for r in rows
    ]
    names = [r["technician"] for r in rows]
    if complements(pairs):
        worst = min(range(len(pairs)), key=lambda i: pairs[i][1])
        return [_held("complement", f"ftf.technicians {names[worst]}", *pairs[worst], rows=names)]
    return [_held("ratio", f"ftf.technicians {n}", *pair) for n, pair in zip(names, pairs, strict=True)]


def _mot(tables: Mapping[str, Any], weights: Mapping[str, float]) -> Rows:
    out = []
    for table, label in (("oem.css", "scope"), ("css.advisors", "advisor")):
        rows = tables.get(table, [])
        places = max((p.decimals for r in rows for i in MOT_ITEMS if (p := printed(r.get(i)))), default=0)
        for row in rows:
            items = {i: _number(row.get(i)) for i in MOT_ITEMS}
            value = printed(row.get("mot"))
            if value is None or None in items.values():
                continue
            computed = sum((exact(weights[i]) * v for i, v in items.items() if v is not None), Decimal(0))
            slack = half_unit(places) * exact(sum(weights.values()))
            out.append(_held("mot", f"{table} {row[label]}", value, computed, slack=slack, rows=[row[label]]))
    return out


def _copies(tables: Mapping[str, Any]) -> Rows:
    rows = tables.get("css.advisors", [])
    if len(rows) < 3:
        return []
    frame = pd.DataFrame([{i: _number(r.get(i)) for i in MOT_ITEMS} for r in rows]).astype(float)
    groups = copied_columns(frame, MOT_ITEMS)
    filled = int(frame.notna().all().sum())
    different = filled - sum(len(g) - 1 for g in groups)
    return [check("copied_columns", "css.advisors", filled, different, detail={"groups": groups})]


def _weeks(tables: Mapping[str, Any]) -> Rows:
    rows = [
        {"cause": r["cause"], **{w: float(_number(r[w]) or 0) for w in WEEKS}}
        for r in tables.get("complaints.causes", []) if all(printed(r.get(w)) for w in WEEKS)
    ]  # fmt: skip
    return shifted(pd.DataFrame(rows), "complaints.causes") if rows else []


def _volumes(first: Mapping[str, Printed], tables: Mapping[str, Any]) -> Rows:
    """Orders, jobs and vehicles, all called 台次, that differ and are not named apart."""
    found = {f"{t}.{c}": total for t, c in _VOLUMES if (total := _sum(tables.get(t, []), c)) is not None}
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
    of = {name: (month - churn_months if name == "churn.cohort" else month).month for _, _, name in named}
    odd = [f"{where}：{m}月" for where, m, name in named if m != of[name]]
    return [check("report_months", str(month), len(named), len(named) - len(odd), rows=odd)]

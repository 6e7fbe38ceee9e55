"""The tables of a report made by hand: sums, shares, rates and scores checked against their own rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from aftersales.contract.rules import check
from aftersales.contract.schema import MOT_ITEMS, REWORK_CAUSES
from aftersales.metrics.complaints import WEEKS
from aftersales.reconcile.detectors import complements, copied_columns, exchanged, hundred_times_too_small
from aftersales.reconcile.records import check_shift
from aftersales.reconcile.verdicts import Printed, exact, half_unit, printed, verdict

Rows = list[list[Any]]
Tables = Mapping[str, Sequence[Mapping[str, Any]]]

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


def examine(tables: Tables, weights: Mapping[str, float]) -> Rows:
    """Every rule that can be tried on printed tables, by their names in figures.json; values as printed.

    Parameters
    ----------
    weights
        Of the MOT items.
    """
    return [
        *_row_sums(tables),
        *_shares(tables),
        *_first_time_fix(tables),
        *_mot(tables, weights),
        *_copies(tables),
        *_weeks(tables),
    ]


def compare(rule: str, subject: str, value: Printed, computed: Decimal, **more: Any) -> list[Any]:
    """The check of a printed value against the computed one."""
    outcome = verdict(value.value, computed, value.decimals, more.pop("slack", 0))
    return check(rule, subject, float(value.value), float(computed), outcome, **more)


def number(value: Any) -> Decimal | None:
    found = printed(value)
    return None if found is None else found.value


def column_sum(rows: Sequence[Mapping[str, Any]], column: str) -> Decimal | None:
    """The sum of a column; None where a cell of it is not known."""
    cells = [number(row.get(column)) for row in rows]
    known = [c for c in cells if c is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(cells) else None


def _row_sums(tables: Tables) -> Rows:
    out = []
    for table, (label, total, parts) in _PARTS.items():
        for row in tables.get(table, []):
            whole, cells = printed(row.get(total)), [{"part": row.get(part)} for part in parts]
            if whole is not None and (added := column_sum(cells, "part")) is not None:
                out.append(compare("total", f"{table} {row[label]}", whole, added))
    return out


def _shares(tables: Tables) -> Rows:
    """Each share is its count over the total; exchanged ones or those 100 times too small are named so."""
    out = []
    for table, (label, count) in _SHARES.items():
        rows = [r for r in tables.get(table, []) if printed(r.get("share")) is not None]
        whole = column_sum(tables.get(table, []), count)
        if not rows or not whole:
            continue
        pairs = [(_percentage(r["share"]), (number(r[count]) or Decimal(0)) / whole) for r in rows]
        crossed = exchanged(pairs)
        for a, b in crossed:
            names = [rows[a][label], rows[b][label]]
            detail = {"other_reported": float(pairs[b][0].value), "other_computed": float(pairs[b][1])}
            out.append(
                compare("exchanged", f"{table} {names[0]} / {names[1]}", *pairs[a], rows=names, detail=detail)
            )
        for i, (value, computed) in enumerate(pairs):
            if not any(i in pair for pair in crossed):
                rule = "hundredfold" if hundred_times_too_small(value, computed) else "share"
                out.append(compare(rule, f"{table} {rows[i][label]}", value, computed, rows=[rows[i][label]]))
    return out


def _percentage(value: Any) -> Printed:
    """A share as a fraction: 33.8 under the header % is 33.8 %."""
    found = printed(value)
    assert found is not None
    if found.value > 1:
        return Printed(found.value.scaleb(-2), found.decimals + 2)
    return found


def _first_time_fix(tables: Tables) -> Rows:
    """Rates of technicians; the failure rate under the header of the first-time-fix rate is called so."""
    rows = [
        r
        for r in tables.get("ftf.technicians", [])
        if printed(r.get("rate")) is not None
        and number(r.get("jobs"))
        and number(r.get("not_fixed")) is not None
    ]
    if not rows:
        return []
    pairs = [
        (_percentage(r["rate"]), 1 - exact(number(r["not_fixed"])) / exact(number(r["jobs"]))) for r in rows
    ]
    names = [r["technician"] for r in rows]
    if complements(pairs):
        worst = min(range(len(pairs)), key=lambda i: pairs[i][1])
        return [compare("complement", f"ftf.technicians {names[worst]}", *pairs[worst], rows=names)]
    return [compare("ratio", f"ftf.technicians {n}", *pair) for n, pair in zip(names, pairs, strict=True)]


def _mot(tables: Tables, weights: Mapping[str, float]) -> Rows:
    out = []
    for table, label in (("oem.css", "scope"), ("css.advisors", "advisor")):
        rows = tables.get(table, [])
        places = max((p.decimals for r in rows for i in MOT_ITEMS if (p := printed(r.get(i)))), default=0)
        for row in rows:
            items = {i: number(row.get(i)) for i in MOT_ITEMS}
            value = printed(row.get("mot"))
            if value is None or None in items.values():
                continue
            computed = sum((exact(weights[i]) * v for i, v in items.items() if v is not None), Decimal(0))
            slack = half_unit(places) * exact(math.fsum(weights.values()))
            out.append(
                compare("mot", f"{table} {row[label]}", value, computed, slack=slack, rows=[row[label]])
            )
    return out


def _copies(tables: Tables) -> Rows:
    rows = tables.get("css.advisors", [])
    if len(rows) < 3:
        return []
    frame = pd.DataFrame([{i: number(r.get(i)) for i in MOT_ITEMS} for r in rows]).astype(float)
    groups = copied_columns(frame, MOT_ITEMS)
    filled = int(frame.notna().all().sum())
    different = filled - sum(len(g) - 1 for g in groups)
    return [check("copied_columns", "css.advisors", filled, different, detail={"groups": groups})]


def _weeks(tables: Tables) -> Rows:
    rows = [
        {"cause": r["cause"], **{w: float(number(r[w]) or 0) for w in WEEKS}}
        for r in tables.get("complaints.causes", [])
        if all(printed(r.get(w)) for w in WEEKS)
    ]
    return check_shift(pd.DataFrame(rows), "complaints.causes") if rows else []

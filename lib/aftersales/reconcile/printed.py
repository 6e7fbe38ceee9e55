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

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from aftersales.contract.rules import COLUMNS, check
from aftersales.contract.schema import CODES
from aftersales.reconcile import claims, lint, printed_tables
from aftersales.reconcile.detectors import hundred_times_too_small
from aftersales.reconcile.facts import code_of
from aftersales.reconcile.printed_tables import Rows, Tables, column_sum, compare, number
from aftersales.reconcile.verdicts import Printed, exact, printed, verdict

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
# Rate, what it counts, those of whom it can be known, and the wider base that it is set against.
_KNOWABLE = (
    ("css.delight_rate_calls", "css.delighted", "css.valid", "css.calls"),
    ("css.disappointment_rate_calls", "css.disappointed", "css.valid", "css.calls"),
)
_ONCE = re.compile(r"(?:仅|只|就)来.{0,4}[一1]次|one_visit|only once", re.I)
_VOLUMES = (("css.advisors", "orders"), ("ftf.technicians", "jobs"))


def examine(
    report: Report,
    weights: Mapping[str, float],
    against: Mapping[str, float | None] | None = None,
    churn_months: int = 6,
    pt_weights: Mapping[str, float] | None = None,
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
    pt_weights
        Of the mystery visit's sections.

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
        *_identities(first, tables),
        *_calls(first, tables),
        *_bases(first),
        *_once_only(first, tables),
        *_column_sums(first, tables),
        *printed_tables.examine(tables, weights),
        *_pt_total(first, tables, pt_weights or {}),
        *_volumes(first, tables),
        *_months(report, figures, churn_months),
        *lint.of_report(report.get("sentences") or [], tables, first),
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


def _identities(first: Mapping[str, Printed], tables: Tables) -> Rows:
    out = []
    for rule, name, parts in _SUMS:
        if name in first and all(p in first for p in parts):
            added = sum((first[p].value for p in parts), Decimal(0))
            once = _once(first, tables) if rule == "to_call_split" else None
            if once is not None and added + once == first[name].value:  # they stand beside the unreached
                added += once
            out.append(compare(rule, name, first[name], added))
    for name, over, under in _RATIOS:
        if all(n in first for n in (name, over, under)) and first[under].value:
            computed = first[over].value / first[under].value
            small = hundred_times_too_small(first[name], computed)
            out.append(compare("hundredfold" if small else "ratio", name, first[name], computed))
    return out


def _calls(first: Mapping[str, Printed], tables: Tables) -> Rows:
    """Calls that were not valid are unreachable, refused or invalid, and each of them is named."""
    by_result = {code: first.get(f"css.{code}") for code in CODES["call_result"]}
    for row in tables.get("css.results", []):
        code = code_of("call_result", row["result"])
        by_result[code] = by_result.get(code) or printed(row.get("current", row.get("count")))
    calls, valid = first.get("css.calls"), by_result.pop("valid")
    named = {code: value for code, value in by_result.items() if value is not None}
    if calls is None or valid is None or not named:
        return []
    total = sum((value.value for value in named.values()), Decimal(0))
    detail = {"calls": float(calls.value), "valid": float(valid.value), "named": list(named)}
    return [check("calls_split", "css.calls", float(total), float(calls.value - valid.value), detail=detail)]


def _bases(first: Mapping[str, Printed]) -> Rows:
    """A rate is set against those of whom it can be known, or stands beside the one that is."""
    out = []
    for rate, counted, known, wider in _KNOWABLE:
        if rate not in first or known not in first or wider not in first:
            continue
        other = rate.replace("_calls", "_valid")
        right = other in first or first[known].value == first[wider].value or not first[known].value
        if counted in first and first[known].value:
            computed = float(first[counted].value / first[known].value)
        elif first[known].value:
            computed = float(first[rate].value * first[wider].value / first[known].value)
        else:
            continue
        detail = {"figure": rate, "known": known, "wider": wider}
        outcome = "consistent" if right else "inconsistent"
        out.append(check("rate_base", rate, float(first[rate].value), computed, outcome, [], detail))
    return out


def _once(first: Mapping[str, Printed], tables: Tables) -> Decimal | None:
    """How many came only once, where the report says it."""
    if "churn.one_visit" in first:
        return first["churn.one_visit"].value
    rows = [r for r in tables.get("churn.results", []) if _ONCE.search(str(r["result"]))]
    return number(rows[0].get("count")) if rows else None


def _once_only(first: Mapping[str, Printed], tables: Tables) -> Rows:
    """Who came only once is no customer who could not be reached: nobody expects them back."""
    name, once = "churn.not_reached", _once(first, tables)
    if name not in first or not once:
        return []
    printed_as, others = first[name].value, None
    rows = [r for r in tables.get("churn.results", []) if not _ONCE.search(str(r["result"]))]
    if rows:
        unreached = [r for r in rows if code_of("churn_result", r["result"]) != "reached"]
        others = column_sum(unreached, "count")
    elif "churn.to_call" in first and "churn.reached" in first:
        others = first["churn.to_call"].value - first["churn.reached"].value - once
    if others is None or printed_as not in (others, others + once):
        return []  # then another rule says that it does not add up
    detail = {"figure": name, "once": float(once)}
    return [check("once_only", name, float(printed_as), float(others), detail=detail)]


def _pt_total(first: Mapping[str, Printed], tables: Tables, weights: Mapping[str, float]) -> Rows:
    """The mystery visit's total, from the weights that are printed; without any it could be anything."""
    name = "oem.pt_total"
    rows = [r for r in tables.get("oem.pt", []) if number(r.get("score")) is not None]
    if name not in first or len(rows) < 2:
        return []
    scores = [number(r["score"]) or Decimal(0) for r in rows]
    given = [_share_of_one(r.get("weight")) for r in rows]
    if all(w is not None for w in given):
        total = sum(((w or Decimal(0)) * s for w, s in zip(given, scores, strict=True)), Decimal(0))
        slack = Decimal("0.005") * sum((w or Decimal(0) for w in given), Decimal(0))
        return [compare("pt_total", name, first[name], total, slack=slack, detail={"figure": name})]
    mean = sum(scores, Decimal(0)) / len(scores)
    if verdict(first[name].value, mean, first[name].decimals) == "consistent":
        return [compare("pt_total", name, first[name], mean, detail={"figure": name})]
    codes = [code_of("section", r["section"]) for r in rows]
    solved: dict[str, list[float]] = {}
    total = Decimal(0)
    for code, score in zip(codes, scores, strict=True):
        weight = exact(weights.get(code, 0.0))
        total += weight * score
        solved.setdefault(str(float(score)), []).append(float(weight))
    agrees = verdict(first[name].value, total, first[name].decimals, Decimal("0.005")) != "inconsistent"
    detail = {"figure": name, "mean": float(mean), "agrees": agrees, "codes": codes}
    detail["weights"] = [round(sum(w), 4) for w in solved.values()]
    detail["groups"] = [
        [c for c, s in zip(codes, scores, strict=True) if str(float(s)) == score] for score in solved
    ]
    value = float(first[name].value)
    return [check("pt_total", name, value, float(total), "inconsistent", codes, detail)]


def _share_of_one(value: Any) -> Decimal | None:
    """A printed weight as a fraction: 30 and 30% are 0.3."""
    found = number(value)
    return None if found is None else found / 100 if found > 1 else found


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

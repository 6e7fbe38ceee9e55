"""What claims are held against: the figures and tables of a month and of the month before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract.schema import CODES, MOT_ITEMS, REWORK_CAUSES
from aftersales.metrics import churn, complaints, first_time_fix, oem_css
from aftersales.metrics.complaints import WEEKS
from aftersales.metrics.month import all_figures
from aftersales.reconcile.verdicts import Printed, printed

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

Values = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Facts:
    """Values by family of subjects (``figure``, ``mot_item``, ``cause`` …) and name.

    Attributes
    ----------
    now, before
        Of the month and of the month before; what is not known is not there.
    shares
        Of counts, by family: a cause's share of the mentions, and of the customers where that is known.
    shift
        As `metrics.complaints.shift` gives it, with ``fallen`` and ``risen``, the mentions of that week.
    """

    now: Values
    before: Values
    shares: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)
    shift: Mapping[str, Any] = field(default_factory=dict)


def from_records(tables: Tables, month: pd.Period, params: Params) -> Facts:
    """The facts of a store's month."""
    causes = complaints.causes(tables.grievances, tables.survey_calls, month)
    shares = {
        row["cause"]: [row[c] for c in ("share", "share_customers") if row[c] == row[c]]
        for row in causes.to_dict("records")
    }
    return Facts(
        _month(tables, month, params), _month(tables, month - 1, params), {"cause": shares}, _shift(causes)
    )


def _month(tables: Tables, month: pd.Period, params: Params) -> Values:
    t = tables
    out: dict[str, Mapping[str, Any]] = {"figure": dict(all_figures(t, month, params))}
    store = oem_css.row_of(t.oem_css, month, "store")
    out["mot_item"] = {} if store is None else {item: store[item] for item in MOT_ITEMS}
    for family, frame, key, column in (
        ("section", oem_css.pt_sections(t.oem_pt, month, params.pt_weights), "section", "score"),
        ("cause", complaints.causes(t.grievances, t.survey_calls, month), "cause", "month"),
        ("rework_cause", first_time_fix.causes(t.jobs, month), "cause", "count"),
        ("complaint_department", complaints.departments(t.complaints, month), "department", "count"),
    ):
        out[family] = dict(zip(frame[key], frame[column], strict=True))
    if t.repair_orders is not None and t.churn_calls is not None:
        lost = churn.lost_vehicles(t.repair_orders, t.churn_calls, month, params.churn_months)
        reasons = churn.reasons(lost)
        out["churn_reason"] = dict(zip(reasons["reason"], reasons["count"], strict=True))
    return {family: _known(values) for family, values in out.items()}


def _known(values: Mapping[str, Any]) -> dict[str, float]:
    return {k: float(v) for k, v in values.items() if v is not None and v == v}


def _shift(causes: pd.DataFrame) -> dict[str, Any]:
    if causes.empty:
        return {}
    shift = complaints.shift(causes)
    if not shift.get("found"):
        return {}
    counts = causes.set_index("cause")[f"w{shift['week']}"]
    return {**shift, "fallen": int(counts[shift["falls"]]), "risen": int(counts[shift["rises"]])}


# Tables of a report made by hand whose rows are counts or scores of one family: key and column.
_TYPED = {
    "section": ("oem.pt", "section", "score"),
    "cause": ("complaints.causes", "cause", "month"),
    "complaint_department": ("complaints.departments", "department", "count"),
    "churn_reason": ("churn.reasons", "reason", "count"),
}
_TRENDS = {"ftf.trend": "ftf.rate", "booking.trend": "booking.rate"}
_SCOPES = {"now": ("本期", "本月", "本店", "current", "store"), "before": ("上期", "上月", "previous")}


def from_report(tables: Mapping[str, Sequence[Mapping[str, Any]]], figures: Mapping[str, Printed]) -> Facts:
    """The facts that a report made by hand prints.

    Parameters
    ----------
    figures
        By name; of the month before under the name with ``_previous``.
    """
    own = {n: float(v.value) for n, v in figures.items()}
    now: Values = {"figure": own}
    before: Values = {
        "figure": {n.removesuffix("_previous"): v for n, v in own.items() if n.endswith("_previous")}
    }
    for values, scopes in ((now, _SCOPES["now"]), (before, _SCOPES["before"])):
        row = next((r for r in tables.get("oem.css", []) if r.get("scope") in scopes), {})
        values["mot_item"] = _numbers({item: row.get(item) for item in MOT_ITEMS})
        for name, value in _numbers({f"oem.{k}": row.get(k) for k in ("mot", "css", "sample")}).items():
            values["figure"].setdefault(name, value)
    for table, figure in _TRENDS.items():
        rates = [p.value for r in tables.get(table, []) if (p := printed(r.get("rate"))) is not None]
        for values, place in ((now, -1), (before, -2)):
            if len(rates) >= -place:
                values["figure"].setdefault(figure, float(rates[place]))
    for family, (table, key, column) in _TYPED.items():
        now[family] = _numbers({code_of(family, r[key]): r.get(column) for r in tables.get(table, [])})
    rows = tables.get("ftf.technicians", [])
    cells = {c: [printed(r.get(c)) for r in rows] for c in REWORK_CAUSES}
    now["rework_cause"] = {c: float(sum(p.value for p in v if p)) for c, v in cells.items() if any(v)}
    for row in tables.get("css.questions", []):
        pair = _numbers({k: row.get(k) for k in ("previous", "current")})
        for values, k in ((before, "previous"), (now, "current")):
            if k in pair:
                values.setdefault("question", {})[str(row["question"])] = pair[k]
    return Facts(now, before, shift=_typed_shift(tables.get("complaints.causes", [])))


def _typed_shift(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    whole = [
        {"cause": code_of("cause", r["cause"]), **_numbers({w: r.get(w) for w in WEEKS})}
        for r in rows
        if len(_numbers({w: r.get(w) for w in WEEKS})) == len(WEEKS)
    ]
    return _shift(pd.DataFrame(whole)) if len(whole) > 1 else {}


def _numbers(cells: Mapping[str, Any]) -> dict[str, float]:
    return {k: float(p.value) for k, v in cells.items() if (p := printed(v)) is not None}


def code_of(family: str, label: Any) -> str:
    """The code of a typed label, which may be longer or shorter than ours: 保养公里数未到 for 公里数未到."""
    text = str(label)
    for code, labels in CODES[family].items():
        if text == code or text in labels or any(zh in text or text in zh for zh in labels[:1]):
            return code
    return text

"""The reconciliation (勾稽校验): what the records report against what it must be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract.keys import among
from aftersales.contract.months import after, start, within
from aftersales.contract.rules import COLUMNS, RULES, check
from aftersales.contract.schema import CODES, MOT_ITEMS, OFF_SCALE, OFF_SCALE_ROW, QUESTIONS, SMALL_SCORE
from aftersales.contract.vehicles import with_vehicle
from aftersales.metrics import churn, complaints, internal_css, oem_css
from aftersales.reconcile import lint
from aftersales.reconcile.detectors import (
    FEW,
    copied_columns,
    far_above,
    informative,
    mileage_jumps,
    off_scale,
)
from aftersales.reconcile.verdicts import exact, half_unit, printed, verdict

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

Rows = list[list[Any]]
# The tables whose rows name an order, by the rule that checks it: key and date.
_NAMING = {
    "orders_of_calls": ("survey_calls", "call_id", "called_at"),
    "orders_of_jobs": ("jobs", "job_id", "finished_at"),
    "orders_of_bookings": ("bookings", "booking_id", "planned_at"),
    "orders_of_complaints": ("complaints", "complaint_id", "received_at"),
}
# How many times the greatest of the others and their median an amount or a mileage is told to be far above.
AMOUNTS, MILEAGES = (10, 50), (5, 20)
MOST_KM = 1_000_000
OF_A_KIND = 20  # orders of a type that are needed to hold amounts against those of their own kind
OLD_CALLS = 0.10  # share of calls about orders before last month, above which months were mixed


def reconcile(tables: Tables, month: pd.Period, params: Params) -> pd.DataFrame:
    """Every rule that can be tried on the month's input.

    Returns
    -------
    DataFrame
        ``rule`` (a key of `rules.RULES`), ``subject``, ``reported``, ``computed``, ``verdict``, ``severity``
        (``ok``, ``note``, ``warning``, ``error``), ``rows`` (keys of the rows behind a breach) and ``detail``
        (what its sentence needs besides).
    """
    t = tables
    rows: Rows = [
        check("weights", "params", math.fsum(params.weights.values()), 1),
        check("pt_weights", "params", math.fsum(params.pt_weights.values()), 1),
    ]
    if t.oem_css is not None:
        rows += _mot(t.oem_css, month, params.weights) + _samples(t.oem_css, month) + _oem(t.oem_css, month)
    if t.survey_calls is not None:
        rows += _calls(t.survey_calls, t.repair_orders, month)
        if t.grievances is not None:
            rows += _grievances(t.grievances, t.survey_calls, month)
    if t.repair_orders is not None:
        rows += _orders(tables, month) + _outliers(t.repair_orders, month)
        rows += _churn(t.repair_orders, t.churn_calls, month, params.churn_months)
    rows += lint.of_records(tables, month, params)
    return pd.DataFrame(rows, columns=COLUMNS)


def rows_behind(found: pd.Series, tables: Tables, month: pd.Period) -> pd.DataFrame | None:
    """The rows of the input behind a row of `reconcile`; None where it is not about a table."""
    rule = RULES[found["rule"]]
    frame = tables[rule.table] if rule.table else None
    if frame is None:
        return None
    if rule.key:
        return frame[frame[rule.key].isin(pd.Series(found["rows"], dtype="str"))]
    now = frame[frame["month"] == str(month)]
    return frame[row_names(frame).isin(found["rows"])] if found["rows"] else now


def row_names(oem: pd.DataFrame) -> pd.Series:
    """What the reconciliation calls a row of the agency's file: month and scope, or month and advisor."""
    rows = zip(oem["month"], oem["scope"], oem["advisor"], strict=True)
    return pd.Series([f"{m} {who if scope == 'advisor' else scope}" for m, scope, who in rows], oem.index)


def _mot(oem: pd.DataFrame, month: pd.Period, weights: Mapping[str, float]) -> Rows:
    """The printed MOT of every row of the month, and of the store's row of the month before."""
    before = (oem["month"] == str(month - 1)) & (oem["scope"] == "store")
    now = oem[(oem["month"] == str(month)) | before]
    # the items are rounded alike: a row of whole numbers among rows with a decimal has one too
    rows = now.to_dict("records")
    places = [_places(row, "item_decimals", MOT_ITEMS) for row in rows]
    slack = half_unit(max(places, default=0)) * exact(math.fsum(weights.values()))
    out = []
    for name, row in zip(row_names(now), rows, strict=True):
        exactly = oem_css.mot_score(row, weights)
        if exactly is None or row["mot"] != row["mot"]:
            continue
        outcome = verdict(row["mot"], exactly, _places(row, "mot_decimals", ["mot"]), slack)
        out.append(
            check("mot", name, row["mot"], exactly, outcome, [] if outcome == "consistent" else [name])
        )
    return out


def _places(row: Mapping[Any, Any], declared: str, values: Sequence[str]) -> int:
    """How many decimals a row's values were printed with: as the source states, else as the numbers have."""
    if row.get(declared) == row.get(declared) and row.get(declared) is not None:
        return int(row[declared])
    return max((p.decimals for v in values if (p := printed(row[v]))), default=0)


def _samples(oem: pd.DataFrame, month: pd.Period) -> Rows:
    now = oem[oem["month"] == str(month)]
    store, advisors = now[now["scope"] == "store"], now[now["scope"] == "advisor"]
    if store.empty or advisors.empty:
        return []
    total, reported = advisors["sample"].sum(), store["sample"].iloc[0]
    rows = [] if total == reported else list(row_names(pd.concat([store, advisors])))
    return [check("advisor_samples", str(month), reported, total, rows=rows)]


def _oem(oem: pd.DataFrame, month: pd.Period) -> Rows:
    """Slips in the agency's file: copied columns, another scale, last month's scores."""
    now = oem[oem["month"] == str(month)]
    advisors = now[now["scope"] == "advisor"]
    out = [*_copies(advisors, MOT_ITEMS, str(month), 3, row_names(advisors))] if len(advisors) else []
    scores = now[[*MOT_ITEMS, "css", "mot"]].astype(float)
    small = (scores > 0) & (scores <= SMALL_SCORE)
    if scores.notna().any(axis=None):
        filled = int(scores.notna().sum().sum())
        odd = list(row_names(now)[small.any(axis=1)])
        out.append(check("oem_scale", str(month), filled, filled - int(small.sum().sum()), rows=odd))
    store, last = (oem_css.row_of(oem, m, "store") for m in (month, month - 1))
    if store and last and oem_css.mot_score(store, dict.fromkeys(MOT_ITEMS, 0.1)) is not None:
        repeated = all(store[i] == last[i] for i in (*MOT_ITEMS, "css"))
        new = 0 if repeated else len(MOT_ITEMS)
        rows = [f"{month} store"] if repeated else []
        out.append(check("oem_repeated", str(month), len(MOT_ITEMS), new, rows=rows))
    return out


def _copies(frame: pd.DataFrame, columns: tuple[str, ...], subject: str, least: int, rows: Any) -> Rows:
    """Whether columns are copies of each other: how many are filled, and how many are different."""
    filled = informative(frame[list(columns)], least)
    if len(filled) < 2:
        return []
    groups = copied_columns(frame, filled, least)
    different = len(filled) - sum(len(g) - 1 for g in groups)
    detail = {"groups": groups} if groups else {}
    return [check("copied_columns", subject, len(filled), different, None, rows if groups else [], detail)]


def _calls(calls: pd.DataFrame, orders: pd.DataFrame | None, month: pd.Period) -> Rows:
    """The month's calls: results, answers of one scale, and the orders that they are about."""
    now = internal_css.calls_in_month(calls, month, valid=False)
    by_result = now["result"].value_counts()
    total = sum(int(by_result.get(result, 0)) for result in CODES["call_result"])
    out = [check("call_results", str(month), len(now), total)]
    valid = now[now["result"] == "valid"]
    answers = valid[list(QUESTIONS)]
    out += _answers(valid, str(month))
    if answers.notna().any(axis=None):
        out += _copies(valid, QUESTIONS, f"{month} survey_calls", 30, [])
    if orders is None:
        return out
    matched = internal_css.with_advisor(valid, orders)
    unmatched = matched[matched["advisor"].isna()]
    with_advisor = len(matched) - len(unmatched)
    out.append(check("internal_samples", str(month), len(matched), with_advisor, rows=unmatched["call_id"]))
    before = orders.loc[orders["opened_at"] < start(month - 1), "order_id"]
    old = matched[among(matched["order_id"], before)]
    mixed = len(old) >= FEW and len(old) > OLD_CALLS * with_advisor
    if with_advisor:
        late = old["call_id"] if mixed else []
        out.append(check("months_mixed", str(month), with_advisor, with_advisor - len(late), rows=late))
    return out


def _answers(valid: pd.DataFrame, subject: str) -> Rows:
    """Answers of one scale: those that the reader took out, and small ones among any numbers."""
    answers = valid[list(QUESTIONS)]
    unread = _unread(valid[valid[OFF_SCALE].notna()]) if OFF_SCALE in valid else []
    odd = off_scale(answers)
    given, kept = int(answers.notna().sum().sum()) + len(unread), int(odd.sum().sum())
    if not given:
        return []
    ids = dict.fromkeys([*(call for call, *_ in unread), *valid.loc[odd.any(axis=1), "call_id"]])
    detail = {"unread": unread, "kept": kept} if unread else {}
    return [check("answer_scale", subject, given, given - len(unread) - kept, None, ids, detail)]


def _unread(calls: pd.DataFrame) -> list[list[Any]]:
    """The answers that the reader took out: call, row of the file where it has one, question, value."""
    found = []
    for call, row, said in zip(calls["call_id"], calls[OFF_SCALE_ROW], calls[OFF_SCALE], strict=True):
        for part in said.split("; "):
            question, value = part.split(" ")
            found.append([call, None if pd.isna(row) else int(row), question, float(value)])
    return found


def _outliers(orders: pd.DataFrame, month: pd.Period) -> Rows:
    """Amounts a hundred times the others of their kind in the year, mileages that no car can have driven."""
    opened = orders["opened_at"]
    year = orders[(opened >= start(month - 11)) & (opened < after(month))]
    now = within(year["opened_at"], month)
    out = []
    if year.loc[now, "amount"].notna().any():
        kind = year["order_type"].where(year.groupby("order_type")["order_id"].transform("size") >= OF_A_KIND)
        odd = year["amount"].isna() & False
        for _, amounts in year["amount"].groupby(kind.fillna("")):
            odd.loc[amounts.index] = far_above(amounts, *AMOUNTS)
        others = year.loc[~odd & (year["amount"] > 0), "amount"]
        out.append(_far("amount_scale", year[now], odd[now], "amount", others, month))
    if year.loc[now, "mileage_km"].notna().any():
        known = orders[(opened < after(month)) & among(orders["vin"], year.loc[now, "vin"])]
        before = mileage_jumps(with_vehicle(known))
        jumps = before.reindex(year.index)
        odd = jumps.notna() | far_above(year["mileage_km"], *MILEAGES) | (year["mileage_km"] > MOST_KM)
        others = year.loc[~odd, "mileage_km"].dropna()
        out.append(_far("mileage_scale", year[now], odd[now], "mileage_km", others, month, jumps))
    return out


def _far(
    rule: str,
    now: pd.DataFrame,
    odd: pd.Series,
    column: str,
    others: pd.Series,
    month: pd.Period,
    before: pd.Series | None = None,
) -> list[Any]:
    given, far = int(now[column].notna().sum()), now[odd]
    detail: dict[str, Any] = {}
    if len(far):
        known = [None] * len(far) if before is None else before[far.index].tolist()
        detail = {"values": far[column].tolist(), "before": known}
        detail |= {"most": float(others.max()), "median": float(others.median())} if len(others) else {}
    return check(rule, str(month), given, given - len(far), None, far["order_id"], detail)


def _grievances(grievances: pd.DataFrame, calls: pd.DataFrame, month: pd.Period) -> Rows:
    """Grievances belong to valid calls, and their causes were coded alike in all weeks."""
    now = internal_css.calls_in_month(calls[["call_id", "called_at", "result"]], month, valid=False)
    results = now.set_index("call_id")["result"]
    result = grievances["call_id"].map(results)
    named, valid = int(result.notna().sum()), result == "valid"
    ids = grievances.loc[result.notna() & ~valid, "call_id"].unique()
    out = [check("grievances_valid", str(month), named, int(valid.sum()), rows=sorted(ids))]
    table = complaints.causes(grievances, calls, month)
    found = check_shift(table, str(month))
    if found and found[0][4] == "inconsistent":
        detail = found[0][-1]
        mentions = complaints.mentions(grievances, calls, month)
        odd = (mentions["week"] == detail["week"]) & mentions["cause"].isin(
            [detail["rises"], detail["falls"]]
        )
        found[0][COLUMNS.index("rows")] = sorted(mentions.loc[odd, "call_id"].unique())
    return out + found


def check_shift(table: pd.DataFrame, subject: str) -> Rows:
    """Whether a cause jumps in one week: its mentions there, and what the mix of all weeks lets expect."""
    shift = complaints.shift(table)
    if shift["p"] is None:
        return []
    counts = table.set_index("cause")[complaints.WEEKS]
    total = int(counts.to_numpy().sum())
    if not shift["found"]:
        return [check("causes_shift", subject, total, total)]
    week, rises = f"w{shift['week']}", shift["rises"]
    expected = counts.loc[rises].sum() * counts[week].sum() / total
    detail = {k: shift[k] for k in ("falls", "rises", "week", "p")} | {
        "fallen": int(counts.loc[shift["falls"], week])
    }
    return [check("causes_shift", subject, counts.loc[rises, week], expected, "inconsistent", [], detail)]


def _orders(tables: Tables, month: pd.Period) -> Rows:
    """The orders that rows of the month name exist, opened by its end."""
    orders = tables.repair_orders
    assert orders is not None
    known = orders.loc[orders["opened_at"] < after(month), "order_id"]
    out = []
    for rule, (table, key, dated_by) in _NAMING.items():
        frame = tables[table]
        if frame is None:
            continue
        now = frame.loc[within(frame[dated_by], month) & frame["order_id"].notna(), [key, "order_id"]]
        exists = among(now["order_id"], known)
        out.append(check(rule, str(month), len(now), int(exists.sum()), rows=now.loc[~exists, key]))
    return out


def _churn(orders: pd.DataFrame, calls: pd.DataFrame | None, month: pd.Period, churn_months: int) -> Rows:
    """The lost vehicles by owner, and the private ones by what became of the call."""
    lost = churn.lost_vehicles(orders, calls, month, churn_months)
    private = lost[lost["owner_type"] == "private"]
    fleet = int((lost["owner_type"] == "fleet").sum())
    rows = [check("lost_split", str(month), len(lost), fleet + len(private))]
    if calls is not None:
        reached = int((private["result"] == "reached").sum())
        not_reached = int(private["result"].isin([r for r in CODES["churn_result"] if r != "reached"]).sum())
        never = int(private["result"].isna().sum())
        rows.append(check("to_call_split", str(month), len(private), reached + not_reached + never))
    return rows

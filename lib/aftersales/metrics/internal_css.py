"""The store's own telephone survey (内部CSS). Deck slides 10 to 15."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from aftersales.contract.keys import among
from aftersales.contract.months import after, as_written, counts, months_to, ratio, within
from aftersales.contract.remembered import in_a_report
from aftersales.contract.schema import CODES, MOT_ITEMS, QUESTIONS
from aftersales.metrics.oem_css import mot_score, row_of

_COUNTED = ("delighted", "disappointed")
ADVISORS = [
    *("advisor", "orders", "internal_n", "coverage", "external_n"),
    *(*MOT_ITEMS, "mot", *QUESTIONS, *_COUNTED),
]
DELIGHTED, DISAPPOINTED = 100, 60


@in_a_report
def calls_in_month(survey_calls: pd.DataFrame, month: pd.Period, valid: bool = True) -> pd.DataFrame:
    """The calls of a month, by default the valid ones."""
    now = survey_calls[within(survey_calls["called_at"], month)]
    return now[now["result"] == "valid"] if valid else now


@in_a_report
def answered(survey_calls: pd.DataFrame | None) -> pd.DataFrame | None:
    """The calls where the first question was asked: an export in which no valid call has an answer to it says
    nothing of delight and disappointment."""
    if survey_calls is None:
        return None
    asked = survey_calls.loc[survey_calls["result"] == "valid", "q1"]
    return survey_calls if asked.empty or asked.notna().any() else None


@in_a_report
def figures(survey_calls: pd.DataFrame | None, month: pd.Period) -> dict[str, float | int | None]:
    """Calls: all, valid, delighted (q1 = 100), disappointed (q1 ≤ 60), rates on both bases. Deck slide 11."""
    (now,) = by_month(survey_calls, [month])
    return {f"css.{name}": value for name, value in now.items()}


@in_a_report
def by_month(
    survey_calls: pd.DataFrame | None, months: Sequence[pd.Period]
) -> list[dict[str, float | int | None]]:
    """The counts of `figures` of each month, and their rates."""
    names = ("calls", "valid", "delighted", "disappointed", "unreachable")
    if survey_calls is None:
        return [_with_rates(dict.fromkeys(names)) for _ in months]
    called, result, q1 = (survey_calls[column] for column in ("called_at", "result", "q1"))
    valid = result == "valid"
    chosen = (valid, valid & (q1 == DELIGHTED), valid & (q1 <= DISAPPOINTED), result == "unreachable")
    found: list[Sequence[int | None]] = [
        counts(called, months),
        *(counts(called[rows], months) for rows in chosen),
    ]
    if answered(survey_calls) is None:
        found[2] = found[3] = [None] * len(months)
    return [_with_rates(dict(zip(names, numbers, strict=True))) for numbers in zip(*found, strict=True)]


def _with_rates(n: Mapping[str, int | None]) -> dict[str, float | int | None]:
    return {
        **n,
        "valid_rate": ratio(n["valid"], n["calls"]),
        "delight_rate_calls": ratio(n["delighted"], n["calls"]),
        "delight_rate_valid": ratio(n["delighted"], n["valid"]),
        "disappointment_rate_calls": ratio(n["disappointed"], n["calls"]),
        "disappointment_rate_valid": ratio(n["disappointed"], n["valid"]),
    }


def history(survey_calls: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """The survey's counts and rates of the 12 months to `month`."""
    months = months_to(month)
    found = zip(months, by_month(survey_calls, months), strict=True)
    frame = pd.DataFrame([{"month": str(m), **row} for m, row in found])
    return frame if survey_calls is not None else frame.iloc[:0]


def calls(survey_calls: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """Calls by result, this month and last."""
    columns = ["result", "previous", "current", "share"]
    if survey_calls is None:
        return pd.DataFrame(columns=columns)
    now, before = (
        calls_in_month(survey_calls, m, valid=False)["result"].value_counts() for m in (month, month - 1)
    )
    total = int(now.sum())
    rows = [
        [r, int(before.get(r, 0)), int(now.get(r, 0)), ratio(int(now.get(r, 0)), total)]
        for r in CODES["call_result"]
    ]
    return pd.DataFrame(rows, columns=columns)


def questions(survey_calls: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """Mean score of each question over the valid calls that answered it, this month and last. Slide 12."""
    columns = ["question", "previous", "current", "n", "n_previous", "change"]
    if survey_calls is None:
        return pd.DataFrame(columns=columns)
    answers = survey_calls[["called_at", "result", *QUESTIONS]]
    now, before = calls_in_month(answers, month), calls_in_month(answers, month - 1)
    out = pd.DataFrame(
        {
            "question": list(QUESTIONS),
            "previous": [before[q].mean() for q in QUESTIONS],
            "current": [now[q].mean() for q in QUESTIONS],
            "n": [int(now[q].notna().sum()) for q in QUESTIONS],
            "n_previous": [int(before[q].notna().sum()) for q in QUESTIONS],
        }
    )
    return out.assign(change=out["current"] - out["previous"])[columns]


def with_advisor(survey_calls: pd.DataFrame, repair_orders: pd.DataFrame) -> pd.DataFrame:
    """Calls with the advisor of the order they name, of whatever month up to that of the call."""
    named = among(repair_orders["order_id"], survey_calls["order_id"])
    orders = repair_orders.loc[named, ["order_id", "opened_at", "advisor"]].set_index("order_id")
    matched = orders.reindex(survey_calls["order_id"]).set_axis(survey_calls.index)
    known = matched["opened_at"].dt.to_period("M") <= survey_calls["called_at"].dt.to_period("M")
    return survey_calls.assign(advisor=matched["advisor"].where(known))


def lowest_item(oem_css: pd.DataFrame | None, month: pd.Period) -> dict[str, object]:
    """The store's MOT item with the lowest score of the month."""
    row = row_of(oem_css, month, "store") or {}
    known = {item: row[item] for item in MOT_ITEMS if row.get(item) is not None}
    item = min(known, key=known.__getitem__) if known else None
    return {"item": item, "score": known.get(item) if item else None}


def lowest_by_advisor(
    oem_css: pd.DataFrame | None,
    repair_orders: pd.DataFrame | None,
    survey_calls: pd.DataFrame | None,
    month: pd.Period,
) -> pd.DataFrame:
    """The store's lowest item by advisor, beside visits and disappointed customers. Slide 13."""
    columns = ["advisor", "score", "external_n", "orders", "disappointed", "internal_n"]
    table = advisors(repair_orders, survey_calls, oem_css, month, dict.fromkeys(MOT_ITEMS, 0.1))
    if table.empty:
        return pd.DataFrame(columns=columns)
    item = lowest_item(oem_css, month)["item"]
    table["score"] = table[item] if item else None
    table["disappointed"] = None
    survey_calls = answered(survey_calls)
    if survey_calls is not None and repair_orders is not None:
        calls = with_advisor(calls_in_month(survey_calls, month), repair_orders)
        bad = calls[calls["q1"] <= DISAPPOINTED]["advisor"].value_counts()
        table["disappointed"] = table["advisor"].map(bad).fillna(0).astype(int)
    return table.sort_values("score", kind="stable", na_position="last")[columns].reset_index(drop=True)


@in_a_report
def strangers(
    oem_css: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> list[str]:
    """Advisors whom the agency scored in the month and no order up to its end names: nothing else is known of
    them.
    """
    if oem_css is None:
        return []
    scored = oem_css.loc[
        (oem_css["month"] == str(month)) & (oem_css["scope"] == "advisor"), "advisor"
    ].dropna()
    if repair_orders is None:
        return sorted(scored)
    known = repair_orders.loc[repair_orders["opened_at"] < after(month), "advisor"].dropna()
    return sorted(scored[~among(scored, known)])


def advisors(
    repair_orders: pd.DataFrame | None,
    survey_calls: pd.DataFrame | None,
    oem_css: pd.DataFrame | None,
    month: pd.Period,
    weights: Mapping[str, float],
) -> pd.DataFrame:
    """One row an advisor: visits, internal calls, external sample and scores, question means. Slide 14.

    ``internal_n`` and ``external_n`` are missing where their table is; ``delighted`` and ``disappointed`` are
    counted among the ``internal_n`` valid calls, for who compares two months by advisor.
    """
    orders = (
        pd.Series(dtype=int)
        if repair_orders is None
        else repair_orders.loc[within(repair_orders["opened_at"], month), "advisor"].value_counts()
    )
    calls, extreme = None, {}
    if survey_calls is not None and repair_orders is not None:
        calls = with_advisor(calls_in_month(survey_calls, month), repair_orders)
        tests = (calls["q1"] == DELIGHTED, calls["q1"] <= DISAPPOINTED)
        extreme = {k: calls.loc[t, "advisor"].value_counts() for k, t in zip(_COUNTED, tests, strict=True)}
        internal, means = calls["advisor"].value_counts(), calls.groupby("advisor")[list(QUESTIONS)].mean()
    else:
        internal, means = pd.Series(dtype=int), pd.DataFrame(columns=list(QUESTIONS))
    external = {}
    if oem_css is not None:
        scored = oem_css[(oem_css["month"] == str(month)) & (oem_css["scope"] == "advisor")]
        external = {name: row_of(oem_css, month, "advisor", name) for name in scored["advisor"].dropna()}
    out = []
    for name in sorted({*orders.index, *internal.index, *external}):
        row = external.get(name) or {}
        n = int(orders.get(name, 0))
        k = None if calls is None else int(internal.get(name, 0))
        sample = None if oem_css is None else int(row.get("sample") or 0)
        if not (n or k or sample):
            continue
        scores = means.loc[name] if name in means.index else {}
        out.append(
            {
                "advisor": name,
                "orders": n,
                "internal_n": k,
                "coverage": ratio(k, n),
                "external_n": sample,
                **{i: row.get(i) for i in MOT_ITEMS},
                "mot": mot_score(row or None, weights),
                **{q: scores.get(q) for q in QUESTIONS},
                **{
                    c: None if answered(survey_calls) is None else int(extreme[c].get(name, 0))
                    for c in _COUNTED
                },
            }
        )
    frame = pd.DataFrame(out, columns=ADVISORS)
    return frame.sort_values("orders", ascending=False, kind="stable").reset_index(drop=True)


def advisor_questions(
    survey_calls: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> pd.DataFrame:
    """Each advisor's question scores, this month and last. Slide 15."""
    columns = ["advisor", "question", "previous", "current", "n"]
    if survey_calls is None or repair_orders is None:
        return pd.DataFrame(columns=columns)
    now, before = (
        with_advisor(calls_in_month(survey_calls, m), repair_orders).groupby("advisor")[list(QUESTIONS)]
        for m in (month, month - 1)
    )
    means, counts, last = now.mean(), now.count(), before.mean()
    rows = [
        [a, q, last.loc[a, q] if a in last.index else None, means.loc[a, q], int(counts.loc[a, q])]
        for a in means.index
        for q in QUESTIONS
    ]
    return pd.DataFrame(rows, columns=columns)


def suggestions(survey_calls: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """The customers' suggestions, the disappointed first. Slide 10, question 9."""
    columns = ["call_id", "called_at", "order_id", "q1", "suggestion"]
    if survey_calls is None:
        return pd.DataFrame(columns=columns)
    now = calls_in_month(survey_calls, month)
    given = now[now["suggestion"].fillna("").astype(str).str.strip() != ""]
    return given.sort_values(["q1", "called_at"], kind="stable")[columns].reset_index(drop=True)


as_written(__name__)

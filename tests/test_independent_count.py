"""Every figure and table of the contract, on stores of several seeds, against a count in plain Python."""

import math

import independent
import pandas as pd
import pytest

from aftersales import demo, metrics, params
from aftersales.schema import TABLES
from aftersales.tables import Tables

PARAMS = params.load()
KEYS = {
    "review.mot": "item", "oem.css": "scope", "oem.pt": "section", "css.questions": "question",
    "css.advisors": "advisor", "complaints.causes": "cause", "complaints.departments": "department",
    "ftf.technicians": "technician", "ftf.trend": "month", "booking.trend": "month",
    "churn.archive_trend": "month", "churn.results": "result", "churn.reasons": "reason",
}  # fmt: skip


def tables_of(t: Tables, month: pd.Period) -> dict[str, pd.DataFrame]:
    lost = metrics.churn.cohort(t.repair_orders, t.churn_calls, month, PARAMS.churn_months)
    return {
        "review.mot": metrics.review.mot(t.actions, t.oem_css, month),
        "oem.css": metrics.oem_css.scores(t.oem_css, month, PARAMS.weights),
        "oem.pt": metrics.oem_css.pt_sections(t.oem_pt, month, PARAMS.pt_weights),
        "css.questions": metrics.internal_css.questions(t.survey_calls, month),
        "css.advisors": metrics.internal_css.advisors(
            t.repair_orders, t.survey_calls, t.oem_css, month, PARAMS.weights
        ),
        "complaints.causes": metrics.complaints.causes(t.grievances, t.survey_calls, month),
        "complaints.departments": metrics.complaints.departments(t.complaints, month),
        "ftf.technicians": metrics.first_time_fix.technicians(t.jobs, month),
        "ftf.trend": metrics.first_time_fix.trend(t.jobs, month),
        "booking.trend": metrics.bookings.trend(t.bookings, t.repair_orders, month),
        "churn.archive_trend": metrics.churn.archive_trend(t.customers, t.repair_orders, month),
        "churn.results": metrics.churn.results(lost),
        "churn.reasons": metrics.churn.reasons(lost),
    }


def same(a, b) -> bool:
    missing = [x is None or x is pd.NA or (isinstance(x, float) and math.isnan(x)) for x in (a, b)]
    if any(missing) or isinstance(a, str):
        return all(missing) or a == b
    return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-9)


@pytest.fixture(scope="module")
def stores():
    """Frames and raw rows of the deck's store, a second seed, and one with half its tables."""
    out = {}
    for name, seed in (("deck", None), ("second", 2)):
        frames = demo.generate(seed)
        out[name] = (Tables(store=name, **frames), independent.raw(frames))
    sparse = {
        k: v
        for k, v in demo.generate(3, months=8).items()
        if k in ("repair_orders", "complaints", "churn_calls")
    }
    out["sparse"] = (Tables(store="sparse", **sparse), independent.raw(sparse))
    return out


@pytest.mark.parametrize("month", ["2024-04", "2024-02", "2023-12"])
@pytest.mark.parametrize("store", ["deck", "second", "sparse"])
def test_figures_and_tables_equal_the_independent_count(stores, store, month):
    tables, raw = stores[store]
    at = pd.Period(month)
    raw = {name: raw.get(name) for name in TABLES}
    figures, counted = independent.count(raw, (at.year, at.month), PARAMS.weights, PARAMS.pt_weights)
    got = metrics.all_figures(tables, at, PARAMS)
    wrong = {name: (got[name], value) for name, value in figures.items() if not same(got[name], value)}
    assert not wrong
    assert {name for name, value in got.items() if value is not None} <= set(figures)
    made = tables_of(tables, at)
    for name, rows in counted.items():
        key = KEYS[name]
        mine = {row[key]: row for row in made[name].to_dict("records")}
        assert set(mine) == {row[key] for row in rows}, name
        wrong = [
            (name, row[key], c, mine[row[key]][c], v)
            for row in rows
            for c, v in row.items()
            if not same(mine[row[key]][c], v)
        ]
        assert not wrong

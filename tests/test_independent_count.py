"""Every figure and table of the contract against a count in plain Python, on several stores and months."""

import json
import math

import independent
import pandas as pd
import pytest
import small_store

from aftersales import demo, metrics
from aftersales.chapters import scraps
from aftersales.contract import params
from aftersales.metrics import watched
from aftersales.sources import pipeline
from aftersales.sources.options import ReadOptions

PARAMS = params.load()
KEYS = {
    "review.mot": "item",
    "oem.css": "scope",
    "oem.pt": "section",
    "css.questions": "question",
    "css.advisors": "advisor",
    "complaints.causes": "cause",
    "complaints.departments": "department",
    "ftf.technicians": "technician",
    "ftf.trend": "month",
    "booking.trend": "month",
    "churn.archive_trend": "month",
    "churn.results": "result",
    "churn.reasons": "reason",
}
DEPARTMENTS = ("front", "workshop", "parts", "service")


def made(t, month):
    """The figures and tables as the report publishes them."""
    lost = metrics.churn.lost_vehicles(t.repair_orders, t.churn_calls, month, PARAMS.churn_months)
    tables = {
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
    tested = watched.judged(t, month, PARAMS).findings
    tables |= {f"top5.{d}": metrics.top5.department(t, month, PARAMS, d, tested) for d in DEPARTMENTS}
    figures = scraps.plain(metrics.all_figures(t, month, PARAMS))
    return figures, {name: scraps.plain_rows(frame) for name, frame in tables.items()}


def same(a, b) -> bool:
    if a is None or b is None or isinstance(a, str):
        return a == b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def check(figures, tables, raw, month):
    """Hold what was made against the independent count."""
    number = month.year * 12 + month.month - 1
    expected, counted = independent.count(raw, number)
    assert set(expected) <= set(figures)  # the others have tests of their own
    assert not {n: (figures[n], v) for n, v in expected.items() if not same(figures[n], v)}
    assert set(counted) == set(KEYS)
    for name, rows in counted.items():
        mine = {row[KEYS[name]]: row for row in tables[name]}
        assert len(mine) == len(tables[name]), name
        assert set(mine) == {row[KEYS[name]] for row in rows}, name
        wrong = [
            (name, row[KEYS[name]], c, mine[row[KEYS[name]]][c], v)
            for row in rows
            for c, v in row.items()
            if not same(mine[row[KEYS[name]]][c], v)
        ]
        assert not wrong
    for name, column in (("complaints.causes", "month"), ("complaints.departments", "count")):
        frequent = [row[column] for row in tables[name]]
        assert frequent == sorted(frequent, reverse=True)
    for department in DEPARTMENTS:
        rows, own = tables[f"top5.{department}"], independent.raised(raw, number, department)
        assert [row["problem"] for row in rows[: len(own)]] == [a["problem"] for a in own]
        assert [row["proposed"] for row in rows] == [i >= len(own) for i in range(len(rows))]
        assert len(own) <= len(rows) <= max(5, len(own))
        assert [row["due"] for row in rows[: len(own)]] == [a.get("due") for a in own]
        assert [row["rank"] for row in rows] == sorted(row["rank"] for row in rows)


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Tables as read, and raw rows: the deck's store, others, one with half its tables, a small one."""
    base = tmp_path_factory.mktemp("stores")
    demo.write(base / "deck", seed=None)
    demo.write(base / "second", seed=2, months=20)
    demo.write(base / "sparse", seed=3, months=8)
    for table in independent.TABLES:
        if table not in ("repair_orders", "complaints", "churn_calls"):
            (base / "sparse" / f"{table}.csv").unlink()
    demo.write(base / "orders only", seed=4, months=3)
    for table in independent.TABLES[1:]:
        (base / "orders only" / f"{table}.csv").unlink()
    small_store.write(base / "small")
    out = {}
    for folder in base.iterdir():
        read, _ = pipeline.read_all(str(folder), ReadOptions(default_store="店"))
        out[folder.name] = (next(iter(read.values())), independent.read(folder))
    return out


@pytest.mark.parametrize(
    ("store", "month"),
    [
        ("deck", "2024-04"),
        ("deck", "2024-02"),
        ("second", "2024-03"),
        ("second", "2023-12"),
        ("sparse", "2024-01"),
        ("orders only", "2024-04"),
        ("small", "2024-02"),
        ("small", "2024-03"),
        ("small", "2024-01"),
        ("small", "2023-12"),
    ],
)
def test_figures_and_tables_equal_the_independent_count(stores, store, month):
    tables, raw = stores[store]
    check(*made(tables, pd.Period(month)), raw, pd.Period(month))


def test_the_edges_counted_by_hand(stores):
    figures, tables = made(stores["small"][0], pd.Period("2024-02"))
    assert not {n: (figures[n], v) for n, v in small_store.FEBRUARY.items() if not same(figures[n], v)}
    advisors = {r["advisor"]: (r["orders"], r["internal_n"], r["external_n"]) for r in tables["css.advisors"]}
    assert advisors == {"甲": (3, 1, 0), "丙": (0, 1, 0), "丁": (0, 0, 3)}
    weeks = {r["cause"]: [r[w] for w in ("w1", "w2", "w3", "w4")] for r in tables["complaints.causes"]}
    assert weeks == {
        "time": [1, 1, 0, 1],
        "quality": [1, 0, 0, 0],
        "other": [0, 0, 0, 1],
        "cost": [0, 0, 1, 0],
    }
    assert [(r["rank"], r["problem"]) for r in tables["top5.parts"]][:2] == [(2, "六"), (3, "五")]


def test_the_published_figures_equal_the_independent_count(stores, april, month):
    told = json.loads((april / "figures.json").read_text(encoding="utf-8"))
    assert (told["store"], told["month"]) == ("示范店", "2024-04")
    check(told["figures"], told["tables"], stores["deck"][1], month)

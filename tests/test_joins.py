"""Links between tables against a plain loop, and the bounds of the verdict."""

from types import SimpleNamespace

import pandas as pd
from random_store import MONTHS, SEEDS, frame, frames, is_vehicle, month_of, number, plain, rows, same

from aftersales.contract.schema import TABLES
from aftersales.metrics import joins

LINKS = [
    ("jobs", "order_id", "repair_orders"),
    ("bookings", "order_id", "repair_orders"),
    ("survey_calls", "order_id", "repair_orders"),
    ("complaints", "order_id", "repair_orders"),
    ("grievances", "call_id", "survey_calls"),
    ("churn_calls", "vin", "repair_orders"),
    ("repair_orders", "vin", "customers"),
    ("oem_css", "advisor", "repair_orders"),
]
DATED = {
    "jobs": "finished_at",
    "bookings": "planned_at",
    "survey_calls": "called_at",
    "complaints": "received_at",
    "churn_calls": "called_at",
    "repair_orders": "opened_at",
    "customers": "created_at",
}


def count(tables, month):
    out = {}
    for child, column, parent in LINKS:
        if tables[child] is None or tables[parent] is None:
            continue
        if child == "oem_css":
            now = [r for r in tables[child] if r["month"] == str(month) and r["scope"] == "advisor"]
        elif child == "grievances":
            called = {c["call_id"]: c["called_at"] for c in tables["survey_calls"]}
            now = [r for r in tables[child] if month_of(called.get(r["call_id"])) == number(month)]
        else:
            now = [r for r in tables[child] if month_of(r[DATED[child]]) == number(month)]
        values = [
            r[column] for r in now if r[column] is not None and (column != "vin" or is_vehicle(r[column]))
        ]
        there = {r[column] for r in tables[parent] if month_of(r[DATED[parent]]) <= number(month)}
        found = sum(v in there for v in values)
        if values:
            share = found / len(values)
            verdict = "ok" if share >= 0.8 else "poor" if share >= 0.2 or len(values) < 5 else "broken"
            out[f"{child}.{column} → {parent}.{column}"] = (len(values), found, share, verdict)
    return out


def test_against_a_plain_loop():
    verdicts = set()
    for seed in SEEDS[::2]:
        store = rows(seed)
        tables = frames(store)
        for month in MONTHS[1:]:
            table = plain(joins.table(tables, month))
            expected = count(store, month)
            assert {r["link"]: (r["rows"], r["found"], r["verdict"]) for r in table} == {
                k: (v[0], v[1], v[3]) for k, v in expected.items()
            }
            assert all(same(r["share"], expected[r["link"]][2]) for r in table)
            verdicts |= {r["verdict"] for r in table}
    assert verdicts == {"ok", "poor", "broken"}


def test_verdicts():
    assert [joins.verdict(*of) for of in ((8, 10), (79, 100), (2, 10), (19, 100), (0, 4), (4, 4))] == [
        "ok",
        "poor",
        "poor",
        "broken",
        "poor",
        "ok",
    ]


def test_no_rows_no_row():
    empty = SimpleNamespace(**{name: frame(name, []) for name in TABLES})
    assert len(joins.table(empty, pd.Period("2024-04"))) == 0
    absent = SimpleNamespace(**dict.fromkeys(TABLES))
    assert list(joins.table(absent, pd.Period("2024-04")).columns) == joins.JOINS

"""Measures that wait, against a plain loop."""

import datetime as dt

import pandas as pd
from random_store import DAY, MONTHS, SEEDS, after, frame, number, plain, rows

from aftersales.metrics import waiting


def count(actions, month):
    """Action to: month, months open, days late, whether its owner supervises it, status."""
    out, end = {}, after(month)
    for a in actions:
        done = a["status"] == "done" and (a["done_at"] is None or a["done_at"] < end)
        year, of_year = map(int, a["month"].split("-"))
        age = number(month) - (year * 12 + of_year - 1)
        if age < 1 or done:
            continue
        late = None if a["due"] is None else max(0, ((end - DAY) - a["due"]).days)
        both = None if None in (a["owner"], a["supervisor"]) else a["owner"] == a["supervisor"]
        status = "in_progress" if a["status"] == "done" else a["status"] or "not_started"
        out[a["action_id"]] = (a["month"], age, late, both, status)
    return out


def test_against_a_plain_loop():
    seen = 0
    for seed in SEEDS:
        store = rows(seed)
        t = frame("actions", store["actions"])
        for month in MONTHS:
            table = waiting.table(t, month)
            assert list(table.columns) == waiting.WAITING
            expected = {} if t is None else count(store["actions"], month)
            named = ("month", "months_open", "days_late", "owner_is_supervisor", "status")
            assert {r["action_id"]: tuple(r[c] for c in named) for r in plain(table)} == expected
            assert table["months_open"].is_monotonic_decreasing
            seen += len(expected)
    assert seen > 50


def test_by_hand():
    t = frame(
        "actions",
        [
            {
                "action_id": "A1",
                "month": "2024-03",
                "due": dt.datetime(2024, 4, 30),
                "status": "in_progress",
                "owner": "王 ",
                "supervisor": "王",
            },
            {
                "action_id": "A2",
                "month": "2023-12",
                "due": dt.datetime(2024, 4, 29),
                "status": "done",
                "done_at": dt.datetime(2024, 5, 1),
                "owner": "李",
            },
            {"action_id": "A3", "month": "2024-04", "status": "not_started"},  # raised in the month itself
            {"action_id": "A4", "month": "2024-03", "status": "done", "done_at": dt.datetime(2024, 4, 30)},
        ],
    )
    untouched = t.copy()
    table = plain(waiting.table(t, pd.Period("2024-04")))
    assert [tuple(r.values())[:5] for r in table] == [
        ("A2", "2023-12", 4, 1, None),
        ("A1", "2024-03", 1, 0, True),
    ]
    pd.testing.assert_frame_equal(t, untouched)
    assert len(waiting.table(None, pd.Period("2024-04"))) == 0

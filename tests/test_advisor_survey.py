"""Disappointed customers by advisor against plain loops."""

import pandas as pd
from random_store import MONTHS, SEEDS, frame, month_of, number, plain, rows, same, share

from aftersales.contract.statistics import binomial_limits, wilson
from aftersales.metrics import advisor_survey


def count(calls, orders, month):
    """Advisor to visits, valid calls, disappointed ones; and the store's rate."""
    advisor_of = {o["order_id"]: o["advisor"] for o in orders if month_of(o["opened_at"]) <= number(month)}
    valid = [c for c in calls if month_of(c["called_at"]) == number(month) and c["result"] == "valid"]
    out = {}
    for name in {o["advisor"] for o in orders} - {None}:
        mine = [c for c in valid if advisor_of.get(c["order_id"]) == name]
        visits = sum(o["advisor"] == name and month_of(o["opened_at"]) == number(month) for o in orders)
        if visits or mine:
            out[name] = (visits, len(mine), sum(c["q1"] is not None and c["q1"] <= 60 for c in mine))
    return out, share(sum(c["q1"] is not None and c["q1"] <= 60 for c in valid), len(valid))


def test_against_plain_loops():
    for seed in SEEDS[::2]:
        store = rows(seed)
        calls, orders = (
            frame("survey_calls", store["survey_calls"]),
            frame("repair_orders", store["repair_orders"]),
        )
        orders = orders.sample(frac=1, random_state=seed)
        many = plain(advisor_survey.by_month(calls, orders, MONTHS))
        for month in MONTHS[1:]:
            table = plain(advisor_survey.advisors(calls, orders, month))
            if calls is None:
                assert table == many == []
                continue
            expected, mean = count(store["survey_calls"], store["repair_orders"], month)
            assert {r["advisor"]: (r["orders"], r["valid"], r["disappointed"]) for r in table} == expected
            called = {r["advisor"]: (r["valid"], r["disappointed"]) for r in many if r["month"] == str(month)}
            assert called == {k: v[1:] for k, v in expected.items() if v[1]}
            for r in table:
                k, n = r["disappointed"], r["valid"]
                assert same(r["rate"], share(k, n))
                assert same(r["coverage"], share(n, r["orders"]))
                assert (r["low"], r["high"]) == wilson(k, n)
                beyond = [
                    name
                    for name, level in (("99.8", 0.998), ("95", 0.95))
                    if n
                    and not binomial_limits(n, mean, level)[0] <= k / n <= binomial_limits(n, mean, level)[1]
                ]
                assert r["outside"] == (beyond[0] if beyond else None)


def test_an_advisor_beyond_chance():
    listed = [
        {"order_id": f"R{a}{i}", "advisor": a, "opened_at": pd.Timestamp("2024-04-02 09:00")}
        for a in "甲乙丙丁"
        for i in range(110)
    ]
    calls = [
        {
            "call_id": f"C{o['order_id']}",
            "order_id": o["order_id"],
            "called_at": pd.Timestamp("2024-04-09"),
            "result": "valid",
            "q1": 60.0 if int(o["order_id"][2:]) < (75 if o["advisor"] == "丁" else 40) else 80.0,
        }
        for o in listed
    ]
    table = advisor_survey.advisors(
        frame("survey_calls", calls), frame("repair_orders", listed), pd.Period("2024-04")
    )
    assert table["advisor"].tolist() == ["丁", "丙", "乙", "甲"]
    assert table["outside"].tolist()[0] == "99.8"
    assert table["coverage"].tolist() == [1.0] * 4
    assert len(advisor_survey.advisors(None, frame("repair_orders", listed), pd.Period("2024-04"))) == 0
    assert (
        len(
            advisor_survey.advisors(
                frame("survey_calls", []), frame("repair_orders", []), pd.Period("2024-04")
            )
        )
        == 0
    )

"""Causes per 100 valid calls by month and week, against plain loops and against the chapter's own table."""

import pandas as pd
from random_store import MONTHS, SEEDS, frame, month_of, number, plain, rows, same

from aftersales.contract.schema import CODES
from aftersales.metrics import cause_rates, complaints


def count(grievances, calls, month, cause, week=None):
    def here(c):
        return month_of(c["called_at"]) == number(month) and week in (
            None,
            min(4, (c["called_at"].day - 1) // 7 + 1),
        )

    there = {c["call_id"] for c in calls if here(c)}
    said = [g["call_id"] for g in grievances if g["cause"] == cause and g["call_id"] in there]
    valid = sum(here(c) and c["result"] == "valid" for c in calls)
    return len(said), len(set(said)), valid, 100 * len(said) / valid if valid else None


def test_against_plain_loops():
    named = ("mentions", "customers", "valid", "per_100")
    for seed in SEEDS[::3]:
        store = rows(seed)
        said, calls = frame("grievances", store["grievances"]), frame("survey_calls", store["survey_calls"])
        months, weeks = (f(said, calls, MONTHS) for f in (cause_rates.by_month, cause_rates.by_week))
        if said is None:
            assert len(months) == len(weeks) == 0
            continue
        assert (len(months), len(weeks)) == (8 * 3, 8 * 3 * 4)
        for r in plain(months) + plain(weeks):
            expected = count(
                store["grievances"], store["survey_calls"], pd.Period(r["month"]), r["cause"], r.get("week")
            )
            assert all(same(r[c], v) for c, v in zip(named, expected, strict=True)), r


def test_the_counts_are_those_of_the_table_of_causes(deck, month):
    table = complaints.causes(deck.grievances, deck.survey_calls, month).set_index("cause")
    mine = cause_rates.by_month(deck.grievances, deck.survey_calls, [month]).set_index("cause")
    assert mine["mentions"].to_dict() == table["month"].reindex(list(CODES["cause"]), fill_value=0).to_dict()
    weeks = cause_rates.by_week(deck.grievances, deck.survey_calls, [month]).pivot(
        index="cause", columns="week", values="mentions"
    )
    assert weeks.loc[table.index].to_numpy().tolist() == table[["w1", "w2", "w3", "w4"]].to_numpy().tolist()


def test_months_in_any_order_and_none():
    calls = frame(
        "survey_calls", [{"call_id": "C1", "called_at": pd.Timestamp("2024-04-29"), "result": "valid"}]
    )
    said = frame("grievances", [{"call_id": "C1", "cause": "time"}] * 2)
    table = cause_rates.by_month(said, calls, [pd.Period("2024-04"), pd.Period("2024-02")])
    rows_of_time = table[table["cause"] == "time"]
    assert rows_of_time["month"].tolist() == ["2024-04", "2024-02"]
    assert rows_of_time["mentions"].tolist() == [2, 0]
    assert rows_of_time["customers"].tolist() == [1, 0]
    assert rows_of_time["per_100"].tolist()[0] == 200
    assert rows_of_time["per_100"].isna().tolist() == [False, True]
    assert len(cause_rates.by_month(None, calls, [pd.Period("2024-04")])) == 0
    assert len(cause_rates.by_week(said, calls, [])) == 0
    nothing = cause_rates.by_month(frame("grievances", []), frame("survey_calls", []), [pd.Period("2024-04")])
    assert nothing["mentions"].tolist() == [0] * 8

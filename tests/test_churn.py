"""Chapter 6 against slides 26 to 28, and the edges of the cohort."""

import pandas as pd
import pytest

from aftersales.metrics import churn

SLIDE_27 = {
    "powered_off": 3,
    "rejected": 6,
    "suspended": 4,
    "no_signal": 14,
    "no_answer": 18,
    "one_visit": 14,
}
SLIDE_28 = {
    "about_to_come": 27,
    "mileage_not_due": 28,
    "went_elsewhere": 34,
    "too_far": 11,
    "road_works": 36,
    "other_user": 11,
}


def test_slides_27_and_28(deck, month):
    lost = churn.lost_vehicles(deck.repair_orders, deck.churn_calls, month)
    results = churn.results(lost).set_index("result")["count"].to_dict()
    assert results == SLIDE_27 | {"reached": 147}
    assert churn.reasons(lost).set_index("reason")["count"].to_dict() == SLIDE_28


def test_the_bridge_adds_up(deck, month):
    figures = churn.figures(deck.repair_orders, deck.customers, deck.churn_calls, month)
    steps = churn.bridge(churn.lost_vehicles(deck.repair_orders, deck.churn_calls, month), figures).set_index(
        "step"
    )["count"]
    assert steps["cohort"] - steps["returned"] == steps["lost"] == 276
    assert (
        steps["lost"] - steps["fleet"] - steps["one_visit"] - steps["not_due"] == steps["really_lost"] == 137
    )


def visits(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["vin", "opened_at", "owner_type"])
    return frame.assign(
        opened_at=pd.to_datetime(frame["opened_at"], format="ISO8601"),
        order_id=[f"R{i}" for i in range(len(rows))],
        advisor="甲",
    )


def test_the_cohort_is_cut_at_month_ends_over_the_year():
    orders = visits(
        ("CAR00A", "2023-07-31 23:59", "private"),  # of the month before the cohort's
        ("CAR00B", "2023-08-01 00:00", "private"),
        ("CAR00B", "2024-02-29 23:59", "private"),  # back on the last day
        ("CAR00C", "2023-08-31 23:59", "private"),
        ("CAR00C", "2024-03-01 00:00", "private"),  # back a minute too late
        ("CAR00D", "2023-08-10", "private"),
        ("CAR00D", "2023-08-20", "fleet"),  # twice that month, then never; sold to a firm
    )
    got = churn.figures(orders, None, None, pd.Period("2024-02"))
    assert {k: got[f"churn.{k}"] for k in ("cohort", "lost", "fleet", "to_call", "base")} == {
        "cohort": 3,
        "lost": 2,
        "fleet": 1,
        "to_call": 1,
        "base": 4,
    }
    assert got["churn.archive"] is None
    assert got["churn.reached"] is None
    assert churn.rates(orders, [pd.Period("2024-02")]) == [got["churn.rate"]]


def test_the_rates_of_many_months_are_those_of_each(deck, month):
    orders, months = deck.repair_orders, [month - back for back in range(6)]
    assert churn.rates(orders, months) == [churn.figures(orders, None, None, m)["churn.rate"] for m in months]


def test_only_the_last_call_of_the_month_counts():
    orders = visits(("CAR00C", "2023-08-30", "private"))
    calls = pd.DataFrame(
        [
            ("CAR00C", "2024-02-03", "no_answer", None),
            ("CAR00C", "2024-02-10", "reached", "too_far"),
            ("CAR00C", "2024-03-02", "rejected", None),
        ],
        columns=["vin", "called_at", "result", "reason"],
    )
    calls["called_at"] = pd.to_datetime(calls["called_at"])
    got = churn.figures(orders, None, calls, pd.Period("2024-02"))
    assert (got["churn.reached"], got["churn.not_reached"]) == (1, 0)
    assert got["churn.rate"] == pytest.approx(1)

"""Lost private customers against a count in plain loops, the bounds, the bridge and the curve of returns."""

import datetime as dt

import pandas as pd
import pytest
from random_store import (
    DAY,
    MONTHS,
    SEEDS,
    after,
    differing,
    frame,
    is_vehicle,
    month_of,
    number,
    plain,
    rows,
    share,
)

from aftersales.metrics import private_churn
from aftersales.metrics.survival import time_until

NOT_DUE = ("about_to_come", "mileage_not_due")


def lost_of(orders, month, churn_months=6):
    """Vehicle to its last order of: the cohort, and those of it that are lost."""
    last, then, cohort = {}, number(month) - churn_months, set()
    for o in sorted(orders, key=lambda o: (o["opened_at"], o["order_id"])):
        if is_vehicle(o["vin"]) and month_of(o["opened_at"]) <= number(month):
            last[o["vin"]] = o
            if month_of(o["opened_at"]) == then:
                cohort.add(o["vin"])
    cohort = {vin: last[vin] for vin in cohort}
    return cohort, {vin: o for vin, o in cohort.items() if month_of(o["opened_at"]) == then}


def last_calls(calls, month, vins):
    out = {}
    for call in sorted(calls, key=lambda c: c["called_at"]):
        if call["vin"] in vins and month_of(call["called_at"]) == number(month):
            out[call["vin"]] = call
    return out


def count(orders, calls, month):
    """The figures and the call list."""
    cohort, gone = lost_of(orders, month)
    private = [vin for vin in cohort if cohort[vin]["owner_type"] == "private"]
    to_call = [vin for vin in gone if gone[vin]["owner_type"] == "private"]
    called = {} if calls is None else last_calls(calls, month, to_call)
    n = len(private)
    out = dict.fromkeys(("known_lost", "lost_low", "lost_high", "lost_best"))
    if calls is not None and n:
        reached = [c for c in called.values() if c["result"] == "reached"]
        not_due = sum(c["reason"] in NOT_DUE for c in reached)
        once = sum(c["result"] == "one_visit" for c in called.values())
        out = {
            "known_lost": len(reached) - not_due,
            "lost_low": (len(reached) - not_due) / n,
            "lost_high": (len(to_call) - once - not_due) / n,
            "lost_best": (len(to_call) - once) * (1 - not_due / len(reached)) / n if reached else None,
        }
    out |= {"private_cohort": n, "private_rate": share(len(to_call), n)}
    listed, last_day = {}, (after(month) - DAY).date()
    for vin in to_call:
        o, call = gone[vin], called.get(vin, {})
        paid = [
            p["amount"]
            for p in orders
            if p["vin"] == vin
            and p["amount"] is not None
            and number(month) - 17 <= month_of(p["opened_at"]) <= number(month) - 6
        ]
        listed[o["order_id"]] = (
            o["opened_at"],
            (last_day - o["opened_at"].date()).days,
            sum(paid) if paid else None,
            o["advisor"],
            call.get("result"),
            call.get("reason"),
        )
    return {f"churn.{k}": v for k, v in out.items()}, listed


def told(table):
    return {r["order_id"]: tuple(r[c] for c in private_churn.CALL_LIST[1:]) for r in plain(table)}


def test_against_plain_loops():
    lost = reached = 0
    for seed in SEEDS:
        store = rows(seed)
        orders = frame("repair_orders", store["repair_orders"]).sample(frac=1, random_state=seed)
        calls = frame("churn_calls", store["churn_calls"])
        untouched, many = orders.copy(), private_churn.by_month(orders, calls, MONTHS)
        for month, of in zip(MONTHS, many, strict=True):
            figures, listed = count(store["repair_orders"], store["churn_calls"], month)
            assert not differing(of, {k.split(".")[1]: v for k, v in figures.items()})
            if month == MONTHS[seed % 3]:
                made = private_churn.figures(orders, calls, month)
                assert set(made) == set(figures)
                assert not differing(made, figures)
            table = private_churn.call_list(orders, calls, month)
            assert told(table) == listed
            worth = [-1 if r["amount"] is None else r["amount"] * r["days"] for r in plain(table)]
            assert worth == sorted(worth, reverse=True)
            lost += len(listed)
            reached += of["reached"] or 0
            bounds = [of[c] for c in ("lost_low", "lost_best", "lost_high")]
            assert None in bounds or bounds[0] - 1e-12 <= bounds[1] <= bounds[2] + 1e-12
            steps = private_churn.bridge(of).set_index("step")["count"]
            assert len(steps) == 0 or steps["private_cohort"] - steps["returned"] == steps["to_call"]
            if "known_lost" in steps:
                minus = steps[["one_visit", "not_due", "not_reached"]].sum()
                assert steps["to_call"] - minus == steps["known_lost"]
        pd.testing.assert_frame_equal(orders, untouched)
    assert lost > 30
    assert reached > 10


def orders(*lines):
    """Orders of one line each: number, vehicle, owner, opened, amount."""
    columns = ("order_id", "vin", "owner_type", "opened_at", "amount")
    read = [dict(zip(columns, line, strict=True)) for line in lines]
    return frame(
        "repair_orders",
        [{**o, "opened_at": dt.datetime.fromisoformat(o["opened_at"]), "advisor": "甲"} for o in read],
    )


def calls(*lines):
    columns = ("vin", "called_at", "result", "reason")
    read = [dict(zip(columns, line, strict=True)) for line in lines]
    return frame("churn_calls", [{**c, "called_at": dt.datetime.fromisoformat(c["called_at"])} for c in read])


APRIL = pd.Period("2024-04")
STORE = orders(
    ("R1", "LSV-01", "private", "2023-10-31 23:59", 100.0),
    ("R0", "LSV-01", "private", "2022-11-01 00:00", 7.0),  # 12 months back
    ("R9", "LSV-01", "private", "2022-10-31 23:59", 5000.0),  # and the 13th
    ("R2", "LSV-02", "private", "2023-10-01 00:00", None),  # no amount known: last of the list
    ("R3", "LSV-03", "private", "2023-10-01 09:00", 0.0),
    ("R4", "LSV-04", "private", "2023-10-02 09:00", 300.0),
    ("R5", "LSV-04", "private", "2024-04-30 23:59", 1.0),  # back on the last day
    ("R6", "LSV-05", "private", "2023-10-03 09:00", 300.0),
    ("R7", "LSV-05", "fleet", "2023-10-03 09:00", 1.0),  # the greater number: fleet
    ("R8", "0000000", "private", "2023-10-03 09:00", 9.0),  # no vehicle
)
CALLS = calls(
    ("LSV-01", "2024-04-02 09:00", "no_answer", None),
    ("LSV-01", "2024-04-03 09:00", "reached", "mileage_not_due"),
    ("LSV-02", "2024-04-02 09:00", "reached", "went_elsewhere"),
    ("LSV-02", "2024-05-01 00:00", "one_visit", None),  # after the month
    ("LSV-03", "2024-04-02 09:00", "one_visit", None),
    ("LSV-05", "2024-04-02 09:00", "reached", "too_far"),
    ("LSV-99", "2024-04-02", "reached", None),
)


def test_edges_by_hand():
    made = private_churn.figures(STORE, CALLS, APRIL)
    assert not differing(
        made,
        {
            "churn.private_cohort": 4,
            "churn.private_rate": 0.75,
            "churn.known_lost": 1,
            "churn.lost_low": 0.25,
            "churn.lost_high": 0.25,
            "churn.lost_best": 2 * (1 - 1 / 2) / 4,
        },
    )
    listed = plain(private_churn.call_list(STORE, CALLS, APRIL))
    assert [(r["order_id"], r["days"], r["amount"], r["result"], r["reason"]) for r in listed] == [
        ("R1", 182, 107.0, "reached", "mileage_not_due"),
        ("R3", 212, 0.0, "one_visit", None),
        ("R2", 212, None, "reached", "went_elsewhere"),
    ]
    (of,) = private_churn.by_month(STORE, CALLS, [APRIL])
    assert private_churn.bridge(of).to_numpy().tolist() == [
        ["private_cohort", 4, "total"],
        ["returned", 1, "minus"],
        ["to_call", 3, "total"],
        ["one_visit", 1, "minus"],
        ["not_due", 1, "minus"],
        ["not_reached", 0, "minus"],
        ["known_lost", 1, "total"],
        ["fleet_cohort", 1, "beside"],
        ["fleet_lost", 1, "beside"],
    ]


def test_what_cannot_be_known_is_none():
    bounds = ("churn.known_lost", "churn.lost_low", "churn.lost_high", "churn.lost_best")
    absent = private_churn.figures(STORE, None, APRIL)
    assert [absent[b] for b in bounds] == [None] * 4
    assert absent["churn.private_rate"] == 0.75
    assert private_churn.call_list(STORE, None, APRIL)["result"].isna().all()
    empty = private_churn.figures(
        STORE, calls(), APRIL
    )  # nobody was called: nothing is known, everybody may be lost
    assert [empty[b] for b in bounds] == [0, 0, 0.75, None]
    nobody = private_churn.figures(STORE, CALLS, pd.Period("2024-03"))
    assert [nobody[b] for b in bounds] == [None] * 4
    assert (nobody["churn.private_cohort"], nobody["churn.private_rate"]) == (0, None)
    assert set(private_churn.figures(None, CALLS, APRIL).values()) == {None}
    assert (
        len(private_churn.call_list(None, CALLS, APRIL))
        == len(private_churn.call_list(orders(), CALLS, APRIL))
        == 0
    )
    (of,) = private_churn.by_month(STORE, None, [APRIL])
    assert private_churn.bridge(of)["step"].tolist() == [
        "private_cohort",
        "returned",
        "to_call",
        "fleet_cohort",
        "fleet_lost",
    ]
    assert len(private_churn.bridge(private_churn.by_month(None, None, [APRIL])[0])) == 0


def waits(store, month, months=24):
    """Days from each day a private vehicle came to its next, or to the month's end; whether it came."""
    days, owner = {}, {}
    for o in sorted(store, key=lambda o: (o["opened_at"], o["order_id"])):
        if is_vehicle(o["vin"]) and month_of(o["opened_at"]) <= number(month):
            days.setdefault(o["vin"], set()).add(o["opened_at"].date())
            owner[o["vin"]] = o["owner_type"]
    out = []
    for vin, came in days.items():
        came = sorted(came)
        for day, next_day in zip(came, [*came[1:], None], strict=True):
            if owner[vin] == "private" and day.year * 12 + day.month - 1 > number(month) - months:
                out.append((((next_day or (after(month) - DAY).date()) - day).days, next_day is not None))
    return out


@pytest.mark.parametrize("months", [24, 3])
def test_the_curve_of_returns_against_plain_loops(months):
    for seed in SEEDS[::3]:
        store = rows(seed)
        orders = frame("repair_orders", store["repair_orders"])
        for month in MONTHS[1:]:
            curve = private_churn.returning(orders, month, months)
            found = waits(store["repair_orders"], month, months)
            assert curve["events"].sum() == sum(back for _, back in found)
            assert dict(zip(curve["time"], curve["events"] + curve["censored"], strict=True)) == {
                t: sum(w == t for w, _ in found) for t in {w for w, _ in found}
            }
            assert ((curve["back"] >= 0) & curve["back"].is_monotonic_increasing).all()


def test_half_are_back_after_so_many_days():
    # of 6 waits 3 end after 31 days: those of three cars in January; the third's last and two others' go on
    came = [(i, k) for i in range(3) for k in (1, 2)]
    t = orders(*((f"R{i}{k}", f"LSV-{i:02d}", "private", f"2024-0{k}-01 09:00", 1.0) for i, k in came))
    curve = private_churn.returning(t, APRIL)
    assert private_churn.median_days(curve) == time_until(curve, 0.5) == 31
    assert private_churn.median_days(private_churn.returning(None, APRIL)) is None
    assert private_churn.median_days(private_churn.returning(orders(), APRIL)) is None

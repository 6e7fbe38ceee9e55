"""Returned cars against a count in plain loops, and the edges of days and kilometres."""

import datetime as dt

import pandas as pd
from random_store import MONTHS, SEEDS, differing, frame, is_vehicle, month_of, number, plain, rows, share

from aftersales.metrics import returns


def count(orders, month, days=30, km=2000):
    """The figures, and of each returned order the earliest later one: number, days, kilometres."""
    known = [o for o in orders if o["order_type"] in ("repair", "warranty") and is_vehicle(o["vin"])]
    first = [o for o in known if month_of(o["opened_at"]) == number(month) - 1]
    back = {}
    for o in first:
        fits = []
        for other in known:
            apart = (other["opened_at"].date() - o["opened_at"].date()).days
            if (
                other["vin"] != o["vin"]
                or not 1 <= apart <= days
                or month_of(other["opened_at"]) > number(month)
            ):
                continue
            both = None not in (o["mileage_km"], other["mileage_km"])
            if both and abs(other["mileage_km"] - o["mileage_km"]) > km:
                continue
            fits.append(
                (
                    other["opened_at"],
                    other["order_id"],
                    apart,
                    other["mileage_km"] - o["mileage_km"] if both else None,
                )
            )
        if fits:
            _, number_of, apart, driven = min(fits, key=lambda f: f[:2])
            back[o["order_id"]] = (o["advisor"], number_of, apart, driven, apart <= 10)
    return {
        "ftf.return_orders": len(first),
        "ftf.returned": len(back),
        "ftf.return_rate": share(len(back), len(first)),
    }, back


def told(table):
    return {
        r["order_id"]: (r["advisor"], r["returned_order_id"], r["days"], r["km"], r["red_line"])
        for r in plain(table)
    }


def test_against_plain_loops():
    back = 0
    for seed in SEEDS:
        store = rows(seed)
        t = frame("repair_orders", store["repair_orders"]).sample(frac=1, random_state=seed)
        untouched, many = t.copy(), returns.by_month(t, MONTHS)
        for month, of in zip(MONTHS, many, strict=True):
            figures, listed = count(store["repair_orders"], month)
            made = {f"ftf.{k}": v for k, v in of.items()}
            assert set(made) == set(figures)
            assert not differing(made, figures)
            assert told(returns.table(t, month)) == listed
            back += len(listed)
        pd.testing.assert_frame_equal(t, untouched)
    assert back > 20


def test_other_limits_are_params():
    for seed in SEEDS[::3]:
        orders = rows(seed)["repair_orders"]
        figures, listed = count(orders, MONTHS[2], 10, 0)
        assert not differing(returns.figures(frame("repair_orders", orders), MONTHS[2], 10, 0), figures)
        assert told(returns.table(frame("repair_orders", orders), MONTHS[2], 10, 0)) == listed


def orders(*lines):
    """Orders of one line each: number, vehicle, type, opened, mileage."""
    columns = ("order_id", "vin", "order_type", "opened_at", "mileage_km")
    read = [dict(zip(columns, line, strict=True)) for line in lines]
    return frame(
        "repair_orders",
        [{**o, "opened_at": dt.datetime.fromisoformat(o["opened_at"]), "advisor": "甲"} for o in read],
    )


def test_edges_by_hand():
    t = orders(
        ("A1", "LSV-A1", "repair", "2024-03-01 23:59", 10_000),
        ("A2", "LSV-A1", "warranty", "2024-03-31 00:01", 12_000),  # 30 days, 2,000 km
        ("B1", "LSV-B1", "repair", "2024-03-01 08:00", 10_000),
        ("B2", "LSV-B1", "repair", "2024-04-01 08:00", 10_000),  # 31 days
        ("C1", "LSV-C1", "repair", "2024-03-05 08:00", 10_000),
        ("C2", "LSV-C1", "repair", "2024-03-06 07:00", 7_999),  # 2,001 km down
        ("D1", "LSV-D1", "repair", "2024-03-05 08:00", None),
        ("D2", "LSV-D1", "repair", "2024-03-15 08:00", 90_000),  # mileage unknown: red line
        ("E1", "LSV-E1", "repair", "2024-03-05 08:00", 10_000),
        ("E2", "LSV-E1", "maintenance", "2024-03-15 08:00", 10_000),  # no repair
        ("F1", "LSV-F1", "repair", "2024-03-05 08:00", 10_000),
        ("F2", "LSV-F1", "repair", "2024-03-05 18:00", 10_000),  # the same day
        ("G1", "LSV-G1", "repair", "2024-03-20 08:00", 10_000),
        ("G2", "LSV-G1", "repair", "2024-03-22 08:00", 15_000),  # the first too far,
        ("G3", "LSV-G1", "repair", "2024-04-02 08:00", 10_500),  # the second not: of both
        ("H1", "无", "repair", "2024-03-05 08:00", 10_000),
        ("H2", "无", "repair", "2024-03-06 08:00", 10_000),  # no vehicle
        ("I1", "LSV-I1", "repair", "2024-03-10 08:00", 10_000),
        ("I3", "LSV-I1", "repair", "2024-03-12 08:00", 10_002),
        (
            "I2",
            "LSV-I1",
            "repair",
            "2024-03-12 08:00",
            10_001,
        ),  # two at one instant: the smaller number is the earlier
        ("J1", "LSV-J1", "repair", "2024-04-25 08:00", 10_000),
        ("J2", "LSV-J1", "repair", "2024-05-02 08:00", 10_001),  # April's report does not ask
    )
    april = pd.Period("2024-04")
    assert told(returns.table(t, april)) == {
        "A1": ("甲", "A2", 30, 2000, False),
        "D1": ("甲", "D2", 10, None, True),
        "G1": ("甲", "G3", 13, 500, False),
        "I1": ("甲", "I2", 2, 1, True),
    }
    # A1 A2 B1 C1 C2 D1 D2 E1 F1 F2 G1 G2 I1 I2 I3: H has no vehicle
    assert returns.figures(t, april) == {
        "ftf.return_orders": 15,
        "ftf.returned": 4,
        "ftf.return_rate": 4 / 15,
    }
    assert returns.table(t, april)["days"].is_monotonic_increasing
    assert returns.figures(t, pd.Period("2024-05"))["ftf.returned"] == 1


def test_none_and_nothing():
    april = pd.Period("2024-04")
    assert set(returns.figures(None, april).values()) == {None}
    assert returns.figures(orders(), april) == {
        "ftf.return_orders": 0,
        "ftf.returned": 0,
        "ftf.return_rate": None,
    }
    assert (
        list(returns.table(None, april).columns)
        == list(returns.table(orders(), april).columns)
        == returns.RETURNS
    )
    assert returns.by_month(orders(), []) == []


def test_one_vehicle_that_comes_hundreds_of_times_takes_no_time():
    lines = [
        (f"R{i:04d}", "LSVTEST", "repair", f"2024-03-{1 + i % 31:02d} 08:{i % 60:02d}", 10_000 * i)
        for i in range(1500)
    ]
    assert returns.figures(orders(*lines), pd.Period("2024-04"))["ftf.returned"] == 0


def test_the_trend_is_each_month_s_own_figure(deck, month):
    rows = returns.trend(deck.repair_orders, month)
    assert rows["month"].tolist() == [str(month - back) for back in range(11, -1, -1)]
    for row in rows.to_dict("records"):
        alone = returns.figures(deck.repair_orders, pd.Period(row["month"]))
        assert (row["returned"], row["return_rate"]) == (alone["ftf.returned"], alone["ftf.return_rate"])

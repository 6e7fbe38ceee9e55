"""Deliveries against a count in plain loops, and the edges of the promise."""

import pandas as pd
import pytest
from random_store import (
    HOUR,
    MINUTE,
    MONTHS,
    SEEDS,
    differing,
    frame,
    month_of,
    number,
    plain,
    quantile,
    rows,
    same,
    share,
    timed,
)

from aftersales.contract.statistics import wilson
from aftersales.metrics import delivery


def count(orders, month, grace=15):
    """The figures, and orders and those on time by advisor, hour and type."""
    now = [o for o in orders if month_of(o["delivered_at"]) == number(month)]
    both = [o for o in now if timed(o["promised_at"]) and timed(o["delivered_at"])]
    on_time = [o for o in both if o["delivered_at"] - o["promised_at"] <= grace * MINUTE]
    hours = [
        (o["delivered_at"] - o["opened_at"]) / HOUR
        for o in now
        if timed(o["opened_at"]) and timed(o["delivered_at"])
    ]
    figures = {
        "delivery.orders": len(both),
        "delivery.on_time": len(on_time),
        "delivery.rate": share(len(on_time), len(both)),
        "delivery.late_30": sum(o["delivered_at"] - o["promised_at"] > 30 * MINUTE for o in both),
        "delivery.hours_median": quantile(hours, 0.5),
        "delivery.hours_p90": quantile(hours, 0.9),
    }

    def by(key):
        return {
            k: (sum(key(o) == k for o in both), sum(key(o) == k for o in on_time))
            for k in {key(o) for o in both}
        }

    return (
        figures,
        by(lambda o: o["advisor"]),
        by(lambda o: o["promised_at"].hour),
        by(lambda o: o["order_type"]),
    )


def pairs(table, key):
    return {r[key]: (r["orders"], r["on_time"]) for r in plain(table)}


def test_against_plain_loops():
    delivered = 0
    for seed in SEEDS:
        store = rows(seed)
        t = frame("repair_orders", store["repair_orders"]).sample(frac=1, random_state=seed)
        untouched = t.copy()
        many = delivery.by_month(t, MONTHS, 15)
        persons = plain(delivery.advisors_by_month(t, MONTHS))
        for month, of in zip(MONTHS, many, strict=True):
            figures, advisors, hours, kinds = count(store["repair_orders"], month)
            made = {f"delivery.{k}": v for k, v in of.items()}
            assert set(made) == set(figures)
            assert not differing(made, figures)
            advisors.pop(None, None)
            assert {
                r["advisor"]: (r["orders"], r["on_time"]) for r in persons if r["month"] == str(month)
            } == advisors
            delivered += figures["delivery.orders"]
            if month != MONTHS[seed % 3]:
                continue
            assert delivery.figures(t, month) == made
            assert pairs(delivery.advisors(t, month), "advisor") == advisors
            assert pairs(delivery.by_hour(t, month), "hour") == hours
            assert pairs(delivery.by_order_type(t, month), "order_type") == kinds
        pd.testing.assert_frame_equal(t, untouched)
    assert delivered > 100


@pytest.mark.parametrize("grace", [0, 15, 30.5])
def test_the_grace_is_a_param(grace):
    store = rows(3)
    figures, *_ = count(store["repair_orders"], MONTHS[2], grace)
    assert not differing(
        delivery.figures(frame("repair_orders", store["repair_orders"]), MONTHS[2], grace), figures
    )


def orders(*lines):
    """Orders of one line each: advisor, type, opened, promised, delivered."""
    columns = ("advisor", "order_type", "opened_at", "promised_at", "delivered_at")
    read = [dict(zip(columns, line, strict=True)) for line in lines]
    return frame(
        "repair_orders",
        [
            {
                **o,
                **{c: None if o[c] is None else pd.Timestamp(o[c]) for c in columns[2:]},
                "order_id": f"R{i}",
            }
            for i, o in enumerate(read)
        ],
    )


def test_edges_by_hand():
    t = orders(
        (
            "甲",
            "repair",
            "2024-04-01 08:00",
            "2024-04-01 10:00",
            "2024-04-01 10:15",
        ),  # on the last minute of grace
        ("甲", "repair", "2024-04-01 08:00", "2024-04-01 10:00", "2024-04-01 10:16"),
        ("乙", None, "2024-04-01 08:00", "2024-04-01 10:00", "2024-04-01 10:30"),  # 30 minutes sharp
        (None, None, "2024-04-01 08:00", "2024-04-01 10:00", "2024-04-01 10:31"),
        ("乙", None, "2024-04-01 08:00", None, "2024-04-01 18:00"),  # no promise: only its hours count
        ("乙", None, "2024-04-01 08:00", "2024-04-02 00:00", "2024-04-01 18:00"),  # promised for a day
        ("乙", None, "2024-04-01 00:00", "2024-04-01 10:00", "2024-04-01 09:00"),  # opened on a day: no hours
        (
            "乙",
            None,
            "2024-03-31 08:00",
            "2024-03-31 10:00",
            "2024-03-31 23:59",
        ),  # delivered the month before
        ("乙", None, "2024-04-30 08:00", "2024-04-30 10:00", "2024-05-01 08:00"),  # and the month after
    )
    april = delivery.figures(t, pd.Period("2024-04"))
    hours = [2.25, 2.25 + 1 / 60, 2.5, 2.5 + 1 / 60, 10, 10]
    assert not differing(
        april,
        {
            "delivery.orders": 5,
            "delivery.on_time": 2,
            "delivery.rate": 0.4,
            "delivery.late_30": 1,
            "delivery.hours_median": (hours[2] + hours[3]) / 2,
            "delivery.hours_p90": 10,
        },
    )
    # 乙: the late one, and the one opened on a day, whose promise was kept
    assert pairs(delivery.advisors(t, pd.Period("2024-04")), "advisor") == {"甲": (2, 1), "乙": (2, 1)}
    assert delivery.left_out(t, pd.Period("2024-04")) == {"delivered": 7, "without_promise": 1, "days": 1}


def test_days_tell_no_hours_and_nothing_is_no_table():
    april = pd.Period("2024-04")
    days = orders(("甲", "repair", "2024-04-01", "2024-04-02", "2024-04-02"))
    assert delivery.figures(days, april) == {
        "delivery.orders": 0,
        "delivery.on_time": 0,
        "delivery.rate": None,
        "delivery.late_30": 0,
        "delivery.hours_median": None,
        "delivery.hours_p90": None,
    }
    assert delivery.figures(orders(), april) == delivery.figures(days, april)
    assert set(delivery.figures(None, april).values()) == {None}
    for table in (delivery.advisors, delivery.by_hour, delivery.by_order_type):
        assert len(table(None, april)) == len(table(days, april)) == len(table(orders(), april)) == 0
        assert list(table(None, april).columns) == list(table(days, april).columns)
    assert (
        len(delivery.advisors_by_month(None, [april]))
        == len(delivery.advisors_by_month(orders(), [april]))
        == 0
    )
    assert delivery.by_month(days, []) == []


def test_who_is_late_beyond_chance_is_marked():
    lines = [
        (a, "repair", "2024-04-01 08:00", "2024-04-01 10:00", f"2024-04-01 10:{'31' if i < late else '01'}")
        for a, late in (("甲", 10), ("乙", 10), ("丙", 12), ("慢", 40))
        for i in range(100)
    ]
    table = delivery.advisors(orders(*lines), pd.Period("2024-04"))
    assert table["advisor"].tolist() == ["慢", "丙", "乙", "甲"]
    assert table["outside"].tolist() == ["99.8", None, "95", "95"]  # the slow one takes the mean down
    row = table.iloc[0]
    assert (row["low"], row["high"]) == wilson(60, 100)
    assert all(same(r["rate"], r["on_time"] / r["orders"]) for r in plain(table))


def test_the_trend_is_each_month_s_own_figure(deck, month, settings):
    rows = delivery.trend(deck.repair_orders, month, settings.grace_minutes)
    assert rows["month"].tolist() == [str(month - back) for back in range(11, -1, -1)]
    for row in rows.to_dict("records"):
        alone = delivery.figures(deck.repair_orders, pd.Period(row["month"]), settings.grace_minutes)
        assert (row["orders"], row["rate"]) == (alone["delivery.orders"], alone["delivery.rate"])

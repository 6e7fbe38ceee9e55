"""Backlog, repeats and time to close against a count in plain loops, and the edges of hours."""

import datetime as dt
from collections import Counter

import pandas as pd
import pytest
from random_store import (
    DAY,
    HOUR,
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
    same,
    share,
    timed,
)

from aftersales.metrics import complaint_handling as handling
from aftersales.metrics import watched

BUCKETS = ["0-24", "24-48", "48-72", "72+"]


def hours_of(complaint, month):
    """Hours to close, or to the month's end; whether it was closed. None where a stamp is a day."""
    end = after(month)
    closed = complaint["status"] == "closed" and complaint["closed_at"] < end
    if not timed(complaint["received_at"]) or (closed and not timed(complaint["closed_at"])):
        return None
    return ((complaint["closed_at"] if closed else end) - complaint["received_at"]) / HOUR, closed


def first_time_a_tenth_is_left(waits):
    left = 1.0
    for time in sorted({h for h, _ in waits}):
        left *= 1 - sum(h == time and c for h, c in waits) / sum(h >= time for h, _ in waits)
        if left <= 0.1 + 1e-9:
            return time
    return None


def count(complaints, orders, month):
    """The figures, and the rows of ageing and of channels."""
    end, now = after(month), [c for c in complaints if month_of(c["received_at"]) == number(month)]

    def closed(c):
        return c["status"] == "closed" and c["closed_at"] < end

    vehicle = {o["order_id"]: o["vin"] for o in orders if o["opened_at"] < end and is_vehicle(o["vin"])}
    known = [c for c in now if c["order_id"] in vehicle]
    repeats = sum(
        any(
            vehicle.get(b["order_id"]) == vehicle[c["order_id"]]
            and 0 * HOUR < c["received_at"] - b["received_at"] <= 720 * HOUR
            for b in complaints
        )
        for c in known
    )
    waits = [w for c in now if (w := hours_of(c, month))]
    due = [c for c in now if c["received_at"] <= end - 14 * DAY]

    def soon(c):
        if timed(c["received_at"]) and timed(c["closed_at"]):
            return c["closed_at"] - c["received_at"] <= 336 * HOUR
        return (c["closed_at"].date() - c["received_at"].date()).days <= 14

    figures = {
        "complaints.backlog": sum(
            month_of(c["received_at"]) < number(month) and not closed(c) for c in complaints
        ),
        "complaints.repeats": repeats if known else None,
        "complaints.hours_to_close_p90": first_time_a_tenth_is_left(waits),
        "complaints.closed_14_rate": share(sum(closed(c) and soon(c) for c in due), len(due)),
    }
    aged = Counter((BUCKETS[(h > 24) + (h > 48) + (h > 72)], c) for h, c in waits)
    return figures, {b: (aged[b, True], aged[b, False]) for b in BUCKETS}, Counter(c["channel"] for c in now)


def test_against_plain_loops():
    told = Counter()
    for seed in SEEDS:
        store = rows(seed)
        complaints, orders = (
            frame("complaints", store["complaints"]),
            frame("repair_orders", store["repair_orders"]),
        )
        if complaints is not None:
            complaints = complaints.sample(frac=1, random_state=seed)
            untouched = complaints.copy()
        many = handling.by_month(complaints, orders, MONTHS)
        for month, of in zip(MONTHS, many, strict=True):
            made = {f"complaints.{k}": of[k] for k in handling.FIGURES}
            assert month != MONTHS[0] or handling.figures(complaints, orders, month) == made
            ages, channels = handling.ageing(complaints, month), handling.channels(complaints, month)
            if complaints is None:
                assert set(made.values()) == {None}
                assert len(ages) == len(channels) == 0
                continue
            figures, aged, by_channel = count(store["complaints"], store["repair_orders"], month)
            assert not differing(made, figures)
            assert [(r["bucket"], (r["closed"], r["open"])) for r in plain(ages)] == list(aged.items())
            assert {r["channel"]: r["count"] for r in plain(channels)} == by_channel
            assert all(same(r["share"], r["count"] / by_channel.total()) for r in plain(channels))
            assert handling.left_out(complaints, month) == by_channel.total() - sum(
                sum(n) for n in aged.values()
            )
            told.update(k for k, v in figures.items() if v)
        if complaints is not None:
            pd.testing.assert_frame_equal(complaints, untouched)
    assert all(told[f"complaints.{name}"] > 3 for name in handling.FIGURES), told


def complaints(*lines):
    """Complaints of one line each: order, received, closed (None: open)."""
    read = [
        {
            "complaint_id": f"T{i}",
            "order_id": order,
            "received_at": dt.datetime.fromisoformat(received),
            "closed_at": closed and dt.datetime.fromisoformat(closed),
            "status": "closed" if closed else "open",
        }
        for i, (order, received, closed) in enumerate(lines)
    ]
    return frame("complaints", read)


ORDERS = frame(
    "repair_orders",
    [
        {"order_id": n, "vin": vin, "opened_at": dt.datetime(2024, 2, 1, 9)}
        for n, vin in (("R1", "LSV-01"), ("R2", "LSV-01"), ("R3", "无"), ("R4", "LSV-04"))
    ]
    + [{"order_id": "R9", "vin": "LSV-01", "opened_at": dt.datetime(2024, 5, 1)}],
)
APRIL = pd.Period("2024-04")


def one(name, *lines, orders=ORDERS):
    return handling.figures(complaints(*lines), orders, APRIL)[f"complaints.{name}"]


def test_what_came_again():
    first = ("R1", "2024-03-11 10:00", "2024-03-12 10:00")
    assert (
        one("repeats", first, ("R2", "2024-04-10 10:00", None)) == 1
    )  # 30 × 24 hours sharp, another order of the car
    assert one("repeats", first, ("R2", "2024-04-10 10:01", None)) == 0
    assert (
        one("repeats", ("R1", "2024-04-10 10:00", None), ("R2", "2024-04-10 10:00", None)) == 0
    )  # at one instant
    assert (
        one(
            "repeats",
            ("R1", "2024-04-10 10:00", None),
            ("R2", "2024-04-10 10:00", None),
            ("R1", "2024-04-11 09:00", None),
        )
        == 1
    )
    assert one("repeats", first, ("R2", "2024-04-10 10:00", None), ("R2", "2024-04-10 10:00", None)) == 2
    assert one("repeats", first, ("R4", "2024-04-02 10:00", None)) == 0
    # no complaint of the month names an order that is known, of a vehicle that is, by the month's end
    for unknown in ("R3", "R8", "R9", None):
        assert one("repeats", first, (unknown, "2024-04-02 10:00", None)) is None
    assert one("repeats", first) is None
    assert one("repeats", ("R2", "2024-04-02 10:00", None), orders=None) is None


def test_how_long_closing_takes():
    quick = ("R1", "2024-04-02 10:00", "2024-04-02 12:00")
    slow = ("R1", "2024-04-02 10:00", "2024-04-12 10:00")
    waits = ("R1", "2024-04-30 22:00", None)  # two hours at the month's end: closings come first
    assert one("hours_to_close_p90", *[quick] * 9, slow) == 2
    assert one("hours_to_close_p90", *[quick] * 8, slow, slow) == 240
    assert one("hours_to_close_p90", *[quick] * 9, waits) == 2
    assert one("hours_to_close_p90", *[quick] * 8, waits, slow) == 240
    assert one("hours_to_close_p90", *[quick] * 8, waits, waits) is None
    assert one("hours_to_close_p90", waits) is None
    assert one("hours_to_close_p90") is None
    assert (
        one(
            "hours_to_close_p90", ("R1", "2024-04-02", "2024-04-03"), ("R1", "2024-04-02 10:00", "2024-04-03")
        )
        is None
    )


@pytest.mark.parametrize(
    ("received", "closed", "rate"),
    [
        ("2024-04-17 00:00", "2024-04-30 23:59", 1),
        ("2024-04-17 00:01", "2024-04-17 09:00", None),  # 14 × 24 hours before the end
        ("2024-04-02 10:00", "2024-04-16 10:00", 1),
        ("2024-04-02 10:00", "2024-04-16 10:01", 0),
        ("2024-04-02", "2024-04-16", 1),
        ("2024-04-02", "2024-04-17", 0),  # in days
        ("2024-04-02 10:00", "2024-04-16", 1),
        ("2024-04-02", "2024-04-16 18:00", 1),
        ("2024-04-02 10:00", "2024-04-17", 0),
        ("2024-04-02 10:00", None, 0),
        ("2024-04-02 10:00", "2024-05-01", 0),
    ],
)
def test_closed_in_14_days(received, closed, rate):
    assert one("closed_14_rate", ("R1", received, closed)) == rate


def test_ageing_has_sharp_bounds():
    t = complaints(
        ("R1", "2024-04-02 10:00", "2024-04-03 10:00"),
        ("R1", "2024-04-02 10:00", "2024-04-03 10:01"),
        ("R1", "2024-04-02 10:00", "2024-04-04 10:00"),
        ("R1", "2024-04-02 10:00", "2024-04-05 10:00"),
        ("R1", "2024-04-02 10:00", "2024-05-01 00:00"),  # closed after the month: open
        ("R1", "2024-04-29 01:00", None),
        ("R1", "2024-04-30 00:00", None),  # the last is a day
        ("R1", "2024-03-02 10:00", None),  # the backlog
    )
    assert handling.ageing(t, APRIL).to_numpy().tolist() == [
        ["0-24", 1, 0],
        ["24-48", 2, 1],
        ["48-72", 1, 0],
        ["72+", 0, 1],
    ]
    assert handling.ageing(complaints(), APRIL)["closed"].tolist() == [0, 0, 0, 0]
    assert handling.figures(t, None, APRIL)["complaints.backlog"] == 1
    assert list(handling.channels(complaints(), APRIL).columns) == ["channel", "count", "share"]
    assert handling.figures(complaints(), ORDERS, APRIL) == {
        "complaints.backlog": 0,
        "complaints.repeats": None,
        "complaints.hours_to_close_p90": None,
        "complaints.closed_14_rate": None,
    }


def test_the_list_of_those_that_wait_against_a_plain_loop(deck, month, settings):
    """As the findings count them and the call list names them: open, and longer than was promised."""
    end, limit = pd.Timestamp("2024-05-01"), settings.promised_hours["close"]
    waits = {}
    for row in deck.complaints.to_dict("records"):
        is_open = row["status"] != "closed" or not row["closed_at"] < end
        hours = (end - row["received_at"]).total_seconds() / 3600
        if row["received_at"] < end and is_open and hours > limit:
            waits[row["complaint_id"]] = hours - limit
    table = handling.waiting(deck.complaints, month, settings.promised_hours)
    assert dict(zip(table["complaint_id"], table["over_hours"], strict=True)) == pytest.approx(waits)
    assert len(waits) >= 2
    assert table["received_at"].is_monotonic_increasing
    found = watched.judged(deck, month, settings).findings
    listed = next(one for one in found if one.figure == "complaints.open" and one.rule == "cases")
    assert list(listed.cases) == table["complaint_id"].tolist()
    assert handling.waiting(None, month, settings.promised_hours).empty

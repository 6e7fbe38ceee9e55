"""Bookings against slides 24 and 25, and counted once more by plain loops."""

import random

import pandas as pd
import pytest

from aftersales.contract.schema import CODES
from aftersales.metrics import bookings

MONTH = pd.Period("2024-04")


def test_slides_24_and_25(deck, month):
    """Slide 24 prints 1,494 visits and 515 booked arrivals, slide 25 a booking rate of 34.5 %."""
    found = bookings.figures(deck.bookings, deck.repair_orders, month)
    assert (found["booking.visits"], found["booking.arrived"]) == (1494, 515)
    assert found["booking.rate"] * 100 == pytest.approx(34.5, abs=0.05)


@pytest.mark.parametrize("seed", range(8))
def test_every_rate_is_a_ratio_of_counts(seed):
    chance = random.Random(seed)
    rows = [
        {
            "planned_at": pd.Timestamp(
                2024, chance.choice((3, 4)), chance.randint(1, 30), chance.randint(0, 23)
            ),
            "status": chance.choice(list(CODES["booking_status"])),
            "proactive": chance.random() < 0.5,
        }
        for _ in range(chance.choice((0, 1, 40)))
    ]
    orders = pd.DataFrame(
        {"opened_at": pd.to_datetime(["2024-03-31 23:59", "2024-04-01 00:00", "2024-04-30 23:59"])}
    )
    frame = pd.DataFrame(rows, columns=["planned_at", "status", "proactive"])
    frame["planned_at"] = pd.to_datetime(frame["planned_at"])
    found = bookings.figures(frame, orders, MONTH)
    mine = [row for row in rows if row["planned_at"].month == 4]
    missed = sum(row["status"] == "no_show" for row in mine)
    came = sum(row["status"] in ("on_time", "early", "late") for row in mine)
    assert found["booking.booked"] == len(mine)
    assert found["booking.visits"] == 2
    assert found["booking.rate"] == pytest.approx(came / 2)
    assert found["booking.no_show_rate"] == (pytest.approx(missed / len(mine)) if mine else None)
    assert found["booking.kept_rate"] == (pytest.approx(came / len(mine)) if mine else None)


def test_a_table_that_is_absent_is_unknown_and_an_empty_one_counts_none():
    orders = pd.DataFrame({"opened_at": pd.to_datetime(["2024-04-01"])})
    absent = bookings.figures(None, orders, MONTH)
    assert absent == {
        f"booking.{n}": None
        for n in ("booked", "arrived", "rate", "kept_rate", "proactive_share", "no_show_rate")
    } | {"booking.visits": 1}
    empty = pd.DataFrame({"planned_at": pd.to_datetime([]), "status": [], "proactive": []})
    assert bookings.figures(empty, orders, MONTH)["booking.booked"] == 0
    assert bookings.figures(empty, orders, MONTH)["booking.no_show_rate"] is None
    assert bookings.trend(None, orders, MONTH).empty


def test_a_cancelled_booking_is_no_no_show_and_twelve_months_lead_up():
    planned = pd.to_datetime(["2024-04-02", "2024-04-03", "2024-04-04", "2023-05-01"])
    frame = pd.DataFrame(
        {"planned_at": planned, "status": ["no_show", "cancelled", "late", "no_show"], "proactive": False}
    )
    trend = bookings.trend(frame, None, MONTH)
    assert len(trend) == 12
    assert trend["no_show_rate"].tolist()[0] == 1
    assert trend["no_show_rate"].tolist()[-1] == pytest.approx(1 / 3)
    assert bookings.status(frame, MONTH).set_index("status").loc["no_show", "count"] == 1

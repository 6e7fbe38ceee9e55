"""Chapter 4 against slide 17, and what the end of the month cuts off."""

import pandas as pd
import pytest

from aftersales import findings
from aftersales.contract import params
from aftersales.metrics import complaints, watched

# cause: weeks 1 to 4 and the month as slide 17 prints them; shares with 整车 and 索赔 put right (slip S1)
SLIDE_17 = {
    "quality": (67, 37, 56, 50, 210, 33.8),
    "other": (41, 22, 28, 45, 136, 21.9),
    "time": (29, 37, 30, 9, 105, 16.9),
    "cost": (30, 27, 30, 18, 105, 16.9),
    "parts": (17, 6, 5, 9, 37, 6.0),
    "attitude": (1, 4, 8, 6, 19, 3.1),
    "vehicle": (5, 0, 1, 0, 6, 1.0),
    "warranty": (3, 0, 0, 0, 3, 0.5),
}


def test_slide_17(deck, month):
    rows = complaints.causes(deck.grievances, deck.survey_calls, month).set_index("cause")
    assert list(rows["month"]) == sorted(rows["month"], reverse=True)
    for cause, (*counts, share) in SLIDE_17.items():
        assert list(rows.loc[cause, ["w1", "w2", "w3", "w4", "month"]]) == counts
        assert rows.loc[cause, "share"] * 100 == pytest.approx(share, abs=0.05 + 1e-9)


def test_the_change_of_coding_in_week_four_is_found(deck, month):
    shift = complaints.causes_shift(deck.grievances, deck.survey_calls, month)
    assert shift["found"]
    assert (shift["week"], shift["falls"], shift["rises"]) == (4, "time", "other")
    even = complaints.causes_shift(deck.grievances, deck.survey_calls, month - 7)
    assert not even["found"]


def register(**changes) -> pd.DataFrame:
    row = {
        "complaint_id": "T1",
        "received_at": "2024-02-20 10:00",
        "channel": None,
        "level": "normal",
        "order_id": None,
        "category": "quality",
        "department": "workshop",
        "description": "x",
        "root_cause": None,
        "handling": None,
        "handler": None,
        "first_contact_at": "2024-02-20 11:30",
        "status": "closed",
        "closed_at": "2024-02-22 10:00",
        "satisfied": True,
    }
    frame = pd.DataFrame([row | changes])
    for column in ("received_at", "first_contact_at", "closed_at"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.astype({"satisfied": "boolean"})


def test_what_happens_after_the_month_does_not_count():
    late = register(closed_at="2024-03-01 00:00", first_contact_at="2024-03-01 09:00")
    february = complaints.figures(late, None, None, None, pd.Period("2024-02"))
    assert (february["complaints.open"], february["complaints.closed_rate"]) == (1, 0)
    assert february["complaints.hours_to_contact"] is None
    assert february["complaints.satisfied_rate"] is None
    in_time = complaints.figures(
        register(closed_at="2024-02-29 23:59"), None, None, None, pd.Period("2024-02")
    )
    assert (in_time["complaints.open"], in_time["complaints.satisfied_rate"]) == (0, 1)
    assert in_time["complaints.hours_to_contact"] == 1.5


def test_zero_is_not_null(month):
    none = complaints.figures(register().iloc[:0], None, None, None, month)
    assert (none["complaints.count"], none["complaints.closed_rate"]) == (0, None)
    assert complaints.figures(None, None, None, None, month)["complaints.count"] is None


def test_a_month_without_calls_has_no_mention(deck):
    quiet = pd.Period("2030-01")
    assert (
        complaints.figures(None, None, deck.grievances, deck.survey_calls, quiet)["complaints.mentions"] == 0
    )
    assert complaints.causes(deck.grievances, deck.survey_calls, quiet).empty
    assert not complaints.causes_shift(deck.grievances, deck.survey_calls, quiet)["found"]


def test_the_words_name_the_alarm_and_the_shift(deck, month):
    table = complaints.causes(deck.grievances, deck.survey_calls, month)
    tested = watched.judged(deck, month, params.load()).findings
    words = findings.complaints.causes(table, month, tested)
    assert "超过10%警戒线" in words["note"]
    assert "第4周“时间”减少而“其他”增加" in words["note"]
    assert "登记口径疑似改变" in words["note"]
    assert "时间" not in findings.complaints.causes(table, month)["note"]


def test_small_causes_count_as_one_in_the_test_of_weeks():
    """The deck's table, slide 17: 时间 falls to 9 in week 4, 其他 rises to 45."""
    weeks = {
        "quality": (67, 37, 56, 50),
        "other": (41, 22, 28, 45),
        "time": (29, 37, 30, 9),
        "cost": (30, 27, 30, 18),
        "parts": (17, 6, 5, 9),
        "attitude": (1, 4, 8, 6),
        "vehicle": (5, 0, 1, 0),
        "warranty": (3, 0, 0, 0),
    }
    table = pd.DataFrame([[c, *n] for c, n in weeks.items()], columns=["cause", *complaints.WEEKS])
    found = complaints.shift(table)
    assert found["p"] == pytest.approx(0.0004, abs=0.00005)
    assert (found["found"], found["week"], found["falls"], found["rises"]) == (True, 4, "time", "other")
    assert complaints.shift(table.head(1))["p"] is None
    assert complaints.shift(table.tail(3))["p"] is None


def test_a_day_takes_no_hours(deck, month):
    days = deck.complaints.assign(closed_at=deck.complaints["closed_at"].dt.normalize())
    figures = complaints.figures(days, deck.repair_orders, None, None, month)
    assert figures["complaints.hours_to_close"] is None
    assert figures["complaints.hours_to_contact"] is not None


def test_the_weeks_of_valid_calls_against_a_plain_loop(deck, month):
    weeks = [0, 0, 0, 0]
    for called, result in zip(deck.survey_calls["called_at"], deck.survey_calls["result"], strict=True):
        if str(called)[:7] == str(month) and result == "valid":
            weeks[min((called.day - 1) // 7, 3)] += 1
    assert complaints.valid_calls_by_week(deck.survey_calls, month) == weeks
    table = complaints.causes(deck.grievances, deck.survey_calls, month)
    words = findings.complaints.by_week(table, weeks, month)
    assert "、".join(map(str, weeks)) in words["note"]
    assert complaints.valid_calls_by_week(None, month) == []

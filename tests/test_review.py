"""Chapter 1 against slide 4, and what the end of the month cuts off."""

import pandas as pd
import pytest

from aftersales import demo, findings
from aftersales.chapters.context import Context
from aftersales.contract.months import within
from aftersales.contract.schema import ARRIVED, TABLES
from aftersales.contract.tables import Tables
from aftersales.display import tables as show
from aftersales.metrics import review, watched

APRIL = pd.Period("2024-04")


def test_slide_4(deck, month):
    rows = review.measures(deck.actions, month)
    assert len(rows) == 6
    assert rows["problem"].iloc[0] == "无预约工位"
    assert rows["measure"].iloc[0] == "增设二个预约工位"
    assert set(rows["owner"]) <= {"服务总监", "服务经理", "客户关爱总监"}
    figures = review.figures(deck.actions, month)
    assert figures["review.actions"] == sum(
        figures[f"review.{s}"] for s in ("done", "in_progress", "not_started")
    )


def test_an_action_done_after_the_month_is_in_progress_and_late(month):
    action = {
        "action_id": "A1",
        "month": "2024-03",
        "department": "front",
        "rank": 1.0,
        "problem": "p",
        "mot_item": None,
        "metric": None,
        "root_cause": None,
        "measure": "m",
        "owner": "o",
        "due": pd.Timestamp("2024-04-20"),
        "supervisor": None,
        "status": "done",
        "done_at": pd.Timestamp("2024-05-01"),
        "evidence": None,
    }
    row = review.measures(pd.DataFrame([action]), month).iloc[0]
    assert (row["status"], row["days_late"]) == ("in_progress", 10)
    on_time = review.measures(pd.DataFrame([action | {"done_at": pd.Timestamp("2024-04-18")}]), month).iloc[0]
    assert on_time["status"] == "done"
    assert pd.isna(on_time["days_late"])


@pytest.fixture(scope="module")
def loop(settings):
    """A made-up store in which 40 % more cars come by appointment from April on, and March's measures."""
    found = demo.generate(seed=11, months=26)
    orders, bookings = found["repair_orders"], found["bookings"]
    april = orders[within(orders["opened_at"], APRIL)]
    more = april.sample(frac=0.4, random_state=1)
    new = pd.DataFrame(
        {
            "store": more["store"],
            "booking_id": [f"NEW{n}" for n in range(len(more))],
            "created_at": more["opened_at"] - pd.Timedelta(days=2),
            "planned_at": more["opened_at"],
            "proactive": True,
            "status": sorted(ARRIVED)[0],
            "order_id": more["order_id"],
        }
    )
    found["bookings"] = pd.concat(
        [bookings, new[new.columns.intersection(bookings.columns)]], ignore_index=True
    )
    done = {"status": "done", "done_at": pd.Timestamp("2024-04-10"), "due": pd.Timestamp("2024-04-15")}
    said = {"evidence": "照片", "owner": "王主管", "supervisor": "李经理"}
    rows = [
        {"action_id": "WORKED", "department": "booking", "metric": "booking.rate", **done, **said},
        {
            "action_id": "NOTHING",
            "department": "workshop",
            "metric": "complaints.per_1000_visits",
            **done,
            **said,
        },
        {"action_id": "LATE", "department": "service", "metric": "css.valid_rate", **said}
        | {"status": "in_progress", "done_at": pd.NaT, "due": pd.Timestamp("2024-04-15")},
        {"action_id": "OWN", "department": "front", "mot_item": "lounge", **done, **said}
        | {"supervisor": "王主管"},
    ]
    blank = dict.fromkeys(found["actions"].columns)
    march = [
        blank | {"store": "店", "month": "2024-03", "rank": n, "problem": "p"} | row
        for n, row in enumerate(rows)
    ]
    others = found["actions"][found["actions"]["month"] != "2024-03"]
    found["actions"] = pd.concat([others, pd.DataFrame(march)], ignore_index=True).astype(
        found["actions"].dtypes
    )
    return Tables(store="店", **found)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_chapter_1_says_which_measure_worked_which_did_nothing_what_is_late_and_who_watches_himself(
    loop, settings, lang
):
    judged = watched.judged(loop, APRIL, settings)
    values = Context(APRIL, loop, settings, lang).values
    table = review.results(loop.actions, APRIL, judged.findings, values)
    rows = table.set_index("action_id")
    assert rows.loc["WORKED", ["outcome", "status"]].tolist() == ["better", "done"]
    assert rows.loc["WORKED", "after"] > rows.loc["WORKED", "before"] + 0.1
    assert rows.loc["WORKED", "flags"] == []
    assert rows.loc["NOTHING", "outcome"] == "none"
    assert rows.loc["NOTHING", "flags"] == ["no_effect"]
    assert rows.loc["LATE", "flags"] == ["late"]
    assert rows.loc["LATE", "days_late"] == 15
    assert "owner_is_supervisor" in rows.loc["OWN", "flags"]
    words = findings.review.results(table, APRIL, lang)
    worked, flagged = (
        ("1项有变好的信号", "3项需要注意")
        if lang == "zh"
        else ("1 with a signal for the better", "3 to look at")
    )
    assert worked in words["title"]
    assert flagged in words["title"]
    shown = repr(show.result_table(table, **words))
    said = (
        ("完成，未见效果", "逾期", "责任人即监督人")
        if lang == "zh"
        else ("no effect", "Late", "Owner is supervisor")
    )
    assert all(text in shown for text in said)


def test_a_month_earlier_the_same_measures_are_not_judged_yet(loop, settings):
    """March's report knows nothing of measures that were raised in March: they are April's to judge."""
    judged = watched.judged(loop, APRIL - 1, settings)
    table = review.results(loop.actions, APRIL - 1, judged.findings, {})
    assert not set(table["action_id"]) & {"WORKED", "NOTHING", "LATE", "OWN"}


def test_a_measure_that_names_nothing_stands_beside_those_that_do(settings):
    """Cells without a figure, owner or supervisor are empty cells, whatever stands in the others."""
    blank = dict.fromkeys(TABLES["actions"].names)
    rows = [
        blank | {"action_id": "NAMES", "month": "2024-03", "mot_item": "lounge", "owner": "王主管"},
        blank | {"action_id": "NOTHING", "month": "2024-03", "problem": "停车难"},
    ]
    frame = pd.DataFrame(rows).astype(
        dict.fromkeys(("action_id", "month", "mot_item", "owner", "supervisor"), "str")
    )
    frame = frame.astype(dict.fromkeys(("due", "done_at"), "datetime64[ns]"))
    table = review.results(frame, APRIL, (), {})
    assert table["flags"].tolist() == [[], []]
    shown = show.result_table(table, **findings.review.results(table, APRIL, "zh"))
    assert "停车难\t–" in repr(shown)

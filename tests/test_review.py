"""Chapter 1 against slide 4, and what the end of the month cuts off."""

import pandas as pd

from aftersales.metrics import review


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

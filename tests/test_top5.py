"""Chapter 7: next month's targets and what is proposed for the TOP5."""

import pandas as pd
import pytest

from aftersales.contract.schema import TOP5_DEPARTMENTS
from aftersales.contract.tables import Tables
from aftersales.metrics import all_figures, top5


def test_priorities_name_the_lounge_and_the_time_in_the_shop(deck, month, settings):
    assert list(top5.priorities(deck, month, settings)["item"].head(2)) == ["lounge", "time_in_shop"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", TOP5_DEPARTMENTS)
def test_a_department_has_five_and_proposals_are_marked_and_backed(deck, month, settings, name, lang):
    rows = top5.department(deck, month, settings, name, lang)
    raised = deck.actions[(deck.actions["month"] == str(month)) & (deck.actions["department"] == name)]
    assert len(rows) == 5
    assert (~rows["proposed"].astype(bool)).sum() == len(raised)
    asked = rows[rows["proposed"].astype(bool)]
    assert asked["evidence"].str.contains(r"\d").all()
    assert asked[["owner", "due", "supervisor"]].isna().all(axis=None)
    assert asked["problem"].is_unique


def test_more_than_five_actions_are_all_kept(deck, month, settings):
    one = deck.actions[deck.actions["month"] == str(month)].head(1).assign(department="parts")
    many = pd.concat([one.assign(action_id=f"X{n}", rank=float(7 - n)) for n in range(7)], ignore_index=True)
    rows = top5.department(Tables(store="x", actions=many), month, settings, "parts")
    assert list(rows["rank"]) == [1, 2, 3, 4, 5, 6, 7]
    assert not rows["proposed"].any()


def test_a_met_target_stays_and_a_missed_one_is_half_way(deck, month, settings):
    rows = top5.targets(all_figures(deck, month, settings), settings).set_index("figure")
    assert rows.loc["ftf.rate", "met"]
    assert rows.loc["ftf.rate", "next_target"] == settings.targets["ftf.rate"]
    assert not rows.loc["booking.rate", "met"]
    now, goal = rows.loc["booking.rate", ["current", "target"]]
    assert rows.loc["booking.rate", "next_target"] == pytest.approx((now + goal) / 2)

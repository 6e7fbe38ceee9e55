"""Chapter 7: next month's targets and what is proposed for the TOP5."""

from dataclasses import replace

import pandas as pd
import pytest

from aftersales import demo
from aftersales.contract.figures import FIGURES
from aftersales.contract.schema import TOP5_DEPARTMENTS
from aftersales.contract.tables import Tables
from aftersales.metrics import all_figures, past, summary, top5, watched
from aftersales.signals import Finding


def test_priorities_are_the_gaps_to_an_item_s_own_months(deck, month, settings):
    """The deck's flat line of 99 names the lounge every month; in April it stood above its own median."""
    rows = top5.priorities(deck, month, settings).set_index("item")
    scored = deck.oem_css[(deck.oem_css["scope"] == "store") & (deck.oem_css["month"] <= str(month))].tail(24)
    branch = deck.oem_css[(deck.oem_css["scope"] == "branch") & (deck.oem_css["month"] == str(month))].iloc[0]
    for item in rows.index:
        now, theirs = scored[item].iloc[-1], branch[item]
        goal = theirs if now < theirs else scored[item].median()
        assert rows.loc[item, "gap"] == pytest.approx(goal - now)
        assert rows.loc[item, "priority"] == pytest.approx(settings.weights[item] * (goal - now))
    assert rows.index[0] == "time_in_shop"
    assert rows.loc["lounge", "gap"] < 0


@pytest.fixture(scope="module")
def tested(deck, month, settings):
    return watched.judged(deck, pd.Period(month), settings).findings


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", TOP5_DEPARTMENTS)
def test_proposals_come_from_findings_and_fill_nothing_up(deck, month, settings, tested, name, lang):
    rows = top5.department(deck, month, settings, name, tested, lang)
    raised = deck.actions[(deck.actions["month"] == str(month)) & (deck.actions["department"] == name)]
    proposed = rows[rows["proposed"].astype(bool)]
    assert len(rows) - len(proposed) == len(raised)
    assert len(rows) <= max(5, len(raised))
    known = {
        (one.figure, one.subject)
        for one in tested
        if one.level in ("signal", "due") and one.direction != "better"
    }
    for row in proposed.to_dict("records"):
        subject = None if pd.isna(row["subject"]) else row["subject"]
        assert (row["metric"], subject) in known
        assert any(c.isdigit() for c in row["evidence"])
        assert pd.notna(row["due"])
        assert row["owner"] != row["supervisor"] or row["owner"] is None
    assert proposed["problem"].is_unique


def test_without_a_finding_nothing_is_proposed(deck, month, settings):
    rows = top5.department(Tables(store="x", actions=None), month, settings, "workshop", [])
    assert rows.empty


def test_more_than_five_actions_are_all_kept(deck, month, settings):
    one = deck.actions[deck.actions["month"] == str(month)].head(1).assign(department="parts")
    many = pd.concat([one.assign(action_id=f"X{n}", rank=float(7 - n)) for n in range(7)], ignore_index=True)
    rows = top5.department(Tables(store="x", actions=many), month, settings, "parts", [])
    assert list(rows["rank"]) == [1, 2, 3, 4, 5, 6, 7]
    assert not rows["proposed"].any()


def test_a_target_inside_its_interval_is_undecided_and_stays(deck, month, settings, tested):
    rows = top5.targets(all_figures(deck, month, settings), settings, tested).set_index("figure")
    undecided = rows[rows["verdict"] == "undecided"]
    assert len(undecided)
    assert (undecided["next_target"] == undecided["target"]).all()


def test_a_missed_target_is_proposed_half_way(settings):
    figures = dict.fromkeys(FIGURES) | {"booking.rate": 0.2, "booking.visits": 4000, "ftf.rate": 0.99}
    figures["ftf.jobs"] = 4000
    tests = [
        Finding(
            name, None, now, goal, 4000, 5.0, rule="target", level="due", detail={"low": low, "high": high}
        )
        for name, now, goal, low, high in (
            ("booking.rate", 0.2, settings.targets["booking.rate"], 0.19, 0.21),
            ("ftf.rate", 0.99, settings.targets["ftf.rate"], 0.986, 0.993),
        )
    ]
    rows = top5.targets(figures, settings, tests).set_index("figure")
    assert rows.loc["booking.rate", "verdict"] == "missed"
    half = (0.2 + settings.targets["booking.rate"]) / 2
    assert rows.loc["booking.rate", "next_target"] == pytest.approx(half)
    assert rows.loc["ftf.rate", "verdict"] == "met"
    assert rows.loc["ftf.rate", "next_target"] == settings.targets["ftf.rate"]


def test_first_page_chapter_7_and_comparison_give_one_verdict_on_a_target(deck, settings):
    """Three places print it; each may know a figure that the others do not."""
    generated = Tables(store="b", **demo.generate(seed=4, months=18))
    for tables, when in ((deck, "2024-04"), (deck, "2024-02"), (generated, "2024-03")):
        now = pd.Period(when)
        found = watched.judged(tables, now, settings).findings
        figures = all_figures(tables, now, settings)
        page = summary.key_figures(tables, now, settings, found).set_index("figure")["verdict"]
        chapter = top5.targets(figures, settings, found).set_index("figure")["verdict"]
        past_ = past.history(tables, now, settings)
        compared = past.compared(past_, now, settings, figures, found).set_index("figure")["target_verdict"]
        for name in settings.targets:
            if figures[name] is not None:
                said = [verdicts[name] for verdicts in (page, chapter, compared) if name in verdicts.index]
                assert len({None if pd.isna(one) else one for one in said}) == 1, (name, said)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_departments_compete_in_one_ranking_within_a_unit(lang):
    one = Finding("oem.mot", "lounge", 90.0, 95.0, 80, -4.0, level="signal", direction="worse")
    tested = [
        replace(one, department="front", gain=0.3, unit="mot_points"),
        replace(one, subject="work_quality", department="workshop", gain=0.9, unit="mot_points"),
        replace(one, figure="ftf.rate", subject=None, department="workshop", gain=12.0, unit="customers"),
        replace(one, figure="booking.rate", subject=None, direction="better", gain=40.0, unit="customers"),
        replace(one, figure="css.valid_rate", subject=None, department="service"),
    ]
    rows = top5.ranking(tested, lang)
    assert rows["department"].tolist() == ["workshop", "front", "workshop", "service"]
    assert rows["place"].tolist() == [1, 2, 1, 1]
    assert rows["unit"].tolist()[:3] == ["mot_points", "mot_points", "customers"]

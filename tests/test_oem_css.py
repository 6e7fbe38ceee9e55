"""Chapter 2 against slides 7 and 8."""

import pytest

from aftersales.contract.schema import MOT_ITEMS
from aftersales.metrics import oem_css

# scope: sample, the ten items in the order of the contract, MOT and CSS as slide 7 prints them
SLIDE_7 = {
    "previous": (93, [99.4, 100.6, 100.2, 103.2, 103.2, 98.1, 100.6, 100.2, 99.8, 89.9], 99.2, 103.5),
    "current": (114, [98.9, 103.2, 101.8, 102.5, 102.5, 95.8, 103.2, 103.5, 100.0, 92.3], 99.6, 98.5),
    "branch": (5257, [97.4, 97.9, 97.5, 97.2, 98.3, 94.6, 99.1, 98.3, 96.9, 92.3], 96.6, 97.3),
    "national": (21689, [96.0, 97.0, 96.4, 95.7, 96.9, 93.0, 98.0, 97.2, 94.8, 91.4], 95.1, 96.3),
}
# section: items, score as slide 8 prints it
SLIDE_8 = {
    "reception": (8, 37.5),
    "work_order": (3, 66.67),
    "waiting": (4, 100),
    "handover": (4, 37.5),
    "facilities": (11, 100),
}


@pytest.mark.parametrize("scope", SLIDE_7)
def test_slide_7(deck, month, settings, scope):
    sample, items, mot, css = SLIDE_7[scope]
    row = oem_css.scores(deck.oem_css, month, settings.weights).set_index("scope").loc[scope]
    assert row["sample"] == sample
    assert [row[i] for i in MOT_ITEMS] == items
    assert row["mot"] == pytest.approx(mot, abs=0.05 + 1e-9)
    assert row["css"] == css


def test_slide_8(deck, month, settings):
    rows = oem_css.pt_sections(deck.oem_pt, month, settings.pt_weights).set_index("section")
    for section, (items, score) in SLIDE_8.items():
        assert rows.loc[section, "items"] == items
        assert rows.loc[section, "score"] == pytest.approx(score, abs=0.005)


def test_contributions_add_up_to_the_change_in_mot(deck, month, settings):
    items = oem_css.items(deck.oem_css, month, settings.weights).set_index("item")
    figures = oem_css.figures(deck.oem_css, None, month, settings.weights, settings.pt_weights)
    assert items["contribution"].sum() == pytest.approx(figures["oem.mot"] - figures["oem.mot_previous"])
    assert items["contribution"].sum() == pytest.approx(0.445)
    assert items.loc["time_in_shop", "contribution"] == pytest.approx(-0.345)


def test_a_missing_item_leaves_no_mot(deck, month, settings):
    frame = deck.oem_css.copy()
    here = (frame["month"] == str(month)) & (frame["scope"] == "store")
    frame.loc[here, "lounge"] = None
    figures = oem_css.figures(frame, None, month, settings.weights, settings.pt_weights)
    assert figures["oem.mot"] is None
    assert figures["oem.css"] == 98.5


def test_an_item_that_does_not_apply_leaves_the_denominator(deck, month, settings):
    frame = deck.oem_pt.copy()
    of = frame.index[
        (frame["month"] == str(month)) & (frame["section"] == "reception") & (frame["points"] == 0)
    ]
    frame.loc[of[0], "points"] = None
    row = oem_css.pt_sections(frame, month, settings.pt_weights).set_index("section").loc["reception"]
    assert (row["items"], row["not_applicable"]) == (7, 1)
    assert row["score"] == pytest.approx(100 * 3 / 7)

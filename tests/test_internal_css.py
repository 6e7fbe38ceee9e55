"""Chapter 3 against slides 11 and 14."""

import pytest

from aftersales import findings
from aftersales.contract.schema import MOT_ITEMS
from aftersales.metrics import internal_css

# visits, internal calls, external sample, four of the ten items and what the items give (the printed MOT of
# rows 1, 3 and 4 is off: slips S2 to S4)
SLIDE_14 = [
    (355, 220, 20, 85.2, 88.4, 81.8, 85.42),
    (240, 89, 35, 80.0, 81.3, 80.8, 80.585),
    (348, 102, 24, 81.6, 82.5, 82.2, 82.545),
    (300, 65, 15, 81.7, 83.6, 83.6, 83.265),
    (251, 45, 20, 84.7, 80.5, 84.0, 83.545),
]


def test_slide_14(deck, month, settings):
    rows = internal_css.advisors(deck.repair_orders, deck.survey_calls, deck.oem_css, month, settings.weights)
    by_orders = rows.set_index("orders")
    assert set(by_orders.index) == {row[0] for row in SLIDE_14}
    for orders, internal, external, explain, reception, lounge, mot in SLIDE_14:
        row = by_orders.loc[orders]
        assert (row["internal_n"], row["external_n"]) == (internal, external)
        assert (row["explain_work"], row["reception_speed"], row["lounge"]) == (explain, reception, lounge)
        assert row["mot"] == pytest.approx(mot)
    assert set(MOT_ITEMS) < set(rows.columns)


def test_both_bases_are_told_and_the_params_choose_which_leads(deck, month):
    figures = internal_css.figures(deck.survey_calls, month)
    by_calls = findings.internal_css.headline(figures, "calls")
    by_valid = findings.internal_css.headline(figures, "valid")
    assert "按回访总数计，欣喜率17.6%、失望率35.3%；按有效回访计为21.4%和42.9%" in by_calls
    assert "按有效回访计，欣喜率21.4%、失望率42.9%；按回访总数计为17.6%和35.3%" in by_valid


def test_a_call_counts_for_its_orders_advisor_whatever_month_the_order_is_of(deck, month):
    orders, calls = deck.repair_orders, deck.survey_calls
    older = orders[orders["opened_at"] < month.start_time].iloc[-1]
    at = calls.index[
        (calls["called_at"] >= month.start_time) & (calls["result"] == "valid") & calls["order_id"].isna()
    ][0]
    moved = calls.copy()
    moved.loc[at, "order_id"] = older["order_id"]

    def internal(frame):
        rows = internal_css.advisors(orders, frame, None, month, {})
        return rows.set_index("advisor").loc[older["advisor"], "internal_n"]

    assert internal(moved) == internal(calls) + 1


def test_without_a_survey_nobody_is_known_to_be_disappointed(deck, month):
    table = internal_css.lowest_by_advisor(deck.oem_css, deck.repair_orders, None, month)
    assert len(table)
    assert table["disappointed"].isna().all()

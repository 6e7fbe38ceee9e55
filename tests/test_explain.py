"""explain(): the rows behind every figure and every table row give the number itself."""

import json

import pandas as pd
import pytest

from aftersales import demo, explain, metrics
from aftersales.contract.errors import InputError
from aftersales.contract.figures import FIGURES
from aftersales.contract.schema import TABLES
from aftersales.contract.tables import Tables
from aftersales.display.tables.records import REPORT_TABLES
from aftersales.explanation.lookup import TABLE_ROWS, from_row

# The deck prints none of them.
NOT_IN_THE_DECK = {f.name for f in FIGURES.values() if f.name.startswith("delivery.")} | {
    "ftf.return_orders",
    "ftf.returned",
    "ftf.return_rate",
    "complaints.backlog",
    "complaints.repeats",
    "complaints.hours_to_close_p90",
    "complaints.closed_14_rate",
    "churn.private_cohort",
    "churn.private_rate",
    "churn.known_lost",
    "churn.lost_low",
    "churn.lost_high",
    "churn.lost_best",
}


@pytest.fixture(scope="module")
def another():
    """Another store, smaller."""
    return Tables(store="他店", **demo.generate(seed=7, months=18))


@pytest.fixture(params=["deck", "another"])
def tables(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("back", [0, 1])
def test_the_rows_give_every_figure(tables, month, settings, back):
    known = metrics.all_figures(tables, month - back, settings)
    assert set(known) == set(FIGURES)
    for name in FIGURES:
        it = explain(name, tables, month - back, params=settings)
        assert it.value == (None if known[name] is None else pytest.approx(known[name], abs=1e-9)), name
        assert it.numerator is not None
        assert (it.denominator is not None) == (it.unit in ("rate", "per_1000")), name
        assert it.formula
        assert it.slide or name in NOT_IN_THE_DECK, name


@pytest.mark.parametrize("name", [n for n in TABLE_ROWS if not n.startswith("top5")])
def test_the_rows_give_every_row_of_a_table(deck, month, settings, name):
    table = TABLE_ROWS[name]
    frame = table.frame(deck, month, settings)
    assert len(frame)
    for _, row in frame.iterrows():
        it = explain(name, deck, month, row=row, params=settings)
        value = from_row(name, row, deck, month, settings).value()
        if it.value is None:
            assert value is None
        else:
            assert value == pytest.approx(it.value, abs=1e-9), (name, row[REPORT_TABLES[name].key])


def test_every_table_whose_rows_are_explained_is_glued(april):
    glued = json.loads((april / "figures.json").read_text(encoding="utf-8"))["tables"]
    assert set(TABLE_ROWS) <= set(glued)


def test_a_figure_reads_well(deck, month, settings):
    it = explain("ftf.rate", deck, month, params=settings)
    assert "98.25% = 1 − 未一次修复 ÷ 维修台次" in repr(it)
    assert "分子: 31" in repr(it)
    assert "targets.ftf.rate = 0.98  (default.yml)" in repr(it)
    assert "<details>" in it._repr_html_()
    assert "First-time-fix rate" in repr(explain("ftf.rate", deck, month, lang="en"))
    assert explain("一次维修合格率", deck, month).value == it.value
    one = explain("ftf.technicians", deck, month, row={"technician": "高凯"})
    assert (len(one.numerator), len(one.denominator), one.row["jobs"]) == (1, 214, 214)
    assert "weights.car_clean" in set(explain("oem.mot", deck, month).params["param"])


def test_what_people_wrote_is_text_not_markup(deck, month):
    wrote = deck.complaints.assign(description="<script>x</script>")
    hostile = Tables(store="<b>店</b>", complaints=wrote)
    assert "<script>" not in (html := explain("complaints.count", hostile, month)._repr_html_())
    assert "<b>店" not in html


def test_without_tables_every_figure_is_unknown(month, settings):
    for name in FIGURES:
        it = explain(name, Tables(store="空店"), month, params=settings)
        assert it.value is None
        assert "–" in repr(it)
        assert it._repr_html_()


def test_the_tables_stay_as_they_were(deck, month, settings):
    before = {name: deck[name].copy() for name in TABLES}
    for name in FIGURES:
        explain(name, deck, month, params=settings)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(deck[name], frame)


def test_rows_that_were_changed_are_nobody_elses(deck, month, settings):
    """What a chapter's figures share is remembered; the rows are the caller's, and each asking is noted."""
    first = explain("ftf.rate", deck, month, params=settings).numerator
    before, noted = first.copy(), set(deck.used)
    first["job_id"] = "changed"
    deck.used.clear()
    again = explain("ftf.rate", deck, month, params=settings).numerator
    pd.testing.assert_frame_equal(again, before)
    assert "jobs" in deck.used <= noted


def test_from_the_defaults():
    assert explain("ftf.rate").month == pd.Period("2024-04")
    assert explain("ftf.rate", month="2024-03").month == pd.Period("2024-03")


@pytest.mark.parametrize(
    ("name", "row", "says"),
    [
        ("ftf.rat", None, "ftf.rate"),
        ("ftf.technicians", None, 'row={"technician": …}'),
        ("ftf.technicians", {"technician": "无名"}, "高凯"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_ones(deck, month, name, row, says):
    with pytest.raises(InputError, match="explain") as told:
        explain(name, deck, month, row=row)
    assert says in str(told.value)

"""The context of a chapter's cells: what a call does not name is the month's, store's and params' own."""

import json

import pandas as pd
import pytest

from aftersales import context
from aftersales.contract.errors import InputError
from aftersales.contract.params import ROOT
from aftersales.metrics import churn, first_time_fix, oem_css


@pytest.fixture(scope="module")
def april():
    return context("2024-04", source="demo")


def test_a_function_gets_tables_month_and_settings(april):
    count = april.room("first_time_fix").count
    expected = first_time_fix.technicians(april.tables.jobs, april.month)
    pd.testing.assert_frame_equal(count.technicians(), expected)
    weights = april.params.weights
    scores = oem_css.scores(april.tables.oem_css, april.month, weights)
    pd.testing.assert_frame_equal(april.room("oem_css").count.scores(), scores)


def test_what_a_call_names_comes_first(april):
    count = april.room("churn").count
    march = pd.Period("2024-03")
    assert count.figures(month=march) == churn.figures(
        april.tables.repair_orders, april.tables.customers, april.tables.churn_calls, march
    )
    assert count.figures(churn_months=3)["churn.cohort"] != count.figures()["churn.cohort"]


def test_sentences_and_charts_are_in_the_language_of_the_context():
    english = context("2024-04", source="demo", lang="en").room("first_time_fix")
    technicians = english.count.technicians()
    assert english.say.technicians(technicians, english.count.figures())["lang"] == "en"
    assert english.charts.line("booking.trend", "rate").name == "Booking rate"
    causes = english.charts.named(english.count.causes(), "cause", "rework_cause", value="count")
    assert "Noise on the road" in set(causes["label"])


def test_only_the_tables_that_are_used_are_marked_as_read(april):
    april.tables.used.clear()
    april.room("first_time_fix").count.figures()
    assert april.tables.used == {"jobs"}


def test_names_are_completed_and_wrong_ones_told(april):
    count = april.room("bookings").count
    assert "trend" in dir(count)
    with pytest.raises(AttributeError, match="trent"):
        count.trent()
    with pytest.raises(InputError, match="2031-01"):
        context("2031-01", source="demo")


def test_each_cell_of_a_chapter_says_in_a_sentence_how_its_exhibit_is_read():
    for path in sorted((ROOT / "notebooks").glob("0*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source, tags = "".join(cell["source"]), cell["metadata"].get("tags", [])
            if cell["cell_type"] == "code" and not {"parameters", "remove-cell"} & set(tags):
                assert source.startswith("# ") or "context(" in source, f"{path.name}: {source[:60]}"


def test_a_chapter_shows_one_language_in_jupyterlab():
    for path in sorted((ROOT / "notebooks").glob("0*.ipynb")):
        texts = [
            c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "markdown"
        ]
        assert texts
        assert all(cell["metadata"]["aftersales"]["en"] for cell in texts), path.name


def test_a_watched_figure_has_24_months_with_its_limits_and_the_months_of_its_signal(april):
    past = april.past("ftf.rate", "rate")
    glued = april.with_limits(april.room("first_time_fix").count.trend(), "ftf.rate")
    assert len(past) == 24
    assert past["rate"].tail(12).tolist() == glued["rate"].tolist()
    assert past["lower"].notna().sum() > 12
    assert past["lower"].iloc[-1] == glued["lower"].iloc[-1]
    since = next(f.since for f in april.findings if (f.figure, f.rule) == ("ftf.rate", "run"))
    assert past.loc[past["run"] != "", "month"].min() == since
    assert april.past("nothing.watched")["value"].isna().all()

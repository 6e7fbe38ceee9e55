"""Every figure of a month together, on random stores: each name, and each from the rows that are shown."""

import pandas as pd
import pytest
import random_store

from aftersales import explain, metrics
from aftersales.contract import params
from aftersales.contract.figures import FIGURES
from aftersales.contract.tables import Tables

PARAMS = params.load()
SECOND_ROUND = [
    name
    for name in FIGURES
    if name.startswith("delivery.")
    or name.startswith("ftf.return")
    or name.startswith("churn.private")
    or name.startswith("churn.lost_")
    or name in ("churn.known_lost", "complaints.backlog", "complaints.repeats")
    or name in ("complaints.hours_to_close_p90", "complaints.closed_14_rate")
]


@pytest.mark.parametrize("seed", range(4))
def test_the_second_round_comes_from_the_rows_that_explain_shows(seed):
    tables = Tables(store="店", **vars(random_store.frames(random_store.rows(seed))))
    month = random_store.MONTHS[-1]
    figures = metrics.all_figures(tables, month, PARAMS)
    assert set(figures) == set(FIGURES)
    assert len(SECOND_ROUND) == 19
    for name in SECOND_ROUND:
        expected = None if figures[name] is None else pytest.approx(figures[name], abs=1e-9)
        assert explain(name, tables, month, params=PARAMS).value == expected, name


def test_a_month_is_compared_as_its_own_report_had_it(deck, month, settings):
    past = metrics.past.history(deck, month, settings)
    figures = metrics.all_figures(deck, month, settings)
    table = metrics.past.compared(past, month, settings, figures).set_index("figure")
    for column, back in (("current", 0), ("previous", 1), ("year_ago", 12)):
        then = metrics.all_figures(deck, month - back, settings)
        for name, value in then.items():
            if name in table.index and value is not None:
                assert table.loc[name, column] == pytest.approx(value), (name, column)
    year = [metrics.all_figures(deck, pd.Period(f"2024-0{m}"), settings) for m in range(1, 5)]
    calls, valid = (sum(f[n] for f in year) for n in ("css.calls", "css.valid"))
    assert table.loc["css.calls", "ytd"] == calls
    assert table.loc["css.valid_rate", "ytd"] == pytest.approx(valid / calls)
    rates = [name for name, kind in metrics.comparison.KINDS.items() if kind in ("rate", "per_1000")]
    for name in rates:  # numerator and denominator give the value that the figure has
        point = past[name][-1]
        if point.value is not None:
            assert point.value == pytest.approx(figures[name]), name

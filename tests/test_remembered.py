"""What is remembered while a report is made: counted once, each caller's own, never another table's."""

import gc

import pandas as pd
import pytest

from aftersales.contract import remembered


@pytest.fixture
def counted(monkeypatch):
    """A function that is remembered in a report, and what it was called with."""
    monkeypatch.setattr(remembered, "_reporting", [False])
    calls = []

    @remembered.in_a_report
    def count(table, months=(), form="frame", **weights):
        calls.append(len(table))
        made = pd.DataFrame({"n": [len(table)]})
        return {"frame": made, "dict": {"n": len(table)}, "list": [{"n": len(table)}]}[form]

    return count, calls


def test_where_no_report_is_made_each_call_counts(counted):
    """An analyst may change a table in place and ask again."""
    count, calls = counted
    table = pd.DataFrame({"a": [1, 2]})
    count(table)
    table.loc[2] = 3
    assert count(table)["n"].tolist() == [3]
    assert calls == [2, 3]


def test_in_a_report_the_same_is_counted_once(counted):
    count, calls = counted
    remembered.report_begins()
    table, months = pd.DataFrame({"a": [1, 2]}), [pd.Period("2024-04")]
    for _ in range(2):
        count(table)
        count(table, months)
        count(table, months=months)
        count(table, months, a={"x": 1})
    assert len(calls) == 4
    for other in (
        lambda: count(table.copy()),
        lambda: count(table, [pd.Period("2024-05")]),
        lambda: count(table, months, a={"x": 2}),
        lambda: count(table, pd.Series([1])),  # it can be no key
    ):
        before = len(calls)
        other()
        assert len(calls) == before + 1


def test_a_name_is_not_taken_for_a_value(counted):
    count, _ = counted
    remembered.report_begins()
    table = pd.DataFrame({"a": [1, 2]})
    assert isinstance(count(table, months="dict"), pd.DataFrame)
    assert count(table, "months", "dict") == {"n": 2}


def test_a_table_that_has_the_place_of_another_is_not_taken_for_it(counted):
    count, calls = counted
    remembered.report_begins()
    for rows in range(1, 200):
        assert count(pd.DataFrame({"a": range(rows)}))["n"].tolist() == [rows]
        gc.collect(0)
    assert len(calls) == 199


@pytest.mark.parametrize("form", ["frame", "dict", "list"])
def test_what_is_handed_out_is_the_caller_s(counted, form):
    count, calls = counted
    remembered.report_begins()
    table = pd.DataFrame({"a": [1, 2]})
    first = count(table, form=form)
    mine = first[0] if form == "list" else first
    mine["n"] = 99
    mine["more"] = 1
    again = count(table, form=form)
    assert calls == [2]
    assert (again.to_dict("list") if form == "frame" else again) in ({"n": [2]}, {"n": 2}, [{"n": 2}])


def test_the_figures_of_a_report_are_those_of_any_other_call(deck, month, settings, monkeypatch):
    from aftersales.metrics import all_figures

    monkeypatch.setattr(remembered, "_reporting", [False])
    plain = all_figures(deck, month, settings)
    remembered.report_begins()
    first, second = (all_figures(deck, month, settings) for _ in range(2))
    assert list(plain.items()) == list(first.items()) == list(second.items())

"""What an analyst sees and types in a notebook: what shows itself, what Tab offers, what is saved."""

import copy
import pickle
import time

import openpyxl
import pandas as pd
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.manager import start_new_kernel

import aftersales
from aftersales import context, demo, explain, load, metrics
from aftersales.contract import params
from aftersales.contract.errors import InputError
from aftersales.contract.tables import Tables
from aftersales.display import charts
from aftersales.display import tables as show
from aftersales.explanation import tab


def test_tables_show_what_there_is_and_what_was_repaired(deck):
    repairs = ({"file": "jobs.csv", "sheet": None, "kind": "text as number", "count": 3, "example": "1,200"},)
    tables = Tables(store="<b>店</b>", jobs=deck.jobs, notes=("a note",), repairs=repairs, source="exports")
    for text in (repr(tables), tables._repr_html_()):
        for part in ("exports", "36,761", "2021-11 … 2024-04", "text as number × 3 in jobs.csv", "a note"):
            assert part in text
    assert "absent" in repr(tables)
    assert "<b>" not in tables._repr_html_()


def test_params_show_their_values_and_where_each_comes_from(tmp_path):
    (tmp_path / "default.yml").write_text(
        (params.ROOT / "params" / "default.yml").read_text("utf-8"), "utf-8"
    )
    (tmp_path / "2024-04.yml").write_text("targets: {ftf.rate: 0.99}\nchurn_months: 7\nstore: <i>\n", "utf-8")
    april = params.load("2024-04", tmp_path)
    lines = {line.split()[0]: line.split()[1:] for line in repr(april).splitlines()}
    assert lines["targets.ftf.rate"] == ["0.99", "2024-04.yml"]
    assert lines["targets.oem.mot"] == ["99", "default.yml"]
    html = april._repr_html_()
    assert "<summary><code>targets</code> (18): <strong>ftf.rate = 0.99</strong>" in html
    assert html.count("<strong>2024-04.yml</strong>") == 3
    assert "<i>" not in html


@pytest.fixture(scope="module")
def completions():
    """What Tab offers after a text."""
    shell = InteractiveShell.instance()
    shell.user_ns.update(
        charts=charts,
        metrics=metrics,
        show=show,
        tables=load("demo"),
        params=params.load(),
        it=explain("ftf.rate"),
    )

    def offered(text):
        with provisionalcompleter():
            return {c.text.lstrip(".").strip("'\"[]") for c in shell.Completer.completions(text, len(text))}

    tab.install()
    yield offered
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    ("typed", "offers", "at_most"),
    [
        ("tables.", {"repair_orders", "jobs", "survey_calls", "repairs", "notes"}, 20),
        ("tables['", {"repair_orders", "jobs"}, 11),
        ("params.", {"weights", "targets", "chapters", "churn_months"}, 40),
        ("params.targets['", {"ftf.rate", "oem.mot"}, 20),
        ("it.denominator['", {"job_id", "technician"}, 20),
        ("metrics.", {"first_time_fix", "churn", "all_figures"}, 25),
        ("charts.", {"trend", "bars", "funnel"}, 25),
        ("metrics.first_time_fix.", {"technicians", "figures"}, 15),
        ("show.", {"table", "col"}, 45),
        ("from aftersales import ", {"explain", "load", "why"}, 20),
        ('explain("ftf.r', {"ftf.rate", "ftf.return_rate"}, 5),
        ('why("css.d', {"css.disappointment_rate_valid"}, 4),
        ('tables.repair_orders["', {"advisor", "amount"}, 12),
        ("tables['repair_orders']['o", {"order_id", "opened_at"}, 4),
        ("it.", {"value", "numerator", "denominator", "excluded", "params", "to_excel"}, 20),
    ],
)
def test_tab_offers_few_and_guessable_names(completions, typed, offers, at_most):
    offered = completions(typed)
    assert offers <= offered
    assert len(offered) <= at_most


def test_the_first_tab_in_a_fresh_kernel_answers_within_half_a_second(tmp_path):
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    try:
        client.execute_interactive("from aftersales import explain, load; tables = load('demo')", timeout=120)
        began = time.perf_counter()
        for typed, offers in (('explain("ftf.', "ftf.rate"), ('tables.jobs["', "technician")):
            reply = client.complete(typed, len(typed), reply=True, timeout=30)["content"]
            assert offers in reply["matches"]
            assert typed[reply["cursor_start"] :] == typed.rpartition('"')[2]
        assert time.perf_counter() - began < 1
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_slip_in_a_name_is_told_in_a_line_with_the_name_that_was_meant(deck, month):
    april = context("2024-04", source="demo", lang="en")
    trend = metrics.first_time_fix.trend(deck.jobs, month)
    chart = charts.trend(trend, [charts.Line("rate", "rate")], id="i", title="t", subtitle="s", lang="en")
    slips = [
        (deck, "repair_order", "repair_orders"),
        (april, "tabels", "tables"),
        (april.params, "weigths", "weights"),
        (april.room("first_time_fix").count, "technicans", "technicians"),
        (explain("ftf.rate"), "numerater", "numerator"),
        (chart, "dat", "data"),
        (metrics, "frist_time_fix", "first_time_fix"),
        (metrics.first_time_fix, "technicans", "technicians"),
        (charts, "bar", "bars"),
        (show, "tabel", "table"),
        (aftersales, "explian", "explain"),
    ]
    for of, slip, meant in slips:
        with pytest.raises(InputError, match=rf"has no {slip}\. Did you mean {meant}\?") as told:
            getattr(of, slip)
        assert len(told.value._render_traceback_()) == 1
        assert not hasattr(of, slip)
        assert getattr(of, "_repr_of_nothing_", None) is None
    with pytest.raises(InputError, match="Did you mean repair_orders"):
        deck["repair_order"]
    small = Tables(store="店", jobs=deck.jobs.head(2))
    for kept in (copy.copy(small), copy.deepcopy(small), pickle.loads(pickle.dumps(small))):
        assert (kept.store, len(kept.jobs), kept.bookings) == ("店", 2, None)


def test_what_fails_within_a_property_is_not_taken_for_a_slip(deck):
    broken = Tables(store="店", jobs=deck.jobs)
    object.__delattr__(broken, "used")
    with pytest.raises(AttributeError, match="no attribute 'used'"):
        _ = broken.jobs


def test_a_charts_numbers_are_a_table_and_a_workbook(tmp_path, deck, month):
    trend = metrics.first_time_fix.trend(deck.jobs, month)
    line = charts.Line("rate", "rate")
    chart = charts.trend(trend, [line], id="ftf/trend", title="t", subtitle="s", lang="zh")
    assert chart.data["rate"].tolist() == trend["rate"].tolist()
    saved = chart.to_excel(tmp_path / "trend")
    assert saved == tmp_path / "trend.xlsx"
    sheet = openpyxl.load_workbook(saved)["ftf trend"]
    assert [cell.value for cell in sheet[1]] == list(chart.data.columns)
    assert sheet.max_row == 13


def test_a_table_is_saved_with_its_heads_and_texts_stay_texts(tmp_path):
    frame = pd.DataFrame({"advisor": ["=1+1", None], "rate": [0.5, 0.25]})
    columns = [show.col("advisor", "服务顾问", "Advisor"), show.col("rate", "比率", "Rate", "percent")]
    table = show.table(frame, columns, id="mine", title="t")
    rows = list(openpyxl.load_workbook(table.to_excel(tmp_path / "t.xlsx")).active.values)
    assert rows == [("服务顾问", "比率"), ("=1+1", 0.5), (None, 0.25)]
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").active["A2"].data_type == "s"


def test_an_explanation_is_saved_a_sheet_a_part(tmp_path):
    it = explain("churn.reached", load("demo"), "2024-04", lang="en")
    book = openpyxl.load_workbook(it.to_excel(tmp_path / "reached.xlsx"))
    assert book.sheetnames == ["churn.reached", "rows", "fleet vehicles, not called"]
    assert book["churn.reached"]["B2"].value == 147
    heads = [cell.value for cell in book["rows"][1]]
    assert book["rows"].max_row == 148
    assert str(book["rows"].cell(2, heads.index("vin") + 1).value).startswith("***********")


def test_months_of_a_trend_may_be_periods():
    """As `groupby` on `.dt.to_period("M")` gives them."""
    frames = demo.generate(seed=7, months=6)
    orders = frames["repair_orders"].assign(month=lambda f: f["opened_at"].dt.to_period("M"))
    visits = orders.groupby("month", as_index=False).agg(n=("order_id", "size"))
    chart = charts.trend(visits, [charts.Line("n", "n", "count")], id="i", title="t", subtitle="s", lang="en")
    assert chart.data["month"].tolist()[-1] == "2024-04"

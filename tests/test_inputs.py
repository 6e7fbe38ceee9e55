"""What is asked for must be in the records: no month without any, no store under another one's name."""

from __future__ import annotations

import gc
import sqlite3

import nbformat
import pandas as pd
import papermill
import pytest
from conftest import run

from aftersales import cli, context, demo, explain, metrics
from aftersales.chapters import new as new_chapter
from aftersales.chapters import notebooks as chapters
from aftersales.contract import params, place
from aftersales.contract.errors import InputError
from aftersales.sources import load as inputs


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    yield
    gc.enable()  # a report ends with its process, and does without


# Months


@pytest.fixture(params=["folder", "parquet", "database"])
def source(request, tmp_path):
    """Two stores: 甲 from February to April, 乙 in March alone."""
    rows = [("甲", "2024-02-01"), ("甲", "2024-04-30 23:59"), ("乙", "2024-03-05")]
    heads = ["门店", "工单号", "VIN", "客户类型", "开单时间"]
    orders = [(store, f"R{n}", f"LSVAA2180E20{n:05}", "私车", day) for n, (store, day) in enumerate(rows)]
    frame = pd.DataFrame(orders, columns=heads)
    if request.param == "database":
        with sqlite3.connect(tmp_path / "dms.db") as connection:
            frame.to_sql("repair_orders", connection, index=False)
        return f"sqlite:///{tmp_path}/dms.db"
    at = tmp_path / "exports"
    at.mkdir()
    if request.param == "parquet":
        frame.to_parquet(at / "repair_orders.parquet")
    else:
        frame.to_csv(at / "repair_orders.csv", index=False)
    return str(at)


def test_a_month_without_a_record_is_refused_everywhere_in_the_same_words(source, capsys):
    for month in ("2024-05", "2024-01", "2031-12", pd.Period("2024-05")):
        said = (
            f"month {month}: the source has no record in it for 甲. It has records from 2024-02 to 2024-04."
        )
        with pytest.raises(InputError) as error:
            inputs.load(source, "甲", month)
        assert str(error.value) == said
    for command in ("report", "check", "mail"):
        assert cli.main([command, "--month", "2024-05", "--store", "甲", "--source", source]) == 2
        assert capsys.readouterr().err.endswith(f"error: {said}\n")


def test_the_months_are_those_of_the_store(source):
    assert inputs.load(source, "乙", "2024-03").store == "乙"
    with pytest.raises(InputError, match=r"no record in it for 乙\. It has records from 2024-03 to 2024-03"):
        inputs.load(source, "乙", "2024-04")
    with pytest.raises(InputError, match="store '丙': the source has no such store"):
        inputs.load(source, "丙", "2024-04")


def test_months_with_a_record_are_read_and_without_a_month_all(source):
    for month in ("2024-02", pd.Period("2024-04")):
        assert (
            inputs.load(source, "甲", month).used == set()
        )  # looking for the month is no reading of a chapter's
    assert len(inputs.load(source, "甲").repair_orders) == 2
    with pytest.raises(InputError, match="month: got '2024-13'; expected 1 to 12, or a month like 2024-04"):
        inputs.load(source, "甲", "2024-13")


def test_a_notebook_run_by_plain_papermill_invents_no_figures(tmp_path, monkeypatch):
    monkeypatch.delenv("AFTERSALES_CACHE")
    notebook = chapters.FOLDER / "06_churn.ipynb"
    with pytest.raises(papermill.PapermillExecutionError) as error:
        papermill.execute_notebook(
            notebook,
            tmp_path / "out.ipynb",
            {"month": "2024-05"},
            kernel_name="python3",
            progress_bar=False,
            cwd=tmp_path,
        )
    assert (error.value.ename, error.value.evalue) == (
        "InputError",
        "月份 2024-05：来源里没有示范店这个月的任何记录。记录从 2021-11 到 2024-04。",
    )


def test_every_notebook_reads_in_the_one_way_that_refuses_such_a_month():
    notebooks = [*chapters.FOLDER.glob("*.ipynb"), new_chapter.TEMPLATE]
    notebooks.remove(chapters.FOLDER / "group.ipynb")  # it reads reports
    assert len(notebooks) >= 10
    for notebook in notebooks:
        code = [c.source for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code"]
        (reading,) = [c for c in code if "load(" in c or "context(" in c]
        more = ", own_findings" if notebook.stem == "07_top5" else ""
        assert f" = context(month, store, source, lang{more})" in reading, notebook.name


@pytest.fixture
def ahead(tmp_path):
    """A store that has booked May already and planned measures; and tables of it that were read whole."""
    orders = "".join(f"R{m},LSVAA2180E2012345,私车,2024-{m:02}-05\n" for m in (2, 4))
    tables = {
        "repair_orders": "工单号,VIN,客户类型,开单时间\n" + orders,
        "bookings": "预约单号,预约进厂时间,主动预约,状态\nB1,2024-05-06 09:00,是,准时\n",
        "actions": "编号,提出月份,部门,存在问题\nA1,2024-06,前台,慢\n",
    }
    source = tmp_path / "ahead"
    source.mkdir()
    for name, text in tables.items():
        (source / f"{name}.csv").write_text(text, encoding="utf-8")
    return str(source), inputs.load(str(source), "甲")


@pytest.mark.parametrize("month", ["2024-05", "2024-06"])
def test_bookings_and_measures_of_later_months_make_no_report_of_them(ahead, month, capsys, tmp_path):
    source, tables = ahead
    said = (
        f"month {month}: the repair orders of 甲 end in 2024-04; no report can be made of a later month yet."
    )
    for entrance in (
        lambda: inputs.load(source, "甲", month),
        lambda: context(month, "甲", source),
        lambda: explain("churn.rate", tables, month),
    ):
        with pytest.raises(InputError) as error:
            entrance()
        assert str(error.value) == said
    calls = ["--out", str(tmp_path / "calls.xlsx")]
    for command, more in (("report", []), ("check", []), ("mail", []), ("call-list", calls)):
        assert cli.main([command, "--month", month, "--store", "甲", "--source", source, *more]) == 2
        assert said in capsys.readouterr().err
    assert explain("churn.rate", tables).month == pd.Period("2024-04")


@pytest.mark.parametrize("month", ["2024-07", "2023-12"])
def test_explain_takes_no_month_without_records_from_tables_that_are_there(ahead, month):
    with pytest.raises(InputError, match=f"month {month}: the source has no record in it for 甲"):
        explain("churn.rate", ahead[1], month)


@pytest.mark.parametrize("month", ["4", 4, "April", "2024年4月", "2024/4", "4月", pd.Timestamp("2024-04-09")])
def test_a_month_is_taken_as_people_write_it_and_without_a_year_it_is_the_latest(month, shared, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(shared / "months"))  # the records are read once
    april = pd.Period("2024-04")
    assert inputs.get_params(month) == inputs.get_params(april)
    inputs.load("demo", month=month)
    assert inputs.last_handed()[1] == april
    assert context(month, source="demo").month == april
    assert explain("churn.rate", month=month).month == april


@pytest.mark.parametrize("month", ["0", 13, "2024-13", "2024", "Mai"])
def test_what_is_no_month_is_refused_in_the_words_of_a_report(month, capsys):
    for entrance in (
        lambda: inputs.with_year(month),
        lambda: context(month, source="demo"),
        lambda: metrics.volume.figures(None, None, month),
    ):
        with pytest.raises(InputError, match="expected 1 to 12, or a month like 2024-04"):
            entrance()


@pytest.mark.parametrize("store", ["", " "])
def test_a_store_has_a_name(store, tmp_path):
    orders = "工单号,VIN,客户类型,开单时间\nR1,LSVAA2180E2012345,私车,2024-04-09\n"
    (tmp_path / "repair_orders.csv").write_text(orders, encoding="utf-8")
    for command in ("check", "template"):
        call = [command, "--month", "2024-04", "--store", store, "--source", str(tmp_path)]
        assert cli.main(call) == 2
    with pytest.raises(InputError, match="store: it is empty"):
        inputs.load(str(tmp_path), store)


# The built-in store

BELONG = "the built-in records are made up and belong to 示范店"


@pytest.fixture
def of_another_store(tmp_path, monkeypatch):
    """Params of a store that has not said yet where its records are."""
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "default.yml").write_text(
        text.replace("store: 示范店", "store: 东城店"), encoding="utf-8"
    )
    monkeypatch.setenv("AFTERSALES_PARAMS", str(tmp_path / "params"))


@pytest.mark.parametrize("command", ["report", "check", "template", "mail"])
@pytest.mark.parametrize("source", [[], ["--source", "demo"], ["--source", "env:DMS"]])
def test_made_up_records_bear_no_other_name(tmp_path, monkeypatch, capsys, command, source):
    monkeypatch.setenv("DMS", "demo")
    out = ["--out", str(tmp_path / "made.xlsx")]
    code = cli.main(
        [command, "--month", "2024-04", "--store", "东城店", *source, *(out if command != "check" else [])]
    )
    told = capsys.readouterr()
    if command == "template" and not source:  # an empty workbook has no made-up record in it
        assert code == 0
        return
    assert code == 2
    assert f"store 东城店: {BELONG}" in told.err
    assert "--source …" in told.err
    assert not list(tmp_path.glob("made*"))


def test_params_of_another_store_without_a_source_are_refused(of_another_store, tmp_path, capsys):
    for command in ("report", "check", "mail"):
        assert cli.main([command, "--month", "4"]) == 2
        assert f"store 东城店: {BELONG}" in capsys.readouterr().err
    for call in (
        lambda: inputs.load(),
        lambda: inputs.load(month="2024-04"),
        lambda: inputs.load(store="东城店"),
    ):
        with pytest.raises(InputError, match=BELONG):
            call()


def test_who_asks_for_the_built_in_store_gets_it_under_its_own_name(of_another_store):
    for tables in (inputs.load("demo"), inputs.load("demo", month="2024-04"), inputs.load(store="示范店")):
        assert (tables.store, set(tables.repair_orders["store"])) == ("示范店", {"示范店"})


def test_its_name_is_that_of_the_records():
    assert set(demo.generate()["repair_orders"]["store"]) == {place.DEMO_STORE}


def test_other_made_up_stores_keep_their_names(tmp_path):
    demo.write(tmp_path / "made", stores=1, months=1)
    (name,) = set(pd.read_csv(tmp_path / "made" / "repair_orders.csv")["store"])
    done = run("check", "--month", "2024-04", "--store", name, "--source", tmp_path / "made")
    assert done.returncode == 0, done.stderr
    assert name in done.stdout

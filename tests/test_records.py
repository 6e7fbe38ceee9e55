"""One record a figure and one a table: nothing glued is without a name, a format, a base, or rows to show."""

import ast
import json

import pandas as pd
import pytest

from aftersales import explain, metrics
from aftersales.contract import figures as catalogue
from aftersales.contract.columns import Column
from aftersales.contract.figures import FIGURES, UNITS, Figure, Rows
from aftersales.contract.params import ROOT
from aftersales.contract.schema import CODES
from aftersales.display.tables.records import REPORT_TABLES, table_record
from aftersales.explanation import lookup
from aftersales.explanation.lookup import TABLE_ROWS


@pytest.fixture(scope="module")
def glued(april):
    return json.loads((april / "figures.json").read_text(encoding="utf-8"))


def test_every_glued_column_is_declared_in_both_languages_with_a_format(glued):
    for name, rows in glued["tables"].items():
        for key in {key for row in rows for key in row}:
            column = table_record(name).column(key)
            assert column.zh != key, f"{name}: the column {key} has no head; declare it in display/tables"
            assert column.en != key or key in ("n", "z", "p"), f"{name}: the column {key} has no English head"
            assert column.form != "text" or not any(
                isinstance(row[key], (int, float)) and not isinstance(row[key], bool) for row in rows
            ), f"{name}: the column {key} holds numbers and has no format"
            if column.form == "code":
                told = [row[key] if isinstance(row[key], list) else [row[key]] for row in rows]
                codes = {one for many in told for one in many} - {None}
                # a person's name stands there too
                assert column.codes == "subject" or codes <= set(CODES[column.codes]), f"{name}: {key}"


def test_every_glued_figure_and_table_has_a_record(glued):
    assert set(glued["figures"]) == set(FIGURES)
    assert set(glued["tables"]) <= set(REPORT_TABLES)
    assert {name.partition(".")[0] for name in (*FIGURES, *REPORT_TABLES)} == set(catalogue.PREFIXES)


@pytest.mark.parametrize("figure", FIGURES.values(), ids=list(FIGURES))
def test_a_figure_s_record_is_whole(figure):
    assert figure.zh
    assert figure.en
    assert figure.formula_zh
    assert figure.formula_en
    assert figure.department in CODES["action_department"]
    assert figure.unit == "count" or figure.unit in UNITS
    rates = figure.unit in ("rate", "per_1000")
    assert bool(figure.base) == rates, f"{figure.name}: a rate needs a base, and nothing else has one"
    assert bool(figure.rows and figure.rows.of) == rates
    assert figure.rows is not None, f"{figure.name}: its record names no rows"
    assert set(figure.rows.left_out) <= set(catalogue.LEFT_OUT)
    if "." in figure.base:
        assert FIGURES[figure.base].unit == "count"


def test_a_rate_s_base_is_a_figure_or_rows_of_its_chapter(deck, month, settings):
    for figure in FIGURES.values():
        if figure.base and "." not in figure.base:
            chapter = lookup.ROW_SETS[figure.name.split(".")[0]]
            assert figure.base in chapter(deck, month, settings), figure.name


def test_rows_that_a_record_names_and_nobody_gives_are_told_by_name(deck, month, settings, monkeypatch):
    forgotten = Figure(
        "booking.x", "某率", "x", "rate", "口径", "formula", Rows("share", "nowhere", "booked")
    )
    monkeypatch.setitem(FIGURES, "booking.x", forgotten)
    with pytest.raises(LookupError, match=r"booking\.x.*'nowhere'.*explanation\.bookings\.row_sets"):
        explain("booking.x", deck, month, params=settings)
    monkeypatch.setitem(FIGURES, "booking.x", Figure("booking.x", "某率", "x", "rate", "口径", "formula"))
    with pytest.raises(LookupError, match=r"booking\.x.*names no rows"):
        explain("booking.x", deck, month, params=settings)


def test_every_set_of_rows_is_named_by_some_record(deck, month, settings):
    for chapter, sets in lookup.ROW_SETS.items():
        mine = [f for f in FIGURES.values() if f.name.startswith(f"{chapter}.")]
        named = {n for f in mine for n in (f.rows.counted, f.rows.of, *f.rows.left_out, f.base) if n}
        assert set(sets(deck, month, settings)) <= named, chapter


def test_tables_that_are_explained_have_key_number_formula_and_slide():
    for name in TABLE_ROWS:
        table = REPORT_TABLES[name]
        assert table.key
        assert table.explained
        assert table.formula_zh
        assert table.formula_en
        assert table.slide or name.startswith(("delivery.", "ftf.return"))  # the deck has none


def test_no_new_figure_and_table_share_a_name():
    assert set(FIGURES) & set(REPORT_TABLES) == {"oem.css"}  # the contract fixes this one


def test_each_figure_has_one_name_wherever_it_is_printed(april):
    """A column that holds a figure is called as the figure is, in tables by month and by person alike."""
    for table, key in (
        ("ftf.trend", "rate"),
        ("booking.trend", "no_show_rate"),
        ("churn.archive_trend", "base"),
    ):
        figure = FIGURES[f"{table.split('.')[0]}.{key}"]
        assert table_record(table).column(key).zh == figure.zh
        assert table_record(table).column(key).en == figure.en
    for names in (
        [f.zh for f in FIGURES.values()],
        [f.en for f in FIGURES.values() if f.name != "volume.jobs"],
    ):
        assert len(set(names)) == len(names)


def test_a_column_knows_its_unit_and_prints():
    column = Column("x", "关闭", "Closed", "number", unit_zh="小时", unit_en="h")
    assert column.head("zh")["unit"] == "小时"
    assert column.cell(1.25, "en") == "1.3"
    assert table_record("mine").column("x", [0.5, None]).form == "number"


def test_notebooks_name_no_helper_of_another_room():
    """A notebook asks the public names; what it imports besides is codes' labels."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            for node in ast.walk(ast.parse("".join(cell["source"]))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("aftersales."):
                    assert node.module == "aftersales.contract.schema", path.name
                if isinstance(node, ast.Attribute):
                    assert not node.attr.startswith("_"), (path.name, node.attr)


def test_all_figures_are_counted(deck, month, settings):
    assert set(metrics.all_figures(deck, pd.Period(month), settings)) == set(FIGURES)

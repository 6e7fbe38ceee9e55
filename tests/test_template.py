"""`aftersales template`: an empty workbook that the reader takes as it is, once it is filled in."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from conftest import run, thinned

from aftersales import cli, demo, metrics, template
from aftersales.contract import params
from aftersales.contract.errors import InputError
from aftersales.contract.schema import CODES, EXAMPLE, GUIDE, TABLES
from aftersales.sources.load import load
from aftersales.template import words


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def empty(tmp_path):
    """The template of May 2024, of a store without records so far."""
    return template.write(tmp_path / "五月.xlsx", "2024-05")


def fill(path, table: str, rows: list[dict]) -> None:
    """Fill in rows under the example, by the heads, as somebody does."""
    fill_all(path, {table: rows})


def fill_all(path, tables: dict[str, list[dict]]) -> None:
    """Fill in several sheets; the workbook is opened once."""
    book = openpyxl.load_workbook(path)
    for table, rows in tables.items():
        sheet = book[TABLES[table].zh]
        heads = [cell.value.rstrip("*") for cell in sheet[1]]
        for r, row in enumerate(rows, 3):
            for name, value in row.items():
                column = TABLES[table].column(name)
                sheet.cell(r, heads.index(column.zh) + 1).value = value
    book.save(path)


def test_each_table_is_a_sheet_with_its_columns(empty):
    book = openpyxl.load_workbook(empty)
    assert book.sheetnames == [GUIDE, *(t.zh for t in TABLES.values())]
    for table in TABLES.values():
        sheet = book[table.zh]
        assert [c.value for c in sheet[1]] == [c.zh + "*" * c.required for c in table.columns]
        assert sheet.freeze_panes == "C2"
        assert all(
            c.comment and words.instruction(table.name, column) in c.comment.text
            for c, column in zip(sheet[1], table.columns, strict=True)
        )
        assert sheet["A2"].value == EXAMPLE
        assert sheet.max_row == 2


def test_coded_columns_have_a_list_of_what_they_take(empty):
    book = openpyxl.load_workbook(empty)
    for table in TABLES.values():
        sheet = book[table.zh]
        offered = {str(v.sqref): v for v in sheet.data_validations.dataValidation}
        for i, column in enumerate(table.columns, 1):
            letter = openpyxl.utils.get_column_letter(i)
            if column.codes:
                found = offered[f"{letter}2:{letter}5001"]
                assert found.type == "list"
                offers = found.formula1.strip('"').split(",")
                names = [zh for zh, _ in CODES[column.codes].values()]
                assert offers == names or (
                    column.codes == "metric" and {"预约率"} <= set(offers) <= set(names)
                )
            if column.kind in ("date", "datetime"):
                assert (
                    sheet[f"{letter}2"].number_format.startswith("yyyy-mm-dd")
                    or sheet[f"{letter}2"].value is None
                )


def test_every_column_is_explained_with_its_options_and_an_example(empty):
    sheet = openpyxl.load_workbook(empty)[GUIDE]
    lines = [[c.value for c in row] for row in sheet.iter_rows()]
    assert lines[0][0] == "客服部月报数据 · 2024年5月"
    columns = [
        line for line in lines if line[3] and line[1] in {c.zh for t in TABLES.values() for c in t.columns}
    ]
    assert len(columns) == sum(len(t.columns) for t in TABLES.values())
    links = [c.hyperlink.location for row in sheet.iter_rows(max_col=1) for c in row if c.hyperlink]
    assert links == [f"'{t.zh}'!A1" for t in TABLES.values()]


def test_the_example_is_no_record_and_the_sheets_of_our_own_are_no_remark(empty):
    fill(
        empty,
        "repair_orders",
        [
            {
                "order_id": "R1",
                "vin": "LSVAA2180E2099999",
                "owner_type": "公车",
                "opened_at": pd.Timestamp("2024-05-06 09:00"),
            }
        ],
    )
    tables = load(str(empty))
    assert list(tables.repair_orders["order_id"]) == ["R1"]
    for name in TABLES:
        if name != "repair_orders":
            assert len(tables[name]) == 0, name
    assert not [n for n in tables.notes if GUIDE in str(n)]
    assert sum(r["count"] for r in tables.repairs if r["kind"] == "example_row") == len(TABLES)


def test_filled_in_it_is_that_of_its_store_and_of_no_other(tmp_path):
    order = {"order_id": "R1", "vin": "LSVAA2180E2099999", "owner_type": "公车"}
    for number, store in enumerate(("东城店", "西城店"), 5):
        path = template.write(tmp_path / f"{store}.xlsx", f"2024-0{number}", store=store)
        assert openpyxl.load_workbook(path)[GUIDE]["A2"].value == f"门店：{store}"
        fill(path, "repair_orders", [order | {"opened_at": pd.Timestamp(f"2024-0{number}-06 09:00")}])
    east = str(tmp_path / "东城店.xlsx")
    assert load(east).store == load(east, "东城店").store == "东城店"
    assert set(load(east).repair_orders["store"]) == {"东城店"}
    for call in (["check"], ["report", "--out", str(tmp_path / "out")]):
        assert cli.main([*call, "--month", "2024-05", "--source", east, "--store", "西城店"]) == 2
    with pytest.raises(InputError, match=r"no such store\. It has: 东城店"):
        load(east, "西城店")
    both = str(tmp_path)  # two stores' templates in a folder are two stores
    assert [load(both, s, m).store for s, m in (("东城店", "2024-05"), ("西城店", "2024-06"))] == [
        "东城店",
        "西城店",
    ]
    with pytest.raises(InputError, match="no record in it for 西城店"):
        load(both, "西城店", "2024-05")


def test_the_column_counts_where_it_names_a_store(empty):
    order = {"order_id": "R1", "vin": "LSVAA2180E2099999", "owner_type": "公车", "store": "南城店"}
    fill(empty, "repair_orders", [order | {"opened_at": pd.Timestamp("2024-05-06 09:00")}])
    assert load(str(empty)).store == "南城店"
    with pytest.raises(InputError, match="no such store"):
        load(str(empty), "示范店")


def test_filled_in_it_says_what_was_filled_in(empty):
    """A made-up store's month typed into the template gives the same tables as its own files."""
    made = thinned(demo.generate(7000, 2), 8)
    filled = {}
    for name, frame in made.items():
        rows = filled[name] = []
        for row in frame.to_dict("records"):
            kept = {k: v for k, v in row.items() if not pd.isna(v) and k in TABLES[name].names}
            rows.append({k: words.displayed(TABLES[name].column(k), v) for k, v in kept.items()})
    fill_all(empty, filled)
    tables = load(str(empty))
    for name, frame in made.items():
        assert len(tables[name]) == len(frame), name
    orders = tables.repair_orders
    assert list(orders["order_id"]) == list(made["repair_orders"]["order_id"])
    assert list(orders["opened_at"]) == list(made["repair_orders"]["opened_at"])
    assert list(orders["owner_type"]) == list(made["repair_orders"]["owner_type"])
    assert list(tables.oem_css["lounge"].dropna()) == list(made["oem_css"]["lounge"].dropna())
    assert list(tables.bookings["proactive"]) == list(made["bookings"]["proactive"])
    done = run("check", "--month", "2024-04", "--source", empty)
    assert done.returncode == 0, done.stdout + done.stderr
    april = made["repair_orders"]["opened_at"] >= "2024-04-01"
    found = metrics.all_figures(tables, pd.Period("2024-04"), params.load())
    assert found["volume.orders"] == april.sum()


def test_the_measures_of_last_month_are_carried_over(tmp_path):
    actions = demo.generate()["actions"]
    path = template.write(tmp_path / "t.xlsx", source="demo")
    rows = list(openpyxl.load_workbook(path)["改善措施"].iter_rows(min_row=3, values_only=True))
    columns = TABLES["actions"].names
    months, status = ([row[columns.index(name)] for row in rows] for name in ("month", "status"))
    last = actions[actions["month"] == "2024-04"]
    assert months.count("2024-04") == len(last)
    older = actions[(actions["month"] < "2024-04") & (actions["status"] != "done")]
    assert len(rows) == len(last) + len(older)
    assert {s for m, s in zip(months, status, strict=True) if m < "2024-04"} <= {"未做", "进行中"}
    heads = [c.value for c in openpyxl.load_workbook(path)[GUIDE]["A"]]
    assert heads[0] == "客服部月报数据 · 2024年5月"  # the month after the source's last


@pytest.mark.parametrize(
    ("month", "year", "expected"),
    [("4", None, "2025-04"), ("2024-06", None, "2024-06"), ("5", "2023", "2023-05")],
)
def test_which_month(tmp_path, month, year, expected):
    path = template.write(tmp_path / "t.xlsx", month, year, source="demo")
    period = pd.Period(expected)
    assert openpyxl.load_workbook(path)[GUIDE]["A1"].value.endswith(f"{period.year}年{period.month}月")


def test_a_file_that_is_there_is_not_written_over(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_text("filled in")
    with pytest.raises(InputError, match="there already"):
        template.write(path)
    assert path.read_text() == "filled in"
    with pytest.raises(InputError, match="xlsx"):
        template.write(tmp_path / "t.csv")


def test_text_of_the_measures_is_never_a_formula(tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    (source / "actions.csv").write_text(
        "编号,提出月份,部门,存在问题\nA1,2024-04,前台,=1+1\n", encoding="utf-8"
    )
    (source / "repair_orders.csv").write_text(
        "工单号,VIN,客户类型,开单时间\nR1,LSVAA2180E2012345,私车,2024-04-09\n", encoding="utf-8"
    )
    cell = openpyxl.load_workbook(template.write(tmp_path / "t.xlsx", source=str(source)))["改善措施"]["F3"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")

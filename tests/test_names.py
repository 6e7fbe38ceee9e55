"""What people name their files and sheets: which table each is, and what several of one table make."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from aftersales.contract.errors import InputError
from aftersales.contract.schema import LISTED, TABLES
from aftersales.contract.tables import Tables
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions
from aftersales.sources.readers import csv as texts
from aftersales.sources.readers.names import likely, named, without_marks

HEADS = ["工单号", "VIN", "客户类型", "开单时间"]
MARCH = ["R1", "LSVAA2180E2100001", "私车", "2024-03-10"]
APRIL = ["R2", "LSVAA2180E2200001", "公车", "2024-04-09"]
JOBS = [["派工号", "工单号", "技师", "完工时间"], ["J1", "R2", "赵刚", "2024-04-09 11:00"]]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))


def load(source: Path | str, **more) -> Tables:
    return cached_load(str(source), None, ReadOptions(default_store="本店", masked=False, **more))


def book(path: Path, **sheets: list[list[str]]) -> Path:
    path.parent.mkdir(exist_ok=True)
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def codes(tables: Tables) -> set[str]:
    return {note.code for note in tables.notes} - {"absent_table"}


@pytest.mark.parametrize("table", list(TABLES))
def test_every_table_is_known_by_its_name_with_marks_and_by_no_other(table):
    for name in (table, TABLES[table].zh):
        for text in (
            f"{name}2024年4月",
            f"{name}_202404 (1)",
            f"4月{name}",
            f"{name} - 副本",
            f"{name}（导出）最新版",
        ):
            assert named(text, {}).table == table, text
        for text in (f"{name}汇总", f"东城店{name}", f"{name}和工资", f"{name}x", "2024-04", "副本"):
            assert named(text, {}) is None, text
    assert table in likely(TABLES[table].zh)
    assert without_marks(f"{TABLES[table].zh}_20240501 (2)") == TABLES[table].zh


# Sheets


def test_the_months_of_a_table_are_sheets(tmp_path):
    one = book(
        tmp_path / "数据.xlsx", **{"维修工单3月": [HEADS, MARCH], "维修工单4月": [HEADS, APRIL, MARCH]}
    )
    tables = load(one)
    assert sorted(tables.repair_orders["order_id"]) == ["R1", "R2"]
    assert [(r["kind"], r["sheet"], r["count"]) for r in tables.repairs if r["kind"] == "overlap"] == [
        ("overlap", "维修工单4月", 1)
    ]
    book(
        tmp_path / "数据.xlsx",
        **{"维修工单3月": [HEADS, MARCH], "维修工单4月": [HEADS, [*MARCH[:2], "公车", MARCH[3]]]},
    )
    with pytest.raises(InputError) as error:
        load(one)
    (fault,) = error.value.faults
    assert (fault.kind, fault.sheet, fault.row) == ("duplicate", "维修工单4月", 2)


@pytest.mark.parametrize(
    ("titles", "rows"),
    [
        (("3月", "4月"), 2),
        (("Sheet1", "Sheet2"), 2),  # a long export goes on in the next sheet
        (("维修工单", "维修工单 (2)"), 2),
        (("维修工单", "备查"), 1),
    ],
)
def test_the_sheets_of_a_file_of_one_table(tmp_path, titles, rows):
    first, second = titles
    book(tmp_path / "in" / "维修工单.xlsx", **{first: [HEADS, MARCH], second: [HEADS, APRIL]})
    tables = load(tmp_path / "in")
    assert len(tables.repair_orders) == rows
    assert codes(tables) == ({"several_files"} if rows == 2 else {"unknown_sheet"})
    (tmp_path / "in" / "另一个.txt").write_text("x")  # the source is another, the file is not read again
    again = load(tmp_path / "in")
    assert len(again.repair_orders) == rows


def test_the_sheet_with_the_heads_counts_and_not_the_cover(tmp_path):
    sheets = {
        "封面": [["四月维修工单"], ["制表", "王芳"]],
        "透视": [["顾问", "台次"], ["李强", "3"]],
        "明细": [HEADS, APRIL],
    }
    book(tmp_path / "in" / "维修工单202404.xlsx", **sheets)
    tables = load(tmp_path / "in")
    assert list(tables.repair_orders["order_id"]) == ["R2"]
    told = [str(note) for note in tables.notes if "sheet" in note.code]
    assert [("封面" in one, "透视" in one) for one in told] == [(True, False), (False, True)]


def test_workbooks_of_months_in_a_folder_and_none_that_a_check_has_marked(tmp_path):
    book(tmp_path / "in" / "2024-03.xlsx", 维修工单=[HEADS, MARCH])
    book(tmp_path / "in" / "2024-04.xlsx", 维修工单=[HEADS, APRIL], 派工记录=JOBS)
    book(tmp_path / "in" / "2024-04 检查.xlsx", **{LISTED: [["问题"]], "维修工单": [HEADS, APRIL, APRIL]})
    tables = load(tmp_path / "in")
    assert (len(tables.repair_orders), len(tables.jobs)) == (2, 1)


# Files of other kinds


def test_parquet_by_months_and_a_database_by_the_params(tmp_path):
    (tmp_path / "in").mkdir()
    for month, row in (("2024-03", MARCH), ("2024-04", APRIL)):
        pd.DataFrame([row], columns=HEADS).to_parquet(tmp_path / "in" / f"repair_orders_{month}.parquet")
    assert len(load(tmp_path / "in").repair_orders) == 2
    with sqlite3.connect(tmp_path / "dms.db") as connection:
        pd.DataFrame([APRIL], columns=[*HEADS[:2], "性质", "开单时间"]).to_sql(
            "T_RO_HEAD", connection, index=False
        )
        pd.DataFrame([MARCH], columns=HEADS).to_sql("维修工单_旧", connection, index=False)
    url = f"sqlite:///{tmp_path}/dms.db"
    known = {
        "table_names": {"t_ro_head": "repair_orders"},
        "constants": {"repair_orders": {"owner_type": "private", "mileage_km": 5}},
        "value_aliases": {"repair_orders.owner_type": {"公车": "fleet"}},
    }
    tables = load(url, **known)
    assert tables.repair_orders[["order_id", "owner_type", "mileage_km"]].to_numpy().tolist() == [
        ["R2", "private", 5]
    ]
    assert codes(tables) >= {"constant", "likely_sql_table"}
    tables = load(url, **known, aliases={"repair_orders.性质": "owner_type", "jobs.性质": "technician"})
    assert list(tables.repair_orders["owner_type"]) == ["fleet"]
    assert [r["count"] for r in tables.repairs if r["kind"] == "own_value"] == [1]
    with pytest.raises(InputError, match="the database has no table of ours"):
        load(url)


def test_of_several_files_only_the_changed_one_is_read_again(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    for name, row in (("维修工单3月", MARCH), ("维修工单4月", APRIL)):
        (tmp_path / "in" / f"{name}.csv").write_text(
            f"{','.join(HEADS)}\n{','.join(row)}\n", encoding="utf-8"
        )
    first = load(tmp_path / "in").repair_orders
    (tmp_path / "in" / "readme.txt").write_text("another file")
    with monkeypatch.context() as patched:
        patched.setattr(texts, "table", lambda data, name, file, *_: pytest.fail(f"{file} is read again"))
        pd.testing.assert_frame_equal(load(tmp_path / "in").repair_orders, first)
    read = []
    table = texts.table
    monkeypatch.setattr(texts, "table", lambda *args: read.append(args[2]) or table(*args))
    load(tmp_path / "in", table_names={"别的": "jobs"})  # other names, another reading
    assert read == ["维修工单3月.csv", "维修工单4月.csv"]

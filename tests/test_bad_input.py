"""Bad input: each kind is reported with its place, or read and listed; no traceback, no wrong figure."""

from __future__ import annotations

import base64
import datetime as dt
import html
import io
import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from conftest import run

from aftersales.contract.errors import InputError
from aftersales.contract.notes import in_language
from aftersales.contract.tables import Tables
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions
from aftersales.sources.readers import excel as sheets

VIN = "LSVAA2180E2012345"
HEADS = ["工单号", "VIN", "客户类型", "开单时间", "结算金额", "服务顾问"]
ONE = ["R1", VIN, "私车", "2024-04-09", "100", "李强"]
TWO = ["R2", VIN, "公车", "2024-04-10 09:30", "2,200.50", "王芳"]
JOBS = ["派工号", "工单号", "维修技师", "完工时间", "未一次修复原因"]
CALLS = ["回访编号", "工单号", "回访时间", "回访结果", "问题一", "建议"]


def csv(*rows: list[str], end: str = "\n", encoding: str = "utf-8") -> bytes:
    text = "".join(",".join(f'"{c}"' if "," in c else c for c in row) + end for row in rows)
    return text.encode(encoding)


def xlsx(*rows: list[Any], sheet: str = "Sheet1", **more: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in {sheet: list(rows), **more}.items():
        made = book.create_sheet(title)
        for row in cells:
            made.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write(folder: Path, files: dict[str, bytes]) -> str:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return str(folder)


def load(source: str, **aliases: str) -> Tables:
    return cached_load(source, None, ReadOptions(aliases, "本店", masked=False))


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))


# Told: the file, and what its message must have


def bad(name: str, files: dict[str, bytes], *says: str) -> Any:
    return pytest.param(files, says, id=name)


def order(column: str, cell: str) -> dict[str, bytes]:
    """An orders file whose third row has a cell."""
    row = [cell if head == column else value for head, value in zip(HEADS, TWO, strict=True)]
    return {"repair_orders.csv": csv(HEADS, ONE, row)}


def with_orders(name: str, *rows: list[str]) -> dict[str, bytes]:
    return {"维修工单.csv": csv(HEADS, ONE), f"{name}.csv": csv(*rows)}


def stray_cell() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(HEADS)
    book.active.append(ONE)
    book.active["XFD1048576"] = "x"
    return saved(book)


def error_cell() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(JOBS)
    book.active.append(["J1", "R1", "赵刚", dt.datetime(2024, 4, 9), "#N/A"])
    book.active["E2"].data_type = "e"
    return saved(book)


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"<workbook/>")
        package.writestr("xl/sharedStrings.xml", b" " * (200 << 20), compresslevel=1)
    return stream.getvalue()


def other_archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("word/document.xml", "<document/>")
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
LAST = '<c r="F2" t="inlineStr"><is><t>&#26446;&#24378;</t></is></c>'


def inside(old: str, new: str, part: str = SHEET) -> dict[str, bytes]:
    """A sound workbook but for one place in the XML of its sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(HEADS, ONE))) as sound, zipfile.ZipFile(stream, "w") as made:
        for name in sound.namelist():
            text = sound.read(name).decode()
            assert name != part or old in text
            made.writestr(name, text.replace(old, new, 1) if name == part else text)
    return {"repair_orders.xlsx": stream.getvalue()}


def parquet(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


DAMAGED = (
    "repair_orders.xlsx: got a file that is damaged; "
    "expected an Excel workbook. Open it in Excel and save it again"
)
BAD = [
    # cells
    bad(
        "a date that does not exist",
        order("开单时间", "2024-02-30"),
        "repair_orders.csv, row 3, column 开单时间: got '2024-02-30'",
        "expected a date like 2024-04-09",
    ),
    bad(
        "a date with the month first or last",
        order("开单时间", "09/04/2024"),
        "row 3, column 开单时间: got '09/04/2024'",
    ),
    bad(
        "a date with two digits of its year",
        order("开单时间", "24-4-9"),
        "row 3, column 开单时间: got '24-4-9'",
    ),
    bad(
        "a date in another century",
        order("开单时间", "2204-04-09"),
        "row 3, column 开单时间: got '2204-04-09'",
    ),
    bad("a word for no VIN", order("VIN", "NULL"), "repair_orders.csv, row 3, column VIN: got an empty cell"),
    bad("a time that does not exist", order("开单时间", "2024-04-09 25:00"), "got '2024-04-09 25:00'"),
    bad("a year alone", order("开单时间", "2024"), "got '2024'"),
    bad("a month instead of a day", order("开单时间", "2024-04"), "got '2024-04'"),
    bad("words for a date", order("开单时间", "上周二"), "got '上周二'"),
    bad(
        "words for a number",
        order("结算金额", "约两千"),
        "row 3, column 结算金额: got '约两千'; expected a number",
    ),
    bad("a decimal comma", order("结算金额", "2200,50"), "got '2200,50'; expected a number"),
    bad("separators in the wrong places", order("结算金额", "12,34,567"), "got '12,34,567'"),
    bad("a number in ten thousands and thousands", order("结算金额", "1万2"), "got '1万2'"),
    bad(
        "a negative amount: a red-ink settlement",
        order("结算金额", "-2200.5"),
        "row 3, column 结算金额: got '-2200.5'; expected a number of 0 or more",
    ),
    bad("infinity", order("结算金额", "1e999"), "got '1e999'"),
    bad(
        "an unknown code",
        order("客户类型", "租赁"),
        "row 3, column 客户类型: got '租赁'; expected one of private (私车), fleet (公车)",
    ),
    bad(
        "an empty cell that is needed",
        order("客户类型", ""),
        "row 3, column 客户类型: got an empty cell; expected a value",
    ),
    bad("a dash that is needed", order("VIN", "-"), "row 3, column VIN: got an empty cell"),
    bad(
        "an order number that Excel has shortened",
        order("工单号", "2.02404E+11"),
        "row 3, column 工单号: got '2.02404E+11'",
        "Excel has cut its digits",
    ),
    bad(
        "an order number of more digits than Excel keeps",
        {"repair_orders.xlsx": xlsx(HEADS, [20240409000100023, *ONE[1:]])},
        "sheet Sheet1, row 2, column 工单号",
        "Excel has cut its digits",
    ),
    bad(
        "an error of a formula",
        {**order("结算金额", "5"), "jobs.xlsx": error_cell()},
        "jobs.xlsx, sheet Sheet, row 2, column 未一次修复原因: got '#N/A'",
        "error of a formula",
    ),
    bad("an error of a formula in a CSV", order("服务顾问", "#REF!"), "row 3, column 服务顾问: got '#REF!'"),
    bad(
        "an answer above 100",
        with_orders("回访记录", CALLS, ["C1", "R1", "2024-04-10", "有效", "105", ""]),
        "回访记录.csv, row 2, column 问题一: got '105'; expected 非常满意",
    ),
    bad(
        "an answer that is none",
        with_orders("回访记录", CALLS, ["C1", "R1", "2024-04-10", "有效", "还行", ""]),
        "column 问题一: got '还行'",
    ),
    bad(
        "neither yes nor no",
        with_orders(
            "预约登记", ["预约单号", "预约进厂时间", "主动预约", "状态"], ["B1", "2024-04-09", "可能", "准时"]
        ),
        "column 主动预约: got '可能'; expected 是 or 否",
    ),
    bad(
        "a sample that is not whole",
        with_orders("厂家CSS", ["月份", "范围", "成功样本量"], ["2024-04", "本店", "9.5"]),
        "column 成功样本量: got '9.5'; expected a whole number",
    ),
    bad(
        "a month that is none",
        with_orders("厂家CSS", ["月份", "范围", "成功样本量"], ["2024-13", "本店", "9"]),
        "column 月份: got '2024-13'; expected a month like 2024-04",
    ),
    bad(
        "quarter points",
        with_orders("神秘访客", ["月份", "环节", "检查项", "得分"], ["2024-04", "接收车辆", "问候", "0.25"]),
        "column 得分: got '0.25'; expected whole or half points",
    ),
    # rows
    bad(
        "a number twice",
        {"repair_orders.csv": csv(HEADS, ONE, ONE)},
        "row 3, column 工单号: got 'R1'",
        "It stands in row 2 too",
    ),
    bad(
        "a car delivered before it came",
        {"repair_orders.csv": csv([*HEADS, "交车时间"], [*TWO, "2024-04-09"])},
        "row 2, column 交车时间",
        "expected not before opened_at 2024-04-10",
    ),
    bad(
        "a complaint closed without a date",
        with_orders(
            "投诉台账",
            ["投诉编号", "受理时间", "类别", "责任部门", "状态"],
            ["K1", "2024-04-09", "质量", "前台", "已关闭"],
        ),
        (
            "投诉台账.csv, row 2, column closed_at: got an empty cell; "
            "expected a date, since the complaint is closed"
        ),
    ),
    bad(
        "a job of an order that is not there",
        with_orders("派工记录", JOBS, ["J1", "R9", "赵刚", "2024-04-09", ""]),
        "派工记录.csv, row 2, column 工单号: got 'R9'; expected one of the order_id in 维修工单.csv",
    ),
    bad(
        "a grievance of a call that is not there",
        {**with_orders("回访记录", CALLS), "不满意原因.csv": csv(["回访编号", "原因"], ["C9", "质量"])},
        "不满意原因.csv, row 2, column 回访编号: got 'C9'",
    ),
    bad(
        "a row with a comma too many",
        {"repair_orders.csv": csv(HEADS, ONE) + f"R2,{VIN},公车,2024-04-10,2,200.50,王芳\n".encode()},
        "repair_orders.csv, row 3: got 7 fields; expected 6",
        "quotation marks",
    ),
    bad(
        "rows swallowed by a quotation mark",
        {
            "repair_orders.csv": (
                ",".join([*HEADS, "备注"])
                + "\n"
                + ",".join(ONE)
                + ',"他说\n'
                + ",".join(TWO[:4])
                + ',5,王芳,"\n'
            ).encode()
        },
        "repair_orders.csv, row 2, column 备注: got a cell with whole rows in it",
    ),
    bad(
        "a quotation mark that is never closed",
        {"repair_orders.csv": csv(HEADS, ONE) + f'R2,{VIN},公车,2024-04-10,5,"王芳\n'.encode()},
        "repair_orders.csv, row 3: got a quotation mark that is never closed",
    ),
    bad(
        "a file cut off in its last row",
        {"repair_orders.csv": csv(HEADS, ONE, ONE)[:-20]},
        "repair_orders.csv, row 3: got a last row of 4 fields; expected 6 fields",
        "export it again",
    ),
    # heads
    bad(
        "a column that is missing",
        {"repair_orders.csv": csv(HEADS[:3], ONE[:3])},
        "repair_orders.csv: expected a column opened_at (开单时间)",
        "header_aliases",
    ),
    bad(
        "no heads at all",
        {"repair_orders.csv": csv(ONE, TWO)},
        "repair_orders.csv: got no row with the names of the columns",
        "工单号 (order_id)",
    ),
    bad(
        "a column twice",
        {"repair_orders.csv": csv([*HEADS, "工单号"], [*ONE, "R1"])},
        "column 工单号: got 工单号 and 工单号; expected one column for order_id",
    ),
    bad(
        "two heads that may mean the same column",
        {
            "repair_orders.csv": csv(
                ["工单号", "VIN", "客户类型", "进厂时间", "接车时间"],
                ["R1", VIN, "私车", "2024-04-09", "2024-04-10"],
            )
        },
        "got 进厂时间 and 接车时间; expected one column for opened_at",
    ),
    # files
    bad(
        "an empty file",
        {"repair_orders.csv": b""},
        "repair_orders.csv: got an empty file; expected a header row",
    ),
    bad(
        "an empty sheet",
        {"repair_orders.xlsx": xlsx()},
        "repair_orders.xlsx, sheet Sheet1: got no cell with anything in it",
    ),
    bad(
        "two files of one table",
        {"repair_orders.csv": csv(HEADS, ONE), "维修工单.csv": csv(HEADS, ONE)},
        "got repair_orders.csv and 维修工单.csv; expected one file for the table repair_orders",
    ),
    bad(
        "two sheets of one table",
        {"book.xlsx": xlsx(HEADS, ONE, sheet="维修工单", repair_orders=[HEADS, ONE])},
        "book.xlsx, sheet repair_orders: got 维修工单 and repair_orders",
    ),
    bad(
        "neither UTF-8 nor GB18030",
        {"repair_orders.csv": csv(HEADS, ONE) + b"R2,\xff\xff\xff\n"},
        "repair_orders.csv, row 3: got bytes that are no UTF-8",
    ),
    bad(
        "UTF-8 with a broken character",
        {"repair_orders.csv": csv(HEADS, ONE, TWO).replace("公车".encode(), "公车".encode()[:-1])},
        "repair_orders.csv, row 3: got bytes that are no UTF-8; expected UTF-8",
    ),
    bad(
        "UTF-16 that is broken",
        {"repair_orders.csv": b"\xff\xfe" + b"\x00\xd8" * 3 + b"a"},
        "repair_orders.csv: got broken UTF-16",
    ),
    bad(
        "zeros of a disk that failed",
        {"repair_orders.csv": bytes(2000)},
        "repair_orders.csv: got a file that is none; expected a file .csv",
    ),
    bad(
        "zeros in the middle",
        {"repair_orders.csv": csv(HEADS, *[ONE] * 20) + bytes(200)},
        "repair_orders.csv: got a binary file",
    ),
    bad(
        "a web page named .xls",
        {"repair_orders.xls": "<html><table><tr><td>工单号</td></tr></table></html>".encode()},
        "repair_orders.xls: got a web page (HTML), no workbook; expected an Excel workbook",
        "save it as .xlsx",
    ),
    bad(
        "a workbook cut off",
        {"repair_orders.xlsx": xlsx(HEADS, ONE)[:-800]},
        "repair_orders.xlsx: got a file that is damaged; expected an Excel workbook",
    ),
    bad(
        "another archive",
        {"repair_orders.xlsx": other_archive()},
        "repair_orders.xlsx: got a Word document",
    ),
    bad(
        "a workbook with a password",
        {"repair_orders.xlsx": b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le")},
        "repair_orders.xlsx: got a workbook with a password",
    ),
    bad(
        "an .xls cut off",
        {"repair_orders.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)},
        "repair_orders.xls: got a file that is damaged",
    ),
    bad(
        "a cell at the end of the sheet",
        {"repair_orders.xlsx": stray_cell()},
        "that reaches to row 1,048,576 and column 16,384",
    ),
    bad(
        "an archive that unpacks to too much", {"repair_orders.xlsx": bomb()}, "a file that unpacks to 200 MB"
    ),
    bad("a cell beyond any sheet", inside('r="A2"', 'r="ZZZZ99999999999"'), DAMAGED),
    bad("a cell one row below any sheet", inside('r="F2"', 'r="XFD1048577"'), DAMAGED),
    bad("a cell at the end of the sheet in the second row", inside('r="F2"', 'r="XFD1048576"'), DAMAGED),
    bad("a cell above the sheet", inside('r="A2"', 'r="A0"'), DAMAGED),
    bad("a cell in a row below zero", inside('r="A2"', 'r="A-2"'), DAMAGED),
    bad("a row below zero", inside('<row r="2"', '<row r="-2"'), DAMAGED),
    bad("a cell whose row wraps around", inside('r="F2"', 'r="A4294967296"'), DAMAGED),
    bad(
        "a text that is not in the list of texts",
        inside(LAST, '<c r="F2" t="s"><v>99999999</v></c>'),
        DAMAGED,
    ),
    bad("a sheet whose XML is cut off", inside("</row></sheetData>", ""), DAMAGED),
    bad(
        "a Parquet file cut off",
        {"repair_orders.parquet": parquet(pd.DataFrame([ONE], columns=HEADS))[:-30]},
        "repair_orders.parquet: got a file that is damaged or none; expected a Parquet file",
    ),
    bad(
        "a Parquet file that is none",
        {"repair_orders.parquet": csv(HEADS, ONE), "jobs.csv": csv(JOBS)},
        "repair_orders.parquet: got a file that is none; expected a Parquet file",
    ),
    bad(
        "lists in a Parquet file",
        {"repair_orders.parquet": parquet(pd.DataFrame([[["R1"], *ONE[1:]]], columns=HEADS))},
        "repair_orders.parquet, row 2, column 工单号: got 'bytes'",
    ),
    bad(
        "a line of ten thousand fields",
        {"repair_orders.csv": csv(HEADS, ONE) + b"," * 10_000},
        "repair_orders.csv: got a line of 10001 fields",
    ),
    bad(
        "no repair orders",
        {"jobs.csv": csv(JOBS)},
        "expected a table repair_orders (维修工单)",
        "The source has: jobs",
    ),
    bad(
        "no table at all",
        {"notes.csv": b"a,b\n1,2\n"},
        "no table found in it. Expected files or sheets named repair_orders (维修工单)",
    ),
]


@pytest.mark.parametrize(("files", "says"), BAD)
def test_it_is_told_with_its_place(tmp_path, files, says):
    source = write(tmp_path / "exports", files)
    if list(files) == ["book.xlsx"]:
        source += "/book.xlsx"
    with pytest.raises(InputError) as error:
        load(source)
    for text in says:
        assert text in str(error.value)
    assert VIN not in str(error.value)


def test_a_workbook_that_ends_its_reader_does_not_end_the_program(tmp_path):
    source = write(tmp_path / "exports", inside('r="A2"', 'r="ZZZZ99999999999"'))
    for extra in ((), ("--xlsx", tmp_path / "marked.xlsx")):
        done = run("check", "--month", "4", "--source", source, *extra, COLUMNS="200")
        assert done.returncode == 2, done.stderr
        for text in ("repair_orders.xlsx", "文件已损坏", "用Excel打开后另存为.xlsx"):
            assert text in done.stdout
        assert done.stderr == ""
    done = run("report", "--month", "2024-04", "--source", source, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "文件已损坏" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('ref="A1:F2"', 'ref="A1:ZZZZ99999999999"'),
        ('ref="A1:F2"', 'ref="A1:XFD1048576"'),
        ('<row r="2"', '<row r="99999999999"'),
        ('r="A2" t=', 'r="A2" s="999999999" t='),
        (
            "</sheetData>",
            '</sheetData><mergeCells count="1"><mergeCell ref="A1:ZZZZ99999999999"/></mergeCells>',
        ),
    ],
)
def test_what_is_odd_about_a_sheet_but_not_in_its_cells_does_no_harm(tmp_path, old, new):
    assert load(write(tmp_path / "exports", inside(old, new))).repair_orders["order_id"].tolist() == ["R1"]


def test_a_workbook_that_takes_too_long_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "_SECONDS", 0)
    with pytest.raises(InputError, match="takes more than 0 seconds to read"):
        load(write(tmp_path / "exports", {"repair_orders.xlsx": xlsx(HEADS, ONE)}))


def test_there_are_enough_kinds_of_it():
    assert len(BAD) >= 40


def test_each_value_of_a_column_once_with_its_count_the_first_twenty_then_how_many_more(tmp_path):
    rows = [[f"R{i}", VIN, "租赁", f"第{i % 30}天", "1", "李强"] for i in range(60)]
    with pytest.raises(InputError) as error:
        load(write(tmp_path / "exports", {"repair_orders.csv": csv(HEADS, *rows)}))
    lines = str(error.value).splitlines()
    assert lines[0].startswith("The input is bad: 120 faults.")
    types = [line for line in lines if "column 客户类型" in line]
    dates = [line for line in lines if "column 开单时间" in line]
    assert len(lines) == 1 + len(types) + len(dates)
    assert [re.sub(r"; .*", "", line) for line in types] == [
        "  repair_orders.csv, row 2 (first of 60), column 客户类型: got '租赁'"
    ]
    assert len(dates) == 20 + 1
    assert "row 21 (first of 2), column 开单时间: got '第19天'" in dates[-2]
    assert dates[-1] == "  repair_orders.csv, column 开单时间: … and 10 more, in 20 places"


def test_what_is_told_is_masked(tmp_path):
    people = ["VIN", "建档日期", "客户类型", "姓名", "电话", "车牌号"]
    person = [VIN, "昨天", "私车", "王小明", "13812341234", "沪A12345"]
    files = {
        "repair_orders.csv": csv(HEADS, [*ONE[:4], "13812341234", "沪A12345"]),
        "customers.csv": csv(person, person),
        "churn_calls.csv": csv(["VIN", "回访时间", "回访结果"], [VIN, "王小明13812341234", "沪A12345"]),
    }
    with pytest.raises(InputError) as error:
        load(write(tmp_path / "exports", files))
    files["customers.csv"] = csv(people, person, person)
    with pytest.raises(InputError) as again:
        load(write(tmp_path / "exports", files))
    for told in (str(error.value), str(again.value)):
        assert "customers.csv" in told
        assert "138****1234" in told
        for secret in (VIN, "13812341234", "沪A12345"):
            assert secret not in told
    assert "王小明" not in str(error.value).split("churn_calls.csv")[0]


# Read all the same, and listed

XLS = """\
c-rk)O-NKx6h8O8H_lJ~jHZDWB0`p?;fz07prfMcqA_(c`!~%|LeU!9m|>Q=60wl5q85rR+E{I@s2~?%i$Kdo5CmG(\
q96(^Td31HXWmR|6F5*p^1k7od(OG%e(&CQf9H*lg-`b1jhTWa$N?GV-9`vn;1igPUc(Gn?sk*v%?+5`8vZL74LFcN\
I(QiJTu)<2<2?lu+)+kQ0=&g^2u?srbCWY}1(DBfs20?QY?K17qbC%ixm6J?kFi|K@-|04VwuaHZkE{?J1Gvpn5`r!\
OP$60q<Ah11>(KObzZZ_0#WdcX7SmJ!V{~5JlFB+#{aA!RtbhdzyU3CHaT5nN5M^6vilJ!c6&-eL0ob14!eC4B5}wE\
;hQ@SVA{L3pTueYmGuii|BuCf{U7`W9LlBsUP%FH2lr84DxEmgy$Y2mV!G|~?)Qf)9J4Th6COAjL5$ar*QbL6`i@Y*\
7e_+341(fj9H`Xw4A;*%6c7Ukx7D<s>8eB(swy1cozs_5ooMT8eR1i=6<jjqmT-Vwj=gz#R!dfDp*7WFO-s+fMvS!7\
_27YENls7OzBMz0Laly6GcmNWtgZ($!=C;w6Sa=FB=e#zDTJ45Fv?m8V?CS~tQp_N?5(da?KP#gD)zMVG2}U{Hqu)G\
H=LsySUHqSbUvBHHMX!k&#dcNk6{^!F_<TmMyblq4vx9Nr3v_)G{%H&(*k`n>Ybm;?#Fh%vn8TFR5W!ua_E(<AL8-7\
*J6G8bwIL67T2y49@xCOP&c+WETezh<P4Ho?VDRYk;7mPOss~pqzJ*iTO1)cf~3dtzCVv8p(Xn)87;+UDQM|bX2}n;\
#LPizyk}(eK8u)XJY<PBTN(Q|dUC_)$HWi0o^oP0s_e2KcA42tDxb{kYkU^52cz{Ed1YqLe@ec1tfnxh;)hdV&JdJs\
5?R!S8DWAPDFTM6J9vQnf(bNe(4aws1`Qfk73fMxcOJTEDeASDE^~VIyUrY@dF?aFszo_8<L?yyoh*bV%w5nD(EM2k\
I^pFK%dF%5UP!3Kr@Np5YPcN@0ncCj!z32=XW13ae{Tr|`uzDo+WC*4{}U}`58?"""


def mended(name: str, files: dict[str, bytes], kind: str, count: int, example: str = "") -> Any:
    return pytest.param(files, kind, count, example, id=name)


def merged() -> bytes:
    book = openpyxl.Workbook()
    for row in (["门店", *HEADS], ["本店", *ONE], [None, *TWO], [None, "R3", *TWO[1:]]):
        book.active.append(row)
    book.active.merge_cells("A2:A4")
    return saved(book)


def hidden() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["封面"])
    sheet = book.create_sheet("维修工单")
    sheet.append(HEADS)
    sheet.append(ONE)
    sheet.append(TWO)
    sheet.sheet_state = "hidden"
    return saved(book)


def orders(*rows: list[str]) -> dict[str, bytes]:
    return {"repair_orders.csv": csv(*rows)}


MENDED = [
    mended(
        "title rows",
        orders(["某某4S店"], ["维修台账", "2024年4月"], HEADS, ONE, TWO),
        "title_rows",
        2,
        "row 1 '某某4S店'",
    ),
    mended("heads again on each page", orders(HEADS, ONE, HEADS, TWO, HEADS), "repeated_header", 2, "row 3"),
    mended(
        "a title again on each page",
        orders(["某某4S店"], HEADS, ONE, ["某某4S店"], HEADS, TWO),
        "title_rows",
        2,
    ),
    mended("totals", orders(HEADS, ONE, TWO, ["合计", "", "", "", "2,300.50", ""]), "totals_row", 1, "row 4"),
    mended(
        "subtotals and totals in another column",
        orders(HEADS, ONE, ["", "", "小计：", "", "100", ""], TWO, ["", "总计", "", "", "2300.5", ""]),
        "totals_row",
        2,
    ),
    mended("who made it", orders(HEADS, ONE, TWO, ["制表人：张三"], ["共2条记录"]), "foot_row", 2),
    mended(
        "empty rows",
        orders(HEADS, ["", "", "", "", "", ""], ONE, [" ", "", "", "", "", ""], TWO),
        "empty_rows",
        2,
    ),
    mended("empty columns", orders(["", *HEADS], ["", *ONE], ["", *TWO]), "empty_columns", 1),
    mended("merged cells", {"repair_orders.xlsx": merged()}, "merged_cells", 2),
    mended("a hidden sheet", {"book.xlsx": hidden()}, "hidden_sheet", 1),
    mended("thousands separators", orders(HEADS, ONE, TWO), "thousands", 1, "'2,200.50'"),
    mended(
        "full-width digits",
        orders(HEADS, ONE, [*TWO[:4], "２２００．５０", "王芳"]),
        "full_width",
        1,
        "'２２００．５０'",
    ),
    mended(
        "full-width letters in a name",
        orders(HEADS, [*ONE[:5], "ＳＡ１"], [*TWO[:5], "SA1"]),
        "full_width",
        1,
    ),
    mended("a currency", orders(HEADS, ONE, [*TWO[:4], "¥2200.5元", "王芳"]), "unit", 1),
    mended(
        "numbers as text in Excel",
        {"repair_orders.xlsx": xlsx(HEADS, ONE, [*TWO[:4], 2200.5, "王芳"])},
        "text_number",
        1,
        "'100'",
    ),
    mended(
        "dates as text in Excel",
        {"repair_orders.xlsx": xlsx(HEADS, ONE, [*TWO[:3], dt.datetime(2024, 4, 10, 9, 30), *TWO[4:]])},
        "text_date",
        1,
    ),
    mended(
        "dates as serials", orders(HEADS, [*ONE[:3], "45391", *ONE[4:]], TWO), "serial_date", 1, "'45391'"
    ),
    mended(
        "dates as serials in Excel",
        {"repair_orders.xlsx": xlsx(HEADS, [*ONE[:3], 45391, *ONE[4:]], TWO)},
        "serial_date",
        1,
    ),
    mended("a time zone", orders(HEADS, [*ONE[:3], "2024-04-08T23:30:00Z", *ONE[4:]], TWO), "time_zone", 1),
    mended("blanks at the ends", orders(HEADS, [*ONE[:5], " 李强  "], TWO), "spaces", 1),
    mended("tabs inside text", orders(HEADS, [*ONE[:5], "李\t强"], TWO), "breaks", 1),
    mended(
        "line breaks inside text", {"repair_orders.xlsx": xlsx(HEADS, [*ONE[:5], "李\n强"], TWO)}, "breaks", 1
    ),
    mended("invisible characters", orders(HEADS, [*ONE[:5], "李\u200b强"], TWO), "invisible", 1),
    mended(
        "a VIN in small letters",
        orders(HEADS, [ONE[0], VIN.lower(), *ONE[2:]], TWO),
        "vin_case",
        1,
        "'***********012345'",
    ),
    mended("numbers that pandas made decimal", orders(HEADS, ["10023.0", *ONE[1:]], TWO), "id_decimals", 1),
    mended("words for nothing", orders(HEADS, [*ONE[:5], "NULL"], [*TWO[:5], "—"]), "empty_word", 2),
    mended(
        "a word for no number plate",
        orders([*HEADS, "车牌号"], [*ONE, "NULL"], [*TWO, "浙AYG243"]),
        "empty_word",
        1,
    ),
    mended("a workbook named .csv", {"repair_orders.csv": xlsx(HEADS, ONE, TWO)}, "wrong_suffix", 1),
    mended("a text named .xls", {"repair_orders.xls": csv(HEADS, ONE, TWO)}, "wrong_suffix", 1),
    mended("an old workbook", {"repair_orders.xls": zlib.decompress(base64.b85decode(XLS))}, "totals_row", 1),
]


@pytest.mark.parametrize(("files", "kind", "count", "example"), MENDED)
def test_it_is_mended_and_listed(tmp_path, files, kind, count, example):
    source = write(tmp_path / "exports", files)
    tables = load(f"{source}/book.xlsx" if list(files) == ["book.xlsx"] else source)
    frame = tables.repair_orders
    assert frame["vin"].str[:-1].unique().tolist() == [VIN[:-1]]
    assert frame["opened_at"].dt.strftime("%m-%d").unique().tolist() == ["04-09", "04-10"]
    assert frame["owner_type"].tolist()[:2] == ["private", "fleet"]
    assert frame["amount"].iloc[1] in (2200.5, 200)
    told = [r for r in tables.repairs if r["kind"] == kind]
    assert sum(r["count"] for r in told) == count
    assert in_language(told[0]["example"], "en").startswith(example)
    assert tables.store == "本店"


@pytest.mark.parametrize(
    "data",
    [
        csv(HEADS, ONE, TWO, encoding="gb18030"),
        csv(HEADS, ONE, TWO, encoding="utf-16"),
        b"\xef\xbb\xbf" + csv(HEADS, ONE, TWO),
        csv(HEADS, ONE, TWO, end="\r\n"),
        csv(HEADS, ONE, TWO, end="\r"),
        csv(HEADS, ONE, TWO).replace(b",", b";").replace(b"2;2", b"2,2"),
        csv(HEADS, ONE, TWO).replace(b",", b"\t").replace(b"2\t2", b"2,2"),
        csv(HEADS, ONE, TWO)[:-1],
    ],
)
def test_forms_of_csv(tmp_path, data):
    frame = load(write(tmp_path / "exports", {"repair_orders.csv": data})).repair_orders
    assert frame["amount"].tolist() == [100, 2200.5]
    assert frame["advisor"].tolist() == ["李强", "王芳"]


def test_what_is_mended_and_corrected_stands_in_the_report(tmp_path):
    folder = tmp_path / "params"
    folder.mkdir()
    base = Path(__file__).parents[1] / "params" / "default.yml"
    (folder / "default.yml").write_text(base.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "corrections.yml").write_text(
        (
            "- {table: repair_orders, match: {order_id: R1}, "
            "column: advisor, value: 李强, reason: 录错, reported_by: 王经理}"
        ),
        encoding="utf-8",
    )
    source = write(
        tmp_path / "exports", orders(HEADS, [*ONE[:5], "李刚"], TWO, ["合计", "", "", "", "2300.5", ""])
    )
    done = run(
        "report", "--month", 4, "--source", source, "--out", tmp_path / "out", AFTERSALES_PARAMS=folder
    )
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out" / "2024-04" / "示范店"
    notes = json.loads((out / "figures.json").read_text(encoding="utf-8"))["notes"]
    wanted = [
        "已更正维修工单（工单号='R1'）1行：服务顾问改为'李强'；原因：录错（王经理）。",
        "repair_orders.csv：已处理千位分隔符1处（结算金额），例如'2,200.50'。",
        "repair_orders.csv：已处理合计行1处，例如第4行 '合计 2300.5'。",
    ]
    page = html.unescape((out / "report.html").read_text(encoding="utf-8"))
    for note in wanted:
        assert note in notes
        assert note in page
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*")}
    write(tmp_path / "exports", orders(HEADS, ONE, ["R1", *TWO[1:]]))
    done = run(
        "report", "--month", 4, "--source", source, "--out", tmp_path / "out", AFTERSALES_PARAMS=folder
    )
    assert done.returncode == 2
    assert re.search("重复 +repair_orders.csv 第3行 “工单号”列 +R1 ", done.stderr)
    assert "Traceback" not in done.stderr
    assert {p: p.stat().st_mtime_ns for p in out.rglob("*")} == before

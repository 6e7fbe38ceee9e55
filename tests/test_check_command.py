"""`aftersales check`: what it prints, its exit codes, and the marked copy."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from conftest import run

from aftersales import demo
from aftersales.check import problems, terminal
from aftersales.contract.errors import Fault, InputError
from aftersales.contract.message import Message
from aftersales.contract.schema import LISTED, TABLES
from aftersales.reconcile import printed_file as printed_report

ORDERS = [
    ["工单号", "VIN", "客户类型", "开单时间", "交车时间", "结算金额", "车牌号"],
    ["R1", "LSVAA2180E2012345", "私车", "2024-04-09", "2024-04-10", "100", "沪A12345"],
    ["R2", "LSVAA2180E2012346", "公车", "2024-04-10", "2024-04-11", "200", "沪A12346"],
]
CALLS = [
    ["回访编号", "工单号", "回访时间", "回访结果"],
    ["C1", "R1", "2024-04-12", "有效"],
    ["C2", "R7", "2024-04-12", "有效"],
]


def folder(at: Path, **tables) -> Path:
    at.mkdir(exist_ok=True)
    for name, rows in tables.items():
        (at / f"{TABLES[name].zh}.csv").write_text(
            "\n".join(",".join(r) for r in rows) + "\n", encoding="utf-8"
        )
    return at


def workbook(at: Path, sheets: dict[str, list[list]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(at)
    return at


def changed(rows: list[list[str]], row: int, column: int, value: str) -> list[list[str]]:
    out = [list(r) for r in rows]
    out[row][column] = value
    return out


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "140")


def test_usable_records_are_told_with_what_does_not_add_up(tmp_path):
    source = folder(tmp_path / "in", repair_orders=ORDERS, survey_calls=CALLS)
    done = run("check", "--month", "4", "--source", source, "--store", "东城店")
    assert (done.returncode, done.stderr) == (0, "")
    assert "东城店 · 2024年4月" in done.stdout
    assert re.search(r"维修工单\s+2\s+0\s+2\s+2024-04", done.stdout)
    assert re.search(r"派工记录[\s–]+没有这张表", done.stdout)
    assert re.search(r"✗ 错误.*回访记录 C2.*2 +1 +改正工单号", done.stdout)
    assert "数据可用，2项需要核对" in done.stdout  # the order that does not exist, and a call without advisor


def test_bad_records_end_with_2_and_a_line_a_fault(tmp_path):
    bad = changed(changed(ORDERS, 1, 3, "2024-13-09"), 2, 2, "个体")
    source = folder(tmp_path / "in", repair_orders=bad)
    done = run("check", "--month", "4", "--source", source)
    assert (done.returncode, done.stderr) == (2, "")
    assert "数据有误，共2处" in done.stdout
    assert re.search(r"日期无法识别 +维修工单\.csv 第2行 “开单时间”列 +2024-13-09 +日期", done.stdout)
    assert re.search(r"没有这个选项 +维修工单\.csv 第3行 “客户类型”列 +个体 +私车、公车", done.stdout)
    english = run("check", "--month", "4", "--source", source, "--lang", "en")
    assert english.returncode == 2
    assert "The input is bad: 2 faults" in english.stdout


def test_a_line_a_column_and_distinct_value_with_its_count_and_first_row(tmp_path):
    rows = [
        ORDERS[0],
        *(
            [f"R{i}", f"LSVAA2180E20{i:05}", ["联营", "租赁"][i % 2], f"第{i % 25}天", "", "", ""]
            for i in range(50)
        ),
    ]
    done = run("check", "--month", "4", "--source", folder(tmp_path / "in", repair_orders=rows))
    assert done.stdout.startswith("数据有误，共100处")
    told = " ".join(done.stdout.split())
    assert told.count("✗ 错误") == 2 + 20
    for row, count, column, value in (
        (2, 25, "“客", "联营"),
        (3, 25, "“客", "租赁"),
        (2, 2, "“开", "第0天"),
    ):
        assert re.search(f"维修工单.csv 第{row}行（共{count}处） {column}.{{0,8}}{value}", told), told
    assert "… 还有5种，共10处 维修工单.csv “开单时间”列" in told


def test_a_call_that_is_wrong_is_an_error(tmp_path):
    for args in (["--month", "13"], ["--month", "4", "--source", tmp_path / "none"]):
        done = run("check", *args)
        assert done.returncode == 2
        assert done.stderr.startswith("错误：")
        assert "Traceback" not in done.stderr


def test_nothing_personal_is_printed_or_stands_in_comments(tmp_path):
    bad = changed(changed(ORDERS, 1, 3, "x"), 2, 0, "R1")
    bad = changed(bad, 2, 4, "打13812345678找王先生")
    copy = tmp_path / "marked.xlsx"
    done = run(
        "check", "--month", "4", "--source", folder(tmp_path / "in", repair_orders=bad), "--xlsx", copy
    )
    assert "13812345678" not in done.stdout
    book = openpyxl.load_workbook(copy)
    told = [c.comment.text for s in book for row in s.iter_rows() for c in row if c.comment]
    told += [str(c.value) for row in book[LISTED].iter_rows() for c in row]
    assert told
    assert not any("13812345678" in text for text in told)
    assert any("138****5678" in text for text in told)


# The marked copy


def marks(sheet) -> dict[str, str]:
    return {c.coordinate: c.comment.text for row in sheet.iter_rows() for c in row if c.comment}


def test_a_copy_of_the_workbook_is_marked_and_the_original_left_alone(tmp_path):
    bad = changed(changed(ORDERS, 1, 3, "2024-13-09"), 2, 2, "=1+1")
    source = workbook(tmp_path / "月报.xlsx", {"维修工单": [["四月"], [], *bad], "备注": [["随便写的"]]})
    book = openpyxl.load_workbook(source)
    book["维修工单"]["C5"].data_type = "s"  # a text that looks like a formula
    book["备注"]["A2"] = "=1+1"
    book.save(source)
    before = hashlib.sha256(source.read_bytes()).hexdigest()
    copy = tmp_path / "out" / "marked.xlsx"
    done = run("check", "--month", "4", "--source", source, "--xlsx", copy)
    assert done.returncode == 2
    assert hashlib.sha256(source.read_bytes()).hexdigest() == before
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames == [LISTED, "维修工单", "备注"]
    found = marks(book["维修工单"])
    assert set(found) == {"D4", "C5"}
    assert "日期无法识别" in found["D4"]
    assert "私车、公车" in found["C5"]
    assert (book["维修工单"]["C5"].value, book["维修工单"]["C5"].data_type) == ("=1+1", "s")
    assert book["维修工单"]["D4"].fill.fgColor.rgb.endswith("F9D2CE")
    listed = book[LISTED]
    links = [listed.cell(r, 3).hyperlink.location for r in (5, 6)]
    assert links == ["'维修工单'!D4", "'维修工单'!C5"]
    assert all(c.data_type != "f" for row in listed.iter_rows() for c in row)
    assert book["备注"]["A2"].value == "=1+1"  # the workbook's own formula stays one


def test_a_folder_becomes_a_workbook_with_each_row_in_its_place(tmp_path):
    source = folder(tmp_path / "in", repair_orders=changed(ORDERS, 2, 5, "-3"), survey_calls=CALLS)
    copy = tmp_path / "marked.xlsx"
    assert run("check", "--month", "4", "--source", source, "--xlsx", copy).returncode == 2
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames[0] == LISTED
    assert set(marks(book["维修工单"])) == {"F3"}
    assert [c.value for c in book["维修工单"][2]][:2] == ["R1", "LSVAA2180E2012345"]


def test_mended_in_the_copy_it_can_be_checked_again(tmp_path):
    source = folder(tmp_path / "in", repair_orders=changed(ORDERS, 1, 3, "2024-13-09"))
    copy = tmp_path / "marked.xlsx"
    run("check", "--month", "4", "--source", source, "--xlsx", copy)
    book = openpyxl.load_workbook(copy)
    book["维修工单"]["D2"] = "2024-04-09"
    book.save(copy)
    again = run("check", "--month", "4", "--source", copy)
    assert again.returncode == 0, again.stdout
    assert LISTED not in again.stdout  # the list is this program's own: nothing to remark on


def test_a_check_that_fails_is_marked_at_the_rows_behind_it(tmp_path):
    tables = demo.generate()
    sheets = {}
    for name in ("repair_orders", "survey_calls", "oem_css"):
        frame = tables[name]
        dated = TABLES[name].dated_by
        frame = frame[frame[dated].astype(str).str[:7] >= "2024-03"]
        cells = frame.astype(object).where(frame.notna(), None)
        sheets[TABLES[name].zh] = [list(frame.columns), *cells.values.tolist()]
    sheets["回访记录"][5][sheets["回访记录"][0].index("order_id")] = "NONE"
    source, copy = workbook(tmp_path / "四月.xlsx", sheets), tmp_path / "marked.xlsx"
    done = run("check", "--month", "2024-03", "--source", source, "--xlsx", copy)
    assert done.returncode == 0, done.stdout + done.stderr
    book = openpyxl.load_workbook(copy)
    assert any("工单号在维修工单里没有" in text for text in marks(book["回访记录"]).values())
    assert marks(book["回访记录"]).keys() >= {"C6"}
    done = run("check", "--month", "2024-04", "--source", source, "--xlsx", copy)
    mots = [t for t in marks(openpyxl.load_workbook(copy)["厂家CSS"]).values() if "印的MOT" in t]
    assert len(mots) == 3  # S2, S3 and, off by rounding, S4


@pytest.mark.parametrize("name", ["in/marked.xlsx", "marked.csv"])
def test_the_copy_never_takes_the_place_of_the_source(tmp_path, name):
    source = folder(tmp_path / "in", repair_orders=ORDERS)
    done = run("check", "--month", "4", "--source", source, "--xlsx", tmp_path / name)
    assert done.returncode == 2
    assert not (tmp_path / name).exists()


# Words and layout


def test_lines_fit_the_terminal_and_columns_line_up():
    rows = [
        ["✗ 错误", "有效回访700次，记到服务顾问名下的只有521次，其余179次没有工单号或服务顾问。", "1,234.56"],
        ["! 可疑", "printed as 85.1 where weights and items give 85.42", "–"],
    ]
    for across in (30, 44, 60, 100):
        lines = terminal.table(["程度", "问题", "得到"], rows, across, fixed=(0, 2)).splitlines()
        assert max(map(terminal.width, lines)) <= across
        assert not any(re.search(r"\d[.,]$", line) for line in lines)  # no number is torn
        assert not any(re.match(r"\s*[，。]", line) for line in lines)


def test_a_cell_cannot_steer_the_terminal():
    assert "\x1b" not in terminal.table(["a"], [["\x1b[2Jx\ny"]], 40)


@pytest.mark.parametrize(
    ("fault", "expected", "step"),
    [
        (Fault("duplicate", "R1", Message("编号不重复", "once")), "编号不重复", "删去重复的行，或改正编号"),
        (Fault("new_kind", "x", "R2", hint=Message("改一改", "do it")), "R2", "改一改"),
    ],
)
def test_faults_are_told_in_chinese(fault, expected, step):
    (told,) = problems.from_faults([fault], "zh")
    assert (told.expected, told.next) == (expected, step)


def test_checking_imports_no_more_than_it_needs():
    """About a second for a store: no notebook, chart or statistics package is imported."""
    code = (
        "import sys; from aftersales.cli import main; main(['check', '--month', '4']); "
        "sys.exit(any(m in sys.modules for m in "
        "('matplotlib', 'scipy.stats', 'papermill', 'nbformat', 'openpyxl', 'seaborn')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


# A report made by hand


def test_a_report_made_by_hand_is_held_against_itself_and_the_records():
    page = Path(__file__).parent / "reported_deck.yml"
    done = run("check", "--month", "2024-04", "--source", "demo", "--printed", page, COLUMNS="400")
    assert done.returncode == 0, done.stderr
    told = done.stdout[done.stdout.index("reported_deck.yml：") :]
    assert "幻灯片28把流失车辆印成147，前面是276；147是实际回访" in told
    assert told.count("✗ 错误") == 10  # S1, S2, S3, S5, S6, S7, S9, S10, S11, S12
    assert "由记录计算" not in told  # the records give the deck's figures


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("figures: [{name: css.vald, value: 1}]", "Did you mean css.valid?"),
        ("tables: {css.advisers: []}", "Did you mean css.advisors?"),
        ("month: 2024-03", "expected a report of 2024-04"),
        ("tables: {css.advisors: [{orders: 3}]}", "a list of rows with advisor"),
        ("- 1", "expected `key: value` lines"),
        ("a: [", "not readable as YAML"),
    ],
)
def test_a_page_that_is_none_says_what_is_wrong_in_it(tmp_path, text, said):
    page = tmp_path / "page.yml"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(said)):
        printed_report.read(page, "2024-04")

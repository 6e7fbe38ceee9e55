"""The workbook, opened by a spreadsheet library."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import openpyxl
import pytest
import report_sample as sample
from conftest import raw_heads

from aftersales.contract import schema
from aftersales.contract.figures import FIGURES
from aftersales.display.tables.records import REPORT_TABLES
from aftersales.export import sheets, workbook

RESULTS = {
    "store": "示例门店",
    "month": "2024-04",
    "figures": {"ftf.rate": 0.9825, "ftf.jobs": 1413, "css.valid_rate": None, "own.figure": 1.5},
    "tables": {
        "ftf.technicians": [
            {
                "technician": "李师傅",
                "jobs": 237,
                "not_fixed": 3,
                "shake": 3,
                "rate": 1 - 3 / 237,
                "failure_rate": 3 / 237,
            }
        ],
        "complaints.causes": [{"cause": "quality", "w1": 60, "month": 210, "share": 210 / 621}],
        "ftf.trend": [
            {"month": "2024-03", "jobs": 1300, "rate": None},
            {"month": "2024-04", "jobs": 1413, "rate": 0.98},
        ],
        "top5.front": [
            {
                "rank": 1,
                "problem": '=HYPERLINK("http://x.example")',
                "proposed": True,
                "owner": "+86 138****1234",
                "due": "2024-05-31",
                "measure": "@SUM(A1)",
                "checkpoint": "https://x.example",
            }
        ],
        "churn.reasons": [],
    },
    "notes": ["-1 与 =1+1 都是文字"],
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = workbook.write(sample.report(), RESULTS, tmp_path_factory.mktemp("book") / "tables.xlsx")
    return openpyxl.load_workbook(path)


def rows(sheet) -> list[list]:
    """The cells from the heads on."""
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=workbook._HEAD_ROW + 1)]


def test_every_table_is_a_sheet_that_the_contents_lead_to_and_back(book):
    contents = book["目录"]
    links = [contents.cell(row, 1).hyperlink for row in range(workbook._HEAD_ROW + 2, contents.max_row + 1)]
    names = [link.location.split("!")[0].strip("'") for link in links]
    assert names == book.sheetnames[1:]
    assert names[0] == "关键指标"
    assert names[-1] == "说明"
    assert {"维修技师", "不满意原因", "一次维修合格率走势", "TOP5前台", "流失原因", "投诉台账"} <= set(names)
    assert all(book[name]["A3"].hyperlink.location == "'目录'!A1" for name in names)
    codes = [row[3] for row in rows(contents)[1:]]
    assert codes[1:6] == ["complaints.causes", "ftf.technicians", "ftf.trend", "churn.reasons", "top5.front"]


def test_numbers_are_numbers_with_their_formats_and_not_rounded(book):
    sheet = book["维修技师"]
    heads, first = rows(sheet)
    assert heads == ["维修技师", "维修台次", "未一次修复", "车辆抖动", "一次维修合格率", "返修率"]
    assert first[:4] == ["李师傅", 237, 3, 3]
    assert first[4:] == pytest.approx([1 - 3 / 237, 3 / 237], rel=1e-15)
    cells = sheet[workbook._HEAD_ROW + 2]
    assert [c.number_format for c in cells[1:]] == ["#,##0", "#,##0", "#,##0", "0.00%", "0.00%"]
    assert sheet.freeze_panes == f"B{workbook._HEAD_ROW + 2}"
    assert sheet.auto_filter.ref == f"A{workbook._HEAD_ROW + 1}:F{workbook._HEAD_ROW + 2}"


def test_codes_are_named_months_are_dates_and_missing_is_a_dash(book):
    heads, first = rows(book["不满意原因"])
    assert heads == ["原因", "第一周", "全月", "占提及"]
    assert first[:3] == ["质量", 60, 210]
    trend = rows(book["一次维修合格率走势"])
    assert trend[1] == [dt.datetime(2024, 3, 1), 1300, "–"]
    assert "没有可列的内容。" in [cell.value for cell in book["流失原因"]["A"]]


def test_peoples_text_is_never_a_formula_or_a_link(book):
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{sheet.title}!{cell.coordinate}"
                assert cell.hyperlink is None or cell.hyperlink.location
    heads, front = rows(book["TOP5前台"])
    told = dict(zip(heads, front, strict=True))
    assert told["存在问题"] == '=HYPERLINK("http://x.example")'
    assert told["责任人"] == "+86 138****1234"
    assert told["完成时间"] == dt.datetime(2024, 5, 31)
    assert told["系统建议"] == "是"
    assert sample.HOSTILE in rows(book["投诉台账"])[1][4]


def test_key_figures_have_name_unit_and_definition(book):
    heads, *lines = rows(book["关键指标"])
    by_code = {line[heads.index("代码")]: line for line in lines}
    known = FIGURES["ftf.rate"]
    assert by_code["ftf.rate"][:4] == [known.zh, 0.9825, "%", known.formula_zh]
    assert by_code["css.valid_rate"][1] == "–"
    assert by_code["own.figure"][0] == "own.figure"


def test_equal_input_gives_equal_bytes_in_either_language(tmp_path: Path):
    first, second = (
        workbook.write(sample.report(), RESULTS, tmp_path / n).read_bytes() for n in ("a.xlsx", "b.xlsx")
    )
    assert first == second
    english = openpyxl.load_workbook(workbook.write([], RESULTS, tmp_path / "e.xlsx", "en"))
    assert english.sheetnames[:3] == ["Contents", "Key figures", "Causes of dissatisfaction"]
    assert rows(english["Causes of dissatisfaction"])[1][0] == "Quality"


def test_sheet_names_are_what_excel_takes():
    taken: set[str] = set()
    names = [
        sheets._sheet_name(wanted, taken)
        for wanted in ("a/b:c", "A B C", "投" * 40, "投" * 40, "", "History")
    ]
    assert names == ["a b c", "A B C 2", "投" * 31, "投" * 29 + " 2", "Sheet", "History 2"]


def test_every_table_has_a_name_that_a_sheet_can_have_and_its_columns_heads():
    names = [n for record in REPORT_TABLES.values() for n in (record.zh, record.en)]
    assert all(name and len(name) <= 31 for name in names)
    row = {"advisor": "a", "time_in_shop": 1.0, "q1": 90, "x": "2024-04-01"}
    *_, sheet = sheets.sheets([], {"tables": {"css.advisors": [row]}}, "zh")
    assert [(field.label, field.kind) for field in sheet.fields] == [
        ("服务顾问", "text"),
        ("服务站停留时间", "number"),
        ("问题一", "number"),
        ("x", "date"),
    ]


def test_no_sheet_of_the_published_workbook_shows_the_programs_own_words(april, tmp_path):
    """Headers and codes have names in the reader's language, in another store's English report too."""
    path = april / "tables.xlsx"
    assert raw_heads(path) == []
    told = json.loads((april / "figures.json").read_text(encoding="utf-8"))
    assert raw_heads(workbook.write([], told, tmp_path / "en.xlsx", "en")) == []
    book = openpyxl.load_workbook(path)
    codes = {code for known in schema.CODES.values() for code in known if code.isascii()} - {"CSS", "MOT"}
    plain = [sheet for sheet in book if sheet.title not in ("目录", "关键指标")]  # these name the codes too
    cells = {c.value for sheet in plain for row in sheet.iter_rows() for c in row}
    assert cells & codes == set()
    heads, *lines = rows(book["投诉台账"])
    hours = ["首次联系 (小时)", "关闭 (小时)", "未关闭已历时 (小时)"]
    places = [heads.index(head) for head in hours]
    row = next(r for r, line in enumerate(lines, workbook._HEAD_ROW + 2) if line[places[2]] != "–")
    assert book["投诉台账"].cell(row, places[2] + 1).number_format == "#,##0.0"
    assert {line[heads.index("状态")] for line in lines} <= {"已关闭", "未关闭", "处理中"}


def test_a_table_of_ones_own_has_the_heads_under_which_it_is_shown():
    """What the program has no name for is called as its exhibit calls it, whatever the language."""
    shown = {
        "kind": "table",
        "id": "waiting.types",
        "title": "等待",
        "rows": [],
        "display": [],
        "columns": [{"key": "late_starts", "label": "晚开工", "type": "integer", "unit": "台次"}],
    }
    told = {"tables": {"waiting.types": [{"late_starts": 3, "never_shown": 1}]}}
    *_, own = sheets.sheets([shown], told, "zh")
    assert [head.label for head in own.fields] == ["晚开工 (台次)", "never_shown"]

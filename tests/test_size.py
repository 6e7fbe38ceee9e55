"""Very much of everything: long texts and tables are cut and say so, and nothing takes more than its size."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from aftersales.contract import formats, mask
from aftersales.contract.columns import col
from aftersales.display import charts, exhibit
from aftersales.display import tables as show
from aftersales.display.charts.frame import fit
from aftersales.export import sheets, workbook
from aftersales.export.document import Block, Chapter, Document
from aftersales.export.page import grid
from aftersales.export.pdf import pdf
from aftersales.metrics.complaints import REGISTER
from aftersales.reconcile import claims

MILLION = 1_000_000
WORDS = {"title": "标题", "lang": "zh"}


def register(n: int, **columns: object) -> pd.DataFrame:
    """So many complaints, the last of them late and of the gravest level."""
    frame = pd.DataFrame({name: [None] * n for name in REGISTER})
    values = {
        "complaint_id": [f"TS{i:05d}" for i in range(n)],
        "received_at": pd.Timestamp("2024-04-09 10:00"),
        "level": ["normal"] * (n - 2) + ["escalated", "major"][:n],
        "category": "time",
        "department": "front",
        "status": "closed",
        "hours_to_close": [float(i % 70) for i in range(n - 2)] + [100.0, 90.0],
        "overdue": [False] * (n - 2) + [True] * 2,
    }
    return frame.assign(**values | columns)


@pytest.mark.parametrize(("lang", "end"), [("zh", "… 共1,000,000字"), ("en", "… 1,000,000 characters")])
def test_a_million_characters_show_their_beginning_and_their_number(lang, end, tmp_path):
    text = ("车主说异响还在。" * (MILLION // 8))[:MILLION]
    made = show.complaint_register(register(3, description=text), title="标题", lang=lang).payload
    shown = made["display"][0][5]
    assert shown.endswith(end)
    assert shown.startswith("车主说异响还在。")
    assert len(shown) == formats.SHOWN
    assert len(exhibit.to_html(made)) < 20_000
    chapter = Chapter("x", "1", "投诉", "x", blocks=[Block("exhibit", made, "t", "表 1-1")])
    assert pdf.pdf(Document("zh", {}, None, [chapter], [])).count(b"/Type /Page\n") < 5
    rows = [{"complaint_id": "TS1", "description": text}]
    results = {"month": "2024-04", "figures": {}, "tables": {"complaints.register": rows}, "notes": [text]}
    book = openpyxl.load_workbook(workbook.write([], results, tmp_path / "tables.xlsx", lang))
    for sheet in book.worksheets[2:]:
        (cell,) = [c for row in sheet.iter_rows(values_only=True) for c in row if len(str(c)) > 1000]
        assert len(cell) == formats.CELL
        assert cell.endswith(end)


def test_a_cell_of_the_workbook_holds_no_more_than_excel_counts(tmp_path):
    """Excel counts what stands beyond the first 65,536 characters twice."""
    results = {"month": "2024-04", "figures": {}, "tables": {}, "notes": ["🙂" * 40_000]}
    book = openpyxl.load_workbook(workbook.write([], results, tmp_path / "tables.xlsx", "zh"))
    cell = book.worksheets[-1].cell(5, 1).value
    assert cell.endswith("… 共40,000字")
    assert len(cell.encode("utf-16-le")) // 2 <= 32_767


def test_a_text_of_an_ordinary_length_is_whole():
    text = "字" * formats.SHOWN
    assert col("a", "甲", "A").cell(text, "zh") == text
    assert formats.cut("", "en") == ""


@pytest.mark.parametrize(
    ("lang", "where"), [("zh", "tables.xlsx的“投诉台账”表"), ("en", "sheet “Complaints”")]
)
def test_of_5000_complaints_the_urgent_are_shown_and_where_all_are(lang, where):
    frame = register(5000)
    made = show.complaint_register(frame, title="标题", lang=lang).payload
    assert [row[0] for row in made["display"][:2]] == ["TS04999", "TS04998"]
    assert made["display"][2][0] == "TS00069"
    assert len(made["rows"]) == len(made["display"]) == 50
    assert "5,000" in made["note"]
    assert where in made["note"]
    assert made["tone"] == {"0,8": "worse", "1,8": "worse"}
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    (_, sheet) = sheets.sheets([made], {"tables": {"complaints.register": rows}}, lang)
    assert sheet.name in made["note"]
    assert [row[0] for row in sheet.rows] == list(frame["complaint_id"])  # as they came
    few = show.complaint_register(register(50), title="标题", lang=lang).payload
    assert few["display"][0][0] == "TS00000"
    assert not few["note"]


def test_a_table_that_no_chapter_glues_is_whole_in_the_workbook():
    long = "长" * 400
    frame = pd.DataFrame({"a": range(120), "b": [long] * 120, "c": [0.25] * 120})
    columns = [col("a", "甲", "A", "integer"), col("b", "乙", "B"), col("c", "丙", "C", "percent")]
    made = show.table(frame, columns, id="own.table", **WORDS)
    assert len(made.payload["display"]) == len(grid.layout(made.payload).rows) == 50
    assert made.payload["note"] == "此处列出前50条，共120条，全部见工作簿tables.xlsx的“标题”表。"
    assert made.data["a"].tolist() == list(range(120))
    (_, sheet) = sheets.sheets([made.payload], {}, "zh")
    assert sheet.name == "标题"
    assert sheet.rows == [[i, long, 0.25] for i in range(120)]


def test_forty_people_with_names_of_60_characters_are_all_there():
    names = [f"技师{i:02d}·" + "阿卜杜拉古丽买买提" * 6 for i in range(40)]
    assert {len(n) for n in names} == {59}
    frame = pd.DataFrame({"advisor": names, "orders": 30, "on_time": 20, "rate": 2 / 3, "low": 0.5})
    made = show.listed(frame.assign(high=0.8), "delivery.advisors", of="orders", **WORDS).payload
    assert [row[0] for row in made["display"]] == names
    points = pd.DataFrame({"label": names, "volume": range(80, 120), "rate": 0.97, "outside": None})
    limits = pd.DataFrame(
        {"volume": [80, 120]} | {f"{s}_{n}": 0.95 for s in ("lower", "upper") for n in (95, 998)}
    )
    words = WORDS | {"subtitle": "", "x_name": "台次", "centre_name": "全店"}
    drawn = charts.funnel(points, limits, 0.98, id="x", **words).payload
    assert all("技师00·" in svg and "…" in svg for svg in drawn["svg"].values())


def test_a_name_of_a_million_characters_is_drawn_and_listed_by_its_beginning():
    name = "渠道" * (MILLION // 2)
    assert fit(name, 13, 140).count("\n") == 1
    assert len(charts.named(pd.DataFrame({"a": [name]}), "a")["label"][0]) == formats.NAME
    made = show.listed(
        pd.DataFrame({"channel": [name], "count": [20], "share": [1.0]}), "complaints.channels", **WORDS
    )
    assert len(made.payload["display"][0][0]) == formats.NAME


def test_sentences_are_read_as_far_as_people_write(monkeypatch):
    read = []
    monkeypatch.setattr(claims, "_of_sentence", lambda sentence: read.append(sentence) or [])
    assert claims.read("预约率提高。" * (MILLION // 6))[0].word == "up"
    assert len(read) < 2000
    read.clear()
    assert claims.read("预约率提高，" * (MILLION // 6)) == []
    assert not read


def test_masking_takes_a_text_once_from_end_to_end():
    """Each of a million characters' phones, and what only looks like the beginning of a VIN."""
    one = "车主138-0013-8000，沪A12345。"
    assert mask.text(one * 10_000) == mask.text(one) * 10_000
    assert mask.text("VIN" * 100_000 + "1") == "VIN" * 100_000 + "1"


def test_a_list_of_very_many_values_says_how_many_there_are():
    cases = [f"TS{i:05d}" for i in range(5000)]
    finding = {"figure": "complaints.open", "cases": cases}
    (_, sheet) = sheets.sheets([], {"tables": {"findings": [finding]}}, "en")
    assert sheet.rows[0][1].startswith("TS00000, TS00001, ")
    assert sheet.rows[0][1].endswith("TS00199 … 5,000 in all")


def test_a_remark_is_shown_as_long_as_a_page_is():
    lines = ["段落" * 2000, *["又一段。"] * 60]
    remark = {"chapter": "summary", "title": "批注", "lines": lines, "notes": ["数据不支持"]}
    items = [item["text"] for item in show.remark_list([remark]).payload["items"]]
    assert items[0].endswith("… 共4,000字")
    assert len(items[0]) == 2000
    assert items[-2:] == ["… 另21段", "数据不支持"]

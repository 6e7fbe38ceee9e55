"""The PDF, read by a real reader: bookmarks, page numbers, tags, fonts, text, long and wide tables."""

from __future__ import annotations

import copy
import io
import re
import struct

import pdf_pages
import pypdf
import pytest
from pdf_pages import squeezed
from report_sample import HOSTILE, chart, code, column, in_chapter, report, said, small_svg, table, text

pytest.importorskip("typst")

from aftersales.contract.errors import AftersalesError
from aftersales.export.document import Block, Chapter, Document, read
from aftersales.export.pdf import blank, pdf, typst_markup
from aftersales.export.pdf import printed as printing
from aftersales.export.pdf import widths as columns
from aftersales.export.pdf.pdf import ReportPDFExporter, svgs_to_pngs

# A block that goes down when it is high on the page, and so comes up again.
RESTLESS = """#set document(title: "x")
#context if locate(<restless>).position().y < 200pt { v(200pt) }
#block[x] <restless>
"""
NASTY = r"#panic() $x$ *a* _b_ @ref <label> \u{41} // /* `raw` [x] = 1 ~ --- #sys.inputs"


def printed(notebook) -> bytes:
    return ReportPDFExporter().from_notebook_node(notebook)[0]


def reader(notebook) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(printed(notebook)))


def texts(pages: pypdf.PdfReader) -> list[str]:
    return [squeezed(page.extract_text()) for page in pages.pages]


def outline(pages: pypdf.PdfReader) -> list[tuple[int, str, int]]:
    found: list[tuple[int, str, int]] = []

    def walk(entries: list, depth: int) -> None:
        for entry in entries:
            if isinstance(entry, list):
                walk(entry, depth + 1)
            else:
                found.append((depth, str(entry.title), pages.get_destination_page_number(entry) + 1))

    walk(pages.outline, 1)
    return found


@pytest.fixture(scope="module")
def sample() -> pypdf.PdfReader:
    return reader(report())


def with_chapter(*cells) -> object:
    book = report()
    place = next(i for i, c in enumerate(book.cells) if c.metadata["aftersales"]["chapter"] == "checks")
    book.cells[place:place] = in_chapter("08_more", 8, *cells)
    return book


def of_chapters(*blocks, lang="zh", **meta):
    """A report of the sample's summary and a chapter for each list of blocks, without appendices."""
    book = report(lang, **meta)
    book.cells = [c for c in book.cells if c.metadata["aftersales"]["chapter"] == "summary"]
    for i, cells in enumerate(map(copy.deepcopy, blocks), 1):
        book.cells += in_chapter(f"{i:02d}_some", i, text(f"# {i} 第{i}章叫某某\n\n这一章问什么？"), *cells)
    for i, cell in enumerate(book.cells):
        cell["id"] = f"c{i}"
    return book


WHOLE = {"whole": True}


def rows(n):
    shown = [[f"单号{i:03d}", str(i)] for i in range(n)]
    return table("own.rows", [column("a", "甲"), column("b", "乙")], shown, shown, title=f"{n} 行") | WHOLE


def finding(words="本月没有记录。"):
    return code(said(words, "finding"))


def broad(n=14):
    heads = [column("who", "服务顾问"), *(column(f"c{i}", f"第{i}项得分很长", "number") for i in range(24))]
    shown = [[f"顾问{r}", *(f"{80 + r + i}.0" for i in range(24))] for r in range(n)]
    return table("own.broad", heads, shown, shown, wide=True, title="很宽的表")


@pytest.fixture(autouse=True)
def _no_warnings(caplog):
    yield
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    assert [r.getMessage() for r in records if r.name == pdf.__name__] == []


def test_bookmarks_are_the_headings_and_lead_to_their_pages(sample):
    pages, marks = texts(sample), outline(sample)
    assert [(title, page) for depth, title, page in marks if depth == 1][:3] == [
        ("本月概要", 1),
        ("2 厂家 CSS 与神秘访客", 2),
        ("3 内部 CSS", marks[[title for _, title, _ in marks].index("3 内部 CSS")][2]),
    ]
    assert (2, "走势") in {(depth, title) for depth, title, _ in marks}
    assert all(squeezed(title) in pages[page - 1] for _, title, page in marks)


def test_every_page_but_the_first_says_where_it_is(sample):
    pages = texts(sample)
    for number, page in enumerate(pages[1:], 2):
        assert f"第{number}页/共{len(pages)}页" in page
        assert page.startswith("示例门店2024年4月")
    assert "5一次维修合格率" in next(p for p in pages if "表5-1" in p)[:40]


TINY = [finding()]
LAYOUTS = {
    "as it is": report(),
    "in English": report("en"),
    "one chapter": of_chapters([finding(), code(chart("own.a"))]),
    "none": of_chapters(),
    "many tiny ones": of_chapters(*[TINY] * 14),
    "each a bit over half a page": of_chapters(*[[finding(), code(rows(20 + i % 3))] for i in range(12)]),
    "tiny after large": of_chapters(*[[finding(), code(rows(30))], TINY, TINY] * 4),
    "one of ten pages": of_chapters(TINY, [finding(), code(rows(480))], TINY, [code(chart("own.a"))]),
    "broad tables": of_chapters(*[[finding(), code(chart("own.a"), broad())], TINY] * 3, lang="en"),
    "nothing but a broad table": of_chapters(TINY, [code(broad())], TINY, [code(broad())], [code(broad())]),
    "many sections": of_chapters(*[[finding("长句" * 45), text("## 甲\n\n一"), text("## 乙\n\n二")]] * 40),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_numbers_heads_and_bookmarks_lead_to_their_pages(layout):
    assert pdf_pages.faults(printed(LAYOUTS[layout])) == []


def test_a_chapter_alone_leads_to_its_pages():
    alone = of_chapters([finding(), code(rows(200)), text("## 节\n\n一")])
    alone.cells = [c for c in alone.cells if c.metadata.pop("aftersales")["chapter"] == "01_some"]
    del alone.metadata["aftersales"]
    assert pdf_pages.faults(printed(alone)) == []


def test_short_chapters_share_pages_and_what_belongs_together_stays_so():
    pages = pdf_pages.pages(reader(LAYOUTS["many tiny ones"]))
    begun = [len(page.headings(1)) for page in pages[1:]]
    assert all(n >= 5 for n in begun[:-1]), begun
    large = of_chapters(*[TINY, [finding(), code(rows(24))]] * 6)
    for words in (page.text for page in pdf_pages.pages(reader(large))):
        assert not re.match(r".*\n本月没有记录。", words), "a finding without its chapter's heading"
        assert not re.search(r"叫某某(\n这一章问什么？)?\n第 \d+ 页 / ", words), "a heading at the foot"


def test_pages_that_never_settle_make_no_pdf(monkeypatch, tmp_path):
    (tmp_path / "report.typ").write_text(RESTLESS, encoding="utf-8")
    monkeypatch.setattr(pdf, "TEMPLATE", tmp_path)
    with pytest.raises(AftersalesError, match=r"示例门店.*still move") as told:
        printed(report())
    assert "position did not stabilize" in str(told.value)
    assert str(tmp_path) not in str(told.value)


def test_other_warnings_of_typst_are_told_and_harmless(monkeypatch, tmp_path, caplog):
    (tmp_path / "report.typ").write_text(
        '#set document(title: "x")\n#set text(font: "Nope")', encoding="utf-8"
    )
    monkeypatch.setattr(pdf, "TEMPLATE", tmp_path)
    caplog.set_level("INFO")
    assert printed(report()).startswith(b"%PDF")
    assert "unknown font family" in caplog.text
    caplog.clear()


def test_the_first_page_has_store_month_verdict_figures_and_what_the_data_are(sample):
    first = texts(sample)[0]
    for part in (
        "示例门店",
        "2024年4月",
        "合成数据",
        "流失率连续三个月上升",
        "99.6",
        "27.4",
        "个人信息已脱敏",
    ):
        assert part in first


def test_exhibits_are_numbered_as_on_the_page(sample):
    document = read(report())
    whole = "".join(texts(sample))
    numbers = [b.number for c in (*document.chapters, *document.appendices) for b in c.blocks if b.number]
    assert numbers
    for number in numbers:
        assert squeezed(number) in whole


def test_it_is_a_tagged_pdf_ua(sample):
    root = sample.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "zh-CN"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfuaid:part>1<", xmp)
    kinds: dict[str, int] = {}
    undescribed = []

    def walk(node) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for part in node:
                walk(part)
        elif isinstance(node, dict):
            kind = str(node.get("/S", ""))
            kinds[kind] = kinds.get(kind, 0) + 1
            if kind == "/Figure" and not node.get("/Alt"):
                undescribed.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(root["/StructTreeRoot"]["/K"])
    assert {"/H1", "/H2", "/P", "/Figure", "/Table", "/TR", "/TH", "/TD", "/L", "/Caption"} <= set(kinds)
    assert not undescribed
    for page in sample.pages:
        assert "/StructParents" in page
        assert page.get("/Tabs") == "/S"


def test_only_embedded_fonts(sample):
    names = set()
    for page in sample.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            described = inner["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(described)
            names.add(str(inner["/BaseFont"]).split("+")[1])
    assert {"NotoSansCJKsc-Regular-Identity-H", "NotoSansCJKsc-Bold-Identity-H"} <= {
        n if n.endswith("-H") else f"{n}-Identity-H" for n in names
    }


def test_charts_keep_their_text(sample):
    at, page = next((i, p) for i, p in enumerate(texts(sample)) if "图2-1" in p)
    assert "顾客休息区舒适" in page
    assert not sample.pages[at].images


def test_metadata_comes_from_the_notebook_and_the_bytes_repeat(sample):
    assert sample.metadata.title == "客户服务部月报 · 示例门店 · 2024年4月"
    assert sample.metadata.author == "示例门店"
    assert "一次修复率" in sample.metadata["/Keywords"]
    assert sample.metadata.creation_date.date().isoformat() == "2024-05-03"
    assert printed(report()) == printed(report())


def test_text_from_people_stays_text():
    people = NASTY + " " + HOSTILE
    notes = table(
        "own.notes",
        [column("a", people), column("b", "列")],
        [[people, 1]],
        [[people, "1"]],
        title=people,
        subtitle=people,
        note=people,
    )
    book = with_chapter(
        text(f"# 8 {NASTY}\n\n他说:`{NASTY}`"),
        code(said(people, "finding")),
        code(notes),
        code(chart("own.chart", title=people, alt=people)),
        code({"text/plain": people}),
    )
    book.metadata["aftersales"]["store"] = NASTY
    whole = "".join(texts(reader(book)))
    assert whole.count(squeezed(NASTY)) > 6
    assert squeezed(HOSTILE)[:20] in whole


def test_what_the_font_lacks_is_shown_as_a_box_and_told():
    book = with_chapter(text("# 8 一章"), code(said("很好🙂👍\u200d🏻，\x07谢谢\ufe0f ✓✗")))
    pages = texts(reader(book))
    assert "很好□□□，谢谢✓✗" in "".join(pages)
    assert "3个字符" in pages[0]
    for symbol in pdf.SYMBOLS:
        assert svgs_to_pngs([(f'<svg xmlns="http://www.w3.org/2000/svg"><text>{symbol}</text></svg>', 10)])
    everything = said(pdf.SYMBOLS, "finding")
    assert pdf.SYMBOLS[:5] in "".join(texts(reader(with_chapter(text("# 8 一章"), code(everything)))))


def test_a_long_table_repeats_its_head_and_splits_no_row():
    rows = [[f"单号{i:03d}", f"第{i:03d}行头。" + "内容" * 40 + f"第{i:03d}行尾", i] for i in range(200)]
    long = table(
        "own.long",
        [column("id", "长表编号"), column("text", "内容"), column("n", "数", "integer")],
        rows,
        [[str(x) for x in row] for row in rows],
        title="两百行",
        whole=True,
    )
    pages = [
        p for p in texts(reader(with_chapter(text("# 8 长表"), code(long)))) if re.search(r"单号\d{3}", p)
    ]
    assert len(pages) > 4
    assert all("长表编号" in page for page in pages)
    assert "两百行" in pages[0]
    for i in range(200):
        assert sum(f"第{i:03d}行头" in page and f"第{i:03d}行尾" in page for page in pages) == 1


def test_a_row_longer_than_a_page_is_split_rather_than_lost():
    rows = [["一", "长" * 4000 + "终"], ["二", "短"]]
    giant = table("own.giant", [column("a", "甲"), column("b", "乙")], rows, rows, title="一格很长")
    whole = "".join(texts(reader(with_chapter(text("# 8 长格"), code(giant)))))
    assert whole.count("长") >= 4000
    assert "终" in whole


def test_every_page_is_upright_whatever_a_table_holds():
    pages = reader(
        with_chapter(text("# 8 宽表"), code(chart("own.a")), code(broad(14)), code(chart("own.b")))
    )
    assert all(p.mediabox.width < p.mediabox.height for p in pages.pages)
    assert "很宽的表" in "".join(texts(pages))


def test_a_long_list_is_printed_with_its_first_rows_and_where_the_rest_is():
    page = "".join(
        texts(reader(with_chapter(text("# 8 长表"), code(rows(30) | {"sheet": "全部", "whole": False}))))
    )
    assert "单号009" in page
    assert "单号010" not in page
    assert "此处列出前10条，共30条，全部见工作簿tables.xlsx的“全部”表。" in page
    assert "单号029" in "".join(texts(reader(with_chapter(text("# 8 长表"), code(rows(30))))))


def test_totals_stay_at_the_end_of_a_list_that_is_cut():
    page = "".join(
        texts(reader(with_chapter(text("# 8 长表"), code(rows(30) | {"fixed": [29], "whole": False}))))
    )
    assert "单号009" in page
    assert "单号029" in page
    assert "共29条" in page


def test_no_page_begins_with_less_than_three_rows_of_a_table():
    """Wherever a table begins, its last three rows stand together; so do its first three."""
    for before in range(10, 26, 3):
        shown = [[f"行{i:02d}", "字" * 40] for i in range(9)]
        some = table("own.some", [column("a", "甲"), column("b", "乙")], shown, shown, title="九行")
        told = texts(
            reader(of_chapters([finding(), code(rows(12)), *[text("一段。\n")] * before, code(some)]))
        )
        for page in told[1:]:
            assert len(re.findall(r"行0\d", page)) not in (1, 2), page


def test_look_ups_are_not_printed_and_leave_no_heading_behind():
    folded = rows(3) | {"folded": True}
    book = with_chapter(text("# 8 章"), text("## 查阅"), code(folded), text("## 读"), code(chart("own.a")))
    words = "".join(texts(reader(book)))
    assert "单号001" not in words
    assert "查阅" not in words
    assert "读" in words


def test_two_low_pictures_stand_side_by_side():
    two = chart("own.a"), chart("own.b")
    low = [p | {"svg": {n: small_svg(w, 200) for n, w in (("wide", 720), ("narrow", 360))}} for p in two]
    data = printing.data(read(with_chapter(text("# 8 两图"), *map(code, low), code(chart("own.c")))))
    kinds = [
        block["t"] for chapter in data["chapters"] if chapter["number"] == "8" for block in chapter["blocks"]
    ]
    assert kinds[0] == "pair"


def test_a_low_broad_table_is_set_in_panels_on_a_portrait_page():
    heads = [
        column("who", "服务顾问"),
        *(column(f"a{i}", f"问题{i}", "number", group="内访") for i in range(11)),
    ]
    heads += [column(f"b{i}", f"第{i}项得分很长", "number", group="外访") for i in range(11)]
    rows = [[f"顾问{r}", *(80.0 + r + i for i in range(22))] for r in range(5)]
    shown = [[r[0], *(f"{v:.1f}" for v in r[1:])] for r in rows]
    broad = table("own.broad", heads, rows, shown, wide=True, title="两组得分")
    pages = reader(with_chapter(text("# 8 两组"), code(broad)))
    page = next(p for p in texts(pages) if "两组得分" in p and "8两组" in p)
    assert all(p.mediabox.width < p.mediabox.height for p in pages.pages)
    assert page.count("顾问4") == 2
    assert page.index("内访") < page.index("外访")


def test_english_report_has_no_chinese_of_ours():
    pages = reader(report("en"))
    assert pages.trailer["/Root"]["/Lang"] == "en"
    assert "Page 2 of" in pages.pages[1].extract_text()
    assert any("Appendix A" in page.extract_text() for page in pages.pages)


def test_unmasked_report_says_so_on_every_page():
    pages = texts(reader(report(masked=False)))
    assert all("个人信息未脱敏" in page for page in pages)


def test_a_chapter_on_its_own_and_empty_ones_are_set():
    book = report()
    del book.metadata["aftersales"]
    book.cells = [c for c in book.cells if c.metadata["aftersales"]["chapter"] == "05_first_time_fix"]
    for cell in book.cells:
        del cell.metadata["aftersales"]
    alone = reader(book)
    assert "一次维修合格率" in alone.metadata.title
    assert len(alone.pages) == 1
    nothing = report()
    nothing.cells = [text("")]
    assert len(reader(nothing).pages) >= 1
    bare = with_chapter(text("# 8 空章"), code(table("own.none", [column("a", "甲")], [], [], title="空表")))
    assert "空表" in "".join(texts(reader(bare)))


def test_png_of_a_chart_has_its_size_on_white():
    one, other = svgs_to_pngs([(chart("x")["svg"]["narrow"], 360), (chart("x")["svg"]["wide"], 100)])
    assert [struct.unpack(">I", png[16:20])[0] for png in (one, other)] == [720, 200]
    assert one[:8] == other[:8] == b"\x89PNG\r\n\x1a\n"


def test_markdown_becomes_data():
    nodes = typst_markup.markdown("## 题 *a*\n\n中\n文 <b>x</b> [y](javascript:1)\n\n- 一\n  1. 二\n\n> 引\n")
    assert [n["t"] for n in nodes] == ["heading", "p", "list", "quote"]
    assert nodes[1]["c"][0]["c"] == "中文 <b>x</b> "
    assert nodes[1]["c"][1] == {"t": "link", "url": "", "c": [{"t": "text", "c": "y"}]}
    assert nodes[2]["c"][0][1]["ordered"] is True


def test_columns_fit_the_page():
    numbers = [column("n", "名"), *(column(str(i), "数", "number") for i in range(9))]
    few = columns.measure(numbers, [["甲", *["1.0"] * 9]])
    assert not few.crowded
    assert sum(few.widths) <= columns.PORTRAIT + 0.1
    words = [column(str(i), "说明") for i in range(16)]
    many = columns.measure(words, [["长文字" * 30] * 16] * 5)
    assert many.crowded
    assert sum(many.widths) <= columns.PORTRAIT + 0.1


def picture(id: str, height: int) -> Block:
    """A chart of a height in px of a wide one."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" width="720" height="{height}">'
    svg += f'<rect width="720" height="{height}"/></svg>'
    payload = {"kind": "chart", "id": id, "title": id, "alt": id, "svg": {"wide": svg, "narrow": svg}}
    return Block("exhibit", payload, anchor=id)


@pytest.mark.parametrize(("first", "second", "pages"), [(540, 320, 1), (540, 500, 2), (300, 320, 1)])
def test_a_picture_that_would_leave_a_page_empty_is_set_smaller(first, second, pages):
    blocks = [
        Block("heading", "一", "one"),
        picture("a", first),
        Block("heading", "二", "two"),
        picture("b", second),
    ]
    doc = Document("zh", {}, None, [Chapter("c", "1", "章", "c", blocks=blocks)], [])
    assert len(pypdf.PdfReader(io.BytesIO(pdf.pdf(doc))).pages) == pages


def test_pages_are_looked_at_again_only_where_something_has_moved(monkeypatch):
    looks, share = [], blank.share

    def counted(page):
        looks.append(page)
        return share(page)

    monkeypatch.setattr(blank, "share", counted)
    first, second = Block("heading", "一", "one"), Block("heading", "二", "two")
    blocks = [first, picture("a", 300), second, picture("b", 700), picture("c", 700)]
    pdf.pdf(Document("zh", {}, None, [Chapter("c", "1", "章", "c", blocks=blocks)], []))
    assert len(looks) == 3 + 2  # at three pages, and at two when both pictures are as small as may be


def test_the_first_picture_behind_an_empty_page_is_narrowed_then_those_before_it():
    charts = [["before", 1, 90.0], ["left", 2, 120.0], ["right", 2, 120.0], ["below", 2, 400.0]]
    widths: dict[str, float] = {}
    tried = []
    while (following := blank.narrower([1], charts, widths)) is not None:
        tried += following.items() - widths.items()
        widths = following
    assert tried == [("left", 0.9), ("left", 0.8), ("before", 0.9), ("before", 0.8)]
    assert blank.too_empty([0.1, 0.5, 0.6, 0.9], [(1, 80.0), (4, 80.0), (3, 300.0)]) == [2]
    assert blank.behind(1, [(1, 60.0), (2, 80.0), (3, 60.0)]) == [(2, 80.0), (3, 60.0)]

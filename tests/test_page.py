"""The page, read by an HTML parser, and in a real browser."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
import report_sample as sample
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from aftersales.display import fonts, theme
from aftersales.display.exhibit import MIME as EXHIBIT
from aftersales.display.exhibit import Exhibit
from aftersales.export import clean, document
from aftersales.export.page.html import ReportHTMLExporter
from aftersales.export.page.policy import sealed

WIDTHS = (360, 768, 1280, 1920)


def page(nb: nbformat.NotebookNode) -> str:
    return ReportHTMLExporter().from_notebook_node(nb)[0]


@pytest.fixture(scope="module")
def markup() -> str:
    return page(sample.report())


@pytest.fixture(scope="module")
def tree(markup: str) -> BeautifulSoup:
    return parsed(markup)


def parsed(markup: str) -> BeautifulSoup:
    return BeautifulSoup(markup, "lxml")


def text(tree: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(e.get_text().split()) for e in tree.select(selector)]


def test_cells_of_the_other_language_removed_cells_and_code_stay_out(markup, tree):
    assert text(tree, "h2") == [
        "本月概要",
        "2 厂家 CSS 与神秘访客",
        "3 内部 CSS",
        "4 投诉",
        "5 一次维修合格率",
        "6 自己的一章",
        "附录 A 勾稽校验",
        "附录 B 口径",
    ]
    assert "secret_code" not in markup
    assert "Mystery" not in markup
    assert "glue" not in tree.main.get_text()
    assert "Axes:" not in markup


def test_exhibits_are_numbered_within_their_chapter(tree):
    assert text(tree, ".exhibit .no") == ["图 2-1", "图 2-2", "表 3-1", "表 4-1", "表 5-1", "表 A-1"]


def test_english_words_and_language(tree):
    english = parsed(page(sample.report("en")))
    assert (tree.html["lang"], english.html["lang"]) == ("zh-Hans", "en")
    assert text(english, ".exhibit .no")[:3] == ["Figure 2-1", "Figure 2-2", "Table 3-1"]
    assert text(english, "h1 .month") == ["April 2024"]
    assert "2 Car maker's CSS and mystery visit" in text(english, "h2")


def test_masthead_says_what_the_report_is(tree):
    assert text(tree, "h1") == ["示例门店 2024年4月"]
    assert text(tree, ".badge") == ["合成数据", "个人信息已脱敏"]
    assert tree.title.string == "客户服务部月报 · 示例门店 · 2024年4月"
    bare = parsed(page(sample.report(masked=False, synthetic=False)))
    assert text(bare, ".badge") == ["个人信息未脱敏，仅限店内使用"]


def test_links_lead_to_places_that_exist_once(tree):
    ids = Counter(e["id"] for e in tree.select("[id]"))
    assert max(ids.values()) == 1
    assert {e["href"][1:] for e in tree.select("nav a, .skip")} <= set(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", str(tree.main))) <= set(ids)


def test_headings_skip_no_level(tree):
    levels = [int(e.name[1]) for e in tree.select("h1, h2, h3, h4, h5")]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_peoples_text_is_text(markup, tree):
    assert sum(sample.HOSTILE in e.get_text() for e in tree.select(".points li, td, .question p")) == 3
    assert not tree.select("iframe, [onerror], [onclick], [href^=javascript]")
    assert "alert(1)</script>" not in markup


def test_a_stores_name_cannot_leave_its_place():
    name = "</style></title><script>x</script>\\22\"}@import 'y'"
    hostile = parsed(page(sample.report(store=name)))
    assert text(hostile, "h1 .store") == [name]
    assert len(hostile.select("script")) == 3
    assert name in hostile.title.string
    assert "@import 'y'" not in hostile.style.string


def test_only_the_pages_own_scripts_may_run_and_nothing_is_fetched(markup, tree):
    policy = tree.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
    own = tree.select("script, style")
    for element in own:
        digest = base64.b64encode(hashlib.sha256(element.string.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert len(own) == policy.count("sha256-") == 4
    assert "unsafe" not in policy
    assert not tree.select("[style]")
    assert "default-src 'none'" in policy
    assert all(e["src"].startswith("data:") for e in tree.select("[src]"))
    assert set(re.findall(r"url\((data:|#|)", markup)) <= {"data:", "#"}
    assert "@import" not in markup
    assert len(markup) < 3_000_000


def test_fonts_of_the_page_hold_its_characters(markup, tree):
    faces = re.findall(r"base64,([A-Za-z0-9+/=]+)\)format\(\"woff2\"\)", markup)
    assert len(faces) == 2
    whole = set(TTFont(fonts.path("Regular"), lazy=True).getBestCmap())
    used = {ord(c) for c in tree.body.get_text()} & whole
    for face in faces:
        held = set(TTFont(io.BytesIO(base64.b64decode(face))).getBestCmap())
        assert used <= held
        assert len(held) < 2_000


def test_a_fonts_minus_is_as_wide_as_its_plus():
    face = TTFont(io.BytesIO(fonts.subset("−+1九")))
    glyphs, widths = face.getBestCmap(), face["hmtx"].metrics
    width = {character: widths[glyphs[ord(character)]][0] for character in "−+1九"}
    assert width["−"] == pytest.approx(width["+"], rel=0.05)
    assert width["+"] == width["1"]
    assert width["九"] == 1000


def test_charts_have_an_alternative_two_sizes_and_the_pages_colours(tree):
    charts = tree.select("figure.chart")
    assert len(charts) == 2
    for chart in charts:
        plots = chart.select(".plot[role=img]")
        assert [p["class"] for p in plots] == [["plot", "wide"], ["plot", "narrow"]]
        assert all(p["aria-label"].startswith("十个 MOT 项") for p in plots)
        drawn = str(plots[0])
        assert "#b3261e" not in drawn
        assert not chart.select("style, metadata")
    assert "var(--worse)" in "".join(rule(tree, e) for e in charts[0].select("circle"))
    assert all(e["alt"] for e in tree.select("img"))


def rule(tree: BeautifulSoup, element) -> str:
    """What the page's sheet says of an element's own class."""
    own = [name for name in element.get("class", []) if re.fullmatch(r"s\d+", name)]
    found = [re.search(rf"(?:\.{name}){{4}}{{([^}}]*)}}", tree.style.string) for name in own]
    return "".join(match[1] for match in found if match)


def test_an_inline_style_becomes_a_class_and_stays_where_it_was():
    page = (
        '<meta content="style-src &#39;styles-of-this-page&#39;;"><style>p{}</style>'
        "<script>if (a<b) c='<i style=\"x\">'</script>"
        '<p class="a" style="color:red">style="no"</p><i style="color:red"/><b style="a:}b{c&lt;/style&gt;">'
    )
    made = sealed(page)
    assert ".s0.s0.s0.s0{color:red}.s1.s1.s1.s1{a:bc/style}\n</style>" in made
    assert made.endswith('<p class="s0 a">style="no"</p><i class="s0"/><b class="s1">')
    assert "c='<i style=\"x\">'" in made
    assert "styles-of-this-page" not in made


@pytest.mark.full
def test_poison_in_the_page_does_nothing(chromium, file, tmp_path):
    """What gets past all cleaning is stopped by the policy: styles, handlers, scripts, outside pictures."""
    poison = (
        '<p id="poison" style="color:rgb(1, 2, 3)">x</p><style>h1{display:none}</style>'
        '<img src="x:" onerror="document.title=\'hit\'"><script>document.title="hit"</script>'
        '<img src="http://127.0.0.1:9/pixel.png"><iframe src="https://example.com"></iframe>'
    )
    path = tmp_path / "poisoned.html"
    path.write_text(file.read_text("utf-8").replace("<main", f"{poison}<main", 1), encoding="utf-8")
    tab = opened(chromium, path)
    assert tab.title() != "hit"
    assert tab.locator("h1").first.is_visible()
    assert tab.evaluate("getComputedStyle(document.getElementById('poison')).color") != "rgb(1, 2, 3)"
    assert sum("Content Security Policy" in text for text in tab.complaints) >= 5
    tab.close()


def test_tables_have_scopes_groups_and_raw_values_to_sort_by(tree):
    groups, heads = ([*r.select("th, td")] for r in tree.select("#css-advisors thead tr"))
    assert sum(int(e["colspan"]) for e in groups) == len(heads) == 12
    assert all(e["scope"] == "col" for e in heads)
    row = tree.select("#ftf-technicians tbody tr:first-child > *")
    assert row[0]["scope"] == "row"
    assert [e.get("data-value") for e in row] == [None, "237", "3", str(1 - 3 / 237), str(3 / 237)]
    assert tree.select("#complaints-register.broad")


def test_a_chapter_by_itself_is_a_page(tree):
    chapter = nbformat.v4.new_notebook(
        cells=[sample.text("# 5 一次维修合格率\n\n谁?\n\n## 走势"), sample.code(sample.chart("a"))]
    )
    alone = parsed(page(chapter))
    assert text(alone, "h2") == ["5 一次维修合格率"]
    assert text(alone, "h3.section") == ["走势"]
    assert text(alone, ".no") == ["图 5-1"]
    assert not alone.select(".badge")


def test_a_chapter_without_data_is_its_finding_alone():
    nothing = sample.code(
        {"kind": "empty", "id": "a", "role": None, "lang": "zh", "title": "", "text": "没有数据。"}
    )
    said = sample.code(
        {"kind": "text", "id": "", "role": "finding", "lang": "zh", "text": "没有厂家CSS得分。"}
    )
    book = nbformat.v4.new_notebook(cells=[sample.text("# 2 厂家CSS"), said, sample.text("## 走势"), nothing])
    tree = parsed(page(book))
    assert text(tree, ".finding") == ["没有厂家CSS得分。"]
    assert not tree.select("h3.section, .exhibit")
    # without a finding what stands in place of its exhibits says it, once
    book.cells = [sample.text("# 2 走势\n\n怎么走？"), nothing, sample.text("## 预约"), nothing]
    tree = parsed(page(book))
    assert text(tree, ".exhibit") == ["没有数据。"]
    assert not tree.select("h3.section")


def test_equal_notebooks_give_equal_pages(markup):
    assert page(sample.report()) == markup


def test_foreign_markup_is_made_harmless():
    assert clean.html("a<b onclick=x>c</b><script>d</script> &lt;e") == "a<b>c</b> &lt;e"
    assert clean.html('<img src="https://x.example/a.png">t') == "t"
    assert clean.html('<a href="javascript:x">y</a>') == "<a>y</a>"
    drawn = clean.svg(
        '<svg xmlns="http://www.w3.org/2000/svg" width="10px" height="5px"><script>x</script>'
        '<path id="a" onload="y" d="M 1.23456 2" fill="url(https://x.example)"/><use href="#a"/></svg>',
        "p-",
    )
    assert "script" not in drawn
    assert "onload" not in drawn
    assert "example" not in drawn
    assert 'd="M 1.23 2"' in drawn
    assert 'href="#p-a"' in drawn
    assert 'viewBox="0 0 10 5"' in drawn
    assert clean.svg("<p>no</p>", "") == ""


def test_a_document_knows_its_parts():
    doc = document.read(sample.report())
    assert [c.number for c in doc.chapters] == ["2", "3", "4", "5", "6"]
    assert [c.number for c in doc.appendices] == ["A", "B"]
    assert doc.chapters[0].question == "厂家调查里，我们的得分动了哪里?"
    assert len(doc.chapters[0].findings) == 1
    assert len(doc.role("cards")) == 1
    assert doc.summary.sections == []


# ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(markup: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(markup, encoding="utf-8")
    return path


def opened(chromium, file: Path, width: int = 1280, **context):
    """The page in a tab; what it complains of, and what it asks of the network, are in its lists."""
    tab = chromium.new_page(viewport={"width": width, "height": 800}, **context)
    tab.complaints, tab.requests = [], []
    tab.on("console", lambda m: tab.complaints.append(m.text) if m.type in ("error", "warning") else None)
    tab.on("pageerror", lambda e: tab.complaints.append(str(e)))
    tab.on("request", lambda r: tab.requests.append(r.url))
    tab.goto(file.as_uri())
    tab.evaluate("document.fonts.ready.then(() => true)")
    return tab


@pytest.mark.full
@pytest.mark.parametrize(("width", "scheme"), list(zip(WIDTHS, ("light", "dark") * 2, strict=True)))
def test_page_fits_every_screen_and_is_accessible(chromium, file, width, scheme):
    """Whatever a cell may put out is in the sample; whole reports stand in the gate."""
    from axe_playwright_python.sync_playwright import Axe

    tab = opened(chromium, file, width, color_scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    shown = "narrow" if width == 360 else "wide"
    assert tab.locator(f"#oem-items .plot.{shown}").is_visible()
    assert tab.locator("#oem-items .plot:visible").count() == 1
    found = Axe().run(
        tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    assert not found.response["violations"], found.generate_report()
    assert tab.complaints == []
    assert [url for url in tab.requests if not url.startswith(("file:", "data:"))] == []
    tab.close()


@pytest.mark.full
def test_page_is_whole_without_script(chromium, file):
    tab = opened(chromium, file, 360, java_script_enabled=False)
    top = [tab.locator(part).first.bounding_box()["y"] for part in (".key", ".opening")]
    assert tab.locator("nav a:visible").count() == 0
    assert top[0] < 780
    assert top[0] < top[1]
    assert tab.locator("td:visible").count() > 100
    tab.locator("nav summary").click()
    assert tab.locator("nav a:visible").count() == 9
    assert tab.locator("h2:visible").count() >= 7
    assert tab.locator(".theme:visible").count() == 0
    tab.close()


@pytest.mark.full
def test_contents_follow_the_reader_and_the_keyboard_reaches_everything(chromium, file):
    from playwright.sync_api import expect

    tab = opened(chromium, file)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.locator("#ch-04_complaints").evaluate("e => scrollTo({top: e.offsetTop, behavior: 'instant'})")
    expect(tab.locator("nav [aria-current]")).to_have_attribute("href", "#ch-04_complaints")
    phone = opened(chromium, file, 360)
    assert phone.locator("nav a:visible").count() == 0
    phone.locator("nav summary").click()
    assert phone.locator("nav a:visible").count() >= 8
    phone.keyboard.press("Escape")
    assert phone.locator("nav a:visible").count() == 0
    box = phone.locator("#css-advisors .scroll")
    assert not box.is_visible()
    phone.locator("#css-advisors summary").click()
    expect(box).to_have_class("scroll wide-inside goes-on")
    assert box.get_attribute("tabindex") == "0"
    first = "#css-advisors tbody th"
    before = phone.locator(first).first.bounding_box()["x"]
    box.evaluate("e => { e.scrollLeft = 200 }")
    assert phone.locator(first).first.bounding_box()["x"] == before
    box.evaluate("e => { e.scrollLeft = e.scrollWidth }")
    expect(box).to_have_class("scroll wide-inside")
    tab.close()
    phone.close()


@pytest.mark.full
def test_a_phone_reads_a_row_of_texts_as_a_record(chromium, file):
    phone = opened(chromium, file, 360)
    phone.locator("#complaints-register summary").click()
    assert phone.evaluate(
        "(e => e.scrollWidth <= e.clientWidth)(document.querySelector('#complaints-register .scroll'))"
    )
    cells = phone.locator("#complaints-register tbody tr").first.get_by_role("cell")
    heads = phone.locator("#complaints-register thead th")
    assert cells.count() > 4
    for i in range(cells.count()):
        told = cells.nth(i).evaluate("e => getComputedStyle(e, '::before').content.slice(1, -1)")
        assert told == re.sub(r"\s+", " ", heads.nth(i + 1).text_content())
    phone.close()


@pytest.mark.full
def test_tables_sort_by_their_heads(chromium, file):
    tab = opened(chromium, file)
    table = tab.locator("#ftf-technicians")
    jobs = table.get_by_role("button", name="维修台次")
    jobs.focus()
    tab.keyboard.press("Enter")
    assert table.locator("tbody th").first.inner_text() == "孙师傅"
    assert table.locator("th[aria-sort=descending]").count() == 1
    jobs.click()
    assert table.locator("tbody th").first.inner_text() == "陈师傅"
    hours = tab.locator("#complaints-register").get_by_role("button", name="关闭用时")
    hours.click()
    hours.click()
    assert tab.locator("#complaints-register tbody tr").last.inner_text().rstrip().endswith("–")
    tab.close()


# What the page does with long tables, totals, and what is there to be looked up.
LONG = 14
SHARE = sample.column("share", "占比", "number", bar=True)


FILL = re.compile(rb"([\d.]+ [\d.]+ [\d.]+) rg")


def long_table(**more) -> dict:
    """Fourteen rows and their total, which is the second of them until it is told to stay at the end."""
    heads = [sample.column("name", "名称"), SHARE, sample.column("mixed", "数值", sortable=False)]
    rows = [[f"第{i}行", i, f"{i}%"] for i in range(LONG)]
    rows.append(["合计", 0.5, "–"])
    shown = [[str(cell) for cell in row] for row in rows]
    words = {"title": "十四行与合计", "subtitle": "2024年4月", "fixed": [LONG]}
    return sample.table("own.long", heads, rows, shown, **words, **more)


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Path:
    """A chapter with a long table, and the same and a list to be looked up."""
    look_up = Exhibit(long_table() | {"id": "own.look_up", "title": "查用的表"}).to_look_up().payload
    points = Exhibit(sample.words("note", "一条说明", "又一条") | {"id": "own.notes", "title": "数据说明"})
    book = nbformat.v4.new_notebook(
        cells=[
            sample.text("# 5 长表\n\n谁?\n\n## 节"),
            sample.code(long_table(), look_up, points.to_look_up().payload, sample.chart("own.chart")),
        ]
    )
    path = tmp_path_factory.mktemp("own") / "own.html"
    path.write_text(page(book), encoding="utf-8")
    return path


@pytest.mark.full
def test_a_long_table_shows_ten_rows_and_its_total_and_sorts_round_it(chromium, own):
    tab = opened(chromium, own)
    table = tab.locator("#own-long")
    assert table.locator("tbody tr:visible").count() == 11
    assert table.locator("thead button").count() == 2
    for last_but_one in ("第4行", "第9行"):
        table.get_by_role("button", name="占比").click()
        assert table.locator("tbody tr:visible").last.inner_text().startswith("合计")
        assert table.locator("tbody tr:visible").nth(-2).inner_text().startswith(last_but_one)
    table.get_by_role("button", name="其余 4 行").click()
    assert table.locator("tbody tr:visible").count() == LONG + 1
    assert tab.evaluate("document.activeElement.innerText").startswith("第10行")
    tab.close()


@pytest.mark.full
@pytest.mark.parametrize("script", [True, False])
def test_what_is_looked_up_stands_closed_and_opens_without_script_too(chromium, own, script):
    tab = opened(chromium, own, java_script_enabled=script)
    table, points = tab.locator("#own-look_up"), tab.locator("#own-notes")
    for box, title in ((table, "查用的表"), (points, "数据说明")):
        assert title in box.locator("summary").inner_text()
        assert box.bounding_box()["height"] < 60
    assert not table.locator("td").first.is_visible()
    table.locator("summary").click()
    assert table.locator("td").first.is_visible()
    points.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert points.locator("li").first.is_visible()
    tab.close()


@pytest.mark.full
def test_a_link_opens_what_it_leads_to(chromium, own):
    tab = opened(chromium, own, 360)
    assert tab.locator("td:visible").count() == 0
    tab.evaluate("location.hash = '#own-look_up'")
    tab.locator("#own-look_up td").first.wait_for(state="visible")
    tab.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<a id=x href=\"#own-long\">x</a>')"
    )
    tab.locator("#x").click()
    tab.locator("#own-long td").first.wait_for(state="visible")
    tab.goto(f"{own.as_uri()}?again#own-notes")
    assert tab.locator("#own-notes li").first.is_visible()
    tab.close()


@pytest.mark.full
def test_every_value_of_a_chart_can_be_read_with_the_keyboard(chromium, own):
    tab = opened(chromium, own, 360)
    values = tab.locator("#own-chart .values")
    values.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert values.locator("li").first.inner_text().startswith("十个 MOT 项")
    tab.close()


@pytest.mark.full
def test_paper_has_what_stands_open_and_says_where_the_rest_is(chromium, own, tmp_path):
    from pypdf import PdfReader

    tab = opened(chromium, own, 360)
    tab.locator("#own-chart").evaluate("e => e.remove()")  # its dots have the colour of the bars
    tab.pdf(path=str(tmp_path / "page.pdf"), print_background=False, prefer_css_page_size=True)
    pages = PdfReader(tmp_path / "page.pdf").pages
    text = re.sub(r"\s+", "", "".join(p.extract_text() for p in pages))
    assert "第9行" in text
    assert "第10行" not in text
    assert text.count("其余4行见工作簿tables.xlsx") == 1
    assert "查用的表见工作簿tables.xlsx" in text
    assert "一条说明" not in text
    assert tab.locator("td:visible").count() == 0  # closed again
    ink = [float(n) for p in pages for c in FILL.findall(p.get_contents().get_data()) for n in c.split()]
    last = [int(theme.LIGHT["last"][i : i + 2], 16) / 255 for i in (1, 3, 5)]
    assert any(ink[i : i + 3] == pytest.approx(last, abs=1e-3) for i in range(0, len(ink), 3)), "no cell bars"
    tab.close()


@pytest.mark.full
def test_the_built_in_report_is_25_screens_of_a_phone(chromium, april):
    tab = opened(chromium, april / "report.html", 360)
    assert tab.evaluate("document.documentElement.scrollHeight") <= 25 * 780
    tab.close()


@pytest.mark.full
def test_the_reader_chooses_light_or_dark(chromium, file):
    tab = opened(chromium, file, color_scheme="light")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = tab.evaluate(ground)
    tab.get_by_role("button", name="深色").click()
    assert tab.evaluate(ground) != light
    assert tab.get_by_role("button", name="浅色").count() == 1
    tab.close()


@pytest.mark.full
def test_print_is_paged_and_complete_and_repeats_heads(chromium, tmp_path):
    from pypdf import PdfReader

    long = sample.report()
    register = next(
        output.data[EXHIBIT]
        for cell in long.cells
        for output in cell.get("outputs", [])
        if "data" in output and output.data.get(EXHIBIT, {}).get("id") == "complaints.register"
    )
    register["rows"], register["display"] = register["rows"] * 20, register["display"] * 20
    file = tmp_path / "long.html"
    file.write_text(page(long), encoding="utf-8")
    tab = opened(chromium, file, color_scheme="dark")
    tab.get_by_role("button", name="其余 30 行").click()
    tab.pdf(path=str(tmp_path / "page.pdf"), prefer_css_page_size=True)
    pages = PdfReader(tmp_path / "page.pdf").pages
    assert [round(float(side)) for side in pages[0].mediabox[2:]] == [595, 842]
    texts = [re.sub(r"\s+", "", p.extract_text()) for p in pages]
    assert all(f"第{i}页，共{len(pages)}页" in t for i, t in enumerate(texts, 1))
    assert "附录B口径" in "".join(texts[-2:])
    assert sum("受理时间" in t for t in texts) >= 2
    tab.close()

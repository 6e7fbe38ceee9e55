"""The report as slides: opened by the library that PowerPoint files are read with, every text measured."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import openpyxl
import pypdf
import pytest
from conftest import chosen, run
from five_stores import STORES
from pptx import Presentation

from aftersales.contract.errors import InputError
from aftersales.export import assemble, document, scan
from aftersales.export.slides import charts, measure, pptx, template
from aftersales.export.slides import deck as slides
from aftersales.export.slides.template import EMU, HEIGHT, WIDTH, Box

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


@pytest.fixture(scope="module")
def documents(reports):
    """`documents("English")`: the document of one of five stores."""
    read = {}

    def of(name):
        if name not in read:
            folder = reports(name) / "notebooks"
            master = nbformat.read(folder / "master.ipynb", 4)
            read[name] = document.read(assemble.whole(master, folder, "master"))
        return read[name]

    return of


@pytest.fixture(scope="module")
def decks(documents):
    """The slides of a store, as bytes; made once."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = pptx.pptx(documents(name))
        return made[name]

    return of


def opened(data):
    return Presentation(io.BytesIO(data))


def heights(body, width):
    """How high the paragraphs of a text are, at their own sizes and distances of lines [pt]."""
    high = 0.0
    for paragraph in body.findall(f"{_A}p"):
        runs = paragraph.findall(f"{_A}r")
        if not runs:
            continue
        props = runs[0].find(f"{_A}rPr")
        size = int(props.get("sz")) / 100
        bold = any(r.find(f"{_A}rPr").get("b") == "1" for r in runs)
        line = int(paragraph.find(f"{_A}pPr/{_A}lnSpc/{_A}spcPts").get("val")) / 100
        text = "".join(r.find(f"{_A}t").text or "" for r in runs)
        # a run that is bold among others makes little difference
        high += len(measure.lines(text, size, width, bold and len(runs) == 1)) * line
    return high


def overfull(deck):
    """What is larger than its box or the slide, on which slide."""
    found = []
    for number, slide in enumerate(deck.slides, 1):
        for shape in slide.shapes:
            at = [v / EMU for v in (shape.left, shape.top, shape.width, shape.height)]
            if at[0] < -0.5 or at[1] < -0.5 or at[0] + at[2] > WIDTH + 0.5 or at[1] + at[3] > HEIGHT + 0.5:
                found.append((number, shape.name, "off the slide"))
            held = shape.has_text_frame and shape.name != "number"
            if held and heights(shape._element.txBody, at[2]) > at[3] + 0.5:
                found.append((number, shape.name, shape.text_frame.text))
            if shape.has_table:
                table = shape._element.graphic.graphicData.tbl
                widths = [column.w / EMU for column in table.tblGrid.gridCol_lst]
                if at[1] + sum(row.h for row in table.tr_lst) / EMU > HEIGHT - 34 + 0.5:
                    found.append((number, shape.name, "over the foot"))
                for row in table.tr_lst:
                    for cell, width in zip(row.tc_lst, widths, strict=True):
                        room = width - (cell.marL + cell.marR) / EMU
                        needs = heights(cell.txBody, room + 0.1) + (cell.marT + cell.marB) / EMU
                        if needs > row.h / EMU + 0.5:
                            found.append((number, shape.name, "".join(cell.itertext())))
    return found


def titles(deck):
    return [next(s.text_frame.text for s in slide.placeholders if s.name == "title") for slide in deck.slides]


@pytest.mark.parametrize("name", list(STORES))
def test_every_text_fits_its_box_and_nothing_is_empty(decks, name):
    deck = opened(decks(name))
    assert overfull(deck) == []
    assert len(deck.slides) <= 28
    for number, slide in enumerate(deck.slides, 1):
        assert [s.name for s in slide.placeholders if not s.text_frame.text.strip()] == [], number
        assert slide.has_notes_slide
        assert slide.notes_slide.notes_text_frame.text.strip(), number
        ids = [e.get("id") for e in slide._element.iter("{*}cNvPr")]
        assert len(ids) == len(set(ids)), number
        for frame in slide._element.iter("{*}graphicFrame", "{*}pic"):
            assert next(frame.iter("{*}cNvPr")).get("descr"), number


def test_what_is_one_slide_too_many_is_named_in_the_notes(decks, documents):
    doc, deck = documents("crowded"), opened(decks("crowded"))
    left_out = {slide.title for slide in slides.slides(doc)} - set(titles(deck))
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides]
    named = {
        line.split("：", 1)[1] for text in notes for line in text.split("\n") if line.startswith("未放入")
    }
    assert named
    assert named <= left_out  # what else is left out is too long a table


def test_the_deck_has_its_chapters_in_their_order_and_ends_with_the_summary(decks, documents):
    deck, doc = opened(decks("built-in")), documents("built-in")
    assert 18 <= len(deck.slides) <= 28
    chapters = [s.text_frame.text for slide in deck.slides for s in slide.placeholders if s.name == "chapter"]
    numbers = [c.split()[0] for c in chapters if c[0].isdigit()]
    assert numbers == sorted(numbers)
    assert set(numbers) == set("1234567")
    assert sum("·" in c for c in chapters) == 7  # a question each
    verdict = doc.role("verdict")[0]["text"]
    assert verdict in {s.text_frame.text for s in deck.slides[0].placeholders}
    assert titles(deck)[-1] == "下月要点"
    assert [t[:2] for t in titles(deck)[-5:-1]] == ["前台", "车间", "配件", "客服"]
    feet = {s.text_frame.text for slide in deck.slides for s in slide.placeholders if s.name == "footer"}
    assert all("示范店 · 2024年4月 · 合成数据 · 个人信息已脱敏" in foot for foot in feet)
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides]
    formulas = [n for n in notes if "一次维修合格率 = " in n]
    assert formulas  # a figure's definition, where it is named
    assert deck.core_properties.author == "示范店"


def test_the_charts_have_the_figures_and_their_workbooks_the_same(decks, reports):
    results = json.loads((reports("built-in") / "figures.json").read_text(encoding="utf-8"))
    figures, tables = results["figures"], results["tables"]
    found = {
        shape.name: shape.chart
        for slide in opened(decks("built-in")).slides
        for shape in slide.shapes
        if shape.has_chart
    }
    named = {name: [list(s.values) for s in chart.plots[0].series] for name, chart in found.items()}
    causes = next(v for n, v in named.items() if n.startswith("不满意原因"))[-1]
    assert sorted(causes) == sorted(row["month"] for row in tables["complaints.causes"])
    assert named["一次维修合格率"][-1][-1] == figures["ftf.rate"]
    assert named["预约率"][-1][-1] == figures["booking.rate"]
    scores = {row["scope"]: row for row in tables["oem.css"]}
    items = next(c for n, c in found.items() if n.startswith("十项得分"))
    current = list(items.plots[0].series)[-1].values
    assert sorted(current) == sorted(v for k, v in scores["current"].items() if k in ITEMS)
    for name, chart in found.items():
        sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
        values = [cell.value for row in sheet.iter_rows() for cell in row]
        cells = {v for v in values if isinstance(v, (int, float))}
        drawn = {v for series in chart.plots[0].series for v in series.values if v is not None}
        assert {round(v, 9) for v in drawn} <= {round(v, 9) for v in cells}, name


ITEMS = {
    *("explain_work", "reception_speed", "work_quality", "explain_bill", "handover_speed", "time_in_shop"),
    *("listening", "handover_escort", "car_clean", "lounge"),
}


@pytest.mark.parametrize("name", ["built-in", "crowded", "first January"])
def test_every_chart_of_a_report_can_be_drawn_by_powerpoint(documents, name):
    deck, layouts = template.load(None)
    shown = [b.body for c in documents(name).chapters for b in c.blocks if b.kind == "exhibit"]
    kinds = set()
    for p in shown:
        if p["kind"] == "chart" and p["form"]["kind"] != "heat":
            assert charts.can(p), p["id"]
            slide = deck.slides.add_slide(layouts["content"])
            for shape in list(slide.placeholders):
                shape._element.getparent().remove(shape._element)
            charts.add(slide, p, Box(44, 100, 872, 390))
            kinds.add(p["form"]["kind"])
    assert overfull(deck) == []
    assert {"bars", "dots", "panels", "strip", "trend"} <= kinds


def test_the_bytes_are_the_same_each_time_and_tell_no_time(decks, documents):
    data = decks("built-in")
    assert pptx.pptx(documents("built-in")) == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_scan_reads_titles_notes_and_the_numbers_behind_charts(decks):
    texts = list(scan._of_file("report.pptx", decks("built-in")))
    assert "下月要点" in texts
    assert any("个人信息已脱敏" in text for text in texts)
    assert sum("修路不方便" in text for text in texts) > 1  # in the chart and in its workbook


def _with(data, change):
    """A template made of a deck with its content layout changed."""
    deck = opened(data)
    change(next(layout for layout in deck.slide_layouts if layout.name == "content"))
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _narrower(layout):
    for shape in layout.placeholders:
        if shape.name in ("title", "text", "exhibit"):
            shape.left, shape.top, shape.width, shape.height = (
                shape.left + 60 * EMU,
                shape.top,
                shape.width - 120 * EMU,
                shape.height,
            )


def test_a_template_of_the_store_is_used_and_nothing_runs_over(decks, documents, tmp_path):
    path = tmp_path / "company.pptx"
    path.write_bytes(_with(decks("orders alone"), _narrower))
    deck = opened(pptx.pptx(documents("built-in"), path))
    assert overfull(deck) == []
    assert not any("小店" in title for title in titles(deck))  # none of the template's own slides
    drawn = [s for slide in deck.slides for s in slide.shapes if s.has_chart]
    assert drawn
    assert all(s.left >= 104 * EMU - 1 and s.left + s.width <= (WIDTH - 104) * EMU + 1 for s in drawn)


def _unnamed(layout):
    next(s for s in layout.placeholders if s.name == "exhibit").name = "Content Placeholder 3"


def _renamed(layout):
    layout._element.find("{*}cSld").set("name", "Title and Content")


@pytest.mark.parametrize(
    ("change", "told"),
    [(_unnamed, "layout content lacks the placeholder exhibit"), (_renamed, "no layout is called content")],
)
def test_a_template_that_lacks_something_is_told_by_name(decks, documents, tmp_path, change, told):
    path = tmp_path / "company.pptx"
    path.write_bytes(_with(decks("orders alone"), change))
    with pytest.raises(InputError, match=told):
        pptx.pptx(documents("orders alone"), path)


@pytest.mark.parametrize(("content", "told"), [(None, "no such file"), (b"no archive", "cannot be opened")])
def test_a_file_that_is_no_template_is_told(tmp_path, content, told):
    path = tmp_path / "company.pptx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=told):
        template.load(path)


def test_a_report_that_is_not_masked_is_never_made_into_slides(documents):
    doc = documents("orders alone")
    open_to_all = document.Document(doc.lang, {**doc.meta, "masked": False}, doc.summary, doc.chapters, [])
    with pytest.raises(InputError, match="not masked"):
        pptx.pptx(open_to_all)


def test_slides_by_the_params_and_their_template(tmp_path, decks):
    env = chosen(tmp_path / "params", "01_review")
    company = tmp_path / "company.pptx"
    company.write_bytes(_with(decks("orders alone"), _unnamed))
    settings = tmp_path / "params" / "default.yml"
    text = settings.read_text(encoding="utf-8").replace("slides: false", "slides: true")
    settings.write_text(text.replace('slides_template: ""', f"slides_template: {company}"), encoding="utf-8")
    out = tmp_path / "out"
    done = run("report", "--month", "4", "--out", out, "--lang", "en", **env)
    assert done.returncode == 2
    assert "lacks the placeholder exhibit" in done.stderr
    assert not out.exists()
    company.write_bytes(_with(decks("orders alone"), _narrower))
    done = run("report", "--month", "4", "--out", out, "--lang", "en", **env)
    assert done.returncode == 0, done.stderr
    folder = out / "2024-04" / "示范店"
    assert str(folder / "report.pptx") in done.stdout.split()
    assert overfull(Presentation(folder / "report.pptx")) == []
    assert "report.pptx" in json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    settings.write_text(text.replace("mask: true", "mask: false"), encoding="utf-8")
    done = run("slides", "--month", "4", "--out", out, "--lang", "en", **env)
    assert done.returncode == 2
    assert "for use in the store alone" in done.stderr


def test_a_report_without_slides_imports_nothing_for_them():
    code = "import sys; from aftersales import report; report.prepare_formats(typst=False); " + (
        "print([m for m in sys.modules if m.split('.')[0] == 'pptx' or 'export.slides' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.full
def test_libreoffice_draws_every_slide(decks, tmp_path):
    office = shutil.which("soffice")
    if not office:
        pytest.skip("no LibreOffice on this machine")
    path = tmp_path / "report.pptx"
    path.write_bytes(decks("built-in"))
    home = f"-env:UserInstallation={Path(tmp_path / 'home').as_uri()}"
    command = [office, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    pages = pypdf.PdfReader(tmp_path / "report.pdf").pages
    assert len(pages) == len(opened(decks("built-in")).slides)
    assert all(page.extract_text().strip() for page in pages)


def test_what_no_file_of_powerpoint_may_hold_and_an_own_picture_are_written(documents):
    doc = documents("orders alone")
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M0,0h40v20z"/></svg>'
    strange = {"kind": "text", "role": "finding", "text": "坏\x0b字\ufffe\n第二行" + "很长" * 300}
    own = document.Chapter(
        "own", "8", "等待", "ch-own", "", [strange], [document.Block("svg", svg, alt="三角")]
    )
    made = opened(pptx.pptx(document.Document("zh", doc.meta, None, [own], [])))
    assert overfull(made) == []
    title = titles(made)[1]
    assert title.startswith("坏 字")
    assert title.endswith("…")
    (picture,) = [s for s in made.slides[1].shapes if s.shape_type == 13]
    assert picture._element.nvPicPr.cNvPr.get("descr") == "三角"
    assert any(str(p.partname).endswith(".svg") for p in made.part.package.iter_parts())
    assert "矢量图片" in made.slides[1].notes_slide.notes_text_frame.text

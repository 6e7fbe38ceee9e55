"""One colour rule a figure: a signal by its direction, a missed target; alike in page, PDF, slides, mail."""

import io
import re

import css_inline
import lxml.html
import nbformat
import pandas as pd
import pypdf
import pytest
from pptx import Presentation

from aftersales import context
from aftersales.contract import formats
from aftersales.contract.schema import MOT_ITEMS
from aftersales.display import charts, theme
from aftersales.display.exhibit import MIME
from aftersales.display.tables import oem_css as show
from aftersales.export import assemble, document
from aftersales.export.page.html import ReportHTMLExporter
from aftersales.export.pdf import pdf
from aftersales.export.slides import pptx
from aftersales.mail.body import body
from aftersales.metrics import oem_css
from aftersales.signals import Finding

GREEN, RED, NONE = theme.BETTER, theme.WORSE, theme.MUTED
# Tones and states of four key figures, and what has which colour for them.
CARDS = [("better", "good"), ("worse", "bad"), ("worse", "good"), ("", "none")]
CERTAIN = [("⊕", "better"), ("⊗", "missed"), ("⊙", "")]
EXPECTED = {
    **{"变0": GREEN, "变1": RED, "变2": RED, "变3": NONE},
    **{"判0": GREEN, "判1": RED, "判2": GREEN, "判3": NONE},
    **{"⊕": GREEN, "⊗": RED, "⊙": NONE},
}


@pytest.fixture(scope="module")
def book(april):
    """The built-in store's report, its key figures and what is certain as above; and its document."""
    folder = april / "notebooks"
    whole = assemble.whole(nbformat.read(folder / "master.ipynb", 4), folder, "master")
    shown = [o["data"][MIME] for c in whole.cells for o in c.get("outputs", []) if MIME in o.get("data", {})]
    for p in shown:
        if p.get("role") == "cards":
            for n, (card, (tone, status)) in enumerate(zip(p["cards"], CARDS, strict=False)):
                card |= {"tone": tone, "status": status, "change_display": f"变{n}", "verdict": f"判{n}"}
        if p.get("role") == "certain":
            p["items"] = [{"text": "说", "glyph": glyph, "tone": tone} for glyph, tone in CERTAIN]
    return whole


def of_page(book):
    """Of the page: as its own style sheets have it."""
    page, _ = ReportHTMLExporter().from_notebook_node(book)
    tree = lxml.html.fromstring(page)
    parts = [*tree.xpath("//style"), *tree.find_class("keys")[:1], *tree.find_class("certain")[:1]]
    small = "".join(lxml.html.tostring(part, encoding="unicode", with_tail=False) for part in parts)
    small = f"<html><body><div class='dashboard'>{small}</div></body></html>"
    for part in lxml.html.fromstring(css_inline.inline(small)).xpath("//p[not(*)] | //span[not(*)]"):
        colour = re.findall(r"(?<!-)color: *var\(--(\w+)\)", part.get("style") or "")
        yield part.text_content().strip(), theme.LIGHT[colour[-1]] if colour else None


def of_paper(book):
    """Of the PDF: what each text is filled with."""
    now, found = ["0"], []
    numbers = {"scn", "sc", "rg"}

    def operator(op, args, *_):
        if op.decode() in numbers:
            now[0] = "#" + "".join(f"{round(float(a) * 255):02x}" for a in args)

    def text(shown, *_):
        found.append((re.sub(r"\s", "", shown), now[0]))

    first = pypdf.PdfReader(io.BytesIO(pdf.pdf(document.read(book)))).pages[0]
    first.extract_text(visitor_operand_before=operator, visitor_text=text)
    return found


def of_slides(book):
    """Of the slides: the colours of their runs."""
    deck = Presentation(io.BytesIO(pptx.pptx(document.read(book))))
    for shape in (shape for slide in deck.slides for shape in slide.shapes):
        bodies = (
            [cell.text_frame for row in shape.table.rows for cell in row.cells] if shape.has_table else []
        )
        for frame in [*bodies, *([shape.text_frame] if shape.has_text_frame else [])]:
            for run in (run for paragraph in frame.paragraphs for run in paragraph.runs):
                if run.font.color.type is not None:
                    yield run.text.strip(), f"#{run.font.color.rgb}".lower()


def of_mail(book):
    for cell in lxml.html.fromstring(body(document.read(book)).html).iter("td"):
        yield cell.text_content().strip(), re.findall(r"(?<!-)color: *(#\w+)", cell.get("style") or "")[-1]


@pytest.mark.parametrize("form", [of_page, of_paper, of_slides, of_mail])
def test_signals_and_targets_have_one_colour_in_every_form(book, form):
    found = list(form(book))
    for text, colour in EXPECTED.items():
        of_text = {one for shown, one in found if shown == text or (shown.endswith(text) and text > "一")}
        assert of_text == {colour}, (text, of_text)


@pytest.mark.parametrize("direction", ["better", "worse"])
def test_a_score_has_the_colour_of_its_finding_in_table_and_chart(direction):
    """Of ten scores, all of which moved, one is a signal: it alone has a colour, whichever way it moved."""
    month, weights = pd.Period("2024-04"), dict.fromkeys(MOT_ITEMS, 0.1)
    records = context("2024-04", source="demo").tables.oem_css
    for item in MOT_ITEMS:
        found = [Finding("oem.mot", item, level="signal", direction=direction)]
        items = oem_css.items(records, month, weights, found)
        table = show.mot_items(items, oem_css.scores(records, month, weights), found, lang="zh", title="题")
        at = [column["label"] for column in table.payload["columns"]].index("本月")
        assert table.payload["tone"] == {f"{MOT_ITEMS.index(item)},{at}": direction}
        named = charts.named(items, "item", "mot_item", value="contribution")
        drawn = charts.dot_plot(named, id="oem.items", title="题", subtitle="", lang="zh").payload["svg"][
            "wide"
        ]
        other = {"better": theme.WORSE, "worse": theme.BETTER}[direction]
        value = formats.number(items.set_index("item").loc[item, "current"])
        coloured = re.findall(rf"<text[^>]*{theme.TONES[direction]}[^>]*>([^<]*)</text>", drawn)
        assert value in coloured
        assert len(coloured) <= 2  # where the first row has it, its mark's name too
        assert other not in drawn

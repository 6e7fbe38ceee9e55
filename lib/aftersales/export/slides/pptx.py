"""The report as a PowerPoint file: the notebook's document set on slides that can be edited."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from traitlets import Bool, Unicode, default

from aftersales.contract.errors import InputError
from aftersales.contract.language import say
from aftersales.contract.message import Message
from aftersales.display import theme
from aftersales.export import clean, document
from aftersales.export.page.html import masthead
from aftersales.export.pdf import pdf, printed
from aftersales.export.published import PublishedExporter
from aftersales.export.slides import charts, deck, measure, tables, template, texts
from aftersales.export.slides.template import EMU, Box
from aftersales.export.slides.texts import Run
from aftersales.export.words import WORDS

_TITLE, _TEXT = (22.0, 20.0, 18.0, 16.0, 14.0), (13.0, 12.0, 11.0, 10.0)
_HEAD, _SUB = 13.0, 10.5
_FOOT = (9.0, 8.0, 7.0)
_LIST = (16.0, 14.0, 12.0, 11.0, 10.0)
# The time of each file in the archive: none.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CREATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


class ReportPPTXExporter(PublishedExporter):
    """Turns the report's notebook, its published master or a single executed chapter, into slides.

    Inputs are hidden; the document is read as page and PDF read it. Charts and tables are PowerPoint's own, with
    their numbers. The bytes depend on the notebook and the template alone. A report that is not masked is refused.
    """

    export_from_notebook = "After-sales report (slides)"
    optimistic_validation = Bool(True).tag(config=True)  # once, not after each preprocessor
    output_mimetype = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    slides_template = Unicode("", help="A .pptx whose master and layouts the slides take.").tag(config=True)

    @default("file_extension")
    def _file_extension(self) -> str:
        return ".pptx"

    def from_notebook_node(  # type: ignore[override]  # nbconvert's own exporters of files do the same
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The slides of a notebook.

        Returns
        -------
        tuple of bytes and dict
            The .pptx, and nbconvert's resources.

        Raises
        ------
        InputError
            The report is not masked, or the template lacks something.
        """
        nb_copy, resources = super().from_notebook_node(nb, resources, **kw)
        return pptx(
            document.read(nb_copy), Path(self.slides_template) if self.slides_template else None
        ), resources


def pptx(doc: document.Document, company: Path | None = None) -> bytes:
    """Set a document on slides.

    Parameters
    ----------
    doc : Document
        What `document.read` made of a notebook.
    company
        The template; None for the report's own master.

    Raises
    ------
    InputError
        The report is not masked, or the template lacks something.
    """
    if doc.meta.get("masked") is False:
        raise InputError(
            Message(
                "没有做幻灯片：这份报告没有脱敏（参数里是 `mask: false`），只在店内使用；幻灯片是给店外看的。",
                "No slides were made: this report is not masked (`mask: false` in the params) and is for use in "
                "the store alone; slides are shown outside it.",
            )
        )
    prs, layouts = template.load(company)
    making = _Making(prs, layouts, doc, company is None)
    making.cover()
    making.dashboard()
    for slide in deck.slides(doc):
        making.slide(slide)
    _properties(prs, doc)
    out = io.BytesIO()
    prs.save(out)
    return _repacked(out.getvalue(), _date(doc))


class _Making:
    """The deck as it grows."""

    def __init__(self, prs: Any, layouts: Mapping[str, Any], doc: document.Document, own: bool) -> None:
        self.prs, self.layouts, self.doc, self.lang, self.own = prs, layouts, doc, doc.lang, own
        self.foot = deck.footer(doc)
        self.places = {
            name: {shape.name: template.place(shape) for shape in layout.placeholders}
            for name, layout in layouts.items()
        }

    def _new(self, layout: str) -> tuple[Any, dict[str, Any]]:
        """A slide with the placeholders of its layout by name."""
        source = self.layouts[layout]
        slide = self.prs.slides.add_slide(source)
        by_idx = {shape.placeholder_format.idx: shape for shape in slide.placeholders}
        shapes = {}
        for shape in source.placeholders:
            if shape.name not in template.NAMES[layout]:
                continue
            own = by_idx.get(shape.placeholder_format.idx)
            if own is None:  # the library leaves out the footer and the number
                own = self._copied(slide, shape)
            own.name = shape.name
            shapes[shape.name] = own
        for shape in list(slide.placeholders):
            if shape.name not in shapes:
                shape._element.getparent().remove(shape._element)
        return slide, shapes

    def _copied(self, slide: Any, shape: Any) -> Any:
        ph = shape._element.nvSpPr.nvPr.find(f"{template._P}ph")
        number = max(int(n) for n in slide.shapes._spTree.xpath("//p:cNvPr/@id")) + 1
        idx = f' idx="{ph.get("idx")}"' if ph.get("idx") else ""
        field = ph.get("type") == "sldNum"
        body = (
            '<a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum"><a:rPr lang="zh-CN"/>'
            f"<a:t>{len(self.prs.slides)}</a:t></a:fld>"
            if field
            else ""
        )
        slide.shapes._spTree.append(
            parse_xml(
                f'<p:sp {template.NS}><p:nvSpPr><p:cNvPr id="{number}" name="{shape.name}"/><p:cNvSpPr>'
                f'<a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="{ph.get("type")}"{idx}/></p:nvPr></p:nvSpPr>'
                f"<p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/><a:p>{body}</a:p></p:txBody></p:sp>"
            )
        )
        return slide.shapes[-1]

    def _fill(self, shape: Any, text: str, at: Box, sizes: Sequence[float]) -> None:
        """Fill a placeholder; one without a text goes."""
        if not text:
            shape._element.getparent().remove(shape._element)
            return
        texts.fill(shape, text, at, sizes, self.lang, bold=shape.name == "title")

    def cover(self) -> None:
        """Store, month and verdict."""
        slide, shapes = self._new("cover")
        head = masthead(self.doc)
        verdict = "".join(str(p["text"]) for p in self.doc.role("verdict"))
        title = head["series"] or WORDS[self.lang]["title"]
        about = {
            "title": (title, (40.0, 34.0, 28.0, 22.0)),
            "subtitle": (" · ".join(t for t in (head["store"], head["month"]) if t), (20.0, 16.0, 12.0)),
            "text": (verdict, (18.0, 16.0, 14.0, 12.0)),
            "footer": (" · ".join(t for t in (self.foot, head["colophon"]) if t), _FOOT),
        }
        for name, (text, sizes) in about.items():
            self._fill(shapes[name], text, self.places["cover"][name], sizes)
        self._notes(slide, [title, verdict])

    def _content(self, chapter: str, title: str, text: str) -> tuple[Any, Box]:
        slide, shapes = self._new("content")
        at = self.places["content"]
        self._fill(shapes["chapter"], chapter, at["chapter"], (12.0, 11.0, 10.0, 9.0))
        self._fill(shapes["title"], title, at["title"], _TITLE)
        self._fill(shapes["footer"], self.foot, at["footer"], _FOOT)
        below, room = self._below(title, text)
        if text and self.own:
            _move(shapes["text"], below)
        self._fill(shapes["text"], text, below, _TEXT)
        shapes["exhibit"]._element.getparent().remove(shapes["exhibit"]._element)
        return slide, room

    def _below(self, title: str, text: str) -> tuple[Box, Box]:
        """Where text and exhibit go: on slides of our own up to what stands above them."""
        at = self.places["content"]
        below, room = at["text"], at["exhibit"]
        if not self.own:
            return below, room
        kept, size = measure.fit(title, _TITLE, (at["title"].w, at["title"].h), bold=True)
        spare = at["title"].h - measure.height([kept], size, at["title"].w, bold=True)
        kept, size = measure.fit(text, _TEXT, (below.w, below.h))
        high = measure.height([kept], size, below.w) if text else 0
        more = spare + below.h - high
        return Box(below.x, below.y - spare, below.w, high), Box(room.x, room.y - more, room.w, room.h + more)

    def dashboard(self) -> None:
        """The key figures, a line each, and beside them what is certain, what waits and what is to be decided."""
        cards = [card for p in self.doc.role("cards") for card in p.get("cards", ()) if not card.get("empty")]
        lists = [p for p in self.doc.lists if p.get("role") != "remark"]
        if not cards and not any(p.get("items") for p in lists):
            return
        sentences = deck._sentences("".join(str(p["text"]) for p in self.doc.role("verdict")), self.lang)
        title = sentences[0] if sentences else WORDS[self.lang]["summary"]
        text = deck._joined(sentences[1:], self.lang)
        slide, room = self._content(WORDS[self.lang]["summary"], title, text)
        left = Box(room.x, room.y, room.w * 0.62, room.h)
        if cards:
            self._key_figures(slide, cards, left)
        right = Box(left.x + left.w + 30, room.y, room.w - left.w - 30, room.h)
        self._points(slide, [p for p in lists if p.get("items")], right)
        self._notes(slide, deck.notes_of_summary(self.doc))

    def _key_figures(self, slide: Any, cards: Sequence[Mapping[str, Any]], at: Box) -> None:
        lang = self.lang
        names = (
            ("指标", "本月", "目标", "判定", "24个月", "可以说什么")
            if lang == "zh"
            else ("Figure", "This month", "Target", "Verdict", "24 months", "What may be said")
        )
        head = [tables.Cell(name, "r" if n in (1, 2) else "l", theme.MUTED) for n, name in enumerate(names)]
        rows = []
        for card in cards:
            unit = str(card.get("unit") or "")
            shown = card["display"] + (unit if unit == "%" else "")
            verdict = str(card.get("verdict") or "")
            tone = texts.tone("worse" if verdict.startswith("✗") else str(card.get("tone") or ""))
            said = str(card.get("change_display") or "")
            label = card["label"] + (f"（{unit}）" if lang == "zh" and unit not in ("", "%") else "")
            label += f" ({unit})" if lang == "en" and unit not in ("", "%") else ""
            rows.append(
                [
                    tables.Cell(label, bold=True),
                    tables.Cell(shown, "r", theme.THIS, True),
                    tables.Cell(str(card.get("target_display") or ""), "r"),
                    tables.Cell(verdict, colour=tone if verdict.startswith("✗") else theme.INK),
                    tables.Cell(" " * 12),
                    tables.Cell(
                        said,
                        colour=texts.tone(str(card.get("tone") or "")) if card.get("tone") else theme.MUTED,
                    ),
                ]
            )
        shares = (0.21, 0.11, 0.11, 0.14, 0.13, 0.3)
        widths = [at.w * share for share in shares]
        for size in (11.0, 10.0, 9.0, 8.0):
            heights = [
                max(tables._height(row, widths, size), min(at.h / (len(rows) + 1) * 0.9, 40.0))
                for row in rows
            ]
            grid = tables.Grid(head, rows, widths, tables._height(head, widths, size), heights, size)
            if grid.height <= at.h:
                break
        alt = "\n".join(" ".join(cell.text.strip() for cell in row) for row in rows)
        tables.add(slide, grid, at, WORDS[lang]["summary"], alt, lang)
        down = at.y + grid.head_height
        across = at.x + sum(widths[:4]) + 2
        for card, high in zip(cards, grid.heights, strict=True):
            _spark(slide, card, Box(across, down + 4, widths[4] - tables._GAP - 4, high - 8))
            down += high

    def _points(self, slide: Any, lists: Sequence[Mapping[str, Any]], at: Box) -> None:
        """Lists one under another; of long ones the first items, and how many more there are."""
        if not lists:
            return
        size, title_size = 10.5, 12.0
        most = max(len(p["items"]) for p in lists)
        while True:
            blocks = [self._listed(p, most, size, at.w) for p in lists]
            high = sum(
                title_size * measure.LINE + 4 + measure.height([texts.plain(x) for x in b], size, at.w) + 8
                for b in blocks
            )
            if high <= at.h or most == 1:
                break
            most -= 1
        y = at.y
        for p, block in zip(lists, blocks, strict=True):
            title = str(p.get("title") or WORDS[self.lang].get(str(p.get("role")), ""))
            head = title_size * measure.LINE
            texts.box(
                slide, title, [[Run(title, theme.INK, True)]], Box(at.x, y, at.w, head), title_size, self.lang
            )
            down = measure.height([texts.plain(x) for x in block], size, at.w)
            room = min(down, at.y + at.h - y - head - 4)
            texts.box(
                slide, f"{title} 1", block, Box(at.x, y + head + 4, at.w, max(room, down)), size, self.lang
            )
            y += head + 4 + down + 8

    def _listed(self, p: Mapping[str, Any], most: int, size: float, room: float) -> list[list[Run]]:
        out = []
        for item in p["items"][:most]:
            who = " · ".join(str(item[k]) for k in ("who", "until") if item.get(k))
            text = (
                f"{item.get('what')}（{who}）"
                if who and self.lang == "zh"
                else f"{item.get('what')} ({who})"
                if who
                else item["text"]
            )
            glyph = f"{item.get('glyph') or '·'} "
            text, _ = measure.fit(glyph + str(text), (size,), (room, size * measure.LINE * 3))
            out.append([Run(glyph, texts.tone(str(item.get("tone") or "")), True), Run(text[len(glyph) :])])
        if len(p["items"]) > most:
            out.append([Run(WORDS[self.lang]["more"].format(len(p["items"]) - most), theme.MUTED)])
        return out

    def slide(self, told: deck.Slide) -> None:
        """A slide, and as many more as its table needs; none where it is to be whole and is not."""
        (first, *more) = told.exhibits
        if first["kind"] == "list":
            self._list_slide(told, first)
        elif first["kind"] == "table" or _kind(first) == "heat":
            self._table_slides(told, first, more)
        else:
            slide, room = self._content(told.chapter, told.title, told.text)
            notes = list(told.notes)
            for p, at in zip(told.exhibits, _beside(room, len(told.exhibits)), strict=True):
                notes += self._exhibit(slide, p, self._headed(slide, p, at) if told.headed else at)
            self._notes(slide, notes)

    def _headed(self, slide: Any, p: Mapping[str, Any], at: Box) -> Box:
        """The exhibit's own title and subtitle above it; what is left of its place."""
        y = at.y
        for text, size, colour, bold in (
            (p.get("title"), _HEAD, theme.INK, True),
            (p.get("subtitle"), _SUB, theme.MUTED, False),
        ):
            if text:
                kept, _ = measure.fit(str(text), (size,), (at.w, size * measure.LINE * 2), bold)
                high = measure.height([kept], size, at.w, bold)
                texts.box(
                    slide,
                    str(text)[:60],
                    [[Run(kept, colour, bold)]],
                    Box(at.x, y, at.w, high),
                    size,
                    self.lang,
                )
                y += high + 2
        return at.cut(top=y - at.y + 6 if y > at.y else 0)

    def _exhibit(self, slide: Any, p: Mapping[str, Any], at: Box) -> list[str]:
        """Put an exhibit in its place; what is to be said of it."""
        if charts.can(p):
            charts.add(slide, p, at)
            return []
        if p["kind"] == "table" or _kind(p) == "heat":
            head, rows = tables.of(p, at.w)
            grid = tables.grid(head, rows, at)
            tables.add(
                slide,
                grid,
                at,
                str(p.get("title") or p["id"]),
                str(p.get("alt") or p.get("title") or ""),
                self.lang,
            )
            return []
        _picture(slide, p, at)
        return [
            say(
                self.lang,
                "这张图是矢量图片，不能在PowerPoint里改数。",
                "This is a vector picture: its numbers cannot be changed in PowerPoint.",
            )
        ]

    def _table_slides(
        self, told: deck.Slide, p: Mapping[str, Any], more: Sequence[Mapping[str, Any]]
    ) -> None:
        _, room = self._below(told.title + self._part(1, 2), told.text)
        places = _beside(room, 1 + len(more), (0.42, 0.58))
        inner = self._without_head(p, places[0]) if told.headed else places[0]
        head, rows = tables.of(p, inner.w)
        grid = tables.grid(head, rows, inner)
        parts = [grid] if grid.height <= inner.h else tables.pages(grid, inner.h)
        if not told.whole and (len(parts) > 1 or grid.size < tables.READABLE):
            return
        for n, part in enumerate(parts, 1):
            slide, room = self._content(told.chapter, told.title + self._part(n, len(parts)), told.text)
            places = _beside(room, 1 + len(more), (0.42, 0.58))
            at = self._headed(slide, p, places[0]) if told.headed else places[0]
            alt = str(p.get("alt") or p.get("title") or "")
            tables.add(slide, part, at, str(p.get("title") or p["id"]), alt, self.lang)
            notes = list(told.notes)
            for other, place in zip(more, places[1:], strict=False):
                notes += self._exhibit(slide, other, self._headed(slide, other, place))
            self._notes(slide, notes)

    def _part(self, n: int, of: int) -> str:
        """Which slide of several, after the title."""
        return say(self.lang, f"（{n}/{of}）", f" ({n}/{of})") if of > 1 else ""

    def _without_head(self, p: Mapping[str, Any], at: Box) -> Box:
        """What `_headed` leaves of a place."""
        high = 0.0
        for text, size, bold in ((p.get("title"), _HEAD, True), (p.get("subtitle"), _SUB, False)):
            if text:
                kept, _ = measure.fit(str(text), (size,), (at.w, size * measure.LINE * 2), bold)
                high += measure.height([kept], size, at.w, bold) + 2
        return at.cut(top=high + 6 if high else 0)

    def _list_slide(self, told: deck.Slide, p: Mapping[str, Any]) -> None:
        """Sentences under each other, on as many slides as they need."""
        _, room = self._below(told.title, told.text)
        items = [f"{item.get('glyph') or '·'} {item['text']}" for item in p["items"]]
        size = next((s for s in _LIST if _stack(items, s, room.w) <= room.h), _LIST[-1])
        groups: list[list[str]] = [[]]
        for item in items:
            if groups[-1] and _stack([*groups[-1], item], size, room.w) > room.h:
                groups.append([])
            groups[-1].append(measure.fit(item, (size,), (room.w, room.h))[0])
        for group in groups:
            slide, _ = self._content(told.chapter, told.title, told.text)
            y = room.y
            for item in group:
                high = measure.height([item], size, room.w)
                texts.box(slide, item[:40], [item], Box(room.x, y, room.w, high), size, self.lang)
                y += high + size * 0.6
            self._notes(slide, told.notes)

    def _notes(self, slide: Any, paragraphs: Sequence[str]) -> None:
        frame = slide.notes_slide.notes_text_frame
        if frame is not None:
            frame.text = "\n".join(dict.fromkeys(p for p in paragraphs if p))


def _stack(items: Sequence[str], size: float, room: float) -> float:
    return measure.height(items, size, room) + size * 0.6 * len(items)


def _kind(p: Mapping[str, Any]) -> str:
    form = p.get("form")
    return str(form.get("kind", "")) if isinstance(form, Mapping) else ""


def _beside(room: Box, count: int, shares: Sequence[float] = (0.5, 0.5)) -> list[Box]:
    """Places side by side."""
    if count == 1:
        return [room]
    gap, out, x = 28.0, [], room.x
    for share in shares:
        out.append(Box(x, room.y, (room.w - gap) * share, room.h))
        x += (room.w - gap) * share + gap
    return out


def _move(shape: Any, at: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = (round(v * EMU) for v in (at.x, at.y, at.w, at.h))


def _spark(slide: Any, card: Mapping[str, Any], at: Box) -> None:
    """A figure's months as a line of PowerPoint's own shapes."""
    values = [None if v is None else float(v) for v in card.get("spark") or ()]
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return
    low, high = min(known), max(known)
    span = (high - low) or 1.0

    def place(n: int, value: float) -> tuple[float, float]:
        return at.x + 3 + n / (len(values) - 1) * (at.w - 6), at.y + 3 + (1 - (value - low) / span) * (
            at.h - 6
        )

    points = [place(n, v) for n, v in enumerate(values) if v is not None]
    builder = slide.shapes.build_freeform(round(points[0][0] * EMU), round(points[0][1] * EMU))
    builder.add_line_segments([(round(x * EMU), round(y * EMU)) for x, y in points[1:]], close=False)
    line = builder.convert_to_shape()
    line.fill.background()
    line.line.color.rgb = charts._rgb(theme.THIS)
    line.line.width = EMU * 5 // 4
    line.shadow.inherit = False
    x, y = points[-1]
    dot = slide.shapes.add_shape(9, *(round(v * EMU) for v in (x - 2.5, y - 2.5, 5, 5)))
    dot.fill.solid()
    dot.fill.fore_color.rgb = charts._rgb(theme.THIS)
    dot.line.fill.background()
    dot.shadow.inherit = False
    for shape, alt in ((line, str(card.get("months_text") or card["label"])), (dot, card["display"])):
        shape.name = str(card["label"])
        shape._element.nvSpPr.cNvPr.set("descr", alt)


def _picture(slide: Any, p: Mapping[str, Any], at: Box) -> None:
    """A vector picture, with one of dots for programs that show no vectors."""
    alt, svg = str(p.get("alt") or p.get("title") or ""), ""
    if p["kind"] == "chart":
        svg = str(p["svg"]["wide"])
    elif p["form"] == "svg":
        svg = clean.svg(str(p["body"]), "", natural=True)
    if svg:
        width, height = _size(svg)
        (png,) = pdf.svgs_to_pngs([(svg, round(width))])
    else:
        png = base64.b64decode(str(p["body"]).partition(",")[2])
    picture = slide.shapes.add_picture(io.BytesIO(png), 0, 0)
    ratio = min(at.w * EMU / picture.width, at.h * EMU / picture.height)
    picture.width, picture.height = round(picture.width * ratio), round(picture.height * ratio)
    picture.left, picture.top = round(at.x * EMU), round(at.y * EMU)
    picture.name = str(p.get("title") or "")[:60]
    picture._element.nvPicPr.cNvPr.set("descr", alt)
    if not svg:
        return
    package = slide.part.package
    number = sum(str(part.partname).endswith(".svg") for part in package.iter_parts()) + 1
    part = Part(PackURI(f"/ppt/media/drawing{number}.svg"), "image/svg+xml", package, svg.encode())
    rid = slide.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
    blip = picture._element.find(f".//{template._A}blip")
    blip.append(
        parse_xml(
            f'<a:extLst {template.NS}><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}"><asvg:svgBlip '
            'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" '
            f'r:embed="{rid}"/></a:ext></a:extLst>'
        )
    )


def _size(svg: str) -> tuple[float, float]:
    found = printed._VIEW_BOX.search(svg)
    return (float(found[1]), float(found[2])) if found else (720.0, 400.0)


def _date(doc: document.Document) -> datetime:
    """When the report says it was made; else the last day that it is about, so that bytes do not change."""
    text = str(doc.meta.get("generated") or "")
    if found := re.match(r"(\d{4})-(\d{2})-(\d{2})", text):
        return datetime(*map(int, found.groups()))  # type: ignore[arg-type]
    if found := re.match(r"(\d{4})-(\d{2})$", str(doc.meta.get("month") or "")):
        year, month = map(int, found.groups())
        return datetime(year + month // 12, month % 12 + 1, 1)
    return datetime(2000, 1, 1)


def _properties(prs: Any, doc: document.Document) -> None:
    head, core = masthead(doc), prs.core_properties
    core.title, core.subject = head["page_title"], head["description"]
    core.author = core.last_modified_by = head["store"] or head["series"]
    core.keywords = printed.PRINT_WORDS[doc.lang]["keywords"]
    core.comments = head["colophon"]
    core.language = say(doc.lang, "zh-CN", "en-GB")
    core.revision = 1
    core.created = core.modified = _date(doc)


def _repacked(data: bytes, date: datetime) -> bytes:
    """The archive without times of its own, those of the workbooks in it as well."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith(".xlsx"):
                body = _repacked(body, date)
            elif name == "docProps/core.xml":
                body = _CREATED.sub(rb"\g<1>" + date.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), body)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()

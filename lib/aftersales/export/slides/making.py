"""The slides as they are made: what goes where on each, and on how many it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pptx.oxml import parse_xml

from aftersales.contract.language import say
from aftersales.display import theme
from aftersales.export import document
from aftersales.export.page.html import masthead
from aftersales.export.slides import charts, dashboard, deck, measure, pictures, tables, template, texts
from aftersales.export.slides.template import EMU, Box
from aftersales.export.slides.texts import Run
from aftersales.export.words import WORDS

_TITLE, _TEXT = (22.0, 20.0, 18.0, 16.0, 14.0), (13.0, 12.0, 11.0, 10.0)
_HEAD, _SUB = 13.0, 10.5
_FOOT = (9.0, 8.0, 7.0)
_LIST = (16.0, 14.0, 12.0, 11.0, 10.0)


class Making:
    """The deck as it grows."""

    def __init__(self, prs: Any, layouts: Mapping[str, Any], doc: document.Document, own: bool) -> None:
        self.prs, self.layouts, self.doc, self.lang, self.own = prs, layouts, doc, doc.lang, own
        self.foot = deck.footer(doc)
        self.named = {
            name: [
                (shape.name, shape, shape.placeholder_format.idx)
                for shape in layout.placeholders
                if shape.name in template.NAMES[name]
            ]
            for name, layout in layouts.items()
        }
        self.places = {
            name: {called: template.place(shape) for called, shape, _ in shapes}
            for name, shapes in self.named.items()
        }

    def _new(self, layout: str) -> tuple[Any, dict[str, Any]]:
        """A slide with the placeholders of its layout by name."""
        slide = self.prs.slides.add_slide(self.layouts[layout])
        slide.shapes.turbo_add_enabled = True  # else all shapes are counted for each new one
        own = {shape.placeholder_format.idx: shape for shape in slide.placeholders}
        shapes = {}
        for name, shape, idx in self.named[layout]:
            # the library leaves out the footer and the number
            shapes[name] = own.pop(idx, None) or self._copied(slide, shape)
            shapes[name].name = name
        for shape in own.values():
            shape._element.getparent().remove(shape._element)
        return slide, shapes

    def _copied(self, slide: Any, shape: Any) -> Any:
        ph = shape._element.nvSpPr.nvPr.find(f"{template.P}ph")
        number = slide.shapes._next_shape_id
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
                f'<a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="{ph.get("type")}"{idx}/></p:nvPr>'
                f"</p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/><a:p>{body}</a:p></p:txBody></p:sp>"
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
        """The key figures, and beside them what is certain, what waits and what is to be decided."""
        cards = [card for p in self.doc.role("cards") for card in p.get("cards", ()) if not card.get("empty")]
        lists = [p for p in self.doc.lists if p.get("role") != "remark"]
        if not cards and not any(p.get("items") for p in lists):
            return
        sentences = deck.sentences("".join(str(p["text"]) for p in self.doc.role("verdict")), self.lang)
        title = sentences[0] if sentences else WORDS[self.lang]["summary"]
        text = deck.joined(sentences[1:], self.lang)
        slide, room = self._content(WORDS[self.lang]["summary"], title, text)
        left = Box(room.x, room.y, room.w * 0.62, room.h)
        if cards:
            dashboard.key_figures(slide, cards, left, self.lang)
        right = Box(left.x + left.w + 30, room.y, room.w - left.w - 30, room.h)
        dashboard.lists(slide, [p for p in lists if p.get("items")], right, self.lang)
        self._notes(slide, deck.notes_of_summary(self.doc))

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
        pictures.add(slide, p, at)
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
    return str((p.get("form") or {}).get("kind", ""))


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

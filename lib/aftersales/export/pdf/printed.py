"""A report's document as the plain data that the Typst template sets: laid out, but nothing of it markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from aftersales.display import theme
from aftersales.export import clean
from aftersales.export.document import FRONT, Block, Chapter, Document, folded
from aftersales.export.page.html import masthead
from aftersales.export.pdf import printed_tables, typst_markup
from aftersales.export.words import WORDS

_VIEW_BOX = re.compile(r'viewBox="[-\d. ]*?([\d.]+) ([\d.]+)"')
_SVG_TEXT, _WIDE_SIGN = re.compile(r">([^<]*[−×·±≤≥≈][^<]*)<"), re.compile(r"[−×·±≤≥≈]")
# Two small pictures one after another stand side by side where neither is higher than so many px.
_LOW_PICTURE = 460
# Points of a px of a wide picture across the page, and of a narrow one across half of it.
_PORTRAIT, _HALF = 493 / 720, 238 / 360

PRINT_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "more_items": "另有{}项，见各章",
        "page": "第 {} 页 / 共 {} 页",
        "substituted": "有 {} 个字符字体中没有，以 □ 代替。",
        "keywords": "客户服务,月报,CSS,MOT,一次修复率,流失率",
    },
    "en": {
        "more_items": "and {} more: see the chapters",
        "page": "Page {} of {}",
        "substituted": "{} characters that the font lacks are shown as □.",
        "keywords": "customer service,monthly report,CSS,MOT,first-time fix,churn",
    },
}


def data(doc: Document) -> dict[str, Any]:
    """Everything that the template needs.

    Parameters
    ----------
    doc : Document
        The report, or a chapter on its own.

    Returns
    -------
    dict
        Plain data: ``lang``, ``words``, ``palette``, ``cover``, ``summary``, ``chapters``.
    """
    texts, meta = masthead(doc), doc.meta
    summary = doc.summary
    return {
        "lang": doc.lang,
        "words": {**WORDS[doc.lang], **PRINT_WORDS[doc.lang]},
        "palette": dict(theme.LIGHT),
        "tones": dict(theme.TONES),
        "title": texts["page_title"],
        "description": texts["description"],
        "store": texts["store"],
        "month": texts["month"],
        "series": texts["series"],
        "date": _date(meta.get("generated")),
        "colophon": texts["colophon"],
        "draft": bool(meta.get("draft")),
        "synthetic": bool(meta.get("synthetic")),
        "masked": meta.get("masked"),
        "verdict": [p["text"] for p in doc.role("verdict")],
        "cards": [_card(card) for p in doc.role("cards") for card in p.get("cards", [])],
        "cards_note": next((p["note"] for p in doc.role("cards") if p.get("note")), ""),
        "points": [_points(p, doc.lang) for p in doc.lists],
        "summary": _summary(summary) if summary else None,
        "waterfall": _waterfall(doc),
        "chapters": [
            made for c in (*doc.chapters, *doc.appendices) if (made := _chapter(c, doc.lang))["printed"]
        ],
    }


def _date(text: Any) -> list[int] | None:
    found = re.match(r"(\d{4})-(\d{2})-(\d{2})", str(text or ""))
    return [int(part) for part in found.groups()] if found else None


def _summary(chapter: Chapter) -> dict[str, Any]:
    roles = set(FRONT)
    rest = [b for b in chapter.blocks if b.kind != "exhibit" or b.body.get("role") not in roles]
    return {"anchor": chapter.anchor, "blocks": list(_blocks(rest))}


def _waterfall(doc: Document) -> dict[str, str] | None:
    """The small picture of where MOT's change comes from; None where there is none."""
    for p in doc.role("waterfall"):
        if p["kind"] == "chart":
            return {"title": p["title"], "svg": narrow_signs(p["svg"]["narrow"]), "alt": p["alt"]}
    return None


def _chapter(chapter: Chapter, lang: str) -> dict[str, Any]:
    return {
        "anchor": chapter.anchor,
        "number": chapter.number,
        "appendix": chapter.number.isalpha(),
        "title": chapter.title or chapter.key,
        "question": _prose(typst_markup.markdown(chapter.question)),
        "findings": [p["text"] for p in chapter.findings],
        "blocks": (blocks := list(_side_by_side(list(_blocks(chapter.blocks))))),
        # An appendix that is all look-ups is on the page and in the workbook.
        "printed": bool(blocks or chapter.findings or not any(map(folded, chapter.blocks))),
    }


def _blocks(blocks: list[Block]) -> Iterator[dict[str, Any]]:
    """What is printed: without the look-ups, and without headings that have nothing under them then."""
    headings: list[dict[str, Any]] = []
    for block in blocks:
        drawn = None if folded(block) else _block(block)
        if not drawn:
            continue
        made = {"anchor": block.anchor, "number": block.number, **drawn}
        if made["t"] == "heading":
            headings = [made]
            continue
        yield from headings
        headings = []
        yield made


def _side_by_side(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Two low pictures that follow each other as one block; a third stands alone."""
    waiting: dict[str, Any] | None = None
    for block in blocks:
        low = block["t"] == "chart" and block["low"]
        if waiting is not None and low:
            height = max(_height(one["narrow"]) for one in (waiting, block)) * _HALF
            yield {"t": "pair", "c": [waiting, block], "height": height}
            waiting = None
            continue
        if waiting is not None:
            yield waiting
        waiting = block if low else None
        if not low:
            yield block
    if waiting is not None:
        yield waiting


def _block(block: Block) -> dict[str, Any] | None:
    body = block.body
    if block.kind == "heading":
        return {"t": "heading", "text": body}
    if block.kind == "prose":
        nodes = typst_markup.markdown(body)
        return {"t": "prose", "c": _prose(nodes)} if nodes else None
    if block.kind == "plain":
        return {"t": "prose", "c": [{"t": "code", "c": printed_tables.breakable(body)}]} if body else None
    if block.kind == "html":
        return {"t": "prose", "c": _prose(typst_markup.from_html(body))}
    if block.kind == "picture":
        node = typst_markup.picture(body, block.alt)
        return {"t": "prose", "c": [node]} if node else None
    if block.kind == "svg":
        svg = clean.svg(body, "", natural=True)
        return (
            {"t": "prose", "c": [{"t": "picture", "svg": svg, "alt": block.alt, "width": _width(svg)}]}
            if svg
            else None
        )
    return _exhibit(body)


def _exhibit(p: Mapping[str, Any]) -> dict[str, Any]:
    kind = p["kind"]
    shared = {name: p.get(name) or "" for name in ("title", "subtitle", "note", "role")}
    if kind == "chart":
        alt = p.get("alt") or p.get("title") or ""
        narrow = narrow_signs(p["svg"]["narrow"])
        low = _height(narrow) <= _LOW_PICTURE
        return {
            "t": "chart",
            **shared,
            "svg": narrow_signs(p["svg"]["wide"]),
            "alt": alt,
            "narrow": narrow if low else "",
            "low": low,
            "height": _height(p["svg"]["wide"]) * _PORTRAIT,
        }
    if kind == "table":
        on_paper = printed_tables.on_paper(p)
        return {"t": "table", **shared, "note": on_paper.get("note") or "", **printed_tables.table(on_paper)}
    if kind == "cards":
        return {"t": "cards", **shared, "cards": [_card(card) for card in p["cards"]]}
    if kind == "list":
        return {"t": "points", **_points(p, str(p.get("lang", "zh")))}
    if kind == "empty":
        return {"t": "empty", **shared, "text": p["text"]}
    return {"t": "said", "role": shared["role"], "text": printed_tables.breakable(p["text"])}


def _prose(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks whose tables know the widths of their columns."""
    laid_out = []
    for node in nodes:
        if node["t"] == "quote":
            node = {**node, "c": _prose(node["c"])}
        elif node["t"] == "list":
            node = {**node, "c": [_prose(item) for item in node["c"]]}
        elif node["t"] == "table":
            node = printed_tables.from_markdown(node)
        laid_out.append(node)
    return laid_out


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "label",
        "display",
        "unit",
        "change_display",
        "direction",
        "tone",
        "status",
        "status_text",
        "target_display",
        "verdict",
        "interval_svg",
        "interval_text",
        "months_text",
        "months_svg",
    )
    return {**{name: card.get(name) or "" for name in names}, "empty": bool(card.get("empty"))}


def _points(p: Mapping[str, Any], lang: str) -> dict[str, Any]:
    role = p.get("role") or "plain"
    return {
        "role": role,
        "title": p.get("title") or WORDS[lang].get(role, ""),
        "subtitle": p.get("subtitle") or "",
        "note": p.get("note") or "",
        "text": p.get("text") or WORDS[lang]["none"],
        "items": [
            {
                "text": printed_tables.breakable(item["text"]),
                "value": "" if item.get("value") is None else str(item["value"]),
                "tone": item.get("tone") or "",
                "glyph": item.get("glyph") or "",
                "what": printed_tables.breakable(item.get("what") or item["text"]),
                "who": item.get("who") or "",
                "until": item.get("until") or "",
            }
            for item in p.get("items", [])
        ],
    }


def narrow_signs(svg: str) -> str:
    """A picture whose signs that the Chinese font draws full-width (a minus) come from another font.

    >>> narrow_signs("<text>−1</text>")
    '<text><tspan style="font-family:\\'DejaVu Sans Mono\\'">−</tspan>1</text>'
    """
    narrow = "<tspan style=\"font-family:'DejaVu Sans Mono'\">\\g<0></tspan>"
    return _SVG_TEXT.sub(lambda found: f">{_WIDE_SIGN.sub(narrow, found[1])}<", svg)


def _width(svg: str) -> float:
    found = _VIEW_BOX.search(svg)
    return float(found[1]) * 0.75 if found else 360.0


def _height(svg: str) -> float:
    """How high a picture is in px; without a height it is none that stands beside another."""
    found = _VIEW_BOX.search(svg)
    return float(found[2]) if found else float("inf")

"""A report's document as the plain data that the Typst template sets: laid out, but nothing of it markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from aftersales.contract.schema import Lang
from aftersales.display import theme
from aftersales.export import clean, sheets
from aftersales.export.document import FRONT, Block, Chapter, Document
from aftersales.export.page.html import masthead
from aftersales.export.pdf import printed_tables, typst_markup
from aftersales.export.pdf import widths as columns
from aftersales.export.words import WORDS

_SVG_TEXT, _WIDE_SIGN = re.compile(r">([^<]*[−×·±≤≥≈][^<]*)<"), re.compile(r"[−×·±≤≥≈]")
# The contents tell so many ems of a chapter's finding: two lines, in whole sentences.
_CONTENTS_FINDING = 96
_SENTENCE = re.compile(r".+?(?:[。！？；]|[.!?;](?=\s|$)|$)\s*")

# What is looked up rather than read stands on the page, folded, and in the workbook.
_LOOKED_UP = ("definitions",)

PRINT_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "landscape": "横排于本章末",
        "see_page": "见第 {} 页",
        "page": "第 {} 页 / 共 {} 页",
        "substituted": "有 {} 个字符字体中没有，以 □ 代替。",
        "looked_up": "各指标的口径见网页版报告，或 tables.xlsx 的工作表“{}”。",
        "keywords": "客户服务,月报,CSS,MOT,一次修复率,流失率",
    },
    "en": {
        "landscape": "set sideways at the end of the chapter",
        "see_page": "page {}",
        "page": "Page {} of {}",
        "substituted": "{} characters that the font lacks are shown as □.",
        "looked_up": "What each figure means: on the page, or in tables.xlsx, sheet “{}”.",
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
        "points": [_points(p, doc.lang) for p in doc.lists],
        "summary": _summary(summary) if summary else None,
        "chapters": [_chapter(c, doc.lang) for c in (*doc.chapters, *doc.appendices)],
    }


def _date(text: Any) -> list[int] | None:
    found = re.match(r"(\d{4})-(\d{2})-(\d{2})", str(text or ""))
    return [int(part) for part in found.groups()] if found else None


def _summary(chapter: Chapter) -> dict[str, Any]:
    roles = set(FRONT)
    rest = [b for b in chapter.blocks if b.kind != "exhibit" or b.body.get("role") not in roles]
    return {"anchor": chapter.anchor, "blocks": list(_blocks(rest))}


def _chapter(chapter: Chapter, lang: str) -> dict[str, Any]:
    blocks = list(_blocks(chapter.blocks))
    plates = [b for b in blocks if b.get("landscape")]
    flow = [b for b in blocks if not b.get("landscape")]
    findings = [p["text"] for p in chapter.findings]
    first = findings[0] if findings else ""
    return {
        "anchor": chapter.anchor,
        "number": chapter.number,
        "appendix": chapter.number.isalpha(),
        "title": chapter.title or chapter.key,
        "question": _prose(typst_markup.markdown(chapter.question)),
        "findings": findings,
        "finding_short": _shortened(first),
        "blocks": blocks,
        # Nothing but wide tables and some words: no page of its own for the words.
        "landscape": bool(plates) and all(b["t"] in ("heading", "prose", "said") for b in flow),
    }


def _shortened(text: str) -> str:
    """The first sentences of a text, as many as the contents have room for, but at least one."""
    sentences, short = _SENTENCE.findall(text), ""
    for sentence in sentences:
        if short and columns.ems(short + sentence) > _CONTENTS_FINDING:
            break
        short += sentence
    return short.strip()


def _blocks(blocks: list[Block]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        drawn = _block(block)
        if drawn:
            yield {"anchor": block.anchor, "number": block.number, **drawn}


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
    if body.get("id") in _LOOKED_UP:
        lang: Lang = "en" if body.get("lang") == "en" else "zh"
        told = PRINT_WORDS[lang]["looked_up"].format(sheets.WORDS[lang]["figures"])
        return {"t": "said", "role": "", "text": told}
    return _exhibit(body)


def _exhibit(p: Mapping[str, Any]) -> dict[str, Any]:
    kind = p["kind"]
    shared = {name: p.get(name) or "" for name in ("title", "subtitle", "note", "role")}
    if kind == "chart":
        alt = p.get("alt") or p.get("title") or ""
        return {"t": "chart", **shared, "svg": narrow_signs(p["svg"]["wide"]), "alt": alt}
    if kind == "table":
        return {"t": "table", **shared, **printed_tables.table(printed_tables.on_paper(p))}
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
        "previous_display",
        "year_ago_display",
        "note",
    )
    return {**{name: card.get(name) or "" for name in names}, "spark": spark(card.get("spark") or [])}


def spark(values: list[float | None]) -> list[list[list[float]]]:
    """A line of the last months in the unit square: runs of points, a gap where a month has no value."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return []
    low, high = min(known), max(known)
    points = [
        None if v is None else [i / (len(values) - 1), 1 - ((v - low) / (high - low) if high > low else 0.5)]
        for i, v in enumerate(values)
    ]
    return [list(run) for known, run in groupby(points, lambda p: p is not None) if known]  # type: ignore[arg-type]


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
    found = re.search(r'viewBox="[-\d. ]*?([\d.]+) [\d.]+"', svg)
    return float(found[1]) * 0.75 if found else 360.0

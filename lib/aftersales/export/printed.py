"""A report's document as the plain data that the Typst template sets: laid out, but nothing of it markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from aftersales import theme
from aftersales.export import clean, columns, typst_markup
from aftersales.export.document import Block, Chapter, Document
from aftersales.export.html import masthead
from aftersales.export.words import WORDS

SUMMARY_ROLES = ("better", "worse", "decisions")
_NUMBERS = frozenset({"integer", "number", "percent", "change", "interval"})
# A text without a place to break in so many characters gets places to break.
_UNBROKEN = re.compile(r"[!-~]{25,}")
_BREAK_EVERY = re.compile(r"(.{12})")
# Tables up to this height are kept on one page; a row above that many lines may be split.
_KEPT_WHOLE, _SPLIT_ROW = 320.0, 38
# Words after which the contents stop telling a chapter's finding.
_CONTENTS_FINDING = 120

PRINT_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "landscape": "横排于本章末",
        "see_page": "见第 {} 页",
        "page": "第 {} 页 / 共 {} 页",
        "substituted": "有 {} 个字符字体中没有，以 □ 代替。",
        "keywords": "客户服务,月报,CSS,MOT,一次修复率,流失率",
    },
    "en": {
        "landscape": "set sideways at the end of the chapter",
        "see_page": "page {}",
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
    head, meta = masthead(doc), doc.meta
    summary = doc.summary
    return {
        "lang": doc.lang,
        "words": {**WORDS[doc.lang], **PRINT_WORDS[doc.lang]},
        "palette": dict(theme.LIGHT),
        "title": head["page_title"],
        "description": head["description"],
        "store": head["store"],
        "month": head["month"],
        "series": head["series"],
        "date": _date(meta.get("generated")),
        "colophon": head["colophon"],
        "synthetic": bool(meta.get("synthetic")),
        "masked": meta.get("masked"),
        "verdict": [p["text"] for p in doc.role("verdict")],
        "cards": [_card(card) for p in doc.role("cards") for card in p.get("cards", [])],
        "points": [_points(p, doc.lang) for role in SUMMARY_ROLES for p in doc.role(role)],
        "summary": _summary(summary) if summary else None,
        "chapters": [_chapter(c, doc.lang) for c in (*doc.chapters, *doc.appendices)],
    }


def _date(text: Any) -> list[int] | None:
    found = re.match(r"(\d{4})-(\d{2})-(\d{2})", str(text or ""))
    return [int(part) for part in found.groups()] if found else None


def _summary(chapter: Chapter) -> dict[str, Any]:
    shown = {"verdict", "cards", *SUMMARY_ROLES}
    rest = [b for b in chapter.blocks if b.kind != "exhibit" or b.body.get("role") not in shown]
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
        "finding_short": first if len(first) <= _CONTENTS_FINDING else first[: _CONTENTS_FINDING - 1] + "…",
        "blocks": blocks,
        # Nothing but wide tables and some words: no page of its own for the words.
        "landscape": bool(plates) and all(b["t"] in ("heading", "prose", "said") for b in flow),
    }


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
        return {"t": "prose", "c": [{"t": "code", "c": _breakable(body)}]} if body else None
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
        return {"t": "chart", **shared, "svg": p["svg"]["wide"], "alt": p.get("alt") or p.get("title") or ""}
    if kind == "table":
        return {"t": "table", **shared, **table(p)}
    if kind == "cards":
        return {"t": "cards", **shared, "cards": [_card(card) for card in p["cards"]]}
    if kind == "list":
        return {"t": "points", **_points(p, str(p.get("lang", "zh")))}
    if kind == "empty":
        return {"t": "empty", **shared, "text": p["text"]}
    return {"t": "said", "role": shared["role"], "text": _breakable(p["text"])}


def table(p: Mapping[str, Any]) -> dict[str, Any]:
    """A table's payload laid out for print: widths, heads, cells with their tone, which rows may be split."""
    heads, display = p["columns"], p["display"]
    raw, tone, strong = p.get("rows") or display, p.get("tone") or {}, set(p.get("emphasis") or ())
    texts = [[_breakable("" if text is None else str(text)) for text in row] for row in display]
    layout = columns.measure(heads, texts, bool(p.get("wide")))
    widest = [
        max((abs(row[i]) for row in raw if _is_number(row[i])), default=0) if column.get("bar") else 0
        for i, column in enumerate(heads)
    ]
    aligns = [c.get("align") or ("right" if c.get("type") in _NUMBERS else "left") for c in heads]

    def cell(r: int, c: int) -> dict[str, Any]:
        text, value = texts[r][c], raw[r][c]
        made: dict[str, Any] = {"text": text}
        if display[r][c] is not None and str(display[r][c]).startswith("<svg"):
            made = {"text": "", "svg": display[r][c], "alt": _alt(heads, raw, r, c)}
        if widest[c] and _is_number(value):
            made["bar"] = abs(value) / widest[c]
        if f"{r},{c}" in tone:
            made["tone"] = tone[f"{r},{c}"]
        return made

    groups = [(label, len(list(same))) for label, same in groupby(heads, lambda c: c.get("group") or "")]
    return {
        "widths": layout.widths,
        "size": layout.size,
        "landscape": layout.landscape,
        "whole": layout.height < _KEPT_WHOLE,
        "ruled": max(layout.lines, default=1) > 1,
        "heads": [
            {
                "label": columns.balanced(c["label"], (width - columns.GUTTER) / layout.size),
                "unit": c.get("unit") or "",
                "align": align,
            }
            for c, align, width in zip(heads, aligns, layout.widths, strict=True)
        ],
        "aligns": aligns,
        "groups": [{"label": label, "span": span} for label, span in groups]
        if any(g for g, _ in groups)
        else [],
        "rows": [
            {
                "strong": r in strong,
                "split": layout.lines[r] > _SPLIT_ROW,
                "cells": [cell(r, c) for c in range(len(heads))],
            }
            for r in range(len(display))
        ],
    }


def _alt(heads: list[Mapping[str, Any]], raw: list[list[Any]], r: int, c: int) -> str:
    value = raw[r][c]
    said = "–" if value is None else value if isinstance(value, str) else str(value)
    return f"{raw[r][0]}, {heads[c]['label']}: {said}"


def _prose(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks whose tables know the widths of their columns."""
    laid_out = []
    for node in nodes:
        if node["t"] == "quote":
            node = {**node, "c": _prose(node["c"])}
        elif node["t"] == "list":
            node = {**node, "c": [_prose(item) for item in node["c"]]}
        elif node["t"] == "table":
            node = _plain_table(node)
        laid_out.append(node)
    return laid_out


def _plain_table(node: dict[str, Any]) -> dict[str, Any]:
    texts = [[_plain(cell) for cell in row] for row in node["c"]]
    heads = [
        {"label": _plain(cell), "type": "number" if align == "right" else "text"}
        for cell, align in zip(node["head"], node["align"], strict=True)
    ]
    layout = columns.measure(heads, texts, wide=False)
    shrink = min(1.0, columns.PORTRAIT / sum(layout.widths))
    return {**node, "widths": [w * shrink for w in layout.widths], "size": layout.size}


def _plain(nodes: list[dict[str, Any]]) -> str:
    return "".join(n["c"] if isinstance(n.get("c"), str) else _plain(n.get("c", [])) for n in nodes)


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "label", "display", "unit", "change_display", "direction", "status", "status_text", "target_display",
        "previous_display", "year_ago_display", "note",
    )  # fmt: skip
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
    return [list(run) for there, run in groupby(points, lambda p: p is not None) if there]  # type: ignore[arg-type]


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
                "text": _breakable(item["text"]),
                "value": "" if item.get("value") is None else str(item["value"]),
                "tone": item.get("tone") or "",
            }
            for item in p.get("items", [])
        ],
    }


def _width(svg: str) -> float:
    found = re.search(r'viewBox="[-\d. ]*?([\d.]+) [\d.]+"', svg)
    return float(found[1]) * 0.75 if found else 360.0


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _breakable(text: str) -> str:
    """A text whose long unbroken runs can be broken, so that they stay inside their column."""
    return _UNBROKEN.sub(lambda run: _BREAK_EVERY.sub("\\1\u200b", run[0]), text)

"""Tables as the plain data that the Typst template sets: widths, heads and cells, laid out for paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from aftersales.export import columns

_NUMBERS = frozenset({"integer", "number", "percent", "change", "interval"})
# A text without a place to break in so many characters gets places to break.
_UNBROKEN = re.compile(r"[!-~]{25,}")
_BREAK_EVERY = re.compile(r"(.{12})")
# Tables up to this height are kept on one page; a row above that many lines may be split.
_KEPT_WHOLE, _SPLIT_ROW = 320.0, 38


def table(p: Mapping[str, Any]) -> dict[str, Any]:
    """A table's payload laid out for print: widths, heads, cells with their tone, which rows may be split."""
    heads, display = p["columns"], p["display"]
    raw, tone, strong = p.get("rows") or display, p.get("tone") or {}, set(p.get("emphasis") or ())
    texts = [[breakable("" if text is None else str(text)) for text in row] for row in display]
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


def of_markdown(node: dict[str, Any]) -> dict[str, Any]:
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


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def breakable(text: str) -> str:
    """A text whose long unbroken runs can be broken, so that they stay inside their column."""
    return _UNBROKEN.sub(lambda run: _BREAK_EVERY.sub("\\1\u200b", run[0]), text)

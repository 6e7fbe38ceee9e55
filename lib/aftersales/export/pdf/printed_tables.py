"""Tables as the plain data that the Typst template sets: widths, headers and cells, laid out for paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from aftersales.display.tables.columns import cut_note
from aftersales.export.pdf import widths as columns

_NUMBERS = frozenset({"integer", "number", "percent", "change", "interval"})
# A text without a place to break in so many characters gets places to break.
_UNBROKEN = re.compile(r"[!-~]{25,}")
_BREAK_EVERY = re.compile(r"(.{12})")
# Tables up to this height are kept on one page; a row above that many lines may be split.
_KEPT_WHOLE, _SPLIT_ROW = 150.0, 38
# A table of more rows than these is printed with its first ones, unless it asks to be printed whole.
_LONG, _FIRST = 12, 10
# So many lines make a row high: of such rows two that keep together are enough.
_HIGH_ROW = 3
# How a note begins that says how many rows the page shows.
_CUT = {
    "zh": r"^此处列出前\d+条，共[\d,]+条，全部见工作簿tables\.xlsx的“[^”]*”表。",
    "en": r"^The first \d+ of [\d,]+ are shown; all are in sheet “[^”]*” of tables\.xlsx\. ",
}


def table(p: Mapping[str, Any]) -> dict[str, Any]:
    """A table's payload laid out for print.

    A table that is too broad for the page is set in panels, one a group of columns, each with the first
    column.

    Returns
    -------
    dict
        ``whole``, kept on one page; ``panels`` with ``widths``, ``size``, ``heads``,
        ``groups`` and ``rows``, whose cells have ``text`` and at times ``tone``, ``bar``, ``svg`` or
        ``below``, a second line.
    """
    headers = p["columns"]
    layout = columns.measure(headers, _texts(p, range(len(headers))))
    parts = _by_group(headers)
    if layout.crowded and len(parts) > 1:
        layouts = columns.panels([([headers[i] for i in part], _texts(p, part)) for part in parts])
        if layouts:
            panels = [_panel(p, part, made) for part, made in zip(parts, layouts, strict=True)]
            height = sum(made.height for made in layouts)
            return {"panels": panels, "whole": height < _KEPT_WHOLE}
    return {
        "panels": [_panel(p, range(len(headers)), layout)],
        "whole": layout.height < _KEPT_WHOLE,
    }


def on_paper(p: Mapping[str, Any]) -> Mapping[str, Any]:
    """A table's payload with the columns and the rows that are printed."""
    p = _first_rows(p)
    kept = [i for i, column in enumerate(p["columns"]) if column.get("paper", True)]
    if len(kept) == len(p["columns"]):
        return p
    at = {old: new for new, old in enumerate(kept)}
    tone = {key: value for key, value in (p.get("tone") or {}).items() if int(key.split(",")[1]) in at}
    return {
        **p,
        "columns": [p["columns"][i] for i in kept],
        "rows": [[row[i] for i in kept] for row in p.get("rows") or p["display"]],
        "display": [[row[i] for i in kept] for row in p["display"]],
        "tone": {f"{key.split(',')[0]},{at[int(key.split(',')[1])]}": value for key, value in tone.items()},
    }


def _first_rows(p: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first rows of a long table, and where all of them are; what is set at its end stays there."""
    count, fixed = len(p["display"]), list(p.get("fixed") or ())
    if count <= _LONG or p.get("whole"):
        return p
    lang = str(p.get("lang", "zh"))
    shown = [i for i in range(count) if i not in fixed][:_FIRST]
    kept = [*shown, *fixed]
    at = {old: new for new, old in enumerate(kept)}
    raw = p.get("rows") or p["display"]
    cut = cut_note(
        len(shown), int(p.get("count") or count) - len(fixed), str(p.get("sheet") or p["title"][:31]), lang
    )
    return {
        **p,
        "rows": [raw[i] for i in kept],
        "display": [p["display"][i] for i in kept],
        "emphasis": [at[i] for i in p.get("emphasis") or () if i in at],
        "tone": {
            f"{at[int(key.split(',')[0])]},{key.split(',')[1]}": value
            for key, value in (p.get("tone") or {}).items()
            if int(key.split(",")[0]) in at
        },
        "note": cut + _without_cut(str(p.get("note") or ""), lang),
    }


def _without_cut(note: str, lang: str) -> str:
    """A note without what it says of the rows that the page shows."""
    return re.sub(_CUT[lang], "", note, count=1)


def _by_group(headers: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    """The columns of each group, the first column before each; one without a group goes with the last."""
    parts: list[list[int]] = [[0]]
    group = ""
    for i, header in enumerate(headers[1:], 1):
        if header.get("group") and header["group"] != group:
            if group:
                parts.append([0])
            group = header["group"]
        parts[-1].append(i)
    return parts


def _texts(p: Mapping[str, Any], part: Iterable[int]) -> list[list[str]]:
    part = list(part)
    return [[breakable(str(row[i] or "")) for i in part] for row in p["display"]]


def _panel(p: Mapping[str, Any], part: Iterable[int], layout: columns.Columns) -> dict[str, Any]:
    part = list(part)
    headers, display = p["columns"], p["display"]
    raw, tone, strong = p.get("rows") or display, p.get("tone") or {}, set(p.get("emphasis") or ())
    widest = {
        i: max((abs(row[i]) for row in raw if _is_number(row[i])), default=0)
        for i in part
        if headers[i].get("bar")
    }

    def cell(r: int, c: int) -> dict[str, Any]:
        made: dict[str, Any] = {"text": breakable(str(display[r][c] or ""))}
        first, _, below = made["text"].partition("\n")
        if below and headers[c].get("type") in _NUMBERS:
            made = {"text": first, "below": below}
        if headers[c].get("type") == "svg":
            made = {"text": "", "svg": display[r][c], "alt": _alt(headers, raw, r, c)}
        if widest.get(c) and _is_number(raw[r][c]):
            made["bar"] = abs(raw[r][c]) / widest[c]
        if f"{r},{c}" in tone:
            made["tone"] = tone[f"{r},{c}"]
        return made

    groups = [(name, len(list(same))) for name, same in groupby(headers[i].get("group") or "" for i in part)]
    return {
        "widths": layout.widths,
        "size": layout.size,
        "ruled": max(layout.lines, default=1) > 1,
        "kept": 2 if max(layout.lines, default=1) > _HIGH_ROW else 3,
        "gutter": layout.gutter,
        "heads": [
            _header(headers[i], (width - layout.gutter) / layout.size)
            for i, width in zip(part, layout.widths, strict=True)
        ],
        "groups": [{"label": name, "span": span} for name, span in groups if any(g for g, _ in groups)],
        "rows": [
            {
                "strong": r in strong,
                "split": layout.lines[r] > _SPLIT_ROW,
                "cells": [cell(r, c) for c in part],
            }
            for r in range(len(display))
        ],
    }


def _header(column: Mapping[str, Any], width: float) -> dict[str, str]:
    return {
        "label": columns.balanced(column["label"], width),
        "unit": column.get("unit") or "",
        "align": column.get("align") or ("right" if column.get("type") in _NUMBERS else "left"),
    }


def _alt(headers: list[Mapping[str, Any]], raw: list[list[Any]], r: int, c: int) -> str:
    value = raw[r][c]
    text = "–" if value is None else value if isinstance(value, str) else str(value)
    return f"{raw[r][0]}, {headers[c]['label']}: {text}"


def from_markdown(node: dict[str, Any]) -> dict[str, Any]:
    texts = [[_plain(cell) for cell in row] for row in node["c"]]
    headers = [
        {"label": _plain(cell), "type": "number" if align == "right" else "text"}
        for cell, align in zip(node["head"], node["align"], strict=True)
    ]
    layout = columns.measure(headers, texts)
    shrink = min(1.0, columns.PORTRAIT / sum(layout.widths))
    return {**node, "widths": [w * shrink for w in layout.widths], "size": layout.size}


def _plain(nodes: list[dict[str, Any]]) -> str:
    return "".join(n["c"] if isinstance(n.get("c"), str) else _plain(n.get("c", [])) for n in nodes)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def breakable(text: str) -> str:
    """A text whose long unbroken runs can be broken, so that they stay inside their column."""
    return _UNBROKEN.sub(lambda run: _BREAK_EVERY.sub("\\1\u200b", run[0]), text)

"""A table's payload laid out for the page: what each header and cell looks like and is sorted by."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from unicodedata import east_asian_width

from markupsafe import Markup, escape

from aftersales.contract import formats
from aftersales.display import theme
from aftersales.export import clean

_NUMBERS = frozenset({"integer", "number", "percent", "change"})
_SHORT = frozenset({"date", "datetime", "month", "status"})
# Widths in half-width characters: a text up to the first never wraps; one beyond the second makes rows
# that need a line between them.
_SHORT_TEXT, _LONG_TEXT = 18, 44
_TIGHT_HEADER = 8
# Rows that a long table displays until the reader wants all; for one or two more a button is no shorter.
SHOWN, _TOO_FEW = 10, 2


@dataclass(frozen=True)
class Header:
    """The header of a column."""

    label: str
    unit: str
    css: str
    sortable: bool
    sort: str

    @property
    def text(self) -> str:
        """The label before a cell of a record."""
        return f"{self.label} {self.unit}" if self.unit else self.label


@dataclass(frozen=True)
class Group:
    """A header over several columns."""

    label: str
    span: int


@dataclass(frozen=True)
class Cell:
    """A cell: its markup, and as attributes the value to sort by and the language where it is another."""

    html: Markup
    css: str
    attributes: Markup


@dataclass(frozen=True)
class Row:
    """A row; `strong` is the one that matters, a `fixed` one, a total, stays at the end."""

    cells: list[Cell]
    strong: bool
    fixed: bool

    @property
    def css(self) -> str:
        """Its classes."""
        return " ".join(name for name in ("strong", "fixed") if getattr(self, name))


@dataclass(frozen=True)
class Layout:
    """A table ready for the template.

    Attributes
    ----------
    breadth
        How much of a screen its columns want: empty, ``broad`` or ``vast``.
    is_text
        Whether its rows want a line between them.
    rest
        How many rows are displayed only when the reader wants all.
    is_records
        Whether a phone shows each row as a record, its cells below each other, so that texts can be read.
    """

    columns: list[Header]
    groups: list[Group]
    rows: list[Row]
    breadth: str
    is_text: bool
    rest: int
    is_records: bool

    @property
    def roles(self) -> dict[str, Markup]:
        """ARIA roles of the parts of records: a phone lays them out as blocks, which takes those away."""
        names = ("table", "rowgroup", "row", "columnheader", "rowheader", "cell")
        return {name: Markup(f' role="{name}"') if self.is_records else Markup("") for name in names}


def layout(payload: Mapping[str, Any]) -> Layout:
    """Lay out a table.

    Parameters
    ----------
    payload : mapping
        Payload of a table exhibit.
    """
    columns, display = payload["columns"], payload["display"]
    raw = payload.get("rows") or display
    tone, strong = payload.get("tone") or {}, set(payload.get("emphasis") or ())
    fixed = set(payload.get("fixed") or ())
    links = payload.get("links") or {}
    styles = [_style(column, [row[i] for row in display]) for i, column in enumerate(columns)]
    widest = [
        max((abs(row[i]) for row in raw if _is_number(row[i])), default=0) if column.get("bar") else 0
        for i, column in enumerate(columns)
    ]
    lang = str(payload.get("lang", "zh"))

    def cells(r: int, line: Sequence[str]) -> list[Cell]:
        css = [f"{style} {tone.get(f'{r},{c}', '')}".strip() for c, style in enumerate(styles)]
        return [
            _cell(columns[c], raw[r][c], text, css[c], widest[c], lang, links.get(f"{r},{c}", ""))
            for c, text in enumerate(line)
        ]

    rows = [Row(cells(r, line), r in strong, r in fixed) for r, line in enumerate(display)]
    headers = [
        Header(
            column["label"],
            column.get("unit") or "",
            ("num" if style == "num" else "")
            + (" tight" if _width(column["label"]) <= _TIGHT_HEADER else ""),
            bool(column.get("sortable")) and len(display) - len(fixed) > 1,
            column.get("sort") or ("number" if column.get("type") in _NUMBERS | {"interval"} else "text"),
        )
        for column, style in zip(columns, styles, strict=True)
    ]
    rest = len(display) - len(fixed) - SHOWN
    groups = _groups([column.get("group") or "" for column in columns])
    return Layout(
        headers,
        groups,
        rows,
        "vast" if len(columns) > 13 else "broad" if payload.get("wide") or len(columns) > 9 else "",
        "long" in styles or (bool(payload.get("wide")) and styles.count("text") > 1),
        rest if rest > _TOO_FEW else 0,
        len(columns) > 3 and any(style in ("long", "text") for style in styles[1:]),
    )


def _groups(labels: Sequence[str]) -> list[Group]:
    """Headers over the columns' headers; the first column, which stays as the others scroll, is alone."""
    if not any(labels):
        return []
    rest = [Group(label, len(list(same))) for label, same in groupby(labels[1:])]
    if labels[0] and rest and rest[0].label == labels[0]:
        return [Group(labels[0], rest[0].span + 1), *rest[1:]]
    return [Group(labels[0], 1), *rest]


def _style(column: Mapping[str, Any], texts: Sequence[str]) -> str:
    kind = column.get("type", "text")
    align = column.get("align") or ("right" if kind in _NUMBERS else "left")
    if align == "right":
        return "num"
    if align == "center":
        return "center"
    if kind == "svg":
        return "drawn"
    if kind in _SHORT:
        return "short"
    widest = max((_width(line) for text in texts for line in str(text or "").split("\n")), default=0)
    return "short" if widest <= _SHORT_TEXT else "long" if widest > _LONG_TEXT else "text"


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _cell(
    column: Mapping[str, Any], raw: Any, text: str, css: str, widest: float, lang: str, link: str = ""
) -> Cell:
    kind = column.get("type", "text")
    value = raw.get("value") if isinstance(raw, Mapping) else raw[0] if isinstance(raw, list) and raw else raw
    attributes = tongue(text, lang)
    if "\n" in str(text) and "num" not in css.split() and kind != "svg":
        css = f"{css} lines"
    if text in ("", formats.NONE):
        css = f"{css} none"
    if kind in _NUMBERS | {"interval"} or value is None or column.get("sort"):
        attributes += Markup(' data-value="{}"').format("" if value is None else value)
    if kind == "svg":
        return Cell(Markup(clean.svg(str(text), "", theme.CSS_VARIABLES)), css, attributes)
    html = escape(text)
    first, _, below = str(text).partition("\n")
    if below and kind in _NUMBERS and "num" in css.split():
        html = Markup('{}<span class="below">{}</span>').format(first, below)
    if link:
        html = Markup('<a href="{}">{}</a>').format(link, text)
    if widest and _is_number(raw):
        share = f"{100 * abs(raw) / widest:.1f}"
        html = Markup(
            '<span class="barred"><span class="cell-bar"><i style="width:{}%"></i></span>{}</span>'
        ).format(share, text)
    return Cell(html, css, attributes)


def tongue(text: object, lang: str) -> Markup:
    """The attribute that marks Chinese, as people entered it, in an English report; else nothing.

    >>> tongue("李师傅", "en"), tongue("李师傅", "zh")
    (Markup(' lang="zh-Hans"'), Markup(''))
    """
    return (
        Markup(' lang="zh-Hans"') if lang == "en" and re.search("[\u4e00-\u9fff]", str(text)) else Markup("")
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

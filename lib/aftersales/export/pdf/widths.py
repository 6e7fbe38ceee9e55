"""How wide the columns of a printed table are, and how large its type."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

# Measures of the page in points: A4 with 18 mm at the sides.
PORTRAIT = 493.0
_GUTTER, _NARROW_GUTTER, _MANY_COLUMNS = 9.0, 6.0, 10
_PANEL_SIZES = (8.5, 8.0, 7.5, 7.0)
_SIZES = (8.5, 8.0, 7.5, 7.0)
# Where the columns do not fit even so: smaller, and narrower than their longest words.
_CROWDED = 6.5
_LINE = 1.42
_NUMBERS = frozenset({"integer", "number", "percent", "change", "interval", "svg"})
_SHORT = frozenset({"date", "datetime", "month", "status"})
# In ems: a text up to the first never wraps; a longer one gets at least as much and asks at first for no
# more than the second.
_SHORT_TEXT, _WIDEST = 5.5, 34.0
# A picture in a cell is drawn this wide.
_PICTURE = 11.0
_FLOOR = 0.62
# These do not begin a line.
_CLOSING = tuple("、，。；：！？）》」』”’")


@dataclass(frozen=True)
class Columns:
    """A table's measure on paper.

    Attributes
    ----------
    widths
        Points, one a column, the gutter between columns included.
    size
        Type size in points.
    crowded
        The columns have less room than they need.
    lines
        Lines of each row.
    gutter
        Space between two columns, in points.
    """

    widths: list[float]
    size: float
    crowded: bool
    lines: list[int]
    gutter: float

    @property
    def height(self) -> float:
        """Points that the rows take, about."""
        return sum(lines * self.size * _LINE + 5 for lines in self.lines)


@dataclass(frozen=True)
class _Demand:
    least: float
    wanted: float
    most: float
    texts: list[float]
    wraps: bool


def measure(columns: Sequence[Mapping[str, Any]], display: Sequence[Sequence[str]]) -> Columns:
    """Widths and type size of a table.

    Parameters
    ----------
    columns, display
        Of a table's payload.
    """
    demands = [_demand(column, [row[i] for row in display]) for i, column in enumerate(columns)]
    if made := _first_fit(demands, _SIZES, len(display)):
        return made
    size, gutter = _CROWDED, _gutter(demands)
    room = (PORTRAIT - len(columns) * gutter) / size
    total = sum(d.least for d in demands)
    shares = [d.least * room / total for d in demands]
    lines = _lines(demands, shares, len(display))
    return Columns([w * size + gutter for w in shares], size, True, lines, gutter)


def panels(parts: Sequence[tuple[Sequence[Mapping[str, Any]], Sequence[Sequence[str]]]]) -> list[Columns]:
    """The parts of a broad table, each on a portrait page, in one type size; empty when that cannot be.

    Parameters
    ----------
    parts
        Columns and display of each part.
    """
    demands = [
        [_demand(c, [row[i] for row in display]) for i, c in enumerate(headers)] for headers, display in parts
    ]
    for size in _PANEL_SIZES:
        fits = [_first_fit(part, [size], len(parts[0][1])) for part in demands]
        made = [fit for fit in fits if fit]
        if len(made) == len(parts):
            return made
    return []


def _gutter(demands: Sequence[_Demand]) -> float:
    return _GUTTER if len(demands) < _MANY_COLUMNS else _NARROW_GUTTER


def _first_fit(demands: Sequence[_Demand], sizes: Sequence[float], rows: int) -> Columns | None:
    """The largest type size at which every column has the least that it needs."""
    gutter = _gutter(demands)
    for size in sizes:
        room = (PORTRAIT - len(demands) * gutter) / size
        if sum(d.least for d in demands) <= room:
            shares = _share(demands, room)
            lines = _lines(demands, shares, rows)
            return Columns([w * size + gutter for w in shares], size, False, lines, gutter)
    return None


def _demand(column: Mapping[str, Any], texts: Sequence[str]) -> _Demand:
    kind = column.get("type", "text")
    header = f"{column['label']}"
    header_widths = [
        _longest(header),
        _longest(column.get("unit") or ""),
        min(ems(header), max(2.6, ems(header) / 4 + 0.5)),
    ]
    if kind == "svg":
        width = max(_PICTURE, *header_widths)
        return _Demand(width, width, width, [1.0] * len(texts), False)
    widths = [ems(text) for text in texts]
    widest = max(widths, default=0.0)
    wanted_header = ems(header) if ems(header) <= 6 else max(6.0, ems(header) / 2 + 0.6)
    bar = 2.5 if column.get("bar") else 0.0
    if kind in _NUMBERS | _SHORT or widest <= _SHORT_TEXT:
        least = max(widest + bar, *header_widths)
        wanted = max(least, wanted_header)
        return _Demand(least, wanted, wanted, widths, False)
    typical = (widest + sum(widths) / len(widths)) / 2 + 0.5
    least = max(_SHORT_TEXT, *header_widths, *(_longest(text) for text in texts))
    wanted = max(least, wanted_header, min(typical, _WIDEST))
    return _Demand(least, wanted, max(wanted, widest + 0.5), widths, True)


def _share(demands: Sequence[_Demand], room: float) -> list[float]:
    """Ems of each column: the least each, then what each wants; a small table stays small."""
    widths = [d.least for d in demands]
    for goals in ([d.wanted for d in demands], [d.most for d in demands]):
        wanted = sum(goals) - sum(widths)
        given = min(1.0, (room - sum(widths)) / wanted) if wanted > 0 else 0.0
        widths = [w + (goal - w) * given for w, goal in zip(widths, goals, strict=True)]
    goal = max(room * _FLOOR, min(room, sum(widths) * 1.5))
    more = max(0.0, goal - sum(widths)) / len(widths)
    return [w + more for w in widths]


def balanced(label: str, width: float) -> str:
    """A Chinese header with its line breaks set so that no line holds a single character.

    >>> balanced("服务站停留时间", 3.2)
    '服务站\\n停留\\n时间'
    """
    if ems(label) <= width or not all(east_asian_width(c) in "WF" for c in label):
        return label
    room, cuts, place = max(math.floor(width), 1), [], 0
    while place < len(label):
        rest = len(label) - place
        end = place + math.ceil(rest / math.ceil(rest / room))
        if label[end : end + 1] in _CLOSING:
            end += 1 if end - place < 2 or end - place + 0.5 <= width else -1
        cuts.append(label[place:end])
        place = end
    return "\n".join(cuts)


def _lines(demands: Sequence[_Demand], widths: Sequence[float], rows: int) -> list[int]:
    return [
        max(
            (
                math.ceil(d.texts[r] / max(w - 0.5, 1))
                for d, w in zip(demands, widths, strict=True)
                if d.wraps
            ),
            default=1,
        )
        or 1
        for r in range(rows)
    ]


def ems(text: str) -> float:
    """Width of a text's longest line in ems, about.

    >>> ems("中文"), ems("12.5")
    (2.0, 2.0)
    """
    return max((_line(line) for line in str(text or "").split("\n")), default=0.0)


def _line(text: str) -> float:
    width, before = 0.0, ""
    for character in text:
        now = "wide" if east_asian_width(character) in "WF" else "narrow" if character.isalnum() else ""
        width += 1.0 if now == "wide" else _narrow(character)
        if {before, now} == {"wide", "narrow"}:
            width += 0.25
        before = now
    return round(width, 3)


def _narrow(character: str) -> float:
    if character in " .,:;'|!()[]ijlIft":
        return 0.335
    if character in "▲▼✓✗◐○●—…→mwMW%@":
        return 0.95
    return 0.665 if character.isupper() else 0.555


def _longest(text: str) -> float:
    """The longest part of a text that cannot be broken."""
    parts = re.findall(r"[^\s\u2e80-\u9fff\uff00-\uffef/\u200b]+", str(text or ""))
    return max((ems(part) for part in parts), default=1.0 if text else 0.0) + 0.2

"""Tables of PowerPoint's own: widths and heights are measured, and long ones go on on the next slide."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pptx.oxml import parse_xml

from aftersales.display import theme
from aftersales.display.breaks import parts
from aftersales.display.exhibit import NUMERIC
from aftersales.export.slides import measure
from aftersales.export.slides.template import EMU, NS, Box
from aftersales.export.slides.texts import Run, paragraph, tone

# On one slide a table's type is as large as it can be; where it goes on, it need not be small.
SIZES, _GOES_ON = (16.0, 14.0, 13.0, 12.0, 11.0, 10.0, 9.0), 12.0
# What is read from the back of a room; a table that needs smaller type is one to look something up in.
READABLE = 11.0
_PAD, GAP = 0.32, 16.0  # above and below a text, in sizes of type; between two columns [pt]
# A text column asks for no more than so many ems at first, and gets no less than these where it has as many;
# what is no longer than these stays on a line.
_WIDEST, _LEAST = 26.0, 6.0
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's own without lines and fills
_NAME = 24  # characters of a row's name in a table of shades
_DAYS = frozenset({"date", "datetime", "month", "status"})
# Strongest and palest shade of a heat table: ink keeps its contrast on both.
_PALEST, _STRONGEST = 0.05, 0.55


@dataclass(frozen=True)
class Cell:
    """A cell: its words, how they are set, what is behind them."""

    text: str
    align: str = "l"
    colour: str = theme.INK
    bold: bool = False
    fill: str = ""
    whole: bool = False  # stays on a line


@dataclass(frozen=True)
class Grid:
    """A table measured: the widths of its columns, the heights of head and rows, its size of type [pt]."""

    head: list[Cell]
    rows: list[list[Cell]]
    widths: list[float]
    head_height: float
    heights: list[float]
    size: float
    crowded: bool = False  # a column is narrower than its longest word

    @property
    def height(self) -> float:
        """Of the whole [pt]."""
        return self.head_height + sum(self.heights)


def of(p: Mapping[str, Any], width: float) -> tuple[list[Cell], list[list[Cell]]]:
    """Head and rows of a table's payload, or of a heat chart's."""
    if p["kind"] == "chart":
        return _shaded(p)
    kept = [i for i, column in enumerate(p["columns"]) if column.get("paper", True)]
    columns = [p["columns"][i] for i in kept]
    head = [
        Cell(
            f"{c['label']}（{c['unit']}）" if p["lang"] == "zh" and c.get("unit") else _with_unit(c),
            _align(c),
            theme.MUTED,
        )
        for c in columns
    ]
    strong, tones = set(p.get("emphasis") or ()), p.get("tone") or {}
    rows = [
        [
            Cell(
                " ".join(str(row[i]).split("\t")),
                _align(p["columns"][i]),
                tone(tones.get(f"{n},{i}", "")),
                n in strong,
                whole=p["columns"][i].get("type") in _DAYS,
            )
            for i in kept
        ]
        for n, row in enumerate(p["display"])
    ]
    return head, rows


def _with_unit(column: Mapping[str, Any]) -> str:
    return f"{column['label']} ({column['unit']})" if column.get("unit") else str(column["label"])


def _align(column: Mapping[str, Any]) -> str:
    return "r" if column.get("type") in NUMERIC else "l"


def _shaded(p: Mapping[str, Any]) -> tuple[list[Cell], list[list[Cell]]]:
    """A table of shades: the stronger the lower the value."""
    form, data = p["form"], p["data"]
    low, high = form["ends"]
    names = [str(name) for name in data["columns"][1:]]
    numbers = [re.findall(r"\d+", name) for name in names]
    short = bool(form["corner"]) and all(len(found) == 1 for found in numbers)  # the corner says the rest
    head = [Cell(form["corner"] if short else "", "l", theme.MUTED)]
    head += [
        Cell(found[0] if short else name, "ctr", theme.MUTED)
        for name, found in zip(names, numbers, strict=True)
    ]
    rows = []
    for row, texts in zip(data["rows"], form["printed"], strict=True):
        cells = [Cell(cut(str(row[0]), _NAME))]
        for value, text in zip(row[1:], texts, strict=True):
            if value is None:
                cells.append(Cell("", "ctr"))
                continue
            share = min(max((high - value) / ((high - low) or 1), 0), 1)
            cells.append(Cell(text, "ctr", fill=_blend(_PALEST + (_STRONGEST - _PALEST) * share)))
        rows.append(cells)
    return head, rows


def cut(name: str, most: int) -> str:
    """A name of at most so many characters; of a longer one both ends, for names may begin or end alike."""
    return name if len(name) <= most else f"{name[: most * 2 // 3]}…{name[-(most // 3 - 1) :]}"


def _blend(opacity: float) -> str:
    """This month's colour on white paper."""
    colour = [int(theme.THIS[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 + (c - 255) * opacity):02x}" for c in colour)


def grid(
    head: Sequence[Cell], rows: Sequence[Sequence[Cell]], room: Box, sizes: Sequence[float] = SIZES
) -> Grid:
    """A table in the largest size of type in which it fits a place; one that fits in none is higher."""
    for size in sizes:
        made = _measured(head, rows, room.w, size)
        if made.height <= room.h and not made.crowded:
            return made
    made = _measured(head, rows, room.w, _GOES_ON)
    most = room.h - made.head_height - 2 * _PAD * _GOES_ON
    cut = [
        [_cut(cell, made.widths[i] - GAP, most) for i, cell in enumerate(row)] if high > most else row
        for row, high in zip(rows, made.heights, strict=True)
    ]
    heights = [height(row, made.widths, _GOES_ON) for row in cut]
    return replace(made, rows=[list(row) for row in cut], heights=heights)


def _cut(cell: Cell, width: float, height: float) -> Cell:
    """A cell whose words a slide holds."""
    return replace(cell, text=measure.fit(cell.text, (_GOES_ON,), (width, height), cell.bold)[0])


def pages(whole: Grid, height: float) -> list[Grid]:
    """A table cut into parts that are no higher [pt], about evenly filled, each with the head."""
    room, total = height - whole.head_height, sum(whole.heights)
    even = total / max(math.ceil(total / room), 1)
    parts: list[list[int]] = [[]]
    for n, high in enumerate(whole.heights):
        taken = sum(whole.heights[i] for i in parts[-1])
        if parts[-1] and (taken + high > room or taken >= even):
            parts.append([])
        parts[-1].append(n)
    return [
        replace(whole, rows=[whole.rows[n] for n in part], heights=[whole.heights[n] for n in part])
        for part in parts
    ]


def _measured(head: Sequence[Cell], rows: Sequence[Sequence[Cell]], room: float, size: float) -> Grid:
    least, wanted = _needs(head, rows, room, size)
    widths = _widths(least, wanted, room)
    heights = [height(row, widths, size) for row in rows]
    top, crowded = height(head, widths, size), sum(least) > room
    return Grid(list(head), [list(row) for row in rows], widths, top, heights, size, crowded)


def height(row: Sequence[Cell], widths: Sequence[float], size: float) -> float:
    """How high a row is in columns of these widths [pt]."""
    counts = [
        len(measure.lines(cell.text, size, wide - GAP, cell.bold))
        for cell, wide in zip(row, widths, strict=True)
    ]
    return max(counts, default=1) * size * measure.LINE + 2 * _PAD * size


def _needs(
    head: Sequence[Cell], rows: Sequence[Sequence[Cell]], room: float, size: float
) -> tuple[list[float], list[float]]:
    """The least that each column needs, and what it would like to have."""
    least, wanted = [], []
    for i, name in enumerate(head):
        cells = [row[i] for row in rows]
        longest = max((measure.width(c.text, size, c.bold) for c in cells), default=0.0)
        unbroken = max((_unbroken(c.text, size) for c in [name, *cells]), default=0.0)
        on_a_line = name.align != "l" or any(c.whole for c in cells) or longest <= _LEAST * size
        header = min(measure.width(name.text, size), 4.4 * size)
        needs = max(longest if on_a_line else _LEAST * size, unbroken, header)
        least.append(min(needs, room / 3) + GAP)
        typical = sum(measure.width(c.text, size, c.bold) for c in cells) / max(len(cells), 1)
        goal = min(longest, max(typical * 1.3, _WIDEST * size))
        wanted.append(max(goal, min(measure.width(name.text, size), 8 * size), needs) + GAP)
    return least, wanted


def _widths(least: Sequence[float], wanted: Sequence[float], room: float) -> list[float]:
    """Each column as wide as it needs; texts share what the others leave, a small table stays small."""
    if sum(wanted) <= room:
        if sum(wanted) < room * 0.7:  # not lost on the slide, nor blown up to its whole width
            return [w * min(room * 0.7 / sum(wanted), 1.8) for w in wanted]
        return [w * room / sum(wanted) for w in wanted]
    if sum(least) >= room:
        return [w * room / sum(least) for w in least]
    share = (room - sum(least)) / sum(w - n for w, n in zip(wanted, least, strict=True))
    return [n + (w - n) * share for w, n in zip(wanted, least, strict=True)]


def _unbroken(text: str, size: float) -> float:
    """The longest part of a text that has no place to break, but for what must break anyway."""
    return min(max((measure.width(part.rstrip(), size) for part in parts(text)), default=0.0), 12 * size)


def add(slide: Any, made: Grid, at: Box, name: str, alt: str, lang: str) -> None:
    """Put a measured table on a slide."""
    frame = slide.shapes.add_table(
        1, 1, round(at.x * EMU), round(at.y * EMU), round(sum(made.widths) * EMU), round(made.height * EMU)
    )
    frame.name = name
    frame._element.nvGraphicFramePr.cNvPr.set("descr", alt)
    ruled = any(high > made.size * (measure.LINE * 1.5 + 2 * _PAD) for high in made.heights)
    body = _row(made.head, made.head_height, made.size, lang, theme.MUTED, "b")
    for n, (row, high) in enumerate(zip(made.rows, made.heights, strict=True)):
        end = n == len(made.rows) - 1
        body += _row(row, high, made.size, lang, theme.GRID if ruled or end else "")
    columns = "".join(f'<a:gridCol w="{round(w * EMU)}"/>' for w in made.widths)
    old = frame._element.graphic.graphicData.tbl
    new = parse_xml(
        f'<a:tbl {NS}><a:tblPr firstRow="1"><a:tableStyleId>{_NO_STYLE}</a:tableStyleId></a:tblPr>'
        f"<a:tblGrid>{columns}</a:tblGrid>{body}</a:tbl>"
    )
    old.getparent().replace(old, new)


def _row(row: Sequence[Cell], height: float, size: float, lang: str, rule: str, anchor: str = "t") -> str:
    cells = "".join(_cell(cell, n == 0, size, lang, rule, anchor) for n, cell in enumerate(row))
    return f'<a:tr h="{round(height * EMU)}">{cells}</a:tr>'


def _cell(cell: Cell, first: bool, size: float, lang: str, rule: str, anchor: str) -> str:
    none = "".join(f'<a:ln{side} w="0"><a:noFill/></a:ln{side}>' for side in "LRT")
    below = f'<a:lnB w="9525">{_solid(rule)}</a:lnB>' if rule else '<a:lnB w="0"><a:noFill/></a:lnB>'
    fill = _solid(cell.fill) if cell.fill else "<a:noFill/>"
    left, right = (0, GAP) if first and cell.align == "l" else (GAP / 2, GAP / 2)
    return (
        f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>"
        f"{paragraph([Run(cell.text, cell.colour, cell.bold)], size, lang, cell.align)}</a:txBody>"
        f'<a:tcPr marL="{round(left * EMU)}" marR="{round(right * EMU)}" marT="{round(_PAD * size * EMU)}" '
        f'marB="{round(_PAD * size * EMU)}" anchor="{anchor}">{none}{below}{fill}</a:tcPr></a:tc>'
    )


def _solid(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour[1:].upper()}"/></a:solidFill>'

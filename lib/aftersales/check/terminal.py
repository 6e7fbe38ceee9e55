"""A table on a terminal: columns that line up, Chinese and Latin, folded to the terminal's width."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_GAP = 2
_LEAST = 6
_NOT_FIRST = "，。、；：！？）》”’%,.;:!?)"
_COLOURS = {"✗": "\x1b[31m", "!": "\x1b[33m", "≈": "\x1b[36m", "✓": "\x1b[32m"}


def width(text: str) -> int:
    """How many columns a text takes: a Chinese character takes two.

    >>> width("工单 A1"), width("≈"), width("“满意”")
    (7, 1, 6)
    """
    return sum(
        0
        if unicodedata.combining(c) or unicodedata.category(c) in ("Cf", "Mn", "Me")
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    across: int,
    fixed: Sequence[int] = (),
    colour: bool = False,
) -> str:
    """Rows under their headers, no line wider than `across`.

    Parameters
    ----------
    fixed
        Columns that are not folded.
    colour
        Paint the first column by its glyph; the word beside it says the same.

    Examples
    --------
    >>> print(table(["表", "行"], [["维修工单", "12"], ["jobs", "3"]], 40))
    表        行
    ────────  ──
    维修工单  12
    jobs      3
    """
    cells = [[_clean(c) for c in row] for row in [headers, *rows]]
    widths = _widths(cells, across, fixed)
    lines = [_line([[c] for c in cells[0]], widths), _line([["─" * w] for w in widths], widths)]
    for row in cells[1:]:
        text = _line([folded(c, w) for c, w in zip(row, widths, strict=True)], widths)
        code = _COLOURS.get(row[0][:1]) if colour else None
        lines.append(text.replace(row[0], f"{code}{row[0]}\x1b[0m", 1) if code else text)
    return "\n".join(lines)


def _clean(text: str) -> str:
    """A cell without what would break the table or steer the terminal."""
    return re.sub(r"\s+", " ", "".join(c for c in text if c == " " or c.isprintable() or c.isspace())).strip()


def _widths(cells: Sequence[Sequence[str]], across: int, fixed: Sequence[int]) -> list[int]:
    """As wide as needed; where there is not enough room the widest columns give way first."""
    widths = [max(width(row[i]) for row in cells) for i in range(len(cells[0]))]
    free = [i for i in range(len(widths)) if i not in fixed]
    while sum(widths) + _GAP * (len(widths) - 1) > across and free:
        widest = max(free, key=widths.__getitem__)
        if widths[widest] <= max(_LEAST, width(cells[0][widest])):
            break
        widths[widest] -= 1
    return widths


def _line(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> str:
    tall = max(len(c) for c in cells)
    out = []
    for i in range(tall):
        parts = [c[i] if i < len(c) else "" for c in cells]
        out.append(
            (" " * _GAP).join(p + " " * (w - width(p)) for p, w in zip(parts, widths, strict=True)).rstrip()
        )
    return "\n".join(out)


def folded(text: str, across: int) -> list[str]:
    """A text as lines: broken at blanks and between Chinese characters, never before a closing mark.

    >>> folded("改成 2024-04-09 这样的日期。", 12)
    ['改成', '2024-04-09', '这样的日期。']
    """
    lines: list[str] = []
    line: list[str] = []
    for piece in _PIECE.findall(text):
        if width("".join(line)) + width(piece.rstrip()) > across:
            # what stands before a closing mark goes with it to the next line
            carried = [line.pop(), piece] if len(line) > 1 and piece in _NOT_FIRST else [piece]
            lines += _cut("".join(line).strip(), across)
            line = [] if piece.isspace() else carried
        elif line or not piece.isspace():
            line.append(piece)
    return lines + _cut("".join(line).rstrip(), across) or [""]


# A word or a number with what joins it, blanks, or a single character.
_PIECE = re.compile(r"[^\W\u2e80-\u9fff\uf900-\ufaff]+(?:[-./:,'’%][^\W\u2e80-\u9fff]+)*%?|\s+|.")


def _cut(line: str, across: int) -> list[str]:
    """A line that is one long word, in parts."""
    parts = []
    while width(line) > across:
        at = next(i for i in range(len(line), 0, -1) if width(line[:i]) <= across or i == 1)
        parts.append(line[:at])
        line = line[at:]
    return [*parts, line] if line else parts

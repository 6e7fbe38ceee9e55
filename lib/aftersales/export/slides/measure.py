"""Text measured before it is placed: nothing on a slide runs over its box.

PowerPoint's own font, 微软雅黑, is on the reader's machine alone; Noto Sans CJK SC, whose Chinese characters
are as wide and whose Latin ones differ little, stands for it, with some to spare.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from aftersales.display import fonts
from aftersales.display.breaks import parts
from aftersales.display.svg import is_wide

# So much wider than measured a text may come out in another font.
SPARE = 1.05
# Some programs set a little space between Chinese and Latin: so much of the size of the type.
_BETWEEN = 0.25
# A sign that the font lacks comes from another one, at most so wide.
_ELSEWHERE = 1.4
# From one line to the next, in sizes of the type.
LINE = 1.3


@cache
def _font(bold: bool) -> tuple[Any, int]:
    import uharfbuzz as hb

    face = hb.Face(hb.Blob.from_file_path(str(fonts.path("Bold" if bold else "Regular"))))
    return hb.Font(face), face.upem


@cache
def _ems(character: str, bold: bool) -> float:
    font, upem = _font(bold)
    glyph = font.get_nominal_glyph(ord(character))
    return _ELSEWHERE if not glyph else float(font.get_glyph_h_advance(glyph)) / upem


@lru_cache(100_000)
def _wide(text: str, bold: bool) -> float:
    """How wide a text is, in sizes of its type."""
    meets = sum(is_wide(a) != is_wide(b) and a.isalnum() and b.isalnum() for a, b in pairwise(text))
    return sum(_ems(c, bold) for c in text) + _BETWEEN * meets


def width(text: str, size: float, bold: bool = False) -> float:
    """How wide a line of text is [pt], with what is to spare."""
    return _wide(text, bold) * size * SPARE


def lines(text: str, size: float, room: float, bold: bool = False) -> list[str]:
    """A text broken into lines of a width [pt]; a part that has no place to break is broken where it must.

    >>> lines("一次维修合格率 98.25%", 10, 80)
    ['一次维修合格率', '98.25%']
    """
    return list(_lines(text, room / size / SPARE, bold))


@lru_cache(20_000)
def _lines(text: str, room: float, bold: bool) -> tuple[str, ...]:
    """The lines of a width in sizes of the type."""
    found = []
    for paragraph in text.split("\n"):
        if _wide(paragraph, bold) <= room:
            found.append(paragraph.rstrip())
            continue
        line, taken = "", 0.0
        for part in parts(paragraph):
            meets = _BETWEEN if line and line[-1].isalnum() and is_wide(line[-1]) != is_wide(part[0]) else 0
            if line and taken + meets + _wide(part.rstrip(), bold) > room:
                found.append(line.rstrip())
                line, taken, meets, part = "", 0.0, 0, part.lstrip()
            while _wide(part, bold) > room and len(part) > 1:
                cut = _longest(part, room, bold)
                found.append(part[:cut])
                part = part[cut:]
            line, taken = line + part, taken + meets + _wide(part, bold)
        found.append(line.rstrip())
    return tuple(found)


def _longest(text: str, room: float, bold: bool) -> int:
    """How many characters of a text fill a line."""
    return max(next((n for n in range(1, len(text)) if _wide(text[: n + 1], bold) > room), len(text)), 1)


def height(texts: Sequence[str], size: float, room: float, bold: bool = False) -> float:
    """How high paragraphs are in a width [pt]."""
    return sum(len(lines(text, size, room, bold)) for text in texts) * size * LINE


def fit(
    text: str, sizes: Sequence[float], room: tuple[float, float], bold: bool = False
) -> tuple[str, float]:
    """A text and the largest of these sizes [pt] at which a box (width, height) holds it.

    What is too long even for the smallest size ends in an ellipsis.
    """
    across, down = room
    for size in sizes:
        if height([text], size, across, bold) <= down:
            return text, size
    size, low, high = sizes[-1], 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = height([text[:middle].rstrip() + "…"], size, across, bold) <= down
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[:low].rstrip() + "…", size

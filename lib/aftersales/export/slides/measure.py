"""Text measured before it is placed: nothing on a slide runs over its box.

PowerPoint's own font, 微软雅黑, is on the reader's machine alone; Noto Sans CJK SC, whose Chinese characters are as
wide and whose Latin ones differ little, stands for it, with some to spare.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from aftersales.display import fonts
from aftersales.display.breaks import parts

# So much wider than measured a text may come out in another font.
SPARE = 1.05
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
    return 1.0 if not glyph else float(font.get_glyph_h_advance(glyph)) / upem


def width(text: str, size: float, bold: bool = False) -> float:
    """How wide a line of text is [pt], with what is to spare."""
    return sum(_ems(c, bold) for c in text) * size * SPARE


def lines(text: str, size: float, room: float, bold: bool = False) -> list[str]:
    """A text broken into lines of a width [pt]; a part that has no place to break is broken where it must.

    >>> lines("一次维修合格率 98.25%", 10, 80)
    ['一次维修合格率', '98.25%']
    """
    found = []
    for paragraph in text.split("\n"):
        line, taken = "", 0.0
        for part in parts(paragraph):
            wide = width(part, size, bold)
            if line and taken + width(part.rstrip(), size, bold) > room:
                found.append(line.rstrip())
                line, taken, part = "", 0.0, part.lstrip()
                wide = width(part, size, bold)
            while wide > room and len(part) > 1:
                cut = _longest(part, size, room, bold)
                found.append(part[:cut])
                part = part[cut:]
                wide = width(part, size, bold)
            line, taken = line + part, taken + wide
        found.append(line.rstrip())
    return found


def _longest(text: str, size: float, room: float, bold: bool) -> int:
    """How many characters of a text fill a line."""
    taken = 0.0
    for n, character in enumerate(text):
        taken += width(character, size, bold)
        if taken > room:
            return max(n, 1)
    return len(text)


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

"""Pictures of plain shapes and texts, written as SVG without matplotlib: a hundred cells take no time."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Literal

import numpy as np

from aftersales.display import fonts, theme

Points = Sequence[tuple[float, float]]
Stands = Literal["middle", "above", "below"]
# From one line of words to the next, as a share of their size.
_LINE = 1.3


def document(width: float, height: float, parts: Iterable[str], unit: str = "pt") -> str:
    """A picture of a size, in the unit of matplotlib's; "" for one of px, as in the cell of a table."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}{unit}" height="{height:g}{unit}">{"".join(parts)}</svg>'
    )


def text(
    words: str,
    x: float,
    y: float,
    px: float,
    colour: str = theme.INK,
    *,
    anchor: str = "start",
    bold: bool = False,
    turned: float = 0,
) -> str:
    """A text whose baseline begins, ends or has its middle at a place."""
    more = "" if anchor == "start" else f' text-anchor="{anchor}"'
    more += ' font-weight="bold"' if bold else ""
    more += f' transform="rotate({turned:g} {x:.1f} {y:.1f})"' if turned else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{fonts.FAMILY}" font-size="{px:g}" '
        f'fill="{colour}"{more}>{escape(words)}</text>'
    )


def words(
    said: str,
    x: float,
    y: float,
    px: float,
    colour: str = theme.INK,
    *,
    anchor: str = "start",
    stands: Stands = "middle",
    bold: bool = False,
) -> str:
    """Words on one line or more, whose middle, foot or head is at a height.

    Parameters
    ----------
    stands
        Where the words are: around `y`, above it or below it.
    """
    lines = said.split("\n")
    step = _LINE * px
    first = {"middle": 0.35 * px - step * (len(lines) - 1) / 2, "above": -0.2 * px - step * (len(lines) - 1)}
    start = y + first.get(stands, 0.87 * px)
    return "".join(
        text(line, x, start + n * step, px, colour, anchor=anchor, bold=bold) for n, line in enumerate(lines)
    )


def rect(
    x: float, y: float, width: float, height: float, colour: str, opacity: float = 1, round: float = 0
) -> str:
    """A filled rectangle, its corners round by so much."""
    more = f' rx="{round:g}"' if round else ""
    more += f' fill-opacity="{opacity:.2f}"' if opacity < 1 else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"{more}/>'


def box(x: float, y: float, width: float, height: float, colour: str) -> str:
    """A rectangle of paper with an edge."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{theme.PAPER}" '
        f'stroke="{colour}"/>'
    )


def told(words: str, parts: Iterable[str]) -> str:
    """Shapes that say these words when the pointer rests on them."""
    return f"<g><title>{escape(words)}</title>{''.join(parts)}</g>"


def line(points: Points, colour: str, width: float = 1, dashes: str = "", opacity: float = 1) -> str:
    """A line through points."""
    more = f' stroke-dasharray="{dashes}"' if dashes else ""
    more += f' stroke-opacity="{opacity:.2f}"' if opacity < 1 else ""
    return (
        f'<polyline points="{_places(points)}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-linejoin="round"{more}/>'
    )


def broken_line(
    values: Sequence[float] | np.ndarray,
    place: Callable[[int, float], tuple[float, float]],
    colour: str,
    width: float,
    dashes: str = "",
    alone: float | None = None,
) -> Iterator[str]:
    """A line with gaps where a value is not known; one alone is a dot, of the line's width or of `alone`."""
    for known, run in groupby(range(len(values)), lambda i: bool(np.isfinite(values[i]))):
        points = [place(i, float(values[i])) for i in run] if known else []
        if len(points) > 1:
            yield line(points, colour, width, dashes)
        elif points:
            yield dot(*points[0], width if alone is None else alone, colour)


def broken_band(
    lower: Sequence[float] | np.ndarray,
    upper: Sequence[float] | np.ndarray,
    place: Callable[[int, float], tuple[float, float]],
    colour: str,
) -> Iterator[str]:
    """The room between two lines, where both are known over two places and more."""
    both = np.isfinite(lower) & np.isfinite(upper)
    for known, run in groupby(range(len(both)), lambda i: bool(both[i])):
        places = list(run) if known else []
        if len(places) > 1:
            edge = [place(i, float(upper[i])) for i in places]
            yield area([*edge, *(place(i, float(lower[i])) for i in reversed(places))], colour)


def area(points: Points, colour: str, edge: str = "", width: float = 1) -> str:
    """A filled area within points; with an edge or without."""
    more = f' stroke="{edge}" stroke-width="{width:g}"' if edge else ""
    return f'<polygon points="{_places(points)}" fill="{colour}"{more}/>'


def dot(x: float, y: float, radius: float, colour: str) -> str:
    """A filled dot."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}"/>'


def ring(x: float, y: float, radius: float, colour: str, width: float) -> str:
    """A dot of paper with an edge."""
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{theme.PAPER}" stroke="{colour}" '
        f'stroke-width="{width:g}"/>'
    )


def diamond(x: float, y: float, reach: float, colour: str, edge: str = "", width: float = 1) -> str:
    """A filled square that stands on a corner, so far from its middle to each; with an edge or without."""
    return area([(x - reach, y), (x, y - reach), (x + reach, y), (x, y + reach)], colour, edge, width)


def _places(points: Points) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def width_of(text: str, px: float) -> float:
    """About how wide a text is: a Chinese character is as wide as high, a Latin one little more than half."""
    return px * math.fsum(1 if is_wide(c) or c in "▲▼×−→" else 0.93 if c in "%MW@" else 0.58 for c in text)


def is_wide(character: str) -> bool:
    """Whether a character is as wide as high, as Chinese ones are."""
    return unicodedata.east_asian_width(character) in "WF"

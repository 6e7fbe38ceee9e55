"""Pictures of plain shapes and texts, written as SVG: a hundred cells take no time, where axes would."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from aftersales.display import fonts, theme

Points = Sequence[tuple[float, float]]


def document(width: float, height: float, parts: Iterable[str]) -> str:
    """A picture of a size in px."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}pt" '
        f'height="{height:g}pt">{"".join(parts)}</svg>'
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


def rect(x: float, y: float, width: float, height: float, colour: str, opacity: float = 1) -> str:
    """A filled rectangle."""
    more = f' fill-opacity="{opacity:.2f}"' if opacity < 1 else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"{more}/>'


def line(points: Points, colour: str, width: float = 1, dashes: str = "") -> str:
    """A line through points."""
    more = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<polyline points="{_places(points)}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-linejoin="round"{more}/>'
    )


def area(points: Points, colour: str) -> str:
    """A filled area within points."""
    return f'<polygon points="{_places(points)}" fill="{colour}"/>'


def dot(x: float, y: float, radius: float, colour: str) -> str:
    """A filled dot."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}"/>'


def _places(points: Points) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)

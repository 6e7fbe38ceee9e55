"""The room a chart is drawn in: sizes in px, text that keeps inside, labels that keep apart."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aftersales import theme

Variant = str  # "wide" or "narrow"


def size(variant: Variant) -> float:
    """Text size in px: what a phone shows is not scaled down, so both are legible."""
    return 12.5 if variant == "wide" else 11.5


def room(
    figure: Figure, height: float, left: float, right: float, top: float = 8, bottom: float = 28
) -> Axes:
    """Axes with margins in px on a figure of a height in px."""
    width = figure.get_figwidth() * 72
    figure.set_figheight(height / 72)
    return figure.add_axes(
        (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    )


def width_of(text: str, px: float) -> float:
    """About how wide a text is: a Chinese character is as wide as it is high, a Latin one little more than half."""
    return sum(px if unicodedata.east_asian_width(c) in "WF" else px * 0.58 for c in text)


def fit(text: str, px: float, room_px: float) -> str:
    """A text on at most two lines of a width; what is longer still ends in an ellipsis."""
    if width_of(text, px) <= room_px:
        return text
    lines = _lines(text, px, room_px)
    if len(lines) == 2:  # two lines of about the same length, rather than one character left over
        even = _lines(text, px, max(width_of(text, px) / 2 + px, room_px * 0.5))
        lines = even if len(even) == 2 else lines
    if len(lines) > 2:
        lines = [lines[0], text[len(lines[0]) :].lstrip()]
        while width_of(lines[1] + "…", px) > room_px:
            lines[1] = lines[1][:-1]
        lines[1] += "…"
    return "\n".join(lines)


def _lines(text: str, px: float, room_px: float) -> list[str]:
    lines, line = [], ""
    for part in _parts(text):
        if line and width_of(line + part, px) > room_px:
            lines.append(line.rstrip())
            line = part.lstrip()
        else:
            line += part
    return [*lines, line]


def _parts(text: str) -> list[str]:
    """Where a line may break: after any Chinese character, between Latin words; not before punctuation."""
    parts: list[str] = []
    for c in text:
        wide = unicodedata.east_asian_width(c) in "WF"
        if parts and (
            unicodedata.category(c)[0] == "P"
            or (
                not wide
                and c != " "
                and parts[-1][-1] != " "
                and unicodedata.east_asian_width(parts[-1][-1]) not in "WF"
            )
        ):
            parts[-1] += c
        else:
            parts.append(c)
    return parts


def apart(places: Sequence[float], least: float) -> list[float]:
    """Places moved as little as needed so that neighbours are at least so far apart; order is kept."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    out = list(places)
    for _ in range(50):
        moved = False
        for a, b in itertools.pairwise(order):
            lack = least - (out[b] - out[a])
            if lack > 1e-6:
                out[a] -= lack / 2
                out[b] += lack / 2
                moved = True
        if not moved:
            break
    return out


def bare(ax: Axes, x: bool = True) -> None:
    """No frame; hairlines where values are read off."""
    for side in ("left", "right", "top", "bottom"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)
    if x:
        ax.grid(axis="x", color=theme.GRID, linewidth=1)
    ax.set_axisbelow(True)

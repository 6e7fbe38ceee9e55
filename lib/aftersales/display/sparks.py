"""Small lines on one scale, drawn as SVG without matplotlib: three hundred take no time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from aftersales.display import fonts, theme

# Of all values the scale takes in, so that one store does not flatten the others.
_ENDS = (2, 98)
Scale = tuple[float, float]


def scale(trend: pd.DataFrame) -> Scale:
    """From where to where all lines are drawn; what lies beyond is drawn at the edge."""
    known = trend.to_numpy(float)
    known = known[np.isfinite(known)]
    if not len(known):
        return 0.0, 1.0
    low, high = (float(end) for end in np.percentile(known, _ENDS))
    room = max((high - low) * 0.05, 1e-3)
    return low - room, high + room


def lines(trend: pd.DataFrame, width: int = 88, height: int = 26) -> dict[str, str]:
    """A small line a store, all on one scale: for the cells of a table.

    Parameters
    ----------
    trend : DataFrame
        A row a store, a column a month.
    """
    ends = scale(trend)
    return {
        str(store): _svg(width, height, [*line(row, ends, 3, 3, width - 6, height - 6)])
        for store, row in zip(trend.index, trend.to_numpy(float), strict=True)
        if np.isfinite(row).any()
    }


def line(
    row: Sequence[float] | np.ndarray,
    ends: Scale,
    x: float,
    y: float,
    width: float,
    height: float,
    colour: str = theme.THIS,
    dot: bool = True,
) -> Iterator[str]:
    """A line with gaps where a month is not known, and a dot at the last month."""
    step = width / max(len(row) - 1, 1)

    def at(i: int, value: float) -> str:
        share = min(max((value - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)
        return f"{x + i * step:.1f},{y + (1 - share) * height:.1f}"

    for known, run in groupby(enumerate(row), lambda month: bool(np.isfinite(month[1]))):
        points = [at(i, float(value)) for i, value in run] if known else []
        if len(points) > 1:
            yield (
                f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="1.4" '
                'stroke-linejoin="round"/>'
            )
        elif points:
            cx, cy = points[0].split(",")
            yield f'<circle cx="{cx}" cy="{cy}" r="1.2" fill="{colour}"/>'
    if dot and len(row) and np.isfinite(row[-1]):
        cx, cy = at(len(row) - 1, float(row[-1])).split(",")
        yield f'<circle cx="{cx}" cy="{cy}" r="2.4" fill="{colour}"/>'


_INTERVAL = (120, 22)
_MONTHS = (216, 40)


def interval(card: Mapping[str, Any], width: int = _INTERVAL[0], height: int = _INTERVAL[1]) -> str:
    """A key figure's interval as a bar, its value as a dot, its target as a line; "" without a target.

    The scale is the figure's own, as wide as keeps all three apart.
    """
    value, target = card.get("value"), card.get("target")
    if value is None or target is None or not card.get("verdict"):
        return ""
    ends = [end for end in (card.get("low"), card.get("high")) if end is not None and end == end]
    marks = [float(mark) for mark in (value, target, *ends)]
    low, high = min(marks), max(marks)
    room = (high - low) * 0.25 or abs(float(value)) * 0.1 or 1.0
    low, high = low - room, high + room
    middle = height / 2

    def at(amount: float) -> float:
        return round(3 + (float(amount) - low) / (high - low) * (width - 6), 1)

    missed = card.get("status") == "bad"
    parts = [
        f'<line x1="0" x2="{width}" y1="{middle}" y2="{middle}" stroke="{theme.GRID}" stroke-width="1.5"/>'
    ]
    if len(ends) == 2:
        x = at(ends[0])
        parts.append(
            f'<rect x="{x}" y="{middle - 4}" width="{max(at(ends[1]) - x, 1):.1f}" height="8" rx="4" '
            f'fill="{theme.LAST}" fill-opacity="0.45"/>'
        )
    parts.append(
        f'<line x1="{at(target)}" x2="{at(target)}" y1="{middle - 9}" y2="{middle + 9}" '
        f'stroke="{theme.TARGET}" stroke-width="2.2"/>'
    )
    parts.append(
        f'<circle cx="{at(value)}" cy="{middle}" r="4.2" fill="{theme.WORSE if missed else theme.THIS}"/>'
    )
    return _svg(width, height, parts)


def months(card: Mapping[str, Any], width: int = _MONTHS[0], height: int = _MONTHS[1]) -> str:
    """A key figure's months as a line over the band of its control limits, the target dashed.

    The months of a sustained change are drawn in its colour. "" where there is but one month.
    """
    values = [None if value is None else float(value) for value in card.get("spark") or []]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    band, target = card.get("spark_band") or [], card.get("target")
    drawn = [*known, *(end for pair in band for end in pair if end is not None)]
    low, high = min(drawn), max(drawn)
    if target is not None and low - (high - low) <= target <= high + (
        high - low
    ):  # else it would flatten all
        low, high = min(low, float(target)), max(high, float(target))
    if high == low:
        low, high = low - 1, high + 1
    x, y, across, down = 3.0, 4.0, width - 8.0, height - 8.0
    step = across / max(len(values) - 1, 1)

    def height_of(amount: float) -> float:
        return float(round(y + (high - amount) / (high - low) * down, 1))

    parts = []
    for has, run in groupby(enumerate(band), lambda month: None not in month[1]):
        if not has:
            continue
        pairs = list(run)
        upper = [f"{x + i * step:.1f},{height_of(ends[1])}" for i, ends in pairs]
        lower = [f"{x + i * step:.1f},{height_of(ends[0])}" for i, ends in reversed(pairs)]
        if len(pairs) > 1:
            parts.append(f'<polygon points="{" ".join(upper + lower)}" fill="{theme.BAND}"/>')
    if target is not None and low <= target <= high:
        at = height_of(target)
        parts.append(
            f'<line x1="0" x2="{width}" y1="{at}" y2="{at}" stroke="{theme.TARGET}" stroke-width="1.2" '
            'stroke-dasharray="5 3"/>'
        )
    row, ends = np.array([np.nan if v is None else v for v in values]), (low, high)
    parts += line(row, ends, x, y, across, down, theme.LAST, dot=False)
    colour = {"better": theme.BETTER, "worse": theme.WORSE}.get(str(card.get("tone")), theme.THIS)
    if card.get("since") in (shown := list(card.get("spark_months") or [])):
        since = shown.index(card.get("since"))
        part = np.where(np.arange(len(row)) >= since, row, np.nan)
        parts += [
            one.replace('"1.4"', '"2.4"') for one in line(part, ends, x, y, across, down, colour, dot=False)
        ]
    if values[-1] is not None:
        at_end = f'cx="{x + across:.1f}" cy="{height_of(values[-1])}"'
        parts.append(f'<circle {at_end} r="3.6" fill="{colour if card.get("since") else theme.THIS}"/>')
    return _svg(width, height, parts)


def steps(
    labels: Sequence[str], values: Sequence[float], total: tuple[str, str], shown: Sequence[str]
) -> str:
    """A small waterfall: each bar begins where the one before it ends, the sum at the foot.

    Parameters
    ----------
    labels, values, shown
        Of each step, the largest first; `shown` is how its value prints.
    total
        Label and printed value of the sum.
    """
    width, row, right = 330.0, 15.0, 46.0
    left = min(max(map(_wide, labels), default=0.0) + 10, width * 0.45)
    ends = np.cumsum([0.0, *values])
    low, high = min(float(ends.min()), 0.0), max(float(ends.max()), 0.0)
    span = (high - low) or 1.0

    def at(amount: float) -> float:
        return left + (amount - low) / span * (width - left - right)

    def text(x: float, y: float, what: str, anchor: str, bold: bool = False) -> str:
        weight = ' font-weight="bold"' if bold else ""
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight} font-size="11" fill="{theme.INK}" '
            f'font-family="{fonts.FAMILY}">{escape(what)}</text>'
        )

    def bar(first: float, last: float, y: float, colour: str) -> str:
        long = max(abs(at(last) - at(first)), 0.8)
        return (
            f'<rect x="{at(min(first, last)):.1f}" y="{y + 2:.1f}" width="{long:.1f}" '
            f'height="{row - 4:.0f}" fill="{colour}"/>'
        )

    parts = []
    for n, (label, value, printed) in enumerate(zip(labels, values, shown, strict=True)):
        y, first, last = n * row, float(ends[n]), float(ends[n + 1])
        colour = theme.LAST if value >= 0 else theme.NATION
        parts += [
            text(left - 6, y + 11.5, label, "end"),
            bar(first, last, y, colour),
            text(width, y + 11.5, printed, "end"),
        ]
    y, sum_ = len(labels) * row + 5, float(ends[-1])
    parts += [
        f'<line x1="{at(0.0):.1f}" x2="{at(0.0):.1f}" y1="0" y2="{y + row:.0f}" '
        f'stroke="{theme.NATION}" stroke-width="0.8"/>',
        text(left - 6, y + 11.5, total[0], "end", True),
        bar(0.0, sum_, y, theme.INK),
        text(width, y + 11.5, total[1], "end", True),
    ]
    return _svg(width, y + row + 2, parts)


def _wide(text: str) -> float:
    """About how many px wide a label is."""
    return sum(11.0 if east_asian_width(character) in "WF" else 6.4 for character in text)


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}">{"".join(parts)}</svg>'
    )

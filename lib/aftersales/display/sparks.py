"""Small lines on one scale, drawn as SVG without matplotlib: three hundred take no time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aftersales.display import svg, theme

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
        str(store): svg.document(width, height, line(row, ends, 3, 3, width - 6, height - 6), unit="")
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

    def place(i: int, value: float) -> tuple[float, float]:
        share = min(max((value - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)
        return x + i * step, y + (1 - share) * height

    yield from svg.broken_line(row, place, colour, 1.4, alone=1.2)
    if dot and len(row) and np.isfinite(row[-1]):
        yield svg.dot(*place(len(row) - 1, float(row[-1])), 2.4, colour)


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

    colour = theme.TONES["bad"] if card.get("status") == "bad" else theme.THIS
    parts = [svg.line([(0, middle), (width, middle)], theme.GRID, 1.5)]
    if len(ends) == 2:
        x, length = at(ends[0]), max(at(ends[1]) - at(ends[0]), 1)
        parts.append(svg.rect(x, middle - 4, length, 8, theme.LAST, 0.45, round=4))
    parts.append(svg.line([(at(target), middle - 9), (at(target), middle + 9)], theme.TARGET, 2.2))
    parts.append(svg.dot(at(value), middle, 4.2, colour))
    return svg.document(width, height, parts, unit="")


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
    span = high - low
    if target is not None and low - span <= target <= high + span:  # else it would flatten all
        low, high = min(low, float(target)), max(high, float(target))
    if high == low:
        low, high = low - 1, high + 1
    x, y, across, down = 3.0, 4.0, width - 8.0, height - 8.0
    step = across / max(len(values) - 1, 1)

    def place(i: int, value: float) -> tuple[float, float]:
        return x + i * step, y + (high - value) / (high - low) * down

    parts: list[str] = []
    if band:
        lower, upper = np.array(band, float).T
        parts += svg.broken_band(lower, upper, place, theme.BAND)
    if target is not None and low <= target <= high:
        at = place(0, target)[1]
        parts.append(svg.line([(0, at), (width, at)], theme.TARGET, 1.2, "5 3"))
    row = np.array([np.nan if v is None else v for v in values])
    parts += svg.broken_line(row, place, theme.LAST, 1.4, alone=1.2)
    colour = theme.TONES.get(str(card.get("tone")), theme.THIS)
    if card.get("since") in (shown := list(card.get("spark_months") or [])):
        part = np.where(np.arange(len(row)) >= shown.index(card.get("since")), row, np.nan)
        parts += svg.broken_line(part, place, colour, 2.4, alone=1.2)
    if values[-1] is not None:
        end = colour if card.get("since") else theme.THIS
        parts.append(svg.dot(*place(len(values) - 1, values[-1]), 3.6, end))
    return svg.document(width, height, parts, unit="")


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
    left = min(max((svg.width_of(label, 11) for label in labels), default=0.0) + 10, width * 0.45)
    ends = np.cumsum([0.0, *values])
    low, high = min(float(ends.min()), 0.0), max(float(ends.max()), 0.0)
    span = (high - low) or 1.0

    def at(amount: float) -> float:
        return left + (amount - low) / span * (width - left - right)

    def bar(first: float, last: float, y: float, colour: str) -> str:
        long = max(abs(at(last) - at(first)), 0.8)
        return svg.rect(at(min(first, last)), y + 2, long, row - 4, colour)

    parts = []
    for n, (label, value, printed) in enumerate(zip(labels, values, shown, strict=True)):
        y = n * row
        parts += [
            svg.text(label, left - 6, y + 11.5, 11, anchor="end"),
            bar(float(ends[n]), float(ends[n + 1]), y, theme.LAST if value >= 0 else theme.NATION),
            svg.text(printed, width, y + 11.5, 11, anchor="end"),
        ]
    y = len(labels) * row + 5
    parts += [
        svg.line([(at(0.0), 0), (at(0.0), y + row)], theme.NATION, 0.8),
        svg.text(total[0], left - 6, y + 11.5, 11, anchor="end", bold=True),
        bar(0.0, float(ends[-1]), y, theme.INK),
        svg.text(total[1], width, y + 11.5, 11, anchor="end", bold=True),
    ]
    return svg.document(width, y + row + 2, parts, unit="")

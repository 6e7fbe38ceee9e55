"""Small lines on one scale, drawn as SVG without matplotlib: three hundred take no time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import pandas as pd

from aftersales.display import theme

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
        str(store): f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{"".join(line(row, ends, 3, 3, width - 6, height - 6))}</svg>'
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

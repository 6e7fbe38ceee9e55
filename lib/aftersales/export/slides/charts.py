"""The exhibits' charts as PowerPoint's own, with their numbers in the embedded workbook.

What a chart is made of stands in its payload, as the chart function that drew it left it: `form` and `data`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aftersales.export.slides import bars, months, points
from aftersales.export.slides.looks import Payload
from aftersales.export.slides.template import Box

_DRAW: dict[str, Callable[[Any, Payload, Box], None]] = {
    "bars": bars.bars,
    "bridge": bars.bridge,
    "waterfall": bars.waterfall,
    "dots": bars.dots,
    "trend": months.trend,
    "gap": months.gap,
    "panels": months.panels,
    "funnel": points.funnel,
    "matrix": points.matrix,
    "strip": points.strip,
}


def can(p: Payload) -> bool:
    """Whether a chart can be one of PowerPoint's own; a heat map is a table there."""
    form = p.get("form") or {}
    if form.get("kind") == "bars" and form.get("limit") is not None:
        return False  # no line can cross PowerPoint's bars
    return p["kind"] == "chart" and form.get("kind") in _DRAW


def add(slide: Any, p: Payload, at: Box) -> None:
    """Put a chart on a slide."""
    _DRAW[p["form"]["kind"]](slide, p, at)

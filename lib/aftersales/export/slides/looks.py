"""How a chart of PowerPoint's looks: its axes, marks, labels and formats of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.util import Pt

from aftersales.display import theme
from aftersales.export.slides import measure
from aftersales.export.slides.template import EMU, Box

Payload = Mapping[str, Any]
SMALL, USUAL = 10.0, 11.0
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
NS = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
# A bar and the space to the next one are no higher than this [pt].
_BAR = 62.0


def rows(p: Payload) -> list[dict[str, Any]]:
    return [dict(zip(p["data"]["columns"], row, strict=True)) for row in p["data"]["rows"]]


def rgb(colour: str) -> RGBColor:
    made: RGBColor = RGBColor.from_string(colour[1:].upper())
    return made


def chart(slide: Any, kind: XL_CHART_TYPE, data: Any, at: Box, p: Payload, name: str = "") -> Any:
    """A chart without anything but its marks."""
    x, y, w, h = (round(v * EMU) for v in (at.x, at.y, at.w, at.h))
    frame = slide.shapes.add_chart(kind, x, y, w, h, data)
    frame.name = name or str(p.get("title") or p["id"])
    frame._element.nvGraphicFramePr.cNvPr.set("descr", str(p.get("alt") or p.get("title") or ""))
    chart = frame.chart
    chart.has_legend = False
    chart.has_title = False
    chart.font.size = Pt(USUAL)
    chart.font.color.rgb = rgb(theme.INK)
    space = chart._chartSpace
    for tag in ("axId", "crossAx"):  # the library has some below zero, which the schema has not
        for axis in space.iter(f"{C}{tag}"):
            axis.set("val", axis.get("val").lstrip("-"))
    if space.find(f"{C}roundedCorners") is None:
        date = space.find(f"{C}date1904")
        made = parse_xml(f'<c:roundedCorners {NS} val="0"/>')
        space.insert(0, made) if date is None else date.addnext(made)
    return chart


def bare(axis: Any, visible: bool = True, grid: bool = False, size: float = SMALL) -> None:
    axis.has_major_gridlines = grid
    axis.has_minor_gridlines = False
    axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
    axis.format.line.fill.background()
    axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW if visible else XL_TICK_LABEL_POSITION.NONE
    axis.tick_labels.font.size = Pt(size)
    axis.tick_labels.font.color.rgb = rgb(theme.MUTED)
    if grid:
        axis.major_gridlines.format.line.color.rgb = rgb(theme.GRID)
        axis.major_gridlines.format.line.width = Pt(0.75)


def level(axis: Any) -> None:
    """Names on lines under each other, never turned."""
    body = axis._element.find(f"{C}txPr/{A}bodyPr")
    body.set("rot", "0")
    body.set("vert", "horz")


def filled(shape: Any, colour: str) -> None:
    shape.format.fill.solid()
    shape.format.fill.fore_color.rgb = rgb(colour)


def line(series: Any, colour: str, width: float, dash: MSO_LINE | None = None) -> None:
    series.smooth = False
    series.format.line.color.rgb = rgb(colour)
    series.format.line.width = Pt(width)
    if dash is not None:
        series.format.line.dash_style = dash
    series.marker.style = XL_MARKER_STYLE.NONE


def marker(of: Any, style: XL_MARKER_STYLE, size: int, colour: str, hollow: bool = False) -> None:
    of.marker.style = style
    of.marker.size = size
    of.marker.format.fill.solid()
    of.marker.format.fill.fore_color.rgb = rgb(paler(colour, 0.25) if hollow else colour)
    of.marker.format.line.color.rgb = rgb(colour)


def labels(
    of: Any, form: str, position: XL_LABEL_POSITION, size: float = USUAL, colour: str = theme.INK
) -> None:
    """The values beside the marks, linked to them."""
    labels = of.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = form, False
    labels.position = position
    labels.font.size, labels.font.bold = Pt(size), True
    labels.font.color.rgb = rgb(colour)


def label(
    point: Any, text: str, position: XL_LABEL_POSITION, size: float, colour: str, bold: bool = False
) -> None:
    """A text beside one mark."""
    label = point.data_label
    frame = label.text_frame
    frame.text = text
    run = frame.paragraphs[0].runs[0]
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = rgb(colour)
    frame.word_wrap = False
    label.position = position


def number(digits: int, percent: bool = False) -> str:
    """A number format: thousands separated, a real minus."""
    form = "0" if percent else "#,##0"
    form += "." + "0" * digits if digits else ""
    form += "%" if percent else ""
    return f"{form};−{form}"


def number_format(unit: str, digits: int) -> str:
    return number(digits, percent=True) if unit == "rate" else number(0 if unit == "count" else digits)


def paler(colour: str, opacity: float = 0.5) -> str:
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 + (c - 255) * opacity):02x}" for c in parts)


def cut(name: str, room: float, size: float, most: int = 2) -> str:
    """A name on at most so many lines of a width [pt]; of a longer one both ends."""
    ends, shown = len(name) * 2 // 3, name
    while ends > 2 and len(measure.lines(shown, size, room)) > most:
        ends -= 1
        shown = f"{name[:ends]}…{name[-(ends // 3) :]}"
    return shown


def short(at: Box, rows: int) -> Box:
    """A place for rows that need no more height than this."""
    return Box(at.x, at.y, at.w, min(at.h, rows * _BAR + 16))


def scale(
    axis: Any, low: float, high: float, pad: float, least: float | None = None, most: float | None = None
) -> None:
    """An axis over the values and a little more, from one round step to another."""
    span = (high - low) or abs(high) * 0.1 or 1.0
    step = 10.0 ** math.floor(math.log10(span / 4))
    step *= next(m for m in (1, 2, 5, 10) if span / (step * m) <= 5)
    start, end = math.floor((low - pad * span) / step) * step, math.ceil((high + pad * span) / step) * step
    start = max(start, least) if least is not None else start
    end = min(end, most) if most is not None else end
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = round(start, 9), round(end, 9), round(step, 9)


def tick_digits(step: float, share: bool) -> int:
    step *= 100 if share else 1
    return next((d for d in range(4) if abs(step - round(step, d)) < 1e-9), 3)


def before(parent: Any, xml: str, *tags: str) -> None:
    """Put an element where the schema has it: before the first of these that is there."""
    made = parse_xml(xml)
    for tag in tags:
        found = parent.find(f"{C}{tag}")
        if found is not None:
            found.addprevious(made)
            return
    parent.append(made)

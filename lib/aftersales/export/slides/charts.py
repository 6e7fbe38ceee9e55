"""The exhibits' charts as PowerPoint's own, with their numbers in the embedded workbook.

What a chart is made of stands in its payload, as the chart function that drew it left it: `form` and `data`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.chart import XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.util import Pt

from aftersales.contract import formats
from aftersales.contract.language import say
from aftersales.display import theme
from aftersales.export.slides import measure, texts
from aftersales.export.slides.template import EMU, Box
from aftersales.export.slides.texts import Run

Payload = Mapping[str, Any]
_SMALL, _USUAL = 10.0, 11.0
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_NS = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
# A bar and the space to the next one are no higher than this [pt].
_BAR = 62.0


def can(p: Payload) -> bool:
    """Whether a chart can be one of PowerPoint's own; a heat map is a table there."""
    form = p.get("form") or {}
    if form.get("kind") == "bars" and form.get("limit") is not None:
        return False  # no line can cross PowerPoint's bars
    return p["kind"] == "chart" and form.get("kind") in _DRAW


def add(slide: Any, p: Payload, at: Box) -> None:
    """Put a chart on a slide."""
    _DRAW[p["form"]["kind"]](slide, p, at)


def _rows(p: Payload) -> list[dict[str, Any]]:
    return [dict(zip(p["data"]["columns"], row, strict=True)) for row in p["data"]["rows"]]


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour[1:].upper())


def _chart(slide: Any, kind: XL_CHART_TYPE, data: Any, at: Box, p: Payload, name: str = "") -> Any:
    """A chart without anything but its marks."""
    x, y, w, h = (round(v * EMU) for v in (at.x, at.y, at.w, at.h))
    frame = slide.shapes.add_chart(kind, x, y, w, h, data)
    frame.name = name or str(p.get("title") or p["id"])
    frame._element.nvGraphicFramePr.cNvPr.set("descr", str(p.get("alt") or p.get("title") or ""))
    chart = frame.chart
    chart.has_legend = False
    chart.has_title = False
    chart.font.size = Pt(_USUAL)
    chart.font.color.rgb = _rgb(theme.INK)
    space = chart._chartSpace
    for tag in ("axId", "crossAx"):  # the library has some below zero, which the schema has not
        for axis in space.iter(f"{_C}{tag}"):
            axis.set("val", axis.get("val").lstrip("-"))
    if space.find(f"{_C}roundedCorners") is None:
        date = space.find(f"{_C}date1904")
        made = parse_xml(f'<c:roundedCorners {_NS} val="0"/>')
        space.insert(0, made) if date is None else date.addnext(made)
    return chart


def _bare(axis: Any, visible: bool = True, grid: bool = False, size: float = _SMALL) -> None:
    axis.has_major_gridlines = grid
    axis.has_minor_gridlines = False
    axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
    axis.format.line.fill.background()
    axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW if visible else XL_TICK_LABEL_POSITION.NONE
    axis.tick_labels.font.size = Pt(size)
    axis.tick_labels.font.color.rgb = _rgb(theme.MUTED)
    if grid:
        axis.major_gridlines.format.line.color.rgb = _rgb(theme.GRID)
        axis.major_gridlines.format.line.width = Pt(0.75)


def _level(axis: Any) -> None:
    """Names on lines under each other, never turned."""
    body = axis._element.find(f"{_C}txPr/{_A}bodyPr")
    body.set("rot", "0")
    body.set("vert", "horz")


def _filled(shape: Any, colour: str) -> None:
    shape.format.fill.solid()
    shape.format.fill.fore_color.rgb = _rgb(colour)


def _line(series: Any, colour: str, width: float, dash: MSO_LINE | None = None) -> None:
    series.smooth = False
    series.format.line.color.rgb = _rgb(colour)
    series.format.line.width = Pt(width)
    if dash is not None:
        series.format.line.dash_style = dash
    series.marker.style = XL_MARKER_STYLE.NONE


def _marker(of: Any, style: XL_MARKER_STYLE, size: int, colour: str, hollow: bool = False) -> None:
    of.marker.style = style
    of.marker.size = size
    of.marker.format.fill.solid()
    of.marker.format.fill.fore_color.rgb = _rgb(_paler(colour, 0.25) if hollow else colour)
    of.marker.format.line.color.rgb = _rgb(colour)


def _labels(
    of: Any, form: str, position: XL_LABEL_POSITION, size: float = _USUAL, colour: str = theme.INK
) -> None:
    """The values beside the marks, linked to them."""
    labels = of.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = form, False
    labels.position = position
    labels.font.size, labels.font.bold = Pt(size), True
    labels.font.color.rgb = _rgb(colour)


def _label(
    point: Any, text: str, position: XL_LABEL_POSITION, size: float, colour: str, bold: bool = False
) -> None:
    """A text beside one mark."""
    label = point.data_label
    frame = label.text_frame
    frame.text = text
    run = frame.paragraphs[0].runs[0]
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = _rgb(colour)
    frame.word_wrap = False
    label.position = position


def _number(digits: int, percent: bool = False) -> str:
    """A number format: thousands separated, a real minus."""
    form = "0" if percent else "#,##0"
    form += "." + "0" * digits if digits else ""
    form += "%" if percent else ""
    return f"{form};−{form}"


def _format(unit: str, digits: int) -> str:
    return _number(digits, percent=True) if unit == "rate" else _number(0 if unit == "count" else digits)


def _short(at: Box, rows: int) -> Box:
    """A place for rows that need no more height than this."""
    return Box(at.x, at.y, at.w, min(at.h, rows * _BAR + 16))


def _named(rows: Sequence[Mapping[str, Any]], room: float, size: float) -> list[str]:
    """Names of rows that have room for two lines; of longer ones both ends."""
    return [_cut(str(row["label"]), room, size) for row in rows]


def _cut(name: str, room: float, size: float) -> str:
    if len(measure.lines(name, size, room)) <= 2:
        return name
    ends = len(name) // 2
    while ends > 1 and len(measure.lines(f"{name[:ends]}…{name[-ends // 2 :]}", size, room)) > 2:
        ends -= 1
    return f"{name[:ends]}…{name[-ends // 2 :]}"


def _horizontal(chart: Any, low: float, high: float, gap: int, size: float) -> None:
    """Rows from the top, no axis for the values."""
    _bare(chart.category_axis, size=size)
    chart.category_axis.reverse_order = True
    chart.category_axis.tick_labels.font.color.rgb = _rgb(theme.INK)
    _bare(chart.value_axis, visible=False)
    chart.value_axis.visible = False
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = low, high
    chart.plots[0].gap_width = gap


def _size_of(rows: int, height: float) -> float:
    """The size of names of so many rows."""
    return max(min(14.0, height / max(rows, 1) * 0.45), 7.0)


def _bars(slide: Any, p: Payload, at: Box) -> None:
    form, rows = p["form"], _rows(p)
    at = _short(at, len(rows))
    size = _size_of(len(rows), at.h)
    data = CategoryChartData(number_format=_number(form["digits"]))
    named = _named(rows, at.w * 0.3, size)
    shares = [r.get("share") for r in rows] if form["shares"] else [None] * len(rows)
    data.categories = [
        n if share is None else f"{n}  {formats.percent(share)}"
        for n, share in zip(named, shares, strict=True)
    ]
    full = form.get("full")
    if full:
        data.add_series(say(p["lang"], "满分", "Full score"), [full] * len(rows))
    data.add_series(say(p["lang"], "数值", "Value"), [r["value"] for r in rows])
    chart = _chart(slide, XL_CHART_TYPE.BAR_CLUSTERED, data, at, p)
    most = full or max(float(r["value"]) for r in rows)
    _horizontal(chart, 0, most * 1.12, 45, size)
    chart.plots[0].overlap = 100
    if full:
        _filled(chart.series[0], theme.BAND)
    series = chart.series[-1]
    _filled(series, theme.LAST)
    for n, colour in enumerate(form["colours"]):
        if colour != theme.LAST:
            _filled(series.points[n], colour)
    _labels(series, _number(form["digits"]), XL_LABEL_POSITION.OUTSIDE_END, size)


def _flow(
    slide: Any, p: Payload, at: Box, steps: Sequence[tuple[str, float, float, str, str]], lang: str
) -> None:
    """Bars that each begin where the one before ends: label, from, to, what it prints, colour.

    They are stacked on what is not seen; what lies below zero is stacked by itself.
    """
    at = _short(at, len(steps))
    size = _size_of(len(steps), at.h)
    low = min(0.0, *(min(a, b) for _, a, b, _, _ in steps))
    high = max(0.0, *(max(a, b) for _, a, b, _, _ in steps))
    span = (high - low) or 1
    data = CategoryChartData(number_format="General")
    data.categories = [_cut(label, at.w * 0.3, size) for label, *_ in steps]
    base = [min(a, b) if min(a, b) > 0 else max(a, b) if max(a, b) < 0 else 0.0 for _, a, b, _, _ in steps]
    data.add_series(say(lang, "起点", "Start"), base)
    above = [max(max(a, b), 0) - max(min(a, b), 0) for _, a, b, _, _ in steps]
    below = [min(min(a, b), 0) - min(max(a, b), 0) for _, a, b, _, _ in steps]
    data.add_series(say(lang, "变化", "Step"), above)
    if any(below):
        data.add_series(say(lang, "零以下", "Below zero"), below)
    data.add_series(say(lang, "标注", "Label"), [span * 0.14] * len(steps))
    chart = _chart(slide, XL_CHART_TYPE.BAR_STACKED, data, at, p)
    _horizontal(chart, low - span * 0.02, high + span * 0.15, 50, size)
    chart.plots[0].overlap = 100
    for series in (chart.series[0], chart.series[-1]):
        series.format.fill.background()
    for series in list(chart.series)[1:-1]:
        for n, (*_, colour) in enumerate(steps):
            _filled(series.points[n], colour)
    for n, (_, _, _, printed, _) in enumerate(steps):
        _label(chart.series[-1].points[n], printed, XL_LABEL_POSITION.INSIDE_BASE, size, theme.INK, bold=True)


def _paler(colour: str, opacity: float = 0.5) -> str:
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 + (c - 255) * opacity):02x}" for c in parts)


def _bridge(slide: Any, p: Payload, at: Box) -> None:
    rows, level, steps = _rows(p), 0.0, []
    for n, (row, printed) in enumerate(zip(rows, p["form"]["printed"], strict=True)):
        total, value = row["kind"] == "total", float(row["value"])
        start, end = (0.0, value) if total else (level, level - value)
        colour = (theme.THIS if n == len(rows) - 1 else theme.LAST) if total else _paler(theme.LAST)
        steps.append((str(row["label"]), start, end, printed, colour))
        level = end
    _flow(slide, p, at, steps, p["lang"])


def _waterfall(slide: Any, p: Payload, at: Box) -> None:
    rows, level, steps = _rows(p), 0.0, []
    *printed, total = p["form"]["printed"]
    for row, text in zip(rows, printed, strict=True):
        value = float(row["value"])
        steps.append(
            (str(row["label"]), level, level + value, text, theme.THIS if value >= 0 else _paler(theme.THIS))
        )
        level += value
    _flow(slide, p, at, [*steps, (p["form"]["total"], 0.0, level, total, theme.INK)], p["lang"])


def _dots(slide: Any, p: Payload, at: Box) -> None:
    """Scores last month and this as marks, branch and nation as dashes; what lies between the months is a bar."""
    form, rows = p["form"], _rows(p)
    order = [c for c in ("previous", "branch", "national", "current") if c in form["columns"]]
    each = at.w / len(rows) - 6
    size = _SMALL if each >= 44 else 8.0
    data = CategoryChartData(number_format=_number(1))
    data.categories = [
        f"{_cut(str(row['label']), each, size)} {change}".strip()
        for row, change in zip(rows, form["changes"], strict=True)
    ]
    for column in order:
        data.add_series(form["columns"][column], [row.get(column) for row in rows])
    chart = _chart(slide, XL_CHART_TYPE.LINE_MARKERS, data, at, p)
    known = [float(row[c]) for row in rows for c in order if row.get(c) is not None]
    _scale(chart.value_axis, min(known), max(known), 0.12)
    _bare(chart.value_axis, grid=True)
    chart.value_axis.tick_labels.number_format = "General"
    chart.value_axis.tick_labels.number_format_is_linked = False
    _bare(chart.category_axis, size=size)
    chart.category_axis.tick_labels.font.color.rgb = _rgb(theme.INK)
    _level(chart.category_axis)
    looks = {
        "previous": (XL_MARKER_STYLE.CIRCLE, 8, _paler(theme.LAST, 0.7), False),
        "branch": (XL_MARKER_STYLE.DASH, 14, theme.TARGET, False),
        "national": (XL_MARKER_STYLE.DASH, 10, theme.NATION, False),
        "current": (XL_MARKER_STYLE.CIRCLE, 10, theme.THIS, False),
    }
    for column, series in zip(order, chart.series, strict=True):
        series.smooth = False
        series.format.line.fill.background()
        _marker(series, *looks[column])
    now = chart.series[-1]
    _labels(now, _number(1), XL_LABEL_POSITION.RIGHT, size + 1)
    for n, change in enumerate(form["changes"]):
        if change.startswith("▼"):
            _marker(now.points[n], XL_MARKER_STYLE.CIRCLE, 10, theme.WORSE)
    if "previous" in order:
        _between(chart, _paler(theme.THIS, 0.35))
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    chart.legend.font.size = Pt(_USUAL)
    chart.legend.font.color.rgb = _rgb(theme.MUTED)


def _between(chart: Any, colour: str) -> None:
    """Thin bars from the first series to the last."""
    plot = chart._chartSpace.find(f".//{_C}lineChart")
    fill = f'<c:spPr><a:solidFill><a:srgbClr val="{colour[1:].upper()}"/></a:solidFill><a:ln><a:noFill/></a:ln></c:spPr>'
    made = parse_xml(
        f'<c:upDownBars {_NS}><c:gapWidth val="500"/><c:upBars>{fill}</c:upBars><c:downBars>{fill}</c:downBars>'
        "</c:upDownBars>"
    )
    plot.find(f"{_C}marker").addprevious(made)


def _scale(
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


def _months(rows: Sequence[Mapping[str, Any]], lang: str) -> list[str]:
    """Months by name, the first and each January with the year."""
    names = []
    for n, row in enumerate(rows):
        month = str(row["month"])
        short = formats.short_month(month, lang) if lang == "zh" else formats.short_month(month, lang)[:3]
        names.append(f"{short} {month[:4]}" if n == 0 or month.endswith("-01") else short)
    return names


def _over_months(
    slide: Any,
    p: Payload,
    at: Box,
    rows: Sequence[Mapping[str, Any]],
    lines: Sequence[tuple[str, str, str, str]],
    target: float | None,
    unit: tuple[str, int],
    small: bool = False,
    name: str = "",
) -> Any:
    """Lines over months with limits, mean and target: lines are column, name, colour, format; its chart."""
    lang = p["lang"]
    data = CategoryChartData(number_format=lines[0][3])
    data.categories = _months(rows, lang)
    limits = [
        (column, words, colour)
        for column, words, colour in (
            ("lower", say(lang, "控制下限", "Lower limit"), theme.NATION),
            ("upper", say(lang, "控制上限", "Upper limit"), theme.NATION),
            ("centre", say(lang, "此前均值", "Mean before"), theme.MUTED),
        )
        if any(row.get(column) is not None for row in rows)
    ]
    for column, words, _ in limits:
        data.add_series(words, [row.get(column) for row in rows])
    if target is not None:
        data.add_series(say(lang, "目标", "Target"), [target] * len(rows))
    for column, words, _, _ in lines:
        data.add_series(words, [row.get(column) for row in rows])
    chart = _chart(slide, XL_CHART_TYPE.LINE_MARKERS, data, at, p, name)
    series = list(chart.series)
    for (_, _, colour), one in zip(limits, series, strict=False):
        _line(one, colour, 0.75 if small else 1, MSO_LINE.DASH if colour == theme.MUTED else None)
    if target is not None:
        _line(series[len(limits)], theme.TARGET, 1 if small else 1.5)
    columns = [c for c, *_ in limits] + [c for c, *_ in lines]
    known = [float(row[c]) for row in rows for c in columns if row.get(c) is not None]
    known += [target] if target is not None else []
    share = unit[0] == "rate"
    bounds = (0.0 if min(known) >= 0 else None, 1.0 if share and max(known) <= 1 else None)
    _scale(chart.value_axis, min(known), max(known), 0.06, *bounds)
    _bare(chart.value_axis, visible=not small, grid=not small)
    digits = _tick_digits(chart.value_axis.major_unit, share)
    chart.value_axis.tick_labels.number_format = _number(digits, percent=share)
    chart.value_axis.tick_labels.number_format_is_linked = False
    _bare(chart.category_axis, visible=not small, size=_SMALL if len(rows) <= 24 else 8)
    _level(chart.category_axis)
    _before(chart._chartSpace.find(f".//{_C}catAx"), f'<c:tickLblSkip {_NS} val="1"/>', "noMultiLvlLbl")
    for (column, words, colour, form), one in zip(lines, series[-len(lines) :], strict=True):
        strong = colour == theme.THIS
        _line(one, colour, (1.75 if small else 2.5) if strong else 2)
        if not small:
            _marker(one, XL_MARKER_STYLE.CIRCLE, 5, colour)
        _run_of(one, rows, small)
        end = max((n for n, row in enumerate(rows) if row.get(column) is not None), default=None)
        if end is None:
            continue
        _marker(one.points[end], XL_MARKER_STYLE.CIRCLE, 6 if small else 9, colour)
        if not small:
            _end_label(one.points[end], words if len(lines) > 1 else "", form, colour)
    return chart


def _run_of(series: Any, rows: Sequence[Mapping[str, Any]], small: bool) -> None:
    """The months of a sustained signal in the colour of its direction; those beyond the limits as diamonds."""
    colours = {"better": theme.BETTER, "worse": theme.WORSE}
    for n, row in enumerate(rows):
        if row.get("run") in colours:
            line = series.points[n].format.line
            line.color.rgb, line.width = _rgb(colours[row["run"]]), Pt(2.5 if small else 3.5)
        if row.get("signal"):
            _marker(series.points[n], XL_MARKER_STYLE.DIAMOND, 7 if small else 10, theme.INK)


def _end_label(point: Any, name: str, form: str, colour: str) -> None:
    """The last value, linked, with the name of its line where there are several."""
    ink = theme.MUTED if colour == theme.LAST else colour
    element = point.data_label._get_or_add_dLbl()
    for child in list(element)[1:]:
        element.remove(child)
    shown = 1 if name else 0
    parts = (
        f'<c:numFmt {_NS} formatCode="{form}" sourceLinked="0"/>',
        f"<c:spPr {_NS}><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>",
        f'<c:txPr {_NS}><a:bodyPr wrap="none"/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="1200" b="1"><a:solidFill>'
        f'<a:srgbClr val="{ink[1:].upper()}"/></a:solidFill></a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>',
        f'<c:dLblPos {_NS} val="t"/>',
        *(
            f'<c:{tag} {_NS} val="{value}"/>'
            for tag, value in (
                ("showLegendKey", 0),
                ("showVal", 1),
                ("showCatName", 0),
                ("showSerName", shown),
                ("showPercent", 0),
                ("showBubbleSize", 0),
            )
        ),
        f"<c:separator {_NS}> </c:separator>",
    )
    for part in parts:
        element.append(parse_xml(part))


def _tick_digits(step: float, share: bool) -> int:
    step *= 100 if share else 1
    return next((d for d in range(4) if abs(step - round(step, d)) < 1e-9), 3)


def _before(parent: Any, xml: str, *tags: str) -> None:
    """Put an element where the schema has it: before the first of these that is there."""
    made = parse_xml(xml)
    for tag in tags:
        found = parent.find(f"{_C}{tag}")
        if found is not None:
            found.addprevious(made)
            return
    parent.append(made)


def _trend(slide: Any, p: Payload, at: Box) -> None:
    form, rows = p["form"], _rows(p)
    words = [*form["levels"], *([form["since"]] if form["since"] else [])]
    at = _legend(slide, p, at, words)
    if form["bars"]:
        below = Box(at.x, at.y + at.h * 0.72, at.w, at.h * 0.28)
        at = Box(at.x, at.y, at.w, at.h * 0.72)
        _volume(slide, p, below, rows, form["bars"])
    first = form["lines"][0]
    lines = [
        (one["column"], one["name"], theme.LIGHT[one["role"]], _format(one["form"], one["digits"]))
        for one in form["lines"]
    ]
    _over_months(slide, p, at, rows, lines, form["target"], (first["form"], first["digits"]))


def _volume(
    slide: Any, p: Payload, at: Box, rows: Sequence[Mapping[str, Any]], line: Mapping[str, Any]
) -> None:
    data = CategoryChartData(number_format=_format(line["form"], line["digits"]))
    data.categories = _months(rows, p["lang"])
    data.add_series(line["name"], [row.get(line["column"]) for row in rows])
    chart = _chart(slide, XL_CHART_TYPE.COLUMN_CLUSTERED, data, at, p, line["name"])
    _bare(chart.category_axis)
    _bare(chart.value_axis, visible=False)
    chart.value_axis.minimum_scale = 0
    chart.plots[0].gap_width = 60
    _filled(chart.series[0], theme.LAST)
    _labels(
        chart.series[0], _format(line["form"], line["digits"]), XL_LABEL_POSITION.OUTSIDE_END, 8, theme.MUTED
    )


def _legend(slide: Any, p: Payload, at: Box, words: Sequence[str]) -> Box:
    """What the level lines are, in a line above the chart; what is left of its place."""
    if not words:
        return at
    colours = [theme.TARGET if w.startswith(say(p["lang"], "目标", "Target")) else theme.MUTED for w in words]
    runs = []
    for n, (word, colour) in enumerate(zip(words, colours, strict=True)):
        runs += [Run("   ")] if n else []
        runs.append(Run(f"— {word}", colour))
    texts.box(
        slide, f"{p['id']} levels", [runs], Box(at.x, at.y, at.w, _USUAL * measure.LINE), _USUAL, p["lang"]
    )
    return at.cut(top=_USUAL * measure.LINE + 2)


def _gap(slide: Any, p: Payload, at: Box) -> None:
    """Two lines with every value, and between them the gap, in words at the last month."""
    form, rows = p["form"], _rows(p)
    lines = [
        (one["column"], one["name"], theme.LIGHT[one["role"]], _format(one["form"], one["digits"]))
        for one in form["lines"]
    ]
    lines = [(c, n, theme.LAST if i == 0 else theme.THIS, f) for i, (c, n, _, f) in enumerate(lines)]
    last = rows[-1]
    upper, lower = (last.get(c) for c, *_ in lines)
    if upper is not None and lower is not None:
        at = _legend(slide, p, at, [f"{form['gap']} {formats.count(upper - lower)}"])
    chart = _over_months(slide, p, at, rows, lines, None, ("count", 0))
    plot = chart._chartSpace.find(f".//{_C}lineChart")
    rule = f'<a:ln w="9525"><a:solidFill><a:srgbClr val="{theme.MUTED[1:].upper()}"/></a:solidFill><a:prstDash val="sysDot"/></a:ln>'
    plot.find(f"{_C}marker").addprevious(
        parse_xml(f"<c:hiLowLines {_NS}><c:spPr>{rule}</c:spPr></c:hiLowLines>")
    )
    if len(rows) <= 13:
        for (_, _, colour, form_), series in zip(lines, chart.series, strict=True):
            ink = theme.MUTED if colour == theme.LAST else colour
            position = XL_LABEL_POSITION.ABOVE if colour == theme.LAST else XL_LABEL_POSITION.BELOW
            _labels(series, form_, position, _SMALL, ink)


def _panels(slide: Any, p: Payload, at: Box) -> None:
    """A small chart of each figure's months, name and values above it in words."""
    found = p["form"]["panels"]
    across = 3 if len(found) > 2 else max(len(found), 1)
    down = -(-len(found) // across)
    w, h = (at.w - 24 * (across - 1)) / across, min((at.h - 10 * (down - 1)) / down, 190.0)
    for n, panel in enumerate(found):
        cell = Box(at.x + n % across * (w + 24), at.y + n // across * (h + 10), w, h)
        size = _USUAL
        line = size * measure.LINE
        since = f"  {panel['since']}" if panel["since"] else ""
        colour = next(
            (
                {"better": theme.BETTER, "worse": theme.WORSE}.get(r["run"], theme.THIS)
                for r in panel["months"][::-1]
                if r.get("run")
            ),
            theme.THIS,
        )
        now = [Run(panel["now"], theme.THIS, True), Run(since, colour, True)]
        levels = "  ".join(panel["levels"])
        rows = [[Run(panel["name"], theme.INK, True)], now, [Run(levels, theme.MUTED)]]
        rows = [_held(row, size, w) for row in rows if texts.plain(row)]
        texts.box(slide, panel["name"], rows, Box(cell.x, cell.y, w, line * len(rows)), size, p["lang"])
        lines = [("value", panel["name"], theme.THIS, _format(panel["unit"], panel["digits"]))]
        months = cell.cut(top=line * 3)
        _over_months(
            slide,
            p,
            months,
            panel["months"],
            lines,
            panel["target"],
            (panel["unit"], panel["digits"]),
            True,
            panel["name"],
        )


def _held(runs: Sequence[Run], size: float, room: float) -> list[Run]:
    """A line of runs that fits its width: the last ones give way."""
    kept, taken = [], 0.0
    for run in runs:
        text = run.text
        while text and taken + measure.width(text, size, run.bold) > room:
            text = text.removesuffix("…")[:-1] + "…" if len(text) > 2 else ""
        kept.append(Run(text, run.colour, run.bold))
        taken += measure.width(text, size, run.bold)
    return kept


def _funnel(slide: Any, p: Payload, at: Box) -> None:
    """Rates over volumes, the control limits and the store's rate as lines."""
    form, rows = p["form"], _rows(p)
    limits = form["limits"]
    volumes = limits["volume"]
    bounds = (
        ("lower_998", "99.8%", theme.NATION),
        ("upper_998", say(p["lang"], "99.8%上限", "99.8% upper"), theme.NATION),
        ("lower_95", "95%", theme.LAST),
        ("upper_95", say(p["lang"], "95%上限", "95% upper"), theme.LAST),
    )
    drawn: dict[str, tuple[str, list[tuple[float, float]]]] = {
        column: (words, _thinned(list(zip(volumes, limits[column], strict=True))))
        for column, words, _ in bounds
    }
    drawn["centre"] = (form["centre_name"], [(x, form["centre"]) for x in (min(volumes), max(volumes))])
    inside = [n for n, row in enumerate(rows) if row.get("outside") is None]
    beyond = [n for n, row in enumerate(rows) if row.get("outside") is not None]
    points = [(float(r["volume"]), float(r["rate"])) for r in rows]
    groups = {"inside": inside, "beyond": beyond}
    for name, words in (
        ("inside", say(p["lang"], "界内", "Inside")),
        ("beyond", say(p["lang"], "界外", "Outside")),
    ):
        drawn[name] = (words, [points[n] for n in groups[name]])
    chart, series = _scatter(slide, p, at, drawn)
    for column, _, colour in bounds:
        _line(series[column], colour, 1)
    _line(series["centre"], theme.MUTED, 1.25, MSO_LINE.DASH)
    rates = [*(r["rate"] for r in rows), *limits["lower_998"], *limits["upper_998"]]
    _scale(chart.value_axis, min(rates), max(rates), 0.03, 0.0, 1.0 if max(rates) <= 1 else None)
    xs = [*volumes, *(r["volume"] for r in rows)]
    spread = (max(xs) - min(xs)) or 1
    _scale(chart.category_axis, min(xs) - 0.02 * spread, max(xs), 0, 0.0)
    chart.category_axis.maximum_scale = max(xs) + 0.02 * spread
    plot = _plot(chart, at, left=46, right=100, bottom=38)
    ends = {side: abs(limits[f"{side}_998"][-1] - limits[f"{side}_95"][-1]) for side in ("lower", "upper")}
    wider = max(ends, key=lambda side: ends[side])  # where the names of the limits do not touch
    for name in (f"{wider}_998", f"{wider}_95", "centre"):
        words, line = drawn[name]
        words = {f"{wider}_998": "99.8%", f"{wider}_95": "95%"}.get(name, words)
        _label(series[name].points[len(line) - 1], words, XL_LABEL_POSITION.RIGHT, _SMALL, theme.MUTED)
    for name, style, colour in (
        ("inside", XL_MARKER_STYLE.CIRCLE, theme.THIS),
        ("beyond", XL_MARKER_STYLE.DIAMOND, theme.INK),
    ):
        if name in series:
            _marker(series[name], style, 8, colour)
    _axes(chart, True, form["x_name"])
    places = _name_places(chart, plot, points, form["named"], [str(r["label"]) for r in rows], form["centre"])
    _name_points(series, groups, rows, places, {*beyond})


def _scatter(
    slide: Any, p: Payload, at: Box, groups: Mapping[str, tuple[str, list[tuple[float, float]]]]
) -> tuple[Any, dict[str, Any]]:
    """A chart of points, and its series by key: those of most points first, for LibreOffice loses others."""
    data = XyChartData(number_format="General")
    order = sorted(
        (key for key, (_, points) in groups.items() if points), key=lambda key: -len(groups[key][1])
    )
    for key in order:
        words, points = groups[key]
        series = data.add_series(words)
        for x, y in points:
            series.add_data_point(x, y)
    chart = _chart(slide, XL_CHART_TYPE.XY_SCATTER, data, at, p)
    return chart, dict(zip(order, chart.series, strict=True))


def _name_points(
    series: Mapping[str, Any],
    groups: Mapping[str, Sequence[int]],
    rows: Sequence[Mapping[str, Any]],
    places: Iterable[tuple[int, XL_LABEL_POSITION]],
    strong: set[int],
) -> None:
    """Names beside points; `groups` says which row is which point of a series."""
    where = {n: (key, at) for key, group in groups.items() for at, n in enumerate(group)}
    for n, position in places:
        key, at = where[n]
        name = _one_line(str(rows[n]["label"]))
        _label(series[key].points[at], name, position, _SMALL, theme.INK, n in strong)


_LONGEST_NAME = 110.0  # of a point [pt]


def _one_line(name: str) -> str:
    """A name beside a point, both ends of a long one."""
    if measure.width(name, _SMALL) <= _LONGEST_NAME:
        return name
    keep = len(name)
    while measure.width(f"{name[:keep]}…{name[-2:]}", _SMALL) > _LONGEST_NAME:
        keep -= 1
    return f"{name[:keep]}…{name[-2:]}"


def _thinned(points: list[tuple[float, float]], most: int = 40) -> list[tuple[float, float]]:
    """A curve with fewer points, its ends kept."""
    step = max(len(points) // most, 1)
    return [*points[:-1:step], points[-1]]


def _plot(chart: Any, at: Box, left: float, right: float, bottom: float, top: float = 8) -> Box:
    """Say where inside its place a chart draws [pt], so that names of points can be kept apart; that place."""
    area = chart._chartSpace.find(f".//{_C}plotArea")
    for old in area.findall(f"{_C}layout"):
        area.remove(old)
    x, y, w, h = left / at.w, top / at.h, 1 - (left + right) / at.w, 1 - (top + bottom) / at.h
    area.insert(
        0,
        parse_xml(
            f'<c:layout {_NS}><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
            f'<c:x val="{x:.5f}"/><c:y val="{y:.5f}"/><c:w val="{w:.5f}"/><c:h val="{h:.5f}"/></c:manualLayout></c:layout>'
        ),
    )
    return Box(left, top, at.w - left - right, at.h - top - bottom)


def _axes(chart: Any, share: bool, x_name: str, y_name: str = "") -> None:
    _bare(chart.value_axis, grid=False)
    _bare(chart.category_axis)
    axis = chart.value_axis
    axis.tick_labels.number_format = _number(_tick_digits(axis.major_unit, share), percent=share)
    axis.tick_labels.number_format_is_linked = False
    chart.category_axis.tick_labels.number_format = (
        "#,##0.##;−#,##0.##" if not float(chart.category_axis.major_unit).is_integer() else "#,##0;−#,##0"
    )
    chart.category_axis.tick_labels.number_format_is_linked = False
    for one, name in ((chart.category_axis, x_name), (axis, y_name)):
        one.has_title = bool(name)
        if name:
            one.axis_title.text_frame.text = name
            run = one.axis_title.text_frame.paragraphs[0].runs[0]
            run.font.size, run.font.bold = Pt(_SMALL), False
            run.font.color.rgb = _rgb(theme.MUTED)


def _name_places(
    chart: Any,
    plot: Box,
    points: Sequence[tuple[float, float]],
    order: Iterable[int],
    names: Sequence[str],
    level: float | None,
) -> list[tuple[int, XL_LABEL_POSITION]]:
    """Which points are named, and on which side of each there is room for its name."""
    x_axis, y_axis = chart.category_axis, chart.value_axis
    (x0, x1), (y0, y1) = ((a.minimum_scale, a.maximum_scale) for a in (x_axis, y_axis))
    at = [((x - x0) / (x1 - x0) * plot.w, plot.h - (y - y0) / (y1 - y0) * plot.h) for x, y in points]
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in at]
    if level is not None:
        y = plot.h - (level - y0) / (y1 - y0) * plot.h
        taken.append((0, y - 1, plot.w, y + 1))
    out = []
    for n in order:
        x, y = at[n]
        wide, high = measure.width(_one_line(names[n]), _SMALL) + 4, _SMALL * measure.LINE
        boxes = {
            XL_LABEL_POSITION.RIGHT: (x + 6, y - high / 2, x + 6 + wide, y + high / 2),
            XL_LABEL_POSITION.ABOVE: (x - wide / 2, y - 6 - high, x + wide / 2, y - 6),
            XL_LABEL_POSITION.LEFT: (x - 6 - wide, y - high / 2, x - 6, y + high / 2),
            XL_LABEL_POSITION.BELOW: (x - wide / 2, y + 6, x + wide / 2, y + 6 + high),
        }
        for position, box in boxes.items():
            free = 0 <= box[0] and box[2] <= plot.w + 40 and 0 <= box[1] and box[3] <= plot.h
            if free and not any(
                box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken
            ):
                out.append((n, position))
                taken.append(box)
                break
    return out


def _matrix(slide: Any, p: Payload, at: Box) -> None:
    """Weight over gap; a curve on which weight × gap is the same as of the last that stands out."""
    form, rows = p["form"], _rows(p)
    first = [n for n, strong in enumerate(form["first"]) if strong]
    rest = [n for n in range(len(rows)) if n not in first]
    xs, ys = [float(r["x"]) for r in rows], [float(r["y"]) for r in rows]
    right, top = max(*xs, 0.0) * 1.16 or 1.0, max(ys) * 1.18
    curve = _same_priority([xs[n] * ys[n] for n in first], right, top)
    points, groups = list(zip(xs, ys, strict=True)), {"first": first, "rest": rest}
    drawn = {
        "first": (say(p["lang"], "先做", "First"), [points[n] for n in first]),
        "rest": (say(p["lang"], "其余", "Others"), [points[n] for n in rest]),
        "curve": (say(p["lang"], "权重 × 差距相同", "Same weight × gap"), curve),
    }
    chart, series = _scatter(slide, p, at, drawn)
    for name, size, colour in (("first", 10, theme.THIS), ("rest", 8, theme.LAST)):
        if name in series:
            _marker(series[name], XL_MARKER_STYLE.CIRCLE, size, colour)
    if curve:
        _line(series["curve"], theme.MUTED, 1, MSO_LINE.SQUARE_DOT)
        _label(series["curve"].points[0], drawn["curve"][0], XL_LABEL_POSITION.RIGHT, _SMALL, theme.MUTED)
    _scale(chart.value_axis, 0.0, max(ys), 0.15, 0.0)
    _scale(chart.category_axis, min(*xs, 0.0), max(*xs, 0.0), 0.1)
    plot = _plot(chart, at, left=58, right=20, bottom=38)
    _axes(chart, True, form["x_name"], form["y_name"])
    chart.category_axis.format.line.color.rgb = _rgb(theme.GRID)
    chart.value_axis.format.line.color.rgb = _rgb(theme.MUTED)
    places = _name_places(chart, plot, points, [*first, *rest], [str(r["label"]) for r in rows], None)
    _name_points(series, groups, rows, places, {*first})


def _same_priority(priorities: Sequence[float], right: float, top: float) -> list[tuple[float, float]]:
    if not priorities:
        return []
    least = min(priorities)
    if not 0 < least / top < right:
        return []
    start, end = least / top, right
    xs = [start * (end / start) ** (n / 24) for n in range(25)]
    return [(x, least / x) for x in xs]


def _strip(slide: Any, p: Payload, at: Box) -> None:
    """Cases by hours, a band a group; the promised hours are a line, late cases of another colour, open ones hollow."""
    form, rows, lang = p["form"], _rows(p), p["lang"]
    groups = list(dict.fromkeys(str(r["label"]) for r in rows))
    limit, hours = float(form["limit"]), [float(r["hours"]) for r in rows]
    left = min(max((measure.width(g, _USUAL) for g in groups), default=0) + 16, at.w * 0.3)
    at = _short(at, 2 * len(groups) + 2)
    longest = max(*hours, limit)
    heights = _swarm(rows, groups, longest, at.w - left - 30, at.h / max(len(groups), 1))
    kinds = {
        (False, False): (say(lang, "承诺以内", "In time"), theme.THIS, False),
        (False, True): (say(lang, "承诺以内，未关闭", "In time, open"), theme.THIS, True),
        (True, False): (say(lang, "超过承诺", "Late"), theme.WORSE, False),
        (True, True): (say(lang, "超过承诺，未关闭", "Late, open"), theme.WORSE, True),
    }
    drawn = {"limit": (form["limit_name"], [(limit, 0.0), (limit, float(len(groups)))])}
    for key, (words, _, _) in kinds.items():
        cases = [n for n, r in enumerate(rows) if (hours[n] > limit, bool(r["open"])) == key]
        drawn[str(key)] = (words, [(hours[n], heights[n]) for n in cases])
    chart, series = _scatter(slide, p, at, drawn)
    _line(series["limit"], theme.TARGET, 1.75)
    for key, (_, colour, hollow) in kinds.items():
        if str(key) in series:
            _marker(series[str(key)], XL_MARKER_STYLE.CIRCLE, 8 if len(rows) <= 60 else 5, colour, hollow)
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale, chart.value_axis.major_unit = (
        0,
        len(groups),
        1,
    )
    step = next(s for s in (6, 12, 24, 48, 72, 120, 168, 336, 720, 1440, 10**9) if longest / s <= 9)
    axis = chart.category_axis
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, math.ceil(longest * 1.02 / step) * step, step
    plot = _plot(chart, at, left=left, right=30, bottom=38, top=20)
    _axes(chart, False, form["x_name"])
    axis.tick_labels.number_format = "#,##0"
    _bare(chart.value_axis, visible=False)
    axis.has_major_gridlines = True
    axis.major_gridlines.format.line.color.rgb = _rgb(theme.GRID)
    _label(series["limit"].points[1], form["limit_name"], XL_LABEL_POSITION.ABOVE, _SMALL, theme.TARGET)
    band = plot.h / len(groups)
    for n, group in enumerate(groups):
        name = _cut(group, left - 12, _USUAL)
        high = len(measure.lines(name, _USUAL, left - 12)) * _USUAL * measure.LINE
        middle = at.y + plot.y + (n + 0.5) * band
        texts.box(slide, group, [name], Box(at.x, middle - high / 2, left - 12, high), _USUAL, lang, "r")


def _swarm(
    rows: Sequence[Mapping[str, Any]], groups: Sequence[str], longest: float, width: float, band: float
) -> list[float]:
    """How high each case stands: in the middle of its group's band, or beside whom it would cover."""
    dot, out = 9.0, [0.0] * len(rows)
    for g, group in enumerate(groups):
        middle, placed = len(groups) - g - 0.5, []
        cases = sorted(
            (n for n, r in enumerate(rows) if str(r["label"]) == group), key=lambda n: float(rows[n]["hours"])
        )
        for n in cases:
            x = float(rows[n]["hours"]) / longest * width
            levels = sorted(range(-4, 5), key=lambda level: (abs(level), level))
            level = next((v for v in levels if all(abs(x - a) >= dot or v != b for a, b in placed)), 0)
            placed.append((x, level))
            out[n] = middle + max(min(level * dot / band, 0.45), -0.45)
    return out


_DRAW: dict[str, Callable[[Any, Payload, Box], None]] = {
    "bars": _bars,
    "bridge": _bridge,
    "waterfall": _waterfall,
    "dots": _dots,
    "trend": _trend,
    "gap": _gap,
    "panels": _panels,
    "funnel": _funnel,
    "matrix": _matrix,
    "strip": _strip,
}

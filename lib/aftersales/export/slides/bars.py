"""Bars, steps that add up, and scores as dots: charts whose rows have names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.oxml import parse_xml
from pptx.util import Pt

from aftersales.contract import formats
from aftersales.contract.language import say
from aftersales.display import theme
from aftersales.export.slides import looks
from aftersales.export.slides.looks import Payload
from aftersales.export.slides.template import Box


def bars(slide: Any, p: Payload, at: Box) -> None:
    form, rows = p["form"], looks.rows(p)
    at = looks.short(at, len(rows))
    size = _size_of(len(rows), at.h)
    data = CategoryChartData(number_format=looks.number(form["digits"]))
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
    chart = looks.chart(slide, XL_CHART_TYPE.BAR_CLUSTERED, data, at, p)
    most = full or max(float(r["value"]) for r in rows)
    _horizontal(chart, 0, most * 1.12, 45, size)
    chart.plots[0].overlap = 100
    if full:
        looks.filled(chart.series[0], theme.BAND)
    series = chart.series[-1]
    looks.filled(series, theme.LAST)
    for n, colour in enumerate(form["colours"]):
        if colour != theme.LAST:
            looks.filled(series.points[n], colour)
    looks.labels(series, looks.number(form["digits"]), XL_LABEL_POSITION.OUTSIDE_END, size)


def _named(rows: Sequence[Mapping[str, Any]], room: float, size: float) -> list[str]:
    """Names of rows that have room for two lines; of longer ones both ends."""
    return [looks.cut(str(row["label"]), room, size) for row in rows]


def _horizontal(chart: Any, low: float, high: float, gap: int, size: float) -> None:
    """Rows from the top, no axis for the values."""
    looks.bare(chart.category_axis, size=size)
    chart.category_axis.reverse_order = True
    chart.category_axis.tick_labels.font.color.rgb = looks.rgb(theme.INK)
    looks.bare(chart.value_axis, visible=False)
    chart.value_axis.visible = False
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = low, high
    chart.plots[0].gap_width = gap


def _size_of(rows: int, height: float) -> float:
    """The size of names of so many rows."""
    return max(min(14.0, height / max(rows, 1) * 0.45), 7.0)


def bridge(slide: Any, p: Payload, at: Box) -> None:
    rows, level, steps = looks.rows(p), 0.0, []
    for n, (row, printed) in enumerate(zip(rows, p["form"]["printed"], strict=True)):
        total, value = row["kind"] == "total", float(row["value"])
        start, end = (0.0, value) if total else (level, level - value)
        colour = (theme.THIS if n == len(rows) - 1 else theme.LAST) if total else looks.paler(theme.LAST)
        steps.append((str(row["label"]), start, end, printed, colour))
        level = end
    _flow(slide, p, at, steps, p["lang"])


def waterfall(slide: Any, p: Payload, at: Box) -> None:
    rows, level, steps = looks.rows(p), 0.0, []
    *printed, total = p["form"]["printed"]
    for row, text in zip(rows, printed, strict=True):
        value = float(row["value"])
        steps.append(
            (
                str(row["label"]),
                level,
                level + value,
                text,
                theme.THIS if value >= 0 else looks.paler(theme.THIS),
            )
        )
        level += value
    _flow(slide, p, at, [*steps, (p["form"]["total"], 0.0, level, total, theme.INK)], p["lang"])


def _flow(
    slide: Any, p: Payload, at: Box, steps: Sequence[tuple[str, float, float, str, str]], lang: str
) -> None:
    """Bars that each begin where the one before ends: label, from, to, what it prints, colour.

    They are stacked on what is not seen; what lies below zero is stacked by itself.
    """
    at = looks.short(at, len(steps))
    size = _size_of(len(steps), at.h)
    low = min(0.0, *(min(a, b) for _, a, b, _, _ in steps))
    high = max(0.0, *(max(a, b) for _, a, b, _, _ in steps))
    span = (high - low) or 1
    data = CategoryChartData(number_format="General")
    data.categories = [looks.cut(label, at.w * 0.3, size) for label, *_ in steps]
    base = [min(a, b) if min(a, b) > 0 else max(a, b) if max(a, b) < 0 else 0.0 for _, a, b, _, _ in steps]
    data.add_series(say(lang, "起点", "Start"), base)
    above = [max(max(a, b), 0) - max(min(a, b), 0) for _, a, b, _, _ in steps]
    below = [min(min(a, b), 0) - min(max(a, b), 0) for _, a, b, _, _ in steps]
    data.add_series(say(lang, "变化", "Step"), above)
    if any(below):
        data.add_series(say(lang, "零以下", "Below zero"), below)
    data.add_series(say(lang, "标注", "Label"), [span * 0.14] * len(steps))
    chart = looks.chart(slide, XL_CHART_TYPE.BAR_STACKED, data, at, p)
    _horizontal(chart, low - span * 0.02, high + span * 0.15, 50, size)
    chart.plots[0].overlap = 100
    for series in (chart.series[0], chart.series[-1]):
        series.format.fill.background()
    for series in list(chart.series)[1:-1]:
        for n, (*_, colour) in enumerate(steps):
            looks.filled(series.points[n], colour)
    for n, (_, _, _, printed, _) in enumerate(steps):
        looks.label(
            chart.series[-1].points[n], printed, XL_LABEL_POSITION.INSIDE_BASE, size, theme.INK, bold=True
        )


def dots(slide: Any, p: Payload, at: Box) -> None:
    """Scores last month and this as marks, branch and nation as dashes, a bar from month to month."""
    form, rows = p["form"], looks.rows(p)
    order = [c for c in ("previous", "branch", "national", "current") if c in form["columns"]]
    each = at.w / len(rows) - 6
    size = looks.SMALL if each >= 62 else 8.5
    data = CategoryChartData(number_format=looks.number(1))
    data.categories = [
        f"{looks.cut(str(row['label']), each, size, 3)} {change}".strip()
        for row, change in zip(rows, form["changes"], strict=True)
    ]
    for column in order:
        data.add_series(form["columns"][column], [row.get(column) for row in rows])
    chart = looks.chart(slide, XL_CHART_TYPE.LINE_MARKERS, data, at, p)
    known = [float(row[c]) for row in rows for c in order if row.get(c) is not None]
    looks.scale(chart.value_axis, min(known), max(known), 0.12)
    looks.bare(chart.value_axis, grid=True)
    chart.value_axis.tick_labels.number_format = "General"
    chart.value_axis.tick_labels.number_format_is_linked = False
    looks.bare(chart.category_axis, size=size)
    chart.category_axis.tick_labels.font.color.rgb = looks.rgb(theme.INK)
    looks.level(chart.category_axis)
    marks = {
        "previous": (XL_MARKER_STYLE.CIRCLE, 8, looks.paler(theme.LAST, 0.7), False),
        "branch": (XL_MARKER_STYLE.DASH, 14, theme.TARGET, False),
        "national": (XL_MARKER_STYLE.DASH, 10, theme.NATION, False),
        "current": (XL_MARKER_STYLE.CIRCLE, 10, theme.THIS, False),
    }
    for column, series in zip(order, chart.series, strict=True):
        series.smooth = False
        series.format.line.fill.background()
        looks.marker(series, *marks[column])
    now = chart.series[-1]
    looks.labels(now, looks.number(1), XL_LABEL_POSITION.RIGHT, size + 1)
    for n, tone in enumerate(form["tones"]):
        if tone:
            looks.marker(now.points[n], XL_MARKER_STYLE.CIRCLE, 10, theme.TONES[tone])
    if "previous" in order:
        _between(chart, looks.paler(theme.THIS, 0.35))
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    chart.legend.font.size = Pt(looks.USUAL)
    chart.legend.font.color.rgb = looks.rgb(theme.MUTED)


def _between(chart: Any, colour: str) -> None:
    """Thin bars from the first series to the last."""
    plot = chart._chartSpace.find(f".//{looks.C}lineChart")
    fill = f'<a:solidFill><a:srgbClr val="{colour[1:].upper()}"/></a:solidFill><a:ln><a:noFill/></a:ln>'
    made = parse_xml(
        f'<c:upDownBars {looks.NS}><c:gapWidth val="500"/><c:upBars><c:spPr>{fill}</c:spPr></c:upBars>'
        f"<c:downBars><c:spPr>{fill}</c:spPr></c:downBars></c:upDownBars>"
    )
    plot.find(f"{looks.C}marker").addprevious(made)

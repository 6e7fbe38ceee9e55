"""Charts over months: a line with its limits, two with their gap, small ones beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.util import Pt

from aftersales.contract import formats
from aftersales.contract.language import say
from aftersales.display import theme
from aftersales.export.slides import looks, measure, texts
from aftersales.export.slides.looks import Payload
from aftersales.export.slides.template import Box
from aftersales.export.slides.texts import Run


def trend(slide: Any, p: Payload, at: Box) -> None:
    form, rows = p["form"], looks.rows(p)
    words = [*form["levels"], *([form["since"]] if form["since"] else [])]
    at = _legend(slide, p, at, words)
    if form["bars"]:
        below = Box(at.x, at.y + at.h * 0.72, at.w, at.h * 0.28)
        at = Box(at.x, at.y, at.w, at.h * 0.72)
        _volume(slide, p, below, rows, form["bars"])
    first = form["lines"][0]
    _over_months(slide, p, at, rows, _lines(form), form["target"], (first["form"], first["digits"]))


def gap(slide: Any, p: Payload, at: Box) -> None:
    """Two lines with every value, and between them the gap, in words at the last month."""
    form, rows = p["form"], looks.rows(p)
    lines = [
        (column, name, theme.LAST if n == 0 else theme.THIS, written)
        for n, (column, name, _, written) in enumerate(_lines(form))
    ]
    last = rows[-1]
    upper, lower = (last.get(c) for c, *_ in lines)
    if upper is not None and lower is not None:
        at = _legend(slide, p, at, [f"{form['gap']} {formats.count(upper - lower)}"])
    chart = _over_months(slide, p, at, rows, lines, None, ("count", 0))
    plot = chart._chartSpace.find(f".//{looks.C}lineChart")
    fill = f'<a:solidFill><a:srgbClr val="{theme.MUTED[1:].upper()}"/></a:solidFill>'
    rule = f'<a:ln w="9525">{fill}<a:prstDash val="sysDot"/></a:ln>'
    plot.find(f"{looks.C}marker").addprevious(
        parse_xml(f"<c:hiLowLines {looks.NS}><c:spPr>{rule}</c:spPr></c:hiLowLines>")
    )
    if len(rows) <= 13:
        for (_, _, colour, form_), series in zip(lines, chart.series, strict=True):
            ink = theme.MUTED if colour == theme.LAST else colour
            position = XL_LABEL_POSITION.ABOVE if colour == theme.LAST else XL_LABEL_POSITION.BELOW
            looks.labels(series, form_, position, looks.SMALL, ink)


def _lines(form: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Column, name, colour and number format of each line that a chart says it is made of."""
    return [
        (
            one["column"],
            one["name"],
            theme.LIGHT[one["role"]],
            looks.number_format(one["form"], one["digits"]),
        )
        for one in form["lines"]
    ]


def panels(slide: Any, p: Payload, at: Box) -> None:
    """A small chart of each figure's months, name and values above it in words."""
    found = p["form"]["panels"]
    across = 3 if len(found) > 2 else max(len(found), 1)
    down = -(-len(found) // across)
    w, h = (at.w - 24 * (across - 1)) / across, min((at.h - 10 * (down - 1)) / down, 190.0)
    for n, panel in enumerate(found):
        cell = Box(at.x + n % across * (w + 24), at.y + n // across * (h + 10), w, h)
        size = looks.USUAL
        line = size * measure.LINE
        since = f"  {panel['since']}" if panel["since"] else ""
        colour = next(
            (theme.TONES.get(r["run"], theme.THIS) for r in panel["months"][::-1] if r.get("run")),
            theme.THIS,
        )
        now = [Run(panel["now"], theme.THIS, True), Run(since, colour, True)]
        levels = "  ".join(panel["levels"])
        rows = [[Run(panel["name"], theme.INK, True)], now, [Run(levels, theme.MUTED)]]
        rows = [_held(row, size, w) for row in rows if texts.plain(row)]
        texts.box(slide, panel["name"], rows, Box(cell.x, cell.y, w, line * len(rows)), size, p["lang"])
        lines = [("value", panel["name"], theme.THIS, looks.number_format(panel["unit"], panel["digits"]))]
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
    chart = looks.chart(slide, XL_CHART_TYPE.LINE_MARKERS, data, at, p, name)
    series = list(chart.series)
    for (_, _, colour), one in zip(limits, series, strict=False):
        looks.line(one, colour, 0.75 if small else 1, MSO_LINE.DASH if colour == theme.MUTED else None)
    if target is not None:
        looks.line(series[len(limits)], theme.TARGET, 1 if small else 1.5)
    columns = [c for c, *_ in limits] + [c for c, *_ in lines]
    known = [float(row[c]) for row in rows for c in columns if row.get(c) is not None]
    known += [target] if target is not None else []
    share = unit[0] == "rate"
    bounds = (0.0 if min(known) >= 0 else None, 1.0 if share and max(known) <= 1 else None)
    looks.scale(chart.value_axis, min(known), max(known), 0.06, *bounds)
    looks.bare(chart.value_axis, visible=not small, grid=not small)
    digits = looks.tick_digits(chart.value_axis.major_unit, share)
    chart.value_axis.tick_labels.number_format = looks.number(digits, percent=share)
    chart.value_axis.tick_labels.number_format_is_linked = False
    looks.bare(chart.category_axis, visible=not small, size=looks.SMALL if len(rows) <= 24 else 8)
    looks.level(chart.category_axis)
    looks.before(
        chart._chartSpace.find(f".//{looks.C}catAx"), f'<c:tickLblSkip {looks.NS} val="1"/>', "noMultiLvlLbl"
    )
    for (column, words, colour, form), one in zip(lines, series[-len(lines) :], strict=True):
        strong = colour == theme.THIS
        looks.line(one, colour, (1.75 if small else 2.5) if strong else 2)
        if not small:
            looks.marker(one, XL_MARKER_STYLE.CIRCLE, 5, colour)
        _run_of(one, rows, small)
        end = max((n for n, row in enumerate(rows) if row.get(column) is not None), default=None)
        if end is None:
            continue
        looks.marker(one.points[end], XL_MARKER_STYLE.CIRCLE, 6 if small else 9, colour)
        if not small:
            _end_label(one.points[end], words if len(lines) > 1 else "", form, colour)
    return chart


def _months(rows: Sequence[Mapping[str, Any]], lang: str) -> list[str]:
    """Months by name, the first and each January with the year."""
    names = []
    for n, row in enumerate(rows):
        month = str(row["month"])
        short = formats.short_month(month, lang) if lang == "zh" else formats.short_month(month, lang)[:3]
        names.append(f"{short} {month[:4]}" if n == 0 or month.endswith("-01") else short)
    return names


def _run_of(series: Any, rows: Sequence[Mapping[str, Any]], small: bool) -> None:
    """The months of a sustained signal in the colour of its direction, those beyond limits as diamonds."""
    for n, row in enumerate(rows):
        if row.get("run") in theme.TONES:
            line = series.points[n].format.line
            line.color.rgb, line.width = looks.rgb(theme.TONES[row["run"]]), Pt(2.5 if small else 3.5)
        if row.get("signal"):
            looks.marker(series.points[n], XL_MARKER_STYLE.DIAMOND, 7 if small else 10, theme.INK)


def _end_label(point: Any, name: str, form: str, colour: str) -> None:
    """The last value, linked, with the name of its line where there are several."""
    ink = theme.MUTED if colour == theme.LAST else colour
    element = point.data_label._get_or_add_dLbl()
    for child in list(element)[1:]:
        element.remove(child)
    shown = 1 if name else 0
    parts = (
        f'<c:numFmt {looks.NS} formatCode="{form}" sourceLinked="0"/>',
        f"<c:spPr {looks.NS}><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>",
        f'<c:txPr {looks.NS}><a:bodyPr wrap="none"/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="1200" b="1">'
        f'<a:solidFill><a:srgbClr val="{ink[1:].upper()}"/></a:solidFill></a:defRPr></a:pPr>'
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>',
        f'<c:dLblPos {looks.NS} val="t"/>',
        *(
            f'<c:{tag} {looks.NS} val="{value}"/>'
            for tag, value in (
                ("showLegendKey", 0),
                ("showVal", 1),
                ("showCatName", 0),
                ("showSerName", shown),
                ("showPercent", 0),
                ("showBubbleSize", 0),
            )
        ),
        f"<c:separator {looks.NS}> </c:separator>",
    )
    for part in parts:
        element.append(parse_xml(part))


def _volume(
    slide: Any, p: Payload, at: Box, rows: Sequence[Mapping[str, Any]], line: Mapping[str, Any]
) -> None:
    data = CategoryChartData(number_format=looks.number_format(line["form"], line["digits"]))
    data.categories = _months(rows, p["lang"])
    data.add_series(line["name"], [row.get(line["column"]) for row in rows])
    chart = looks.chart(slide, XL_CHART_TYPE.COLUMN_CLUSTERED, data, at, p, line["name"])
    looks.bare(chart.category_axis)
    looks.bare(chart.value_axis, visible=False)
    chart.value_axis.minimum_scale = 0
    chart.plots[0].gap_width = 60
    looks.filled(chart.series[0], theme.LAST)
    looks.labels(
        chart.series[0],
        looks.number_format(line["form"], line["digits"]),
        XL_LABEL_POSITION.OUTSIDE_END,
        8,
        theme.MUTED,
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
        slide,
        f"{p['id']} levels",
        [runs],
        Box(at.x, at.y, at.w, looks.USUAL * measure.LINE),
        looks.USUAL,
        p["lang"],
    )
    return at.cut(top=looks.USUAL * measure.LINE + 2)


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

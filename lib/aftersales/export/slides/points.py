"""Points on two axes: a funnel of people, weight against gap, cases by hours."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pptx.chart.data import XyChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.util import Pt

from aftersales.contract.language import say
from aftersales.display import theme
from aftersales.export.slides import looks, measure, texts
from aftersales.export.slides.looks import Payload
from aftersales.export.slides.template import Box

_LONGEST_NAME = 110.0  # of a point [pt]


def funnel(slide: Any, p: Payload, at: Box) -> None:
    """Rates over volumes, the control limits and the store's rate as lines."""
    form, rows = p["form"], looks.rows(p)
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
        looks.line(series[column], colour, 1)
    looks.line(series["centre"], theme.MUTED, 1.25, MSO_LINE.DASH)
    rates = [*(r["rate"] for r in rows), *limits["lower_998"], *limits["upper_998"]]
    looks.scale(chart.value_axis, min(rates), max(rates), 0.03, 0.0, 1.0 if max(rates) <= 1 else None)
    xs = [*volumes, *(r["volume"] for r in rows)]
    spread = (max(xs) - min(xs)) or 1
    looks.scale(chart.category_axis, min(xs) - 0.02 * spread, max(xs), 0, 0.0)
    chart.category_axis.maximum_scale = max(xs) + 0.02 * spread
    plot = _plot(chart, at, left=46, right=100, bottom=38)
    ends = {side: abs(limits[f"{side}_998"][-1] - limits[f"{side}_95"][-1]) for side in ("lower", "upper")}
    wider = max(ends, key=lambda side: ends[side])  # where the names of the limits do not touch
    for name in (f"{wider}_998", f"{wider}_95", "centre"):
        words, line = drawn[name]
        words = {f"{wider}_998": "99.8%", f"{wider}_95": "95%"}.get(name, words)
        looks.label(
            series[name].points[len(line) - 1], words, XL_LABEL_POSITION.RIGHT, looks.SMALL, theme.MUTED
        )
    for name, style, colour in (
        ("inside", XL_MARKER_STYLE.CIRCLE, theme.THIS),
        ("beyond", XL_MARKER_STYLE.DIAMOND, theme.INK),
    ):
        if name in series:
            looks.marker(series[name], style, 8, colour)
    _axes(chart, True, form["x_name"])
    places = _name_places(chart, plot, points, form["named"], [str(r["label"]) for r in rows], form["centre"])
    _name_points(series, groups, rows, places, {*beyond})


def matrix(slide: Any, p: Payload, at: Box) -> None:
    """Weight over gap; a curve on which weight × gap is the same as of the last that stands out."""
    form, rows = p["form"], looks.rows(p)
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
            looks.marker(series[name], XL_MARKER_STYLE.CIRCLE, size, colour)
    if curve:
        looks.line(series["curve"], theme.MUTED, 1, MSO_LINE.SQUARE_DOT)
        looks.label(
            series["curve"].points[0], drawn["curve"][0], XL_LABEL_POSITION.RIGHT, looks.SMALL, theme.MUTED
        )
    looks.scale(chart.value_axis, 0.0, max(ys), 0.15, 0.0)
    looks.scale(chart.category_axis, min(*xs, 0.0), max(*xs, 0.0), 0.1)
    plot = _plot(chart, at, left=58, right=20, bottom=38)
    _axes(chart, True, form["x_name"], form["y_name"])
    chart.category_axis.format.line.color.rgb = looks.rgb(theme.GRID)
    chart.value_axis.format.line.color.rgb = looks.rgb(theme.MUTED)
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


def strip(slide: Any, p: Payload, at: Box) -> None:
    """Cases by hours, a band a group; the promise is a line, late cases are red, open ones hollow."""
    form, rows, lang = p["form"], looks.rows(p), p["lang"]
    groups = list(dict.fromkeys(str(r["label"]) for r in rows))
    limit, hours = float(form["limit"]), [float(r["hours"]) for r in rows]
    left = min(max((measure.width(g, looks.USUAL) for g in groups), default=0) + 16, at.w * 0.3)
    at = looks.short(at, 2 * len(groups) + 2)
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
    looks.line(series["limit"], theme.TARGET, 1.75)
    for key, (_, colour, hollow) in kinds.items():
        if str(key) in series:
            looks.marker(
                series[str(key)], XL_MARKER_STYLE.CIRCLE, 8 if len(rows) <= 60 else 5, colour, hollow
            )
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
    looks.bare(chart.value_axis, visible=False)
    axis.has_major_gridlines = True
    axis.major_gridlines.format.line.color.rgb = looks.rgb(theme.GRID)
    looks.label(
        series["limit"].points[1], form["limit_name"], XL_LABEL_POSITION.ABOVE, looks.SMALL, theme.TARGET
    )
    band = plot.h / len(groups)
    for n, group in enumerate(groups):
        name = looks.cut(group, left - 12, looks.USUAL)
        high = len(measure.lines(name, looks.USUAL, left - 12)) * looks.USUAL * measure.LINE
        middle = at.y + plot.y + (n + 0.5) * band
        texts.box(slide, group, [name], Box(at.x, middle - high / 2, left - 12, high), looks.USUAL, lang, "r")


def _swarm(
    rows: Sequence[Mapping[str, Any]], groups: Sequence[str], longest: float, width: float, band: float
) -> list[float]:
    """How high each case stands: in the middle of its group's band, or beside whom it would cover."""
    dot, out = 9.0, [0.0] * len(rows)
    for g, group in enumerate(groups):
        middle = len(groups) - g - 0.5
        placed: list[tuple[float, int]] = []
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
    chart = looks.chart(slide, XL_CHART_TYPE.XY_SCATTER, data, at, p)
    return chart, dict(zip(order, chart.series, strict=True))


def _plot(chart: Any, at: Box, left: float, right: float, bottom: float, top: float = 8) -> Box:
    """Say where in its place a chart draws [pt], so that names of points can be kept apart; that place."""
    area = chart._chartSpace.find(f".//{looks.C}plotArea")
    for old in area.findall(f"{looks.C}layout"):
        area.remove(old)
    x, y, w, h = left / at.w, top / at.h, 1 - (left + right) / at.w, 1 - (top + bottom) / at.h
    area.insert(
        0,
        parse_xml(
            f'<c:layout {looks.NS}><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/>'
            f'<c:yMode val="edge"/><c:x val="{x:.5f}"/><c:y val="{y:.5f}"/><c:w val="{w:.5f}"/>'
            f'<c:h val="{h:.5f}"/></c:manualLayout></c:layout>'
        ),
    )
    return Box(left, top, at.w - left - right, at.h - top - bottom)


def _axes(chart: Any, share: bool, x_name: str, y_name: str = "") -> None:
    looks.bare(chart.value_axis, grid=False)
    looks.bare(chart.category_axis)
    axis = chart.value_axis
    axis.tick_labels.number_format = looks.number(looks.tick_digits(axis.major_unit, share), percent=share)
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
            run.font.size, run.font.bold = Pt(looks.SMALL), False
            run.font.color.rgb = looks.rgb(theme.MUTED)


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
        wide, high = measure.width(_one_line(names[n]), looks.SMALL) + 4, looks.SMALL * measure.LINE
        boxes = {
            XL_LABEL_POSITION.RIGHT: (x + 6, y - high / 2, x + 6 + wide, y + high / 2),
            XL_LABEL_POSITION.ABOVE: (x - wide / 2, y - 6 - high, x + wide / 2, y - 6),
            XL_LABEL_POSITION.LEFT: (x - 6 - wide, y - high / 2, x - 6, y + high / 2),
            XL_LABEL_POSITION.BELOW: (x - wide / 2, y + 6, x + wide / 2, y + 6 + high),
        }
        for position, box in boxes.items():
            free = box[0] >= 0 and box[2] <= plot.w + 40 and box[1] >= 0 and box[3] <= plot.h
            if free and not any(
                box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken
            ):
                out.append((n, position))
                taken.append(box)
                break
    return out


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
        looks.label(series[key].points[at], name, position, looks.SMALL, theme.INK, n in strong)


def _one_line(name: str) -> str:
    """A name beside a point, both ends of a long one."""
    if measure.width(name, looks.SMALL) <= _LONGEST_NAME:
        return name
    keep = len(name)
    while measure.width(f"{name[:keep]}…{name[-2:]}", looks.SMALL) > _LONGEST_NAME:
        keep -= 1
    return f"{name[:keep]}…{name[-2:]}"


def _thinned(points: list[tuple[float, float]], most: int = 40) -> list[tuple[float, float]]:
    """A curve with fewer points, its ends kept."""
    step = max(len(points) // most, 1)
    return [*points[:-1:step], points[-1]]

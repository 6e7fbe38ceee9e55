"""Points on two axes: a funnel of people with control limits, weight against gap."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from aftersales.contract import formats
from aftersales.display import exhibit, svg, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, apart, joined, nothing, size
from aftersales.display.charts.labels import Box, name_points
from aftersales.display.charts.plot import BELOW, Plot, axis_texts, ticks
from aftersales.display.exhibit import WIDTHS, Exhibit
from aftersales.display.svg import width_of

# Room at the left for rates.
LEFT = 52
# So many points are named at the most; of more, those outside the limits and the extremes.
_NAMED = {"wide": 14, "narrow": 10}


@cached
def funnel(
    frame: pd.DataFrame,
    limits: pd.DataFrame,
    centre: float,
    *,
    title: str,
    subtitle: str,
    lang: str,
    id: str,
    x_name: str,
    centre_name: str,
    note: str = "",
    mail: bool = False,
) -> Exhibit:
    """Rates of people with control limits round the store's rate.

    Parameters
    ----------
    frame : DataFrame
        ``label``, ``volume``, ``rate`` and ``outside`` (None, ``"95"`` or ``"99.8"``).
    limits : DataFrame
        ``volume``, ``lower_95``, ``upper_95``, ``lower_998``, ``upper_998``.
    """
    points = frame.dropna(subset=["rate"]).reset_index(drop=True)
    if points.empty or limits.empty:
        return nothing(id, lang)
    x, volume = limits["volume"].astype(float), points["volume"].astype(float)
    beyond = points["outside"].notna()
    centre_lines = re.sub(r"\s*(?=\d)", "\n", centre_name, count=1)

    def draw(variant: Variant) -> str:
        px, wide = size(variant), variant == "wide"
        right = max(width_of(t, px - 1) for t in [*centre_lines.split("\n"), "99.8%"]) + 10
        low = min(limits["lower_998"].min(), points["rate"].min())
        high = max(limits["upper_998"].max(), points["rate"].max())
        span = (high - low) or 0.01
        down = (high + (0.02 if high >= 1 - 1e-9 else 0.06) * span, low - 0.05 * span)
        across = (float(min(x.min(), volume.min())), float(max(x.max(), volume.max())))
        tall = (348 if wide else 330) - 12 - BELOW
        plot = Plot(LEFT, 12, WIDTHS[variant] - LEFT - right, tall, widened(across), down)
        rates = [v for v in ticks(plot.down[1], plot.down[0], 6) if v <= 1 + 1e-9]
        volumes = ticks(*plot.across, 8 if wide else 4, least=1)
        parts = limit_bands(plot, x, limits)
        parts.append(plot.level(centre, theme.MUTED, 1.2, "5 4"))
        parts += plot.beside(rates, axis_texts(rates, "rate"), px - 1)
        parts += plot.below(volumes, axis_texts(volumes, "count"), px - 1)
        parts.append(plot.title(x_name, px - 1))
        at = [plot.at(v, r) for v, r in zip(volume, points["rate"], strict=True)]
        parts += [svg.dot(*place, 4, theme.THIS) for place, out in zip(at, beyond, strict=True) if not out]
        parts += [svg.diamond(*place, 5.7, theme.INK) for place, out in zip(at, beyond, strict=True) if out]
        ends, boxes = limit_names(plot, limits, centre, centre_lines, px - 1)
        line = plot.y(centre)
        named, foot = name_points(
            plot,
            WIDTHS[variant],
            at,
            list(points["label"]),
            _to_name(points, "rate", _NAMED[variant]),
            px - 0.5 if wide else px - 1,
            lang,
            [(plot.left - 1, line - 2, plot.right, line + 2), *boxes],
        )
        return svg.document(WIDTHS[variant], foot, [*parts, *ends, *named])

    alt = [
        f"{r['label']} {formats.percent(r['rate'], 2)} ({formats.count(r['volume'])})"
        for r in points.to_dict("records")
    ]
    return exhibit.picture(
        draw,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=f"{centre_name}{joined(['', *alt], lang)}",
        data=points,
        lang=lang,
        form={
            "kind": "funnel",
            "limits": {str(c): limits[c].astype(float).tolist() for c in limits},
            "centre": float(centre),
            "centre_name": centre_name,
            "x_name": x_name,
            "named": _to_name(points, "rate", _NAMED["wide"]),
        },
        mail=mail,
    )


def widened(ends: tuple[float, float]) -> tuple[float, float]:
    """The ends of a scale; of a single value some room around it."""
    return ends if ends[1] > ends[0] else (ends[0] - 0.5, ends[1] + 0.5)


def limit_bands(plot: Plot, x: pd.Series, limits: pd.DataFrame) -> list[str]:
    """The limits of chance over the volumes, as two bands; what lies beyond the plot ends at its edge."""
    high, low = plot.down
    parts = []
    for name, colour in (("998", theme.BAND), ("95", theme.GRID)):
        lower, upper = (limits[f"{end}_{name}"].astype(float).clip(low, high) for end in ("lower", "upper"))
        edge = [plot.at(v, y) for v, y in zip(x, upper, strict=True)]
        back = [plot.at(v, y) for v, y in zip(x, lower, strict=True)]
        parts.append(svg.area([*edge, *back[::-1]], colour))
    return parts


def limit_names(
    plot: Plot, limits: pd.DataFrame, centre: float, centre_name: str, px: float
) -> tuple[list[str], list[Box]]:
    """What the bands and the dashed line are, at their right ends; the boxes that these names fill."""
    named = [
        ("95%", float(limits["lower_95"].iloc[-1])),
        ("99.8%", float(limits["lower_998"].iloc[-1])),
        (centre_name, centre),
    ]
    sizes = [(px + 3) * (text.count("\n") + 1) for text, _ in named]
    places = apart([plot.y(value) for _, value in named], sizes, plot.top - 6, plot.foot)
    boxes = [
        (plot.right + 3, y - size_px / 2, plot.right + 400, y + size_px / 2)
        for y, size_px in zip(places, sizes, strict=True)
    ]
    parts = [
        svg.words(text, plot.right + 6, y, px, theme.MUTED)
        for y, (text, _) in zip(places, named, strict=True)
    ]
    return parts, boxes


def _to_name(points: pd.DataFrame, y: str, most: int) -> list[int]:
    """Which points are named: those outside the limits first, then the crowded, whose places are fewer."""
    outside = list(points.index[points["outside"].notna()]) if "outside" in points else []
    named = set(outside)
    rest = [i for i in points.index if i not in named]
    if len(points) > most:
        ends = [*points[y].nsmallest(3).index, *points[y].nlargest(1).index]
        rest = [i for i in dict.fromkeys(ends) if i not in named]
    return [*sorted(outside, key=lambda i: points[y][i])[: 2 * most], *rest]


@cached
def matrix(
    frame: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    lang: str,
    id: str,
    x_name: str,
    y_name: str,
    note: str = "",
    mail: bool = False,
    strong: int = 2,
) -> Exhibit:
    """Weight against gap (Martilla & James 1977): what is at the right and high is worked on first.

    Parameters
    ----------
    frame : DataFrame
        ``label``, ``x`` (gap to the benchmark), ``y`` (weight), ordered by priority; the first `strong`
        stand out where their gap is above zero. A dashed curve passes the last of them: right of it,
        weight × gap is more.
    """
    points = frame.dropna(subset=["x", "y"]).reset_index(drop=True)
    if points.empty:
        return nothing(id, lang)
    x, y = points["x"].astype(float), points["y"].astype(float)
    first = (points.index < strong) & (x > 0)

    def draw(variant: Variant) -> str:
        px, wide = size(variant), variant == "wide"
        span = max(x.max(), 0) - min(x.min(), 0) or 1
        across = (min(x.min(), 0) - 0.10 * span, max(x.max(), 0) + 0.16 * span)
        tall, left = (352 if wide else 360) - 26 - BELOW, 44
        plot = Plot(left, 26, WIDTHS[variant] - left - 16, tall, across, (y.max() * 1.18 or 1, 0))
        weights, gaps = ticks(0, plot.down[0], 5), ticks(*across, 9 if wide else 6)
        zero = plot.x(0)
        parts = [
            svg.rect(zero, plot.top, plot.right - zero, plot.height, theme.BAND),
            plot.upright(0, theme.MUTED),
        ]
        curve, taken = _same_priority(plot, x[first] * y[first], px - 1, lang)
        parts += curve
        parts += plot.beside(weights, axis_texts(weights, "rate"), px - 1)
        parts += plot.below(gaps, axis_texts(gaps, "points"), px - 1)
        parts.append(plot.title(x_name, px - 1))
        parts.append(svg.words(y_name, plot.left - 40, plot.top - 8, px - 1, theme.MUTED, stands="above"))
        at = [plot.at(a, b) for a, b in zip(x, y, strict=True)]
        for place, strong_one in sorted(zip(at, first, strict=True), key=lambda one: bool(one[1])):
            parts.append(svg.dot(*place, 5 if strong_one else 4, theme.THIS if strong_one else theme.LAST))
        order = [*points.index[first], *sorted(points.index[~first], key=lambda i: x[i])]
        named, foot = name_points(
            plot,
            WIDTHS[variant],
            at,
            list(points["label"]),
            order,
            px - 1,
            lang,
            [(zero - 2, plot.top, zero + 2, plot.foot), *taken],
            bold=list(points.index[first]),
        )
        return svg.document(WIDTHS[variant], foot, [*parts, *named])

    alt = [
        f"{r['label']} {x_name} {formats.number(r['x'])} {y_name} {formats.percent(r['y'], 0)}"
        for r in points.to_dict("records")
    ]
    return exhibit.picture(
        draw,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=joined(alt, lang),
        data=points,
        lang=lang,
        form={"kind": "matrix", "x_name": x_name, "y_name": y_name, "first": first.tolist()},
        mail=mail,
    )


def _same_priority(plot: Plot, priorities: pd.Series, px: float, lang: str) -> tuple[list[str], list[Box]]:
    """The curve on which weight × gap is what the last of the first has, and the boxes that it fills."""
    if priorities.empty:
        return [], []
    least, right, top = float(priorities.min()), plot.across[1], plot.down[0]
    if not 0 < least / top < right:
        return [], []
    x = np.geomspace(least / top, right, 60)
    at = [plot.at(gap, min(least / gap, top)) for gap in x]
    name = "权重 × 差距相同" if lang == "zh" else "Same weight × gap"
    wide = width_of(name, px)
    begins = min(at[0][0] - wide / 2, plot.right - wide)
    parts = [
        svg.line(at, theme.MUTED, 1, "2 3"),
        svg.words(name, begins, plot.top - 8, px, theme.MUTED, stands="above"),
    ]
    return parts, [(a - 5, b - 5, a + 5, b + 5) for a, b in at]

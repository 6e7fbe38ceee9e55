"""Points on two axes: a funnel of people with control limits, weight against gap."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from aftersales.contract import formats
from aftersales.display import exhibit, theme
from aftersales.display.charts.axes import bare, inside, room, say
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, apart, joined, nothing, size
from aftersales.display.charts.labels import Box, name_points
from aftersales.display.charts.plot import ticks
from aftersales.display.exhibit import Exhibit
from aftersales.display.svg import width_of

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

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        right = max(width_of(t, px - 1) for t in [*centre_lines.split("\n"), "99.8%"]) + 10
        ax = room(figure, 348 if wide else 330, 52, right, top=12, bottom=50)
        bottom = min(limits["lower_998"].min(), points["rate"].min())
        top = max(limits["upper_998"].max(), points["rate"].max())
        span = (top - bottom) or 0.01
        ax.set_ylim(bottom - 0.05 * span, top + (0.02 if top >= 1 - 1e-9 else 0.06) * span)
        ax.set_xlim(min(x.min(), volume.min()), max(x.max(), volume.max()))
        ax.fill_between(x, limits["lower_998"], limits["upper_998"], color=theme.BAND, linewidth=0)
        ax.fill_between(x, limits["lower_95"], limits["upper_95"], color=theme.GRID, linewidth=0)
        ax.axhline(centre, color=theme.MUTED, linewidth=1.2, dashes=(4, 3))
        _dots(ax, volume, points["rate"], beyond, ("o", theme.THIS, 8), ("D", theme.INK, 8))
        bare(ax)
        ax.set_yticks(ticks(*ax.get_ylim(), 6))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v * 100:g}%" if v <= 1 + 1e-9 else ""))
        ax.set_xticks(ticks(*ax.get_xlim(), 8 if wide else 4, least=1))
        ax.tick_params(labelsize=px - 1, labelcolor=theme.MUTED)
        ax.set_xlabel(x_name, fontsize=px - 1, labelpad=8)
        ends = limit_names(ax, limits, centre, centre_lines, px - 1)
        at = _pixels(ax, volume, points["rate"])
        line = _pixels(ax, [x.iloc[0]], [centre])[0][1]
        taken: list[Box] = [(-1, line - 2, inside(ax)[0], line + 2), *ends]
        name_points(
            ax,
            at,
            list(points["label"]),
            _to_name(points, "rate", _NAMED[variant]),
            px - 0.5 if wide else px - 1,
            lang,
            taken,
        )

    alt = [
        f"{r['label']} {formats.percent(r['rate'], 2)} ({formats.count(r['volume'])})"
        for r in points.to_dict("records")
    ]
    return exhibit.chart(
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


def limit_names(ax: Axes, limits: pd.DataFrame, centre: float, centre_name: str, px: float) -> list[Box]:
    """What the bands and the dashed line are, at their right ends; the boxes that these names fill."""
    boxes: list[Box] = []
    named = [
        ("95%", limits["lower_95"].iloc[-1]),
        ("99.8%", limits["lower_998"].iloc[-1]),
        (centre_name, centre),
    ]
    (low, high), (width, height) = ax.get_ylim(), inside(ax)
    places = [(float(v) - low) / (high - low) * height for _, v in named]
    sizes = [(px + 3) * (t.count("\n") + 1) for t, _ in named]
    for place, size_px, (text, _) in zip(apart(places, sizes, 0, height + 6), sizes, named, strict=True):
        boxes.append((width + 3, place - size_px / 2, width + 400, place + size_px / 2))
        say(ax, text, (1, 0), (6, place), px=px, colour=theme.MUTED, linespacing=1.15)
    return boxes


def _dots(
    ax: Axes,
    x: pd.Series,
    y: pd.Series,
    apart: pd.Series,
    usual: tuple[str, str, float],
    other: tuple[str, str, float],
) -> None:
    """Points with those set apart in a shape, colour and size (px) of their own."""
    for chosen, (marker, colour, px) in ((~apart, usual), (apart, other)):
        ax.scatter(
            x[chosen],
            y[chosen],
            s=px**2,
            c=colour,
            marker=marker,
            linewidth=0,
            zorder=4,
            clip_on=False,
        )


def _pixels(ax: Axes, x: Iterable[float], y: Iterable[float]) -> list[tuple[float, float]]:
    """Points in px from the lower left corner of the axes."""
    (x0, x1), (y0, y1), (width, height) = ax.get_xlim(), ax.get_ylim(), inside(ax)
    return [
        (float((a - x0) / (x1 - x0) * width), float((b - y0) / (y1 - y0) * height))
        for a, b in zip(x, y, strict=True)
    ]


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

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        ax = room(figure, 352 if wide else 360, 44, 16, top=26, bottom=50)
        span = max(x.max(), 0) - min(x.min(), 0) or 1
        ax.set_xlim(min(x.min(), 0) - 0.10 * span, max(x.max(), 0) + 0.16 * span)
        ax.set_ylim(0, y.max() * 1.18)
        ax.axvspan(0, ax.get_xlim()[1], color=theme.BAND, linewidth=0, zorder=0)
        ax.axvline(0, color=theme.MUTED, linewidth=1)
        bare(ax)
        curve = _same_priority(ax, x[first] * y[first], px, lang)
        _dots(ax, x, y, first, ("o", theme.LAST, 8), ("o", theme.THIS, 10))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v * 100:g}%"))
        ax.set_yticks(ticks(*ax.get_ylim(), 5))
        ax.set_xticks(ticks(*ax.get_xlim(), 9 if wide else 6))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}".replace("-", "−")))
        ax.tick_params(labelsize=px - 1, labelcolor=theme.MUTED)
        ax.set_xlabel(x_name, fontsize=px - 1, labelpad=8)
        say(ax, y_name, (0, 1), (-40, 8), px=px - 1, colour=theme.MUTED, va="bottom")
        zero = _pixels(ax, [0], [0])[0][0]
        taken: list[Box] = [(zero - 2, 0, zero + 2, inside(ax)[1]), *curve]
        order = [*points.index[first], *sorted(points.index[~first], key=lambda i: x[i])]
        name_points(
            ax,
            _pixels(ax, x, y),
            list(points["label"]),
            order,
            px - 1,
            lang,
            taken,
            bold=list(points.index[first]),
        )

    alt = [
        f"{r['label']} {x_name} {formats.number(r['x'])} {y_name} {formats.percent(r['y'], 0)}"
        for r in points.to_dict("records")
    ]
    return exhibit.chart(
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


def _same_priority(ax: Axes, priorities: pd.Series, px: float, lang: str) -> list[Box]:
    """The curve on which weight × gap is what the last of the first has, and the boxes that it fills."""
    if priorities.empty:
        return []
    least, (_, right), (_, top) = float(priorities.min()), ax.get_xlim(), ax.get_ylim()
    if not 0 < least / top < right:
        return []
    x = np.geomspace(least / top, right, 60)
    ax.plot(x, least / x, color=theme.MUTED, linewidth=1, dashes=(2, 3), zorder=1)
    name = "权重 × 差距相同" if lang == "zh" else "Same weight × gap"
    at, wide = _pixels(ax, [x[0]], [top])[0][0], width_of(name, px - 1)
    say(
        ax,
        name,
        (0, 1),
        (min(at - wide / 2, inside(ax)[0] - wide), 8),
        px=px - 1,
        colour=theme.MUTED,
        va="bottom",
    )
    return [(a - 5, b - 5, a + 5, b + 5) for a, b in _pixels(ax, x, least / x)]

"""Cases by hours, the promise is a line: each case is a dot; of very many, bars say how many took so long."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from aftersales.contract import formats
from aftersales.display import exhibit, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import (
    ACROSS_DOWN,
    Variant,
    bare,
    fit,
    gutter,
    inside,
    joined,
    names,
    nothing,
    room,
    say,
    size,
)
from aftersales.display.exhibit import Exhibit
from aftersales.display.svg import width_of

# Hours that a reader knows: a day or two, then weeks and months.
_TICKS = (0, 24, 48, 72, 120, 168, 336, 504, 720, 1440, 2160, 4320, 8760)
# A case that took so many times the promise makes the scale run wider at the start.
_FAR = 2.5
_DOT = 8.5
# More cases than this, or a pile higher than this (px), are not quickly read or drawn as dots.
_DOTS, _PILE = 60, 120
# A bar's width, the height of the longest, and of the shortest: a single case among thousands must be seen.
_BAR, _LONGEST, _SHORTEST = 9, 62, 3


@cached
def strip(
    frame: pd.DataFrame,
    limit: float,
    *,
    title: str,
    subtitle: str,
    lang: str,
    id: str,
    x_name: str,
    limit_name: str,
    note: str = "",
    mail: bool = False,
) -> Exhibit:
    """Cases by hours, one band a group, with the promised hours marked; late ones have their hours beside.

    Up to 60 cases are a dot each; more, or many in one place, are bars of their numbers, none of which
    spans the promised hours.

    Parameters
    ----------
    frame : DataFrame
        ``label`` (the group), ``hours``, ``open`` (still running at the end of the month).
    """
    points = frame.dropna(subset=["hours"]).reset_index(drop=True)
    if points.empty:
        return nothing(id, lang, title if len(frame) else "")
    hours = points["hours"].astype(float)
    groups = list(dict.fromkeys(points["label"]))
    hours_name = x_name
    far = hours.max() > _FAR * limit
    if far:
        x_name += "（前宽后窄的平方根刻度）" if lang == "zh" else " (square-root scale)"
    cases = [_cases(points, hours, group, limit) for group in groups]

    def draw(figure: Figure, variant: Variant) -> None:
        px = size(variant)
        left = gutter(groups, px, 140)
        width = figure.get_figwidth() * 72 - left - 30
        scale = np.sqrt if far else np.asarray
        top = float(scale(max(hours.max(), limit))) * 1.04
        ups = None
        if len(points) <= _DOTS:
            ups = [_swarm(list(scale(group["hours"]) / top * width), _DOT + 1.5) for group in cases]
        if ups is None or max(max(map(abs, up)) for up in ups) > _PILE / 2:
            left = max(left, gutter([line for group in cases for line in _counts(group, lang)], px - 1, 140))
            width = figure.get_figwidth() * 72 - left - 30
            _bars(figure, groups, cases, lambda h: scale(h) / top * width, limit, (left, width), px, lang)
            name = x_name + ("\n柱高为件数" if lang == "zh" else "\nbar height = number of cases")
        else:
            _dots(figure, groups, cases, ups, lambda h: scale(h) / top * width, limit, (left, width), px)
            name = x_name
        ax = figure.axes[0]
        at = float(scale(limit)) / top * width
        ax.axvline(at, color=theme.TARGET, linewidth=1.8)
        right = at + width_of(limit_name, px - 1) > inside(ax)[0]
        say(
            ax,
            limit_name,
            (at, 1),
            (0, 4),
            px=px - 1,
            colour=theme.TARGET,
            va="bottom",
            ha="right" if right else "center" if at > 40 else "left",
            coords=("data", "axes fraction"),
        )
        _ticks(ax, scale, top, width, px - 1)
        ax.set_xlabel(name, fontsize=px - 1, labelpad=8, linespacing=1.4)

    return exhibit.chart(
        draw,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        data=points,
        lang=lang,
        form={"kind": "strip", "limit": limit, "limit_name": limit_name, "x_name": hours_name},
        mail=mail,
        alt=f"{limit_name}{joined(['', *_group_texts(points, groups, cases, lang)], lang)}",
    )


def _cases(points: pd.DataFrame, hours: pd.Series, group: str, limit: float) -> pd.DataFrame:
    """Hours of a group's cases, which are late, which are open."""
    rows = points["label"] == group
    return pd.DataFrame(
        {"hours": hours[rows], "late": hours[rows] > limit, "open": points.loc[rows, "open"].astype(bool)}
    )


def _group_texts(
    points: pd.DataFrame, groups: Sequence[str], cases: Sequence[pd.DataFrame], lang: str
) -> list[str]:
    """Every case in words; of many, a summary of each group."""
    if len(points) <= _DOTS:
        still = "未关闭" if lang == "zh" else "open"
        return [
            f"{r['label']} {formats.count(r['hours'])}{' ' + still if r['open'] else ''}"
            for r in points.to_dict("records")
        ]
    texts = []
    for name, group in zip(groups, cases, strict=True):
        n, late, still = (formats.count(v) for v in (len(group), group["late"].sum(), group["open"].sum()))
        middle, longest = (formats.count(v) for v in (group["hours"].median(), group["hours"].max()))
        texts.append(
            f"{name} {n}件，超过承诺{late}件，未关闭{still}件，中位{middle}小时，最长{longest}小时"
            if lang == "zh"
            else (
                f"{name}: {n} {'case' if len(group) == 1 else 'cases'}, "
                f"{late} over the promise, {still} open, median {middle} h, longest {longest} h"
            )
        )
    return texts


def _bands(
    figure: Figure, highs: Sequence[float], across: tuple[float, float], bottom: float
) -> tuple[Axes, list[float]]:
    """Axes in px with a band a group, and the middles of the bands."""
    left, width = across
    ax = room(figure, sum(highs) + 24 + bottom, left, 30, top=24, bottom=bottom)
    ax.set_xlim(0, width)
    ax.set_ylim(sum(highs), 0)
    bare(ax)
    return ax, [sum(highs[:n]) + high / 2 for n, high in enumerate(highs)]


def _dots(
    figure: Figure,
    groups: Sequence[str],
    cases: Sequence[pd.DataFrame],
    ups: Sequence[list[float]],
    place: Callable[[Any], Any],
    limit: float,
    across: tuple[float, float],
    px: float,
) -> None:
    """A dot a case, moved up or down where it would cover another."""
    highs = [max(36, 2 * max(map(abs, up)) + _DOT + 14) for up in ups]
    ax, middles = _bands(figure, highs, across, 50)
    for group, middle, up in zip(cases, middles, ups, strict=True):
        x, y = np.asarray(place(group["hours"])), middle + np.asarray(up)
        for late in (False, True):
            for still in (False, True):
                chosen = ((group["late"] == late) & (group["open"] == still)).to_numpy()
                if chosen.any():
                    colour = theme.WORSE if late else theme.THIS
                    ax.plot(
                        x[chosen],
                        y[chosen],
                        "o",
                        ms=_DOT,
                        mfc=theme.PAPER if still else colour,
                        mec=colour,
                        mew=1.8,
                        clip_on=False,
                        zorder=3,
                    )
        if group["late"].sum() <= 4:
            for n in np.flatnonzero(group["hours"] > 1.5 * limit):
                say(
                    ax,
                    formats.count(group["hours"].iloc[n]),
                    (x[n], y[n]),
                    (0, 7),
                    px=px - 1,
                    colour=theme.WORSE,
                    ha="center",
                    va="bottom",
                )
    names(ax, groups, px, across[0], at=middles)


def _bars(
    figure: Figure,
    groups: Sequence[str],
    cases: Sequence[pd.DataFrame],
    place: Callable[[Any], Any],
    limit: float,
    across: tuple[float, float],
    px: float,
    lang: str,
) -> None:
    """Bars as high as there are cases, open ones hollow on top; longest wait and highest bar are labelled."""
    left, width = across
    edges = _edges(width, float(place(limit)))
    heaps = [
        [_heap(place(group.loc[group["open"] == still, "hours"]), edges) for still in (False, True)]
        for group in cases
    ]
    most = max((closed + still).max() for closed, still in heaps)
    ax, middles = _bands(figure, [_LONGEST + 40] * len(groups), across, 68)
    unit, hour = ("件", "小时") if lang == "zh" else ("", " h")
    for name, group, (closed, still), middle in zip(groups, cases, heaps, middles, strict=True):
        floor = middle + _LONGEST / 2 + 12
        colours = np.where(edges[:-1] >= float(place(limit)) - 1e-6, theme.WORSE, theme.THIS)
        full, hollow = (
            np.where(n > 0, np.maximum(n / most * _LONGEST, _SHORTEST), 0) for n in (closed, still)
        )
        for start, high, face in ((0 * full, full, colours), (full, hollow, theme.PAPER)):
            drawn = high > 0
            if drawn.any():
                edge = colours[drawn]
                ax.bar(
                    edges[:-1][drawn] + 0.5,
                    -high[drawn],
                    np.diff(edges)[drawn] - 1,
                    floor - start[drawn],
                    align="edge",
                    color=edge if face is colours else face,
                    edgecolor=edge,
                    linewidth=1,
                    zorder=3,
                )
        ax.plot([0, width], [floor, floor], color=theme.GRID, linewidth=1, zorder=2)
        tops = full + hollow
        highest, longest = int((closed + still).argmax()), int(np.flatnonzero(tops)[-1])
        top, end = [((edges[n] + edges[n + 1]) / 2, floor - tops[n]) for n in (highest, longest)]
        text = f"{formats.count((closed + still)[highest])}{unit}"
        say(ax, text, top, (0, 3), px=px - 1, colour=str(colours[highest]), ha="center", va="bottom")
        text = f"{formats.count(group['hours'].max())}{hour}"
        if end[0] - top[0] > width_of(text, px) + 20 and group["late"].any():
            say(ax, text, end, (0, 3), px=px - 1, colour=theme.WORSE, ha="center", va="bottom")
        title = fit(str(name), px, left - 12).split("\n")
        lines = [
            *((line, px, theme.INK) for line in title),
            *zip(_counts(group, lang), (px - 1, px - 1), (theme.MUTED, theme.WORSE), strict=False),
        ]
        for n, (line, high_px, colour) in enumerate(lines):
            say(
                ax,
                line,
                (0, middle + (n - (len(lines) - 1) / 2) * (px + 5)),
                (-10, 0),
                px=high_px,
                colour=colour,
                ha="right",
                coords=ACROSS_DOWN,
            )
    ax.set_yticks([])


def _counts(group: pd.DataFrame, lang: str) -> list[str]:
    """How many cases a group has, and how many of them are late."""
    n, late = formats.count(len(group)), formats.count(group["late"].sum())
    lines = [f"{n}件", f"超过{late}件"] if lang == "zh" else [f"n = {n}", f"{late} late"]
    return lines if group["late"].any() else lines[:1]


def _edges(width: float, at: float) -> np.ndarray:
    """Edges of the bars, one of them at the promise, so that no bar holds late cases beside others."""
    before, after = max(1, round(at / _BAR)), max(1, math.ceil((width - at) / _BAR))
    return np.concatenate([np.linspace(0, at, before + 1), np.linspace(at, width, after + 1)[1:]])


def _heap(across: Sequence[float], edges: np.ndarray) -> np.ndarray:
    """How many cases each bar holds; one at the very promise is in time."""
    bar = np.clip(np.searchsorted(edges, np.asarray(across) - 1e-9, side="left") - 1, 0, len(edges) - 2)
    return np.bincount(bar, minlength=len(edges) - 1)


def _swarm(across: Sequence[float], apart: float) -> list[float]:
    """How far each dot of a band moves up or down so that none covers another.

    A dot rests half a dot's height higher or lower at a time. From left to right only the last one on a
    level can be in the way, so that a dot checks three levels and not every other dot.
    """
    places = np.asarray(across, dtype=float)
    ups = [0.0] * len(places)
    last: dict[int, float] = {}
    near = ((-1, 0.75**0.5 * apart), (0, apart), (1, 0.75**0.5 * apart))
    for i in np.argsort(places, kind="stable"):
        x, turn = float(places[i]), 0
        while True:
            level = (turn + 1) // 2 * (1 if turn % 2 else -1)
            if all(x - last.get(level + step, -math.inf) >= least - 1e-6 for step, least in near):
                break
            turn += 1
        last[level] = x
        ups[i] = level * apart / 2
    return ups


def _ticks(ax: Axes, scale: Callable[[Any], Any], top: float, width: float, px: float) -> None:
    """Hours that are read easily, as many as have room."""
    ticks, end = [], -1e9
    for hour in _TICKS:
        x = float(scale(hour)) / top * width
        half = width_of(formats.count(hour), px) / 2
        if x <= width and x - half > end + 8:
            ticks.append((x, formats.count(hour)))
            end = x + half
    ax.xaxis.set_major_locator(FixedLocator([x for x, _ in ticks]))
    ax.set_xticks([x for x, _ in ticks], [t for _, t in ticks], fontsize=px, color=theme.MUTED)

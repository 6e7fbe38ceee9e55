"""Cases by hours, the promise is a line: each case is a dot; of very many, bars say how many took so long."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract import formats
from aftersales.display import exhibit, svg, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, fit, gutter, joined, nothing, size
from aftersales.display.charts.plot import BELOW, Plot
from aftersales.display.exhibit import WIDTHS, Exhibit
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
# Room at the right, for half of what the last hours are called.
_RIGHT = 30


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

    def draw(variant: Variant) -> str:
        px = size(variant)
        left = gutter(groups, px, 140)
        width = WIDTHS[variant] - left - _RIGHT
        scale = np.sqrt if far else np.asarray
        top = float(scale(max(hours.max(), limit))) * 1.04
        ups = None
        if len(points) <= _DOTS:
            ups = [_swarm(list(scale(group["hours"]) / top * width), _DOT + 1.5) for group in cases]
        name = x_name
        if ups is None or max(max(map(abs, up)) for up in ups) > _PILE / 2:
            left = max(left, gutter([line for group in cases for line in _counts(group, lang)], px - 1, 140))
            width = WIDTHS[variant] - left - _RIGHT
            name += "\n柱高为件数" if lang == "zh" else "\nbar height = number of cases"
            highs: list[float] = [_LONGEST + 40] * len(cases)
            ups = None
        else:
            highs = [max(36, 2 * max(map(abs, up)) + _DOT + 14) for up in ups]
        plot = Plot(left, 24, width, sum(highs), (0, width), (0, sum(highs)))
        middles = [sum(highs[:n]) + high / 2 for n, high in enumerate(highs)]

        def place(h: Any) -> Any:
            return scale(h) / top * width

        marked = _ticks(place, width, px - 1)
        parts = [plot.upright(x, theme.GRID) for x, _ in marked]
        parts += plot.below([x for x, _ in marked], [text for _, text in marked], px - 1)
        at = float(place(limit))
        right = at + width_of(limit_name, px - 1) > width
        anchor = "end" if right else "middle" if at > 40 else "start"
        parts += [
            plot.upright(at, theme.TARGET, 1.8),
            svg.words(
                limit_name, plot.x(at), plot.top - 4, px - 1, theme.TARGET, anchor=anchor, stands="above"
            ),
        ]
        if ups is None:
            parts += _bars(plot, groups, cases, middles, place, limit, px, lang)
        else:
            parts += _dots(plot, cases, middles, ups, place, limit, px)
            parts += plot.names(groups, px, at=middles)
        parts.append(plot.title(name, px - 1))
        return svg.document(WIDTHS[variant], plot.foot + BELOW + 18 * name.count("\n"), parts)

    return exhibit.picture(
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


def _dots(
    plot: Plot,
    cases: Sequence[pd.DataFrame],
    middles: Sequence[float],
    ups: Sequence[list[float]],
    place: Callable[[Any], Any],
    limit: float,
    px: float,
) -> list[str]:
    """A dot a case, moved up or down where it would cover another; open ones are hollow."""
    parts, said = [], []
    for group, middle, up in zip(cases, middles, ups, strict=True):
        few = group["late"].sum() <= 4
        across = np.asarray(place(group["hours"]), dtype=float)
        for case, along, moved in zip(group.to_dict("records"), across, up, strict=True):
            x, y = plot.at(along, middle + moved)
            colour = theme.WORSE if case["late"] else theme.THIS
            radius = _DOT / 2
            parts.append(
                svg.ring(x, y, radius, colour, 1.8) if case["open"] else svg.dot(x, y, radius + 0.9, colour)
            )
            if few and case["hours"] > 1.5 * limit:
                text = formats.count(case["hours"])
                said.append(svg.words(text, x, y - 7, px - 1, theme.WORSE, anchor="middle", stands="above"))
    return parts + said


def _bars(
    plot: Plot,
    groups: Sequence[str],
    cases: Sequence[pd.DataFrame],
    middles: Sequence[float],
    place: Callable[[Any], Any],
    limit: float,
    px: float,
    lang: str,
) -> list[str]:
    """Bars as high as there are cases, open ones hollow on top; longest wait and highest bar are labelled."""
    promise = float(place(limit))
    edges = _edges(plot.width, promise)
    heaps = [
        [_heap(place(group.loc[group["open"] == still, "hours"]), edges) for still in (False, True)]
        for group in cases
    ]
    most = max((closed + still).max() for closed, still in heaps)
    unit, hour = ("件", "小时") if lang == "zh" else ("", " h")
    parts = []
    for name, group, (closed, still), middle in zip(groups, cases, heaps, middles, strict=True):
        floor = plot.y(middle + _LONGEST / 2 + 12)
        colours = [theme.WORSE if edge >= promise - 1e-6 else theme.THIS for edge in edges[:-1]]
        full, hollow = (
            np.where(n > 0, np.maximum(n / most * _LONGEST, _SHORTEST), 0) for n in (closed, still)
        )
        parts.append(svg.line([(plot.left, floor), (plot.right, floor)], theme.GRID))
        for n, colour in enumerate(colours):
            x, wide = plot.x(edges[n]) + 0.5, edges[n + 1] - edges[n] - 1
            if full[n]:
                parts.append(svg.rect(x, floor - full[n], wide, full[n], colour))
            if hollow[n]:
                parts.append(svg.box(x, floor - full[n] - hollow[n], wide, hollow[n], colour))
        tops = full + hollow
        highest, longest = int((closed + still).argmax()), int(np.flatnonzero(tops)[-1])
        top, end = [(plot.x((edges[n] + edges[n + 1]) / 2), floor - tops[n] - 3) for n in (highest, longest)]
        text = f"{formats.count((closed + still)[highest])}{unit}"
        parts.append(svg.words(text, *top, px - 1, colours[highest], anchor="middle", stands="above"))
        text = f"{formats.count(group['hours'].max())}{hour}"
        if end[0] - top[0] > width_of(text, px) + 20 and group["late"].any():
            parts.append(svg.words(text, *end, px - 1, theme.WORSE, anchor="middle", stands="above"))
        title = fit(str(name), px, plot.left - 12).split("\n")
        lines = [
            *((line, px, theme.INK) for line in title),
            *zip(_counts(group, lang), (px - 1, px - 1), (theme.MUTED, theme.WORSE), strict=False),
        ]
        for n, (line, high, colour) in enumerate(lines):
            y = plot.y(middle) + (n - (len(lines) - 1) / 2) * (px + 5)
            parts.append(svg.words(line, plot.left - 10, y, high, colour, anchor="end"))
    return parts


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


def _ticks(place: Callable[[Any], Any], width: float, px: float) -> list[tuple[float, str]]:
    """Hours that are read easily, as many as have room."""
    marked, end = [], -1e9
    for hour in _TICKS:
        x, text = float(place(hour)), formats.count(hour)
        half = width_of(text, px) / 2
        if x <= width and x - half > end + 8:
            marked.append((x, text))
            end = x + half
    return marked

"""Small multiples of a store's figures: the months of each in a picture of its own, on its own scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract import formats
from aftersales.contract.figures import FIGURES, Figure
from aftersales.contract.language import say
from aftersales.display import exhibit, svg, theme
from aftersales.display.charts import marks
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, joined, nothing, one_line
from aftersales.display.exhibit import WIDTHS, Exhibit
from aftersales.display.svg import width_of

_ACROSS = {"wide": 3, "narrow": 2}
_GAP = {"wide": 28, "narrow": 16}
_PLOT, _PAD = 92, 15  # a plot, and the room in it above and below for the values of its extremes


@cached
def panels(
    shown: Mapping[str, pd.DataFrame],
    goals: Mapping[str, float | None],
    *,
    title: str,
    subtitle: str,
    lang: str,
    id: str,
    note: str = "",
    mail: bool = False,
    events: marks.Events = (),
) -> Exhibit:
    """A small picture of each figure's months, with its last value, target, mean, limits and signal.

    Parameters
    ----------
    shown
        By figure: ``month`` and ``value``, and where they are known ``centre``, ``lower``, ``upper``,
        ``signal`` and ``run``, as `trends.trend` takes them. A figure of which no month is known is left out.
    goals
        Targets by figure.
    events
        ``month`` and ``text`` of what happened.
    """
    drawn = {name: frame for name, frame in shown.items() if frame["value"].notna().any()}
    if not drawn:
        return nothing(id, lang)
    marked = {name: marks.find(frame, "value", lang, events) for name, frame in drawn.items()}
    alt = [_told(FIGURES[name], drawn[name], goals.get(name), marked[name], lang) for name in drawn]
    rows = [frame.assign(figure=FIGURES[name].label(lang)) for name, frame in drawn.items()]
    return exhibit.picture(
        lambda variant: _picture(variant, drawn, goals, marked, lang),
        id=id,
        title=title,
        subtitle=subtitle,
        note=marks.note(next(iter(marked.values())), lang) + note,
        alt=joined(alt, lang),
        data=pd.concat(rows, ignore_index=True)[["figure", "month", "value"]],
        lang=lang,
        form={
            "kind": "panels",
            "panels": [
                _native(FIGURES[name], frame, goals.get(name), marked[name], lang)
                for name, frame in drawn.items()
            ],
        },
        mail=mail,
    )


def _told(what: Figure, frame: pd.DataFrame, goal: float | None, marked: marks.Marks, lang: str) -> str:
    """A figure's picture in words."""
    months, values = list(map(str, frame["month"])), frame["value"].astype(float)
    parts = [f"{formats.month(months[-1], lang)} {formats.figure(values.iloc[-1], what, lang)}"]
    parts += [f"{name} {formats.figure(v, what, lang)}" for name, v, _ in _levels(goal, marked, lang)]
    parts += [
        f"{word} {formats.figure(values[i], what, lang)} ({formats.month(months[i], lang)})"
        for i, word in marked.extremes
    ]
    parts += marks.told(marked, lang)
    return f"{what.label(lang)}{say(lang, '：', ': ')}{say(lang, '，', ', ').join(parts)}"


def _native(
    what: Figure, frame: pd.DataFrame, goal: float | None, marked: marks.Marks, lang: str
) -> dict[str, Any]:
    """A figure's picture as data: its months with their limits, its words."""
    known = [c for c in ("month", "value", "centre", "lower", "upper", "signal", "run") if c in frame]
    return {
        "name": what.label(lang),
        "now": formats.figure(frame["value"].iloc[-1], what, lang),
        "unit": what.unit,
        "digits": what.decimals,
        "target": goal,
        "levels": [
            f"{name} {formats.figure(value, what, lang)}" for name, value, _ in _levels(goal, marked, lang)
        ],
        "since": marked.since[1] if marked.since else "",
        "months": frame[known].assign(month=frame["month"].astype(str)).to_dict("records"),
    }


def _levels(goal: float | None, marked: marks.Marks, lang: str) -> list[tuple[str, float, str]]:
    """The target and the mean: name, value, colour."""
    named = (
        (say(lang, "目标", "Target"), goal, theme.TARGET),
        (say(lang, "均值", "Mean"), marked.mean, theme.MUTED),
    )
    return [(name, value, colour) for name, value, colour in named if value is not None]


def _picture(
    variant: Variant,
    drawn: Mapping[str, pd.DataFrame],
    goals: Mapping[str, float | None],
    marked: Mapping[str, marks.Marks],
    lang: str,
) -> str:
    width, across, gap = WIDTHS[variant], _ACROSS[variant], _GAP[variant]
    px = 13.0 if variant == "wide" else 12.0
    cell, high = (width - gap * (across - 1)) / across, 3 * (px + 5) + _PLOT + 20
    parts = []
    for n, name in enumerate(drawn):
        x, y = n % across * (cell + gap), n // across * (high + 18)
        parts += _panel(FIGURES[name], drawn[name], goals.get(name), marked[name], (x, y, cell), px, lang)
    down = -(-len(drawn) // across)
    return svg.document(width, down * (high + 18) - 14, parts)


def _panel(
    what: Figure,
    frame: pd.DataFrame,
    goal: float | None,
    marked: marks.Marks,
    at: tuple[float, float, float],
    px: float,
    lang: str,
) -> list[str]:
    """The name, three values in words, and the months."""
    x, y, cell = at
    values, months, small = frame["value"].to_numpy(float), list(map(str, frame["month"])), px - 1
    line = px + 5
    now = formats.figure(frame["value"].iloc[-1], what, lang)
    parts = [
        svg.line([(x, y + 0.5), (x + cell, y + 0.5)], theme.GRID),
        svg.text(one_line(what.label(lang), px, cell), x, y + line, px, bold=True),
        svg.text(now, x, y + 2 * line, px, theme.THIS, bold=True),
    ]
    levels = _levels(goal, marked, lang)
    for n, (name, value, colour) in enumerate(levels, 2):
        words = f"{name} {formats.figure(value, what, lang)}"
        parts.append(svg.text(words, x + cell, y + n * line, small, colour, anchor="end"))
    room = cell - (width_of(f"{levels[-1][0]} {now}", small) + 6 if len(levels) > 1 else 0)
    if marked.since:
        words = marked.since[1]
        if width_of(words, small) > room:
            words = one_line(words.removesuffix("或更早").removesuffix(" or earlier"), small, room)
        parts.append(svg.text(words, x, y + 3 * line, small, marked.colour, bold=True))
    elif what.better == "down":
        words = one_line(say(lang, "越低越好", "lower is better"), small, room)
        parts.append(svg.text(words, x, y + 3 * line, small, theme.MUTED))
    top = y + 3 * line + 8
    parts += _months(frame, values, goal, marked, (x, top, cell), small - 1, what, lang)
    foot, (first, last) = top + _PLOT + 12, formats.months([months[0], months[-1]], lang)
    parts.append(svg.text(first, x, foot, small - 1, theme.MUTED))
    parts.append(svg.text(last, x + cell, foot, small - 1, theme.MUTED, anchor="end"))
    word = marks.festival(lang)
    for i in marked.festivals:
        middle, half = _across(i, len(months), x, cell), width_of(word, small - 1) / 2
        free = (x + width_of(first, small - 1) + 5, x + cell - width_of(last, small - 1) - 5)
        if free[0] <= middle - half and middle + half <= free[1]:
            parts.append(svg.text(word, middle, foot, small - 1, theme.MUTED, anchor="middle"))
    return parts


def _across(i: int, months: int, x: float, cell: float) -> float:
    """Where a month is."""
    return x + 4 + (cell - 8) * i / max(months - 1, 1)


def _months(
    frame: pd.DataFrame,
    values: np.ndarray,
    goal: float | None,
    marked: marks.Marks,
    at: tuple[float, float, float],
    px: float,
    what: Figure,
    lang: str,
) -> list[str]:
    """The band, the lines and the marks."""
    x, top, cell = at
    bounds = [frame[c].to_numpy(float) for c in ("lower", "upper") if c in frame]
    every = np.concatenate([values, *bounds, [goal if goal is not None else np.nan]])
    low, high = float(np.nanmin(every)), float(np.nanmax(every))
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)

    def place(i: int, value: float) -> tuple[float, float]:
        return _across(i, len(values), x, cell), top + _PAD + (1 - (value - low) / (high - low)) * (
            _PLOT - 2 * _PAD
        )

    parts: list[str] = []
    if len(bounds) == 2:
        parts += svg.broken_band(bounds[0], bounds[1], place, theme.BAND)
    for i in marked.festivals:
        at_x = _across(i, len(values), x, cell)
        parts.append(svg.line([(at_x, top), (at_x, top + _PLOT)], theme.GRID))
    for i, _ in marked.events:
        at_x = _across(i, len(values), x, cell)
        parts.append(svg.line([(at_x, top), (at_x, top + _PLOT)], theme.MUTED, 1, "2 2"))
    if "centre" in frame:
        parts += svg.broken_line(frame["centre"].to_numpy(float), place, theme.MUTED, 1, "4 3")
    if goal is not None:
        parts.append(svg.line([(x, place(0, goal)[1]), (x + cell, place(0, goal)[1])], theme.TARGET, 1.2))
    parts += svg.broken_line(values, place, theme.THIS, 1.8)
    if marked.since:
        run = np.where(np.arange(len(values)) >= marked.since[0], values, np.nan)
        parts += svg.broken_line(run, place, marked.colour, 3.2)
    outside = frame["signal"].to_numpy(bool) if "signal" in frame else np.zeros(len(values), bool)
    for n in np.flatnonzero(outside & np.isfinite(values)).tolist():
        a, b = place(n, values[n])
        parts.append(svg.diamond(a, b, 5, theme.INK))
    last = int(np.flatnonzero(np.isfinite(values))[-1])
    for i, _ in marked.extremes:
        if i != last:
            a, b = place(i, values[i])
            words, up = formats.figure(values[i], what, lang), values[i] == np.nanmax(values)
            half = width_of(words, px) / 2
            middle = min(max(a, x + half), x + cell - half)
            parts.append(
                svg.text(words, middle, b - 5 if up else b + px + 3, px, theme.MUTED, anchor="middle")
            )
    end = marked.colour if marked.since else theme.THIS
    return [*parts, svg.dot(*place(last, values[last]), 3.4, end)]

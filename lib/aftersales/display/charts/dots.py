"""Dot plots: last month to this month, with the benchmarks as ticks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract import formats
from aftersales.display import exhibit, svg, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, apart, gutter, joined, nothing, size
from aftersales.display.charts.plot import Plot, axis_texts, ticks
from aftersales.display.exhibit import WIDTHS, Exhibit
from aftersales.display.svg import width_of

_HEADS = {
    "zh": {"national": "全国", "branch": "分中心", "previous": "上月", "current": "本月"},
    "en": {"national": "Nation", "branch": "Branch", "previous": "Last month", "current": "This month"},
}
# Of more rows than this each is lower.
_MANY = 14


@cached
def dot_plot(
    frame: pd.DataFrame, *, title: str, subtitle: str, lang: str, id: str, note: str = "", mail: bool = False
) -> Exhibit:
    """Scores last month and this, ticks for branch and nation, highest first.

    Parameters
    ----------
    frame : DataFrame
        ``label``, ``previous``, ``current`` and, where they are known, ``branch`` and ``national``. Only
        where ``direction`` is ``better`` or ``worse`` has a score a colour, and a change that way a glyph.
    """
    known = (
        frame.dropna(subset=["current"])
        .sort_values("current", ascending=False, kind="stable")
        .reset_index(drop=True)
    )
    if known.empty:
        return nothing(id, lang)
    scores = [c for c in ("previous", "current", "branch", "national") if c in known]
    known[scores] = known[scores].astype(float)  # None among the numbers becomes NaN
    scores = [c for c in scores if known[c].notna().any()]
    rows = known.to_dict("records")

    def draw(variant: Variant) -> str:
        px, wide = size(variant), variant == "wide"
        step = (36 if wide else 38) if len(known) <= _MANY else 27
        left, right = gutter(known["label"], px, 236 if wide else 118, gap=16), 112 if wide else 90
        values = known[scores].to_numpy(dtype=float)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        pad = max((high - low) * 0.04, 0.4)
        room = WIDTHS[variant] - left - right
        plot = Plot(left, 28, room, step * len(known), (low - pad, high + pad), (-0.5, len(known) - 0.5))
        marked = ticks(*plot.across, 8 if wide else 4)
        parts = [plot.upright(x, theme.GRID) for x in marked]
        parts += plot.below(marked, axis_texts(marked, "points"), px - 1)
        end = WIDTHS[variant] - (66 if wide else 50)
        for y, row in enumerate(rows):
            parts += _row(plot, y, row)
            now, change, colour = formats.number(row["current"]), _change(row), _colour(row)
            parts.append(svg.words(now, end, plot.y(y), px, colour, anchor="end", bold=True))
            if change:
                at = (WIDTHS[variant], plot.y(y))
                parts.append(svg.words(change, *at, px - 1, theme.MUTED, anchor="end"))
        parts += plot.names(known["label"], px, gap=16)
        parts += _heads(plot, known.iloc[0], px, lang, end - plot.right - 34)
        return svg.document(WIDTHS[variant], plot.foot + 30, parts)

    order: dict[str, str] = {
        c: _HEADS[lang][c] for c in ("current", "previous", "branch", "national") if c in scores
    }
    return exhibit.picture(
        draw,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=_alt(known, order, lang),
        data=known,
        lang=lang,
        form={
            "kind": "dots",
            "columns": order,
            "changes": [_change(row) for row in rows],
            "tones": [_tone(row) for row in rows],
        },
        mail=mail,
    )


def _row(plot: Plot, y: int, row: Mapping[str, float]) -> list[str]:
    """A row's marks."""
    previous, current, colour = row.get("previous", np.nan), row["current"], _colour(row)
    parts = []
    for name, tint, reach, weight in (
        ("national", theme.NATION, 0.17, 1.6),
        ("branch", theme.TARGET, 0.24, 2.6),
    ):
        value = row.get(name, np.nan)
        if value == value:
            parts.append(svg.line([plot.at(value, y - reach), plot.at(value, y + reach)], tint, weight))
    if previous == previous:
        parts.append(svg.line([plot.at(previous, y), plot.at(current, y)], colour, 3, opacity=0.45))
        parts.append(svg.ring(*plot.at(previous, y), 3.75, theme.LAST, 1.8))
    parts.append(svg.dot(*plot.at(current, y), 5, colour))
    return parts


def _heads(plot: Plot, row: pd.Series, px: float, lang: str, beyond: float) -> list[str]:
    """The marks of the first row say what they are; names that would touch are moved apart."""
    tints = {
        "national": theme.NATION,
        "branch": theme.TARGET,
        "previous": theme.MUTED,  # the colour of its mark is too pale for a word
        "current": _colour(row),
    }
    named = [(row[c], _HEADS[lang][c], tint) for c, tint in tints.items() if c in row and row[c] == row[c]]
    places = [plot.x(value) - plot.left for value, *_ in named]
    sizes = [width_of(text, px - 1) + 8 for _, text, _ in named]
    moved = apart(places, sizes, -10, plot.width + beyond)
    return [
        svg.words(text, plot.left + x, plot.top - 4, px - 1, tint, anchor="middle", stands="above", bold=True)
        for x, (_, text, tint) in zip(moved, named, strict=True)
    ]


@cached
def pairs(
    frame: pd.DataFrame, *, title: str, subtitle: str, lang: str, id: str, note: str = "", mail: bool = False
) -> Exhibit:
    """Scores last month and this, highest first (``label``, ``previous``, ``current``), that nobody tested.

    So no change of them has a colour.
    """
    return dot_plot(
        frame[["label", "previous", "current"]],
        title=title,
        subtitle=subtitle,
        lang=lang,
        id=id,
        note=note,
        mail=mail,
    )


def _tone(row: Mapping[str, Any] | pd.Series) -> str:
    """The direction of a score's signal; "" without one."""
    direction = row.get("direction")
    return "" if formats.missing(direction) else str(direction)


def _colour(row: Mapping[str, Any] | pd.Series) -> str:
    return theme.TONES.get(_tone(row), theme.THIS)


def _change(row: Mapping[str, Any]) -> str:
    """A score less last month's; with a glyph where it goes the way of its signal.

    A score may be beyond its limits and yet nearer to them than last month.
    """
    if formats.missing(row.get("previous")):
        return ""
    change = round(row["current"] - row["previous"], 1)
    beyond = _tone(row) == ("better" if change > 0 else "worse")
    rises, falls = ("▲ ", "▼ ") if beyond else ("+", "−")
    return "–" if change == 0 else f"{rises if change > 0 else falls}{abs(change):.1f}"


def _alt(frame: pd.DataFrame, headers: Mapping[str, str], lang: str) -> str:
    """Every row with its numbers."""
    comma, colon = ("，", " ") if lang == "zh" else (", ", ": ")
    rows = []
    for row in frame.to_dict("records"):
        known = [f"{headers[c]} {formats.number(row[c])}" for c in headers if row[c] == row[c]]
        rows.append(f"{row['label']}{colon}{comma.join(known)}")
    return joined(rows, lang)

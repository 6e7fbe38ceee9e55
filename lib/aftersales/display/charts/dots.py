"""Dot plots: last month to this month, with the benchmarks as ticks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aftersales.contract import formats
from aftersales.display import exhibit, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import (
    ACROSS_DOWN,
    Variant,
    apart,
    bare,
    gutter,
    inside,
    joined,
    names,
    nothing,
    room,
    say,
    size,
    steps,
)
from aftersales.display.exhibit import Exhibit
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

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        step = (36 if wide else 38) if len(known) <= _MANY else 27
        left, right = gutter(known["label"], px, 236 if wide else 118, gap=16), 112 if wide else 90
        ax = room(figure, step * len(known) + 58, left, right, top=28, bottom=30)
        values = known[scores].to_numpy(dtype=float)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        pad = max((high - low) * 0.04, 0.4)
        ax.set_xlim(low - pad, high + pad)
        ax.set_ylim(len(known) - 0.5, -0.5)
        bare(ax)
        ax.xaxis.set_major_locator(steps(8 if wide else 4))
        ax.tick_params(axis="x", labelsize=px - 1)
        for y, row in enumerate(rows):
            colour = _row(ax, y, row)
            end = (right - (66 if wide else 50), 0)
            now, change = (
                formats.number(row["current"]),
                _change(row),
            )
            say(ax, now, (1, y), end, px=px, bold=True, colour=colour, ha="right", coords=ACROSS_DOWN)
            say(ax, change, (1, y), (right, 0), px=px - 1, colour=theme.MUTED, ha="right", coords=ACROSS_DOWN)
        names(ax, known["label"], px, left, gap=16)
        _heads(ax, known.iloc[0], px, lang, right - (66 if wide else 50) - 34)

    order: dict[str, str] = {
        c: _HEADS[lang][c] for c in ("current", "previous", "branch", "national") if c in scores
    }
    return exhibit.chart(
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


def _row(ax: Axes, y: int, row: Mapping[str, float]) -> str:
    """A row's marks; its colour."""
    previous, current = row.get("previous", np.nan), row["current"]
    colour = _colour(row)
    ticks = (("national", theme.NATION, 0.17, 1.6), ("branch", theme.TARGET, 0.24, 2.6))
    for name, tint, reach, weight in ticks:
        value = row.get(name, np.nan)
        if value == value:
            ax.plot(
                [value] * 2, [y - reach, y + reach], color=tint, lw=weight, solid_capstyle="butt", zorder=2
            )
    if previous == previous:
        ax.plot([previous, current], [y, y], color=colour, alpha=0.45, lw=3, solid_capstyle="butt", zorder=3)
        ax.plot(previous, y, "o", ms=7.5, mfc=theme.PAPER, mec=theme.LAST, mew=1.8, zorder=4)
    ax.plot(current, y, "o", ms=9, color=colour, zorder=5)
    return colour


def _heads(ax: Axes, row: pd.Series, px: float, lang: str, beyond: float) -> None:
    """The marks of the first row say what they are; names that would touch are moved apart."""
    tints = {
        "national": theme.NATION,
        "branch": theme.TARGET,
        "previous": theme.MUTED,  # the colour of its mark is too pale for a word
        "current": _colour(row),
    }
    named = [(row[c], _HEADS[lang][c], tint) for c, tint in tints.items() if c in row and row[c] == row[c]]
    low, high = ax.get_xlim()
    width, _ = inside(ax)
    places = [(x - low) / (high - low) * width for x, *_ in named]
    sizes = [width_of(text, px - 1) + 8 for _, text, _ in named]
    for place, (_, text, colour) in zip(apart(places, sizes, -10, width + beyond), named, strict=True):
        say(
            ax,
            text,
            (0, 1),
            (place, 4),
            px=px - 1,
            colour=colour,
            ha="center",
            va="bottom",
            bold=True,
            coords="axes fraction",
        )


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

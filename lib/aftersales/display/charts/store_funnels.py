"""The stores of a group by volume and rate, with limits round the group's: no league table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from aftersales.contract import formats
from aftersales.contract.statistics import FEW
from aftersales.display import exhibit, theme
from aftersales.display.charts.axes import bare, inside, room
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, joined, nothing, size
from aftersales.display.charts.labels import Box, name_points
from aftersales.display.charts.plot import ticks
from aftersales.display.charts.scatter import limit_names
from aftersales.display.exhibit import Exhibit
from aftersales.display.svg import width_of

# So many of the stores that may be named are, on a desk and on a phone; the title has the first of them.
_NAMED = {"wide": 12, "narrow": 6}
# Stores that a text alternative tells one by one.
_TOLD = 40
# Volumes that differ more than so many times are drawn on a scale of ratios.
_RATIO = 8


@cached
def store_funnel(
    frame: pd.DataFrame,
    limits: pd.DataFrame,
    figure: str,
    *,
    title: str,
    subtitle: str,
    lang: str,
    x_name: str,
    centre_name: str,
    per_1000: bool = False,
    note: str = "",
) -> Exhibit:
    """Every store's rate over its volume.

    Parameters
    ----------
    frame : DataFrame
        ``store``, ``cases``, ``rate``, ``group``, ``spread``, ``p``, ``named``,
        ``outside`` (None, ``"95"``, ``"99.8"``).
    limits : DataFrame
        ``volume``, ``lower_95``, ``upper_95``, ``lower_998``, ``upper_998``, ``lower_chance``,
        ``upper_chance``.
    figure
        Which rate it is.
    per_1000
        Rates print per 1,000, not in percent.
    """
    points = frame[frame["cases"] >= FEW].reset_index(drop=True)
    id = f"group.funnel.{figure}"
    if points.empty or limits.empty:
        return nothing(id, lang)
    centre = float(points["group"].iloc[0])
    x, volume = limits["volume"].astype(float), points["cases"].astype(float)
    named = points["named"].astype(bool)
    marked = points["outside"].notna() & ~named
    lines = re.sub(r"\s*(?=\d)", "\n", f"{centre_name} {_printed(centre, per_1000)}", count=1)

    def draw(drawing: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        right = max(width_of(t, px - 1) for t in [*lines.split("\n"), "99.8%"]) + 10
        ax = room(drawing, 240 if wide else 270, 52, right, top=12, bottom=50)
        bottom = min(limits["lower_998"].quantile(0.3), points["rate"].min())
        top = max(limits["upper_998"].quantile(0.7), points["rate"].max())
        span = (top - bottom) or 0.01
        ax.set_ylim(max(bottom - 0.05 * span, -0.02 * span), top + (0.02 if top >= 1 - 1e-9 else 0.06) * span)
        if x.max() / max(x.min(), 1) > _RATIO:
            ax.set_xscale("log")
        ax.set_xlim(x.min(), x.max())
        ax.fill_between(x, limits["lower_998"], limits["upper_998"], color=theme.BAND, linewidth=0)
        ax.fill_between(x, limits["lower_95"], limits["upper_95"], color=theme.GRID, linewidth=0)
        if frame["spread"].iloc[0] > 0:
            for end in ("lower_chance", "upper_chance"):
                ax.plot(x, limits[end], color=theme.NATION, linewidth=1, dashes=(1, 2.5))
        ax.axhline(centre, color=theme.MUTED, linewidth=1.2, dashes=(4, 3))
        small = 7 if len(points) <= _TOLD else 4.5
        for chosen, style in (
            (~named & ~marked, {"marker": "o", "color": theme.THIS, "s": small**2, "linewidth": 0}),
            (
                marked,
                {
                    "marker": "D",
                    "facecolor": theme.PAPER,
                    "edgecolor": theme.INK,
                    "linewidth": 1.1,
                    "s": (small - 0.5) ** 2,
                },
            ),
            (named, {"marker": "D", "color": theme.INK, "s": (small + 1) ** 2, "linewidth": 0}),
        ):
            ax.scatter(volume[chosen], points["rate"][chosen], zorder=4, clip_on=False, **style)
        bare(ax)
        ax.set_yticks(ticks(*ax.get_ylim(), 6))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: _tick(v, per_1000)))
        if ax.get_xscale() == "log":
            ax.xaxis.set_major_locator(FixedLocator(_ticks(x.min(), x.max(), 7 if wide else 4)))
            ax.xaxis.set_minor_locator(NullLocator())
        else:
            ax.set_xticks(ticks(*ax.get_xlim(), 8 if wide else 4, least=1))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: formats.count(v)))
        ax.tick_params(labelsize=px - 1, labelcolor=theme.MUTED)
        ax.set_xlabel(x_name, fontsize=px - 1, labelpad=8)
        limit_names(ax, limits, centre, lines, px - 1)
        order = points[named].sort_values("p", kind="stable").index[: _NAMED[variant]]
        if len(points) <= _NAMED[variant]:
            order = points.sort_values("p", kind="stable").index
        at = ax.transData.transform(np.column_stack([volume, points["rate"]])) - ax.bbox.min
        line = float(ax.transData.transform((x.iloc[0], centre))[1] - ax.bbox.y0)
        beside, high = inside(ax)
        taken: list[Box] = [(-1, line - 2, beside, line + 2), (beside + 2, -99, beside + 999, high + 99)]
        places = [(float(a), float(b)) for a, b in at]
        name_points(ax, places, list(points["store"]), list(order), px - 1, lang, taken)

    return exhibit.chart(
        draw,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=_alt(points, named, centre, per_1000, centre_name, lang),
        data=points.drop(columns=["p"], errors="ignore"),
        lang=lang,
    )


def store_funnels(
    compared: pd.DataFrame, limits: Mapping[str, pd.DataFrame], words: Mapping[str, Mapping[str, Any]]
) -> list[Exhibit]:
    """A funnel of every rate that has words.

    Parameters
    ----------
    compared
        The stores of all rates, with ``figure``.
    limits, words
        By rate.
    """
    return [
        store_funnel(compared[compared["figure"] == figure], limits[figure], figure, **told)
        for figure, told in words.items()
    ]


def _printed(rate: float, per_1000: bool) -> str:
    return formats.number(rate * 1000, 1) if per_1000 else formats.percent(rate)


def _tick(rate: float, per_1000: bool) -> str:
    if rate < -1e-9 or (rate > 1 + 1e-9 and not per_1000):
        return ""
    return f"{rate * 1000:g}" if per_1000 else f"{rate * 100:g}%"


def _ticks(low: float, high: float, most: int) -> list[float]:
    """1, 2 and 5 times powers of ten in a range; of many every other."""
    every = [
        step * 10.0**power for power in range(7) for step in (1, 2, 5) if low <= step * 10**power <= high
    ]
    return every[:: -(-len(every) // most)] if every else [low]


def _alt(
    points: pd.DataFrame, named: pd.Series, centre: float, per_1000: bool, centre_name: str, lang: str
) -> str:
    """Every store in words, of many their range and those that are named."""
    told = points if len(points) <= _TOLD else points[named]
    texts = [
        f"{row['store']} {_printed(row['rate'], per_1000)} ({formats.count(row['cases'])})"
        for row in told.to_dict("records")
    ]
    if len(points) > _TOLD:
        low, high = (_printed(points["rate"].agg(end), per_1000) for end in ("min", "max"))
        texts.insert(
            0, f"{len(points)}家门店 {low}–{high}" if lang == "zh" else f"{len(points)} stores {low}–{high}"
        )
    return f"{centre_name} {_printed(centre, per_1000)}{joined(['', *texts], lang)}"

"""The stores of a group by volume and rate, with limits round the group's: no league table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract import formats
from aftersales.contract.statistics import FEW
from aftersales.display import exhibit, svg, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, joined, nothing, size
from aftersales.display.charts.labels import Box, name_points
from aftersales.display.charts.plot import BELOW, Plot, ticks
from aftersales.display.charts.scatter import LEFT, limit_bands, limit_names, widened
from aftersales.display.exhibit import WIDTHS, Exhibit
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

    def draw(variant: Variant) -> str:
        px, wide = size(variant), variant == "wide"
        right = max(width_of(t, px - 1) for t in [*lines.split("\n"), "99.8%"]) + 10
        low = min(limits["lower_998"].quantile(0.3), points["rate"].min())
        high = max(limits["upper_998"].quantile(0.7), points["rate"].max())
        span = (high - low) or 0.01
        ends = (float(x.min()), float(x.max()))
        ratios = ends[1] / max(ends[0], 1) > _RATIO
        scale = np.log10 if ratios else np.asarray
        plot = Plot(
            LEFT,
            12,
            WIDTHS[variant] - LEFT - right,
            (240 if wide else 270) - 12 - BELOW,
            widened((float(scale(ends[0])), float(scale(ends[1])))),
            (
                high + (0.02 if high >= 1 - 1e-9 else 0.06) * span,
                max(low - 0.05 * span, -0.02 * span),
            ),
        )
        along = pd.Series(scale(x), x.index)
        parts = limit_bands(plot, along, limits)
        if frame["spread"].iloc[0] > 0:
            for end in ("lower_chance", "upper_chance"):
                seen = limits[end].astype(float)
                seen = seen.where((seen >= plot.down[1]) & (seen <= plot.down[0]))
                parts += plot.line(seen, theme.NATION, 1, "1 2.5", at=along)
        parts.append(plot.level(centre, theme.MUTED, 1.2, "5 4"))
        at = [plot.at(float(scale(v)), r) for v, r in zip(volume, points["rate"], strict=True)]
        small = 7 if len(points) <= _TOLD else 4.5
        for place, of, out in zip(at, named, marked, strict=True):
            if not of and not out:
                parts.append(svg.dot(*place, small / 2, theme.THIS))
        for place, out in zip(at, marked, strict=True):
            if out:
                parts.append(svg.diamond(*place, (small - 0.5) * 0.71, theme.PAPER, theme.INK, 1.1))
        for place, of in zip(at, named, strict=True):
            if of:
                parts.append(svg.diamond(*place, (small + 1) * 0.71, theme.INK))
        rates = [v for v in ticks(plot.down[1], plot.down[0], 6) if _tick(v, per_1000)]
        parts += plot.beside(rates, [_tick(v, per_1000) for v in rates], px - 1)
        most = 7 if wide else 4
        volumes = _ticks(*ends, most) if ratios else ticks(*plot.across, 8 if wide else 4, least=1)
        told = [formats.count(v) for v in volumes]
        parts += plot.below([float(scale(v)) for v in volumes], told, px - 1)
        parts.append(plot.title(x_name, px - 1))
        written, boxes = limit_names(plot, limits, centre, lines, px - 1)
        order = points[named].sort_values("p", kind="stable").index[: _NAMED[variant]]
        if len(points) <= _NAMED[variant]:
            order = points.sort_values("p", kind="stable").index
        line = plot.y(centre)
        taken: list[Box] = [
            *boxes,
            (plot.left - 1, line - 2, plot.right, line + 2),
            (plot.right + 2, plot.top - 99, plot.right + 999, plot.foot + 99),
        ]
        names, foot = name_points(
            plot,
            WIDTHS[variant],
            at,
            list(points["store"]),
            list(order),
            px - 1,
            lang,
            taken,
        )
        return svg.document(WIDTHS[variant], foot, [*parts, *written, *names])

    return exhibit.picture(
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

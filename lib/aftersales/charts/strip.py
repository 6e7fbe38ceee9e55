"""Cases by hours: each is a dot, the promise is a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from aftersales import exhibit, formats, theme
from aftersales.charts.frame import (
    Variant,
    bare,
    gutter,
    inside,
    joined,
    names,
    nothing,
    room,
    say,
    size,
    width_of,
)
from aftersales.charts.kept import kept
from aftersales.exhibit import Exhibit

# Hours that a reader knows: a day or two, then weeks and months.
_TICKS = (0, 24, 48, 72, 120, 168, 336, 504, 720, 1440, 2160, 4320, 8760)
# A case that took so many times the promise makes the scale run wider at the start.
_FAR = 2.5
_DOT = 8.5


@kept
def strip(
    frame: pd.DataFrame, limit: float, *, title: str, subtitle: str, lang: str, id: str, x_name: str, limit_name: str,
    note: str = "", mail: bool = False,
) -> Exhibit:  # fmt: skip
    """Cases by hours, on one band a group, with the promised hours marked; late ones tell their hours.

    Parameters
    ----------
    frame : DataFrame
        ``label`` (the group), ``hours``, ``open`` (still running at the end of the month).
    """
    points = frame.dropna(subset=["hours"]).reset_index(drop=True)
    if points.empty:
        return nothing(id, lang)
    hours = points["hours"].astype(float)
    groups = list(dict.fromkeys(points["label"]))
    far = hours.max() > _FAR * limit
    if far:
        x_name += "（前宽后窄的平方根刻度）" if lang == "zh" else " (square-root scale)"

    def draw(figure: Figure, variant: Variant) -> None:
        px = size(variant)
        left = gutter(groups, px, 140)
        width = figure.get_figwidth() * 72 - left - 30
        scale = np.sqrt if far else np.asarray
        top = float(scale(max(hours.max(), limit))) * 1.04
        across = scale(hours) / top * width
        heights = [_swarm(across[points["label"] == g], _DOT + 1.5) for g in groups]
        bands = [max(36, 2 * max((abs(v) for v in up), default=0) + _DOT + 14) for up in heights]
        ax = room(figure, sum(bands) + 74, left, 30, top=24, bottom=50)
        ax.set_xlim(0, width)
        ax.set_ylim(sum(bands), 0)
        bare(ax)
        middles = [sum(bands[:n]) + band / 2 for n, band in enumerate(bands)]
        at = float(scale(limit)) / top * width
        ax.axvline(at, color=theme.TARGET, linewidth=1.8)
        right = at + width_of(limit_name, px - 1) > inside(ax)[0]
        say(ax, limit_name, (at, 1), (0, 4), px=px - 1, colour=theme.TARGET, va="bottom",
            ha="right" if right else "center" if at > 40 else "left", coords=("data", "axes fraction"))  # fmt: skip
        for group, middle, up in zip(groups, middles, heights, strict=True):
            of = points["label"] == group
            late = hours[of] > limit
            for x, dy, row, is_late in zip(across[of], up, points[of].to_dict("records"), late, strict=True):
                colour = theme.WORSE if is_late else theme.THIS
                face = theme.PAPER if row["open"] else colour
                ax.plot(x, middle + dy, "o", ms=_DOT, mfc=face, mec=colour, mew=1.8, clip_on=False, zorder=3)
                if is_late and late.sum() <= 4 and row["hours"] > 1.5 * limit:
                    say(ax, formats.count(row["hours"]), (x, middle + dy), (0, 7), px=px - 1, colour=theme.WORSE,
                        ha="center", va="bottom")  # fmt: skip
        names(ax, groups, px, left, at=middles)
        _ticks(ax, scale, top, width, px - 1)
        ax.set_xlabel(x_name, fontsize=px - 1, labelpad=8)

    still = "未关闭" if lang == "zh" else "open"
    alt = [
        f"{r['label']} {formats.count(r['hours'])}{' ' + still if r['open'] else ''}"
        for r in points.to_dict("records")
    ]
    return exhibit.chart(
        draw, id=id, title=title, subtitle=subtitle, note=note, alt=f"{limit_name}{joined(['', *alt], lang)}", data=points,
        lang=lang, mail=mail,
    )  # fmt: skip


def _swarm(across: Sequence[float], apart: float) -> list[float]:
    """How far each dot of a band moves up or down so that none covers another."""
    placed: list[tuple[float, float]] = []
    ups = [0.0] * len(across)
    for i in sorted(range(len(across)), key=lambda n: list(across)[n]):
        x = list(across)[i]
        for n in range(200):
            up = apart * 0.5 * ((n + 1) // 2) * (1 if n % 2 else -1)
            if all((x - a) ** 2 + (up - b) ** 2 >= apart**2 - 1e-6 for a, b in placed):
                break
        placed.append((x, up))
        ups[i] = up
    return ups


def _ticks(ax, scale, top: float, width: float, px: float) -> None:
    """Hours that are read easily, as many as have room."""
    shown, end = [], -1e9
    for hour in _TICKS:
        x = float(scale(hour)) / top * width
        half = width_of(formats.count(hour), px) / 2
        if x <= width and x - half > end + 8:
            shown.append((x, formats.count(hour)))
            end = x + half
    ax.xaxis.set_major_locator(FixedLocator([x for x, _ in shown]))
    ax.set_xticks([x for x, _ in shown], [t for _, t in shown], fontsize=px, color=theme.MUTED)

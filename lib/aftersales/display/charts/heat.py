"""A table of shades, for many numbers of one kind."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from aftersales.contract import formats
from aftersales.display import exhibit, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import (
    Variant,
    bare,
    gutter,
    joined,
    names,
    nothing,
    room,
    size,
    width_of,
)
from aftersales.display.exhibit import Exhibit

# Up to the darkest shade ink keeps 4.5 : 1 on it, in light and dark.
_PALEST, _DARKEST = 0.05, 0.55


@cached
def heat(
    frame: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    lang: str,
    id: str,
    low: float,
    high: float,
    note: str = "",
    digits: int = 0,
    percent: bool = False,
    mail: bool = False,
) -> Exhibit:
    """A table of shades: every value printed, the darker the lower.

    Parameters
    ----------
    frame : DataFrame
        Index = rows, columns = columns, values; missing ones stay blank.
    low, high
        The ends of the scale of shades.
    """
    if frame.empty or frame.notna().to_numpy().sum() == 0:
        return nothing(id, lang)
    values = frame.astype(float)
    printed = values.map(lambda v: formats.number(v * (100 if percent else 1), digits))
    headers = [str(c) for c in frame.columns]
    shades = LinearSegmentedColormap.from_list(
        "shades", [(*to_rgb(theme.THIS), opacity) for opacity in (_DARKEST, _PALEST)]
    )

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        left = gutter(frame.index, px, 150 if wide else 92, gap=10)
        across = figure.get_figwidth() * 72 - left - 2
        cell = min(across / len(headers), 120)
        high_px = 28 if len(frame) <= 24 else 24
        ax = room(figure, high_px * len(frame) + 30, left, across - cell * len(headers) + 2, top=26, bottom=4)
        bare(ax, x=False)
        sns.heatmap(
            values,
            ax=ax,
            cmap=shades,
            vmin=low,
            vmax=high if high > low else low + 1,
            cbar=False,
            annot=printed,
            fmt="",
            annot_kws={"fontsize": px - 1, "color": theme.INK},
            linewidths=2,
            linecolor=theme.PAPER,
            xticklabels=False,
            yticklabels=False,
        )
        ax.set(xlabel="", ylabel="")
        # every header where there is room, else every second one, and so on, the last always
        widest = max(width_of(t, px - 1) for t in headers) + 4
        every = max(1, -(-int(widest) // int(cell)))
        ticks = [c for c in range(len(headers)) if (len(headers) - 1 - c) % every == 0]
        ax.set_xticks(
            [c + 0.5 for c in ticks], [headers[c] for c in ticks], fontsize=px - 1, color=theme.MUTED
        )
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        names(ax, list(frame.index), px, left, gap=10, at=[r + 0.5 for r in range(len(frame))])

    alt = [
        f"{name} "
        + ("，" if lang == "zh" else ", ").join(
            f"{header} {text}{'%' if percent else ''}"
            for header, text, value in zip(headers, texts, row, strict=True)
            if value == value
        )
        for name, texts, row in zip(values.index, printed.to_numpy(), values.to_numpy(), strict=True)
        if any(row == row)
    ]
    return exhibit.chart(
        draw,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=joined(alt, lang),
        data=frame.reset_index(),
        lang=lang,
        mail=mail,
    )

"""How a number comes about: a bridge from one count to another, a waterfall of contributions."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from aftersales.contract import formats
from aftersales.display import exhibit, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import (
    ACROSS_DOWN,
    Variant,
    bare,
    gutter,
    joined,
    names,
    nothing,
    room,
    say,
    size,
)
from aftersales.display.exhibit import Exhibit


@cached
def bridge(
    frame: pd.DataFrame, *, title: str, subtitle: str, lang: str, id: str, note: str = "", mail: bool = False
) -> Exhibit:
    """From a count to another, step by step.

    Parameters
    ----------
    frame : DataFrame
        ``label``, ``value`` and ``kind``: ``total`` starts at zero, ``minus`` is taken off what is left.
    """
    rows = frame.dropna(subset=["value"]).reset_index(drop=True)
    if rows.empty or not rows["value"].abs().sum():
        return nothing(id, lang)
    total = rows["kind"] == "total"
    printed = [
        formats.count(v) if whole else formats.count(-v) if v else "0"
        for v, whole in zip(rows["value"], total, strict=True)
    ]

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        left = gutter(rows["label"], px, 210 if wide else 124)
        ax = room(figure, (34 if wide else 36) * len(rows) + 8, left, 58, top=4, bottom=4)
        ax.set_xlim(0, rows["value"].max())
        ax.set_ylim(len(rows) - 0.5, -0.5)
        bare(ax, x=False)
        ax.xaxis.set_visible(False)
        level = 0.0
        for y, value in enumerate(rows["value"].astype(float)):
            start, end = (0.0, value) if total[y] else (level - value, level)
            level = value if total[y] else start
            colour = theme.THIS if total[y] and y == len(rows) - 1 else theme.LAST
            ax.barh(
                y, value, left=start, height=0.64, color=colour, alpha=1 if total[y] else 0.42, linewidth=0
            )
            say(
                ax,
                printed[y],
                (end, y),
                (6, 0),
                px=px,
                bold=total[y],
                colour=theme.INK if total[y] else theme.MUTED,
            )
            if y < len(rows) - 1:
                ax.plot([level, level], [y + 0.32, y + 0.68], color=theme.MUTED, linewidth=1, clip_on=False)
        names(ax, rows["label"], px, left)

    alt = [f"{label} {text}" for label, text in zip(rows["label"], printed, strict=True)]
    return exhibit.chart(
        draw,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=joined(alt, lang),
        data=rows,
        lang=lang,
        form={"kind": "bridge", "printed": printed},
        mail=mail,
    )


@cached
def waterfall(
    frame: pd.DataFrame, *, title: str, subtitle: str, lang: str, id: str, note: str = "", mail: bool = False
) -> Exhibit:
    """Contributions that add up to a change, largest first.

    Parameters
    ----------
    frame : DataFrame
        ``label``, ``value``; the sum is drawn as the last bar.
    """
    rows = (
        frame.dropna(subset=["value"])
        .sort_values("value", ascending=False, kind="stable")
        .reset_index(drop=True)
    )
    if rows.empty:
        return nothing(id, lang)
    values = rows["value"].astype(float)
    labels = [*rows["label"], "合计" if lang == "zh" else "Total"]
    printed = [_signed(v) for v in [*values, values.sum()]]

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        left, right = gutter(labels, px, 210 if wide else 124), 56
        ax = room(figure, (30 if wide else 32) * len(labels) + 8, left, right, top=4, bottom=4)
        ends = values.cumsum()
        low, high = min(0, ends.min()), max(0, ends.max())
        pad = (high - low) * 0.01 or 0.1
        ax.set_xlim(low - pad, high + pad)
        ax.set_ylim(len(labels) - 0.5, -0.5)
        bare(ax, x=False)
        ax.xaxis.set_visible(False)
        ax.axvline(0, color=theme.MUTED, linewidth=1)
        level = 0.0
        for y, value in enumerate(values):
            paler = 1 if value >= 0 else 0.42  # a sign, not a judgement
            ax.barh(y, value, left=level, height=0.62, color=theme.THIS, alpha=paler, linewidth=0)
            level += value
            ax.plot([level, level], [y + 0.31, y + 0.69], color=theme.MUTED, linewidth=1)
        ax.barh(len(rows), level, height=0.62, color=theme.INK, linewidth=0)
        for y, text in enumerate(printed):
            say(
                ax,
                text,
                (1, y),
                (right - 1, 0),
                px=px,
                bold=True,
                colour=theme.INK,
                ha="right",
                coords=ACROSS_DOWN,
            )
        names(ax, labels, px, left)

    alt = [f"{label} {text}" for label, text in zip(labels, printed, strict=True)]
    return exhibit.chart(
        draw,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=joined(alt, lang),
        data=rows,
        lang=lang,
        form={"kind": "waterfall", "total": labels[-1], "printed": printed},
        mail=mail,
    )


def _signed(value: float) -> str:
    text = formats.number(abs(value), 2)
    return text if float(text.replace(",", "")) == 0 else f"{'+' if value > 0 else '−'}{text}"

"""How a number comes about: a bridge from one count to another, a waterfall of contributions."""

from __future__ import annotations

import pandas as pd

from aftersales.contract import formats
from aftersales.display import exhibit, svg, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, gutter, joined, nothing, size
from aftersales.display.charts.plot import Plot
from aftersales.display.exhibit import WIDTHS, Exhibit


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

    def draw(variant: Variant) -> str:
        px, wide = size(variant), variant == "wide"
        left = gutter(rows["label"], px, 210 if wide else 124)
        room, high = WIDTHS[variant] - left - 58, (34 if wide else 36) * len(rows)
        plot = Plot(left, 4, room, high, (0, float(rows["value"].max())), (-0.5, len(rows) - 0.5))
        level = 0.0
        parts = []
        for y, value in enumerate(rows["value"].astype(float)):
            whole = bool(total[y])
            start, end = (0.0, value) if whole else (level - value, level)
            level = value if whole else start
            colour = theme.THIS if whole and y == len(rows) - 1 else theme.LAST
            parts.append(plot.bar(start, end, y, 0.64, colour, 1 if whole else 0.42))
            ink = theme.INK if whole else theme.MUTED
            parts.append(svg.words(printed[y], plot.x(end) + 6, plot.y(y), px, ink, bold=whole))
            if y < len(rows) - 1:
                parts.append(svg.line([plot.at(level, y + 0.32), plot.at(level, y + 0.68)], theme.MUTED))
        parts += plot.names(rows["label"], px)
        return svg.document(WIDTHS[variant], plot.foot + 4, parts)

    alt = [f"{label} {text}" for label, text in zip(rows["label"], printed, strict=True)]
    return exhibit.picture(
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

    def draw(variant: Variant) -> str:
        px, wide = size(variant), variant == "wide"
        left = gutter(labels, px, 210 if wide else 124)
        ends = values.cumsum()
        low, high = min(0, ends.min()), max(0, ends.max())
        pad = (high - low) * 0.01 or 0.1
        across, down = (low - pad, high + pad), (-0.5, len(labels) - 0.5)
        plot = Plot(left, 4, WIDTHS[variant] - left - 56, (30 if wide else 32) * len(labels), across, down)
        parts = [plot.upright(0, theme.MUTED)]
        level = 0.0
        for y, value in enumerate(values):
            paler = 1 if value >= 0 else 0.42  # a sign, not a judgement
            parts.append(plot.bar(level, level + value, y, 0.62, theme.THIS, paler))
            level += value
            parts.append(svg.line([plot.at(level, y + 0.31), plot.at(level, y + 0.69)], theme.MUTED))
        parts.append(plot.bar(0, level, len(rows), 0.62, theme.INK))
        right = WIDTHS[variant] - 1
        parts += [
            svg.words(text, right, plot.y(y), px, anchor="end", bold=True) for y, text in enumerate(printed)
        ]
        parts += plot.names(labels, px)
        return svg.document(WIDTHS[variant], plot.foot + 4, parts)

    alt = [f"{label} {text}" for label, text in zip(labels, printed, strict=True)]
    return exhibit.picture(
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

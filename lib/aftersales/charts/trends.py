"""Months in a row: a rate with its limits, two lines with their gap; and a table of shades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from aftersales import exhibit, formats, theme
from aftersales.charts.bars import _join, _nothing
from aftersales.charts.frame import Variant, apart, bare, fit, room, size, width_of
from aftersales.exhibit import Exhibit


@dataclass(frozen=True)
class Line:
    """A line of a trend: its column, its name, how a value prints (``rate``, ``count``, ``points``), its role and decimals."""

    column: str
    name: str
    form: str = "rate"
    role: str = "this"
    digits: int = 1

    def text(self, value: float) -> str:
        """A value as it is printed."""
        if self.form == "rate":
            return formats.percent(value, self.digits)
        return formats.number(value, 0 if self.form == "count" else self.digits)


def trend(
    frame: pd.DataFrame, lines: Sequence[Line], *, title: str, subtitle: str, lang: str, id: str, note: str = "",
    mail: bool = False, target: float | None = None, bars: Line | None = None,
) -> Exhibit:  # fmt: skip
    """One or more lines over months, the last point labelled with its value.

    Parameters
    ----------
    frame : DataFrame
        ``month`` and the columns of `lines`; where it has ``lower``, ``upper`` and ``centre`` these are drawn as
        the limits of chance, and months whose ``signal`` is true are marked.
    target
        Drawn as a line, on the scale of the first line.
    bars
        A volume, drawn as bars on a panel of their own below.
    """
    known = frame.reset_index(drop=True)
    if known.empty or known[[line.column for line in lines]].notna().to_numpy().sum() == 0:
        return exhibit.empty(_nothing(lang), id=id, lang=lang, title=title)

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        right = max(width_of(line.name, px) for line in lines) if len(lines) > 1 else 0
        right = min(max(right, width_of(lines[0].text(0.9999), px)) + 18, 170 if wide else 96)
        below = 74 if bars else 0
        height = (250 if wide else 230) + below
        ax = room(figure, height, 54, right, top=14, bottom=28 + below)
        x = np.arange(len(known))
        low, high = _range(known, lines, target)
        ax.set_ylim(low, high)
        ax.set_xlim(-0.4, len(known) - 0.6)
        bare(ax, x=False)
        ax.grid(axis="y", color=theme.GRID, linewidth=1)
        if {"lower", "upper"} <= set(known) and known["lower"].notna().any():
            ax.fill_between(x, known["lower"], known["upper"], color=theme.BAND, linewidth=0, zorder=0)
            ax.plot(x, known["centre"], color=theme.MUTED, linewidth=1, dashes=(4, 3))
        if target is not None:
            ax.axhline(target, color=theme.TARGET, linewidth=1.4)
            word = "目标" if lang == "zh" else "Target"
            text = f"{word} {lines[0].text(target)}"
            at, above = _clear(
                [known[c].astype(float) for c in (lines[0].column, "centre") if c in known],
                target,
                high - low,
            )
            spot = {
                "xy": (x[at], target),
                "ha": "left" if at == 0 else "right" if at == len(known) - 1 else "center",
            }
            offset = (0, 4 if above else -4)
            ax.annotate(text, xytext=offset, textcoords="offset points", fontsize=px - 1.5, color=theme.TARGET,
                        va="bottom" if above else "top", **spot)  # fmt: skip
        ends = []
        for line in lines:
            colour = theme.LIGHT[line.role]
            ax.plot(
                x,
                known[line.column].astype(float),
                color=colour,
                linewidth=2.4 if line.role == "this" else 1.8,
                marker="o",
                markersize=3.5 if line.role == "this" else 0,
                zorder=3,
            )
            values = known[line.column].astype(float)
            if values.notna().any():
                at = int(values.last_valid_index())
                ends.append((at, float(values[at]), line, colour))
        if "signal" in known:
            out = known[known["signal"].fillna(False).astype(bool)]
            ax.plot(
                out.index, out[lines[0].column].astype(float), "D", color=theme.WORSE, markersize=9, zorder=4
            )
        _ends(ax, ends, height - 14 - 28 - below, px, many=len(lines) > 1)
        ax.yaxis.set_major_locator(MaxNLocator(5))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: _tick(v, lines[0].form)))
        ax.tick_params(labelsize=px - 1, labelcolor=theme.MUTED)
        _months(ax, list(known["month"]), wide, hidden=bool(bars))
        if bars:
            _bars_below(figure, known, bars, height, right, px, wide, lang)

    named = [
        f"{r['month']} "
        + (" / ").join(
            line.text(r[line.column])
            for line in lines
            if r[line.column] is not None and r[line.column] == r[line.column]
        )
        for r in known.to_dict("records")
    ]
    alt = " / ".join(line.name for line in lines) + ("：" if lang == "zh" else ": ") + _join(named, lang)
    return exhibit.chart(
        draw, id=id, title=title, subtitle=subtitle, note=note, alt=alt, data=known, lang=lang, mail=mail
    )


def _clear(series: Sequence[pd.Series], target: float, span: float) -> tuple[int, bool]:
    """Where along the target's line its name meets the drawn lines least, and whether it goes above it."""
    best, place, above = -1.0, 0, True
    months = len(series[0])
    for at in range(max(months - 1, 1)):
        near = [((v - target) / span).iloc[max(at - 2, 0) : at + 3].dropna() for v in series]
        for side in (True, False):
            # a line on the other side does not matter; one on this side should be far off
            same = [abs(g) for values in near for g in values if (g > -0.01) == side or abs(g) < 0.01]
            room = min(same, default=1.0)
            if room > best + 1e-9:
                best, place, above = room, at, side
    return place, above


def _range(known: pd.DataFrame, lines: Sequence[Line], target: float | None) -> tuple[float, float]:
    columns = [line.column for line in lines] + [c for c in ("lower", "upper") if c in known]
    values = known[columns].astype(float).to_numpy().ravel()
    values = values[~np.isnan(values)]
    low, high = float(values.min()), float(values.max())
    if target is not None:
        low, high = min(low, target), max(high, target)
    pad = (high - low) * 0.12 or abs(high) * 0.1 or 1
    bottom = low - pad
    return (0 if bottom < 0 <= low else bottom), high + pad


def _ends(ax: Axes, ends: list, height: float, px: float, many: bool) -> None:
    """The last value of each line, and its name where there are several; kept apart."""
    low, high = ax.get_ylim()
    rows = 2 if many else 1
    spots = apart([(value - low) / (high - low) * height for _, value, *_ in ends], (px + 3) * rows)
    for spot, (at, value, line, colour) in zip(spots, ends, strict=True):
        text = f"{line.name}\n{line.text(value)}" if many else line.text(value)
        ax.plot(at, value, "o", color=colour, markersize=7, zorder=5)
        ax.annotate(
            text,
            (at, 0),
            (10, spot),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            va="center",
            fontsize=px - (0.5 if many else 0),
            weight="bold",
            color=colour,
            annotation_clip=False,
            linespacing=1.15,
        )


def _tick(value: float, form: str) -> str:
    if form == "rate":
        return f"{value * 100:g}%" if abs(value * 100 - round(value * 100, 1)) < 1e-6 else ""
    return f"{value:,.0f}" if form == "count" else f"{value:g}"


def _months(ax: Axes, months: list[str], wide: bool, hidden: bool = False) -> None:
    """Month numbers; the year stands under the first month and each January."""
    step = 1 if wide or len(months) <= 6 else 2
    places = [i for i in range(len(months)) if (len(months) - 1 - i) % step == 0]
    shown = {i: f"{int(months[i][5:])}" for i in places}
    years = {}
    for i in places:
        if i == places[0] or months[i][:4] != months[places[places.index(i) - 1]][:4]:
            years[i] = months[i][:4]
    ax.set_xticks(
        places, ["" if hidden else shown[i] + (f"\n{years[i]}" if i in years else "") for i in places]
    )


def _bars_below(
    figure: Figure,
    known: pd.DataFrame,
    bars: Line,
    height: float,
    right: float,
    px: float,
    wide: bool,
    lang: str,
) -> None:
    width = figure.get_figwidth() * 72
    ax = figure.add_axes((54 / width, 32 / height, (width - 54 - right) / width, 44 / height))
    values = known[bars.column].astype(float)
    ax.bar(
        range(len(known)),
        values,
        width=0.62,
        color=[theme.LAST] * (len(known) - 1) + [theme.THIS],
        linewidth=0,
    )
    ax.set_xlim(-0.4, len(known) - 0.6)
    bare(ax, x=False)
    ax.set_yticks([])
    ax.tick_params(labelsize=px - 1, labelcolor=theme.MUTED)
    if values.notna().any():
        ax.annotate(
            f"{bars.name}\n{bars.text(values.dropna().iloc[-1])}",
            (1, 0.5),
            (8, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            fontsize=px - 1,
            color=theme.MUTED,
            annotation_clip=False,
            linespacing=1.15,
        )
    _months(ax, list(known["month"]), wide)


def gap_trend(
    frame: pd.DataFrame, upper: Line, lower: Line, *, title: str, subtitle: str, lang: str, id: str, gap_name: str,
    note: str = "", mail: bool = False,
) -> Exhibit:  # fmt: skip
    """Two lines and the gap between them, for few months: every value is printed."""
    if frame[upper.column].isna().all() or frame[lower.column].isna().all():
        there = [line for line in (lower, upper) if frame[line.column].notna().any()]
        return trend(
            frame, there or [lower], title=title, subtitle=subtitle, lang=lang, id=id, note=note, mail=mail
        )
    known = frame.dropna(subset=[upper.column, lower.column]).reset_index(drop=True)
    if known.empty:
        return exhibit.empty(_nothing(lang), id=id, lang=lang, title=title)

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        right = max(width_of(line.name, px) for line in (upper, lower)) + 16
        ax = room(figure, 270, 20, right, top=22, bottom=40)
        x = np.arange(len(known))
        a, b = (known[line.column].astype(float) for line in (upper, lower))
        ax.fill_between(x, a, b, color=theme.BAND, linewidth=0)
        ax.plot(x, a, color=theme.LAST, linewidth=2, marker="o", markersize=5)
        ax.plot(x, b, color=theme.THIS, linewidth=2.4, marker="o", markersize=5)
        pad = (a.max() - b.min()) * 0.18 or 1
        ax.set_ylim(b.min() - pad, a.max() + pad)
        ax.set_xlim(-0.5, max(len(known) - 0.7, 0.5))
        bare(ax, x=False)
        ax.set_yticks([])
        some = (
            range(len(known)) if len(known) <= (12 if wide else 5) else [0, len(known) // 2, len(known) - 1]
        )
        for i in some:
            for values, side in ((a, 1), (b, -1)):
                ax.annotate(
                    f"{values[i]:,.0f}",
                    (i, values[i]),
                    (0, 9 * side),
                    textcoords="offset points",
                    ha="center",
                    va="bottom" if side > 0 else "top",
                    fontsize=px - 1,
                    color=theme.MUTED if side > 0 else theme.THIS,
                )
        middle = len(known) - 1
        ax.annotate(
            f"{gap_name} {a[middle] - b[middle]:,.0f}",
            (middle, (a[middle] + b[middle]) / 2),
            (-6, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=px - 1,
            color=theme.MUTED,
        )
        for values, line, colour in ((a, upper, theme.LAST), (b, lower, theme.THIS)):
            ax.annotate(
                line.name,
                (middle, values[middle]),
                (12, 0),
                textcoords="offset points",
                va="center",
                fontsize=px,
                weight="bold",
                color=colour,
                annotation_clip=False,
            )
        _months(ax, list(known["month"]), wide)
        ax.tick_params(labelsize=px - 1)

    alt = _join(
        [
            f"{r['month']} {upper.name} {r[upper.column]:,.0f} {lower.name} {r[lower.column]:,.0f}"
            for r in known.to_dict("records")
        ],
        lang,
    )
    return exhibit.chart(
        draw, id=id, title=title, subtitle=subtitle, note=note, alt=alt, data=known, lang=lang, mail=mail
    )


def heat(
    frame: pd.DataFrame, *, title: str, subtitle: str, lang: str, id: str, low: float, high: float, note: str = "",
    digits: int = 0, percent: bool = False,
) -> Exhibit:  # fmt: skip
    """A table of shades: every value printed, the darker the lower.

    Parameters
    ----------
    frame : DataFrame
        Index = rows, columns = columns, values; missing ones stay blank.
    low, high
        The ends of the scale of shades.
    """
    if frame.empty or frame.notna().to_numpy().sum() == 0:
        return exhibit.empty(_nothing(lang), id=id, lang=lang, title=title)

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        left = min(max(width_of(str(t), px) for t in frame.index) + 12, 150 if wide else 84)
        head = max(width_of(str(t), px) for t in frame.columns)
        cell = (figure.get_figwidth() * 72 - left - 6) / len(frame.columns)
        ax = room(figure, 28 * len(frame) + 30, left, 6, top=26, bottom=4)
        ax.set_xlim(0, len(frame.columns))
        ax.set_ylim(len(frame), 0)
        bare(ax, x=False)
        small = px - 1 if cell > 38 else px - 2.5
        for r, (_, row) in enumerate(frame.iterrows()):
            for c, value in enumerate(row.astype(float)):
                if value != value:
                    continue
                share = min(max((high - value) / (high - low), 0), 1) if high > low else 0
                ax.barh(
                    r + 0.5,
                    0.94,
                    left=c + 0.03,
                    height=0.9,
                    color=theme.THIS,
                    alpha=round(0.06 + 0.86 * share, 2),
                    linewidth=0,
                )
                text = f"{value * 100:.{digits}f}" if percent else f"{value:.{digits}f}"
                ax.text(
                    c + 0.5,
                    r + 0.52,
                    text,
                    ha="center",
                    va="center",
                    fontsize=small,
                    color=theme.PAPER if share > 0.5 else theme.INK,
                )
        names = [str(t) if head < cell else fit(str(t), px, cell) for t in frame.columns]
        ax.set_xticks([c + 0.5 for c in range(len(frame.columns))], names, fontsize=small, color=theme.MUTED)
        ax.xaxis.tick_top()
        ax.set_yticks(
            [r + 0.5 for r in range(len(frame))],
            [fit(str(t), px, left - 12) for t in frame.index],
            fontsize=px,
        )

    rows = []
    for name, row in frame.iterrows():
        values = [
            f"{c} {v * (100 if percent else 1):.{digits}f}"
            for c, v in row.items()
            if v == v and v is not None
        ]
        rows.append(f"{name} " + ("，" if lang == "zh" else ", ").join(values))
    return exhibit.chart(
        draw,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=_join(rows, lang),
        data=frame.reset_index(),
        lang=lang,
    )

"""Months in a row: a rate with its control limits and its target, a volume below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aftersales.contract import formats
from aftersales.display import exhibit, theme
from aftersales.display.charts import marks
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import (
    Variant,
    apart,
    bare,
    inside,
    joined,
    nothing,
    room,
    say,
    size,
    steps,
)
from aftersales.display.exhibit import Exhibit
from aftersales.display.svg import width_of
from aftersales.display.tables.records import table_record

_TOP, _BOTTOM, _BELOW = 14, 40, 76
_FRACTION = "axes fraction"  # a place as shares of the axes


@dataclass(frozen=True)
class Line:
    """A line of a trend: column, name, format of values (``rate``, ``count``, ``points``), role, decimals."""

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

    @property
    def ink(self) -> str:
        """The colour of its texts: the paler marks are too pale for them."""
        return theme.MUTED if self.role == "last" else theme.LIGHT[self.role]


_FORMATS = {"percent": "rate", "integer": "count"}


def line(table: str, column: str, lang: str, role: str = "this") -> Line:
    """The line of a column, named and printed as the report's tables have it.

    >>> line("booking.trend", "rate", "en").name
    'Booking rate'
    """
    record = table_record(table).column(column)
    return Line(column, record.label(lang), _FORMATS.get(record.form, "points"), role, record.digits)


@cached
def trend(
    frame: pd.DataFrame,
    lines: Sequence[Line],
    *,
    title: str,
    subtitle: str,
    lang: str,
    id: str,
    note: str = "",
    mail: bool = False,
    target: float | None = None,
    bars: Line | None = None,
    events: marks.Events = (),
) -> Exhibit:
    """One or more lines over months; at the right the last values, the target, the mean, and their names.

    The first line is marked with its signal, and since when it lasts, and with its highest and lowest month;
    the months with what happened in them, and with Spring Festival.

    Parameters
    ----------
    frame : DataFrame
        ``month`` (a text or a Period) and the columns of `lines`; where it has ``lower``, ``upper`` and
        ``centre`` these are drawn as the control limits, and months whose ``signal`` is true are
        marked; where it has ``run``, the months in which it is ``better`` or ``worse`` are emphasised.
    target
        Drawn as a line, on the scale of the first line.
    bars
        A volume, drawn as bars on a panel of their own below.
    events
        ``month`` and ``text`` of what happened.
    """
    known = frame.assign(month=frame["month"].astype(str)).reset_index(drop=True)
    if known.empty or known[[line.column for line in lines]].notna().to_numpy().sum() == 0:
        return nothing(id, lang)
    series = {line.column: known[line.column].astype(float) for line in lines}
    signals = (
        known["signal"].fillna(False).astype(bool) if "signal" in known else pd.Series(False, known.index)
    )
    goal = "" if target is None else f"{'目标' if lang == 'zh' else 'Target'} {lines[0].text(target)}"
    ends = [_end(line, series[line.column], len(lines) > 1) for line in lines]
    marked = marks.find(known, lines[0].column, lang, events)
    mean = "" if marked.mean is None else f"{'均值' if lang == 'zh' else 'Mean'} {lines[0].text(marked.mean)}"

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        texts = (
            [t for end in ends if end for t in end[1].split("\n")]
            + [goal, mean]
            + ([bars.name] if bars else [])
        )
        right = min(max(width_of(t, px) for t in texts) + 12, 180 if wide else 104)
        low, high = _range(known, series, target)
        ticks = [v for v in steps(5).tick_values(low, high) if low <= v <= high]
        steps_named = axis_texts(ticks, lines[0].form)
        left = max((width_of(t, px - 1) for t in steps_named), default=0) + 8
        below = _BELOW if bars else 0
        ax = room(figure, (258 if wide else 238) + below, left, right, top=_TOP, bottom=_BOTTOM + below)
        ax.set_ylim(low, high)
        ax.set_xlim(-0.4, len(known) - 0.6)
        bare(ax, x=False)
        ax.grid(axis="y", color=theme.GRID, linewidth=1)
        x = np.arange(len(known))
        if {"lower", "upper"} <= set(known) and known["lower"].notna().any():
            bounds = [known[c].astype(float) for c in ("lower", "upper")]
            ax.fill_between(x, *bounds, color=theme.BAND, linewidth=0, zorder=0)
        if "centre" in known and known["centre"].notna().any():
            ax.plot(x, known["centre"].astype(float), color=theme.MUTED, linewidth=1, dashes=(4, 3))
        _happened(ax, marked, px - 1, lang)
        if target is not None:
            ax.axhline(target, color=theme.TARGET, linewidth=1.4)
        for line in lines:
            strong = line.role == "this"
            ax.plot(
                x,
                series[line.column],
                color=theme.LIGHT[line.role],
                lw=2.4 if strong else 1.8,
                marker="o",
                ms=3.5 if strong else 3,
                zorder=3,
            )
        _run(ax, series[lines[0].column], marked, px - 1)
        _signals(ax, series[lines[0].column], signals, lines[0], px - 1)
        _extremes(ax, series[lines[0].column], signals, marked, lines[0], px - 1)
        labels = [(goal, target, theme.TARGET), (mean, marked.mean, theme.MUTED)]
        _ends(ax, ends, [(t, v, c) for t, v, c in labels if v is not None], px)
        ax.set_yticks(ticks, steps_named)
        ax.tick_params(labelsize=px - 1, labelcolor=theme.MUTED, pad=6)
        if bars:
            ax.xaxis.set_visible(False)
            ax = _volume(figure, known, bars, left, right, px)
        months(ax, list(known["month"]), px - 1, lang)

    alt = []
    for i, month in enumerate(known["month"]):
        texts = [line.text(series[line.column][i]) for line in lines if series[line.column].notna()[i]]
        if bars and pd.notna(known[bars.column][i]):
            texts.append(f"{bars.name} {bars.text(known[bars.column][i])}")
        mark = ("（超出控制限）" if lang == "zh" else " (outside the limits)") if signals[i] else ""
        alt.append(f"{formats.month(month, lang)} {' / '.join(texts) or formats.NONE}{mark}")
    colon = "：" if lang == "zh" else ": "
    alt += [*filter(None, (goal, mean)), *marks.told(marked, lang)]
    named = " / ".join(line.name for line in lines) + colon + joined(alt, lang)
    if marked.events:
        note = marks.note(replace(marked, festivals=[]), lang) + note  # the picture names these
    return exhibit.chart(
        draw,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=named,
        data=known,
        lang=lang,
        form={
            "kind": "trend",
            "lines": [asdict(line) for line in lines],
            "target": target,
            "levels": [level for level in (goal, mean) if level],
            "since": marked.since[1] if marked.since else "",
            "bars": asdict(bars) if bars else None,
        },
        mail=mail,
    )


def _end(line: Line, values: pd.Series, named: bool) -> tuple[int, str, Line, float] | None:
    """Where a line ends, and the text there: its value, with its name where there are several lines."""
    at = values.last_valid_index()
    if at is None:
        return None
    return (
        int(at),
        f"{line.name}\n{line.text(values[at])}" if named else line.text(values[at]),
        line,
        values[at],
    )


def _range(known: pd.DataFrame, series: dict[str, pd.Series], target: float | None) -> tuple[float, float]:
    limits = [known[c].astype(float) for c in ("lower", "upper") if c in known]
    values = pd.concat([*series.values(), *limits]).dropna()
    low, high = float(values.min()), float(values.max())
    if target is not None:
        low, high = min(low, target), max(high, target)
    pad = (high - low) * 0.13 or abs(high) * 0.1 or 1
    return (0 if low - pad < 0 <= low else low - pad), high + pad


def _signals(ax: Axes, values: pd.Series, signals: pd.Series, line: Line, px: float) -> None:
    """Months beyond the control limits: a mark of another shape, and their value.

    Without a colour: which side is the better one is the figure's matter, and stands in the title.
    """
    low, high = ax.get_ylim()
    for at in values.index[signals & values.notna()]:
        ax.plot(at, values[at], "D", color=theme.INK, ms=8.5, zorder=4)
        if at != values.last_valid_index():
            up = values[at] > (low + high) / 2
            say(
                ax,
                line.text(values[at]),
                (at, values[at]),
                (0, 8 if up else -8),
                px=px,
                colour=theme.INK,
                ha="center",
                va="bottom" if up else "top",
            )


def _happened(ax: Axes, marked: marks.Marks, px: float, lang: str) -> None:
    """The number of what happened, at the top of its month's line; Spring Festival by name."""
    across = inside(ax)[0]
    at = [(i + 0.4) / (ax.get_xlim()[1] + 0.4) * across for i in range(int(ax.get_xlim()[1]) + 2)]
    word = marks.festival(lang)
    for i in marked.festivals:
        ax.axvline(i, color=theme.GRID, linewidth=1, zorder=0.5)
        ends = width_of(word, px - 1) / 2
        middle = min(max(at[i], ends), across - ends)
        say(
            ax,
            word,
            (0, 1),
            (middle, 2),
            px=px - 1,
            colour=theme.MUTED,
            ha="center",
            va="top",
            coords=_FRACTION,
        )
    for n, (i, _) in enumerate(marked.events, 1):
        ax.axvline(i, color=theme.MUTED, linewidth=1, dashes=(2, 2), zorder=0.6)
        place = (at[i] + 4, -px - 3)
        say(ax, str(n), (0, 1), place, px=px, colour=theme.MUTED, va="top", coords=_FRACTION)


def _run(ax: Axes, values: pd.Series, marked: marks.Marks, px: float) -> None:
    """The months of a sustained signal, thicker and in the colour of its direction; since when."""
    if marked.since is None:
        return
    start, text = marked.since
    run = values.iloc[start:]
    ax.plot(run.index, run, color=marked.colour, lw=3.6, marker="o", ms=4.5, zorder=3.5)
    if pd.isna(values[start]):
        return
    before = values.iloc[:start].mean()
    up = not before > values[start]
    place, across = (start + 0.4) / (ax.get_xlim()[1] + 0.4) * inside(ax)[0], width_of(text, px)
    ha = "right" if place > across + 8 else "left"
    say(
        ax,
        text,
        (start, values[start]),
        (-7 if ha == "right" else 0, 8 if up else -8),
        px=px,
        colour=marked.colour,
        ha=ha,
        va="bottom" if up else "top",
        bold=True,
    )


def _extremes(
    ax: Axes, values: pd.Series, signals: pd.Series, marked: marks.Marks, line: Line, px: float
) -> None:
    """The highest and the lowest month, by name and value; the last one's value stands at its end."""
    last, across = values.last_valid_index(), inside(ax)[0]
    for i, word in marked.extremes:
        if signals[i] or (marked.since and i == marked.since[0]):
            continue
        text = word if i == last else f"{word}{' ' if word.isascii() else ''}{line.text(values[i])}"
        up = values[i] == values.max()
        at, half = (i + 0.4) / (ax.get_xlim()[1] + 0.4) * across, width_of(text, px) / 2
        shift = min(max(at, half), across - half) - at
        say(
            ax,
            text,
            (i, values[i]),
            (shift, 7 if up else -7),
            px=px,
            colour=theme.MUTED,
            ha="center",
            va="bottom" if up else "top",
        )


def _ends(
    ax: Axes,
    ends: Sequence[tuple[int, str, Line, float] | None],
    levels: Sequence[tuple[str, float, str]],
    px: float,
) -> None:
    """The last values, the target and the mean, beside their lines, kept apart."""
    (low, high), (_, height) = ax.get_ylim(), inside(ax)
    labels = [(text, value, line.ink, True) for _, text, line, value in filter(None, ends)]
    labels += [(text, value, colour, False) for text, value, colour in levels]
    places = [(value - low) / (high - low) * height for _, value, *_ in labels]
    sizes = [(px + 4) * (text.count("\n") + 1) for text, *_ in labels]
    for place, (text, _, colour, bold) in zip(apart(places, sizes, -4, height + 8), labels, strict=True):
        say(
            ax,
            text,
            (1, 0),
            (4, place),
            px=px if bold else px - 1,
            colour=colour,
            bold=bold,
            coords="axes fraction",
            linespacing=1.2,
        )
    for at, _, line, value in filter(None, ends):
        ax.plot(at, value, "o", color=theme.LIGHT[line.role], ms=7, zorder=5)


def axis_texts(ticks: Sequence[float], form: str) -> list[str]:
    """The values along an axis, all with as many decimals as one of them needs."""
    values = [v * (100 if form == "rate" else 1) for v in ticks]
    digits = next((d for d in range(4) if all(abs(v - round(v, d)) < 1e-9 for v in values)), 4)
    return [formats.number(v, digits) + ("%" if form == "rate" else "") for v in values]


def months(ax: Axes, named: Sequence[str], px: float, lang: str) -> None:
    """Months in words, as many as have room, the last always; the year below where it changes."""
    places, texts = month_names(named, inside(ax)[0] / max(len(named), 1), px, lang)
    ax.set_xticks(places, ["\n".join(lines) for lines in texts], linespacing=1.3)


def month_names(
    named: Sequence[str], apart_px: float, px: float, lang: str
) -> tuple[list[int], list[list[str]]]:
    """Which months have their names on an axis, and these, the year on a line of its own.

    >>> month_names(["2023-11", "2023-12", "2024-01"], 40, 12, "zh")
    ([0, 1, 2], [['11月', '2023年'], ['12月'], ['1月', '2024年']])
    """
    every = max(1, math.ceil((width_of("10月" if lang == "zh" else "Mar", px) + 7) / apart_px))
    places = [i for i in range(len(named)) if (len(named) - 1 - i) % every == 0]
    texts, year = [], ""
    for i in places:
        month = formats.short_month(named[i], lang)
        lines = [month if lang == "zh" else month[:3]]
        if named[i][:4] != year:
            year = named[i][:4]
            lines.append(f"{year}年" if lang == "zh" else year)
        texts.append(lines)
    return places, texts


def _volume(figure: Figure, known: pd.DataFrame, bars: Line, left: float, right: float, px: float) -> Axes:
    """Bars below on months of their own, so that no axis is read on two scales; their axes."""
    width, height = figure.get_figwidth() * 72, figure.get_figheight() * 72
    ax = figure.add_axes((left / width, _BOTTOM / height, (width - left - right) / width, 46 / height))
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
    ax.yaxis.set_visible(False)
    ax.tick_params(labelsize=px - 1, labelcolor=theme.MUTED, pad=6)
    if values.notna().any():
        text = f"{bars.name}\n{bars.text(values.dropna().iloc[-1])}"
        say(
            ax, text, (1, 0.5), (4, 0), px=px - 1, colour=theme.MUTED, coords="axes fraction", linespacing=1.2
        )
    return ax

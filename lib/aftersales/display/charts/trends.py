"""Months in a row: a rate with its control limits and its target, a volume below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import pandas as pd

from aftersales.contract import formats
from aftersales.display import exhibit, svg, theme
from aftersales.display.charts import marks
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, apart, joined, nothing, size
from aftersales.display.charts.plot import Plot, axis_texts, over, ticks
from aftersales.display.exhibit import WIDTHS, Exhibit
from aftersales.display.svg import width_of
from aftersales.display.tables.records import table_record

# Room above and below a plot, what a panel of bars adds below it, and how high its bars are.
_TOP, _BOTTOM, _BELOW, _VOLUME = 14, 40, 76, 46


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

    def draw(variant: Variant) -> str:
        px, wide = size(variant), variant == "wide"
        texts = (
            [t for end in ends if end for t in end[1].split("\n")]
            + [goal, mean]
            + ([bars.name] if bars else [])
        )
        right = min(max(width_of(t, px) for t in texts) + 12, 180 if wide else 104)
        low, high = _range(known, series, target)
        levels = ticks(low, high, 5)
        named = axis_texts(levels, lines[0].form)
        left = max((width_of(t, px - 1) for t in named), default=0) + 8
        months = (-0.4, len(known) - 0.6)
        tall = (258 if wide else 238) - _TOP - _BOTTOM
        plot = Plot(left, _TOP, WIDTHS[variant] - left - right, tall, months, (high, low))
        first = series[lines[0].column]
        parts = []
        if {"lower", "upper"} <= set(known) and known["lower"].notna().any():
            parts += plot.band(known["lower"].astype(float), known["upper"].astype(float), theme.BAND)
        parts += [plot.level(value, theme.GRID) for value in levels]
        parts += plot.beside(levels, named, px - 1)
        parts += _happened(plot, marked, px - 1, lang)
        if "centre" in known and known["centre"].notna().any():
            parts += plot.line(known["centre"].astype(float), theme.MUTED, 1, "4 3")
        if target is not None:
            parts.append(plot.level(target, theme.TARGET, 1.4))
        for line in lines:
            weight, radius = (2.4, 2.25) if line.role == "this" else (1.8, 2)
            parts += plot.line(series[line.column], theme.LIGHT[line.role], weight, radius=radius)
        parts += _run(plot, first, marked, px - 1)
        parts += _signals(plot, first, signals, lines[0], px - 1)
        parts += _extremes(plot, first, signals, marked, lines[0], px - 1)
        lines_named = [(goal, target, theme.TARGET), (mean, marked.mean, theme.MUTED)]
        parts += _ends(plot, ends, [(t, v, c) for t, v, c in lines_named if v is not None], px)
        if bars:
            top = plot.foot + _BELOW - _VOLUME
            plot = Plot(left, top, plot.width, _VOLUME, months, plot.down)
            parts += _volume(plot, known[bars.column].astype(float), bars, px - 1)
        parts += plot.months(list(known["month"]), px - 1, lang)
        return svg.document(WIDTHS[variant], plot.foot + _BOTTOM, parts)

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
    return exhibit.picture(
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


def _signals(plot: Plot, values: pd.Series, signals: pd.Series, line: Line, px: float) -> list[str]:
    """Months beyond the control limits: a mark of another shape, and their value.

    Without a colour: which side is the better one is the figure's matter, and stands in the title.
    """
    high, low = plot.down
    parts = []
    for at in values.index[signals & values.notna()]:
        x, y = plot.at(at, values[at])
        parts.append(svg.diamond(x, y, 6.5, theme.INK))
        if at != values.last_valid_index():
            up = values[at] > (low + high) / 2
            parts.append(over(line.text(values[at]), x, y, up, px, theme.INK))
    return parts


def _happened(plot: Plot, marked: marks.Marks, px: float, lang: str) -> list[str]:
    """The number of what happened, at the top of its month's line; Spring Festival by name."""
    word = marks.festival(lang)
    half = width_of(word, px - 1) / 2
    parts = []
    for i in marked.festivals:
        middle = min(max(plot.x(i), plot.left + half), plot.right - half)
        parts.append(plot.upright(i, theme.GRID))
        parts.append(
            svg.words(word, middle, plot.top - 2, px - 1, theme.MUTED, anchor="middle", stands="below")
        )
    for n, (i, _) in enumerate(marked.events, 1):
        parts.append(plot.upright(i, theme.MUTED, 1, "2 2"))
        parts.append(svg.words(str(n), plot.x(i) + 4, plot.top + px + 3, px, theme.MUTED, stands="below"))
    return parts


def _run(plot: Plot, values: pd.Series, marked: marks.Marks, px: float) -> list[str]:
    """The months of a sustained signal, thicker and in the colour of its direction; since when."""
    if marked.since is None:
        return []
    start, text = marked.since
    run = values.where(values.index >= start)
    parts = plot.line(run, marked.colour, 3.6, radius=2.75)
    if pd.isna(values[start]):
        return parts
    before = values.iloc[:start].mean()
    up = not before > values[start]
    x, y = plot.at(start, values[start])
    left = x - plot.left <= width_of(text, px) + 8  # no room to the left of it
    side = "start" if left else "end"
    parts.append(over(text, x if left else x - 7, y, up, px, marked.colour, anchor=side, bold=True))
    return parts


def _extremes(
    plot: Plot, values: pd.Series, signals: pd.Series, marked: marks.Marks, line: Line, px: float
) -> list[str]:
    """The highest and the lowest month, by name and value; the last one's value stands at its end."""
    last = values.last_valid_index()
    parts = []
    for i, word in marked.extremes:
        if signals[i] or (marked.since and i == marked.since[0]):
            continue
        text = word if i == last else f"{word}{' ' if word.isascii() else ''}{line.text(values[i])}"
        x, y = plot.at(i, values[i])
        half = width_of(text, px) / 2
        middle = min(max(x, plot.left + half), plot.right - half)
        parts.append(over(text, middle, y, values[i] == values.max(), px, theme.MUTED, gap=7))
    return parts


def _ends(
    plot: Plot,
    ends: Sequence[tuple[int, str, Line, float] | None],
    levels: Sequence[tuple[str, float, str]],
    px: float,
) -> list[str]:
    """The last values, the target and the mean, beside their lines, kept apart."""
    labels = [(text, value, line.ink, True) for _, text, line, value in filter(None, ends)]
    labels += [(text, value, colour, False) for text, value, colour in levels]
    sizes = [(px + 4) * (text.count("\n") + 1) for text, *_ in labels]
    places = apart([plot.y(value) for _, value, *_ in labels], sizes, plot.top - 8, plot.foot + 4)
    parts = [
        svg.words(text, plot.right + 4, y, px if bold else px - 1, colour, bold=bold)
        for y, (text, _, colour, bold) in zip(places, labels, strict=True)
    ]
    dots = [
        svg.dot(*plot.at(at, value), 4, theme.LIGHT[line.role]) for at, _, line, value in filter(None, ends)
    ]
    return parts + dots


def _volume(plot: Plot, values: pd.Series, bars: Line, px: float) -> list[str]:
    """Bars below on months of their own, so that no axis is read on two scales; the last value in words."""
    known = values.dropna()
    if known.empty:
        return []
    most, last = max(float(known.max()), 0) or 1, len(values) - 1
    wide = 0.62 * (plot.x(1) - plot.x(0))
    parts = []
    for i, value in known.items():
        high = max(value, 0) / most * plot.height / 1.05  # the highest keeps off the panel above
        colour = theme.THIS if i == last else theme.LAST
        parts.append(svg.rect(plot.x(i) - wide / 2, plot.foot - high, wide, high, colour))
    text, middle = f"{bars.name}\n{bars.text(known.iloc[-1])}", plot.top + plot.height / 2
    return [*parts, svg.words(text, plot.right + 4, middle, px, theme.MUTED)]

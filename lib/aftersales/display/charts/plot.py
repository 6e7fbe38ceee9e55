"""The rectangle of a picture in which values have places, and what stands at its edges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from aftersales.contract import formats
from aftersales.display import svg, theme
from aftersales.display.charts.frame import fit, one_line
from aftersales.display.svg import width_of

# From an edge of a plot to the words beside it.
_PAD = 6.0
# Room below a plot for what values are called, and for what they are.
BELOW = 50


@dataclass(frozen=True)
class Plot:
    """A rectangle of a picture, in px.

    Attributes
    ----------
    left, top, width, height
        Where it is.
    across, down
        The values at its left and right, at its upper and lower edge.
    """

    left: float
    top: float
    width: float
    height: float
    across: tuple[float, float]
    down: tuple[float, float]

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def foot(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def x(self, value: float) -> float:
        """Where a value is from left to right."""
        first, last = self.across
        return self.left + (float(value) - first) / (last - first) * self.width

    def y(self, value: float) -> float:
        """Where a value is from top to bottom."""
        first, last = self.down
        return self.top + (float(value) - first) / (last - first) * self.height

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a pair of values is."""
        return self.x(x), self.y(y)

    def bar(self, start: float, end: float, y: float, thick: float, colour: str, opacity: float = 1) -> str:
        """A bar from a value to another, so many rows thick."""
        a, b = sorted((self.x(start), self.x(end)))
        high = abs(self.y(thick) - self.y(0))
        return svg.rect(a, self.y(y) - high / 2, b - a, high, colour, opacity)

    def upright(self, x: float, colour: str, width: float = 1, dashes: str = "") -> str:
        """A line from top to bottom at a value."""
        return svg.line([(self.x(x), self.top), (self.x(x), self.foot)], colour, width, dashes)

    def level(self, y: float, colour: str, width: float = 1, dashes: str = "") -> str:
        """A line from left to right at a value."""
        return svg.line([(self.left, self.y(y)), (self.right, self.y(y))], colour, width, dashes)

    def line(
        self,
        values: pd.Series,
        colour: str,
        width: float,
        dashes: str = "",
        radius: float = 0,
        at: pd.Series | None = None,
    ) -> list[str]:
        """A line through values at 0, 1, 2 … or `at`, broken where one is not known, with a dot on each."""
        known = values.to_numpy(float)
        places = range(len(known)) if at is None else at.to_numpy(float)

        def place(i: int, value: float) -> tuple[float, float]:
            return self.at(float(places[i]), value)

        parts = list(svg.broken_line(known, place, colour, width, dashes))
        if radius:
            parts += [svg.dot(*place(i, v), radius, colour) for i, v in enumerate(known) if math.isfinite(v)]
        return parts

    def band(self, lower: pd.Series, upper: pd.Series, colour: str) -> list[str]:
        """The room between two lines of values at 0, 1, 2 …, where both are known."""
        return list(svg.broken_band(lower.to_numpy(float), upper.to_numpy(float), self.at, colour))

    def names(
        self, labels: Sequence[str], px: float, gap: float = 12, at: Sequence[float] | None = None
    ) -> list[str]:
        """Names of the rows at the left, on two lines where they have room and need.

        Parameters
        ----------
        gap
            From the names to the plot, in px.
        at
            Where the rows are; 0, 1, 2 … without it.
        """
        row = self.height / max(abs(self.down[1] - self.down[0]), 1)
        fitted = fit if row >= 2.6 * px else one_line
        return [
            svg.words(
                fitted(str(label), px, self.left - gap), self.left + 2 - gap, self.y(y), px, anchor="end"
            )
            for y, label in zip(at or range(len(labels)), labels, strict=True)
        ]

    def below(self, places: Sequence[float], texts: Sequence[str], px: float) -> list[str]:
        """What values along the foot are called."""
        return [
            svg.words(text, self.x(x), self.foot + _PAD, px, theme.MUTED, anchor="middle", stands="below")
            for x, text in zip(places, texts, strict=True)
        ]

    def title(self, text: str, px: float) -> str:
        """What the values along the foot are, below them."""
        middle = self.left + self.width / 2
        return svg.words(text, middle, self.foot + px + 16, px, theme.MUTED, anchor="middle", stands="below")

    def beside(self, places: Sequence[float], texts: Sequence[str], px: float) -> list[str]:
        """What values along the left edge are called."""
        return [
            svg.words(text, self.left - _PAD, self.y(y), px, theme.MUTED, anchor="end")
            for y, text in zip(places, texts, strict=True)
        ]

    def months(self, named: Sequence[str], px: float, lang: str) -> list[str]:
        """Months in words, as many as have room, the last always; the year below where it changes."""
        places, texts = month_names(named, self.width / max(len(named), 1), px, lang)
        return self.below(places, ["\n".join(lines) for lines in texts], px)


def over(
    text: str,
    x: float,
    y: float,
    up: bool,
    px: float,
    colour: str,
    *,
    gap: float = 8,
    anchor: str = "middle",
    bold: bool = False,
) -> str:
    """A text above a point, or below it."""
    side: svg.Stands = "above" if up else "below"
    return svg.words(text, x, y - gap if up else y + gap, px, colour, anchor=anchor, stands=side, bold=bold)


def ticks(low: float, high: float, most: int, least: float = 0) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten, `least` or more, within a range: `most` steps or fewer.

    >>> ticks(93.2, 99.9, 5), ticks(0, 0.31, 5), ticks(91.3, 99.4, 4)
    ([94.0, 95.0, 96.0, 97.0, 98.0, 99.0], [0.0, 0.1, 0.2, 0.3], [92.0, 94.0, 96.0, 98.0])
    """
    if not high > low:
        return [low]
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (max(n * power, least) for n in (1, 2, 5, 10)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first <= most:
            break
    return [round(n * step, 12) for n in range(first, last + 1)]


def axis_texts(values: Sequence[float], form: str) -> list[str]:
    """The values along an axis, all with as many decimals as one of them needs."""
    shown = [v * (100 if form == "rate" else 1) for v in values]
    digits = next((d for d in range(4) if all(abs(v - round(v, d)) < 1e-9 for v in shown)), 4)
    return [formats.number(v, digits) + ("%" if form == "rate" else "") for v in shown]


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

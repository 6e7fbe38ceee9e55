"""A table of shades, for many numbers of one kind."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from aftersales.contract import formats
from aftersales.display import exhibit, svg, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, fit, gutter, joined, nothing, one_line, size
from aftersales.display.exhibit import WIDTHS, Exhibit
from aftersales.display.svg import width_of

# Up to the strongest shade ink keeps 4.5 : 1 on it, in light and dark.
_PALEST, _STRONGEST = 0.05, 0.55
_SWATCHES = 5


@cached
def heat(
    frame: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    lang: str,
    id: str,
    low: float | None = None,
    high: float | None = None,
    note: str = "",
    digits: int = 0,
    percent: bool = False,
    corner: str = "",
    mail: bool = False,
) -> Exhibit:
    """A table of shades: every value printed, the stronger its shade the lower; a legend below.

    Parameters
    ----------
    frame : DataFrame
        Index = rows, columns = columns, values; missing ones stay blank.
    low, high
        The ends of the scale of shades; by default those of the values.
    corner
        What the columns' numbers are; where there is no room for their heads it stands once, beside the
        numbers alone.
    """
    values = frame.astype(float)
    known = values.to_numpy()[values.notna().to_numpy(bool)]
    if not len(known):
        return nothing(id, lang)
    ends = float(known.min() if low is None else low), float(known.max() if high is None else high)
    printed = values.map(lambda v: formats.number(v * (100 if percent else 1), digits))
    unit = "%" if percent else ""
    scale = [formats.number(end * (100 if percent else 1), digits) + unit for end in ends]
    alt = [
        f"{name} "
        + ("，" if lang == "zh" else ", ").join(
            f"{header} {text}{unit}"
            for header, text, value in zip(map(str, values.columns), texts, row, strict=True)
            if value == value
        )
        for name, texts, row in zip(values.index, printed.to_numpy(), values.to_numpy(), strict=True)
        if any(row == row)
    ]
    return exhibit.picture(
        lambda variant: _picture(variant, values, printed, ends, scale, corner, unit),
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=joined(alt, lang),
        data=frame.reset_index(),
        lang=lang,
        form={
            "kind": "heat",
            "ends": ends,
            "printed": [list(map(str, row)) for row in printed.to_numpy()],
            "corner": corner,
            "unit": unit,
        },
        mail=mail,
    )


def _picture(
    variant: Variant,
    values: pd.DataFrame,
    printed: pd.DataFrame,
    ends: tuple[float, float],
    scale: Sequence[str],
    corner: str,
    unit: str,
) -> str:
    px, wide, width = size(variant), variant == "wide", WIDTHS[variant]
    left = gutter(values.index, px, 190 if wide else 104, gap=10)
    cell = min((width - left - 2) / values.shape[1], 120)
    heads, corner, turned = _heads([str(c) for c in values.columns], cell, px - 1, corner)
    if turned:  # the last head leans over the right edge
        cell = min(cell, (width - left - 0.71 * width_of(heads[-1][0], px - 1)) / values.shape[1])
    left = max(left, width_of(corner, px - 1) + 8)
    longest = max(width_of(head[0], px - 1) for head in heads)
    top = 0.71 * longest + 16 if turned else max(map(len, heads)) * (px + 2) + 6
    high = 28 if len(values) <= 24 else 24
    parts = [svg.text(corner, left - 8, top - 8, px - 1, theme.MUTED, anchor="end")] if corner else []
    for c, head in enumerate(heads):
        for n, words in enumerate(reversed(head)):
            x, y = left + (c + 0.5) * cell, top - 8 - n * (px + 2)
            anchor = "start" if turned else "middle"
            parts.append(
                svg.text(words, x, y, px - 1, theme.MUTED, anchor=anchor, turned=-45 if turned else 0)
            )
    shades = np.clip((ends[1] - values.to_numpy()) / ((ends[1] - ends[0]) or 1), 0, 1)
    for r, name in enumerate(values.index):
        y = top + r * high
        middle = y + high / 2 + 0.36 * px
        parts.append(svg.text(one_line(str(name), px, left - 10), left - 8, middle, px, anchor="end"))
        for c in range(values.shape[1]):
            if shades[r, c] == shades[r, c]:
                x, opacity = left + c * cell, _PALEST + (_STRONGEST - _PALEST) * shades[r, c]
                words = f"{name} · {values.columns[c]} · {printed.iat[r, c]}{unit}"
                shade = svg.rect(x + 1, y + 1, cell - 2, high - 2, theme.THIS, opacity)
                number = svg.text(printed.iat[r, c], x + cell / 2, middle, px - 1, anchor="middle")
                parts.append(svg.told(words, [shade, number]))
    foot = top + len(values) * high + 10
    parts += _legend(left + 1, foot, scale, px - 1)
    return svg.document(width, foot + 16, parts)


def _heads(heads: list[str], cell: float, px: float, corner: str) -> tuple[list[list[str]], str, bool]:
    """The heads of the columns as they fit: whole or on lines, numbers beside the corner, or turned."""
    room = cell - 4
    if all(width_of(head, px) <= room for head in heads):
        return [[head] for head in heads], "", False
    numbers = [re.findall(r"\d+", head) for head in heads]
    if corner and all(len(found) == 1 for found in numbers):
        return [found[:1] for found in numbers], corner, False
    lines = [fit(head, px, room).split("\n") for head in heads]
    whole = all(not words.endswith("…") and width_of(words, px) <= room for head in lines for words in head)
    return (lines, "", False) if whole else ([[one_line(head, px, 132)] for head in heads], "", True)


def _legend(x: float, y: float, scale: Sequence[str], px: float) -> list[str]:
    """Shades from the lowest value to the highest, with both."""
    parts = [svg.text(scale[0], x, y + 11, px, theme.MUTED)]
    x += width_of(scale[0], px) + 6
    for n in range(_SWATCHES):
        opacity = _STRONGEST - (_STRONGEST - _PALEST) * n / (_SWATCHES - 1)
        parts.append(svg.rect(x + 18 * n, y, 18, 13, theme.THIS, opacity))
    return [*parts, svg.text(scale[1], x + 18 * _SWATCHES + 6, y + 11, px, theme.MUTED)]

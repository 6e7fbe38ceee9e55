"""Small multiples: the months of every store of a group, each in a picture of its own, on one scale."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd

from aftersales.contract import formats
from aftersales.contract.figures import FIGURES
from aftersales.contract.language import say
from aftersales.contract.values import plain
from aftersales.display import fonts, sparks, theme
from aftersales.display.charts.frame import joined, nothing
from aftersales.display.exhibit import WIDTHS, Exhibit
from aftersales.display.svg import width_of

# Lines of a picture; more go into a further one, which a page of paper holds.
MOST = 72
_GAP, _PLOT, _PX = 14, 34, 11
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]")


def multiples(
    trend: pd.DataFrame,
    group: pd.Series,
    figure: str,
    *,
    title: str,
    subtitle: str,
    lang: str,
    note: str = "",
) -> list[Exhibit]:
    """Every store's months in a small picture of its own, the group's behind it.

    Parameters
    ----------
    trend : DataFrame
        A row a store, also one of which nothing is known, a column a month.
    group : Series
        The group by month.
    figure
        Which rate it is.
    subtitle
        Stands before what each picture says of its stores and scale.

    Returns
    -------
    list of Exhibit
        A chart for every seventy-two stores or fewer.
    """
    if trend.empty or not trend.notna().any(axis=None):
        return [nothing(f"group.{figure}", lang)]
    ends = sparks.scale(trend)
    what = FIGURES[figure]
    low, high = (formats.percent(max(0.0, min(1.0, end)), 0) for end in ends)
    size = _even(len(trend))
    pages = [trend.iloc[at : at + size] for at in range(0, len(trend), size)]
    made = []
    for number, part in enumerate(pages, 1):
        values = [_value(row, what.decimals) for row in part.to_numpy(float)]
        names = [formats.cut(_UNSEEN.sub(" ", str(name)), lang, formats.NAME) for name in part.index]
        which = say(lang, f"{len(part)}家门店", f"{len(part)} stores")
        if len(pages) > 1:
            ends_at = [_fit(names[at], 14 * _PX) for at in (0, -1)]
            which = say(
                lang,
                f"第{number}组，共{len(pages)}组：{ends_at[0]} 至 {ends_at[1]}",
                f"Part {number} of {len(pages)}: {ends_at[0]} to {ends_at[1]}",
            )
        frame = pd.DataFrame({"store": part.index}).join(part.reset_index(drop=True))
        made.append(
            Exhibit(
                {
                    "kind": "chart",
                    "id": f"group.{figure}" + (f"-{number}" if number > 1 else ""),
                    "role": None,
                    "lang": lang,
                    "title": title + (say(lang, f"（{number}）", f" ({number})") if len(pages) > 1 else ""),
                    "subtitle": " · ".join(filter(None, [subtitle, which, f"{low}–{high}"])),
                    "note": note if number == len(pages) else "",
                    "alt": joined([f"{n} {v}" for n, v in zip(names, values, strict=True)], lang),
                    "mail": False,
                    "svg": {
                        variant: _picture(names, values, part, group, ends, width, len(trend), lang)
                        for variant, width in WIDTHS.items()
                    },
                    "data": _data(frame),
                }
            )
        )
    return made


def _even(stores: int) -> int:
    """Stores of a part: whole rows, and no part with a few that are left over."""
    parts, across = -(-stores // MOST), 6
    return stores if parts == 1 else -(-stores // (parts * across)) * across


def _data(frame: pd.DataFrame) -> dict[str, list[object]]:
    rows = [plain(list(row)) for row in frame.itertuples(index=False)]
    return {"columns": list(map(str, frame.columns)), "rows": rows}


def _value(row: Sequence[float], digits: int) -> str:
    """The last month as it prints."""
    return formats.percent(float(row[-1]), digits) if np.isfinite(row[-1]) else formats.NONE


def _picture(
    names: Sequence[str],
    values: Sequence[str],
    part: pd.DataFrame,
    group: pd.Series,
    ends: sparks.Scale,
    width: int,
    stores: int,
    lang: str,
) -> str:
    across = _across(stores, width)
    cell = (width - _GAP * (across - 1)) / across
    high = _PX + 8 + _PLOT + 14
    down = -(-len(names) // across)
    usual = group.reindex(part.columns).to_numpy(float)
    out = []
    for i, (name, value, row) in enumerate(zip(names, values, part.to_numpy(float), strict=True)):
        x, y = (i % across) * (cell + _GAP), (i // across) * high
        room = cell - width_of(value, _PX) - 6
        out.append(
            f'<path d="M{x:.1f},{y + 0.5:.1f}h{cell:.1f}" stroke="{theme.GRID}" fill="none"/>'
            + _text(_fit(name, room), x, y + _PX + 4, theme.INK)
            + _text(value, x + cell, y + _PX + 4, theme.MUTED, end=True)
        )
        top, wide = y + _PX + 9, cell - 8
        if np.isfinite(row).any():
            out += sparks.line(usual, ends, x + 4, top, wide, _PLOT, theme.NATION, dot=False)
            out += sparks.line(row, ends, x + 4, top, wide, _PLOT)
        else:
            out.append(_text(say(lang, "无数据", "no data"), x, top + _PLOT / 2 + 4, theme.MUTED))
    height = down * high
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}">{"".join(out)}</svg>'
    )


def _across(stores: int, width: int) -> int:
    """How many stand side by side."""
    if width < 500:
        return 2 if stores <= 6 else 3
    return 3 if stores <= 9 else 5 if stores <= 40 else 6


def _fit(name: str, room: float) -> str:
    if width_of(name, _PX) <= room:
        return name
    while name and width_of(name + "…", _PX) > room:
        name = name[:-1]
    return name.rstrip() + "…"


def _text(text: str, x: float, y: float, colour: str, end: bool = False) -> str:
    anchor = ' text-anchor="end"' if end else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{fonts.FAMILY}" font-size="{_PX}" '
        f'fill="{colour}"{anchor}>{escape(text)}</text>'
    )

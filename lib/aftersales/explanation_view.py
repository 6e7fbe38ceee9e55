"""How an explanation shows itself: as text, in a notebook, and as the sheets of a workbook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from aftersales import formats
from aftersales.schema import MOT_ITEMS

if TYPE_CHECKING:
    from aftersales.explanation import Explanation

SHOWN = 5  # rows of each part that the notebook shows at once
# A part of the explanation: what it is called, which attribute holds it, its rows.
Part = tuple[str, str, "pd.DataFrame | None"]


def display(it: Explanation) -> str:
    """The value as the report prints it, rates and points with two decimals."""
    if it.unit == "rate":
        return formats.percent(it.value, 2)
    return formats.number(it.value, {"count": 0, "points": 2}.get(it.unit, 1))


def text(it: Explanation) -> str:
    """The explanation in lines."""
    parts = [
        f"  {name}: {formats.NONE if rows is None else f'{len(rows):,}'}" for name, _, rows in _parts(it)
    ]
    settings = [f"  {key} = {value}  ({origin})" for key, value, origin in it.params.itertuples(index=False)]
    return "\n".join(
        [
            f"{it.title} ({it.name}) · {it.store} · {it.month}",
            f"  {it.display} = {it.formula}",
            *parts,
            *settings,
        ]
    )


def html(it: Explanation) -> str:
    """The explanation for a notebook, its rows folded away; every text in it is escaped."""
    head = (
        f"<p><strong>{escape(it.title)}</strong> <code>{escape(it.name)}</code> · {escape(it.store)} · {it.month}<br>"
        f"<span style='font-size:1.6em'>{escape(it.display)}</span> = {escape(it.formula)}</p>"
    )
    row = "" if it.row is None else _table(it.row.to_frame().T)
    parts = [_folded(name, place, rows) for name, place, rows in _parts(it) if rows is not None]
    settings = _folded(_say(it, "参数", "params"), ".params", it.params) if len(it.params) else ""
    return head + row + "".join(parts) + settings


def sheets(it: Explanation) -> dict[str, pd.DataFrame]:
    """Name of a sheet to its frame: the figure first, then each of its parts."""
    said = [(_say(it, "数值", "value"), it.value), (_say(it, "口径", "formula"), it.formula)]
    parts = {name: rows for name, _, rows in _parts(it, "") if rows is not None}
    return {it.name: pd.DataFrame(said, columns=[it.title, it.name]), **parts}


def _parts(it: Explanation, left_out: str | None = None) -> list[Part]:
    before = f"{_say(it, '不含', 'left out')}: " if left_out is None else left_out
    whole = [(_say(it, "分母", "denominator"), ".denominator", it.denominator)]
    return [
        (_say(it, "分子", "numerator") if it.denominator is not None else _say(it, "行", "rows"), ".numerator", it.numerator),
        *(whole if it.denominator is not None else []),
        *((f"{before}{reason}", ".excluded", rows) for reason, rows in it.excluded.items()),
    ]  # fmt: skip


def _say(it: Explanation, zh: str, en: str) -> str:
    return zh if it.lang == "zh" else en


def _folded(name: str, place: str, rows: pd.DataFrame) -> str:
    """A part with its first rows, and the attribute that holds all of them."""
    whole = (len(rows) == len(MOT_ITEMS) and "weight" in rows) or "origin" in rows
    shown = rows if whole else rows.head(SHOWN)
    more = f"<small>{len(shown)} / {len(rows):,}</small>" if len(rows) > len(shown) else ""
    return (
        f"<details><summary>{escape(name)}: <strong>{len(rows):,}</strong> <code>{place}</code></summary>"
        f"{_table(shown) if len(rows) else ''}{more}</details>"
    )


def _table(frame: pd.DataFrame) -> str:
    """A frame without what is empty in all of its rows, or the store, which is the same in all; it scrolls sideways."""
    known = frame.dropna(axis=1, how="all").drop(columns="store", errors="ignore")
    table = known.to_html(
        index=False, na_rep=formats.NONE, escape=True, float_format=lambda value: f"{value:g}"
    )
    return f"<div style='overflow-x:auto;white-space:nowrap'>{table}</div>"

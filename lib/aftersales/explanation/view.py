"""An explanation, and how it is displayed: as text, in a notebook, and as the sheets of a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract import formats, written
from aftersales.contract.months import DAY
from aftersales.contract.schema import MOT_ITEMS
from aftersales.contract.vehicles import ODD, USABLE
from aftersales.display import excel

DISPLAYED = 5  # rows of each part that the notebook displays at once
# A part of the explanation: what it is called, which attribute holds it, its rows.
Part = tuple[str, str, "pd.DataFrame | None"]


@dataclass(frozen=True, repr=False)
class Explanation:
    """A figure, or a row of a table, and where it comes from; as the last line of a cell it is displayed.

    Attributes
    ----------
    name, title, month
        ``ftf.rate``; its name in the requested language; the month.
    value
        The number, unrounded; None where it can't be known.
    formula
        In words.
    numerator, denominator
        The rows that are counted or measured, and those they are set against: frames, or None.
    excluded
        What is left out, by the reason: a dict of frames.
    params
        The settings that bear on it: ``param``, ``value``, ``origin``.
    slide
        The slide of the deck that prints it.
    row
        The whole row, when a table's row is explained.
    digits
        Decimals that are printed; None = as its unit has.
    """

    name: str
    title: str
    month: pd.Period
    store: str
    value: float | int | None
    unit: str
    formula: str
    numerator: pd.DataFrame | None
    denominator: pd.DataFrame | None
    excluded: dict[str, pd.DataFrame]
    params: pd.DataFrame
    slide: str
    row: pd.Series | None = None
    lang: str = "zh"
    digits: int | None = None

    if not TYPE_CHECKING:  # to a type checker there is nothing else than what is declared

        def __getattr__(self, name: str) -> Any:
            raise written.no_attribute(self, name)

    @property
    def display(self) -> str:
        """The value as the report prints it."""
        return display(self)

    def to_excel(self, path: str | Path) -> Path:
        """Save the figure and the rows behind it as an Excel workbook, a sheet a part; returns its path."""
        return excel.save(path, sheets(self))

    def __repr__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)


def display(it: Explanation) -> str:
    """The value as the report prints it, rates and points with two decimals."""
    digits = {"rate": 2, "count": 0, "points": 2}.get(it.unit, 1) if it.digits is None else it.digits
    return formats.percent(it.value, digits) if it.unit == "rate" else formats.number(it.value, digits)


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
    header = (
        f"<p><strong>{escape(it.title)}</strong> <code>{escape(it.name)}</code> "
        f"· {escape(it.store)} · {it.month}<br>"
        f"<span style='font-size:1.6em'>{escape(it.display)}</span> = {escape(it.formula)}</p>"
    )
    row = "" if it.row is None else _table(it.row.to_frame().T)
    parts = [_folded(name, place, rows) for name, place, rows in _parts(it) if rows is not None]
    settings = _folded(_say(it, "参数", "params"), ".params", it.params) if len(it.params) else ""
    return header + row + "".join(parts) + settings


def sheets(it: Explanation) -> dict[str, pd.DataFrame]:
    """Name of a sheet to its frame: the figure first, then each of its parts."""
    rows = [(_say(it, "数值", "value"), it.value), (_say(it, "口径", "formula"), it.formula)]
    parts = {name: _plain(part) for name, _, part in _parts(it, "") if part is not None}
    return {it.name: pd.DataFrame(rows, columns=[it.title, it.name]), **parts}


def _parts(it: Explanation, left_out: str | None = None) -> list[Part]:
    before = f"{_say(it, '不含', 'left out')}: " if left_out is None else left_out
    whole = [(_say(it, "分母", "denominator"), ".denominator", it.denominator)]
    return [
        (
            _say(it, "分子", "numerator") if it.denominator is not None else _say(it, "行", "rows"),
            ".numerator",
            it.numerator,
        ),
        *(whole if it.denominator is not None else []),
        *((f"{before}{reason}", ".excluded", rows) for reason, rows in it.excluded.items()),
    ]


def _say(it: Explanation, zh: str, en: str) -> str:
    return zh if it.lang == "zh" else en


def _folded(name: str, place: str, rows: pd.DataFrame) -> str:
    """A part with its first rows, and the attribute that holds all of them."""
    whole = (len(rows) == len(MOT_ITEMS) and "weight" in rows) or "origin" in rows
    displayed = rows if whole else rows.head(DISPLAYED)
    more = f"<small>{len(displayed)} / {len(rows):,}</small>" if len(rows) > len(displayed) else ""
    return (
        f"<details><summary>{escape(name)}: <strong>{len(rows):,}</strong> <code>{place}</code></summary>"
        f"{_table(displayed) if len(rows) else ''}{more}</details>"
    )


def _table(frame: pd.DataFrame) -> str:
    """A frame as HTML that scrolls sideways, without empty columns and the store, the same in all rows."""
    known = _plain(frame.dropna(axis=1, how="all")).drop(columns="store", errors="ignore")
    table = known.to_html(
        index=False, na_rep=formats.NONE, escape=True, float_format=lambda value: f"{value:g}"
    )
    return f"<div style='overflow-x:auto;white-space:nowrap'>{table}</div>"


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows without the reader's own marks."""
    marks = [c for c in frame.columns if c in (USABLE, ODD) or str(c).endswith(DAY)]
    return frame.drop(columns=marks)

"""Where a figure comes from: value, formula, the rows behind it, what is left out, settings and slide."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales import drill, explanation_view, formats, inputs
from aftersales.drill import Parts
from aftersales.errors import InputError
from aftersales.metrics.catalogue import FIGURES
from aftersales.schema import CODES

if TYPE_CHECKING:
    from aftersales.params import Params
    from aftersales.tables import Tables

_CODE_SETS = {"item": "mot_item", "scope": "css_scope", "section": "section", "cause": "cause",
              "department": "complaint_department", "result": "churn_result", "reason": "churn_reason"}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Explanation:
    """A figure, or a row of a table, and where it comes from; as the last line of a cell it shows itself.

    Attributes
    ----------
    name, title, month
        ``ftf.rate``; its name in the language asked for; the month.
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

    @property
    def display(self) -> str:
        """The value as the report prints it."""
        return explanation_view.display(self)

    def to_excel(self, path: str | Path) -> Path:
        """Save the figure and the rows behind it as an Excel workbook, a sheet a part; gives back where."""
        from aftersales import excel

        return excel.save(path, explanation_view.sheets(self))

    def __repr__(self) -> str:
        return explanation_view.text(self)

    def _repr_html_(self) -> str:
        return explanation_view.html(self)


def explain(
    name: str,
    tables: Tables | None = None,
    month: object = None,
    *,
    row: Mapping[str, Any] | pd.Series | None = None,
    params: Params | None = None,
    lang: str | None = None,
) -> Explanation:
    """Where a figure, or a row of a table, comes from.

    Parameters
    ----------
    name
        A figure (``ftf.rate``, or its Chinese or English name), or a table (``ftf.technicians``) with `row`.
    tables
        By default those of the params' source and store.
    month
        By default the latest month of the tables.
    row
        Which row of the table: its key, as in ``{"technician": "高凯"}``, or a row of the frame itself.
    params, lang
        By default the month's params and their language.

    Returns
    -------
    Explanation
        ``value``, ``formula``, ``numerator``, ``denominator``, ``excluded``, ``params``, ``slide``.

    Raises
    ------
    InputError
        There is no such figure, table or row; the message says which there are.

    Examples
    --------
    >>> it = explain("ftf.rate", month="2024-04")
    >>> it.display, len(it.numerator), len(it.denominator)
    ('98.25%', 31, 1776)
    >>> explain("ftf.technicians", month="2024-04", row={"technician": "高凯"}).display
    '99.53%'
    """
    name = _known(name, row)
    tables = inputs.load(month=month) if tables is None else tables
    period = inputs.months_with_records(tables)[-1] if month is None else pd.Period(month, "M")
    params = params or inputs.get_params(period)
    lang = lang or params.lang
    if row is None:
        figure = FIGURES[name]
        parts = drill.of_figure(name, tables, period, params)
        said = (figure.zh, figure.formula_zh) if lang == "zh" else (figure.en, figure.formula_en)
        return _explanation(
            name, said, parts.value(), figure.unit, figure.slide, parts, tables, period, params, lang
        )
    table = drill.TABLES[name]
    found = _row(name, row, table.frame(tables, period, params))
    parts = drill.of_row(name, found, tables, period, params)
    key = _label(table.key, found[table.key], lang)
    said = (
        (f"{table.zh} {key}", table.formula[0]) if lang == "zh" else (f"{table.en}: {key}", table.formula[1])
    )
    value = None if formats.missing(found[table.column]) else found[table.column]
    return _explanation(
        name, said, value, table.unit, table.slide, parts, tables, period, params, lang, found
    )


def _explanation(
    name: str, said: tuple[str, str], value: Any, unit: str, slide: str, parts: Parts, tables: Tables,
    month: pd.Period, params: Params, lang: str, row: pd.Series | None = None,
) -> Explanation:  # fmt: skip
    bearing = ("store", "source", "mask", f"targets.{name}", *parts.params)
    settings = [line for line in params.lines() if line[0] in bearing or line[0].startswith(
        tuple(p for p in parts.params if p.endswith(".")) or ("\0",))]  # fmt: skip
    return Explanation(
        name=name, title=said[0], month=month, store=tables.store, value=value, unit=unit, formula=said[1],
        numerator=parts.numerator, denominator=parts.denominator,
        excluded={reason[0 if lang == "zh" else 1]: rows for reason, rows in parts.excluded.items() if len(rows)},
        params=pd.DataFrame([line for line in settings if line[0] not in ("store", "source", "mask")],
                            columns=["param", "value", "origin"]),
        slide=slide, row=row, lang=lang,
    )  # fmt: skip


def _known(name: str, row: object) -> str:
    """The name of a figure or table, from it or from what the report calls it."""
    by_title = {text: key for key, f in FIGURES.items() for text in (f.zh, f.en)}
    name = by_title.get(name, name)
    if row is None and name in FIGURES:
        return name
    if name in drill.TABLES:
        if row is None:
            key = drill.TABLES[name].key
            raise InputError(f'explain: {name} is a table; say which row of it: row={{"{key}": …}}.')
        return name
    there = list(drill.TABLES) if row is not None else [*FIGURES, *drill.TABLES]
    close = difflib.get_close_matches(name, [*there, *by_title], n=3, cutoff=0.4) or there
    kind = "table" if row is not None else "figure"
    raise InputError(f"explain: no {kind} {name!r}. Did you mean {', '.join(close)}?")


def _row(name: str, asked: Mapping[str, Any] | pd.Series, frame: pd.DataFrame) -> pd.Series:
    """The row of a table that was asked for, by its key."""
    key = drill.TABLES[name].key
    value = asked.get(key)
    found = frame[frame[key].astype(str) == str(value)]
    if found.empty:
        there = ", ".join(map(str, frame[key].head(20)))
        raise InputError(f"explain: {name}: got {key} {value!r}; expected one of {there}.")
    return found.iloc[0]


def _label(key: str, value: Any, lang: str) -> str:
    codes = CODES.get(_CODE_SETS.get(key, ""), {})
    return codes[value][0 if lang == "zh" else 1] if value in codes else str(value)

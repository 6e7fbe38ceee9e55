"""From the name of a figure, or of a table's row, to the rows behind it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from aftersales.contract.figures import FIGURES, LEFT_OUT, Figure
from aftersales.display.tables.records import REPORT_TABLES
from aftersales.explanation import (
    bookings,
    churn,
    complaints,
    delivery,
    first_time_fix,
    internal_css,
    oem_css,
    review,
    top5,
    volume,
)
from aftersales.explanation.provenance import Parts, TableRows

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

RowSets = Mapping[str, "pd.DataFrame | None"]

# By what the names of its figures begin with.
ROW_SETS: dict[str, Callable[[Tables, pd.Period, Params], RowSets]] = {
    "review": review.row_sets,
    "oem": oem_css.row_sets,
    "css": internal_css.row_sets,
    "complaints": complaints.row_sets,
    "ftf": first_time_fix.row_sets,
    "booking": bookings.row_sets,
    "churn": churn.row_sets,
    "volume": volume.row_sets,
    "delivery": delivery.row_sets,
}
TABLE_ROWS: dict[str, TableRows] = {
    **review.TABLE_ROWS,
    **oem_css.TABLE_ROWS,
    **internal_css.TABLE_ROWS,
    **complaints.TABLE_ROWS,
    **first_time_fix.TABLE_ROWS,
    **bookings.TABLE_ROWS,
    **churn.TABLE_ROWS,
    **top5.TABLE_ROWS,
    **delivery.TABLE_ROWS,
}

_LATEST: list[tuple[str, weakref.ref[Tables], pd.Period, Params, RowSets, set[str]]] = []


def from_figure(name: str, tables: Tables, month: pd.Period, params: Params) -> Parts:
    """The rows behind a figure of `contract.figures.FIGURES`.

    Raises
    ------
    LookupError
        Its record names rows that its chapter does not give; the message names them, and where they belong.
    """
    chapter = name.split(".")[0]
    return _parts(FIGURES[name], _sets(chapter, tables, month, params), ROW_SETS[chapter].__module__)


def _sets(chapter: str, tables: Tables, month: pd.Period, params: Params) -> RowSets:
    """The row sets of a chapter, remembered for its next figure, while the tables are there."""
    for kind, of, when, settings, made, read in _LATEST:
        if (kind, when) == (chapter, month) and of() is tables and settings == params:
            tables.used.update(read)
            return made
    before = set(tables.used)
    tables.used.clear()
    sets = ROW_SETS[chapter](tables, month, params)
    _LATEST.insert(0, (chapter, weakref.ref(tables), month, params, sets, set(tables.used)))
    del _LATEST[len(ROW_SETS) :]
    tables.used.update(before)
    return sets


def from_row(name: str, row: pd.Series, tables: Tables, month: pd.Period, params: Params) -> Parts:
    """The rows behind a row of a table of `TABLE_ROWS`."""
    key, parts = row[REPORT_TABLES[name].key], TABLE_ROWS[name].parts
    if isinstance(parts, str):
        return from_figure(parts, tables, pd.Period(key, "M"), params)
    return parts(key, tables, month, params)


def _parts(figure: Figure, sets: RowSets, module: str) -> Parts:
    rows = figure.rows
    if rows is None:
        raise LookupError(
            f"{figure.name}: its record in contract/figures.py names no rows. Say which are counted."
        )

    def row_set(name: str) -> pd.DataFrame | None:
        if name not in sets:
            raise LookupError(
                f"{figure.name}: its record names the rows {name!r}, "
                f"which {module}.row_sets does not give. Add them there."
            )
        return sets[name]

    excluded = {LEFT_OUT[name]: found for name in rows.left_out if (found := row_set(name)) is not None}
    denominator = row_set(rows.of) if rows.of else None
    return Parts(rows.by, row_set(rows.counted), denominator, rows.column, excluded, rows.params)

"""From the name of a figure, or of a table's row, to the rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from aftersales.contract import remembered
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

# By what the names of its figures begin with; a chapter's figures share its sets.
ROW_SETS: dict[str, Callable[[Tables, pd.Period, Params], RowSets]] = {
    name: remembered.of_a_month(chapter.row_sets)
    for name, chapter in {
        "review": review,
        "oem": oem_css,
        "css": internal_css,
        "complaints": complaints,
        "ftf": first_time_fix,
        "booking": bookings,
        "churn": churn,
        "volume": volume,
        "delivery": delivery,
    }.items()
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


def from_figure(name: str, tables: Tables, month: pd.Period, params: Params) -> Parts:
    """The rows behind a figure of `contract.figures.FIGURES`.

    Raises
    ------
    LookupError
        Its record names rows that its chapter does not give; the message names them, and where they belong.
    """
    chapter = name.split(".")[0]
    return _parts(FIGURES[name], ROW_SETS[chapter](tables, month, params), ROW_SETS[chapter].__module__)


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

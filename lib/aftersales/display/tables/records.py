"""All tables of the report, by name."""

from __future__ import annotations

from collections.abc import Iterable

from aftersales.contract.own import Record
from aftersales.contract.report_table import ReportTable
from aftersales.display.tables import (
    bookings,
    checks,
    churn,
    complaints,
    delivery,
    first_time_fix,
    internal_css,
    oem_css,
    review,
    summary,
    top5,
)

# In the order of the report, which is that of the workbook's sheets.
_CHAPTERS = (
    review,
    oem_css,
    internal_css,
    complaints,
    first_time_fix,
    delivery,
    bookings,
    churn,
    top5,
    summary,
    checks,
)
REPORT_TABLES: dict[str, ReportTable] = {
    name: table for one in _CHAPTERS for name, table in one.RECORDS.items()
}


def table_record(name: str) -> ReportTable:
    """The record of a table; of one that is not declared, an empty one.

    >>> table_record("ftf.trend").column("rate").label("en")
    'First-time-fix rate'
    """
    return REPORT_TABLES.get(name) or ReportTable(name, name, name, ())


def tables_with(records: Iterable[Record]) -> dict[str, ReportTable]:
    """The built-in tables, then those of chapters of one's own, by name."""
    return REPORT_TABLES | {r.name: r for r in records if isinstance(r, ReportTable)}

"""What a source that can be read in parts has: its stores, and the months of one."""

from __future__ import annotations

import numpy as np

from aftersales.contract.schema import TABLES, Column
from aftersales.sources.cells import values
from aftersales.sources.readers.slices import SliceReader

_STORE = TABLES["repair_orders"].column("store")


def stores(reader: SliceReader) -> list[str]:
    """The stores that the tables name."""
    found = {values.read(s, _STORE) for s in reader.stores() if s is not None}
    return sorted(s for s in found if s)


def months(reader: SliceReader, store: str | None, table: str) -> list[str]:
    """The months of a store's records in a table, in order.

    Dates that can't be read are reported when they are loaded.
    """
    if table not in reader.tables():
        return []
    dated_by: Column = TABLES[table].column(TABLES[table].dated_by)
    as_month = Column(dated_by.name, dated_by.zh, dated_by.en, "month")
    found = set()
    for value in reader.dates(table, store):
        try:
            found.add(values.read(value, as_month if not isinstance(value, np.datetime64) else dated_by))
        except values.Unreadable:
            continue
    return sorted(m for m in found if m)

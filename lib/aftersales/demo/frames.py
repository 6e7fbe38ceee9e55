"""Records as the typed frames of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.contract.schema import TABLES

_DTYPES = {
    "text": "str",
    "code": "str",
    "month": "str",
    "datetime": "datetime64[us]",
    "date": "datetime64[us]",
    "number": "float64",
    "integer": "float64",
    "answer": "float64",
    "flag": "boolean",
}


def typed(table: str, columns: Mapping[str, Any], store: str) -> pd.DataFrame:
    """A frame with every column of a table, in the contract's order, from equally long columns.

    Parameters
    ----------
    table
        Canonical name of the table.
    columns
        Column name to values; a column that is missing is empty, one that is unknown is dropped.
    store
        Name of the store, for every row.
    """
    rows = pd.RangeIndex(len(next(iter(columns.values()))))
    made = {}
    for column in TABLES[table].columns:
        values = columns.get(column.name)
        if column.name == "store":
            values = store
        series = pd.Series(values, index=rows, dtype=_DTYPES[column.kind])
        made[column.name] = series
    return pd.DataFrame(made)


def serials(prefix: str, months: Any, width: int = 4) -> list[str]:
    """Numbers like ``RO2404-0001``, counted within each month; `months` must be in order.

    >>> import numpy as np
    >>> serials("RO", np.array(["2024-03", "2024-04", "2024-04"], "datetime64[M]"))
    ['RO2403-0001', 'RO2404-0001', 'RO2404-0002']
    """
    out, last, number = [], None, 0
    beginnings: dict[int, str] = {}
    for month in months.astype("datetime64[M]").astype("int64").tolist():
        if month != last:
            last, number = month, 0
            beginnings[month] = f"{prefix}{(1970 + month // 12) % 100:02d}{month % 12 + 1:02d}-"
        number += 1
        out.append(f"{beginnings[month]}{number:0{width}d}")
    return out

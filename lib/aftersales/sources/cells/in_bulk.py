"""Texts in the commonest format read all at once by Arrow; the others are left to `values`, one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aftersales.contract.schema import Column
from aftersales.sources.cells import dates, values

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("text", "number", "integer", "datetime", "date")
ISO = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?"
_BOUNDS = (np.datetime64(str(dates.YEARS[0])), np.datetime64(str(dates.YEARS[1] + 1)))


def read(texts: pa.Array, column: Column) -> tuple[np.ndarray, Any]:
    """Which of the texts of a column need no closer look, and the values of these.

    Returns
    -------
    array of bool
    array
        As `typed` takes it: of numbers, of moments, or the texts themselves.
    """
    if column.kind == "text":
        return values.all_tidy(texts, column), texts
    return _moments(texts, column) if column.kind in ("datetime", "date") else _numbers(texts, column)


def _numbers(texts: pa.Array, column: Column) -> tuple[np.ndarray, np.ndarray]:
    known, found = values.all_tidy(texts, column), np.full(len(texts), np.nan)
    found[known] = np.asarray(texts.filter(known).cast("float64"))
    if column.kind == "integer" and (found[known] % 1 != 0).any():
        known[:] = False  # each is told by itself
    return known, found


def _moments(texts: pa.Array, column: Column) -> tuple[np.ndarray, np.ndarray]:
    import pyarrow as pa
    import pyarrow.compute as pc

    known = np.asarray(pc.match_substring_regex(texts, f"^(?:{ISO})$"))
    found = np.full(len(texts), np.datetime64("NaT", "us"))
    try:
        found[known] = np.asarray(texts.filter(known).cast(pa.timestamp("us")))
    except pa.ArrowInvalid:  # one of them is no day of the calendar
        listed = pd.Series(texts.filter(known).to_pylist(), dtype=object)
        found[known] = pd.to_datetime(listed, errors="coerce", format="ISO8601").to_numpy("datetime64[us]")
    if column.kind == "date":
        found = found.astype("datetime64[D]").astype("datetime64[us]")
    return (found >= _BOUNDS[0]) & (found < _BOUNDS[1]), found


def typed(found: Any, others: Mapping[int, Any], column: Column) -> Any:
    """The values of a column's texts with those that were read one by one, and at last that of an empty cell.

    Parameters
    ----------
    found
        What `read` gave.
    others
        Place to value, in order; None is missing.
    """
    places = np.fromiter(others, dtype=np.int64, count=len(others))
    if column.kind == "text":
        return _texts(found, places, list(others.values()), column.default)
    missing: Any = np.datetime64("NaT", "us") if column.kind in ("datetime", "date") else np.nan
    out = np.empty(len(found) + 1, dtype=found.dtype)
    out[:-1], out[-1] = found, missing if column.default is None else column.default
    if len(places):
        out[places] = [missing if v is None else _plain(v) for v in others.values()]
    return out


def _plain(value: Any) -> Any:
    return np.datetime64(value, "us") if isinstance(value, dt.datetime) else value


def _texts(texts: pa.Array, places: np.ndarray, others: list[Any], default: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(places):
        mask = np.zeros(len(texts), dtype=bool)
        mask[places] = True
        texts = pc.replace_with_mask(texts, pa.array(mask), pa.array(others, pa.string()))
    whole = pa.chunked_array([texts, pa.array([default], pa.string())])
    return pd.StringDtype(na_value=np.nan).__from_arrow__(whole)

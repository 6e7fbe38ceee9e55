"""Dates decades off the others: they can't be true, and would be in no month, or in one of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract.errors import Fault, InputError
from aftersales.contract.message import Message
from aftersales.contract.schema import TABLES
from aftersales.sources.cells.coerce import shown
from aftersales.sources.cells.typed import Origin
from aftersales.sources.validate import fault_at

# What was done is no later than the export; a customer may have been registered long ago.
_AHEAD, _BEHIND = 5, 20  # years beyond which a few dates are off the others
_FEW, _SHARE = 3, 0.01  # at most so many, or such a share of all
_ANY_TIME = {("actions", "due")}  # may be planned for any year
_LONG_AGO = {("customers", "created_at")}
_YEAR = np.timedelta64(365, "D")


def faults_of(frames: Mapping[str, pd.DataFrame], origins: Mapping[str, Origin]) -> list[Fault]:
    """Each date that lies off all others of the source: more than 5 years after, or 20 before.

    Parameters
    ----------
    frames
        Typed tables; the index is the row number in the file.
    """
    columns = [
        (name, c.name)
        for name in frames
        for c in TABLES[name].columns
        if c.kind in ("datetime", "date") and (name, c.name) not in _ANY_TIME
    ]
    every = [frames[name][column].dropna() for name, column in columns]
    found = [dates.to_numpy("datetime64[D]") for dates in every]
    low, high = bounds(np.concatenate(found) if found else np.array([], "datetime64[D]"))
    between = Message(f"{low}至{high}前后的日期", f"a date near the others, {low} to {high}")
    out = []
    for name, column in columns:
        days = frames[name][column].to_numpy("datetime64[D]")
        off = days > high
        if (name, column) not in _LONG_AGO:
            off |= days < low
        for place in np.flatnonzero(off):
            value = shown(TABLES[name].column(column), frames[name][column].iloc[place])
            out.append(fault_at("far_date", value, between, origins[name], frames[name], int(place), column))
    return out


def bounds(days: np.ndarray) -> tuple[Any, Any]:
    """The first and the last of some days, without those few that lie off the others.

    >>> days = np.array(["2023-01-05", "2024-02-01", "2024-04-01", "2042-04-01"], "datetime64[D]")
    >>> [str(day) for day in bounds(days)]
    ['2023-01-05', '2024-04-01']
    """
    ordered = np.sort(days)
    if not len(ordered):
        return np.datetime64("1980-01-01"), np.datetime64("2100-12-31")
    few = min(max(_FEW, int(_SHARE * len(ordered))), (len(ordered) - 1) // 3)
    ahead = np.flatnonzero(np.diff(ordered[len(ordered) - few - 1 :]) > _AHEAD * _YEAR)
    behind = np.flatnonzero(np.diff(ordered[: few + 1]) > _BEHIND * _YEAR)
    last = len(ordered) - few - 1 + (int(ahead[0]) if len(ahead) else few)
    first = int(behind[-1]) + 1 if len(behind) else 0
    return ordered[first], ordered[last]


def check_months(months: Sequence[str], table: str) -> None:
    """Stop where a table that is read in part has a few months far off its others.

    Raises
    ------
    InputError
        It does; the latest of them would be taken for the month that is asked for.
    """
    days = np.array([f"{month}-01" for month in months], "datetime64[D]")
    low, high = bounds(days)
    off = [month for month, day in zip(months, days, strict=True) if not low <= day <= high]
    if off:
        first, last = str(low)[:7], str(high)[:7]
        between = Message(f"{first}至{last}前后的日期", f"a date near the others, {first} to {last}")
        column = TABLES[table].dated_by
        raise InputError([Fault("far_date", month, between, table, column=column) for month in off])

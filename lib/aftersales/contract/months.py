"""Months: which rows are in one, and which months lead up to it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract import written
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message

DAY = "_day"  # behind a column's name: the column that says which of its cells were written without a time


def parse(month: object) -> pd.Period:
    """A month as it is given in a notebook, with its year: of a part of it the clock would have to decide.

    Parameters
    ----------
    month
        In any way that `written.month` reads.

    Raises
    ------
    InputError
        It is none, or lacks its year.

    Examples
    --------
    >>> parse("2024-04"), parse(pd.Timestamp("2024-04-09")), parse("2024年4月")
    (Period('2024-04', 'M'), Period('2024-04', 'M'), Period('2024-04', 'M'))
    """
    if isinstance(month, pd.Period) and month.freqstr == "M":
        return month
    number, year = written.month(month)
    if year is None:
        raise InputError(
            Message(
                f"月份：给的是 {month!r}，没有年份；应是 2024-{number:02d} 这样的月份。",
                f"month: got {month!r}, without its year; expected a month like 2024-{number:02d}.",
            )
        )
    return pd.Period(year=year, month=number, freq="M")


def latest(month: object, existing: Sequence[pd.Period]) -> pd.Period | None:
    """A month of which the year may be left out: then the latest such month of `existing`; None without one.

    Raises
    ------
    InputError
        It is no month.

    Examples
    --------
    >>> latest(4, [pd.Period("2023-04"), pd.Period("2024-04"), pd.Period("2024-05")])
    Period('2024-04', 'M')
    """
    number, year = written.month(month)
    if year is not None:
        return pd.Period(year=year, month=number, freq="M")
    return max((m for m in existing if m.month == number), default=None)


def as_written(module: str) -> None:
    """Let a module's public functions take their ``month`` and ``months`` as people write them; its last
    line.

    Within the package months are Periods, which cost nothing here; from a notebook comes ``"2024-04"`` or
    ``"2024年4月"``.

    Parameters
    ----------
    module
        Its ``__name__``.
    """
    names = vars(sys.modules[module])
    names.setdefault("__getattr__", lambda name: _missing(module, name))
    for name, function in list(names.items()):
        if inspect.isfunction(function) and function.__module__ == module and not name.startswith("_"):
            asked = inspect.signature(function).parameters
            places = [
                (at, one.name, one.name == "months")
                for at, one in enumerate(asked.values())
                if one.name == "month" or (one.name == "months" and "Period" in str(one.annotation))
            ]
            if places:
                names[name] = _reading(function, places)


def _missing(module: str, name: str) -> Any:
    own = [one for one, it in vars(sys.modules[module]).items() if getattr(it, "__module__", None) == module]
    raise written.no_name(module, name, own)


def _reading(function: Callable[..., Any], places: list[tuple[int, str, bool]]) -> Callable[..., Any]:
    """A function whose arguments at these places are read as a month, or as several."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for at, name, several in places:
            given = args[at] if at < len(args) else kwargs.get(name)
            if given is None or isinstance(given, pd.Period):
                continue
            read = [parse(one) for one in given] if several else parse(given)
            if at < len(args):
                args = (*args[:at], read, *args[at + 1 :])
            else:
                kwargs[name] = read
        return function(*args, **kwargs)

    return call


def start(month: pd.Period) -> pd.Timestamp:
    """First instant of a month."""
    return month.start_time


def after(month: pd.Period) -> pd.Timestamp:
    """First instant of the next month: what is dated before it counts in the month's report."""
    return (month + 1).start_time


def within(dates: pd.Series, month: pd.Period) -> pd.Series:
    """Which dates lie in a month, first to last day."""
    return (dates >= start(month)) & (dates < after(month))


def counts(dates: pd.Series, months: Sequence[pd.Period]) -> list[int]:
    """How many dates lie in each month.

    >>> counts(pd.Series(pd.to_datetime(["2024-04-01", "2024-04-30", "2024-05-01"])), [pd.Period("2024-04")])
    [2]
    """
    ordered = np.sort(dates.to_numpy())
    first, last = ([to_instant(m).to_datetime64() for m in months] for to_instant in (start, after))
    found: list[int] = (np.searchsorted(ordered, last) - np.searchsorted(ordered, first)).tolist()
    return found


def months_to(month: pd.Period, count: int = 12) -> list[pd.Period]:
    """The `count` months that end with `month`."""
    return [month - back for back in range(count - 1, -1, -1)]


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """Numerator over denominator; None where it can't be known or the denominator is 0."""
    if numerator is None or not denominator:
        return None
    return float(numerator) / float(denominator)


def in_month(frame: pd.DataFrame | None, month: pd.Period, dated_by: str) -> pd.DataFrame | None:
    """The rows of a table that are dated in a month; None where the table is absent."""
    return None if frame is None else frame[within(frame[dated_by], month)]


def week_of(dates: pd.Series) -> pd.Series:
    """The week of its month that each date lies in: days 1–7, 8–14, 15–21, 22 to the end are 1 to 4."""
    return ((dates.dt.day - 1) // 7 + 1).clip(upper=4)


def due_day(month: pd.Period) -> pd.Timestamp:
    """The day by which what a month's report asks for is due: the last Monday-to-Friday day of the next one.

    >>> due_day(pd.Period("2024-05"))
    Timestamp('2024-06-28 00:00:00')
    """
    last = (month + 1).end_time.normalize()
    return last - pd.Timedelta(days=max(0, last.weekday() - 4))

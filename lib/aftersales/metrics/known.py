"""What is known of a date: whether it tells a time of day."""

from __future__ import annotations

import pandas as pd

from aftersales.contract.months import DAY
from aftersales.contract.remembered import in_a_report


def has_time(dates: pd.Series, written_as_day: pd.Series | None = None) -> pd.Series:
    """Which dates tell a time of day; what is missing tells none.

    Parameters
    ----------
    dates
        One column.
    written_as_day
        Which of its cells were written without a time, where the reader knows. Else midnight is taken for
        that: a workbook has no other form for a day.

    Notes
    -----
    In a column in which all are midnight none tells a time, however it was written.

    >>> has_time(pd.Series(pd.to_datetime(["2024-04-01 00:00", "2024-04-01 08:30", None]))).tolist()
    [False, True, False]
    """
    late = dates != dates.dt.normalize()
    late &= dates.notna()
    if written_as_day is None or not late.any():
        return late
    return dates.notna() & ~written_as_day.fillna(True).astype(bool)


@in_a_report
def timed(frame: pd.DataFrame, *columns: str) -> pd.Series:
    """Which rows tell a time of day in all of the columns."""
    told = [has_time(frame[c], frame.get(c + DAY)) for c in columns]
    return pd.concat(told, axis=1).all(axis=1) if len(told) > 1 else told[0]


def between(
    earlier: pd.Series, later: pd.Series, earlier_timed: pd.Series, later_timed: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """The fewest and the most hours that can lie between two dates: a day is any moment of it.

    >>> day, done = (pd.Series(pd.to_datetime([text])) for text in ("2024-04-01", "2024-04-05 09:00"))
    >>> [hours.tolist() for hours in between(day, done, day.dt.hour > 0, done.dt.hour > 0)]
    [[81.0], [105.0]]
    """
    day, hour = pd.Timedelta(days=1), pd.Timedelta(hours=1)
    first = earlier.where(earlier_timed, earlier.dt.normalize())
    last = later.where(later_timed, later.dt.normalize())
    fewest = last - first.where(earlier_timed, first + day)
    most = last.where(later_timed, last + day) - first
    return (fewest / hour).clip(lower=0), (most / hour).clip(lower=0)

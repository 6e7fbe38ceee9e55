"""What is known of a value: whether it tells a time of day, whether it names a vehicle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

DAY = "_day"  # behind a column's name: the column that says which of its cells were written without a time
USABLE = "vin_usable"
_SHORTEST = 6
_MASK = (
    r"^\*{11}|~\d+$"  # what masking puts before the end of a VIN, and behind it to tell two vehicles apart
)


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


def timed(frame: pd.DataFrame, *columns: str) -> pd.Series:
    """Which rows tell a time of day in all of the columns."""
    told = [has_time(frame[c], frame.get(c + DAY)) for c in columns]
    return pd.concat(told, axis=1).all(axis=1) if len(told) > 1 else told[0]


def usable(vins: pd.Series) -> pd.Series:
    """Which VINs name a vehicle: not 无, nothing but zeros, or fewer than 6 characters. A masked one is
    judged by its end.

    >>> usable(pd.Series(["LSV1", "无", "00000000", "LSVAB41", "***********000000"], dtype="str")).tolist()
    [False, False, False, True, False]
    """
    place, names = pd.factorize(vins)  # a vehicle comes again and again
    told = pc.utf8_trim_whitespace(pa.array(names, pa.large_string()))
    if len(told) and pc.any(pc.starts_with(told, "*" * 11)).as_py():
        told = pc.replace_substring_regex(told, _MASK, "")
    zeros = pc.match_substring_regex(told, "^[0０]*$")
    fits = pc.and_(pc.greater_equal(pc.utf8_length(told), _SHORTEST), pc.invert(zeros))
    return pd.Series(np.append(fits.to_numpy(zero_copy_only=False), False)[place].astype(bool), vins.index)


def with_vehicle(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows whose VIN names a vehicle: as the reader says in ``vin_usable``, else as `usable` judges."""
    return frame[frame[USABLE].astype(bool) if USABLE in frame else usable(frame["vin"])]

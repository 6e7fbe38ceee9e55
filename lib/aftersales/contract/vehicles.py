"""Which VINs name a vehicle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# The columns in which the reader says it, who saw the VINs before they were masked: which name a vehicle, and
# which of these have another length than 17 (none where there is no such column).
USABLE, ODD = "vin_usable", "vin_odd"
SHORTEST, WHOLE = 6, 17  # characters
_MASK = (
    r"^\*{11}|~\d+$"  # what masking puts before the end of a VIN, and behind it to tell two vehicles apart
)


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
    fits = pc.and_(pc.greater_equal(pc.utf8_length(told), SHORTEST), pc.invert(zeros))
    return pd.Series(np.append(fits.to_numpy(zero_copy_only=False), False)[place].astype(bool), vins.index)


def marked(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with VINs, with what is known of them before they are masked: `USABLE` and `ODD`."""
    fits = usable(frame["vin"])
    odd = fits & (frame["vin"].str.len() != WHOLE)
    return frame.assign(**{USABLE: fits} | ({ODD: odd} if odd.any() else {}))


def named(frame: pd.DataFrame) -> pd.Series:
    """Which rows name a vehicle: as the reader says in ``vin_usable``, else as `usable` judges."""
    return frame[USABLE].astype(bool) if USABLE in frame else usable(frame["vin"])


def with_vehicle(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows whose VIN names a vehicle."""
    rows = named(frame)
    return frame if rows.all() else frame[rows]

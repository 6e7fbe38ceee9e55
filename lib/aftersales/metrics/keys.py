"""Keys: which rows name one that is known."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import pyarrow as pa
from pyarrow.compute import is_in


def among(keys: pd.Series, known: Iterable[str]) -> pd.Series:
    """Which of the keys are known.

    As `Series.isin`, which for texts kept by Arrow makes an object of each known one before it looks: with a
    store's orders of some years that takes 50 ms instead of 2. What is missing is not known.

    >>> among(pd.Series(["a", "b", None], dtype="str"), ["b", "c"]).tolist()
    [False, True, False]
    """
    asked, there = _texts(keys), _texts(known)
    if len(there) > len(asked):  # only those that are asked for need be remembered
        there = there.filter(is_in(there, asked))
    found = is_in(asked, there, skip_nulls=True)
    return pd.Series(found.to_numpy(zero_copy_only=False), keys.index)


def _texts(values: Iterable[str]) -> pa.Array:
    return pa.array(values, pa.large_string())

"""Keys: which rows name one that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd
import pyarrow as pa
from pyarrow.compute import is_in


def among(keys: pd.Series, known: Iterable[str]) -> pd.Series:
    """Which of the keys are known.

    As `Series.isin`, which for texts stored by Arrow makes an object of each known one before it looks: with
    a store's orders of some years that takes 50 ms instead of 2. What is missing is not known.

    >>> among(pd.Series(["a", "b", None], dtype="str"), ["b", "c"]).tolist()
    [False, True, False]
    """
    requested, existing = _texts(keys), _texts(known)
    if len(existing) > len(requested):  # only the requested ones need be remembered
        existing = existing.filter(is_in(existing, requested))
    found = is_in(requested, existing, skip_nulls=True)
    return pd.Series(found.to_numpy(zero_copy_only=False), keys.index)


def _texts(values: Iterable[str]) -> pa.Array:
    return pa.array(values, pa.large_string())


def where(frame: pd.DataFrame | None, test: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame | None:
    """The rows that pass a test; None where the table is absent."""
    return None if frame is None else frame[test(frame)]

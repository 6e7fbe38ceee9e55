"""Keys: which rows name one that is known."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd


def among(keys: pd.Series, known: Iterable[str]) -> pd.Series:
    """Which of the keys are known.

    As `Series.isin`, which for texts kept by Arrow makes an object of each known one before it looks: with a
    store's orders of some years that takes 50 ms instead of 2.

    >>> among(pd.Series(["a", "b", None], dtype="str"), ["b", "c"]).tolist()
    [False, True, False]
    """
    return keys.astype(object).isin(known)

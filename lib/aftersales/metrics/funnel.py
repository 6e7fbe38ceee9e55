"""Persons against the store's mean.

A rate, its interval, and whether it lies outside the limits of chance.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from aftersales.contract.statistics import binomial_limits, wilson

JUDGED = ["rate", "low", "high", "outside"]


def judged(table: pd.DataFrame, cases: str, of: str, mean: float | None) -> pd.DataFrame:
    """The table with ``rate`` = cases / of, its Wilson interval ``low``, ``high``, and ``outside``.

    ``outside`` is None, ``95`` or ``99.8``: the limits round `mean`, the store's rate, that the rate lies
    beyond (exact binomial, Spiegelhalter 2005).
    """
    pairs = list(zip(table[cases].tolist(), table[of].tolist(), strict=True))
    bounds = [wilson(k, n) for k, n in pairs]
    return table.assign(
        rate=pd.Series([k / n if n else None for k, n in pairs], table.index, dtype=float),
        low=pd.Series([low for low, _ in bounds], table.index, dtype=float),
        high=pd.Series([high for _, high in bounds], table.index, dtype=float),
        outside=pd.Series(
            [outside(k / n if n else None, n, mean) for k, n in pairs], table.index, dtype=object
        ),
    )


def outside(rate: float | None, of: float, mean: float | None) -> str | None:
    """Beyond which limits of chance a rate lies.

    >>> outside(0.1, 200, 0.01), outside(0.01, 200, 0.01), outside(None, 0, 0.01)
    ('99.8', None, None)
    """
    if rate is None or mean is None:
        return None
    for level, name in ((0.998, "99.8"), (0.95, "95")):
        low, high = binomial_limits(of, mean, level)
        if rate < low or rate > high:
            return name
    return None


def limits(volumes: Iterable[int], mean: float | None) -> pd.DataFrame:
    """Exact binomial limits round a mean over volumes: ``volume``, ``lower_95`` … ``upper_998``."""
    columns = ["volume", "lower_95", "upper_95", "lower_998", "upper_998"]
    known = [v for v in volumes if v]
    if mean is None or not known:
        return pd.DataFrame(columns=columns)
    low, high = min(known), max(known)
    span = max(high - low, 10)
    over = np.unique(np.linspace(max(1, low - 0.15 * span), high + 0.15 * span, 60).round().astype(int))
    rows = [[v, *binomial_limits(v, mean, 0.95), *binomial_limits(v, mean, 0.998)] for v in over]
    return pd.DataFrame(rows, columns=columns)

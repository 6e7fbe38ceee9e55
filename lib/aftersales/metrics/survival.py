"""Times until something happens where some have not been waited for to the end (Kaplan & Meier 1958)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

CURVE = ["time", "at_risk", "events", "censored", "survival", "low", "high"]
_TOLERANCE = 1e-9


def kaplan_meier(times: Iterable[float], happened: Iterable[bool], level: float = 0.95) -> pd.DataFrame:
    """The share that is still without the event after each time.

    Parameters
    ----------
    times
        Until the event, or until nobody looked any longer.
    happened
        Whether it was the event.

    Returns
    -------
    DataFrame
        One row a time: ``time``, ``at_risk`` just before it, ``events`` and ``censored`` at it, ``survival``
        after it, and its interval ``low``, ``high`` (Greenwood's variance on the log-minus-log scale; missing
        where the curve is at 1 or 0).

    Notes
    -----
    At equal times events come before those who left.
    """
    from statistics import NormalDist

    waited, event = np.asarray(list(times), dtype=float), np.asarray(list(happened), dtype=bool)
    time, place = np.unique(waited, return_inverse=True)
    events = np.bincount(place[event], minlength=len(time))
    every = np.bincount(place, minlength=len(time))
    at_risk = len(waited) - np.append(0, np.cumsum(every))[:-1]
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (at_risk * (at_risk - events)))
        log = np.log(survival)
        half = NormalDist().inv_cdf(0.5 + level / 2) * np.sqrt(variance) / np.abs(log)
        inside = (survival > 0) & (survival < 1)
        low = np.where(inside, survival ** np.exp(half), np.nan)
        high = np.where(inside, survival ** np.exp(-half), np.nan)
    columns = (time, at_risk, events, every - events, survival, low, high)
    return pd.DataFrame(dict(zip(CURVE, columns, strict=True)))


def time_until(curve: pd.DataFrame, share: float) -> float | None:
    """The first time at which no more than `share` are without the event; None where the curve stays above.

    >>> time_until(kaplan_meier([1, 2, 3, 4], [True, True, False, True]), 0.5)
    2.0
    """
    there = curve["survival"].to_numpy() <= share + _TOLERANCE
    return float(curve["time"].iloc[int(there.argmax())]) if there.any() else None

"""Which dates of a column were written without a time of day."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from aftersales.contract.months import DAY

_TIME = re.compile(r"[:：时点]|^\D*\d{12,14}\D*$")


def written_as_days(cells: np.ndarray, dates: np.ndarray) -> np.ndarray | None:
    """Which dates are days, where midnight does not already say it; None where it does.

    A cell at midnight is a day unless its text has a time: a workbook has no other form for a day, and what
    fills a column of a database with days fills it with midnights.

    Parameters
    ----------
    cells
        As found.
    dates
        As they were read.
    """
    midnight = ~np.isnat(dates) & (dates == dates.astype("datetime64[D]"))
    if not midnight.any():
        return None
    place, texts = pd.factorize(cells[midnight])
    timed = np.array([isinstance(text, str) and _TIME.search(text) is not None for text in texts])
    if not timed.any():
        return None
    midnight[midnight] = ~timed[place]
    days: np.ndarray = midnight
    return days


def together(frames: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Rows of one table that were read apart; where one part alone says which dates are days, midnight says
    it in the others.
    """
    marks = {c for frame in frames for c in frame.columns if c.endswith(DAY)}
    parts = []
    for frame in frames:
        days = {
            c: frame[at] == frame[at].dt.normalize()
            for c in marks - set(frame.columns)
            if (at := c.removesuffix(DAY)) in frame
        }
        parts.append(frame.assign(**days))
    return parts

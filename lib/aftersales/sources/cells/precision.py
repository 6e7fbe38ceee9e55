"""Which dates of a column were written without a time of day."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from aftersales.contract.months import DAY
from aftersales.sources.cells.coded import Cells, factorized

# A time of day that somebody wrote; midnight to the second is how programs write a day.
_TIME = re.compile(r"[:：时点]|^\D*\d{12,14}\D*$")
_DAY = re.compile(r"0?0[:：]00[:：]00(?:\.0+)?(?:Z|[+-]\d\d:?\d\d)?\s*$|\d{8}0{6}\D*$")


def written_as_days(cells: Cells, dates: np.ndarray) -> np.ndarray | None:
    """Which dates are days, where midnight does not already say it; None where it does.

    A cell at midnight is a day unless its text has a time (2024-04-09 00:00): a workbook has no other form
    for a day, and programs write 2024-04-09 00:00:00 for it.

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
    place, texts = factorized(cells[midnight])
    timed = np.array([isinstance(text, str) and _has_time(text) for text in texts])
    if not timed.any():
        return None
    midnight[midnight] = ~timed[place]
    days: np.ndarray = midnight
    return days


def _has_time(text: str) -> bool:
    return _TIME.search(text) is not None and _DAY.search(text) is None


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

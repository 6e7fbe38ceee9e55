"""When a dealership in China is open, how busy a day is, and when its callers work."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Days = np.ndarray  # of datetime64[D]

# First day of the Chinese new year.
_SPRING_FESTIVAL = np.array(
    [
        "2015-02-19",
        "2016-02-08",
        "2017-01-28",
        "2018-02-16",
        "2019-02-05",
        "2020-01-25",
        "2021-02-12",
        "2022-02-01",
        "2023-01-22",
        "2024-02-10",
        "2025-01-29",
        "2026-02-17",
        "2027-02-06",
        "2028-01-26",
        "2029-02-13",
        "2030-02-03",
    ],
    "datetime64[D]",
)
_WEEKDAYS = np.array([0.98, 0.92, 0.93, 0.94, 1.0, 1.25, 1.12])  # Monday first


def weekday(days: Days) -> NDArray[np.int64]:
    """Day of the week, Monday 0."""
    return (days.astype("datetime64[D]").astype(np.int64) + 3) % 7


def _after_festival(days: Days) -> NDArray[np.int64]:
    """Days since the nearest new year's day."""
    gaps = (days[:, None] - _SPRING_FESTIVAL[None, :]).astype(np.int64)
    nearest: NDArray[np.int64] = gaps[np.arange(len(days)), np.abs(gaps).argmin(axis=1)]
    return nearest


def business(days: Days) -> NDArray[np.float64]:
    """How many cars come on a day, an ordinary day being about 1; 0 when the store is closed."""
    weights = _WEEKDAYS[weekday(days)].copy()
    since = _after_festival(days)
    weights[(since >= -18) & (since < -3)] *= 1.1
    weights[(since >= 5) & (since < 16)] *= 0.7
    month_day = days - days.astype("datetime64[M]").astype("datetime64[D]")
    month = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    first = month_day.astype(np.int64) + 1
    weights[((month == 10) & (first <= 3)) | ((month == 5) & (first == 1))] *= 0.5
    weights[((since >= -1) & (since < 5)) | ((month == 1) & (first == 1))] = 0
    return weights


def calling(days: Days) -> NDArray[np.float64]:
    """How many calls are made on a day: none on Sundays and when the store is closed."""
    return np.where(weekday(days) == 6, 0.0, (business(days) > 0) * 1.0)


def days_of(month: np.datetime64) -> Days:
    """Every day of a month."""
    month = month.astype("datetime64[M]")
    return np.arange(month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]"))


def roll(days: Days, weights: NDArray[np.float64], first: np.datetime64) -> Days:
    """Each day, or the next one of weight above 0; `weights` are of the days from `first` on."""
    index = np.arange(len(weights))
    following = np.minimum.accumulate(np.where(weights > 0, index, len(weights) - 1)[::-1])[::-1]
    at = np.clip((days - first).astype(np.int64), 0, len(weights) - 1)
    return first + following[at]

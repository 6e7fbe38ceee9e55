"""Spring Festival, which moves between January and February and the workshop's year with it."""

from __future__ import annotations

from typing import Any

import pandas as pd

# The first day of the lunar year, as the Hong Kong Observatory's tables (Gregorian-Lunar Calendar
# Conversion) and GB/T 33661-2017 have it.
LUNAR_NEW_YEAR: dict[int, str] = {
    2015: "02-19",
    2016: "02-08",
    2017: "01-28",
    2018: "02-16",
    2019: "02-05",
    2020: "01-25",
    2021: "02-12",
    2022: "02-01",
    2023: "01-22",
    2024: "02-10",
    2025: "01-29",
    2026: "02-17",
    2027: "02-06",
    2028: "01-26",
    2029: "02-13",
    2030: "02-03",
    2031: "01-23",
    2032: "02-11",
    2033: "01-31",
    2034: "02-19",
    2035: "02-08",
}


def spring_festival(month: Any) -> bool:
    """Whether the lunar new year begins in a month.

    >>> [str(m) for m in pd.period_range("2022-12", "2024-03", freq="M") if spring_festival(m)]
    ['2023-01', '2024-02']
    """
    period = pd.Period(month, "M")
    return LUNAR_NEW_YEAR.get(period.year, "").startswith(f"{period.month:02d}-")

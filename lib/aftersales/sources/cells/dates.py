"""A date or time as exports write it: 2024/4/9, 2024年4月9日 上午9:30, 20240409143000, a serial of Excel."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pandas as pd

_CHINA = dt.timezone(dt.timedelta(hours=8))
_DAY = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_DATE = re.compile(
    _DAY
    + r"(?:(?:[T\s]+|(?<=日))(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?)?分?(Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?", re.ASCII)
# 2024年4月9日 星期二 下午3点20, 2024/4/9 2:30 PM
_SPOKEN = re.compile(
    _DAY + r"[T\s,]*(?:\(?(?:星期|礼拜|周)([一二三四五六日天])\)?[\s,]*)?"
    r"(?:([上下中]午|早上|早晨|清晨|凌晨|傍晚|晚上|[ap]\.?m\.?)?\s*"
    r"(\d{1,2})\s*(?:[:时点]\s*(?:(\d{1,2})|半|整)?(?:\s*[:分]\s*(\d{1,2})(?:\.\d+)?\s*秒?)?\s*分?)?"
    r"\s*([ap]\.?m\.?)?)?",
    re.ASCII | re.I,
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_EXCEL_DAYS = (20000, 80000)  # serial numbers from 1954 to 2119
YEARS = (1980, 2100)
_WEEKDAYS = {**{day: number for number, day in enumerate("一二三四五六日")}, "天": 6}
# Part of the day: its hours as a clock of twelve and one of twenty-four has them, and what is added to them.
# 上午12点, 晚上12点 may be noon or midnight: they are in none.
_PARTS: dict[str, tuple[tuple[range, int], ...]] = {
    "凌晨": ((range(7), 0),),
    "清晨": ((range(4, 10), 0),),
    "早晨": ((range(4, 12), 0),),
    "早上": ((range(4, 12), 0),),
    "上午": ((range(12), 0),),
    "中午": ((range(11, 15), 0), (range(1, 3), 12)),
    "下午": ((range(1, 12), 12), (range(12, 24), 0)),
    "傍晚": ((range(4, 9), 12), (range(16, 21), 0)),
    "晚上": ((range(5, 12), 12), (range(17, 24), 0)),
    "am": ((range(1, 12), 0), (range(12, 13), -12), (range(1), 0)),
    "pm": ((range(1, 12), 12), (range(12, 24), 0)),
}


def moment(value: Any) -> dt.datetime | None:
    """A cell as a date and time, in China's; None where pandas has none.

    Raises
    ------
    ValueError
        It is none, may be one of two, or lies decades off.

    Examples
    --------
    >>> moment("2024年4月9日 下午3点20"), moment("2024/4/9 上午 09:00:00")
    (datetime.datetime(2024, 4, 9, 15, 20), datetime.datetime(2024, 4, 9, 9, 0))
    """
    if value is pd.NaT:
        return None
    if isinstance(value, (dt.datetime, pd.Timestamp)):
        found = pd.Timestamp(value).to_pydatetime(warn=False)
        return _sensible(found.astimezone(_CHINA).replace(tzinfo=None) if found.tzinfo else found)
    if isinstance(value, dt.date):
        return _sensible(dt.datetime(value.year, value.month, value.day))
    if isinstance(value, (bool, dt.time, dt.timedelta)):
        raise ValueError(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _from_text(str(value))


def _from_text(text: str) -> dt.datetime:
    if found := _DATE.fullmatch(text):
        instant = dt.datetime(*(int(part or 0) for part in found.groups()[:6]))  # type: ignore[arg-type]
        if found[7]:
            instant = dt.datetime.fromisoformat(f"{instant.isoformat()}{found[7]}")
            instant = instant.astimezone(_CHINA).replace(tzinfo=None)
        return _sensible(instant)
    if found := _COMPACT.fullmatch(text):
        return _sensible(dt.datetime(*(int(part or 0) for part in found.groups())))  # type: ignore[arg-type]
    if found := _SPOKEN.fullmatch(text):
        return _sensible(_spoken(found))
    serial = float(text)
    if not _EXCEL_DAYS[0] <= serial <= _EXCEL_DAYS[1]:
        raise ValueError(text)
    instant = dt.datetime(1899, 12, 30) + dt.timedelta(days=serial)
    return (instant + dt.timedelta(microseconds=500000)).replace(microsecond=0)


def _spoken(found: re.Match[str]) -> dt.datetime:
    """A date in words: the day of the week must be its own, the hour one that the part of the day has."""
    year, month, day, weekday, part, hour, minute, second, behind = found.groups()
    date = dt.datetime(int(year), int(month), int(day))
    if weekday and _WEEKDAYS[weekday] != date.weekday():
        raise ValueError(weekday)
    if hour is None:
        return date
    told = [p.lower().replace(".", "") for p in (part, behind) if p]
    if len(told) > 1 or (not told and not re.search(r"[:时点]", found[0])):
        raise ValueError(hour)
    minutes = 30 if minute is None and "半" in found[0] else int(minute or 0)
    hours = int(hour)
    if told:
        added = [more for known, more in _PARTS[told[0]] if hours in known]
        if not added:
            raise ValueError(hour)
        hours += added[0]
    return date.replace(hour=hours, minute=minutes, second=int(second or 0))


def _sensible(instant: dt.datetime) -> dt.datetime:
    if not is_year(instant.year):
        raise ValueError(instant)
    return instant


def is_serial(value: Any) -> bool:
    """Whether a cell is a date as a number of days, which may be counted from 1900 or from 1904."""
    if isinstance(value, str):
        return _SERIAL.fullmatch(value.strip()) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value < _EXCEL_DAYS[1]


def is_year(year: int) -> bool:
    """Whether a record may be of that year."""
    return YEARS[0] <= year <= YEARS[1]


def repaired(value: Any, form: str) -> str | None:
    """What was repaired in a cell that is a date: one of `repairs.KINDS`."""
    if not isinstance(value, str):
        if isinstance(value, (int, float)):
            whole = int(value) if isinstance(value, float) and value.is_integer() else value
            return None if _COMPACT.fullmatch(str(whole)) else "serial_date"
        return "time_zone" if getattr(value, "tzinfo", None) is not None else None
    if _SERIAL.fullmatch(value):
        return "serial_date"
    if found := _DATE.fullmatch(value):
        if found[7]:
            return "time_zone"
    elif _SPOKEN.fullmatch(value) and not _COMPACT.fullmatch(value):
        return "spoken_date"
    return "text_date" if form == "workbook" else None

"""Numbers, dates and changes as they are printed. Rounding happens here and nowhere else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from aftersales.contract.figures import Figure

NONE = "–"
# Characters of a text that page, paper, mail and notebooks show, of what names a row, and of a cell of Excel.
SHOWN, NAME, CELL = 300, 80, 32_767
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def missing(value: Any) -> bool:
    """None, NaN, NaT or NA."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def number(value: Any, digits: int = 1) -> str:
    """A number with thousands separated, rounded half up, minus as −; "–" where it is missing.

    >>> number(1439.65), number(-0.345, 2), number(None)
    ('1,439.7', '−0.35', '–')
    """
    if missing(value):
        return NONE
    # through the shortest decimal text: 0.345 is what was meant, not the binary 0.34499…
    exact = Decimal(repr(round(float(value), 10))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{abs(exact):,}"
    return f"−{text}" if exact < 0 else text


def count(value: Any) -> str:
    """A whole number."""
    return number(value, 0)


def percent(value: Any, digits: int = 1, sign: bool = True) -> str:
    """A rate as a percentage.

    >>> percent(0.1765), percent(0.1765, sign=False)
    ('17.7%', '17.7')
    """
    return NONE if missing(value) else number(float(value) * 100, digits) + ("%" if sign else "")


def signed(value: Any, digits: int = 1, lang: str = "zh", unit: str = "") -> str:
    """A change with its sign and without a glyph: what is stated and not judged.

    >>> signed(2.4), signed(-2.3), signed(0.04, lang="en")
    ('+2.4', '−2.3', 'unchanged')
    """
    if missing(value):
        return NONE
    text = number(abs(float(value)), digits)
    if float(text.replace(",", "")) == 0:
        return "持平" if lang == "zh" else "unchanged"
    return f"{'+' if value > 0 else '−'}{text}{unit}"


def month(value: Any, lang: str = "zh") -> str:
    """2024年4月, April 2024."""
    if missing(value):
        return NONE
    period = pd.Period(value, "M")
    return (
        f"{period.year}年{period.month}月" if lang == "zh" else f"{_MONTHS[period.month - 1]} {period.year}"
    )


def short_month(value: Any, lang: str = "zh") -> str:
    """4月, April."""
    period = pd.Period(value, "M")
    return f"{period.month}月" if lang == "zh" else _MONTHS[period.month - 1]


def months(values: Iterable[Any], lang: str = "zh") -> list[str]:
    """Months that follow each other, in words, the year with the first and where it changes.

    >>> months(["2023-11", "2023-12", "2024-01"])
    ['2023年11月', '12月', '2024年1月']
    """
    named, year = [], None
    for value in values:
        period = pd.Period(value, "M")
        named.append((short_month if period.year == year else month)(period, lang))
        year = period.year
    return named


def date(value: Any, lang: str = "zh") -> str:
    """2024年4月9日, 9 April 2024."""
    if missing(value):
        return NONE
    day = pd.Timestamp(value)
    return (
        f"{day.year}年{day.month}月{day.day}日"
        if lang == "zh"
        else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    )


def short_date(value: Any, lang: str = "zh") -> str:
    """4月9日, 9 Apr."""
    if missing(value):
        return NONE
    day = pd.Timestamp(value)
    return f"{day.month}月{day.day}日" if lang == "zh" else f"{day.day} {_MONTHS[day.month - 1][:3]}"


def hours(value: Any, lang: str = "zh", digits: int | None = None) -> str:
    """Hours, with one decimal below ten unless `digits` says how many."""
    if missing(value):
        return NONE
    if digits is None:
        digits = 1 if float(value) < 10 else 0
    return number(value, digits) + ("小时" if lang == "zh" else " h")


def figure(value: Any, what: Figure, lang: str = "zh") -> str:
    """A value of one of the catalogue's figures, its target or last value, as the report prints it.

    >>> from aftersales.contract.figures import FIGURES
    >>> figure(0.98254, FIGURES["ftf.rate"]), figure(99.63, FIGURES["oem.mot"])
    ('98.25%', '99.6')
    >>> figure(1776, FIGURES["ftf.jobs"])
    '1,776'
    """
    if what.unit == "rate":
        return percent(value, 1 if what.digits is None else what.digits)
    if what.unit == "hours":
        return hours(value, lang, what.digits)
    return number(value, (0 if what.unit == "count" else 1) if what.digits is None else what.digits)


def text(value: Any) -> str:
    """Text as it is, dates in ISO form, "–" where it is missing."""
    if missing(value) or value == "":
        return NONE
    if isinstance(value, (pd.Timestamp, dt.date)):
        return str(value)[:10]
    return str(value)


def cut(value: str, lang: str = "zh", most: int = SHOWN) -> str:
    """A text of at most so many characters; of a longer one its beginning, and how long it is.

    >>> cut("车主说异响还在", most=300), cut("车主" * 900, most=14)
    ('车主说异响还在', '车主车主车… 共1,800字')
    """
    if len(value) <= most:
        return value
    end = f"… 共{len(value):,}字" if lang == "zh" else f"… {len(value):,} characters"
    return value[: max(most - len(end), 1)].rstrip() + end


def join(parts: list[str], lang: str = "zh") -> str:
    """A list in a sentence: 甲、乙和丙; A, B and C."""
    if len(parts) < 2:
        return "".join(parts)
    if lang == "zh":
        return "、".join(parts[:-1]) + "和" + parts[-1]
    return ", ".join(parts[:-1]) + " and " + parts[-1]

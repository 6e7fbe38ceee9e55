"""The call: what is wrong with it is reported before anything heavy is imported."""

from __future__ import annotations

import re

from aftersales.contract import params, place, stage, written
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message

_YEAR = "(19|20|21)[0-9]{2}"  # `\d` would take the digits of other scripts


def check(month: str, year: str | None, source: str | None, store: str | None = None) -> None:
    """Raise an InputError when month, year, the params of the store or the place of the source are bad."""
    number, given_year = parse_month(month, year)
    settings = params.load(None if given_year is None else f"{given_year}-{number:02d}", store=store)
    stage.tell(limits=settings.limits)
    chosen = source or settings.source
    if not place.is_demo(chosen) and not place.is_url(chosen):
        place.path(chosen)


def parse_month(month: str, year: str | None = None) -> tuple[int, int | None]:
    """Month and year of ``4``, ``04``, ``2024-04``, or what else `written.month` reads.

    >>> parse_month("04"), parse_month("2024-04")
    ((4, None), (4, 2024))
    """
    number, own = written.month(month)
    if year is not None and not re.fullmatch(_YEAR, year.strip()):
        raise InputError(
            Message(
                f"年份：给的是 {year!r}；应是 1900 到 2199 之间的四位数字，如 2024。",
                f"year: got {year!r}; expected four digits from 1900 to 2199, like 2024.",
            )
        )
    if year is not None and own and own != int(year):
        raise InputError(
            Message(
                f"月份 {month} 与年份 {year} 不一致；只给其中一个。",
                f"month {month} and year {year} contradict each other; give one of them.",
            )
        )
    return number, own or (int(year) if year is not None else None)

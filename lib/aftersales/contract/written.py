"""What people write: a month in any of the usual ways, a language, a name with a slip in it."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

from aftersales.contract.errors import InputError, NoSuchName
from aftersales.contract.message import Message, listed

_ENGLISH = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_FIGURES = re.compile(r"(?:((?:19|20|21)\d\d)\s*[-/.年]\s*)?(\d{1,2})\s*月?")
_DAY = re.compile(r"((?:19|20|21)\d\d)[-/年](\d{1,2})[-/月]\d{1,2}日?(?:[ T].*)?")
_WORDS = re.compile(r"([a-z]{3,9})\.?(?:\s+((?:19|20|21)\d\d))?")
_LANGUAGES = {
    **dict.fromkeys(("zh", "zh-cn", "zh_cn", "cn", "chinese", "中文", "汉语"), "zh"),
    **dict.fromkeys(("en", "en-us", "en-gb", "english", "英文", "英语"), "en"),
}


_NAMED = 12  # of the names that there are, so many are told


def month(value: object) -> tuple[int, int | None]:
    """Month and year of what was written, as ``make report MONTH=`` and notebooks take it; the year may be
    left out.

    Parameters
    ----------
    value
        ``4``, ``"04"``, ``"2024-04"``, ``"2024/4"``, ``"2024年4月"``, ``"4月"``, ``"April 2024"``, or
        whatever has a ``month`` and a ``year``: a date, a Timestamp, a Period.

    Raises
    ------
    InputError
        It is no month.

    Examples
    --------
    >>> month(4), month("2024-04"), month("2024年4月"), month("Apr 2024")
    ((4, None), (4, 2024), (4, 2024), (4, 2024))
    """
    number, year = getattr(value, "month", None), getattr(value, "year", None)
    if isinstance(number, int) and isinstance(year, int):
        return number, year
    text = "" if isinstance(value, bool) else unicodedata.normalize("NFKC", str(value)).strip().lower()
    if found := _FIGURES.fullmatch(text) or _DAY.fullmatch(text):
        number = int(found[2])
        if 1 <= number <= 12:
            return number, int(found[1]) if found[1] else None
    near = ""
    if found := _WORDS.fullmatch(text):
        fits = [
            name for name in _ENGLISH if name.startswith(found[1]) or (found[1], name[:3]) == ("sept", "sep")
        ]
        if fits:
            return _ENGLISH.index(fits[0]) + 1, int(found[2]) if found[2] else None
        meant = nearest(found[1], _ENGLISH)
        near = f"{meant.capitalize()}{f' {found[2]}' if found[2] else ''}" if meant else ""
    did_you = question(near)
    raise InputError(
        Message(
            f"月份：给的是 {value!r}；应是 1 到 12，或 2024-04 这样的月份。{did_you.zh}",
            f"month: got {value!r}; expected 1 to 12, or a month like 2024-04.{did_you.en}",
        )
    )


def language(value: str | None) -> str | None:
    """``zh`` or ``en``, however it was written; None of None.

    Raises
    ------
    InputError
        It is neither.

    Examples
    --------
    >>> language("English"), language("zh-CN"), language(None)
    ('en', 'zh', None)
    """
    if value is None or value == "":
        return None
    text = str(value).strip().lower()
    if text in _LANGUAGES:
        return _LANGUAGES[text]
    meant = nearest(text, _LANGUAGES)
    did_you = question(_LANGUAGES[meant] if meant else "")
    raise InputError(
        Message(
            f"语言：给的是 {value!r}；应是 zh 或 en。{did_you.zh}",
            f"language: got {value!r}; expected zh or en.{did_you.en}",
        )
    )


def nearest(text: object, known: Iterable[str], cutoff: float = 0.5) -> str | None:
    """The name that was probably meant; None where none is near.

    >>> nearest("东城", ["东城店", "西城店"]), nearest("ftf.rat", ["ftf.rate", "ftf.jobs"])
    ('东城店', 'ftf.rate')
    >>> nearest("x", ["ftf.rate"]) is None
    True
    """
    names = {name.lower(): name for name in reversed(list(known))}
    found = difflib.get_close_matches(str(text).lower(), names, n=1, cutoff=cutoff)
    return names[found[0]] if found else None


def question(name: str | None) -> Message:
    """“Did you mean …?”, to follow a sentence; nothing where no name is near."""
    return Message(f"是不是 {name}？", f" Did you mean {name}?") if name else Message("", "")


def no_name(of: str, name: str, known: Iterable[str]) -> AttributeError:
    """The error of an attribute that is not there, with the name that was probably meant.

    What begins with ``_`` Python and notebooks ask for by themselves: that is no slip of anybody's.

    >>> no_name("Tables", "repair_order", ["jobs", "repair_orders"]).text("en")
    'Tables has no repair_order. Did you mean repair_orders? There are: jobs, repair_orders.'
    """
    if name.startswith("_"):
        return AttributeError(f"{of} has no attribute {name!r}")
    there = [one for one in known if not one.startswith("_")]
    did_you, every = question(nearest(name, there)), listed([*there[:_NAMED], *["…"][: len(there) - _NAMED]])
    return NoSuchName(
        Message(
            f"{of} 里没有 {name}。{did_you.zh}有：{every.zh}。",
            f"{of} has no {name}.{did_you.en} There are: {every.en}.",
        )
    )


def no_attribute(of: object, name: str) -> AttributeError:
    """What `__getattr__` of a class raises.

    It is asked too where a property failed by an AttributeError of its own: that one is raised again.
    """
    if name in dir(of):
        type(of).__getattribute__(of, name)
    return no_name(type(of).__name__, name, dir(of))

"""What the sentences of all chapters share: which language, and the words of an exhibit."""

from __future__ import annotations

from typing import Any

from aftersales.contract import formats
from aftersales.contract.statistics import SMALL

Words = dict[str, str]


def say(lang: str, zh: str, en: str) -> str:
    """The sentence in the requested language."""
    return zh if lang == "zh" else en


def words(title: str, subtitle: str = "", note: str = "", lang: str = "zh") -> Words:
    """The words of an exhibit."""
    return {"title": title, "subtitle": subtitle, "note": note, "lang": lang}


def plural(n: float, one: str, many: str = "") -> str:
    """``1 complaint``, ``3 complaints``."""
    return f"{formats.count(n)} {one if n == 1 else many or one + 's'}"


def known(value: Any) -> bool:
    """Whether a value is known."""
    return not formats.missing(value)


def rate(value: Any, n: float, lang: str, digits: int = 1) -> str:
    """A rate, marked where it is one of a small sample; of few cases the sentence gives counts instead.

    >>> rate(0.5, 20, "en"), rate(0.5, 200, "en")
    ('50.0% (small sample)', '50.0%')
    """
    return formats.percent(value, digits) + ("" if n >= SMALL else say(lang, "（样本小）", " (small sample)"))


def small(p: float) -> str:
    """A p value: two digits, or that it is very small.

    >>> small(0.293), small(0.004), small(0.0001)
    ('p = 0.29', 'p = 0.004', 'p < 0.001')
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.2f}" if p >= 0.01 else f"p = {p:.3f}"

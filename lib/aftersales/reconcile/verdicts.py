"""Does a printed value agree with what it must be? Intervals of exact decimals."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Printed:
    """A number as somebody printed it: its value, and how many decimals it was given with."""

    value: Decimal
    decimals: int


def printed(value: Any) -> Printed | None:
    """Read a printed number; None where there is none.

    A text keeps the zeros it was printed with, a float has the decimals of its shortest text; a percentage is
    a fraction with two decimals more.

    >>> printed("83.20").decimals, printed(83.2).decimals, printed("33.8%"), printed("–")
    (2, 1, Printed(value=Decimal('0.338'), decimals=3), None)
    """
    if value is None or value != value or isinstance(value, bool):
        return None
    text = (
        unicodedata.normalize("NFKC", value) if isinstance(value, str) else repr(round(float(value), 10))
    ).replace(",", "")
    found = re.fullmatch(r"\s*([-+−]?\d*\.?\d+)\s*(%?)\s*", text)
    if not found:
        return None
    digits = found[1].replace("−", "-")
    if not isinstance(value, str):
        digits = digits.removesuffix(".0")
    places = len(digits.split(".")[1]) if "." in digits else 0
    return Printed(Decimal(digits).scaleb(-2), places + 2) if found[2] else Printed(Decimal(digits), places)


def exact(value: Any) -> Decimal:
    """A number as a decimal: what was meant, not the binary 83.264999….

    >>> exact(0.1 + 0.2)
    Decimal('0.3')
    """
    return value if isinstance(value, Decimal) else Decimal(repr(round(float(value), 10)))


def half_unit(decimals: int) -> Decimal:
    """How far a value printed with so many decimals may lie from the exact one.

    >>> half_unit(1)
    Decimal('0.05')
    """
    return Decimal(5).scaleb(-decimals - 1)


def verdict(reported: Any, computed: Any, decimals: int, half_width: Any = 0) -> str:
    """The verdict on a printed value.

    Parameters
    ----------
    reported, computed
        The printed value and the exact one.
    decimals
        How many decimals the printed value has.
    half_width
        How far the computed value may be off because its inputs were rounded themselves.

    Returns
    -------
    str
        ``consistent``: equal once rounded, a tie up or down; ``rounding``: the two intervals touch; else
        ``inconsistent``.

    Examples
    --------
    The deck's advisors 4 and 3 (slide 14):

    >>> verdict(83.2, 83.265, 1, 0.05), verdict(82.4, 82.545, 1, 0.05)
    ('rounding', 'inconsistent')
    """
    gap = abs(exact(reported) - exact(computed))
    if gap <= half_unit(decimals):
        return "consistent"
    return "rounding" if gap <= half_unit(decimals) + exact(half_width) else "inconsistent"

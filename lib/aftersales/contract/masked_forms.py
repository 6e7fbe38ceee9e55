"""What is shown in place of a phone, a plate, a VIN or a name."""

from __future__ import annotations

import re

from aftersales.contract.names import NARROW

STARS = "*" * 11
_NO_DIGIT, _NO_LETTER = re.compile(r"\D"), re.compile(r"[^\w]|_")
_BARE = re.compile(r"[\u4e00-\u9fff]?[0-9A-Z]+")


def phone(value: str) -> str:
    """``138****1234``."""
    digits = str(value)
    if not (digits.isascii() and digits.isdigit()):
        digits = _NO_DIGIT.sub("", digits.translate(NARROW))
    digits = digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 7 else "****"


def plate(value: str) -> str:
    """``沪A·***12``."""
    bare = str(value)
    if not _BARE.fullmatch(bare):
        bare = _NO_LETTER.sub("", bare.translate(NARROW)).upper()
    return f"{bare[:2]}·***{bare[-2:]}" if len(bare) >= 5 else "***"


def vin(value: str) -> str:
    """Eleven stars and the last six characters; a suffix that keeps two vehicles apart is dropped."""
    bare = str(value).strip().split("~")[0]
    return STARS + bare[-6:] if len(bare) > 6 else STARS + bare[-2:]


def name(value: str) -> str:
    """The first character and two stars."""
    text = str(value).strip()
    return f"{text[0]}**" if text else text

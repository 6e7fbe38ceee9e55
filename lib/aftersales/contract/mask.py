"""Masking of what identifies a customer: phone, plate, VIN, name; in free text too (contract §6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aftersales.contract.names import NARROW
from aftersales.contract.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

# What people put between the digits of a number: blanks, dashes, dots, characters without width.
_GAP = r"[\s\-‐-―_.·•・‧∙\u200b-\u200d\ufeff]{0,2}"
_DIGIT, _NO_DIGIT, _NO_LETTER = re.compile(r"\d"), re.compile(r"\D"), re.compile(r"[^\w]|_")
# Digits may stand as 3-4-4, 3-3-5, 4-3-4 or 6-5.
_PHONE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?(1[3-9]\d){_GAP}\d{_GAP}\d\d{_GAP}\d{_GAP}(\d{{4}})(?!\d)"
)
_LANDLINE = re.compile(
    rf"(?:(?<![A-Z0-9\-])|(?<=TEL))\(?(010|02\d|0[3-9]\d\d)\)?{_GAP}\d{{3,4}}{_GAP}(\d{{4}})(?!\d)"
)
_NAMED_LANDLINE = re.compile(rf"((?:电话|座机|固话|[Tt]el|TEL)[^\d\n]{{0,4}})\d{{3,4}}{_GAP}(\d{{4}})(?!\d)")
_VIN = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=VIN)|(?<=vin))(?=[A-Za-z]{0,16}\d)(?=\d{0,16}[A-Za-z])[A-Za-z0-9]{11}"
    r"([A-Za-z0-9]{6})(?![A-Za-z0-9])"
)
_SPACED_VIN = re.compile(
    r"(?<![A-Za-z0-9])L(?:[ \-]?[A-HJ-NPR-Z0-9]){10}"
    r"((?:[ \-]?[A-HJ-NPR-Z0-9]){2}(?:[ \-]?\d){4})(?![A-Za-z0-9])"
)
_PLATE = re.compile(
    rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼港澳使领]\s?"
    rf"[A-Za-z]{_GAP}[A-Za-z0-9]{{2,4}}\s?"
    r"[A-Za-z0-9]{2}[挂学警港澳]?(?![A-Za-z0-9])"
)
_TOKEN = re.compile(r"([A-Za-z0-9_\-]+)")

PERSONAL: dict[str, str] = {c.name: c.personal for t in TABLES.values() for c in t.columns if c.personal}


def phone(value: str) -> str:
    """``138****1234``."""
    digits = _NO_DIGIT.sub("", str(value).translate(NARROW))
    digits = digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 7 else "****"


def plate(value: str) -> str:
    """``沪A·***12``."""
    bare = _NO_LETTER.sub("", str(value).translate(NARROW)).upper()
    return f"{bare[:2]}·***{bare[-2:]}" if len(bare) >= 5 else "***"


def vin(value: str) -> str:
    """Eleven stars and the last six characters; a suffix that keeps two vehicles apart is dropped."""
    bare = str(value).strip().split("~")[0]
    return "*" * 11 + bare[-6:] if len(bare) > 6 else "*" * 11 + bare[-2:]


def name(value: str) -> str:
    """The first character and two stars."""
    text = str(value).strip()
    return f"{text[0]}**" if text else text


def text(value: str, keep: Container[str] = ()) -> str:
    """Free text with phones, plates and VINs masked; all else as it was.

    Parameters
    ----------
    keep
        Numbers of orders, calls, jobs and complaints, which stay even where they look like a phone number.

    Examples
    --------
    >>> text("沪A12345车主138-0013-8000来电")
    '沪A·***45车主138****8000来电'
    """
    if not keep:
        return _patterns(str(value))
    parts = _TOKEN.split(str(value))
    edges = [edge for i in range(1, len(parts), 2) if parts[i] in keep for edge in (i, i + 1)]
    runs = ["".join(parts[a:b]) for a, b in pairwise([0, *edges, len(parts)])]
    return "".join(run if i % 2 else _patterns(run) for i, run in enumerate(runs))


def texts(values: Sequence[str]) -> list[str]:
    """Many free texts, each masked as by `text`."""
    return [text(value) for value in values]


def case_number(value: str) -> str:
    """The number of an order or a call, which stays, be it as long as a phone's; a plate or a VIN, where two
    headers were exchanged, is masked.

    >>> case_number("RO13800138000"), case_number("沪A12345"), case_number("LSVAA2180E2012345")
    ('RO13800138000', '沪A·***45', '***********012345')
    """
    for pattern, masked in (_SHOWN[1], _SHOWN[-1]):
        value = pattern.sub(masked, value)
    return value


def _patterns(value: str) -> str:
    if not _DIGIT.search(value):  # as most texts
        return value
    narrow = value.translate(NARROW)
    for pattern, masked in _SHOWN:
        parts, end = [], 0
        for m in pattern.finditer(narrow):  # found in the narrow twin: the rest stays as typed
            parts += [value[end : m.start()], masked(m)]
            end = m.end()
        if parts:
            value = "".join([*parts, value[end:]])
            narrow = value.translate(NARROW)
    return value


_STARS = "*" * 11
_SHOWN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_VIN, lambda m: _STARS + m[1]),
    (_SPACED_VIN, lambda m: _STARS + re.sub(r"[ \-]", "", m[1])),
    (_PHONE, lambda m: f"{m[1]}****{m[2]}"),
    (_LANDLINE, lambda m: f"{m[1]}****{m[2]}"),
    (_NAMED_LANDLINE, lambda m: f"{m[1]}****{m[2]}"),
    (_PLATE, lambda m: plate(m[0])),
)
_BY_KIND = {"phone": phone, "plate": plate, "vin": vin, "name": name, "free_text": text}


def frame(table: pd.DataFrame) -> pd.DataFrame:
    """A table with every personal column masked by its name, and every other text by its patterns."""
    import pandas as pd

    out = table.copy()
    keep = {v for c in out.columns if str(c).endswith("_id") for v in out[c] if isinstance(v, str)}
    for column in out.columns:
        values = out[column]
        if not (pd.api.types.is_object_dtype(values) or pd.api.types.is_string_dtype(values)):
            continue
        if str(column).endswith(
            "_id"
        ):  # order, call, job and complaint numbers stay: a case is looked up by them
            continue
        kind = PERSONAL.get(str(column), "free_text")
        seen: dict[Any, Any] = {}
        for value in {v for v in values if isinstance(v, str)}:
            seen[value] = text(value, keep) if kind == "free_text" else _BY_KIND[kind](value)
        if any(k != v for k, v in seen.items()):
            out[column] = values.map(lambda v, seen=seen: seen.get(v, v) if isinstance(v, str) else v)
    return out

"""Masking of what identifies a customer: phone, plate, VIN, name; in free text too (contract §6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aftersales.contract.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

# What people put between the digits of a number: blanks, dashes, dots, characters without width.
_GAP = r"[\s\-‐-―_.·•・‧∙\u200b-\u200d\ufeff]{0,2}"
# Characters that are as wide as a Chinese one, as their narrow twins: lengths stay.
_NARROW = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
_DIGIT, _NO_DIGIT, _NO_LETTER = re.compile(r"\d"), re.compile(r"\D"), re.compile(r"[^\w]|_")
_LONG = 1000  # characters beyond which a text is looked through as a whole rather than one by one
_BARE = re.compile(r"[\u4e00-\u9fff]?[0-9A-Z]+")
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
    digits = str(value)
    if not (digits.isascii() and digits.isdigit()):
        digits = _NO_DIGIT.sub("", digits.translate(_NARROW))
    digits = digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 7 else "****"


def plate(value: str) -> str:
    """``沪A·***12``."""
    bare = str(value)
    if not _BARE.fullmatch(bare):
        bare = _NO_LETTER.sub("", bare.translate(_NARROW)).upper()
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
    """Many free texts masked as by `text`; all at once, which takes a third of the time."""
    out = list(values)
    asked = [i for i, value in enumerate(out) if _DIGIT.search(value)]
    if any("\0" in value for value in out):
        return [text(value) for value in out]
    found = _patterns(_BETWEEN.join(out[i] for i in asked)).split(_BETWEEN)
    for i, value in zip(asked, found if asked else (), strict=True):
        out[i] = value
    return out


def _patterns(value: str) -> str:
    if not _DIGIT.search(value):  # as most texts
        return value
    narrow = _narrowed(value)
    for pattern, masked in _SHOWN:
        parts, twins, end = [], [], 0
        for m in pattern.finditer(narrow):  # found in the narrow twin: the rest stays as typed
            instead = masked(m)
            parts += [value[end : m.start()], instead]
            twins += [narrow[end : m.start()], instead]
            end = m.end()
        if parts:
            value, narrow = "".join([*parts, value[end:]]), "".join([*twins, narrow[end:]])
    return value


def _narrowed(value: str) -> str:
    """A text with narrow characters for wide ones; it is as long."""
    if len(value) < _LONG:
        return value.translate(_NARROW)
    import numpy as np

    codes = np.frombuffer(value.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).copy()
    codes[(codes >= 0xFF01) & (codes <= 0xFF5E)] -= 0xFEE0
    codes[codes == 0x3000] = 0x20
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


_STARS = "*" * 11
_BETWEEN = "\n\0\n"  # no number goes on over it
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

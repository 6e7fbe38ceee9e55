"""Masking of what identifies a customer: phone, plate, VIN, name; in free text too (contract §6)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from aftersales.schema import TABLES

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼港澳使领"
_SEP = r"[\s\-‐‑–—.·]?"
# Characters that are as wide as a Chinese one, as their narrow twins: lengths stay.
_NARROW = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
_PHONE = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_SEP})?(1[3-9]\d){_SEP}(\d{{4}}){_SEP}(\d{{4}})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[\s\-‐–]?(\d{3,4})(\d{4})(?!\d)")
_VIN = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NPR-Za-hj-npr-z0-9]{11}([A-Za-z0-9]{6})(?![A-Za-z0-9])")
_PLATE = re.compile(
    rf"([{_PROVINCES}])\s?([A-Za-z])[\s·\-.•]?([A-Za-z0-9]{{2,4}})\s?([A-Za-z0-9]{{2}}[挂学警港澳]?)(?![A-Za-z0-9])"
)

PERSONAL: dict[str, str] = {c.name: c.personal for t in TABLES.values() for c in t.columns if c.personal}


def phone(value: str) -> str:
    """``138****1234``."""
    digits = re.sub(r"\D", "", str(value).translate(_NARROW))
    digits = digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 7 else "****"


def plate(value: str) -> str:
    """``沪A·***12``."""
    bare = re.sub(r"[\s·\-.•]", "", str(value).translate(_NARROW)).upper()
    return f"{bare[:2]}·***{bare[-2:]}" if len(bare) >= 5 else "***"


def vin(value: str) -> str:
    """Eleven stars and the last six characters; a suffix that keeps two vehicles apart is dropped."""
    bare = str(value).strip().split("~")[0]
    return "*" * 11 + bare[-6:] if len(bare) > 6 else "*" * 11 + bare[-2:]


def name(value: str) -> str:
    """The first character and two stars."""
    text = str(value).strip()
    return f"{text[0]}**" if text else text


def text(value: str, names: Iterable[str] = ()) -> str:
    """Free text with phones, plates, VINs and the given names masked; all else as it was."""
    out = str(value)
    narrow = out.translate(_NARROW)
    if narrow != out and (
        _PHONE.search(narrow) or _VIN.search(narrow) or _PLATE.search(narrow) or _LANDLINE.search(narrow)
    ):
        out = narrow
    out = _VIN.sub(lambda m: "*" * 11 + m[1] if re.search(r"\d", m[0]) else m[0], out)
    out = _PHONE.sub(r"\1****\3", out)
    out = _LANDLINE.sub(r"\1****\3", out)
    out = _PLATE.sub(lambda m: f"{m[1]}{m[2]}·***{m[4]}", out)
    for known in names:
        if len(known) > 1 and known in out:
            out = out.replace(known, name(known))
    return out


_BY_KIND = {"phone": phone, "plate": plate, "vin": vin, "name": name, "free_text": text}


def frame(table: pd.DataFrame, names: Iterable[str] = ()) -> pd.DataFrame:
    """A table with every personal column masked by its name, and every other text by its patterns."""
    out = table.copy()
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
            seen[value] = text(value, names) if kind == "free_text" else _BY_KIND[kind](value)
        if any(k != v for k, v in seen.items()):
            out[column] = values.map(lambda v, seen=seen: seen.get(v, v) if isinstance(v, str) else v)
    return out

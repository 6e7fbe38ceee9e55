"""Masking of what identifies a customer: phone, plate, VIN, name, cards, addresses; in free text too.

Columns are masked by what they hold. A free text is looked through on its normalised twin (`contract.twin`),
for what has the form of a number or a plate (`masked_numbers`, `masked_vehicles`), for names that the words
about them tell (`masked_names`), and where a store's tables are at hand for all that its `archive` knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aftersales.contract.masked_forms import name as name
from aftersales.contract.masked_forms import phone as phone
from aftersales.contract.masked_forms import plate as plate
from aftersales.contract.masked_forms import vin as vin
from aftersales.contract.masked_names import LATIN, NAMES
from aftersales.contract.masked_numbers import CHAT, MAIL, NUMBERS, PHONES, SPELT
from aftersales.contract.masked_vehicles import PLATES, VINS, of_a_maker
from aftersales.contract.schema import TABLES
from aftersales.contract.twin import replaced, twin

if TYPE_CHECKING:
    import pandas as pd

PERSONAL: dict[str, str] = {c.name: c.personal for t in TABLES.values() for c in t.columns if c.personal}
# Columns with the names of our own people.
OURS = frozenset(c.name for t in TABLES.values() for c in t.columns if c.is_name)
_TOKEN = re.compile(r"([A-Za-z0-9_\-]+)")
# Without any of these a text has nothing to hide.
_DIGITS = re.compile(rf"[\d①-⑨⓪-⓿²³¹⁰-₉]|[{SPELT}][\s\-]*[{SPELT}]")
_TELLING = re.compile(
    r"[@＠]|先生|女士|小姐|太太|阿姨|大姐|大爷|大叔|客户|车主|顾客|机主|用户|[诉修系电件保]人|驾驶|家属|姓名|某|[一-鿿][×XxＸｘ]|M[rsia]|"
    r"微信|薇信|扣扣|企鹅|[Vv]信|[Ww][Xx]|[Vv][Xx]|[Ww]e[Cc]hat|[Qq][Qq]"
)
_DIGIT = re.compile(rf"[0-9{SPELT}]")
# The fewest digits of each.
_WITH_DIGITS = ((3, VINS), (7, NUMBERS), (2, PLATES))
# Between texts that are looked through together; nothing goes on over it.
_BETWEEN = "\n\ue000\n"


def text(value: str, keep: Container[str] = ()) -> str:
    """Free text with all in it that has the form of personal data masked; all else as it was.

    Parameters
    ----------
    keep
        Numbers of orders, calls, jobs and complaints, which stay even where they look like a phone number.

    Examples
    --------
    >>> text("沪A12345车主138-0013-8000来电")
    '沪A·***45车主138****8000来电'
    >>> text("客户王某某（138  0013  8000），工单RO2404-0123，13500元")
    '客户王**（138****8000），工单RO2404-0123，13500元'
    """
    return around(str(value), keep, _patterns) if keep else _patterns(str(value))


def around(value: str, keep: Container[str], change: Callable[[str], str]) -> str:
    """A text changed but for the numbers that stay."""
    parts = _TOKEN.split(value)
    edges = [edge for i in range(1, len(parts), 2) if parts[i] in keep for edge in (i, i + 1)]
    runs = ["".join(parts[a:b]) for a, b in pairwise([0, *edges, len(parts)])]
    return "".join(run if i % 2 else change(run) for i, run in enumerate(runs))


def texts(values: Iterable[str]) -> list[str]:
    """Many free texts masked as by `text`, those that are alike once and all at once."""
    out = list(values)
    asked = [v for v in dict.fromkeys(out) if _DIGITS.search(v) or _TELLING.search(v)]
    if not asked:
        return out
    instead = dict(zip(asked, together(asked, _patterns), strict=True))
    return [instead.get(value, value) for value in out]


def together(values: Sequence[str], change: Callable[[str], str]) -> list[str]:
    """Texts changed as if each were by itself, but all at once."""
    if not values or any("\ue000" in value for value in values):
        return [change(value) for value in values]
    return change(_BETWEEN.join(values)).split(_BETWEEN)


def numbers(value: str) -> str:
    """A text with all masked in it but names."""
    return _numbers(value, twin(value))[0]


def case_number(value: str) -> str:
    """The number of an order or a call, which stays, be it as long as a phone's; a plate or a VIN, where two
    headers were exchanged, is masked.

    >>> case_number("RO13800138000"), case_number("沪A12345"), case_number("LSVAA2180E2012345")
    ('RO13800138000', '沪A·***45', '***********012345')
    """
    narrow = twin(value)
    for pattern, masked in (*(VINS if of_a_maker(narrow) else ()), *PLATES):
        value, narrow = replaced(value, narrow, pattern, masked)
    return value


def _patterns(value: str) -> str:
    telling = _TELLING.search(value)
    if not telling and not _DIGITS.search(value):  # as most texts
        return value
    narrow = twin(value)
    for pattern, masked in MAIL if "@" in narrow else ():
        value, narrow = replaced(value, narrow, pattern, masked)
    value, narrow = _numbers(value, narrow)
    if not telling:
        return value
    for pattern, masked in (*CHAT, *NAMES):
        value, narrow = replaced(value, narrow, pattern, masked)
    return replaced(value, narrow, LATIN, lambda m: name(m["x"]), as_typed=True)[0]


def places(narrow: str) -> list[tuple[int, tuple[str, str]]]:
    """Where a text's twin has the form of a phone, a plate or a VIN: what kind of it, and how it is shown."""
    out = []
    for kind, forms in (("vin", VINS), ("phone", PHONES), ("plate", PLATES)):
        for pattern, masked in forms:
            at = 0
            while hit := pattern.search(narrow, at):
                shown = masked(hit)
                at = hit.end() if shown else hit.start() + 1
                if shown:
                    out.append((hit.start(), (kind, shown)))
    return out


def _numbers(value: str, narrow: str) -> tuple[str, str]:
    digits = len(_DIGIT.findall(narrow))
    for fewest, forms in _WITH_DIGITS:
        for pattern, masked in forms if digits >= fewest else ():
            value, narrow = replaced(value, narrow, pattern, masked)
    return value, narrow


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
        if str(column) in OURS:
            seen = {v: numbers(v) for v in values if isinstance(v, str)}
        else:
            seen = _seen(
                {v for v in values if isinstance(v, str)}, PERSONAL.get(str(column), "free_text"), keep
            )
        if any(k != v for k, v in seen.items()):
            out[column] = values.map(lambda v, seen=seen: seen.get(v, v) if isinstance(v, str) else v)
    return out


def _seen(values: set[str], kind: str, keep: Container[str]) -> dict[str, Any]:
    distinct: Sequence[str] = sorted(values)
    if kind != "free_text":
        return {v: _BY_KIND[kind](v) for v in distinct}
    shown = dict(zip(distinct, texts(distinct), strict=True))
    return {v: text(v, keep) if masked != v else v for v, masked in shown.items()}


_BY_KIND = {"phone": phone, "plate": plate, "vin": vin, "name": name}

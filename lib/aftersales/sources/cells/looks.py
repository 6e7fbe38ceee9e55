"""What the cells of a foreign column look like: how many of them can be what one of our columns holds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract import foreign
from aftersales.contract.schema import Column
from aftersales.sources.cells import values
from aftersales.sources.cells.coded import Cells
from aftersales.sources.cells.lexicon import VALUES

_LOOKED_AT = 3000  # cells of a column
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PATTERNS = {
    "vin": re.compile(r"(?=.*\d)[A-HJ-NPR-Z0-9]{17}", re.I),
    "plate": re.compile(rf"[{_PROVINCES}][A-Z][·\s-]?[A-Z0-9]{{4,6}}.?", re.I),
    "phone": re.compile(r"(?:\+?86)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8}"),
}
_NAME = re.compile(
    r"[一-鿿·]{2,5}(?:先生|女士|小姐)?|[一-鿿（）()]{4,40}(?:公司|厂|局|部|院|队|校|所|行|中心)"
)
_PERSON = re.compile(r"[一-鿿·]{2,5}|[A-Za-z][A-Za-z .'-]{1,30}|[\w-]{2,12}")
_PEOPLE = ("advisor", "technician", "handler", "owner", "supervisor")
_ID = re.compile(r"(?=.*\d)\S{1,40}")
_YEAR = re.compile(r"(?:19|20)\d\d\s*[-/.年]")
_NUMBER = re.compile(r"[-+]?[\d,]*\.?\d+")
_MOST_ANSWERS = 60  # different values; a column with more is no answer of a scale


class Sample:
    """The first cells of a column. What is asked of them again is answered from the first time."""

    def __init__(self, cells: Cells) -> None:
        self.cells = [v for v in cells[:_LOOKED_AT] if v is not None and not values.is_empty(v)]
        self.codes, self.kinds = pd.factorize(pd.Series(self.cells, dtype=object))
        self.answers: dict[str, float] = {}

    @property
    def distinct(self) -> int:
        """How many different values."""
        return len(self.kinds)

    def share(self, about: str, holds: Callable[[Any], Any]) -> float:
        """The share of the cells of which something holds."""
        if about not in self.answers:
            good = np.array([bool(holds(v)) for v in self.kinds], dtype=bool)
            self.answers[about] = float(good[self.codes].mean()) if self.cells else 0.0
        return self.answers[about]

    def numbers(self) -> float:
        """The share of numbers."""
        return self.share("any number", is_number)


def fits(column: Column, sample: Sample) -> float:
    """How much of what stands there can be what a column holds; 0.5 where nothing does."""
    every = len(sample.cells)
    if not every:
        return 0.5
    if column.personal in _PATTERNS:
        pattern = _PATTERNS[column.personal]
        return sample.share(column.personal, lambda v: pattern.fullmatch(text(v).replace(" ", "")))
    if column.kind in ("datetime", "date", "month"):
        return sample.share(f"date {column.kind}", lambda v: is_date(v) and not unread(column, v))
    if column.kind in ("number", "integer"):
        about = f"number {column.kind} {column.minimum}"
        return sample.share(about, lambda v: not is_date(v) and _is_at_least(column, v))
    if column.kind in ("code", "flag", "answer"):
        if sample.distinct > _MOST_ANSWERS:
            return 0.0
        about = f"options {column.codes or column.name}"
        return sample.share(about, lambda v: not unread(column, v) or meaning(column, v) is not None)
    if column.name.endswith("_id"):
        like = sample.share("id", lambda v: not is_date(v) and _ID.fullmatch(text(v)))
        return like if column.name == "order_id" or sample.distinct >= 0.97 * every else like / 2
    if column.personal == "name":
        return sample.share("name", lambda v: _NAME.fullmatch(text(v)))
    if column.name in _PEOPLE:
        few = sample.distinct <= max(40, every / 5)
        return sample.share("person", lambda v: not is_date(v) and _PERSON.fullmatch(text(v))) if few else 0.3
    if column.name == "store":
        return 1.0 if sample.distinct <= max(3, every / 10) and not sample.numbers() else 0.3
    return sample.share("words", lambda v: not is_date(v) and not is_number(v))


def meaning(column: Column, value: Any) -> tuple[Any, bool] | None:
    """What a foreign value of a column with options may mean, and whether a word of the trade says so.

    >>> from aftersales.contract.schema import TABLES
    >>> orders = TABLES["repair_orders"]
    >>> meaning(orders.column("owner_type"), "企业客户"), meaning(orders.column("order_type"), "事故车(大)")
    (('fleet', True), ('accident', False))
    >>> meaning(orders.column("order_type"), "XYZ")
    """
    plain = foreign.plain(value)
    options = (column.codes or "") if column.kind == "code" else column.kind
    listed = VALUES.get(column.name if column.kind == "flag" else options, {})
    words = {foreign.plain(word): meant for meant, several in listed.items() for word in several}
    labels = words | foreign.words(column)
    if plain in labels:
        return labels[plain], True
    within = {word: meant for word, meant in labels.items() if len(word) > 1 and word in plain}
    longest = max(map(len, within), default=0)
    meant = {one for word, one in within.items() if len(word) == longest}
    return (meant.pop(), False) if len(meant) == 1 and not re.search(r"[不未非无]", plain) else None


def unread(column: Column, value: Any) -> bool:
    """Whether a cell can't be read as what a column holds."""
    try:
        values.read(value, column)
    except values.Unreadable:
        return True
    return False


def text(value: Any) -> str:
    """A cell as a text: a number of Excel without its decimals."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value).strip()


def is_date(value: Any) -> bool:
    """Whether a cell is a date, or is written as one; a number may be anything."""
    if isinstance(value, (dt.date, pd.Timestamp)):
        return True
    return isinstance(value, str) and _YEAR.match(value.strip()) is not None


def is_number(value: Any) -> bool:
    """Whether a cell is a number, or is written as one."""
    return isinstance(value, (int, float)) or _NUMBER.fullmatch(str(value).strip()) is not None


def _is_at_least(column: Column, value: Any) -> bool:
    try:
        number = values.read(value, column)
    except values.Unreadable:
        return False
    return number is not None and (column.minimum is None or number >= column.minimum)

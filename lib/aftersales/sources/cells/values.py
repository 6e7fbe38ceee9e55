"""One cell as a value: dates, codes, numbers and answers in the formats that exports have them, and what was
repaired."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aftersales.contract import names
from aftersales.contract.message import Message
from aftersales.contract.schema import ANSWERS, CODE_ALIASES, CODES, FLAGS, Column
from aftersales.contract.trade import FLAG_WORDS, NOTHING, WORDS
from aftersales.sources.cells import dates
from aftersales.sources.cells.raw import Form

if TYPE_CHECKING:
    import pyarrow as pa

EXPECTED = {
    "text": Message("文字", "a text"),
    "datetime": Message(
        "日期，如 2024-04-09 14:30 或 2024年4月9日",
        "a date like 2024-04-09, 2024-04-09 14:30, 2024/4/9 or 2024年4月9日",
    ),
    "date": Message(
        "日期，如 2024-04-09 或 2024年4月9日", "a date like 2024-04-09, 2024/4/9 or 2024年4月9日"
    ),
    "month": Message("月份，如 2024-04", "a month like 2024-04"),
    "number": Message("数字", "a number"),
    "integer": Message("整数", "a whole number"),
    "flag": Message("是 或 否", "是 or 否"),
    "answer": Message(
        "非常满意、满意、一般、不满意、非常不满意，或 0 到 100 的数字",
        "非常满意, 满意, 一般, 不满意, 非常不满意, or a number from 0 to 100",
    ),
}

_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?|(\d{4})(\d{2})", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?", re.ASCII)
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_UNIT = re.compile(r"(?:[¥￥]|rmb|cny|人民币)?\s*(.*?)\s*(?:元整?|公里|千米|km|分)?", re.I)
_TEN_THOUSANDS = ("amount", "mileage_km")  # columns in which people write 3.2万
# What export programs put around a number or a code so that Excel takes it for a text.
_EQUALS = re.compile(r'="((?:[^"]|"")*)"')
_MARKS = "'’‘`"
_SHORTENED = re.compile(r"\d(?:\.\d+)?[eE]\+\d+", re.ASCII)
_ID_DECIMALS = re.compile(r"\d+\.0", re.ASCII)
_EXCEL_ERROR = re.compile(r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|#+)")
_DIGITS_OF_EXCEL = 10**15  # beyond that it has rounded

# Full-width characters as their narrow twins.
_NARROW = names.NARROW | {0xFFE5: 0xA5}
_NARROW_WORDS = {k: v for k, v in _NARROW.items() if chr(v).isalnum() or v == 0x20}
_WIDE = re.compile("[\uff01-\uff5e\uffe5]")
_WIDE_WORDS = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
# What no reader can see and what no workbook may hold.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BREAK, _BLANKS = re.compile(r"[\t\r\n]"), re.compile(r"\s+")
# What programs write for nothing, as they write it (an order may be called NONE), and what people do.
_EMPTY_WORDS = {
    "NULL",
    "null",
    "(null)",
    "(NULL)",
    "None",
    "nan",
    "NaN",
    "NaT",
    "N/A",
    "n/a",
    "<NA>",
    "\\N",
    "-",
    "--",
    "---",
    "—",
    "——",
    "–",
    "/",
    "\\",
    "-/-",
}
# Texts that need nothing done: printable ASCII and Chinese, no blanks at the ends, nothing full-width but
# punctuation.
_TIDY = re.compile(
    r"[0-9A-Za-z一-鿿](?:[ -~一-鿿·，。、；：（）？！“”《》]*[!-~一-鿿，。；：（）？！“”《》])?"
)
# What Excel has done to a number is not for this.
_OF_EXCEL = re.compile(rf"{_SHORTENED.pattern}|{_ID_DECIMALS.pattern}", re.ASCII)
_TIDY_VIN = re.compile(r"[0-9A-Z一-鿿]+", re.ASCII)
_TIDY_NAME = re.compile(r"[0-9A-Za-z一-鿿]+", re.ASCII)
_TIDY_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)


class Unreadable(ValueError):
    """A cell that cannot be read as what its column holds."""


@dataclass(frozen=True)
class Formula:
    """A formula of a workbook that no program has computed: what it would show nobody knows."""

    text: str

    def __str__(self) -> str:
        return self.text


def unguarded(value: Any, column: Column | None = None) -> Any:
    """A text without the guard ``="…"`` or the mark in front that keep Excel from reading a number into it.

    In a free text a mark in front is part of it.

    >>> unguarded('="00123"'), unguarded("'00123"), unguarded("=A1")
    ('00123', '00123', '=A1')
    """
    if not isinstance(value, str) or not (bare := value.strip()) or bare[0] not in "='’‘`":
        return value
    if found := _EQUALS.fullmatch(bare):
        return found[1].replace('""', '"')
    if bare[0] not in _MARKS or (column is not None and column.personal == "free_text"):
        return value
    return bare[1:-1] if len(bare) > 1 and bare[-1] == bare[0] else bare[1:]


def is_empty(value: Any) -> bool:
    """Whether a cell holds nothing, or a word that says so.

    >>> is_empty(" "), is_empty("NULL"), is_empty("—"), is_empty("无")
    (True, True, True, False)
    """
    return isinstance(value, str) and (_bare(value) == "" or _bare(value) in _EMPTY_WORDS)


def _no_reason(value: Any, column: Column) -> bool:
    """Whether a code that may be missing is said to be none."""
    may_be_missing = column.kind == "code" and not column.required and column.default is None
    return may_be_missing and isinstance(value, str) and _bare(value) in NOTHING


def read(value: Any, column: Column) -> Any:
    """A cell as its column's kind has it; None where it holds nothing.

    Raises
    ------
    Unreadable
        It is nothing of that kind.
    """
    value = unguarded(value, column)
    if isinstance(value, (bytes, Formula)):
        raise Unreadable
    if isinstance(value, str) and (_EXCEL_ERROR.fullmatch(value.strip()) or _is_formula(value, column)):
        raise Unreadable
    if is_empty(value) or _no_reason(value, column):
        return None
    try:
        return _READERS[column.kind](value, column)
    except (ValueError, OverflowError, TypeError, ArithmeticError):
        raise Unreadable from None


def _is_formula(value: str, column: Column) -> bool:
    """Whether a text begins as a formula does, where nobody writes one."""
    return column.personal != "free_text" and value.lstrip().startswith("=")


def tidy(column: Column) -> Callable[[Any], bool]:
    """A quick test for the cells of a column of texts or numbers that need no repair: most of them."""
    looks, spoiled = _tidy_pattern(column)
    fits, but = looks.fullmatch, spoiled.fullmatch if spoiled else lambda _: None
    return lambda v: type(v) is str and fits(v) is not None and v not in _EMPTY_WORDS and but(v) is None


def all_tidy(texts: pa.Array, column: Column) -> np.ndarray:
    """Which of many texts `tidy` is true of."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def match(pattern: re.Pattern[str]) -> Any:
        return pc.match_substring_regex(texts, f"^(?:{pattern.pattern})$")

    fits, but = _tidy_pattern(column)
    found = pc.and_not(match(fits), pc.is_in(texts, pa.array(sorted(_EMPTY_WORDS))))
    return np.asarray(pc.and_not(found, match(but)) if but else found)


def _tidy_pattern(column: Column) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """What a tidy cell of a column looks like, and what of that is not tidy all the same."""
    if column.kind != "text":
        return _TIDY_NUMBER, None
    if column.personal in ("vin", "plate"):
        return _TIDY_VIN, None
    if column.is_name:
        return _TIDY_NAME, None
    return _TIDY, _OF_EXCEL if column.name.endswith("_id") else None


def repaired(value: Any, column: Column, form: Form) -> str | None:
    """What was repaired in a cell that could be read: one of `repairs.KINDS`, None where it was in order."""
    if unguarded(value, column) is not value:
        return "guard"
    if not isinstance(value, str):
        return dates.repaired(value, form) if column.kind in ("datetime", "date") else _zoned(value, column)
    if _INVISIBLE.search(value):
        return "invisible"
    inner = value.strip()
    if inner and (is_empty(value) or _no_reason(value, column)):
        return "empty_word"
    if column.kind == "text" and _BREAK.search(inner):
        return "breaks"
    words_only = column.kind == "text" and not column.is_name
    if column.personal != "free_text" and (_WIDE_WORDS if words_only else _WIDE).search(inner):
        return "full_width"
    special = _SPECIAL.get(column.kind, _nothing)(_bare(value), column, form)
    return special or ("spaces" if inner and inner != value else None)


def _zoned(value: Any, column: Column) -> str | None:
    return "time_zone" if column.kind == "month" and getattr(value, "tzinfo", None) is not None else None


def _nothing(text: str, column: Column, form: Form) -> str | None:
    return None


def _repaired_number(text: str, column: Column, form: Form) -> str | None:
    if column.kind == "answer" and text.lower() in _ANSWERS:
        return None
    if "," in text:
        return "thousands"
    if "万" in text:
        return "ten_thousands"
    if not _NUMBER.fullmatch(text):
        return "unit"
    return "text_number" if form == "workbook" else None


def _repaired_date(text: str, column: Column, form: Form) -> str | None:
    return dates.repaired(text, form)


def _repaired_code(text: str, column: Column, form: Form) -> str | None:
    return "trade_word" if _key(text) in _TRADE.get(column.codes or "", ()) else None


def _repaired_flag(text: str, column: Column, form: Form) -> str | None:
    return None if text.lower() in FLAGS else "trade_word"


def _repaired_text(text: str, column: Column, form: Form) -> str | None:
    if column.personal in ("vin", "plate"):
        return "vin_case" if re.sub(r"\s", "", text).upper() != text else None
    if column.is_name:
        return "name_blanks" if names.alike(text) != text else None
    return "id_decimals" if column.name.endswith("_id") and _ID_DECIMALS.fullmatch(text) else None


_SPECIAL: dict[str, Callable[[str, Column, Form], str | None]] = {
    "number": _repaired_number,
    "integer": _repaired_number,
    "answer": _repaired_number,
    "datetime": _repaired_date,
    "date": _repaired_date,
    "code": _repaired_code,
    "flag": _repaired_flag,
    "text": _repaired_text,
}


def _bare(value: Any) -> str:
    """Text with narrow characters, without what can't be seen and without blanks at its ends."""
    return _INVISIBLE.sub("", str(value)).translate(_NARROW).strip()


def _text(value: Any, column: Column) -> str | None:
    number = column.name.endswith("_id")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if number and abs(value) >= _DIGITS_OF_EXCEL and isinstance(value, float):
            raise Unreadable
        # Excel keeps numbers as floats: an order 10023 is not 10023.0
        value = int(value) if float(value).is_integer() else value
    if isinstance(value, (dt.datetime, pd.Timestamp)):
        value = value.isoformat(sep=" ")
    text = _INVISIBLE.sub("", str(value)).strip()
    text = _BLANKS.sub(lambda run: " " if _BREAK.search(run[0]) else run[0], text)
    if column.personal in ("vin", "plate"):
        return re.sub(r"\s", "", text.translate(_NARROW)).upper() or None
    if number:
        text = text.translate(_NARROW).strip()
        if _SHORTENED.fullmatch(text):
            raise Unreadable
        return text.removesuffix(".0") if _ID_DECIMALS.fullmatch(text) else text or None
    if column.is_name:
        return names.alike(text) or None
    if column.personal != "free_text":
        text = text.translate(_NARROW_WORDS).strip()
    return text or None


def _key(text: Any) -> str:
    return re.sub(r"\s", "", _bare(text)).lower()


def _code(value: Any, column: Column) -> str | None:
    known = _CODE_NAMES[column.codes or ""]
    if _key(value) not in known:
        raise Unreadable
    return known[_key(value)]


_CODE_NAMES = {
    codes: {_key(word): code for word, code in WORDS.get(codes, {}).items()}
    | {_key(name): code for code, labels in known.items() for name in (code, *labels)}
    | {_key(name): code for name, code in CODE_ALIASES.get(codes, {}).items()}
    for codes, known in CODES.items()
}
# Those of them that are words of the trade alone.
_TRADE = {
    codes: {_key(word) for word in words}
    - {_key(name) for code, labels in CODES[codes].items() for name in (code, *labels)}
    for codes, words in WORDS.items()
}


def _datetime(value: Any, column: Column) -> dt.datetime | None:
    return dates.moment(_bare(value) if isinstance(value, str) else value)


def _date(value: Any, column: Column) -> dt.datetime | None:
    moment = _datetime(value, column)
    return None if moment is None else moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _month(value: Any, column: Column) -> str | None:
    # a number 2024.1 may have been typed as 2024.1 or as 2024.10
    if not isinstance(value, (dt.date, pd.Timestamp)) and not (
        isinstance(value, float) and not value.is_integer()
    ):
        text = _bare(int(value) if isinstance(value, float) else value)
        if found := _MONTH.fullmatch(text.removesuffix(".0")):
            year, month = (int(part) for part in found.groups() if part)
            if not (dates.is_year(year) and 1 <= month <= 12):
                raise Unreadable
            return f"{year:04d}-{month:02d}"
    if isinstance(value, (int, float)):
        raise Unreadable
    moment = _datetime(value, column)
    return None if moment is None else f"{moment.year:04d}-{moment.month:02d}"


def _number(value: Any, column: Column) -> float | None:
    if isinstance(value, (bool, dt.date, dt.time, dt.timedelta)):
        raise Unreadable
    if not isinstance(value, str):
        number = float(value)
    else:
        text = _bare(value).replace("−", "-")
        if found := _UNIT.fullmatch(text):
            text = found[1]
        times = 10_000 if column.name in _TEN_THOUSANDS and text.endswith("万") else 1
        text = text.removesuffix("万").rstrip() if times > 1 else text
        if _THOUSANDS.fullmatch(text):
            text = text.replace(",", "")
        if not _NUMBER.fullmatch(text):
            raise Unreadable
        number = float(text) if times == 1 else float(Decimal(text) * times)
    if number != number or number in (float("inf"), float("-inf")):
        raise Unreadable
    return number


def _integer(value: Any, column: Column) -> float | None:
    number = _number(value, column)
    if number is not None and not float(number).is_integer():
        raise Unreadable
    return number


def _flag(value: Any, column: Column) -> bool | None:
    known = FLAGS | FLAG_WORDS[""] | FLAG_WORDS.get(column.name, {})
    if (text := _bare(value).lower()) not in known:
        raise Unreadable
    return known[text]


_ANSWERS = {k.lower(): float(v) for k, v in ANSWERS.items()}


def _answer(value: Any, column: Column) -> float | None:
    if isinstance(value, str):
        text = re.sub(r"\s+", " ", _bare(value)).lower()
        if text in _ANSWERS:
            return _ANSWERS[text]
    number = _number(value, column)
    if number is not None and not 0 <= number <= 100:
        raise Unreadable
    return number


_READERS: dict[str, Callable[[Any, Column], Any]] = {
    "text": _text,
    "code": _code,
    "datetime": _datetime,
    "date": _date,
    "month": _month,
    "number": _number,
    "integer": _integer,
    "flag": _flag,
    "answer": _answer,
}

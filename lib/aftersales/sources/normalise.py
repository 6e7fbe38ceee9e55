"""Cells as values: dates, codes, numbers and answers in the forms that exports have them. Each distinct cell is read once."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from aftersales import mask
from aftersales.errors import Fault
from aftersales.schema import ANSWERS, CODE_ALIASES, CODES, FLAGS, MOT_ITEMS, TABLES, Column
from aftersales.sources.read import Raw, _plain, aliases_of

_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:(?:[T\s]+|(?<=日))(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?)?分?)?"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_EXCEL_DAYS = (20000, 80000)  # serial numbers from 1954 to 2119
EXPECTED = {
    "datetime": "a date like 2024-04-09, 2024-04-09 14:30, 2024/4/9 or 2024年4月9日",
    "date": "a date like 2024-04-09, 2024/4/9 or 2024年4月9日",
    "month": "a month like 2024-04",
    "number": "a number",
    "integer": "a whole number",
    "flag": "是 or 否",
    "answer": "非常满意, 满意, 一般, 不满意, 非常不满意, or a number from 0 to 100",
}


class Unreadable(ValueError):
    """A cell that cannot be read as what its column holds."""


def typed(raw: Raw, more: Mapping[str, str]) -> tuple[pd.DataFrame, list[Fault], list[str], dict[str, str]]:
    """A raw table with canonical columns and typed values.

    Returns
    -------
    DataFrame
        Every column of the schema; columns that the source lacks are empty. The index is the row number as Excel has it.
    list of Fault
        Cells that cannot be read, heads given twice, required columns that are missing.
    list of str
        Notes: columns that are not ours.
    dict
        Canonical column to the head that the file has for it.
    """
    table = TABLES[raw.table]
    known = aliases_of(raw.table, more)
    faults: list[Fault] = []
    notes: list[str] = []
    at: dict[str, int] = {}
    heads: dict[str, str] = {}
    for i, head in enumerate(raw.heads):
        name = known.get(_plain(head)) if head else None
        if name is None:
            if head:
                notes.append(f"{raw.file}中的列“{mask.text(head)}”不是本报告的列，已略过。")
        elif name in at:
            faults.append(
                Fault(
                    "duplicate_head",
                    f"{heads[name]} and {head}",
                    f"one column for {name}",
                    raw.file,
                    raw.sheet,
                    column=head,
                    hint="Remove or rename one of them",
                )
            )
        else:
            at[name], heads[name] = i, head
    rows = raw.rows
    out: dict[str, Any] = {}
    for column in table.columns:
        if column.name not in at:
            if column.required:
                faults.append(
                    Fault(
                        "missing_column",
                        "",
                        f"a column {column.name} ({column.zh})",
                        raw.file,
                        raw.sheet,
                        hint=_nearest(column, raw.heads),
                    )
                )
            out[column.name] = _empty(column, len(raw.cells[0]) if raw.cells else 0)
            continue
        out[column.name], bad = _column(raw.cells[at[column.name]], column)
        faults += [
            _fault(raw, column, heads[column.name], rows[i] if rows is not None else None, value)
            for i, value in bad
        ]
    n = len(raw.cells[0]) if raw.cells else 0
    frame = pd.DataFrame(out, index=pd.Index(rows if rows is not None else np.arange(1, n + 1), name="row"))
    if raw.table == "oem_css":
        _decimals(frame, raw, at)
    return frame, faults, notes, heads


def _nearest(column: Column, heads: list[str]) -> str:
    there = mask.text(", ".join(h for h in heads if h))  # of a file without heads they are a customer's
    return (
        f"The file has: {there}. Another name for it can be given under header_aliases in the params"
        if there
        else ""
    )


def _fault(raw: Raw, column: Column, head: str, row: Any, value: Any) -> Fault:
    expected = EXPECTED.get(column.kind, "a text")
    if column.codes:
        expected = "one of " + ", ".join(f"{code} ({zh})" for code, (zh, _) in CODES[column.codes].items())
    return Fault(
        f"bad_{column.kind}",
        shown(column, value),
        expected,
        raw.file,
        raw.sheet,
        None if row is None else int(row),
        head,
    )


def shown(column: Column, value: Any) -> str:
    """A value in an error message: masked where it is personal."""
    text = str(value)
    if column.name.endswith("_id"):
        return repr(text[:60])  # a case is looked up by it
    if column.personal and column.personal != "free_text":
        text = {"phone": mask.phone, "plate": mask.plate, "vin": mask.vin, "name": mask.name}[
            column.personal
        ](text)
    return repr(mask.text(text)[:60])  # masked first: half a phone number would not look like one


def _empty(column: Column, n: int) -> Any:
    return _array(column, np.full(n, column.default, dtype=object))


def _column(cells: np.ndarray, column: Column) -> tuple[Any, list[tuple[int, Any]]]:
    """Each distinct cell is read once; what cannot be read becomes missing and is told."""
    codes, distinct = pd.factorize(cells, use_na_sentinel=True)
    read = np.empty(len(distinct) + 1, dtype=object)
    read[-1] = column.default  # factorize gives empty cells the code -1
    wrong = np.zeros(len(distinct) + 1, dtype=bool)
    todo = np.arange(len(distinct))
    if column.kind in ("datetime", "date") and len(distinct) > 50:
        quick = pd.to_datetime(
            pd.Series(distinct, dtype=object).where(_is_iso(distinct)), errors="coerce", format="ISO8601"
        )
        quick = quick.dt.normalize() if column.kind == "date" else quick
        known = (
            quick.notna().to_numpy() & (quick.dt.year.to_numpy() >= 1980) & (quick.dt.year.to_numpy() <= 2100)
        )
        read[:-1][known] = quick.to_numpy("datetime64[us]").astype(object)[known]
        todo = np.flatnonzero(~known)
    reader = _READERS[column.kind]
    for i in todo:
        try:
            parsed = reader(distinct[i], column)
        except (Unreadable, ValueError, OverflowError):
            parsed, wrong[i] = None, True
        read[i] = column.default if parsed is None else parsed
    bad = [(int(i), cells[i]) for i in np.flatnonzero(wrong[codes])] if wrong.any() else []
    return _array(column, read[codes]), bad


def _is_iso(values: Any) -> np.ndarray:
    """Which values are texts of the commonest form, so that pandas may read them all at once."""
    return np.fromiter(
        (isinstance(v, str) and _ISO.fullmatch(v) is not None for v in values), bool, len(values)
    )


def _array(column: Column, values: np.ndarray) -> Any:
    """Values as an array of the column's type; None is missing."""
    if column.kind in ("datetime", "date"):
        return pd.to_datetime(pd.Series(values, dtype=object)).to_numpy("datetime64[us]")
    if column.kind in ("number", "integer", "answer"):
        return np.array([np.nan if v is None else v for v in values], dtype="float64")
    if column.kind == "flag":
        return pd.array(values, dtype="boolean")
    return pd.array(np.where(values == None, np.nan, values), dtype="str")  # noqa: E711


def _narrow(value: Any) -> str:
    """Text with full-width characters as their narrow twins, tabs and blanks at the ends gone."""
    return unicodedata.normalize("NFKC", str(value)).strip()


def _text(value: Any, column: Column) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # Excel keeps numbers as floats: an order 10023 is not 10023.0
    if isinstance(value, (dt.datetime, pd.Timestamp)):
        value = value.isoformat(sep=" ")
    text = re.sub(r"\s*[\t\r\n]+\s*", " ", str(value)).strip()
    if column.personal == "vin" or column.personal == "plate":
        text = re.sub(r"\s", "", _narrow(text)).upper()
    elif column.name.endswith("_id"):
        text = _narrow(text)
    return text or None


def _code(value: Any, column: Column) -> str | None:
    text = re.sub(r"\s", "", _narrow(value)).lower()
    if not text:
        return None
    names = _CODE_NAMES[column.codes or ""]
    if text not in names:
        raise Unreadable
    return names[text]


def _names_of(codes: str) -> dict[str, str]:
    names = {}
    for code, labels in CODES[codes].items():
        for name in (code, *labels):
            names[re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).lower()] = code
    return names | {
        re.sub(r"\s", "", unicodedata.normalize("NFKC", k)).lower(): v
        for k, v in CODE_ALIASES.get(codes, {}).items()
    }


_CODE_NAMES = {codes: _names_of(codes) for codes in CODES}


def _datetime(value: Any, column: Column) -> dt.datetime | None:
    if isinstance(value, (dt.datetime, pd.Timestamp)):
        moment = pd.Timestamp(value)
        return (
            moment.tz_localize(None).to_pydatetime(warn=False)
            if moment.tzinfo
            else moment.to_pydatetime(warn=False)
        )
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    if isinstance(value, (bool, dt.time, dt.timedelta)):
        raise Unreadable
    text = _narrow(value)
    if not text:
        return None
    found = _DATE.fullmatch(text)
    if found:
        parts = [int(p) if p else 0 for p in found.groups()]
        return _sensible(_moment(parts))
    if found := _COMPACT.fullmatch(text):
        return _sensible(_moment([int(p) for p in found.groups()]))
    try:
        serial = float(text)
    except ValueError:
        raise Unreadable from None
    if not _EXCEL_DAYS[0] <= serial <= _EXCEL_DAYS[1]:
        raise Unreadable
    moment = dt.datetime(1899, 12, 30) + dt.timedelta(days=serial)
    return (moment + dt.timedelta(microseconds=500000)).replace(microsecond=0)


def _moment(parts: list[int]) -> dt.datetime:
    year, month, day, hour, minute, second = (*parts, 0, 0, 0)[:6]
    return dt.datetime(year, month, day, hour, minute, second)


def _sensible(moment: dt.datetime) -> dt.datetime:
    if not 1980 <= moment.year <= 2100:
        raise Unreadable
    return moment


def _date(value: Any, column: Column) -> dt.datetime | None:
    moment = _datetime(value, column)
    return None if moment is None else moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _month(value: Any, column: Column) -> str | None:
    if not isinstance(value, (dt.date, pd.Timestamp)):
        text = _narrow(value)
        if not text:
            return None
        # a number 2024.1 may have been typed as 2024.1 or as 2024.10
        month_like = None if isinstance(value, float) else _MONTH.fullmatch(text)
        found = month_like or re.fullmatch(r"(\d{4})(\d{2})", text.removesuffix(".0"))
        if found:
            year, month = int(found[1]), int(found[2])
            if not (1980 <= year <= 2100 and 1 <= month <= 12):
                raise Unreadable
            return f"{year:04d}-{month:02d}"
    moment = _datetime(value, column)
    return None if moment is None else f"{moment.year:04d}-{moment.month:02d}"


def _number(value: Any, column: Column) -> float | None:
    if isinstance(value, (bool, dt.date, dt.time)):
        raise Unreadable
    if isinstance(value, (int, float)) or hasattr(value, "as_tuple"):
        number = float(value)
    else:
        text = _narrow(value).replace("−", "-").removeprefix("¥").removesuffix("元").strip()
        if not text:
            return None
        if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text):
            text = text.replace(",", "")
        if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text):
            raise Unreadable
        number = float(text)
    if number != number or number in (float("inf"), float("-inf")):
        raise Unreadable
    return number


def _integer(value: Any, column: Column) -> float | None:
    number = _number(value, column)
    if number is not None and not float(number).is_integer():
        raise Unreadable
    return number


def _flag(value: Any, column: Column) -> bool | None:
    text = _narrow(value).lower()
    if not text:
        return None
    if text not in FLAGS:
        raise Unreadable
    return FLAGS[text]


def _answer(value: Any, column: Column) -> float | None:
    if isinstance(value, str):
        text = re.sub(r"\s+", " ", _narrow(value)).lower()
        if text in _ANSWERS:
            return _ANSWERS[text]
    number = _number(value, column)
    if number is not None and not 0 <= number <= 100:
        raise Unreadable
    return number


_ANSWERS = {k.lower(): float(v) for k, v in ANSWERS.items()}
_READERS: dict[str, Callable[[Any, Column], Any]] = {
    "text": _text, "code": _code, "datetime": _datetime, "date": _date, "month": _month, "number": _number,
    "integer": _integer, "flag": _flag, "answer": _answer,
}  # fmt: skip


def _decimals(frame: pd.DataFrame, raw: Raw, at: Mapping[str, int]) -> None:
    """How many decimals the agency printed: of the MOT itself, and at the most of a row's items."""

    def places(value: Any) -> float:
        if value is None:
            return np.nan
        text = (
            _narrow(value)
            if raw.textual
            else f"{float(value):.6f}".rstrip("0")
            if isinstance(value, (int, float))
            else _narrow(value)
        )
        return float(len(text.split(".")[1])) if "." in text else 0.0

    n = len(frame)
    mot = np.array([places(v) for v in raw.cells[at["mot"]]]) if "mot" in at else np.full(n, np.nan)
    if not raw.textual and (~np.isnan(mot)).any():
        mot = np.where(np.isnan(mot), np.nan, np.nanmax(mot))
    items = [[places(v) for v in raw.cells[at[i]]] for i in MOT_ITEMS if i in at]
    frame["mot_decimals"] = mot
    most = np.full(n, np.nan)
    if items and n:
        grid = np.array(items, dtype=float)
        known = ~np.isnan(grid).all(axis=0)
        most[known] = np.nanmax(grid[:, known], axis=0)
    frame["item_decimals"] = most

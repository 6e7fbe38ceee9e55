"""A raw table with canonical columns and typed values. Each distinct cell is read once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract import command, mask
from aftersales.contract.errors import Fault
from aftersales.contract.message import Message, listed
from aftersales.contract.months import DAY
from aftersales.contract.notes import Note
from aftersales.contract.schema import CODES, IN_ORDER, MOT_ITEMS, SILENT_WITHOUT, TABLES, Column, Table
from aftersales.sources.cells import dates, in_bulk, looks, values
from aftersales.sources.cells.coded import Cells, Coded, factorized
from aftersales.sources.cells.likely import header_for
from aftersales.sources.cells.precision import written_as_days
from aftersales.sources.cells.raw import TAIL_HEADERS, Form, Raw, headers_of, plain
from aftersales.sources.cells.repairs import repair

_ID = re.compile(r"[\w#/.+-]*")
_ISO = re.compile(in_bulk.ISO, re.ASCII)
_MASKS = {"phone": mask.phone, "plate": mask.plate, "vin": mask.vin, "name": mask.name}
_HEADERS_LISTED = 12
_STRANGE_YEAR = re.compile(r"\s*(?!19[89]|20|2100)\d{4}[-/.年]")
_FORMULA = Message("没有算出值的公式", "a formula without a value")
_COMPUTE = Message(
    "用Excel打开并保存，公式才有值", "Open it in Excel and save it: then the formula has its value"
)
_FORMULA_TEXT = Message(
    "这是公式，不是值：导出为值，或填入值",
    "It is a formula, no value: export values, or put the value in",
)
_MOMENTS = {dt.datetime, pd.Timestamp}


def typed(raw: Raw, more: Mapping[str, str]) -> tuple[pd.DataFrame, list[Fault], list[Note], dict[str, str]]:
    """A raw table with canonical columns and typed values; what was repaired is added to `raw.repairs`.

    Returns
    -------
    DataFrame
        Every column of the schema; columns that are missing in the source are empty. The index is the row
        number as Excel has it.
    list of Fault
        Cells that cannot be read, headers given twice, required columns that are missing.
    list of str
        Notes: columns that are not ours.
    dict
        Canonical column to the header that the file has for it.
    """
    table = TABLES[raw.table]
    at, faults, notes = columns_of(raw, more)
    headers = {name: raw.headers[i] for name, i in at.items()}
    out: dict[str, Any] = {}
    marks: dict[str, Any] = {}
    for column in table.columns:
        if column.name not in at:
            if column.required:
                faults.append(_missing(raw, column))
            silent = SILENT_WITHOUT.get(table.name) == column.name
            default = None if silent else column.default
            out[column.name] = _array(column, np.full(len(raw), default, dtype=object))
            continue
        out[column.name], bad, repaired = read_column(raw.cells[at[column.name]], column, raw.form)
        if column.kind == "datetime":
            days = written_as_days(raw.cells[at[column.name]], out[column.name])
            marks |= {} if days is None else {column.name + DAY: days}
        faults += [_fault(raw, at, column, i, value) for i, value in bad]
        for kind, (count, example) in repaired.items():
            raw.repairs.append(
                repair(raw.file, raw.sheet, kind, count, shown(column, example), headers[column.name])
            )
    rows = raw.rows if raw.rows is not None else np.arange(1, len(raw) + 1)
    for later, earlier in IN_ORDER.get(raw.table, ()):
        if later + DAY in marks:  # a midnight before the moment that it follows is its day
            marks[later + DAY] |= (out[later] < out[earlier]) & (out[later] == out[later].astype("M8[D]"))
    frame = pd.DataFrame(out | marks, index=pd.Index(rows, name="row"))
    if raw.table == "oem_css":
        _decimals(frame, raw, at)
    return frame, faults, notes, headers


def columns_of(raw: Raw, more: Mapping[str, str]) -> tuple[dict[str, int], list[Fault], list[Note]]:
    """Which cells of a raw table are which column.

    Faults of its headers, and notes on those that are none of ours.
    """
    known = headers_of(raw.table, more)
    claims: dict[str, list[tuple[int, int]]] = {}
    strange: list[str | dict[str, str]] = []
    for i, header in enumerate(raw.headers):
        found = known.get(plain(header)) if header else None
        if found:
            claims.setdefault(found[0], []).append((found[1], i))
        else:
            strange.append(header or _unnamed(i))
    at: dict[str, int] = {}
    faults: list[Fault] = []
    for name, places in claims.items():
        best = min(rank for rank, _ in places)
        at[name], *others = [i for rank, i in places if rank == best]
        strange += [raw.headers[i] for rank, i in places if rank > best]
        for i in others:
            one, other = raw.headers[at[name]], raw.headers[i]
            zh = TABLES[raw.table].column(name).zh
            faults.append(
                Fault(
                    "duplicate_head",
                    Message(f"{one} 和 {other}", f"{one} and {other}"),
                    Message(f"{zh}只有一列", f"one column for {name}"),
                    raw.file,
                    raw.sheet,
                    column=other,
                    hint=Message("删去或改名其中一列", "Remove or rename one of them"),
                )
            )
    if not strange:
        return at, faults, []
    shown_of = [
        header if isinstance(header, dict) else f"“{mask.text(header)[:40]}”"
        for header in strange[:_HEADERS_LISTED]
    ]
    more_of = [f"… ({len(strange)})"] if len(strange) > _HEADERS_LISTED else []
    return at, faults, [Note("unknown_columns", {"file": raw.file, "columns": [*shown_of, *more_of]})]


def _unnamed(i: int) -> dict[str, str]:
    """What a column without a header is called."""
    return {"zh": f"第{i + 1}列（无表头）", "en": f"column {i + 1} (no head)"}


def _missing(raw: Raw, column: Column) -> Fault:
    """A required column that is not there; the end of a VIN does not stand in for it."""
    tail = next((h for h in raw.headers if plain(h) in TAIL_HEADERS), None)
    if column.personal != "vin" or tail is None:
        expected = Message(f"列“{column.zh}”", f"a column {column.name} ({column.zh})")
        return Fault("missing_column", "", expected, raw.file, raw.sheet, hint=_instead(raw, column))
    return Fault(
        "missing_column",
        Message(f"“{tail}”：只有VIN的末几位", f"{tail}: only the end of the VIN"),
        Message("整个VIN（17位）", "the whole VIN (17 characters)"),
        raw.file,
        raw.sheet,
        column=tail,
        hint=Message(
            "末几位可能是两辆车的，认不出车辆：请导出整个车架号",
            "Two vehicles may have the same end: export the whole VIN",
        ),
    )


def _instead(raw: Raw, column: Column) -> Message:
    """Which header looks like a missing column; else what headers there are, none of them a person's."""
    if likely := header_for(raw, column):
        alias = f"{{{mask.text(likely)}: {column.name}}}"
        return Message(
            f"“{mask.text(likely)}”看来就是它：写进参数 `header_aliases: {alias}`",
            f"“{mask.text(likely)}” looks like it: put it into the params, `header_aliases: {alias}`",
        )
    headers = listed(mask.text(header)[:40] for header in raw.headers[:60] if header)
    constant = f"{{{raw.table}: {{{column.name}: …}}}}"
    adopt = command.of("adopt", source=command.OPEN)
    return Message(
        f"文件里有：{headers.zh}。若叫别的名字，请写进参数 header_aliases；若整份导出没有，"
        f"写进 `constants: {constant}`。由程序提出建议：{adopt}",
        f"The file has: {headers.en}. Another name for it can be given under header_aliases in the params; "
        f"if the export lacks it, `constants: {constant}`. To have them proposed: {adopt}",
    )


def _fault(raw: Raw, at: Mapping[str, int], column: Column, i: int, value: Any) -> Fault:
    expected = values.EXPECTED.get(column.kind, values.EXPECTED["text"])
    if column.codes:
        codes = CODES[column.codes]
        options = listed(Message(zh, f"{code} ({zh})") for code, (zh, _) in codes.items())
        expected = Message(options.zh, f"one of {options.en}")
    row = None if raw.rows is None else int(raw.rows[i])
    record = "" if row else _record(raw, at, i)
    formula = isinstance(value, values.Formula)
    return Fault(
        "formula" if formula else f"bad_{column.kind}",
        _FORMULA if formula else shown(_exchanged(raw, at, column, i), value),
        expected,
        raw.file,
        raw.sheet,
        row,
        raw.headers[at[column.name]],
        _hint(raw.table, column, value),
        record,
    )


def _exchanged(raw: Raw, at: Mapping[str, int], column: Column, i: int) -> Column:
    """The column that a cell which can't be read belongs to: that of a name or a phone, where its cell in the
    same row holds what this one should, so that two headers were exchanged."""
    for other in TABLES[raw.table].columns:
        if other.personal in _MASKS and other.name in at and column.kind != "text":
            with suppress(values.Unreadable):
                if values.read(raw.cells[at[other.name]][i], column) is not None:
                    return other
    return column


def _record(raw: Raw, at: Mapping[str, int], i: int) -> Message:
    """What identifies a row of a database: its key."""
    table: Table = TABLES[raw.table]
    keys = [k for k in table.key or table.names if k in at and raw.cells[at[k]][i] is not None]
    values = {k: shown(table.column(k), raw.cells[at[k]][i]) for k in keys[:3]}
    return listed(Message(f"{table.column(k).zh} {value}", f"{k} {value}") for k, value in values.items())


def _hint(table: str, column: Column, value: Any) -> str | Message:
    if isinstance(value, values.Formula):
        return _COMPUTE
    if isinstance(value, str) and str(values.unguarded(value)).lstrip().startswith("="):
        return _FORMULA_TEXT
    if isinstance(value, str) and value.strip().startswith("#"):
        return Message(
            "这是Excel公式的错误：改好公式，或清空单元格",
            "It is an error of a formula in Excel: mend the formula, or empty the cell",
        )
    if column.kind in ("datetime", "date") and _STRANGE_YEAR.match(str(value)):
        return Message(
            "年份不在1980至2100之间：核对年份；表示没有日期的，请清空单元格",
            "Its year is not from 1980 to 2100: check it; empty a cell that stands for no date",
        )
    if column.name.endswith("_id"):
        return Message(
            "Excel截断了数字：把这一列设为文本后重新导出",
            "Excel has cut its digits: export it again with the column as text",
        )
    return _meant(table, column, looks.text(value)) if column.kind in ("code", "flag", "answer") else ""


@cache
def _meant(table: str, column: Column, text: str) -> str | Message:
    """What a value may mean that is none of the options."""
    found = looks.meaning(column, text)
    if found is None or mask.text(text) != text:
        return ""
    label = CODES[column.codes][found[0]][0] if column.kind == "code" and column.codes else str(found[0])
    alias = f"{{{table}.{column.name}: {{{text}: {found[0]}}}}}"
    return Message(
        f"可能是“{label}”：若是，写进参数 `value_aliases: {alias}`",
        f"It may be “{found[0]}”: if so, put it into the params, `value_aliases: {alias}`",
    )


def shown(column: Column, value: Any) -> str:
    """A value in an error message: masked where it is personal."""
    text = "bytes" if isinstance(value, bytes) else str(value).removesuffix(" 00:00:00")
    if column.name.endswith("_id"):
        whole = mask.case_number(text) if _ID.fullmatch(text) else mask.text(text)
        return repr(whole[:60])
    if column.personal in _MASKS:
        text = _MASKS[column.personal](text)
    return repr(mask.text(text)[:60])  # masked first: half a phone number would not look like one


def read_column(
    cells: Cells, column: Column, form: Form
) -> tuple[Any, list[tuple[int, Any]], dict[str, tuple[int, Any]]]:
    """The column's values.

    The cells that can't be read, which become missing; what was repaired, with an example.
    """
    in_order = isinstance(cells, Coded) and column.kind in in_bulk.KINDS
    if isinstance(cells, Coded) and in_order:
        codes, texts = cells.used()
        known, result = in_bulk.read(texts, column)
        others = {int(i): texts[int(i)].as_py() for i in np.flatnonzero(~known)}
    else:
        codes, distinct = factorized(cells)
        result = np.empty(len(distinct) + 1, dtype=object)
        result[-1] = column.default  # empty cells have the code -1
        others = {int(i): distinct[i] for i in _quickly(distinct, column, form, result)}
    read, wrong, kinds = _one_by_one(others, column, form)
    bad = [(int(i), cells[int(i)]) for i in np.flatnonzero(np.isin(codes, wrong))] if wrong else []
    counts = np.bincount(codes[codes >= 0], minlength=len(result)) if kinds else np.zeros(0)
    repaired = {kind: (int(counts[of].sum()), others[of[0]]) for kind, of in kinds.items()}
    if in_order:
        result = in_bulk.typed(result, read, column)
    else:
        result[list(read)] = list(read.values())
        result = _array(column, result)
    return result.take(codes), bad, repaired  # -1 takes the last


def _one_by_one(
    cells: Mapping[int, Any], column: Column, form: Form
) -> tuple[dict[int, Any], list[int], dict[str, list[int]]]:
    """What distinct cells hold, which of them can't be read, and which were repaired, by kind."""
    read: dict[int, Any] = {}
    wrong: list[int] = []
    kinds: dict[str, list[int]] = {}
    for i, value in cells.items():
        try:
            parsed = values.read(value, column)
        except values.Unreadable:
            parsed = None
            wrong.append(i)
        else:
            if kind := values.repaired(value, column, form):
                kinds.setdefault(kind, []).append(i)
        read[i] = column.default if parsed is None else parsed
    return read, wrong, kinds


def _quickly(distinct: Any, column: Column, form: Form, result: np.ndarray) -> np.ndarray:
    """Read what is in the commonest format all at once; the places of the others."""
    if column.kind == "datetime" and (moments := {type(v) for v in distinct}) and moments <= _MOMENTS:
        known = np.array([v.tzinfo is None and dates.is_year(v.year) for v in distinct], dtype=bool)
        result[:-1][known] = np.asarray(distinct, dtype=object)[known]
        return np.flatnonzero(~known)
    if column.kind in ("datetime", "date") and form != "workbook":
        iso = np.array([isinstance(v, str) and _ISO.fullmatch(v) is not None for v in distinct], dtype=bool)
        if not iso.any():
            return np.arange(len(distinct))
        moments = pd.to_datetime(
            pd.Series(distinct, dtype=object).where(iso), errors="coerce", format="ISO8601"
        )
        moments = moments.dt.normalize() if column.kind == "date" else moments
        known = (moments.dt.year.between(*dates.YEARS)).to_numpy()
        result[:-1][known] = moments.to_numpy("datetime64[us]").astype(object)[known]
        return np.flatnonzero(~known)
    if column.kind == "text" or (column.kind in ("number", "integer") and form == "text"):
        fine = values.tidy(column)
        known = np.array([fine(v) for v in distinct], dtype=bool)
        if column.kind != "text":
            numbers = [float(v) for v, good in zip(distinct, known, strict=True) if good]
            whole = column.kind == "number" or all(n.is_integer() for n in numbers)
            if not whole:
                return np.arange(len(distinct))
            result[:-1][known] = numbers
        else:
            result[:-1][known] = np.asarray(distinct, dtype=object)[known]
        return np.flatnonzero(~known)
    return np.arange(len(distinct))


def _array(column: Column, values: np.ndarray) -> Any:
    """Values as an array of the column's type; None is missing."""
    if column.kind in ("datetime", "date"):
        return pd.to_datetime(pd.Series(values, dtype=object)).to_numpy("datetime64[us]")
    if column.kind in ("number", "integer", "answer"):
        return np.array([np.nan if v is None else v for v in values], dtype="float64")
    if column.kind == "flag":
        return pd.array(values, dtype="boolean")
    return pd.array(np.where(values == None, np.nan, values), dtype="str")  # noqa: E711


def _decimals(frame: pd.DataFrame, raw: Raw, at: Mapping[str, int]) -> None:
    """How many decimals the agency printed: of the MOT itself, and at the most of a row's items."""

    def places(value: Any) -> float:
        if value is None or isinstance(value, bytes):
            return np.nan
        if raw.form != "text" and isinstance(value, (int, float)):
            value = f"{float(value):.6f}".rstrip("0")
        decimals = re.search(r"\.(\d*)", str(value))
        return float(len(decimals[1])) if decimals else 0.0

    n = len(frame)
    mot = np.array([places(v) for v in raw.cells[at["mot"]]]) if "mot" in at else np.full(n, np.nan)
    if raw.form != "text" and (~np.isnan(mot)).any():
        mot = np.where(np.isnan(mot), np.nan, np.nanmax(mot))
    items = [[places(v) for v in raw.cells[at[i]]] for i in MOT_ITEMS if i in at]
    frame["mot_decimals"] = mot
    most = np.full(n, np.nan)
    if items and n:
        grid = np.array(items, dtype=float)
        known = ~np.isnan(grid).all(axis=0)
        most[known] = np.nanmax(grid[:, known], axis=0)
    frame["item_decimals"] = most

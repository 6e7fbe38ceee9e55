"""CSV files as raw tables: encoding, separator, quotation marks and lines that do not fit."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.contract.errors import Fault, InputError
from aftersales.sources.cells.raw import Raw, headers_of, plain
from aftersales.sources.readers import grid

_SEPARATORS = ",\t;|"
_WIDEST = 1000  # columns; more are no table but a broken file
_BEGINS = 4000  # characters in which the headers are looked for


def table(data: bytes, name: str, file: str, more: Mapping[str, str]) -> Raw:
    """The table in a CSV file.

    Raises
    ------
    InputError
        The file is empty, in another encoding, cut off or broken.
    """
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise _error(
            "empty_file", "an empty file", "a header row", file, "Export the table again, with its heads"
        )
    text = _decode(data, name, file, more)
    if "\0" in text:
        raise _error(
            "unreadable", "a binary file", "a CSV file", file, "Export the table as CSV, Excel or Parquet"
        )
    separator = _separator(text)
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            header=None,
            dtype=object,
            keep_default_na=False,
            sep=separator,
            skip_blank_lines=False,
            engine="c",
            quoting=csv.QUOTE_MINIMAL,
            names=range(_widest(text, separator, file)),
            index_col=False,
        )
    except (pd.errors.ParserError, ValueError) as error:
        at = re.search(r"inside string starting at row (\d+)", str(error))
        got = "a quotation mark that is never closed" if at else "lines that are no CSV"
        row = int(at[1]) + 1 if at else None
        raise _error("unreadable", got, "a CSV file", file, "Look for a stray quotation mark", row) from None
    raw = grid.table(frame.to_numpy(dtype=object), name, file, None, "text", more)
    if faults := [
        *_ragged(raw),
        *(_swallowed(raw, separator) if _lines(text) > len(frame) else []),
        *_cut_off(raw, text, separator),
    ]:
        raise InputError(faults)
    return raw


def _error(kind: str, got: str, expected: str, file: str, hint: str, row: int | None = None) -> InputError:
    return InputError([Fault(kind, got, expected, file, row=row, hint=hint)])


def _decode(data: bytes, name: str, file: str, more: Mapping[str, str]) -> str:
    """The text of a file in UTF-8, GB18030, or UTF-16 with a byte order mark.

    The bytes of the one are often valid in the other: the one in which headers are found counts.
    """
    expected, hint = "UTF-8 or GB18030", "Save it as “CSV UTF-8”"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise _error("encoding", "broken UTF-16", expected, file, hint) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = error.start
    known = headers_of(name, more)

    def has_headers(text: str) -> bool:
        return any(header in plain(text[:_BEGINS]) for header in known if not header.isascii())

    got, at = "bytes that are no UTF-8", data[:broken].count(b"\n") + 1
    if data.startswith(b"\xef\xbb\xbf"):
        raise _error("encoding", got, "UTF-8", file, hint, at)
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        if not has_headers(data[:broken].decode("utf-8", "replace")):
            got, at = "bytes that are neither", data[: error.start].count(b"\n") + 1
        raise _error("encoding", got, expected, file, hint, at) from None
    if has_headers(data[:broken].decode("utf-8", "replace")) and not has_headers(text):
        raise _error("encoding", got, "UTF-8", file, hint, at)
    return text


def _separator(text: str) -> str:
    """The separator that most of the first lines have most often."""
    begins = text[:20_000].splitlines()[:20]
    return max(
        _SEPARATORS, key=lambda s: (sum(s in line for line in begins), sum(line.count(s) for line in begins))
    )


def _widest(text: str, separator: str, file: str) -> int:
    """The number of fields of the longest line; a line may be longer than the header."""
    widest = max((line.count(separator) for line in text.splitlines()), default=0) + 1
    if widest > 100:  # separators inside quotation marks were counted too
        csv.field_size_limit(max(len(text), 131_072))
        try:
            widest = max((len(row) for row in csv.reader(io.StringIO(text), delimiter=separator)), default=1)
        except csv.Error:
            raise _error(
                "unreadable", "lines that are no CSV", "a CSV file", file, "Export the table again"
            ) from None
    if widest > _WIDEST:
        got, hint = f"a line of {widest} fields", "Export the table again"
        raise _error("too_large", got, f"at most {_WIDEST} columns", file, hint)
    return widest


def _lines(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n"))


def _ragged(raw: Raw) -> list[Fault]:
    """Rows with more fields than headers: a comma that is not in quotation marks has moved the others."""
    named = max(i for i, header in enumerate(raw.headers) if header) + 1
    wide: dict[int, int] = {}
    for i in range(named, len(raw.headers)):
        for place in (j for j, v in enumerate(raw.cells[i]) if v is not None):
            wide[place] = i + 1
    return [
        _at(
            raw,
            place,
            "ragged",
            f"{fields} fields",
            f"{named}, as many as there are heads",
            "Put a text that has the separator in it in quotation marks",
        )
        for place, fields in sorted(wide.items())
    ]


def _swallowed(raw: Raw, separator: str) -> list[Fault]:
    """Cells that hold whole rows: a stray quotation mark joined them."""
    fields = len(raw.headers)
    return [
        _at(
            raw,
            place,
            "swallowed_rows",
            "a cell with whole rows in it",
            "one row a line",
            "Look for a stray quotation mark",
            raw.headers[i],
        )
        for i, cells in enumerate(raw.cells)
        for place, value in enumerate(cells)
        if fields > 2
        and value is not None
        and "\n" in value
        and any(line.count(separator) >= fields - 1 for line in value.splitlines()[1:])
    ]


def _cut_off(raw: Raw, text: str, separator: str) -> list[Fault]:
    """A last row that ends before its last field, and without the end of a line.

    The file was not written to its end.
    """
    last = text[text.rfind("\n") + 1 :]
    if not last.strip() or not len(raw) or '"' in last or text.count("\n") < 2:
        return []
    before = text.rstrip("\r\n").split("\n")[-2]
    fields, usual = last.count(separator) + 1, before.count(separator) + 1
    if fields >= usual or usual != len(raw.headers) or raw.rows is None:
        return []
    return [
        _at(
            raw,
            len(raw) - 1,
            "cut_off",
            f"a last row of {fields} fields",
            f"{usual} fields",
            "The file was not written to its end: export it again",
        )
    ]


def _at(raw: Raw, place: int, kind: str, got: str, expected: str, hint: str, column: Any = None) -> Fault:
    return Fault(kind, got, expected, raw.file, None, int(raw.rows[place]), column, hint)  # type: ignore[index]

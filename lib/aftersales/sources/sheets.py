"""The sheets of an Excel file, as the Rust reader gives them, guarded against what would bring it down.

Run by itself (``python -m aftersales.sources.sheets``) it reads an old .xls from its input and writes the sheets to
its output: such a file can't be looked through beforehand, and a broken one may end the process that reads it.
"""

from __future__ import annotations

import io
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

OLE = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"

_MOST_CELLS = 60_000_000
_MOST_BYTES = 2 << 30
_RATIO = 150  # how much smaller than its content a sound file may be
_SMALL = 64 << 20  # below that its ratio does not matter
_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.S)


class Unreadable(ValueError):
    """A file that is no workbook, or none that can be read; the text says what it is instead."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its rows from the first on, and first and last cell of its merged ranges."""

    name: str
    hidden: bool
    rows: list[list[Any]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]


def names(data: bytes) -> list[tuple[str, bool]]:
    """Name of each sheet of cells, and whether it is hidden.

    Raises
    ------
    Unreadable
        It is no workbook.
    """
    if data.startswith(OLE):
        return [(s.name, s.hidden) for s in _apart(data, ())]
    with _opened(data) as package:
        return [(name, hidden) for name, (_, hidden) in _parts(package).items()]


def read(data: bytes, wanted: Collection[str]) -> list[Sheet]:
    """The sheets of those names. Errors of formulas (``#N/A``) stand in their cells as texts.

    Raises
    ------
    Unreadable
        They can't be read, or are too large.
    """
    if data.startswith(OLE):
        return _apart(data, wanted)
    with _opened(data) as package:
        parts = _parts(package)
        errors = {name: _scan(package.read(parts[name][0]), name) for name in wanted}
    sheets = _calamine(data, wanted)
    for sheet in sheets:
        for row, column, text in errors.get(sheet.name, ()):
            if row < len(sheet.rows) and column < len(sheet.rows[row]):
                sheet.rows[row][column] = text
    return sheets


def _calamine(data: bytes, wanted: Collection[str]) -> list[Sheet]:
    """All sheets, with the cells of those that are wanted."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        found = []
        for about in book.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            rows, merged = [], []
            if about.name in wanted:
                sheet = book.get_sheet_by_name(about.name)
                rows, merged = sheet.to_python(skip_empty_area=False), list(sheet.merged_cell_ranges or [])
            found.append(Sheet(about.name, about.visible != SheetVisibleEnum.Visible, rows, merged))
        return found
    except BaseException as error:  # the reader's own panics are no Exceptions
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise Unreadable("a file that is damaged") from None


def _apart(data: bytes, wanted: Collection[str]) -> list[Sheet]:
    """The sheets of an .xls, read by a process of its own."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Unreadable("a workbook with a password")
    done = subprocess.run(
        [sys.executable, "-m", __name__], input=pickle.dumps((data, list(wanted))), capture_output=True, check=False
    )
    if done.returncode != 0:
        raise Unreadable("a file that is damaged")
    return [Sheet(*parts) for parts in pickle.loads(done.stdout)]


@contextmanager
def _opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    """An .xlsx as a package; refused where it is none or would not fit into memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            size = sum(p.file_size for p in package.infolist())
            if size > _MOST_BYTES or (size > _SMALL and size > _RATIO * len(data)):
                raise Unreadable(f"a file that unpacks to {size >> 20:,} MB")
            if "xl/workbook.xml" not in package.namelist():
                raise Unreadable("another kind of file")
            yield package
    except Unreadable:
        raise
    except Exception:  # a damaged archive may raise anything
        raise Unreadable("a file that is damaged") from None


def _parts(package: zipfile.ZipFile) -> dict[str, tuple[str, bool]]:
    """Each sheet of cells: its name, its part of the package and whether it is hidden."""
    relations = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    parts = {}
    for element in ElementTree.fromstring(package.read("xl/workbook.xml")).iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        target = next((targets.get(v, "") for k, v in element.items() if k.endswith("}id")), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if "worksheets/" in path and path in package.namelist():
            parts[element.get("name", "")] = (path, element.get("state", "visible") != "visible")
    return parts


def _scan(xml: bytes, name: str) -> list[tuple[int, int, str]]:
    """Row, column and text of the cells that hold an error of a formula."""
    rows = max(map(int, re.findall(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,9})"', xml)), default=0)
    far = set(re.findall(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{2,3})\d', xml))
    width = max((_column(letters) + 1 for letters in far), default=26)
    if rows * width > _MOST_CELLS:
        raise Unreadable(f"a sheet {name} that reaches to row {rows:,} and column {width:,}")
    if b't="e"' not in xml:
        return []
    errors = []
    for found in _ERROR_CELL.finditer(xml):
        at = re.search(rb'\br="([A-Z]{1,3})(\d{1,7})"', found[1])
        text = re.search(rb"<(?:\w+:)?v>([^<]*)</", found[2])
        if at:
            told = text[1].decode("utf-8", "replace") if text else "#VALUE!"
            errors.append((int(at[2]) - 1, _column(at[1]), told))
    return errors


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


if __name__ == "__main__":
    asked_for, chosen = pickle.load(sys.stdin.buffer)
    pickle.dump(
        [(s.name, s.hidden, s.rows, s.merged) for s in _calamine(asked_for, chosen)], sys.stdout.buffer
    )

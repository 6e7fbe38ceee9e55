"""The sheets of an Excel file, as the Rust reader gives them; it reads in a process of its own (`apart`)."""

from __future__ import annotations

import datetime as dt
import io
import marshal
import re
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from aftersales.contract.message import Message
from aftersales.sources.readers import apart, biff, kinds
from aftersales.sources.readers.kinds import OLE, ZIP
from aftersales.sources.readers.sheet_xml import Marks, Package

_MB = 1 << 20
_MOST_CELLS = 60_000_000
_MOST_BYTES = 2 << 30
_RATIO = 150  # how much smaller than its content a sound file may be
_SMALL = 64 << 20  # below that its ratio does not matter
_SECONDS = 60  # and one more for each MB that it unpacks to
# The attribute r of rows and of cells that lie far out: a row's number, a cell's column from AA on, or else
# its row.
_FAR = re.compile(rb' r="(?:(\d{1,9})|([A-Z]{2,3})\d+|[A-Z](\d{7,9}))"(?=[^<>]*>)')
_SAVE_AGAIN = Message("用Excel打开后另存为.xlsx", "Open it in Excel and save it again as .xlsx")
_DAMAGED = Message("文件已损坏", "a file that is damaged")


class Unreadable(ValueError):
    """A file that is no workbook, or none that can be read; `what` says what it is instead, `hint` what to
    do."""

    def __init__(self, what: Message | kinds.Other) -> None:
        self.what, self.hint = (what, _SAVE_AGAIN) if isinstance(what, Message) else (what.what, what.hint)
        super().__init__(self.what)


@dataclass
class Sheet:
    """A sheet of a workbook.

    Attributes
    ----------
    cells
        From the first on. What is shown instead of a value stands there as a text: ``#N/A``, ``85%``.
    merged
        First and last cell of its merged ranges.
    formulas
        Row, column and text of those that have no value.
    hidden_rows
        The rows that are hidden or filtered out, from 0.
    since_1904
        Whether days are counted from 1904.
    count
        Of how many cells and rows were found with anything in them, how many rows it has, by another count.
    """

    name: str
    hidden: bool
    cells: np.ndarray
    merged: list[tuple[tuple[int, int], tuple[int, int]]]
    formulas: list[tuple[int, int, str]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    since_1904: bool = False
    count: Callable[[int, int], int] = lambda cells, rows: rows


def names(data: bytes) -> list[tuple[str, bool]]:
    """Name of each sheet of cells, and whether it is hidden.

    Raises
    ------
    Unreadable
        It is no workbook.
    """
    if not data.startswith((OLE, ZIP)) and (other := kinds.other(data)):
        raise Unreadable(other)
    if data.startswith(OLE):
        with _reading(data, (), _SECONDS) as reader:
            return [(s.name, s.hidden) for s in reader.sheets()]
    with _opened(data) as package:
        return [(name, hidden) for name, (_, hidden) in _parts(package).items()]


def read(data: bytes, wanted: Collection[str]) -> list[Sheet]:
    """The sheets of those names.

    Raises
    ------
    Unreadable
        They can't be read, or are too large.
    """
    if data.startswith(OLE):
        with _reading(data, wanted, _SECONDS + len(data) // _MB) as reader:
            return _with_marks(reader.sheets(), data, wanted)
    with _opened(data) as package:
        seconds = _SECONDS + sum(p.file_size for p in package.infolist()) // _MB
        with _reading(data, wanted, seconds) as reader:
            parts, about = _parts(package), Package(package)
            known = {name: _looked_at(about, package.read(parts[name][0]), name) for name in wanted}
            sheets = reader.sheets()
        since_1904 = about.since_1904
    for sheet in sheets:
        if sheet.name in known:
            _marked(sheet, known[sheet.name], partial(_marks, data, parts[sheet.name][0]))
            sheet.since_1904 = since_1904
    return sheets


def _looked_at(about: Package, xml: bytes, name: str) -> Marks | tuple[int, int]:
    """What the XML of a sheet says of it; of most how many cells and rows it has, and no more."""
    _small_enough(xml, name)
    plain = about.plain(xml)
    return _guarded(about, xml) if plain is None else plain


def _marks(data: bytes, part: str) -> Marks:
    with _opened(data) as package:
        return _guarded(Package(package), package.read(part))


def _guarded(about: Package, xml: bytes) -> Marks:
    try:
        return about.marks(xml)
    except (ElementTree.ParseError, ValueError):
        raise Unreadable(_DAMAGED) from None


def _with_marks(sheets: list[Sheet], data: bytes, wanted: Collection[str]) -> list[Sheet]:
    """The sheets of an .xls with what is known of them."""
    try:
        marks, since_1904 = biff.marks(data)
    except (ValueError, IndexError, struct.error):
        raise Unreadable(_DAMAGED) from None
    if len(marks) != len(sheets):
        raise Unreadable(_DAMAGED)
    for sheet, known in zip(sheets, marks, strict=True):
        if sheet.name in wanted:
            _put(sheet, known)
            sheet.since_1904 = since_1904
    return sheets


def _marked(sheet: Sheet, known: Marks | tuple[int, int], recounted: Callable[[], Marks]) -> None:
    """Put into a sheet what is known of it."""

    def count(cells: int, rows: int) -> int:
        if known == (cells, rows):
            return rows
        marks = known if isinstance(known, Marks) else recounted()
        if marks.cells > cells and marks.rows <= rows:
            raise Unreadable(Message("同一个单元格有两个值的文件", "a file in which a cell stands twice"))
        return max(marks.rows, rows)

    sheet.count = count
    if isinstance(known, Marks):
        _put(sheet, known)


def _put(sheet: Sheet, known: Marks) -> None:
    sheet.formulas, sheet.hidden_rows = known.formulas, known.hidden
    for row, column, text in known.texts:
        if row < sheet.cells.shape[0] and column < sheet.cells.shape[1]:
            sheet.cells[row, column] = text


class _Reader:
    """The process that reads a file, at work."""

    def __init__(self, data: bytes, wanted: Collection[str], seconds: int) -> None:
        spec = find_spec("python_calamine")
        folder = Path(spec.origin).parents[1] if spec and spec.origin else ""
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", apart.__file__, str(folder), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.seconds, self.late = seconds, False
        self.timer = threading.Timer(seconds, self._end)
        self.timer.daemon = True
        self.timer.start()
        with suppress(OSError), self.process.stdin as stream:  # type: ignore[union-attr]  # it may have ended
            requested = marshal.dumps(list(wanted))
            stream.write(len(requested).to_bytes(8, "little") + requested)
            stream.write(data)

    def _end(self) -> None:
        self.late = True
        self.process.kill()

    def sheets(self) -> list[Sheet]:
        """All sheets, with the cells of those that are wanted.

        Raises
        ------
        Unreadable
            The process ended before it had read them.
        """
        found: list[Sheet] = []
        while (part := self._part()) != apart.DONE:
            if isinstance(part, tuple):
                name, hidden, merged, *size = part
                found.append(Sheet(name, hidden, np.empty(size, dtype=object), merged))
                row = 0
                continue
            for number, (times, cells) in enumerate(part):
                values = [v if type(v) is not tuple else _time(*v) for v in cells] if times else cells
                found[-1].cells[row : row + len(values), number] = values
            row += len(part[0][1])
        return found

    def _part(self) -> Any:
        stream = self.process.stdout
        assert stream is not None
        length = int.from_bytes(stream.read(8), "little")
        data = stream.read(length)
        if length and len(data) == length:
            return marshal.loads(data)
        if self.late:
            raise Unreadable(
                Message(
                    f"{self.seconds} 秒内读不完的文件",
                    f"a file that takes more than {self.seconds} seconds to read",
                )
            )
        raise Unreadable(_DAMAGED)

    def close(self) -> None:
        self.timer.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()  # type: ignore[union-attr]


def _time(kind: str, *parts: Any) -> Any:
    """A date or time as `apart` gives it."""
    return getattr(dt, kind)(*parts)


@contextmanager
def _reading(data: bytes, wanted: Collection[str], seconds: int) -> Iterator[_Reader]:
    """A process that reads a file, begun; it is ended with the block, whatever happens in it."""
    if data.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise Unreadable(Message("有密码的工作簿", "a workbook with a password"))
    reader = _Reader(data, wanted, seconds)
    try:
        yield reader
    finally:
        reader.close()


@contextmanager
def _opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    """An .xlsx as a package; refused where it is none or would not fit into memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            size = sum(p.file_size for p in package.infolist())
            if size > _MOST_BYTES or (size > _SMALL and size > _RATIO * len(data)):
                raise Unreadable(
                    Message(f"解压后有 {size >> 20:,} MB 的文件", f"a file that unpacks to {size >> 20:,} MB")
                )
            if "xl/workbook.xml" not in package.namelist():
                raise Unreadable(kinds.archive(package.namelist()))
            yield package
    except Unreadable:
        raise
    except Exception:  # a damaged archive may raise anything
        raise Unreadable(_DAMAGED) from None


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


def _small_enough(xml: bytes, name: str) -> None:
    """Refuse a sheet that reaches farther than memory does."""
    places = _FAR.findall(xml)
    rows = max((int(row or far) for row, _, far in places if row or far), default=0)
    width = max(
        (_column(letters) + 1 for letters in {letters for _, letters, _ in places if letters}), default=26
    )
    if rows * width > _MOST_CELLS:
        raise Unreadable(
            Message(
                f"工作表{name}一直到第 {rows:,} 行、第 {width:,} 列",
                f"a sheet {name} that reaches to row {rows:,} and column {width:,}",
            )
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1

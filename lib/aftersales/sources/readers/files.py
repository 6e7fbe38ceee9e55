"""Folders and files as raw tables. What a file is, its content says; of which table it is, its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from aftersales.contract import machine
from aftersales.contract.errors import Fault, InputError
from aftersales.contract.message import Message
from aftersales.contract.notes import Note
from aftersales.contract.schema import LISTED, OWN_SHEETS, TABLES
from aftersales.sources.cells.raw import Raw, plain, required_in
from aftersales.sources.cells.repairs import repair
from aftersales.sources.readers import csv as text
from aftersales.sources.readers import excel as sheets
from aftersales.sources.readers import kinds, parquet, workbook
from aftersales.sources.readers.found import Found, Own, passed_over
from aftersales.sources.readers.names import Named, book, likely, named, refused

if TYPE_CHECKING:
    from aftersales.sources.cells.typed import Typed

TEXTS = (".csv", ".txt", ".tsv")
WORKBOOKS = (".xlsx", ".xlsm", ".xls")
_BINARY = 512  # bytes in which no text has a zero
SUFFIXES = (*TEXTS, *WORKBOOKS, ".parquet")


# Of a file, its table, its name and its content: what it holds, if it was typed before.
Known = Callable[[str, str, bytes], "list[Typed] | None"]
# Of a text file, its title and its name: its table without rows, where they were taken care of.
Large = Callable[[Path, str, Named], "Raw | None"]


def read(
    path: Path,
    more: Mapping[str, str],
    known: Known | None = None,
    called: str = "",
    own: Own = MappingProxyType({}),
    large: Large | None = None,
) -> Found:
    """The tables of a folder, of a workbook or of one file.

    Parameters
    ----------
    path
        It exists.
    more
        The store's own headers.
    known
        Looks a file up before it is read.
    called
        What `path` is called where it is one file; by default its name.
    own
        What the store calls its tables; see `names.named`.
    large
        Takes care of the rows of a text file, so that they are not read here.
    """
    found = Found()
    if path.is_file() and path.suffix.lower() in WORKBOOKS and _has_tables(path, own):
        workbook.tables(path.read_bytes(), called or path.name, Named(""), more, own, found)
        return found
    claims: dict[str, list[tuple[Path, str, Named]]] = {}
    books: list[tuple[Path, str]] = []
    for file in _candidates(path, own):
        name, title = named(file.stem, own), called if called and file == path else file.name
        within = _in_sheets(file, own) if file.suffix.lower() in WORKBOOKS and path.is_dir() else set()
        if within - ({name.table} if name else set()) and (name is None or name.table in within):
            books.append((file, title))
        elif name is not None:
            claims.setdefault(name.table, []).append((file, title, name))
        else:
            found.notes.append(_unknown(file, title, own))
    found.notes += _unread(path, own) if path.is_dir() else []
    for table, files in claims.items():
        for file, title, name in _distinct(table, files, found):
            with _reported(title, found):
                _file(file, title, name, more, own, known, found, large)
    for file, title in books:
        with _reported(title, found):
            workbook.tables(file.read_bytes(), title, book(file.stem), more, own, found)
    return found


def parquet_only(path: Path, own: Own = MappingProxyType({})) -> dict[str, Path]:
    """The tables of a folder in which every table is Parquet, so that it can be read in parts; else none."""
    tables: dict[str, Path] = {}
    for file in _candidates(path, own):
        name = named(file.stem, own)
        if name is None:
            continue
        if name.table in tables or not (file.suffix.lower() == ".parquet" or file.is_dir()):
            return {}
        tables[name.table] = file
    return tables


def places(path: Path) -> list[tuple[Path, str | None]]:
    """Every file that may hold a table, and every sheet of a workbook, whatever they are called."""
    found: list[tuple[Path, str | None]] = []
    for file in [path] if path.is_file() else _visible(path):
        if file.is_file() and file.suffix.lower() not in SUFFIXES:
            continue
        if file.is_dir() and not any(file.rglob("*.parquet")):
            continue
        titles: list[str] = []
        if file.is_file() and file.suffix.lower() in WORKBOOKS:
            with suppress(sheets.Unreadable):  # reported when it is read
                titles = [title for title, _ in sheets.names(file.read_bytes()) if title not in OWN_SHEETS]
        found += [(file, title) for title in titles] or [(file, None)]
    return found


def _visible(folder: Path) -> list[Path]:
    """What stands in a folder, but for what is hidden, half written or put aside."""
    return sorted(p for p in folder.iterdir() if not p.name.startswith((".", "~$", "_")))


def _candidates(path: Path, own: Own) -> list[Path]:
    """Files that may be tables, and folders that hold one as Parquet files."""
    if path.is_file():
        return [path]
    return [
        p
        for p in _visible(path)
        if (p.is_file() and p.suffix.lower() in SUFFIXES) or (p.is_dir() and named(p.stem, own) is not None)
    ]


def _unread(path: Path, own: Own) -> list[Note]:
    """Remarks on what has the name of a table and is not read: other kinds of files, folders of files."""
    notes = []
    for p in _visible(path):
        if p.is_file() and p.suffix.lower() not in SUFFIXES and named(p.stem, own):
            notes.append(Note("other_kind", {"file": p.name}))
        elif p.is_dir() and named(p.stem, own) is None:
            with suppress(OSError):
                if any(named(f.stem, own) for f in p.iterdir()):
                    notes.append(Note("unread_folder", {"file": p.name}))
    return notes


def _unknown(file: Path, title: str, own: Own) -> Note:
    """A remark on a file that is not taken: what it may be, by its name or by its first line."""
    tables = [] if refused(file.stem, own) else likely(file.stem) or _by_heads(file)
    return passed_over("file", title, file.stem, tables)


def _by_heads(file: Path) -> list[str]:
    """The tables whose required columns all stand in the first lines of a text."""
    with file.open("rb") as stream:
        begins = stream.read(4000)
    if _kind(begins) != "text":
        return []
    lines = begins.decode("utf-8-sig", "ignore"), begins.decode("gb18030", "ignore")
    heads = [{plain(cell.strip('"')) for cell in re.split(r"[,;|\t\r\n]", line)} for line in lines]
    return [t for t in TABLES if any(required_in(t, existing) for existing in heads)]


def _distinct(
    table: str, files: Sequence[tuple[Path, str, Named]], found: Found
) -> list[tuple[Path, str, Named]]:
    """The files of a table; of those that bear its name and nothing else there may be one."""
    bare = [one for one in files if not one[2].marked]
    for _, title, _ in bare[1:]:
        found.faults.append(
            Fault(
                "two_files",
                Message(f"{bare[0][1]} 和 {title}", f"{bare[0][1]} and {title}"),
                Message(f"{TABLES[table].zh}只有一个文件", f"one file for the table {table}"),
                title,
                hint=Message(
                    zh="只留一个；若是两段时间的数据，在名字里写明月份，如“…3月”“…4月”",
                    en="Keep one of them; if they are of two months, name them so (…_2024-03, …_2024-04)",
                ),
            )
        )
    return [one for one in files if one[2].marked or one is bare[0]]


@contextmanager
def _reported(title: str, found: Found) -> Iterator[None]:
    """What is wrong with a file is reported along with all else."""
    try:
        yield
    except InputError as error:
        found.faults += error.faults
    except OSError as error:
        got = machine.reason(error)
        expected = Message("能读的文件", "a file that can be read")
        found.faults.append(Fault("unreadable", got, expected, title))


def _has_tables(path: Path, own: Own) -> bool:
    """Whether a workbook has sheets named after tables, or is itself not named after one."""
    return named(path.stem, own) is None or bool(_in_sheets(path, own))


def _in_sheets(path: Path, own: Own) -> set[str]:
    """The tables that a workbook has sheets of; none of a copy in which a check has marked its faults."""
    try:
        titles = [sheet for sheet, _ in sheets.names(path.read_bytes())]
    except (sheets.Unreadable, OSError):
        return set()  # reported when it is read
    return set() if LISTED in titles else {name.table for title in titles if (name := named(title, own))}


def _file(
    file: Path,
    title: str,
    name: Named,
    more: Mapping[str, str],
    own: Own,
    known: Known | None,
    found: Found,
    large: Large | None,
) -> None:
    if file.is_dir():
        found.add(parquet.table(file, name.table, more, title), name)
        return
    with file.open("rb") as stream:
        begins = stream.read(kinds.LOOKED_AT)
    kind, usual = _kind(begins), file.suffix.lower()
    raws: list[Raw]
    if kind == "text" and usual in TEXTS and large and (taken := large(file, title, name)) is not None:
        found.add(taken, name)
        return
    data = file.read_bytes() if kind in ("workbook", "text") else b""
    if data and known is not None and (typed := known(name.table, title, data)):
        found.typed += typed
        sheets_of = [table.origin.sheet for table in typed]
        found.names |= {(title, sheet): n for sheet, n in workbook.named_as(name, sheets_of, own).items()}
        return
    if kind == "parquet":
        raws = [parquet.table(file, name.table, more, title)]
    elif kind == "workbook":
        before = len(found.raws)
        workbook.tables(data, title, name, more, own, found)
        raws = found.raws[before:]
    elif other := kinds.other(begins):
        raise InputError([Fault("unreadable", other.what, _a_file(usual), title, hint=other.hint)])
    elif kind == "binary":
        hint = Message("重新导出", "Export the table again")
        raise InputError([Fault("unreadable", _NONE, _a_file(usual), title, hint=hint)])
    else:
        if usual == ".parquet" and begins.strip():
            raise InputError([Fault("unreadable", _NONE, _a_file(usual), title)])
        raws = [text.table(data, name.table, title, more)]
    fits = {"parquet": usual == ".parquet", "workbook": usual in WORKBOOKS, "text": usual in TEXTS}[kind]
    if raws and not fits:
        raws[0].repairs.append(repair(title, None, "wrong_suffix", 1, _inside(usual, kind)))
    if kind != "workbook":
        found.add(raws[0], name)


_NONE = Message("不是这种文件", "a file that is none")


def _inside(suffix: str, kind: str) -> dict[str, str]:
    """What a file is beside its suffix, for a remark."""
    zh, en = {
        "parquet": ("Parquet", "Parquet"),
        "workbook": ("Excel工作簿", "an Excel workbook"),
        "text": ("文本", "text"),
    }[kind]
    return {"zh": f"{suffix} 实为{zh}", "en": f"{suffix}: {en}"}


def _a_file(suffix: str) -> Message:
    """What a file ought to be by its suffix."""
    if suffix in WORKBOOKS:
        return Message("Excel工作簿", "an Excel workbook")
    if suffix == ".parquet":
        return Message("Parquet文件", "a Parquet file")
    return Message(f"{suffix} 文件", f"a file {suffix}")


def _kind(begins: bytes) -> str:
    """What a file is by how it begins.

    >>> _kind(b"PAR1..."), _kind(b"<html>"), _kind("工单号".encode())
    ('parquet', 'other', 'text')
    """
    if begins.startswith(b"PAR1"):
        return "parquet"
    if begins.startswith((kinds.OLE, kinds.ZIP)):
        return "workbook"
    if kinds.other(begins):
        return "other"
    if b"\0" in begins[:_BINARY] and begins[:2] not in (b"\xff\xfe", b"\xfe\xff") and not kinds.utf16(begins):
        return "binary"
    return "text"

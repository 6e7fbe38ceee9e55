"""Folders, workbooks and single files as raw tables. What a file is, its content says, not its suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aftersales.contract.errors import Fault, InputError
from aftersales.contract.notes import Note
from aftersales.contract.schema import OWN_SHEETS
from aftersales.sources.cells.raw import Raw, table_name
from aftersales.sources.cells.repairs import repair
from aftersales.sources.readers import csv as text
from aftersales.sources.readers import excel as sheets
from aftersales.sources.readers import grid, parquet

if TYPE_CHECKING:
    from aftersales.sources.cells.typed import Typed

TEXTS = (".csv", ".txt", ".tsv")
WORKBOOKS = (".xlsx", ".xlsm", ".xls")
SUFFIXES = (*TEXTS, *WORKBOOKS, ".parquet")


@dataclass
class Found:
    """What a source has: its tables, those typed already, remarks on what is no table of ours, what can't be
    read."""

    raws: list[Raw] = field(default_factory=list)
    typed: list[Typed] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


# Of a file with one table, its name, the file's name and its content: the table if it was typed before.
Known = Callable[[str, str, bytes], "Typed | None"]


def read(path: Path, more: Mapping[str, str], known: Known | None = None, called: str = "") -> Found:
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
    """
    found = Found()
    seen: dict[str, str] = {}
    if path.is_file() and path.suffix.lower() in WORKBOOKS and _has_tables(path):
        _workbook(path.read_bytes(), called or path.name, None, more, found)
        return found
    for file in _candidates(path):
        name, title = table_name(file.stem), called if called and file == path else file.name
        if name is None:
            found.notes.append(Note("unknown_file", {"file": title}))
        elif name in seen:
            got, hint = f"{seen[name]} and {title}", "Remove or merge one of them"
            found.faults.append(Fault("two_files", got, f"one file for the table {name}", title, hint=hint))
        else:
            seen[name] = title
            try:
                _file(file, title, name, more, known, found)
            except InputError as error:
                found.faults += error.faults
            except OSError as error:
                got = error.strerror or "an error of the disk"
                found.faults.append(Fault("unreadable", got, "a file that can be read", title))
    return found


def parquet_only(path: Path) -> dict[str, Path]:
    """The tables of a folder in which every table is Parquet, so that it can be read in parts; else none."""
    tables: dict[str, Path] = {}
    for file in _candidates(path):
        name = table_name(file.stem)
        if name is None:
            continue
        if name in tables or not (file.suffix.lower() == ".parquet" or file.is_dir()):
            return {}
        tables[name] = file
    return tables


def _candidates(path: Path) -> list[Path]:
    """Files that may be tables, and folders that hold one as Parquet files."""
    if path.is_file():
        return [path]
    paths = sorted(p for p in path.iterdir() if not p.name.startswith((".", "~$", "_")))
    return [
        p
        for p in paths
        if (p.is_file() and p.suffix.lower() in SUFFIXES) or (p.is_dir() and table_name(p.stem) is not None)
    ]


def _has_tables(path: Path) -> bool:
    """Whether a workbook has sheets named after tables, or is itself not named after one."""
    if table_name(path.stem) is None:
        return True
    try:
        return any(table_name(sheet) for sheet, _ in sheets.names(path.read_bytes()))
    except sheets.Unreadable:
        return False  # reported when it is read


def _file(
    file: Path, title: str, name: str, more: Mapping[str, str], known: Known | None, found: Found
) -> None:
    if file.is_dir():
        found.raws.append(parquet.table(file, name, more, title))
        return
    with file.open("rb") as stream:
        begins = stream.read(512)
    kind, usual = _kind(begins), file.suffix.lower()
    raw: Raw | None
    data = file.read_bytes() if kind in ("workbook", "text") else b""
    if data and known is not None and (typed := known(name, title, data)) is not None:
        found.typed.append(typed)
        return
    if kind == "parquet":
        raw = parquet.table(file, name, more, title)
    elif kind == "workbook":
        _workbook(data, title, name, more, found)
        raw = found.raws[-1] if found.raws and found.raws[-1].table == name else None
    elif kind == "page":
        hint = "Open it in Excel and save it as .xlsx"
        raise InputError([Fault("unreadable", "a web page", f"a file {usual}", title, hint=hint)])
    elif kind == "binary":
        expected = "an Excel workbook" if usual in WORKBOOKS else f"a file {usual}"
        hint = "Export the table again"
        raise InputError([Fault("unreadable", "a file that is none", expected, title, hint=hint)])
    else:
        if usual == ".parquet" and begins.strip():
            raise InputError([Fault("unreadable", "a file that is none", "a Parquet file", title)])
        raw = text.table(data, name, title, more)
    fits = {"parquet": usual == ".parquet", "workbook": usual in WORKBOOKS, "text": usual in TEXTS}[kind]
    if raw is not None and not fits:
        raw.repairs.append(repair(title, None, "wrong_suffix", 1, f"{usual}: {kind}"))
    if raw is not None and kind != "workbook":
        found.raws.append(raw)


def _kind(begins: bytes) -> str:
    """What a file is by how it begins.

    >>> _kind(b"PAR1..."), _kind(b"<html>"), _kind("工单号".encode())
    ('parquet', 'page', 'text')
    """
    if begins.startswith(b"PAR1"):
        return "parquet"
    if begins.startswith((sheets.OLE, sheets.ZIP)):
        return "workbook"
    if (
        begins.lstrip(b"\xef\xbb\xbf \t\r\n")
        .lower()
        .startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta"))
    ):
        return "page"
    if b"\0" in begins and begins[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return "binary"
    return "text"


def _workbook(data: bytes, file: str, only: str | None, more: Mapping[str, str], found: Found) -> None:
    """Every sheet that is a table of ours; with `only` the one table that the file is named after."""
    try:
        existing = sheets.names(data)
        chosen = _from_name(existing, only) if only else _by_name(existing, file, found)
        read = {s.name: s for s in sheets.read(data, list(chosen.values()))}
    except sheets.Unreadable as error:
        hint = "Open it in Excel and save it again as .xlsx"
        raise InputError([Fault("unreadable", str(error), "an Excel workbook", file, hint=hint)]) from None
    for name, title in chosen.items():
        sheet = read[title]
        try:
            raw = grid.table(sheet.cells, name, file, title, "workbook", more, sheet.merged)
        except InputError as error:
            found.faults += error.faults
            continue
        if sheet.hidden:
            raw.repairs.append(repair(file, title, "hidden_sheet", 1))
        found.raws.append(raw)


def _from_name(existing: list[tuple[str, bool]], only: str) -> dict[str, str]:
    """The sheet of a file with one table: the one of its name, else the first that is visible."""
    named = [s for s, _ in existing if table_name(s) == only]
    shown = [s for s, hidden in existing if not hidden]
    return dict.fromkeys([only], (named or shown)[0]) if named or shown else {}


def _by_name(existing: list[tuple[str, bool]], file: str, found: Found) -> dict[str, str]:
    """The sheet of each table; of two of the same name, one hidden, the one that is visible."""
    claims: dict[str, list[tuple[bool, str]]] = {}
    for sheet, hidden in existing:
        name = table_name(sheet)
        if sheet in OWN_SHEETS:
            continue
        if name is None:
            found.notes.append(Note("unknown_sheet", {"sheet": sheet}))
        else:
            claims.setdefault(name, []).append((hidden, sheet))
    chosen = {}
    for name, places in claims.items():
        least = min(hidden for hidden, _ in places)
        chosen[name], *others = [sheet for hidden, sheet in places if hidden == least]
        for sheet in others:
            got = f"{chosen[name]} and {sheet}"
            found.faults.append(Fault("two_sheets", got, f"one sheet for the table {name}", file, sheet))
        found.notes += [
            Note("hidden_twin", {"sheet": s, "other": chosen[name]}) for h, s in places if h > least
        ]
    return chosen

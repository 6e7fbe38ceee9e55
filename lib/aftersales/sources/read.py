"""Files, workbooks and databases as raw tables: what stands in the cells, and where."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from aftersales.errors import Fault, InputError
from aftersales.schema import EXAMPLE, OWN_SHEETS, TABLES

FILES = (".csv", ".txt", ".xlsx", ".xlsm", ".xls", ".parquet")
WORKBOOKS = (".xlsx", ".xlsm", ".xls")


@dataclass(frozen=True)
class Raw:
    """A table as it stands in the source.

    Attributes
    ----------
    table
        Canonical name.
    cells
        Cells as found, heads as columns; empty cells are None.
    rows
        The number of each row as Excel shows it; None for a database.
    textual
        The cells are texts, so that a number shows how many decimals it was printed with.
    """

    table: str
    file: str
    sheet: str | None
    heads: list[str]
    cells: list[np.ndarray]
    rows: np.ndarray | None
    textual: bool


def table_name(text: str) -> str | None:
    """The canonical name of a table given in canonical or Chinese form.

    >>> table_name("维修工单"), table_name("Jobs"), table_name("notes")
    ('repair_orders', 'jobs', None)
    """
    plain = text.strip().lower()
    return next((t.name for t in TABLES.values() if plain in (t.name, t.zh.lower())), None)


def is_url(source: str) -> bool:
    """Whether a source is a database URL."""
    return re.match(r"^[a-z][a-z0-9+]*://", source, re.I) is not None


def read(source: str) -> tuple[list[Raw], list[str], list[Fault]]:
    """All tables of a folder, workbook or database.

    Returns
    -------
    list of Raw
    list of str
        Notes: files and sheets that are no table of ours.
    list of Fault
        Files and sheets that can't be read, so that they are told along with what is wrong in the others.

    Raises
    ------
    InputError
        The source is not there, can't be read, or has no table of ours.
    """
    if is_url(source):
        return _database(source)
    path = Path(source).expanduser()
    if not path.exists():
        raise InputError(
            f"source {source}: no such file or folder. Give a folder of exports, a workbook or a database URL."
        )
    if path.is_dir():
        raws, notes, faults = _folder(path)
    elif path.suffix.lower() in WORKBOOKS:
        raws, notes, faults = _workbook(path, None)
    elif path.suffix.lower() in FILES:
        raws, notes, faults = _folder_of([path])
    else:
        raise InputError(f"source {source}: expected a folder, or a file ending in {', '.join(FILES)}.")
    if not raws and faults:
        raise InputError(faults)
    if not raws:
        names = ", ".join(f"{t.name} ({t.zh})" for t in TABLES.values())
        raise InputError(f"source {source}: no table found in it. Expected files or sheets named {names}.")
    return raws, notes, faults


def _folder(path: Path) -> tuple[list[Raw], list[str], list[Fault]]:
    files = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith((".", "~$")))
    return _folder_of([p for p in files if p.suffix.lower() in FILES])


def _folder_of(files: list[Path]) -> tuple[list[Raw], list[str], list[Fault]]:
    raws: list[Raw] = []
    notes: list[str] = []
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for file in files:
        name = table_name(file.stem)
        if name is None:
            notes.append(f"文件{file.name}不是本报告的表，已略过。")
            continue
        if name in seen:
            faults.append(
                Fault(
                    "two_files",
                    f"{seen[name]} and {file.name}",
                    f"one file for the table {name}",
                    file.name,
                    hint="Remove or merge one of them",
                )
            )
            continue
        seen[name] = file.name
        try:
            if file.suffix.lower() in WORKBOOKS:
                found, more, bad = _workbook(file, name)
                raws += found
                notes += more
                faults += bad
            elif file.suffix.lower() == ".parquet":
                raws.append(_parquet(file, name))
            else:
                raws.append(_csv(file, name))
        except InputError as error:
            faults += error.faults
    return raws, notes, faults


def _csv(file: Path, name: str) -> Raw:
    data = file.read_bytes()
    if not data.strip():
        raise InputError(
            [
                Fault(
                    "empty_file",
                    "an empty file",
                    "a header row",
                    file.name,
                    hint="Export the table again, with its heads",
                )
            ]
        )
    text = _decode(data, file.name)
    lines = text.splitlines()
    head = next((line for line in lines if line.strip()), "")
    separator = max(",\t;", key=head.count) if any(s in head for s in ",\t;") else ","
    try:
        frame = pd.read_csv(
            io.StringIO(text), header=None, dtype=str, keep_default_na=False, sep=separator, skip_blank_lines=False,
            engine="c", quoting=csv.QUOTE_MINIMAL, names=range(_widest(text, separator)), index_col=False,
        )  # fmt: skip
    except (pd.errors.ParserError, ValueError) as error:
        at = re.search(r"inside string starting at row (\d+)", str(error))
        got = "a quotation mark that is never closed" if at else str(error).strip()
        row = int(at[1]) + 1 if at else None
        raise InputError(
            [
                Fault(
                    "unreadable",
                    got,
                    "a CSV file",
                    file.name,
                    row=row,
                    hint="Look for a stray quotation mark",
                )
            ]
        ) from None
    return _grid(frame.to_numpy(dtype=object), name, file.name, None, textual=True)


def _widest(text: str, separator: str) -> int:
    """The number of fields of the longest line; a line may be longer than the header."""
    return max((line.count(separator) for line in text.splitlines()), default=0) + 1


def _decode(data: bytes, file: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    raise InputError(
        [Fault("encoding", "another encoding", "UTF-8 or GB18030", file, hint="Save it as “CSV UTF-8”")]
    )


def _workbook(file: Path, only: str | None) -> tuple[list[Raw], list[str], list[Fault]]:
    """Every sheet that is a table of ours; with `only` the one table the file is named after."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    try:
        book = CalamineWorkbook.from_path(str(file))
        sheets = [s.name for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
    except Exception as error:
        raise InputError(
            [
                Fault(
                    "unreadable",
                    str(error),
                    "an Excel workbook",
                    file.name,
                    hint="Open it in Excel and save it again",
                )
            ]
        ) from None
    raws: list[Raw] = []
    notes: list[str] = []
    faults: list[Fault] = []
    chosen: list[tuple[str, str]] = []
    if only is not None:
        named = [s for s in sheets if table_name(s) == only] or sheets[:1]
        chosen = [(only, named[0])] if named else []
    else:
        for sheet in sheets:
            name = table_name(sheet)
            if sheet in OWN_SHEETS:
                continue
            if name is None:
                notes.append(f"工作表{sheet}不是本报告的表，已略过。")
            elif name in dict(chosen):
                both = f"{dict(chosen)[name]} and {sheet}"
                faults.append(Fault("two_sheets", both, f"one sheet for the table {name}", file.name, sheet))
            else:
                chosen.append((name, sheet))
    for name, sheet in chosen:
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        width = max((len(r) for r in rows), default=0)
        grid = np.empty((len(rows), width), dtype=object)
        for i, row in enumerate(rows):
            grid[i, : len(row)] = [None if v == "" else v for v in row]
        try:
            raws.append(_grid(grid, name, file.name, sheet, textual=False))
        except InputError as error:
            faults += error.faults
    return raws, notes, faults


def _parquet(file: Path, name: str) -> Raw:
    try:
        frame = pd.read_parquet(file)
    except Exception:  # what it says quotes the path
        raise InputError(
            [
                Fault(
                    "unreadable", "a file that is not one", "a Parquet file", file.name, hint="Write it again"
                )
            ]
        ) from None
    return _of_frame(frame, name, file.name)


def _of_frame(frame: pd.DataFrame, name: str, file: str) -> Raw:
    cells = []
    for i in range(frame.shape[1]):
        column = frame.iloc[:, i]
        blank = column.isna().to_numpy()
        values = np.array(column.astype(object), dtype=object)
        values[
            [no or (isinstance(v, str) and not v.strip()) for v, no in zip(values, blank, strict=True)]
        ] = None
        cells.append(values)
    return Raw(name, file, None, [str(c) for c in frame.columns], cells, np.arange(2, len(frame) + 2), False)


def _database(url: str) -> tuple[list[Raw], list[str], list[Fault]]:
    import sqlalchemy as sa

    try:
        at = sa.engine.make_url(url)
    except (sa.exc.SQLAlchemyError, ValueError):  # what they say may quote the password
        raise InputError(
            "source: not a database URL like postgresql+psycopg://user:password@host/database;"
            " write special characters of the password as %XX."
        ) from None
    on_disk = at.get_backend_name() == "sqlite" and at.database not in (None, "", ":memory:")
    if on_disk and not str(at.database).startswith("file:") and not Path(str(at.database)).exists():
        raise InputError(f"source: no such database file: {Path(str(at.database)).name}.")
    engine = None
    try:
        engine = sa.create_engine(at)
        with engine.connect() as connection:
            inspector = sa.inspect(connection)
            there = [*inspector.get_table_names(), *inspector.get_view_names()]
            named = [(table_name(t), t) for t in there]
            raws = [_of_frame(pd.read_sql_table(t, connection), n, t) for n, t in named if n is not None]
    except ModuleNotFoundError as error:
        raise InputError(
            f"source: the driver {error.name} for this database is not installed; pip install it."
        ) from None
    except sa.exc.SQLAlchemyError as error:
        told = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise InputError(f"source: the database cannot be read: {told}") from None
    finally:
        if engine is not None:
            engine.dispose()
    if not raws:
        raise InputError(f"source: the database has no table of ours; it has {', '.join(there) or 'none'}.")
    twice = [t for i, (n, t) in enumerate(named) if n and n in dict(named[:i])]
    faults = [Fault("two_tables", t, f"one table for {table_name(t)}", t) for t in twice]
    return raws, [f"数据库中的{t}不是本报告的表，已略过。" for n, t in named if n is None], faults


def _grid(grid: np.ndarray, name: str, file: str, sheet: str | None, textual: bool) -> Raw:
    """Find the header among the first rows; drop rows and columns that are wholly empty."""
    filled = (
        np.vectorize(lambda v: v is not None and str(v).strip() != "", otypes=[bool])(grid)
        if grid.size
        else np.zeros(grid.shape, bool)
    )
    there = np.flatnonzero(filled.any(axis=1)) if grid.size else np.array([], int)
    if not len(there):
        raise InputError(
            [
                Fault(
                    "empty_file",
                    "no cell with anything in it",
                    "a header row",
                    file,
                    sheet,
                    hint="Export the table again, with its heads",
                )
            ]
        )
    head = _header_row(grid, there, name)
    body = there[there > head]
    body = body[[str(next(v for v in grid[r] if v is not None)).strip() != EXAMPLE for r in body]]
    columns = [i for i in range(grid.shape[1]) if filled[head, i] or filled[body, i].any()]
    heads = ["" if grid[head, i] is None else str(grid[head, i]).strip() for i in columns]
    values = grid[body][:, columns]
    values[~filled[body][:, columns]] = None
    return Raw(name, file, sheet, heads, [values[:, i] for i in range(len(columns))], body + 1, textual)


def _header_row(grid: np.ndarray, there: np.ndarray, name: str) -> int:
    """The row among the first ten with most known heads: titles may stand above it."""
    known = {n.lower() for c in TABLES[name].columns for n in (c.name, c.zh, *c.aliases)}

    def score(row: int) -> int:
        return sum(1 for v in grid[row] if v is not None and str(v).strip().lower() in known)

    first = list(there[:10])
    best = max(first, key=lambda r: (score(r), -r))
    return int(best if score(best) >= 2 else first[0])


def describe(source: str) -> str:
    """A source in words fit for print: no password, no path of this machine."""
    if source == "demo":
        return "demo"
    if is_url(source):
        import sqlalchemy as sa

        url = sa.engine.make_url(source)
        return f"{url.get_backend_name()}:{Path(url.database or '').name}"
    return Path(source).name or str(source)


def aliases_of(table: str, more: Mapping[str, str]) -> dict[str, str]:
    """Every head that is understood for a table, lower case, to its column."""
    known: dict[str, str] = {}
    for column in TABLES[table].columns:
        for head in (column.name, column.zh, *column.aliases):
            known[_plain(head)] = column.name
    for head, target in more.items():
        canonical = known.get(_plain(target))
        if canonical:
            known[_plain(head)] = canonical
    return known


def _plain(head: Any) -> str:
    """A head without blanks, asterisks and case; full-width letters as their narrow twins."""
    import unicodedata

    return re.sub(r"[\s*＊:：]", "", unicodedata.normalize("NFKC", str(head))).lower()

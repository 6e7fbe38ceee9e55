"""Writing made-up stores as files that a report can read: one file a table, all stores in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol

import pandas as pd

from aftersales.contract import destination
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, listed, phrase
from aftersales.contract.schema import TABLES
from aftersales.demo import texts
from aftersales.demo.store import generate
from aftersales.demo.traits import OF_DECK

Format = Literal["csv", "xlsx", "parquet"]
Progress = Callable[[str], None]

_EXCEL_ROWS = 1_048_576


class _Sink(Protocol):
    """A file that takes one store's rows of a table after another's."""

    def append(self, frame: pd.DataFrame) -> None: ...
    def close(self) -> None: ...


def write(
    out: str | Path,
    stores: int = 1,
    months: int = 30,
    seed: int | None = 1,
    format: Format = "csv",
    progress: Progress | None = None,
) -> list[Path]:
    """Write the records of made-up stores into a folder, one file a table, with a column ``store``.

    The stores are made and written one after another, so memory holds one of them, however many there are.

    Parameters
    ----------
    out
        The folder; made where it does not exist. Files of the same name are replaced when all are complete.
    stores, months
        How many stores, and months to April 2024.
    seed
        Another seed makes other stores; None makes the store of the deck the first of them.
    format
        ``csv`` (UTF-8 with a byte order mark, so that Excel shows Chinese), ``xlsx`` or ``parquet``.
    progress
        Called with a line of text for each store.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    InputError
        No such format, or more rows than a sheet of Excel holds.
    """
    if format not in _SINKS:
        known = listed(_SINKS)
        raise InputError(
            Message(
                f"格式：给的是 {format!r}；应是其中之一：{known.zh}",
                f"format: got {format!r}; expected one of {known.en}",
            )
        )
    folder = Path(out)
    destination.try_folder(folder, "out")
    folder.mkdir(parents=True, exist_ok=True)
    paths = {table: folder / f"{table}.{format}" for table in TABLES}
    with _Files({table: _SINKS[format](_unfinished(path)) for table, path in paths.items()}) as sinks:
        for number, (name, tables) in enumerate(_stores(stores, months, seed), start=1):
            for table, frame in tables.items():
                sinks[table].append(frame)
            if progress:
                orders = len(tables["repair_orders"])
                progress(
                    phrase(
                        f"{number}/{stores} {name}：{orders:,}张维修工单",
                        f"{number}/{stores} {name}: {orders:,} repair orders",
                    )
                )
    for path in paths.values():
        _unfinished(path).replace(path)
    return list(paths.values())


def _stores(stores: int, months: int, seed: int | None) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
    for i in range(stores):
        if seed is None and i == 0:
            yield OF_DECK.store, generate(None, months)
            continue
        place = texts.PLACES[i % len(texts.PLACES)] + (
            str(i // len(texts.PLACES) + 1) if i >= len(texts.PLACES) else ""
        )
        name = f"示范{place}店"
        yield name, generate((seed or 0) * 1000 + i, months, store=name)


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


class _Files(dict[str, Any]):
    """The open files; all of them are closed at the end, and thrown away when something went wrong."""

    def __enter__(self) -> _Files:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for sink in self.values():
                with suppress(Exception) if kind is not None else nullcontext():
                    sink.close()
        except BaseException:
            self._throw_away()
            raise
        if kind is not None:
            self._throw_away()

    def _throw_away(self) -> None:
        for sink in self.values():
            sink.path.unlink(missing_ok=True)


class _Csv:
    def __init__(self, path: Path) -> None:
        self.path, self.file, self.started = path, path.open("wb"), False

    def append(self, frame: pd.DataFrame) -> None:
        import pyarrow as pa
        from pyarrow import csv

        if not self.started:
            self.file.write(b"\xef\xbb\xbf" + ",".join(frame.columns).encode() + b"\n")
            self.started = True
        table = pa.Table.from_pandas(_as_text(frame), preserve_index=False)
        csv.write_csv(table, self.file, csv.WriteOptions(include_header=False, quoting_style="needed"))

    def close(self) -> None:
        self.file.close()


class _Parquet:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer: Any = None

    def append(self, frame: pd.DataFrame) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        table = pa.Table.from_pandas(frame, preserve_index=False)
        if self.writer is None:
            self.writer = parquet.ParquetWriter(self.path, table.schema)
        self.writer.write_table(table)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()


class _Excel:
    def __init__(self, path: Path) -> None:
        import xlsxwriter

        self.path, self.row = path, 0
        self.book = xlsxwriter.Workbook(
            path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
        )
        self.sheet = self.book.add_worksheet(path.name.removeprefix(".").split(".")[0])
        self.date = self.book.add_format({"num_format": "yyyy-mm-dd"})

    def append(self, frame: pd.DataFrame) -> None:
        name = self.sheet.get_name()
        if self.row + len(frame) >= _EXCEL_ROWS:
            raise InputError(
                Message(
                    f"{TABLES[name].zh}：Excel的一张工作表最多{_EXCEL_ROWS:,}行；请写成 csv 或 parquet",
                    f"{name}: a sheet of Excel holds {_EXCEL_ROWS:,} rows; write csv or parquet",
                )
            )
        if self.row == 0:
            self.sheet.write_row(0, 0, frame.columns)
        frame = _flags_as_text(frame)
        writers = [self._writer(column.kind) for column in TABLES[name].columns]
        values = frame.astype(object).where(frame.notna(), None)
        for row in values.itertuples(index=False, name=None):
            self.row += 1
            for column, (value, put) in enumerate(zip(row, writers, strict=True)):
                if value is not None:
                    put(self.row, column, value)

    def _writer(self, kind: str) -> Callable[[int, int, Any], Any]:
        """How a cell is written; a text stays a text, whatever it begins with."""
        if kind == "date":
            return lambda row, column, value: self.sheet.write_datetime(row, column, value, self.date)
        sheet = self.sheet
        write: Callable[[int, int, Any], Any] = sheet.write_string
        if kind == "datetime":
            write = sheet.write_datetime
        elif kind in ("number", "integer", "answer"):
            write = sheet.write_number
        return write

    def close(self) -> None:
        self.book.close()


_SINKS: dict[str, Callable[[Path], _Sink]] = {"csv": _Csv, "xlsx": _Excel, "parquet": _Parquet}


def _flags_as_text(frame: pd.DataFrame) -> pd.DataFrame:
    flags = [c for c in frame if frame[c].dtype == "boolean"]
    return frame.assign(**{c: frame[c].map({True: "是", False: "否"}).astype("str") for c in flags})


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Dates without a time, flags as 是 and 否, whole numbers without a point, as a DMS exports them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    made = {}
    for name in frame:
        column = frame[name]
        if column.dtype.kind == "M":
            form = (
                "%Y-%m-%d" if (column.dropna() == column.dropna().dt.normalize()).all() else "%Y-%m-%d %H:%M"
            )
            text = pc.strftime(pa.array(column.astype("datetime64[s]")), format=form)
            made[name] = pd.Series(text.to_pandas(), index=frame.index)
        elif column.dtype.kind == "f" and (column.dropna() % 1 == 0).all():
            made[name] = column.astype("Int64")
    return _flags_as_text(frame.assign(**made))

"""A source of several stores, split into a file a store: it is read once, whatever the number of stores.

A shard has what a reader finds of one store before anything is typed: rows with their numbers, and what is
said of the files as wholes. It takes the place of the source where `STAND_IN` names it. Large CSV files in
which nothing is out of order are split a piece at a time, in memory that does not grow with them; what needs
a closer look is read whole.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from aftersales.contract.errors import Fault
from aftersales.contract.message import Message
from aftersales.contract.notes import Note
from aftersales.contract.place import SHARD
from aftersales.contract.row_counts import LeftOut
from aftersales.contract.schema import TABLES
from aftersales.sources import by_store
from aftersales.sources.cells.coded import Cells, Coded
from aftersales.sources.cells.coerce import columns_of, read_column
from aftersales.sources.cells.raw import Raw
from aftersales.sources.cells.values import Formula
from aftersales.sources.options import ReadOptions
from aftersales.sources.readers import read as reader
from aftersales.sources.readers.csv import pieces
from aftersales.sources.readers.found import Found
from aftersales.sources.readers.names import Named

_FORMAT = 1
_EVERY = "every"  # rows that name no store, which go with every one
_LARGE = 1 << 24  # bytes of a file that is split a piece at a time
_HELD = 1 << 26  # bytes that are held back before they are written
_NAMED = 200  # stores that a shard names beside its own


class NotSplit(Exception):
    """The source has no two stores, or holds what no shard can: each store reads it by itself."""


@dataclass(frozen=True)
class Split:
    """The shard of each store, in the order of their names, and the months in which any has visits."""

    files: dict[str, Path]
    months: set[pd.Period]


def split(source: str, options: ReadOptions, into: Path) -> Split:
    """Split a source of files into a shard a store.

    Parameters
    ----------
    into
        A new folder for the shards; they hold personal data.

    Raises
    ------
    InputError
        The source does not exist, can't be read, or has no table of ours.
    NotSplit
        See there.
    """
    if not by_store.can(options):
        raise NotSplit
    writing = _Writing(into, options)
    found = reader.whole(source, options.aliases, None, options.table_names, writing.piecewise)
    names = sorted({*by_store.names(found, options), *writing.names})
    if len(names) < 2:
        raise NotSplit
    templates = {file: found.stores[file] for file in by_store.unnamed(found, options)}
    faults = [*found.faults, *by_store.idle(found.raws, options)]
    about = {
        "format": _FORMAT,
        "names": names,
        "raws": [_about(raw) | writing.keyed(raw, templates) for raw in found.raws],
        "called": [[*place, asdict(name)] for place, name in found.names.items()],
        "stores": found.stores,
        "notes": [[note.code, dict(note.values)] for note in found.notes],
        "faults": [_plain_fault(fault) for fault in faults],
    }
    return Split(
        {store: writing.finish(number, store, about) for number, store in enumerate(names)}, writing.months
    )


def read(path: Path) -> tuple[Found, str, list[str]]:
    """What a shard has, whose it is, and which stores its source has."""
    with path.open("rb") as stream:
        about = json.loads(stream.read(int.from_bytes(stream.read(8), "big")))
        parts: dict[int, list[pa.Table]] = {}
        while head := stream.read(12):
            key, size = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
            with pa.ipc.open_stream(stream.read(size)) as batches:
                parts.setdefault(key, []).append(batches.read_all())
    raws = [
        _raw(one, parts.get(one["key"], [])) for one in about["raws"] if one["of"] in ("", about["store"])
    ]
    found = Found(
        raws=raws,
        names={(file, sheet): Named(**name) for file, sheet, name in about["called"]},
        stores=about["stores"],
        notes=[Note(code, values) for code, values in about["notes"]],
        faults=[_fault(fault) for fault in about["faults"]],
    )
    return found, about["store"], about["names"]


class _Writing:
    """The shards as they grow: a file a store, to which rows are added a piece at a time."""

    def __init__(self, into: Path, options: ReadOptions) -> None:
        self.into, self.options = into, options
        self.names: dict[str, int] = {}  # each with its number, in the order in which they came
        self.months: set[pd.Period] = set()
        self._streamed: dict[int, int] = {}
        self._held: dict[str | None, list[bytes]] = {}
        self._size = 0
        self._number = 0

    def piecewise(self, file: Path, title: str, name: Named) -> Raw | None:
        """Split a large file a piece at a time; its table without rows, or None where that can't be."""
        if file.stat().st_size < _LARGE or any(c.table == name.table for c in self.options.corrections):
            return None
        self._flush()
        key, before, whole = self._next(), self._sizes(), None
        for piece in pieces(file, name.table, title, self.options.aliases):
            if piece is None or (whole is not None and piece.headers != whole.headers):
                self._cut(before)
                return None
            self._add(key, piece, *by_store.codes(piece, self.options))
            counted = (whole.count or 0) if whole else 0
            nothing = by_store.taken(piece, np.zeros(0, dtype=int))
            whole = replace(nothing, count=counted + (piece.count or 0))
        if whole is not None:
            self._streamed[id(whole)] = key
        return whole

    def keyed(self, raw: Raw, templates: Mapping[str, str]) -> dict[str, Any]:
        """The number under which the rows of a table stand, which are split where they were not, and whose it
        is where it is a template that was filled in for one store."""
        if id(raw) in self._streamed:
            return {"key": self._streamed[id(raw)], "of": ""}
        key, of = self._next(), ""
        numbers, names = by_store.codes(raw, self.options)
        if raw.file in templates:
            of = templates[raw.file]
            numbers, names = np.zeros(len(raw), dtype=int), [of]
        self._add(key, raw, numbers, names)
        return {"key": key, "of": of}

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _add(self, key: int, raw: Raw, numbers: np.ndarray, names: Sequence[str]) -> None:
        if raw.table == "repair_orders":
            self.months |= _months(raw, self.options)
        order = np.argsort(numbers, kind="stable")
        starts = np.searchsorted(numbers[order], np.arange(-1, len(names) + 1))
        rows = _table(raw).take(pa.array(order))
        for name, first, end in zip([None, *names], starts[:-1], starts[1:], strict=True):
            if end > first:
                if name is not None:
                    self.names.setdefault(name, len(self.names))
                data = _bytes(rows.slice(first, end - first))
                self._held.setdefault(name, []).append(
                    key.to_bytes(4, "big") + len(data).to_bytes(8, "big") + data
                )
                self._size += len(data)
        if self._size > _HELD:
            self._flush()

    def _flush(self) -> None:
        """Write what was held back, so that a file is opened for a good piece and not for each few rows."""
        for name, parts in self._held.items():
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            with os.fdopen(os.open(self._path(name), flags, 0o600), "ab") as stream:
                stream.writelines(parts)
        self._held, self._size = {}, 0

    def _path(self, name: str | None) -> Path:
        return self.into / (_EVERY if name is None else f"{self.names[name]}.rows")

    def _sizes(self) -> dict[Path, int]:
        return {path: path.stat().st_size for path in self.into.iterdir()}

    def _cut(self, before: Mapping[Path, int]) -> None:
        self._held, self._size = {}, 0
        for path in self.into.iterdir():
            os.truncate(path, before.get(path, 0))

    def finish(self, number: int, store: str, about: Mapping[str, Any]) -> Path:
        """Put a store's shard together."""
        self._flush()
        path = self.into / f"{number:05}{SHARD}"
        names = about["names"]
        if len(names) > _NAMED:
            default = {self.options.default_store} & set(names)
            names = sorted({store, *default, *names[:_NAMED]})
        head = json.dumps({**about, "store": store, "names": names}, ensure_ascii=False).encode()
        rows = [self._path(None)] + ([self._path(store)] if store in self.names else [])
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(len(head).to_bytes(8, "big") + head)
            for part in rows:
                with suppress(FileNotFoundError), part.open("rb") as of:
                    while block := of.read(1 << 20):
                        stream.write(block)
        if store in self.names:
            self._path(store).unlink()
        return path


def _months(raw: Raw, options: ReadOptions) -> set[pd.Period]:
    """The months of a table of visits, as far as its dates can be read."""
    place = columns_of(raw, options.aliases)[0].get("opened_at")
    if place is None or not len(raw):
        return set()
    moments, _, _ = read_column(raw.cells[place], TABLES["repair_orders"].column("opened_at"), raw.form)
    known = pd.Series(moments).dropna()
    return set(known.dt.to_period("M").unique())


def _about(raw: Raw) -> dict[str, Any]:
    """All of a raw table but its rows."""
    return {
        "table": raw.table,
        "file": raw.file,
        "sheet": raw.sheet,
        "headers": raw.headers,
        "form": raw.form,
        "numbered": raw.rows is not None,
        "repairs": raw.repairs,
        "header_row": raw.header_row,
        "counted": raw.count is not None,
        "left_out": [[part.kind, part.count, [*map(int, part.rows)]] for part in raw.left_out],
    }


def _raw(about: Mapping[str, Any], parts: Sequence[pa.Table]) -> Raw:
    cells: list[Cells] = [np.zeros(0, dtype=object) for _ in about["headers"]]
    numbers = np.zeros(0, dtype="int64")
    if parts:
        rows = pa.concat_tables(parts)
        numbers = rows.column("row").to_numpy()
        if (np.diff(numbers) < 0).any():  # what names no store stands before what does
            rows = rows.sort_by("row")
            numbers = rows.column("row").to_numpy()
        column = _coded if about["form"] == "text" else _untagged
        cells = [column(rows.column(i + 1)) for i in range(len(cells))]
    left_out = [LeftOut(kind, count, at) for kind, count, at in about["left_out"]]
    return Raw(
        about["table"],
        about["file"],
        about["sheet"],
        about["headers"],
        cells,
        numbers if about["numbered"] else None,
        about["form"],
        list(about["repairs"]),
        about["header_row"],
        len(numbers) + sum(part.count for part in left_out) if about["counted"] else None,
        left_out,
    )


def _table(raw: Raw) -> pa.Table:
    """The rows of a raw table: texts as they are, other cells with what they are."""
    columns = [pa.array(raw.rows if raw.rows is not None else np.arange(len(raw)), pa.int64())]
    for column in raw.cells:
        if isinstance(column, Coded):
            known = pa.array(column.codes, pa.int32(), mask=column.codes < 0)
            columns.append(pa.DictionaryArray.from_arrays(known, column.texts).cast(pa.string()))
        else:
            cells = column if raw.form == "text" else [_tagged(cell) for cell in column]
            columns.append(pa.array(cells, pa.string()))
    return pa.table(columns, names=["row", *(str(i) for i in range(len(raw.cells)))])


def _bytes(rows: pa.Table) -> bytes:
    """Rows as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(rows)
    return bytes(sink.getvalue())


def _coded(column: pa.ChunkedArray) -> Coded:
    whole = column.combine_chunks().dictionary_encode()
    whole = whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return Coded(codes.astype("int32"), whole.dictionary)


_KINDS: dict[str, tuple[type, Any, Any]] = {
    "datetime": (dt.datetime, dt.datetime.isoformat, dt.datetime.fromisoformat),
    "date": (dt.date, dt.date.isoformat, dt.date.fromisoformat),
    "time": (dt.time, dt.time.isoformat, dt.time.fromisoformat),
    "span": (dt.timedelta, dt.timedelta.total_seconds, lambda seconds: dt.timedelta(seconds=seconds)),
    "decimal": (Decimal, str, Decimal),
    "formula": (Formula, str, Formula),
}


def _tagged(cell: Any) -> str | None:
    """A cell as JSON that says what it is; one that no JSON can hold keeps its source from being split."""
    if cell is None:
        return None
    if isinstance(cell, pd.Timestamp):
        if cell.nanosecond:
            raise NotSplit
        cell = cell.to_pydatetime()
    if isinstance(cell, np.generic):
        cell = cell.item()
    for kind, (of, plain, _) in _KINDS.items():
        if type(cell) is of:
            return json.dumps({kind: plain(cell)})
    if type(cell) not in (str, bool, int, float):
        raise NotSplit
    return json.dumps(cell)


def _untagged(column: pa.ChunkedArray) -> np.ndarray:
    coded = _coded(column)
    cells = np.full(len(coded.texts) + 1, None, dtype=object)
    for i, text in enumerate(coded.texts.to_pylist()):
        cell = json.loads(text)
        if isinstance(cell, dict):
            ((kind, value),) = cell.items()
            cell = _KINDS[kind][2](value)
        cells[i] = cell
    return np.asarray(cells[coded.codes])


def _plain_fault(fault: Fault) -> dict[str, Any]:
    return {
        field.name: {"zh": value.zh, "en": value.en} if isinstance(value, Message) else value
        for field in fields(fault)
        for value in [getattr(fault, field.name)]
    }


def _fault(about: Mapping[str, Any]) -> Fault:
    values: dict[str, Any] = {n: Message(**v) if isinstance(v, dict) else v for n, v in about.items()}
    return Fault(**values)

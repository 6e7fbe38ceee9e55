"""Parquet files: one a table, or a folder of them by store and month (``store=…/month=2024-04``)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd

from aftersales.contract.errors import Fault, InputError
from aftersales.contract.message import Message
from aftersales.contract.notes import Note
from aftersales.contract.schema import TABLES
from aftersales.sources.cells.coerce import columns_of
from aftersales.sources.cells.raw import Raw
from aftersales.sources.readers.slices import DATED, Match, Slice, spellings

_MONTH = re.compile(r"\d{4}-\d\d")


class ParquetFolder:
    """A folder in which every table is Parquet; see `SliceReader`."""

    ordered = True

    def __init__(
        self, files: Mapping[str, Path], more: Mapping[str, str], called: Mapping[str, str] | None = None
    ) -> None:
        self.files, self.more = dict(files), more
        self.called = {t: file.name for t, file in files.items()} | dict(called or {})
        self.opened: dict[str, tuple[Any, dict[str, str]]] = {}
        self.found_stores: dict[str, list[str | None]] = {}

    def tables(self) -> list[str]:
        """The tables that it has."""
        return list(self.files)

    def notes(self) -> list[Note]:
        """None: what is no table of ours is never looked at."""
        return []

    def stores(self) -> list[str | None]:
        """The names of stores as they stand in it."""
        found: dict[str | None, None] = {}
        for name in self.files:
            found |= dict.fromkeys(self._stores(name))
        return list(found)

    def read(self, table: str, wanted: Slice, matching: Sequence[Match] = ()) -> Raw:
        """A table's rows of a slice, and those that match, whatever slice they are of."""
        data, at = self._open(table)
        chosen = _all([self._from_store(table, wanted.store), self._from_months(table, wanted)])
        for match in matching if chosen is not None else ():
            known = [_equals(data, at[c], v) for c, v in match.items() if c in at]
            if len(known) == len(match):
                chosen |= _all(known)
        return self._raw(table, data, at, chosen, wanted)

    def named(self, table: str, column: str, values: Collection[str], wanted: Slice) -> Raw:
        """A store's rows of a table with those values in a column."""
        import pyarrow as pa
        import pyarrow.compute as pc

        data, at = self._open(table)
        kind = data.schema.field(at[column]).type if column in at else pa.string()
        texts = [_as(kind, v) for v in values]
        chosen = pc.field(at[column]).isin(pa.array([t for t in texts if t is not None], kind))
        return self._raw(table, data, at, _all([self._from_store(table, wanted.store), chosen]), wanted)

    def dates(self, table: str, store: str | None) -> list[Any]:
        """The distinct dates of a store's rows."""
        data, at = self._open(table)
        header = at.get(TABLES[table].dated_by)
        if header is None:
            return []
        chosen = self._from_store(table, store)
        with _guarded(self.called[table]):
            return list(data.to_table(columns=[header], filter=chosen).column(0).unique().to_pylist())

    def plan(self, table: str, wanted: Slice) -> tuple[int, int, list[str]]:
        """How many row groups of how many are read for a slice, and the columns."""
        data, at = self._open(table)
        chosen = _all([self._from_store(table, wanted.store), self._from_months(table, wanted)])
        every = sum(f.num_row_groups for f in data.get_fragments())
        read = sum(
            f.subset(chosen, data.schema).num_row_groups if chosen is not None else f.num_row_groups
            for f in data.get_fragments(filter=chosen)
        )
        return read, every, [at[c] for c in wanted.columns(table) if c in at]

    def _open(self, table: str) -> tuple[Any, dict[str, str]]:
        """The data set, and each of our columns to its header."""
        if table not in self.opened:
            with _guarded(self.called[table]):
                data = _dataset(self.files[table])
                about = Raw(table, self.called[table], None, data.schema.names, [], None, "typed")
            places, faults, _ = columns_of(about, self.more)
            if faults:
                raise InputError(faults)
            self.opened[table] = data, {name: about.headers[i] for name, i in places.items()}
        return self.opened[table]

    def _stores(self, table: str) -> list[str | None]:
        if table not in self.found_stores:
            data, at = self._open(table)
            with _guarded(self.called[table]):
                self.found_stores[table] = _distinct(data, at["store"]) if "store" in at else []
        return self.found_stores[table]

    def _from_store(self, table: str, store: str | None) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        data, at = self._open(table)
        names = spellings(store, self._stores(table)) if "store" in at else None
        if names is None:
            return None
        kind = data.schema.field(at["store"]).type
        field = pc.field(at["store"])
        mine = field.isin(pa.array([_as(kind, n) for n in names if n is not None], kind))
        return mine | field.is_null() if None in names else mine

    def _from_months(self, table: str, wanted: Slice) -> Any:
        """The dates of a slice, where they are stored in a way that can be compared.

        Those that are missing too.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        data, at = self._open(table)
        dated_by = TABLES[table].dated_by
        if table not in DATED or wanted.first is None or dated_by not in at:
            return None
        field, kind = pc.field(at[dated_by]), data.schema.field(at[dated_by]).type
        dates = None
        if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            zone = "Asia/Shanghai" if pa.types.is_timestamp(kind) and kind.tz else None
            ends = [pd.Timestamp(t).tz_localize(zone) for t in (wanted.start, wanted.end)]
            low, high = (pa.scalar(t.date() if pa.types.is_date(kind) else t, type=kind) for t in ends)
            dates = (field >= low) & (field < high) | field.is_null()
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            low, high, below, above = wanted.texts  # type: ignore[misc]
            dates = (field >= low) & (field < high) | (field < below) | (field >= above) | field.is_null()
        parts = _partitions(data).get("month", [])
        if parts and "month" not in TABLES[table].names and all(_MONTH.fullmatch(str(m)) for m in parts):
            month = pc.field("month")
            inside = (month >= wanted.first) & (month <= wanted.last)
            dates = inside if dates is None else inside & dates
        return dates

    def _raw(self, table: str, data: Any, at: Mapping[str, str], chosen: Any, wanted: Slice) -> Raw:
        headers = [at[c] for c in wanted.columns(table) if c in at]
        numbered = chosen is None and self.files[table].is_file()
        return _raw(table, self.called[table], data, headers, chosen, numbered)


def table(file: Path, name: str, more: Mapping[str, str], called: str) -> Raw:
    """The whole table of a file or folder; `called` is what it is called in messages."""
    data, at = ParquetFolder({name: file}, more, {name: called})._open(name)
    return _raw(name, called, data, list(at.values()), None, file.is_file())


def sample(file: Path, called: str, most: int) -> Raw:
    """The first rows of a file or folder with all its columns, of whatever table it may be."""
    with _guarded(called):
        frame = _dataset(file).head(most).to_pandas()
    cells = [as_cells(frame.iloc[:, i]) for i in range(frame.shape[1])]
    return Raw("", called, None, list(map(str, frame.columns)), cells, None, "typed")


@contextmanager
def _guarded(called: str) -> Iterator[None]:
    """Whatever a damaged file makes the reader raise (it quotes the path) is reported as what it is."""
    try:
        yield
    except InputError:
        raise
    except Exception:
        got = Message("文件已损坏，或不是这种文件", "a file that is damaged or none")
        expected, hint = Message("Parquet文件", "a Parquet file"), Message("重新导出", "Write it again")
        raise InputError([Fault("unreadable", got, expected, called, hint=hint)]) from None


def _dataset(file: Path) -> Any:
    import pyarrow as pa
    import pyarrow.dataset as ds

    if file.is_file():
        return ds.dataset(str(file), format="parquet")
    paths = sorted(str(p) for p in file.rglob("*.parquet") if p.is_file())
    if not paths:
        got = Message("文件夹里没有 .parquet 文件", "a folder without a .parquet file")
        raise InputError([Fault("empty_file", got, Message("Parquet文件", "Parquet files"), file.name)])
    keys = [part.split("=")[0] for part in Path(paths[0]).relative_to(file).parts[:-1] if "=" in part]
    by = pa.schema([(unquote(k), pa.string()) for k in keys])
    schema = pa.unify_schemas([_schema(paths), by], promote_options="permissive")
    parts = ds.partitioning(by, flavor="hive")
    return ds.dataset(paths, schema, format="parquet", partitioning=parts, partition_base_dir=str(file))


def _schema(paths: Sequence[str]) -> Any:
    """The columns of files that belong together.

    One that is empty in a file has no type there, but in the next.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = None
    for path in paths:
        try:
            schema = pq.read_schema(path)
        except (pa.ArrowException, OSError):  # reported where it is read: perhaps it never is
            continue
        found = schema if found is None else pa.unify_schemas([found, schema], promote_options="permissive")
        if not any(pa.types.is_null(f.type) for f in found):
            return found
    if found is None:
        raise ValueError("no file can be read")
    return found


def _raw(name: str, called: str, data: Any, headers: Sequence[str], chosen: Any, numbered: bool) -> Raw:
    """Rows as cells, those of one whole file numbered; headers that are not read stand without any."""
    with _guarded(called):
        frame = data.to_table(columns=list(headers), filter=chosen).to_pandas()
        count = data.count_rows(filter=chosen)
        cells = [as_cells(frame.iloc[:, i]) for i in range(frame.shape[1])]
    others = [h for h in data.schema.names if h not in headers and h not in _partitions(data)]
    nothing = np.full(len(frame), None, dtype=object)
    rows = np.arange(2, len(frame) + 2) if numbered else None
    columns = [*cells, *[nothing] * len(others)]
    return Raw(name, called, None, [*headers, *others], columns, rows, "typed", count=count)


def as_cells(column: pd.Series) -> np.ndarray:
    """A column's values as cells.

    Empty ones None, and what is no text, number or date as bytes, so that it is reported.
    """
    cells = np.array(column.astype(object), dtype=object)
    cells[column.isna().to_numpy()] = None
    odd = (list, tuple, set, dict, np.ndarray, bytearray, memoryview)
    if any(issubclass(kind, odd) for kind in set(map(type, cells))):
        cells[[isinstance(value, odd) for value in cells]] = b""
    return cells


def _all(conditions: Sequence[Any]) -> Any:
    """All of the given conditions; None = no condition."""
    given = [c for c in conditions if c is not None]
    out = given[0] if given else None
    for condition in given[1:]:
        out = out & condition
    return out


def _as(kind: Any, text: str) -> Any:
    """A text as a value of a column's type; None where it is none."""
    import pyarrow as pa

    try:
        return pa.scalar(text).cast(kind).as_py()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def _equals(data: Any, header: str, value: Any) -> Any:
    import pyarrow.compute as pc

    typed = _as(data.schema.field(header).type, str(value)) if value is not None else None
    return pc.field(header).is_null() if value is None else pc.field(header) == typed


def _distinct(data: Any, header: str) -> list[str | None]:
    """The values of a column.

    From the partitions or the statistics, from the cells where these do not show them.
    """
    import pyarrow.dataset as ds

    found: dict[str | None, None] = {}
    for fragment in data.get_fragments():
        keys = ds.get_partition_keys(fragment.partition_expression)
        if header in keys:
            found[keys[header]] = None
            continue
        for group in fragment.split_by_row_group():
            ends = (group.row_groups[0].statistics or {}).get(header)
            if ends and ends["min"] == ends["max"] and not _has_nulls(group, header):
                found[ends["min"]] = None
            else:
                cells = group.to_table(schema=data.schema, columns=[header]).column(0)
                found |= dict.fromkeys(cells.unique().to_pylist())
    return [None if s is None else str(s) for s in found]


def _has_nulls(fragment: Any, header: str) -> bool:
    about = fragment.metadata.row_group(fragment.row_groups[0].id)
    columns = [about.column(i) for i in range(about.num_columns)]
    return any(
        c.path_in_schema == header and (c.statistics is None or c.statistics.null_count) for c in columns
    )


def _partitions(data: Any) -> dict[str, list[Any]]:
    """The values of each key that the files are partitioned by."""
    import pyarrow.dataset as ds

    found: dict[str, list[Any]] = {}
    for fragment in data.get_fragments():
        for key, value in ds.get_partition_keys(fragment.partition_expression).items():
            found.setdefault(key, []).append(value)
    return found

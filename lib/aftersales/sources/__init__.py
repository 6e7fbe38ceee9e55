"""Reading a source: everything that comes in passes here, once.

`cached_load` gives one store's tables; what it read is kept, so that a second reading costs next to nothing.
`months` says which months there are records of, without reading them where the source can be asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aftersales import place
from aftersales.errors import InputError
from aftersales.schema import TABLES
from aftersales.sources import cache
from aftersales.tables import Tables

if TYPE_CHECKING:
    from aftersales.sources.corrections import Correction
    from aftersales.sources.slices import SliceReader

__all__ = ["How", "cached_load", "months"]


@dataclass(frozen=True)
class How:
    """How a source is read.

    Attributes
    ----------
    aliases
        The store's own heads: head to column.
    default_store
        The store of the params, and of a source that names no store.
    masked
        Personal data masked.
    corrections
        Known errors of the source.
    snapshot
        A name under which what is read of a database is kept, so that all of a report is made from the same
        records; "" = it is read anew each time.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    default_store: str = ""
    masked: bool = True
    corrections: Sequence[Correction] = ()
    snapshot: str = ""


def cached_load(
    source: str, store: str | None, how: How, first: str | None = None, last: str | None = None
) -> Tables:
    """One store's validated tables.

    Parameters
    ----------
    source
        A folder, a workbook, a database URL, ``demo``, or ``env:NAME`` for one of these.
    store
        Which store; None = the default one where the source has it, else the only one.
    how
        How the source is read.
    first, last
        The months that count. A database and a folder of Parquet files are read no further; others are read whole.

    Raises
    ------
    InputError
        Everything that is wrong, in one go; or the store is none of the source's.
    """
    if store is not None and store.strip() != place.DEMO_STORE and place.is_demo(source):
        raise InputError(place.not_built_in(store.strip()))
    key = cache.key(source, how, (store, first, last))
    if key is not None and (kept := cache.stores(key)):
        there, named = kept
        tables = cache.load(key, _chosen(there, named, store, how.default_store))
        if tables is not None:
            return _as(tables, named, store)
        cache.drop(key)
    read, named = _read(source, store, how, first, last)
    if key is not None:
        cache.keep(key, read, named)
    return _as(read[_chosen(list(read), named, store, how.default_store)], named, store)


def months(source: str, store: str | None, how: How, table: str) -> list[str] | None:
    """The months (``2024-04``) of a store's records in a table, in order; None where the source can't be asked for them."""
    if place.is_demo(source):
        return None
    from aftersales.sources import parts, read

    with read.in_parts(source, how.aliases) as reader:
        if reader is None:
            return None
        mine = _store_in(reader, store, how)
        return parts.months(reader, mine, table)


def _read(
    source: str, store: str | None, how: How, first: str | None, last: str | None
) -> tuple[dict[str, Tables], bool]:
    from aftersales.sources import parts, read, reading
    from aftersales.sources.slices import Slice

    if first is not None and not place.is_demo(source):
        with read.in_parts(source, how.aliases) as reader:
            if reader is not None:
                mine = _store_in(reader, store, how)
                names = parts.stores(reader)
                wanted = Slice(mine, first, last)
                tables = reading.read_part(reader, source, wanted, names, how)
                return {tables.store: tables}, bool(names)
    return reading.read_all(source, how)


def _store_in(reader: SliceReader, store: str | None, how: How) -> str | None:
    """The store that is asked for, as the source names it; None where it names none."""
    from aftersales.sources import parts

    names = parts.stores(reader)
    return _chosen(names, True, store, how.default_store) if names else None


def _as(tables: Tables, named: bool, store: str | None) -> Tables:
    """The tables of a source that names no store are those of the store that is asked for."""
    if named or store is None or store.strip() == tables.store:
        return tables
    name = store.strip()
    frames = {
        t: frame.assign(store=name).astype({"store": "str"})
        for t in TABLES
        if (frame := tables[t]) is not None
    }
    return replace(tables, store=name, **frames)


def _chosen(there: list[str], named: bool, store: str | None, default_store: str) -> str:
    if store is not None and named:
        if store.strip() not in there:
            raise InputError(f"store {store!r}: the source has no such store. It has: {_some(there)}.")
        return store.strip()
    if default_store in there:
        return default_store
    if len(there) == 1:
        return there[0]
    raise InputError(
        f"The source has {len(there)} stores; name one with STORE=… (--store …): {_some(there)}."
    )


def _some(there: list[str]) -> str:
    return ", ".join(there[:40]) + (f" … ({len(there)})" if len(there) > 40 else "")

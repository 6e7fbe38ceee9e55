"""Reading a source: everything that comes in passes here, once.

`cached_load` gives one store's tables; what it read is kept, so that a second reading costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aftersales.errors import InputError
from aftersales.schema import TABLES
from aftersales.sources import cache
from aftersales.tables import Tables

__all__ = ["cached_load"]


def cached_load(
    source: str, store: str | None, *, aliases: Mapping[str, str], default_store: str, masked: bool
) -> Tables:
    """One store's validated tables.

    Parameters
    ----------
    source
        A folder, a workbook, a database URL or ``demo``.
    store
        Which store; None = `default_store` where the source has it, else the only one.
    aliases
        The store's own heads: head to column.
    default_store
        The store of the params, and of a source that names no store.
    masked
        Personal data masked.

    Raises
    ------
    InputError
        Everything that is wrong, in one go; or the store is none of the source's.
    """
    key = cache.key(source, aliases, default_store, masked)
    if key is not None and (kept := cache.stores(key)):
        there, named = kept
        tables = cache.load(key, _chosen(there, named, store, default_store))
        if tables is not None:
            return _as(tables, named, store)
        cache.drop(key)
    read, named = _read(source, aliases, default_store, masked)
    if key is not None:
        cache.keep(key, read, named)
    return _as(read[_chosen(list(read), named, store, default_store)], named, store)


def _read(
    source: str, aliases: Mapping[str, str], default_store: str, masked: bool
) -> tuple[dict[str, Tables], bool]:
    from aftersales.sources.reading import read_all

    return read_all(source, aliases=aliases, default_store=default_store, masked=masked)


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
            raise InputError(f"store {store!r}: the source has no such store. It has: {', '.join(there)}.")
        return store.strip()
    if default_store in there:
        return default_store
    if len(there) == 1:
        return there[0]
    raise InputError(
        f"The source has {len(there)} stores; name one with STORE=… (--store …): {', '.join(there)}."
    )

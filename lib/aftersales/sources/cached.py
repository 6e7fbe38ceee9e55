"""Reading a source: everything that comes in passes here, once.

`cached_load` gives one store's tables; what it read is cached, so that a second reading costs next to
nothing.
`months` says which months have records, without reading them where the source can be queried.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aftersales.cache import archives, inherited
from aftersales.cache import tables as cache
from aftersales.contract import command, place, written
from aftersales.contract.archive import Archive
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, listed
from aftersales.contract.names import alike
from aftersales.contract.schema import TABLES
from aftersales.contract.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersales.sources.options import ReadOptions
    from aftersales.sources.readers.slices import SliceReader


def cached_load(
    source: str, store: str | None, options: ReadOptions, first: str | None = None, last: str | None = None
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
        The months that count. A database and a folder of Parquet files are read no further; others are read
        whole.

    Raises
    ------
    InputError
        Everything that is wrong, in one go; or the store is none of the source's.
    """
    check_store(source, store)
    # what one store's params leave unmasked is none of the others': it is cached for that store alone
    whose = () if options.masked else (store or "",)
    key = cache.key(source, [*options.way(), *whose], options.snapshot, (store, first, last))
    if key is None:
        return _cached(key, source, store, options, first, last)
    known = f"{key} {store}"
    ready: Tables | None = inherited.take(known)
    if ready is None:
        ready = _cached(key, source, store, options, first, last)
        inherited.keep(known, ready)
    return ready


def _cached(
    key: str | None, source: str, store: str | None, options: ReadOptions, first: str | None, last: str | None
) -> Tables:
    if key is not None and (cached := cache.stores(key)):
        existing, named = cached
        chosen = _chosen(existing, named, store, options.default_store)
        tables = cache.load(cache.of_store(key, chosen, existing), chosen)
        if tables is not None:
            return _as(tables, named, store)
        cache.drop(cache.of_store(key, chosen, existing))
    tables, names, named = _read(source, store, options, first, last)
    if key is not None:
        cache.keep(key, tables, names, named)
        if tables.archive is not None:
            archives.keep(cache.of_store(key, tables.store, names), source, tables.store, tables.archive)
    return _as(tables, named, store)


def archive(
    source: str, store: str | None, options: ReadOptions, first: str | None = None, last: str | None = None
) -> Archive:
    """What identifies the customers of a store whose tables `cached_load` gave, masked.

    Raises
    ------
    InputError
        The source has changed meanwhile, and is bad.
    """
    key = cache.key(source, options.way(), options.snapshot, (store, first, last))
    if key is not None and (cached := cache.stores(key)):
        chosen = _chosen(*cached, store, options.default_store)
        kept = archives.find(cache.of_store(key, chosen, cached[0]), source, chosen)
        if kept is not None:
            return kept
    tables, _, _ = _read(source, store, options, first, last)
    return tables.archive or Archive()


def read_unmasked(source: str, store: str | None, options: ReadOptions) -> Tables:
    """One store's tables with the personal data as it stands, read into memory; nothing is taken from a cache
    or put there.

    Raises
    ------
    InputError
        Everything that is wrong, in one go; or the store is none of the source's.
    """
    from aftersales.sources import pipeline

    check_store(source, store)
    # a reading under a name of its own passes by what is kept of single files
    options = replace(options, masked=False, snapshot="unmasked")
    tables, _, named = pipeline.read_one(source, _choice(store, options), options)
    return _as(tables, named, store)


def stores_in_parts(source: str, options: ReadOptions) -> list[str] | None:
    """The stores of a source that can be read in part, in order; that of the params where it names none.

    None where it can't: it is read whole.
    """
    from aftersales.sources.readers import parts, read

    if place.is_demo(source):
        return [place.DEMO_STORE]
    with read.in_parts(source, options.aliases, options.table_names) as reader:
        if reader is None:
            return None
        return sorted(str(name) for name in parts.stores(reader) if name) or [options.default_store]


def stores(source: str, options: ReadOptions) -> list[str]:
    """The stores of a source that is read whole, in order."""
    from aftersales.sources import pipeline

    return sorted(pipeline.read_all(source, options)[0])


def months(source: str, store: str | None, options: ReadOptions, table: str) -> list[str] | None:
    """The months (``2024-04``) of a store's records in a table, in order.

    None where the source can't be queried for them.
    """
    if place.is_demo(source):
        return None
    from aftersales.sources import dates
    from aftersales.sources.readers import parts, read

    with read.in_parts(source, options.aliases, options.table_names) as reader:
        if reader is None:
            return None
        mine = _store_in(reader, store, options)
        found = parts.months(reader, mine, table)
    dates.check_months(found, table)
    return found


def _read(
    source: str, store: str | None, options: ReadOptions, first: str | None, last: str | None
) -> tuple[Tables, list[str], bool]:
    """One store's tables; the stores that are there, and whether the source names them."""
    from aftersales.sources import pipeline
    from aftersales.sources.readers import parts, read
    from aftersales.sources.readers.slices import Slice

    if first is not None and not place.is_demo(source):
        with read.in_parts(source, options.aliases, options.table_names) as reader:
            if reader is not None:
                mine = _store_in(reader, store, options)
                names = parts.stores(reader)
                wanted = Slice(mine, first, last)
                tables = pipeline.read_part(reader, source, wanted, names, options)
                return tables, [tables.store], bool(names)
    return pipeline.read_one(source, _choice(store, options), options)


def _choice(store: str | None, options: ReadOptions) -> Callable[[list[str], bool], str]:
    """Which store of those that there are."""
    return lambda existing, named: _chosen(existing, named, store, options.default_store)


def _store_in(reader: SliceReader, store: str | None, options: ReadOptions) -> str | None:
    """The requested store, as the source names it; None where it names none."""
    from aftersales.sources.readers import parts

    names = parts.stores(reader)
    return _chosen(names, True, store, options.default_store) if names else None


def _as(tables: Tables, named: bool, store: str | None) -> Tables:
    """The tables of a source that names no store are those of the requested store."""
    if named or store is None or store.strip() == tables.store:
        return tables
    name = store.strip()
    frames = {
        t: frame.assign(store=name).astype({"store": "str"})
        for t in TABLES
        if (frame := tables[t]) is not None
    }
    return replace(tables, store=name, **frames)


def check_store(source: str, store: str | None) -> None:
    """That a store may be asked for of a source: it has a name, and the built-in records keep their own.

    Raises
    ------
    InputError
        It may not.
    """
    if store is None:
        return
    if not store.strip():
        raise InputError(Message("门店是空的；应是门店的名称。", "store: it is empty; expected a name."))
    if store.strip() != place.DEMO_STORE and place.is_demo(source):
        raise not_built_in(store.strip())


def not_built_in(store: str) -> InputError:
    """The error about a store that the built-in records do not belong to."""
    given = command.option("source")
    did_you = written.question(written.nearest(store, [place.DEMO_STORE]))
    return InputError(
        Message(
            f"门店 {store}：内置数据是虚构的，属于{place.DEMO_STORE}。请说明 {store} 的数据在哪里：{given}，"
            f"或参数里的 `source`。{did_you.zh}",
            f"store {store}: the built-in records are made up and belong to {place.DEMO_STORE}. Say where "
            f"the records of {store} are: {given}, or `source` in the params.{did_you.en}",
        )
    )


def _chosen(existing: list[str], named: bool, store: str | None, default_store: str) -> str:
    if store is not None and named:
        if alike(store) not in existing:
            has, did_you = _some(existing), written.question(written.nearest(store, existing))
            raise InputError(
                Message(
                    f"门店 {store}：来源里没有这家店。来源里有：{has.zh}"
                    f"（写在“门店”列，或模板“填写说明”的 A2）。{did_you.zh}",
                    f"store {store!r}: the source has no such store. It has: {has.en} "
                    f"(as the column 门店 says, or cell A2 of a template's 填写说明).{did_you.en}",
                )
            )
        return alike(store)
    if alike(default_store) in existing:
        return alike(default_store)
    if len(existing) == 1:
        return existing[0]
    given, has = command.option("store"), _some(existing)
    raise InputError(
        Message(
            f"来源里有{len(existing)}家店，请用 {given} 指定一家：{has.zh}。",
            f"The source has {len(existing)} stores; name one with {given}: {has.en}.",
        )
    )


def _some(existing: list[str]) -> Message:
    more = [f"… ({len(existing)})"] if len(existing) > 40 else []
    return listed([*existing[:40], *more])

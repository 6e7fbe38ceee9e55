"""From raw tables to the validated tables of every store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from aftersales.cache.files import Sealed
from aftersales.contract import mask, place
from aftersales.contract.archive import of_frames
from aftersales.contract.errors import Fault, InputError
from aftersales.contract.message import Message, listed
from aftersales.contract.names import alike
from aftersales.contract.notes import Note
from aftersales.contract.row_counts import RowCount
from aftersales.contract.schema import MOT_ITEMS, SILENT_WITHOUT, TABLES, label
from aftersales.contract.tables import Tables
from aftersales.contract.vehicles import marked
from aftersales.sources import by_store, dates, scale, shards, tails
from aftersales.sources.cells.coerce import typed
from aftersales.sources.cells.precision import together
from aftersales.sources.cells.raw import Raw
from aftersales.sources.cells.typed import Origin, Typed, from_plain, plain
from aftersales.sources.corrections import absent, applied
from aftersales.sources.merged import merged
from aftersales.sources.options import ReadOptions
from aftersales.sources.personal import masked
from aftersales.sources.readers import read as reader
from aftersales.sources.readers.found import Found
from aftersales.sources.readers.names import named
from aftersales.sources.readers.slices import NAMED_BY, Slice, SliceReader
from aftersales.sources.supplied import check as check_constants
from aftersales.sources.supplied import supplied
from aftersales.sources.validate import EMPTY, fault_at, faults_of


def read_all(source: str, options: ReadOptions) -> tuple[dict[str, Tables], bool]:
    """The validated tables of every store of a source, by the store's name, and whether the source names it.

    Raises
    ------
    InputError
        All faults of all tables.
    """
    if place.is_demo(source):
        frames, origins, notes = _demo()
        read = Read(frames, origins, notes, [], [])
    else:
        _known_targets(options.aliases)
        check_constants(options)
        with reader.in_parts(source, options.aliases, options.table_names) as parts:
            read = _whole(source, options) if parts is None else _part(parts, Slice(None), options)
    names = _stores(read.frames)
    tables = _checked(read, source, names, options)
    stores = names or [options.default_store]
    return {s: _tables(tables, read, source, s, options) for s in stores}, bool(names)


def read_one(
    source: str, choose: Callable[[list[str], bool], str], options: ReadOptions
) -> tuple[Tables, list[str], bool]:
    """One store's validated tables; the source's stores, and whether the source names them.

    Of a source of several stores only its own rows are typed and checked.

    Parameters
    ----------
    choose
        Which store, of those that there are.

    Raises
    ------
    InputError
        All faults of the store's tables, or there is no such store.
    """
    if place.is_demo(source):
        read, _ = read_all(source, options)
        (store,) = read
        return read[choose([store], True)], [store], True
    _known_targets(options.aliases)
    check_constants(options)
    with reader.in_parts(source, options.aliases, options.table_names) as parts:
        if parts is not None:
            read, named = read_all(source, options)
            return read[choose(list(read), named)], list(read), named
    if not place.is_url(source) and (at := place.path(source)).suffix == place.SHARD:
        found, store, names = shards.read(at)
        frames = _checked(read_in := _typed(found, options, None), source, names, options)
        return _tables(frames, read_in, source, choose([store], True), options), names, True
    sealed = Sealed(None if options.snapshot else options.way_for, from_plain)
    found = reader.whole(source, options.aliases, sealed.find, options.table_names)
    names = by_store.names(found, options) if by_store.can(options) else []
    if len(names) > 1:
        try:
            store = choose(names, True)
        except InputError:
            read_all(source, options)  # what is wrong with the whole comes first
            raise
        if found.typed:  # what was typed of whole files is of several stores
            found = reader.whole(source, options.aliases, None, options.table_names)
        read_in = _typed(by_store.of(found, store, options), options, None)
    else:
        read_in = _typed(found, options, sealed)
        names = _stores(read_in.frames)
        store = choose(names or [options.default_store], bool(names))
    frames = _checked(read_in, source, names, options)
    return _tables(frames, read_in, source, store, options), names or [store], bool(names)


def read_part(
    parts: SliceReader, source: str, wanted: Slice, names: Sequence[str], options: ReadOptions
) -> Tables:
    """One store's validated tables of the months that count; else as `read_all`.

    Parameters
    ----------
    parts
        The source, open.
    wanted
        The store and the months.
    names
        The stores of the source.
    """
    _known_targets(options.aliases)
    check_constants(options)
    read = _part(parts, wanted, options)
    tables = _checked(read, source, names, options)
    return _tables(tables, read, source, wanted.store or options.default_store, options)


@dataclass
class Read:
    """What was read so far: typed tables, where they stand, remarks, repairs and faults."""

    frames: dict[str, pd.DataFrame]
    origins: dict[str, Origin]
    notes: list[Note]
    repairs: list[dict[str, Any]]
    faults: list[Fault]
    older: pd.DataFrame | None = None  # of a slice: orders of whatever month, where vehicles are looked for
    rows: list[RowCount] = field(default_factory=list)


def _whole(source: str, options: ReadOptions) -> Read:
    """Every table of a source, typed."""
    sealed = Sealed(None if options.snapshot else options.way_for, from_plain)
    return _typed(reader.whole(source, options.aliases, sealed.find, options.table_names), options, sealed)


def _typed(found: Found, options: ReadOptions, sealed: Sealed | None) -> Read:
    """Every table of what was found, typed; without `sealed` it is a part of the files, and what corrections
    do in all of them is known."""
    read = Read({}, {}, list(found.notes), [], list(found.faults))
    parts = {name: [one for one in found.typed if one.origin.table == name] for name in TABLES}
    for name in TABLES:
        each = [_read_in(raw, options) for raw in found.raws if raw.table == name]
        read.faults += [fault for _, faults, _ in each for fault in faults]
        read.faults += [] if parts[name] or sealed is None else by_store.in_all([idle for _, _, idle in each])
        parts[name] += [one for one, _, _ in each]
        if sealed is None:
            continue
        unread = {fault.file for fault in found.faults} | set(found.stores)
        for file in {one.origin.file for one, _, _ in each} - unread:
            of = [(one, [*faults, *idle]) for one, faults, idle in each if one.origin.file == file]
            if not any(faults for _, faults in of):
                sealed.keep(name, file, [(one.frame, plain(one)) for one, _ in of])
    parts = _of_templates(parts, found.stores)
    for name in TABLES:  # the same order, whatever the source is: masked VINs are numbered in it
        if parts[name]:
            table, faults = merged(parts[name], found.names)
            read.faults += faults
            _add(read, table)
    if not found.faults:
        read.faults += absent(options.corrections, list(read.frames))
    return read


def _part(parts: SliceReader, wanted: Slice, options: ReadOptions) -> Read:
    """The tables of a slice, typed, with the rows that others name however old they are."""
    read = Read({}, {}, parts.notes(), [], absent(options.corrections, parts.tables()))
    existing = [t for t in TABLES if t in parts.tables()]
    about = [(c.table, name) for c in options.corrections for name in (*c.match, c.column) if name]
    wanted = replace(wanted, corrected=frozenset(about))
    for name in existing:
        matches = [c.match for c in options.corrections if c.table == name]
        try:
            one, faults, idle = _read_in(parts.read(name, wanted, matches), options)
        except InputError as error:
            if not error.faults:
                raise
            read.faults += error.faults
            continue
        read.faults += faults + idle
        _add(read, one)
        if not parts.ordered:
            table = TABLES[name]
            order = [c for c in (table.dated_by, *(table.key or table.names)) if c]
            read.frames[name] = read.frames[name].sort_values(order, kind="stable", ignore_index=True)
        if wanted.store is not None:  # a correction may have brought rows of other stores
            of = read.frames[name]["store"]
            read.frames[name] = read.frames[name][of.isna() | (of == wanted.store)]
    existing = list(read.frames)
    for name, column, others in NAMED_BY if wanted.first is not None else ():
        keys = {
            t: set(read.frames[t][column].dropna().to_numpy(dtype=object))
            for t in (name, *others)
            if t in existing
        }
        missing = (
            sorted(set().union(*(keys[t] for t in others if t in keys)) - keys[name]) if name in keys else []
        )
        if missing:
            raw, _ = supplied(parts.named(name, column, missing, wanted), options)
            more, bad, _, _ = typed(raw, options.aliases)
            read.frames[name] = pd.concat(together([read.frames[name], more]), ignore_index=True)
            read.faults += bad
    read.frames = wanted.cut(read.frames)
    if (
        wanted.first is not None
        and "repair_orders" in existing
        and tails.any_short(read.frames.get(tails.TABLE))
    ):
        columns = {c for table, c in about if table == "repair_orders"}
        every = Slice(wanted.store, only=frozenset({"store", "order_id", "vin", "opened_at"} | columns))
        read.older = _read_in(parts.read("repair_orders", every), options)[0].frame
    return read


def _read_in(raw: Raw, options: ReadOptions) -> tuple[Typed, list[Fault], list[Fault]]:
    """A raw table corrected and typed; what is wrong with it; corrections that do nothing in it."""
    raw, constants = supplied(raw, options)
    raw, remarks, idle = applied(raw, options.corrections, options.aliases)
    frame, faults, notes, headers = typed(raw, options.aliases)
    origin = Origin(raw.table, raw.file, raw.sheet, headers, raw.rows is not None)
    rows = RowCount(raw.table, raw.file, raw.sheet, raw.count or 0, len(frame), tuple(raw.left_out))
    if rows.missing and not faults:
        faults = [_lost(rows)]
    notes += _lacking(origin) if len(frame) else []
    return (
        Typed(frame, origin, constants + remarks + notes, raw.repairs, [rows]),
        faults,
        idle,
    )


def _lacking(origin: Origin) -> list[Note]:
    """What nobody can know, or what is taken for granted, as a column is not there."""
    table, file = TABLES[origin.table], mask.text(origin.title)
    out = []
    for column in table.columns:
        if column.name in origin.headers:
            continue
        about = {"file": file, "zh": column.zh, "column": column.name}
        if SILENT_WITHOUT.get(table.name) == column.name:
            out.append(Note("silent_without", about | {"table": table.name}))
        elif column.codes and column.default is not None:
            value = {
                "value": label(column.codes, column.default),
                "value_en": label(column.codes, column.default, "en"),
            }
            out.append(Note("all_default", about | value))
    return out


def _lost(rows: RowCount) -> Fault:
    """Rows of the file that are neither read nor left out, or more than it has: nothing is made of such a
    reading."""
    out = sum(part.count for part in rows.left_out)
    return Fault(
        "rows_lost",
        Message(f"读入{rows.read:,}行，略过{out:,}行", f"{rows.read:,} rows read and {out:,} left out"),
        Message(f"文件里的{rows.rows:,}行", f"the {rows.rows:,} rows of the file"),
        rows.file,
        rows.sheet,
        hint=Message(
            "用Excel打开后重新保存，或重新导出", "Open it in Excel and save it again, or export it again"
        ),
    )


def _of_templates(parts: Mapping[str, list[Typed]], stores: Mapping[str, str]) -> dict[str, list[Typed]]:
    """The rows of a filled template that name no store are those of the store that it was written for."""
    named = {t.origin.file for of in parts.values() for t in of if t.frame["store"].notna().any()}

    def mine(part: Typed) -> Typed:
        file = part.origin.file
        if file not in stores or file in named:
            return part
        return part._replace(frame=part.frame.assign(store=stores[file]).astype({"store": "str"}))

    return {name: [mine(part) for part in of] for name, of in parts.items()}


def _add(read: Read, table: Typed) -> None:
    """Add a typed table to what was read."""
    name = table.origin.table
    read.frames[name], read.origins[name] = table.frame, table.origin
    read.notes += table.notes
    read.repairs += table.repairs
    read.rows += table.rows


def _checked(read: Read, source: str, names: Sequence[str], options: ReadOptions) -> dict[str, pd.DataFrame]:
    """The tables with every row's store, when nothing is wrong with them."""
    faults = read.faults
    if "repair_orders" not in read.frames:
        t = TABLES["repair_orders"]
        texts = [text for f in faults for text in (Path(f.file or "").stem, f.sheet or "")]
        # what is wrong with it is reported where it exists
        if t.name not in {name.table for text in texts if (name := named(text, options.table_names))}:
            hint = Message(
                f"来源里有：{listed(TABLES[n].zh for n in read.frames).zh}",
                f"The source has: {listed(read.frames).en}",
            )
            expected = Message(f"表“{t.zh}”", f"a table {t.name} ({t.zh})")
            faults.insert(0, Fault("missing_table", "", expected, place.name(source), hint=hint))
        raise InputError(faults)
    frames, more = _placed(read.frames, read.origins, options.default_store, names)
    faults = faults + more
    unread = {(f.file, f.sheet, f.row, f.column) for f in faults if f.row is not None}
    calls = frames.get("survey_calls")
    faults += [] if calls is None else scale.faults_of(calls, read.origins["survey_calls"])
    faults += dates.faults_of(frames, read.origins)
    faults += [
        f
        for f in faults_of(frames, read.origins)
        if f.row is None or (f.file, f.sheet, f.row, f.column) not in unread
    ]
    if faults:
        raise InputError(faults)
    return frames


def _tables(
    frames: Mapping[str, pd.DataFrame], read: Read, source: str, store: str, options: ReadOptions
) -> Tables:
    """One store's tables."""
    missing = [
        Note("absent_table", {"zh": t.zh, "table": name}) for name, t in TABLES.items() if name not in frames
    ]
    of = {name: _from_store(name, frame, store) for name, frame in frames.items()}
    repairs, notes = list(read.repairs), list(read.notes)
    if tails.any_short(of.get(tails.TABLE)):
        orders = [of["repair_orders"], *([] if read.older is None else [read.older])]
        of[tails.TABLE], mended, told = tails.completed(
            of[tails.TABLE], orders, of.get("customers"), read.origins[tails.TABLE]
        )
        repairs, notes = repairs + mended, notes + told
    if "survey_calls" in of:
        of["survey_calls"] = scale.told_apart(of["survey_calls"], read.origins["survey_calls"])
    of = {
        name: (marked(frame) if "vin" in frame else frame).reset_index(drop=True)
        for name, frame in of.items()
    }
    archive = of_frames(of) if options.masked else None
    return Tables(
        store=store,
        source=place.name(source),
        synthetic=place.is_demo(source),
        notes=(*notes, *missing),
        repairs=tuple(repairs),
        rows=tuple(read.rows),
        archive=archive,
        **_telling(of if archive is None else masked(of, archive), read.notes),
    )


def _telling(frames: Mapping[str, pd.DataFrame], notes: Sequence[Note]) -> dict[str, pd.DataFrame]:
    """The tables; jobs of which nobody knows whether they were done right have no column that says so."""
    silent = {note.values["table"] for note in notes if note.code == "silent_without"} & {"jobs"}
    return {
        name: frame.drop(columns=SILENT_WITHOUT[name]) if name in silent else frame
        for name, frame in frames.items()
    }


def _demo() -> tuple[dict[str, pd.DataFrame], dict[str, Origin], list[Note]]:
    from aftersales import demo

    frames = {}
    for name, frame in demo.generate().items():
        frame = frame.copy()
        frame.index = pd.RangeIndex(2, len(frame) + 2)
        if name == "oem_css":
            frame["mot_decimals"] = frame["mot"].notna().map({True: 1.0, False: np.nan})
            frame["item_decimals"] = (
                frame[list(MOT_ITEMS)].notna().any(axis=1).map({True: 1.0, False: np.nan})
            )
        for column in TABLES[name].columns:
            if column.default is not None:
                frame[column.name] = frame[column.name].fillna(column.default)
        frames[name] = frame
    origins = {
        name: Origin(name, "demo", name, {c: c for c in frame.columns}) for name, frame in frames.items()
    }
    return frames, origins, [Note("synthetic")]


def _known_targets(aliases: Mapping[str, str]) -> None:
    known = {n for t in TABLES.values() for c in t.columns for n in (c.name, c.zh)}
    for header, target in aliases.items():
        if target not in known:
            import difflib

            near = difflib.get_close_matches(target, known, n=1, cutoff=0.0)[0]
            raise InputError(
                Message(
                    f"参数：header_aliases：{header}：没有列 {target!r}。是不是 {near}？",
                    f"params: header_aliases: {header}: unknown column {target!r}. Did you mean {near}?",
                )
            )


def _stores(frames: Mapping[str, pd.DataFrame]) -> list[str]:
    names: set[str] = set()
    for frame in frames.values():
        names.update(frame["store"].dropna().unique())
    return sorted(map(str, names))


def _placed(
    frames: dict[str, pd.DataFrame], origins: Mapping[str, Origin], fallback: str, names: Sequence[str]
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Every row with its store: where none is named it is the only one, or that of the params."""
    fallback = alike(fallback) if alike(fallback) in names else fallback
    only = names[0] if len(names) == 1 else fallback if not names or fallback in names else None
    faults, out = [], {}
    for name, frame in frames.items():
        blank = frame["store"].isna()
        if name == "oem_css" and len(names) > 1:
            blank &= ~frame["scope"].isin(
                ("branch", "national")
            )  # a branch's row counts for each of its stores
        some_named = (~frame["store"].isna()).any()
        if blank.any() and (only is None or (len(names) > 1 and some_named)):
            origin = origins[name]
            out[name] = frame
            if "store" not in origin.headers:
                expected = Message(
                    f"列“门店”，因为来源里有几家店：{'、'.join(names)}",
                    f"a column store (门店), since the source has the stores {', '.join(names)}",
                )
                faults.append(Fault("missing_column", "", expected, origin.file, origin.sheet))
                continue
            expected = Message("、".join(names), f"one of {', '.join(names)}")
            faults += [
                fault_at("no_store", EMPTY, expected, origin, frame, int(place), "store")
                for place in np.flatnonzero(blank)
            ]
            continue
        out[name] = frame.assign(store=frame["store"].where(~blank, only)) if blank.any() else frame
    return out, faults


def _from_store(name: str, frame: pd.DataFrame, store: str) -> pd.DataFrame:
    mine = frame["store"] == store
    if name == "oem_css":
        mine |= frame["store"].isna() & frame["scope"].isin(("branch", "national"))
    return frame[mine]

"""The rows of one store in a source of several, told apart before anything is typed.

A store is read by what its own rows say: how its dates are written, which scale its answers have, and what is
wrong with them is nobody else's fault. Rows that name no store go with every one; what comes of them is
decided when they are placed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from aftersales.contract.errors import Fault
from aftersales.contract.schema import TABLES
from aftersales.sources.cells.coded import Cells, Coded, factorized
from aftersales.sources.cells.coerce import columns_of
from aftersales.sources.cells.raw import Raw
from aftersales.sources.cells.values import read
from aftersales.sources.corrections import applied
from aftersales.sources.options import ReadOptions
from aftersales.sources.readers.found import Found


def can(options: ReadOptions) -> bool:
    """Whether the params leave it to the source which store a row is of."""
    constant = any("store" in columns for columns in options.constants.values())
    renamed = any(name.endswith(".store") for name in options.value_aliases)
    corrected = any(one.column == "store" for one in options.corrections)
    return not (constant or renamed or corrected)


def codes(raw: Raw, options: ReadOptions) -> tuple[np.ndarray, list[str]]:
    """Which store each row of a raw table is of, by its place in the list beside it; -1 = none is named."""
    at, _, _ = columns_of(raw, options.aliases)
    if "store" not in at:
        return np.full(len(raw), -1), []
    column = TABLES[raw.table].column("store")
    numbers, distinct = factorized(raw.cells[at["store"]])
    meant = [read(cell, column) for cell in distinct]
    names = list(dict.fromkeys(str(name) for name in meant if name is not None))
    places = np.array([*(-1 if name is None else names.index(str(name)) for name in meant), -1])
    return places[numbers], names


def names(found: Found, options: ReadOptions) -> list[str]:
    """The stores that a source names, in order."""
    called = {name for raw in found.raws for name in codes(raw, options)[1]}
    called |= {str(name) for part in found.typed for name in part.frame["store"].dropna().unique()}
    return sorted(called | {found.stores[file] for file in unnamed(found, options)})


def of(found: Found, store: str, options: ReadOptions) -> Found:
    """What a source has of one store, and what is wrong with corrections as all of it shows."""
    nameless = unnamed(found, options)

    def mine(raw: Raw) -> Raw:
        if raw.file in nameless:
            return raw if found.stores[raw.file] == store else taken(raw, np.zeros(0, dtype=int))
        numbers, called = codes(raw, options)
        own = called.index(store) if store in called else -2
        return taken(raw, np.flatnonzero((numbers == own) | (numbers == -1)))

    raws = [one for one in map(mine, found.raws) if len(one) or one.file not in nameless]
    return replace(found, raws=raws, faults=[*found.faults, *idle(found.raws, options)])


def unnamed(found: Found, options: ReadOptions) -> set[str]:
    """Templates filled in without naming a store: all of each is of the store that it was made for."""
    called = {raw.file for raw in found.raws if codes(raw, options)[1]}
    called |= {part.origin.file for part in found.typed if part.frame["store"].notna().any()}
    return set(found.stores) - called


def idle(raws: Sequence[Raw], options: ReadOptions) -> list[Fault]:
    """Corrections that do nothing in any part of their table."""
    faults = []
    for table in {one.table for one in options.corrections}:
        parts = [applied(raw, options.corrections, options.aliases)[2] for raw in raws if raw.table == table]
        faults += in_all(parts)
    return faults


def in_all(parts: Sequence[Sequence[Fault]]) -> list[Fault]:
    """Of the faults of several parts of a table those about entries that all of them have."""
    return [f for f in (parts[0] if parts else []) if all(f.record in {g.record for g in p} for p in parts)]


def taken(raw: Raw, rows: np.ndarray) -> Raw:
    """Some rows of a raw table."""
    left_out = sum(part.count for part in raw.left_out)
    return replace(
        raw,
        cells=[_cells(column, rows) for column in raw.cells],
        rows=None if raw.rows is None else raw.rows[rows],
        repairs=list(raw.repairs),
        count=None if raw.count is None else len(rows) + left_out,
    )


def _cells(column: Cells, rows: np.ndarray) -> Cells:
    some = column[rows]
    return some if isinstance(some, Coded) else np.asarray(some, dtype=object)

"""What the params supply to a table as it stands: columns that it lacks, codes for values of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from aftersales.contract import foreign, mask
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message
from aftersales.contract.notes import Note
from aftersales.contract.schema import TABLES, Column, label
from aftersales.sources.cells import values
from aftersales.sources.cells.coded import Cells, factorized
from aftersales.sources.cells.coerce import columns_of, shown
from aftersales.sources.cells.raw import Raw
from aftersales.sources.cells.repairs import repair
from aftersales.sources.options import ReadOptions


def supplied(raw: Raw, options: ReadOptions) -> tuple[Raw, list[Note]]:
    """A raw table with what the params supply to it, and remarks on it; mapped values are repairs."""
    at, _, _ = columns_of(raw, options.aliases)
    table = TABLES[raw.table]
    cells, repairs = list(raw.cells), []
    for name, i in at.items():
        if pairs := options.value_aliases.get(f"{raw.table}.{name}"):
            cells[i], count, example = _mapped(raw.cells[i], pairs)
            if count:
                like = shown(table.column(name), example)
                repairs.append(repair(raw.file, raw.sheet, "own_value", count, like, raw.headers[i]))
    lacking = {n: v for n, v in options.constants.get(raw.table, {}).items() if n not in at}
    headers = [*raw.headers, *(table.column(name).zh for name in lacking)]
    cells += [np.full(len(raw), value, dtype=object) for value in lacking.values()]
    file = mask.text(raw.file if raw.sheet in (None, raw.file) else f"{raw.file} {raw.sheet}")
    notes = [
        Note("constant", {"file": file, "zh": (c := table.column(n)).zh, "column": n, "value": _worded(c, v)})
        for n, v in lacking.items()
    ]
    return replace(raw, headers=headers, cells=cells, repairs=[*raw.repairs, *repairs]), notes


def check(options: ReadOptions) -> None:
    """That every constant can be read as what its column holds.

    Raises
    ------
    InputError
        One can't.
    """
    for table, columns in options.constants.items():
        for name, value in columns.items():
            column = TABLES[table].column(name)
            try:
                values.read(value, column)
            except values.Unreadable:
                at, got = f"params: constants.{table}.{name}", shown(column, value)
                expected = values.EXPECTED.get(column.kind, values.EXPECTED["text"])
                raise InputError(
                    Message(
                        zh=f"{at}：给的是 {got}；应是{expected.zh}（{column.zh}）。",
                        en=f"{at}: got {got}; expected {expected.en}.",
                    )
                ) from None


def _mapped(cells: Cells, pairs: Mapping[str, Any]) -> tuple[Cells, int, Any]:
    """Cells with the codes for a store's own values; how many had one, and an example."""
    codes, distinct = factorized(cells)
    own = np.array([*(foreign.plain(value) in pairs for value in distinct), False], dtype=bool)
    if not own.any():
        return cells, 0, None
    meant = np.array([*distinct, None], dtype=object)
    meant[own] = [pairs[foreign.plain(value)] for value in distinct[own[:-1]]]
    return meant[codes], int(own[codes].sum()), distinct[own[:-1]][0]


def _worded(column: Column, value: Any) -> str:
    return label(column.codes, value) if column.codes else mask.text(str(value))

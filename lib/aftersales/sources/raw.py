"""A table as it stands in a source, before anything is read into its cells, and what its heads mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from aftersales.schema import TABLES

Form = Literal["text", "workbook", "typed"]


@dataclass(frozen=True)
class Raw:
    """A table as it stands in the source.

    Attributes
    ----------
    table
        Canonical name.
    file, sheet
        Where it stands, in words fit for print.
    heads
        The heads as found, "" where there is none.
    cells
        Cells as found, one array a head; empty cells are None.
    rows
        The number of each row as Excel shows it; None for a database.
    form
        ``text``: all cells are texts, so a number shows how many decimals it was printed with; ``workbook``:
        a date or a number that is a text was typed as one; ``typed``: Parquet or a database.
    repairs
        What was mended so far; see `aftersales.sources.repairs`.
    """

    table: str
    file: str
    sheet: str | None
    heads: list[str]
    cells: list[np.ndarray]
    rows: np.ndarray | None
    form: Form
    repairs: list[dict[str, Any]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.cells[0]) if self.cells else 0


def table_name(text: str) -> str | None:
    """The canonical name of a table given in canonical or Chinese form.

    >>> table_name("维修工单"), table_name(" Jobs"), table_name("notes")
    ('repair_orders', 'jobs', None)
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return next((t.name for t in TABLES.values() if plain in (t.name, t.zh.lower())), None)


def plain(head: Any) -> str:
    """A head without blanks, asterisks and case; full-width letters as their narrow twins.

    >>> plain("ＲＯ 号 *")
    'ro号'
    """
    return re.sub(r"[\s*:]", "", unicodedata.normalize("NFKC", str(head))).lower()


def heads_of(table: str, more: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """Every head that is understood for a table, to its column and its rank.

    A table may have two heads that mean the same column (开单时间 and 进厂时间): the lower rank counts, 0 for those
    of the params, 1 for the column's own names, 2 for what dealer systems call it.
    """
    known: dict[str, tuple[str, int]] = {}
    for column in TABLES[table].columns:
        known |= {plain(head): (column.name, 2) for head in column.aliases if plain(head) not in known}
    for column in TABLES[table].columns:
        known |= {plain(head): (column.name, 1) for head in (column.name, column.zh)}
    own = {head: column for head, (column, rank) in known.items() if rank == 1}
    for head, target in more.items():
        if canonical := own.get(plain(target)):
            known[plain(head)] = (canonical, 0)
    return known


def expected_heads(table: str) -> str:
    """The heads that a table must have, in words."""
    return ", ".join(f"{c.zh} ({c.name})" for c in TABLES[table].columns if c.required)

"""The tables of one store, as a notebook gets them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from aftersales.contract import written
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, listed
from aftersales.contract.notes import Note
from aftersales.contract.row_counts import RowCount
from aftersales.contract.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from aftersales.contract.archive import Archive


@dataclass(frozen=True)
class Tables:
    """The validated tables of one store; a table that is missing in the source is None.

    Attributes
    ----------
    store
        Name of the store.
    repair_orders … actions
        Typed frames with every column of the contract, or None.
    source
        Where they came from, in words fit for print (no password, no absolute path).
    synthetic
        True for the built-in demo store.
    notes
        Remarks on the data, for the report: an absent table, an unknown column, a correction.
    repairs
        What the reader repaired: dicts with ``file``, ``sheet``, ``kind``, ``count``, ``example``.
    rows
        What became of the rows of each file or sheet, of all its stores; none of the built-in store.
    hashes
        Of each table's content, where the tables come from the cache.
    archive
        What identifies the customers, of masked tables that have just been read; of those from the cache see
        `sources.cached.archive`.
    used
        The tables that were read so far.
    """

    store: str
    repair_orders: pd.DataFrame | None = None
    bookings: pd.DataFrame | None = None
    jobs: pd.DataFrame | None = None
    survey_calls: pd.DataFrame | None = None
    grievances: pd.DataFrame | None = None
    oem_css: pd.DataFrame | None = None
    oem_pt: pd.DataFrame | None = None
    complaints: pd.DataFrame | None = None
    customers: pd.DataFrame | None = None
    churn_calls: pd.DataFrame | None = None
    actions: pd.DataFrame | None = None
    source: str = ""
    synthetic: bool = False
    notes: tuple[Note, ...] = ()
    repairs: tuple[dict[str, Any], ...] = field(default=())
    rows: tuple[RowCount, ...] = ()
    hashes: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    archive: Archive | None = field(default=None, repr=False, compare=False)
    used: set[str] = field(default_factory=set, repr=False, compare=False)

    def __getattribute__(self, name: str) -> Any:
        """Take note of the tables that are read: a chapter is run again only when one of them has changed."""
        if name in TABLES:
            object.__getattribute__(self, "used").add(name)
        return object.__getattribute__(self, name)

    if not TYPE_CHECKING:  # to a type checker there is nothing else than what is declared

        def __getattr__(self, name: str) -> Any:
            raise written.no_attribute(self, name)

    def __dir__(self) -> list[str]:
        return [
            name for name in super().__dir__() if name != "archive"
        ]  # for the scan, and for nobody to look at

    def __contains__(self, table: str) -> bool:
        return getattr(self, table, None) is not None

    def __getitem__(self, table: str) -> pd.DataFrame | None:
        if table not in TABLES:
            did_you, every = written.question(written.nearest(table, TABLES)), listed(TABLES)
            raise InputError(
                Message(
                    f"没有表 {table!r}。{did_you.zh}有：{every.zh}。",
                    f"no table {table!r}.{did_you.en} There are {every.en}.",
                )
            )
        return getattr(self, table)

    def _ipython_key_completions_(self) -> list[str]:
        return [name for name in TABLES if name in self]

    def summary(self) -> list[tuple[str, str, int | None, str, str]]:
        """One line a table: name, Chinese name, rows (None = absent), first and last month."""
        lines: list[tuple[str, str, int | None, str, str]] = []
        for table in TABLES.values():
            frame = self[table.name]
            if frame is None:
                lines.append((table.name, table.zh, None, "", ""))
                continue
            first = last = ""
            if len(frame) and table.dated_by:
                dates = frame[table.dated_by]
                first, last = str(dates.min())[:7], str(dates.max())[:7]
            lines.append((table.name, table.zh, len(frame), first, last))
        return lines

    def __repr__(self) -> str:
        title = f"Tables of {self.store} from {self.source or 'memory'}"
        rows = [
            f"  {name:<14} {zh:<6} {'absent' if n is None else f'{n:>8,} rows'}  {f'{a} … {b}' if a else ''}"
            for name, zh, n, a, b in self.summary()
        ]
        repaired = [f"  repaired: {r['kind']} × {r['count']} in {r['file']}" for r in self.repairs]
        return "\n".join([title, *rows, *repaired, *(f"  note: {n}" for n in self.notes)])

    def _repr_html_(self) -> str:
        left = "style='text-align:left'"
        rows = "".join(
            f"<tr><td {left}><code>{name}</code></td><td {left}>{zh}</td>"
            f"<td>{'–' if n is None else f'{n:,}'}</td><td {left}>{f'{a} … {b}' if a else ''}</td></tr>"
            for name, zh, n, a, b in self.summary()
        )
        repaired = [f"repaired: {r['kind']} × {r['count']} in {r['file']}" for r in self.repairs]
        extra = "".join(f"<li>{escape(str(text))}</li>" for text in [*repaired, *self.notes])
        return (
            f"<p><strong>{escape(self.store)}</strong> · {escape(self.source or 'memory')}</p>"
            f"<table><thead><tr><th {left}>table</th><th {left}>表</th>"
            f"<th>rows</th><th {left}>months</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>" + (f"<ul>{extra}</ul>" if extra else "")
        )

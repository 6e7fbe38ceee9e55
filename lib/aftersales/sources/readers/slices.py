"""What a report needs of a source.

One store, the months up to its own, the columns that a figure is made from.

A database and a folder of Parquet files are queried for no more than that. `SliceReader` is what both can do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from aftersales.contract.names import alike
from aftersales.contract.notes import Note
from aftersales.contract.schema import TABLES
from aftersales.sources.cells.raw import Raw

# Tables whose rows are read by their date; of the others a store's rows are few and count however old they
# are.
DATED = ("repair_orders", "bookings", "jobs", "survey_calls", "complaints", "churn_calls")
# Which rows of a table are named by those of other tables: they are read however old they are.
NAMED_BY = (
    ("survey_calls", "call_id", ("grievances",)),
    ("repair_orders", "order_id", ("bookings", "jobs", "survey_calls", "complaints")),
)
Match = Mapping[str, Any]


@dataclass(frozen=True)
class Slice:
    """One store's records of some months.

    Attributes
    ----------
    store
        Its name; None where the source names none.
    first, last
        First and last month (``2024-04``); None = all months, and all columns.
    corrected
        Table and column of what corrections are about, read whether a figure needs it or not.
    only
        The columns that are read, where few are needed of all rows; None = those that count.
    """

    store: str | None
    first: str | None = None
    last: str | None = None
    corrected: frozenset[tuple[str, str]] = frozenset()
    only: frozenset[str] | None = None

    @property
    def start(self) -> pd.Timestamp | None:
        """First instant."""
        return None if self.first is None else pd.Period(self.first, "M").start_time

    @property
    def end(self) -> pd.Timestamp | None:
        """First instant after it."""
        return None if self.last is None else (pd.Period(self.last, "M") + 1).start_time

    @property
    def texts(self) -> tuple[str, str, str, str] | None:
        """Bounds of the dates that are stored as texts: from, before; below, above what is a year.

        ``2024-04-09``, ``2024/4/9`` and ``2024年4月9日`` all begin with their year, and ``-`` sorts before
        all else that may follow it: what is read is never less than the slice, at the most a year's rest
        more.
        """
        if self.first is None or self.last is None:
            return None
        return self.first, str(int(self.last[:4]) + 1), "1900", "2101"

    def columns(self, table: str) -> list[str]:
        """The columns of a table that are read."""
        return [
            c.name
            for c in TABLES[table].columns
            if (c.name in self.only if self.only is not None else self.first is None or c.used)
            or (table, c.name) in self.corrected
        ]

    def within(self, dates: pd.Series) -> pd.Series:
        """Which dates lie in it; a missing one does, so that it is reported."""
        if self.first is None:
            return pd.Series(True, index=dates.index)
        return ((dates >= self.start) & (dates < self.end)) | dates.isna()

    def cut(self, frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """Exactly the slice of typed tables, whatever more was read to be sure of it."""
        if self.first is None:
            return dict(frames)
        out, calls = dict(frames), frames.get("survey_calls")
        if calls is not None and "grievances" in out:
            old = calls.loc[~self.within(calls["called_at"]), "call_id"]
            new = calls.loc[self.within(calls["called_at"]), "call_id"]
            mine = out["grievances"]["call_id"].astype(object)  # texts in Arrow are looked up slowly
            out["grievances"] = out["grievances"][~mine.isin(old) | mine.isin(new)]
        for name in DATED:
            if name in out and name != "repair_orders":
                out[name] = out[name][self.within(out[name][TABLES[name].dated_by])]
        if "repair_orders" in out:
            orders = out["repair_orders"]
            named = pd.concat(
                [out[t]["order_id"] for t in NAMED_BY[1][2] if t in out] or [orders["order_id"][:0]]
            )
            out["repair_orders"] = orders[
                self.within(orders["opened_at"]) | orders["order_id"].astype(object).isin(named)
            ]
        return out


class SliceReader(Protocol):
    """A source that can be read in part; `ordered`: its rows come in an order of their own."""

    ordered: bool

    def tables(self) -> list[str]:
        """The tables that it has."""

    def stores(self) -> list[str | None]:
        """The names of stores as they stand in it; None where a row has none."""

    def read(self, table: str, wanted: Slice, matching: Sequence[Match] = ()) -> Raw:
        """A table's rows of a slice, and those that match, whatever slice they are of."""

    def named(self, table: str, column: str, values: Collection[str], wanted: Slice) -> Raw:
        """A store's rows of a table with those values in a column."""

    def dates(self, table: str, store: str | None) -> list[Any]:
        """The distinct dates of a store's rows."""

    def notes(self) -> list[Note]:
        """Remarks on what is no table of ours."""


def spellings(store: str | None, existing: Iterable[str | None]) -> list[str | None] | None:
    """How a store is written in a source, blanks included; None = its rows need not be distinguished.

    >>> spellings("甲店", ["甲店", "甲 店 ", "乙店", None])
    ['甲店', '甲 店 ', None]
    """
    known = list(existing)
    if store is None or not [n for n in known if n is not None and n.strip()]:
        return None
    return [n for n in known if n is None or alike(n) in ("", store)]

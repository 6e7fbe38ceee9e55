"""How a source is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aftersales.sources.corrections import Correction


@dataclass(frozen=True)
class ReadOptions:
    """How a source is read.

    Attributes
    ----------
    aliases
        The store's own headers: header to column.
    table_names
        What the store calls its files, sheets and tables: name to table, None where it is none of ours.
    constants
        Of each table, what every row has in a column that the export lacks.
    value_aliases
        Of a column (``repair_orders.order_type``), the store's own values to the codes that they mean.
    default_store
        The store of the params, and of a source that names no store.
    masked
        Personal data masked.
    corrections
        Known errors of the source.
    snapshot
        A name under which what is read of a database is cached, so that all of a report is made from the same
        records; "" = it is read anew each time.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    default_store: str = ""
    masked: bool = True
    corrections: Sequence[Correction] = ()
    snapshot: str = ""
    table_names: Mapping[str, str | None] = field(default_factory=dict)
    constants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    value_aliases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def way(self) -> list[Any]:
        """All that decides what comes out of a reading, as plain values."""
        every = sorted({*self.constants, *(name.partition(".")[0] for name in self.value_aliases)})
        own = [sorted(self.aliases.items()), self._names(), {table: self._own(table) for table in every}]
        return [*own, self.default_store, self.masked, repr(self.corrections)]

    def way_for(self, table: str) -> list[Any]:
        """All that decides how one table is typed, as plain values."""
        mine = [correction for correction in self.corrections if correction.table == table]
        return [sorted(self.aliases.items()), self._names(), self._own(table), repr(mine)]

    def _names(self) -> list[tuple[str, str]]:
        return sorted((name, table or "") for name, table in self.table_names.items())

    def _own(self, table: str) -> str:
        """What stands in the params for values of a table; a date has no plain value but its looks."""
        values = {n: sorted(v.items()) for n, v in self.value_aliases.items() if n.partition(".")[0] == table}
        return repr((sorted(self.constants.get(table, {}).items()), sorted(values.items())))

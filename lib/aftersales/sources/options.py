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

    def way(self) -> list[Any]:
        """All that decides what comes out of a reading, as plain values."""
        return [sorted(self.aliases.items()), self.default_store, self.masked, repr(self.corrections)]

    def way_for(self, table: str) -> list[Any]:
        """All that decides how one table is typed, as plain values."""
        mine = [correction for correction in self.corrections if correction.table == table]
        return [sorted(self.aliases.items()), repr(mine)]

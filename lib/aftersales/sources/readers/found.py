"""What a source has, as its readers find it, and remarks on what they pass over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aftersales.contract import mask
from aftersales.contract.errors import Fault
from aftersales.contract.notes import Note
from aftersales.contract.schema import TABLES
from aftersales.sources.cells.raw import Raw
from aftersales.sources.readers.names import Named, without_marks

if TYPE_CHECKING:
    from aftersales.sources.cells.typed import Typed

# What a store calls its tables; see `names.named`.
Own = Mapping[str, str | None]


@dataclass
class Found:
    """What a source has.

    Attributes
    ----------
    raws, typed
        Its tables as they stand, and those typed already. A table may stand in several files or sheets.
    names
        What each file or sheet says by its name.
    stores
        Whose template a file is that was filled in.
    notes, faults
        Remarks on what is no table of ours; what can't be read.
    """

    raws: list[Raw] = field(default_factory=list)
    typed: list[Typed] = field(default_factory=list)
    names: dict[tuple[str, str | None], Named] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def add(self, raw: Raw, name: Named) -> None:
        """Add a table as it stands."""
        self.raws.append(raw)
        self.names[raw.file, raw.sheet] = name


def passed_over(kind: str, title: str, name: str, tables: Sequence[str]) -> Note:
    """A remark on a file or sheet that is not taken, and on the tables that it may be.

    Parameters
    ----------
    kind
        ``file``, ``sheet`` or ``sql_table``.
    title, name
        Where it stands, and its name alone.
    """
    shown = mask.text(title)
    if not tables:
        return Note(f"unknown_{kind}", {kind.removeprefix("sql_"): shown})
    return Note(
        f"likely_{kind}",
        {
            kind.removeprefix("sql_"): shown,
            "zh": "、".join(TABLES[t].zh for t in tables[:2]),
            "tables": ", ".join(tables[:2]),
            "alias": f"{mask.text(without_marks(name))}: {tables[0]}",
        },
    )

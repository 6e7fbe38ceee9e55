"""What became of the rows of a file: those that were read, and those that were left out, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class LeftOut:
    """Rows that are no records: titles, totals, …

    Attributes
    ----------
    kind
        A kind of `aftersales.sources.cells.repairs`.
    count
        How many.
    rows
        Their numbers as Excel shows them; none of a database.
    """

    kind: str
    count: int
    rows: Sequence[int] = ()


@dataclass(frozen=True)
class RowCount:
    """The rows of a file or sheet that have anything in them, but for the one with the heads.

    Attributes
    ----------
    table, file, sheet
        Which, in words fit for print.
    rows
        How many the file has, counted apart from the reading.
    read
        How many were read as records.
    left_out
        What was left out.
    """

    table: str
    file: str
    sheet: str | None
    rows: int
    read: int
    left_out: tuple[LeftOut, ...] = ()

    @property
    def missing(self) -> int:
        """How many are neither read nor listed as left out: 0, or the reading is at fault.

        >>> RowCount("jobs", "jobs.csv", None, 5, 3, (LeftOut("totals_row", 1, (6,)),)).missing
        1
        """
        return self.rows - self.read - sum(part.count for part in self.left_out)

    def without(self, kind: str, rows: Sequence[int]) -> RowCount:
        """The same with rows left out that had been read; their numbers are those of the file.

        >>> RowCount("jobs", "jobs.csv", None, 5, 5).without("overlap", [2, 6]).read
        3
        """
        if not len(rows):
            return self
        out = (*self.left_out, LeftOut(kind, len(rows), tuple(rows)))
        return replace(self, read=self.read - len(rows), left_out=out)

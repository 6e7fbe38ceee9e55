"""A table as it was typed, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import pandas as pd

from aftersales.contract.notes import Note
from aftersales.contract.row_counts import LeftOut, RowCount
from aftersales.sources.cells.precision import together

# More than any file has rows: the index of a table of several files counts on from here with each.
_OF_A_PART = 1 << 40


class Origin(NamedTuple):
    """Where a table stands.

    Attributes
    ----------
    file, sheet
        Of a table that stands in several, the first.
    headers
        Our columns as it names them; of several, all that any of them has.
    numbered
        Whether its rows have numbers.
    parts
        Where each part of it stands, where it is put together of several.
    """

    table: str
    file: str
    sheet: str | None
    headers: Mapping[str, str]
    numbered: bool = True
    parts: tuple[Origin, ...] = ()

    def of(self, row: int) -> tuple[Origin, int]:
        """Where a row of the table's index stands, and its number there."""
        part, number = divmod(row, _OF_A_PART)
        return (self.parts[part] if self.parts else self), number

    @property
    def title(self) -> str:
        """File and sheet in words."""
        return " ".join(filter(None, (self.file, self.sheet if self.sheet != self.file else None)))


def put_together(parts: Sequence[tuple[Origin, pd.DataFrame]]) -> tuple[Origin, pd.DataFrame]:
    """A table of several files or sheets; its index tells which row stands where (`Origin.of`)."""
    frames = together([frame for _, frame in parts])
    frames = [frame.set_axis(frame.index + number * _OF_A_PART) for number, frame in enumerate(frames)]
    first, *others = origins = [origin for origin, _ in parts]
    headers = {name: header for origin in reversed(origins) for name, header in origin.headers.items()}
    numbered = all(origin.numbered for origin in (first, *others))
    return first._replace(headers=headers, numbered=numbered, parts=tuple(origins)), pd.concat(frames)


class Typed(NamedTuple):
    """A table, corrected and typed: its frame, where it stands, remarks, repairs, and what became of the rows
    of each file or sheet."""

    frame: pd.DataFrame
    origin: Origin
    notes: list[Note]
    repairs: list[dict[str, Any]]
    rows: list[RowCount]


def plain(table: Typed) -> dict[str, Any]:
    """All of a table but its frame, as JSON has it."""
    return {
        "origin": table.origin,
        "notes": [[note.code, dict(note.values)] for note in table.notes],
        "repairs": table.repairs,
        "rows": [
            asdict(one) | {"left_out": [[p.kind, int(p.count), [*map(int, p.rows)]] for p in one.left_out]}
            for one in table.rows
        ],
    }


def from_plain(frame: pd.DataFrame, about: Mapping[str, Any]) -> Typed:
    """The table of a frame and of what `plain` has said of it."""
    rows = [
        RowCount(**one | {"left_out": tuple(LeftOut(k, n, tuple(rows)) for k, n, rows in one["left_out"])})
        for one in about["rows"]
    ]
    notes = [Note(code, values) for code, values in about["notes"]]
    return Typed(frame, _origin(about["origin"]), notes, about["repairs"], rows)


def _origin(about: Sequence[Any]) -> Origin:
    table, file, sheet, headers, numbered, parts = about
    return Origin(table, file, sheet, headers, numbered, tuple(map(_origin, parts)))

"""The lines of a CSV file, counted by its grammar alone: how many fields each record has, and where quotation
marks or separators do not fit.

A table is read by another parser; that it has as many records as are counted here is checked.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from aftersales.contract.errors import Fault
from aftersales.contract.message import Message

_BLOCK = 16  # lines in which Excel leaves out the separators of cells that are empty in all of them
_ALIKE = 3  # records that must be short alike before that is how the program writes them


@dataclass(frozen=True)
class Lines:
    """The records of a file.

    Attributes
    ----------
    fields
        How many fields each has; 0 of an empty line.
    filled
        Which have anything in them.
    edges
        The line on which each begins, from 0, and at last the number of lines.
    loose
        First and last line of each quoted field that goes on behind its closing quotation mark.
    """

    fields: np.ndarray
    filled: np.ndarray
    edges: np.ndarray
    loose: Sequence[tuple[int, int]]

    @property
    def usual(self) -> int:
        """The number of fields that most records have."""
        counts = np.bincount(self.fields[self.filled]) if self.filled.any() else np.array([1])
        return int(counts.argmax())


def counted(text: str, separator: str, before: int = 0) -> Lines:
    """Count the records of a text whose lines end in ``\\n``; `before` lines stand above it in the file."""
    if '"' not in text:
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        fields = [line.count(separator) + 1 if line else 0 for line in lines]
        filled = [bool(line) and not line.replace(separator, " ").isspace() for line in lines]
        return Lines(np.array(fields, int), np.array(filled, bool), np.arange(len(lines) + 1) + before, ())
    csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        return Lines(*_parsed(text, separator, strict=True, line=before), ())
    except csv.Error:  # a quotation mark out of place; what is between them is read all the same
        return Lines(*_parsed(text, separator, strict=False, line=before), _loose(text, separator, before))


def _parsed(
    text: str, separator: str, *, strict: bool, line: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    fields, filled, edges = [], [], [line]
    for record in reader:
        fields.append(len(record))
        filled.append(any(v and not v.isspace() for v in record))
        edges.append(line + reader.line_num)
    return np.array(fields, int), np.array(filled, bool), np.array(edges, int)


def _loose(text: str, separator: str, line: int) -> list[tuple[int, int]]:
    """First and last line of the quoted fields behind which their field goes on; the last may never end."""
    ends, found, at, seen = (separator, "\n", ""), [], -1, 0
    while (at := text.find('"', at + 1)) >= 0:
        if at and text[at - 1] not in ends:
            continue  # inside a plain field it is a character like any other
        end = text.find('"', at + 1)
        while end >= 0 and text[end + 1 : end + 2] == '"':
            end = text.find('"', end + 2)
        if end < 0 or text[end + 1 : end + 2] not in ends:
            first = line + text.count("\n", seen, at)
            last = first + text.count("\n", at, end if end >= 0 else len(text))
            found.append((first, last))
            line, seen = first, at
        if end < 0:
            break
        at = end
    return found


def swallowed(
    lines: Lines, cells: np.ndarray, separator: str, file: str, headers: Sequence[str]
) -> list[Fault]:
    """Quoted fields that hold whole rows: a stray quotation mark joined them, wherever it stands.

    A text with line breaks in it is none, unless what stands before and behind the breaks would be rows of
    their own.
    """
    found: dict[tuple[int, int], tuple[int, int, str]] = {}
    for first, last in lines.loose:
        if last > first:
            found[int(np.searchsorted(lines.edges, first, side="right")) - 1, 0] = (first, last, "")
    joined = {record for record, _ in found}
    for record in map(int, np.flatnonzero(np.diff(lines.edges) > 1)):
        for i, value in enumerate(cells[record] if record not in joined else ()):
            if "\n" in value and _has_rows(value, i, separator, lines.usual, int(lines.fields[record])):
                first = int(lines.edges[record])
                header = headers[i] if i < len(headers) and "\n" not in headers[i] else ""
                found[record, i] = (first, first + value.count("\n"), header)
    return [
        Fault(
            "swallowed_rows",
            Message(
                f"一格里有整行：文件的第{first + 1}至{last + 1}行",
                f"a cell with whole rows in it: lines {first + 1} to {last + 1} of the file",
            ),
            Message("一行一条", "one row a line"),
            file,
            row=record + 1,
            column=header or None,
            hint=Message("找出多余的引号，删去后再检查", "Look for a stray quotation mark, and remove it"),
        )
        for (record, _), (first, last, header) in sorted(found.items())
    ]


def _has_rows(value: str, place: int, separator: str, usual: int, fields: int) -> bool:
    """Whether the lines of a cell are the end of a row, whole rows, and the beginning of one.

    >>> _has_rows("李强\\nR2,V,公车,2024-04-10,王芳", 4, ",", 5, 5), _has_rows("一,\\n二", 4, ",", 5, 5)
    (True, False)
    """
    counts = [line.count(separator) for line in value.split("\n")]
    if usual > 2 and any(n >= usual - 1 for n in counts[1:]):
        return True
    if fields != usual or usual == 1:
        return sum(counts) > 0
    whole = [usual - 1 - place, *[usual - 1] * (len(counts) - 2), place]
    return usual > 1 and counts == whole


def unfit(
    lines: Lines, rows: np.ndarray, header_row: int, named: int, needed: Collection[int], beyond: np.ndarray
) -> tuple[np.ndarray, np.ndarray, int]:
    """Which records have other fields than there are headers.

    A short line may have lost a field anywhere, and the others have moved: it fits only where it can be told
    that empty fields at its end were left out, since all records end at the same field, or, as Excel writes
    them, all lines of a block of sixteen. More fields fit where every line ends in the same separators.

    Parameters
    ----------
    rows, header_row
        The records of the table, and that of its headers, from 0.
    named, needed
        How many fields have a header, and which of them must not be empty.
    beyond
        Which records have something in a field without a header.

    Returns
    -------
    array of bool
        Those that do not fit.
    array of bool
        Those that end before their last, empty fields.
    int
        How many fields are expected.
    """
    fields, heads = lines.fields[rows], int(lines.fields[header_row])
    if not len(fields):
        return np.zeros(0, bool), np.zeros(0, bool), named
    usual = int(np.bincount(fields).argmax())
    expected = max(usual, heads)

    def optional(count: int) -> bool:
        return not any(place >= count for place in needed)

    short = np.zeros(len(fields), bool)
    if (fields == usual).all() and usual < heads and (usual >= named or len(fields) >= _ALIKE):
        short[:] = optional(usual)
    elif usual <= heads:
        block = rows // _BLOCK
        for number in np.unique(block[fields < heads]):
            every = lines.fields[number * _BLOCK : (number + 1) * _BLOCK]
            alike = len(every) > 1 and (every == every[0]).all() and every[0] < heads
            if alike and header_row // _BLOCK != number and optional(int(every[0])):
                short |= block == number
    return ((fields != expected) & ~short) | beyond, short & (fields < named), expected

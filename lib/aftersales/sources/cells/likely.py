"""Which column a foreign header may mean: by its words, and by what stands under it.

A header that is known needs no guess. Else its words count, and the cells must bear them out: VINs look like
VINs, dates like dates, codes are among the options, a number tells every row from the others. What stands
there can refute a header's words; alone it is enough only where nothing else looks like it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from types import MappingProxyType
from typing import Literal

from aftersales.contract.schema import TABLES, Column
from aftersales.sources.cells.lexicon import HEADERS
from aftersales.sources.cells.looks import Sample, fits
from aftersales.sources.cells.raw import Raw, headers_of, plain

Why = Literal["known", "word", "similar", "cells"]

_LEAST = 0.6  # below that nothing is proposed
_CLOSE = 0.04  # two that are so close are not told apart
_BORNE_OUT = 0.6  # share of the cells that must be what the column holds
_SIMILAR = 0.6
_MOST_OPTIONS = 30
# What looks like nothing else, so that no word is needed.
_BY_CELLS = {"vin": 0.75, "plate": 0.65, "phone": 0.62}


@dataclass(frozen=True)
class Guess:
    """A column that a header may mean.

    Attributes
    ----------
    column
        Canonical name.
    place
        Which header of the table.
    score
        From 0 to 1.
    why
        What it rests on: the header is ``known``, a ``word`` of the trade or ``similar`` to one, or its
        ``cells``.
    other
        Another header that may mean the column as well.
    """

    column: str
    place: int
    score: float
    why: Why
    other: int | None = None


def columns(
    table: str,
    headers: Sequence[str],
    samples: Sequence[Sample],
    more: Mapping[str, str] = MappingProxyType({}),
) -> list[Guess]:
    """The columns of a table among headers: a header for each at the most, and each header for one.

    Parameters
    ----------
    headers, samples
        As they stand in the source, and what stands under each.
    more
        The store's own headers.
    """
    known = headers_of(table, more)
    every = TABLES[table].columns
    scored: list[tuple[float, int, int, Why]] = []
    for number, column in enumerate(every):
        for place, (header, sample) in enumerate(zip(headers, samples, strict=True)):
            if header and (found := _score(table, column, plain(header), sample, known)):
                scored.append((found[0], number, place, found[1]))
    out: dict[str, Guess] = {}
    taken: set[int] = set()
    unclear: set[str] = set()
    for score, number, place, why in sorted(scored, key=lambda one: (-one[0], one[1], one[2])):
        name = every[number].name
        if score < _LEAST or place in taken or name in out or name in unclear:
            continue
        best = max((s for s in scored if s[1] == number and s[2] not in {*taken, place}), default=None)
        if why in ("similar", "cells") and best and score - best[0] < _CLOSE:
            unclear.add(name)  # which of the two it is nobody can see
            continue
        taken.add(place)
        out[name] = Guess(name, place, score, why, best[2] if best and best[0] >= _LEAST else None)
    used = {guess.place for guess in out.values()}
    return [
        replace(guess, other=None if guess.other in used else guess.other)
        for column in every
        if (guess := out.get(column.name))
    ]


def header_for(raw: Raw, column: Column) -> str | None:
    """The header of a table that a column which is missing most likely stands under."""
    found = columns(raw.table, raw.headers, [Sample(cells) for cells in raw.cells])
    return next((raw.headers[g.place] for g in found if g.column == column.name), None)


def _score(
    table: str, column: Column, header: str, sample: Sample, known: Mapping[str, tuple[str, int]]
) -> tuple[float, Why] | None:
    if header in known:
        name, rank = known[header]
        also = [plain(alias) for alias in column.aliases]
        later = also.index(header) / 10_000 if header in also else 0.0
        return (1.0 - rank / 100 - later, "known") if name == column.name else None
    header = header.replace("_", "")
    share, words = fits(column, sample), _words(table, column)
    # options may have words that nobody knows
    foreign = column.kind == "code" and header in words and sample.distinct <= _MOST_OPTIONS
    if share < _BORNE_OUT and sample.cells and not foreign:
        return None
    if header in words:
        return (0.92 if share >= _BORNE_OUT else 0.8) - 0.005 * words.index(header), "word"
    if not sample.cells or any(header in _words(table, other) for other in TABLES[table].columns):
        return None  # a word for one column is none for another
    own = (column.zh, column.name.replace("_", ""), *column.aliases)
    names = [*words, *map(plain, own)]
    near = max(_near(header, name) for name in names)
    if near >= _SIMILAR:
        return 0.5 + 0.2 * (near - _SIMILAR) / (1 - _SIMILAR) + 0.2 * share, "similar"
    alone = _BY_CELLS.get(column.personal or "", _LEAST if _is_the_only_date(table, column) else 0.0)
    if share >= 0.9 and alone:
        return alone, "cells"
    if column.kind == "code" and share >= 0.95 and sample.distinct > 1 and not sample.numbers():
        return _LEAST, "cells"
    return None


@cache
def _words(table: str, column: Column) -> list[str]:
    """What the trade calls a column, the earlier words first."""
    return [plain(word) for word in HEADERS.get(f"{table}.{column.name}", HEADERS.get(column.name, ()))]


def _is_the_only_date(table: str, column: Column) -> bool:
    """Whether a table has no other column of dates, so that a date in it can be nothing else."""
    dates = [c for c in TABLES[table].columns if c.kind in ("datetime", "date")]
    return column.required and dates == [column]


def _near(header: str, name: str) -> float:
    """How alike two headers are: a name within the header is much, a header within the name may be little."""
    if min(len(header), len(name)) < 2:
        return 0.0
    if header in name:
        return len(header) / len(name)
    return max(0.8 if name in header else 0.0, SequenceMatcher(None, header, name).ratio())

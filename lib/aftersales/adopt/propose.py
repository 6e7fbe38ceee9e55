"""What the params would have to say of a foreign source, and what nobody can know of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from aftersales.adopt.look import Seen
from aftersales.contract import foreign, mask
from aftersales.contract.params import Params
from aftersales.contract.schema import CODES, TABLES, Column
from aftersales.sources.cells import looks, values
from aftersales.sources.cells.likely import Guess, columns
from aftersales.sources.cells.raw import headers_of, plain
from aftersales.sources.readers.names import likely, named, without_marks

# Required columns for which one value may stand in all rows, and is told; the day of None is looked up.
ASSUMED = {"owner_type": "private", "created_at": None}
_UNIQUE = 0.97
_MARGIN = 0.1  # by which a table must fit better than the next
_NAMED, _HINTED = 0.3, 0.15  # what a word in the name is worth
_LACKING = -0.35  # what a required column that is not there is worth


@dataclass(frozen=True)
class Match:
    """A file, sheet or table that is taken for a table of ours.

    Attributes
    ----------
    name
        What the params call it by.
    own
        Whether it is known by that name already.
    missing
        Required columns that are not there and for which no one value will do: it can't be read.
    """

    seen: Seen
    table: str
    name: str
    own: bool
    guesses: list[Guess]
    missing: list[str]

    @property
    def headers(self) -> list[str]:
        """As they stand in the source."""
        return [] if self.seen.raw is None else self.seen.raw.headers

    @property
    def score(self) -> float:
        """How much of it is known, to be set against others of the same table."""
        return sum(guess.score for guess in self.guesses)


@dataclass(frozen=True)
class Value:
    """A foreign value: how many rows have it, what it may mean (None = nobody knows) and if that is sure."""

    text: str
    count: int
    meant: Any
    sure: bool


@dataclass
class Proposal:
    """What is proposed.

    Attributes
    ----------
    matches, others
        What is taken for a table, and what is not, with the tables that it may be.
    headers
        As a header stands in the params, to its column and why.
    constants
        Of each table, columns that the export lacks.
    values
        Of each column with options, the values that are none.
    """

    matches: list[Match] = field(default_factory=list)
    others: list[tuple[Seen, list[str]]] = field(default_factory=list)
    headers: dict[str, tuple[str, Match, Guess]] = field(default_factory=dict)
    constants: dict[str, dict[str, Any]] = field(default_factory=dict)
    values: dict[str, list[Value]] = field(default_factory=dict)

    @property
    def read(self) -> list[Match]:
        """What would be read."""
        return [match for match in self.matches if not match.missing]

    def sections(self) -> dict[str, Any]:
        """It as the params have it."""
        named = {m.name: None if m.missing else m.table for m in self.matches if not m.own or m.missing}
        known = {name: [v for v in found if v.meant is not None] for name, found in self.values.items()}
        return {
            "table_names": named,
            "header_aliases": {header: column for header, (column, _, _) in self.headers.items()},
            "constants": self.constants,
            "value_aliases": {
                name: {v.text: v.meant for v in found} for name, found in known.items() if found
            },
        }


def propose(source: Sequence[Seen], settings: Params) -> Proposal:
    """Tables, headers, constants and values of a source, but for what the params say already."""
    proposal = Proposal()
    for seen in source:
        match = _match(seen, settings)
        if match is None or (match.missing and not match.own):
            maybe = [match.table] if match else [t for name in seen.names for t in likely(name)][:2]
            proposal.others.append((seen, maybe))
        else:
            proposal.matches.append(match)
    _one_name_a_table(proposal)
    proposal.headers = _headers(proposal, settings)
    proposal.constants = _constants(proposal, settings)
    proposal.values = _values(proposal, settings)
    return proposal


def _match(seen: Seen, settings: Params) -> Match | None:
    """The table that fits best, by its columns and by its name; None where none fits clearly."""
    if seen.raw is None or not len(seen.raw):
        return None
    given = {name: n.table for name in seen.names if (n := named(name, settings.table_names))}
    fitting = []
    for table in list(given.values())[:1] or TABLES:
        guesses = columns(table, seen.raw.headers, seen.samples, settings.header_aliases)
        fitting.append((_fit(table, guesses, seen), table, guesses))
    (fit, table, guesses), *rest = sorted(fitting, key=lambda one: -one[0])
    present = {*ASSUMED, *settings.constants.get(table, {}), *(guess.column for guess in guesses)}
    missing = [c.name for c in TABLES[table].columns if c.required and c.name not in present]
    hinted = any(table in likely(name) for name in seen.names)
    if not given and (fit <= 0 or (rest and fit - rest[0][0] < _MARGIN) or (missing and not hinted)):
        return None
    return Match(seen, table, next(iter(given), "") or _name(seen, table), bool(given), guesses, missing)


def _fit(table: str, guesses: Sequence[Guess], seen: Seen) -> float:
    """How well a table fits: its required columns, some of the others, its key, words in the name."""
    score = {guess.column: guess.score for guess in guesses}
    needed = [c.name for c in TABLES[table].columns if c.required and c.name not in ASSUMED]
    fit = sum(score.get(name, _LACKING * len(needed)) for name in needed) / len(needed)
    fit += 0.03 * sum(name not in needed and name != "store" for name in score)
    words = [likely(name) for name in seen.names]
    fit += max(_NAMED if w[:1] == [table] else _HINTED if table in w else 0.0 for w in words)
    key = TABLES[table].key
    place = next((guess.place for guess in guesses if (guess.column,) == key), None)
    if place is not None:
        sample = seen.samples[place]
        fit -= 0.5 * (len(sample.cells) > 1 and sample.distinct < _UNIQUE * len(sample.cells))
    return fit


def _name(seen: Seen, table: str) -> str:
    """What the params call it by: without what changes each month, where a name is left then."""
    for name in seen.names:
        short = without_marks(name)
        if len(short) > 1 and not short.isascii() and named(name, {short: table}):
            return short
    return seen.names[0]


def _one_name_a_table(proposal: Proposal) -> None:
    """Of several that would be the same table under different names only the best is taken."""
    best = {m.table: m for m in sorted(proposal.read, key=lambda m: (m.own, m.score))}
    taken: list[Match] = []
    left: list[Match] = []
    for match in proposal.matches:
        fits = match.missing or match.own or match.name == best[match.table].name
        (taken if fits else left).append(match)
    proposal.matches = sorted(taken, key=lambda match: list(TABLES).index(match.table))
    proposal.others += [(match.seen, [match.table]) for match in left]


def _headers(proposal: Proposal, settings: Params) -> dict[str, tuple[str, Match, Guess]]:
    """Headers that are not known yet; of one table alone where another has the same header."""
    wanted: dict[str, dict[str, tuple[str, Match, Guess]]] = {}
    for match in proposal.read:
        known = headers_of(match.table, settings.header_aliases)
        twice = Counter(known.get(plain(header), ("",))[0] for header in match.headers)
        for guess in match.guesses:
            if guess.why != "known" or twice[guess.column] > 1:
                header = match.headers[guess.place]
                wanted.setdefault(header, {})[match.table] = (guess.column, match, guess)
    out = {}
    for header, tables in wanted.items():
        meant = {column for column, _, _ in tables.values()}
        elsewhere = any(header in m.headers for m in proposal.read if m.table not in tables)
        if len(meant) == 1 and not elsewhere and "." not in header:
            out[header] = next(iter(tables.values()))
        else:
            out |= {f"{table}.{header}": one for table, one in tables.items()}
    return out


def _constants(proposal: Proposal, settings: Params) -> dict[str, dict[str, Any]]:
    """Columns that the export must have and lacks: an assumption that can be told."""
    orders = [match for match in proposal.read if match.table == "repair_orders"]
    first = [day for match in orders if (day := _first(match)) is not None]
    day = min(first, default=pd.Timestamp("2000-01-01")).replace(day=1).date()
    out: dict[str, dict[str, Any]] = {}
    for match in proposal.read:
        found = {guess.column for guess in match.guesses} | settings.constants.get(match.table, {}).keys()
        for column in TABLES[match.table].columns:
            if column.required and column.name in ASSUMED and column.name not in found:
                out.setdefault(match.table, {})[column.name] = ASSUMED[column.name] or day
    return out


def _first(match: Match) -> pd.Timestamp | None:
    """The day of the first visit."""
    column, raw = TABLES[match.table].column("opened_at"), match.seen.raw
    place = next((guess.place for guess in match.guesses if guess.column == column.name), None)
    if raw is None or place is None:
        return None
    dates = (
        values.read(v, column) for v in raw.cells[place] if v is not None and not looks.unread(column, v)
    )
    return min((pd.Timestamp(day) for day in dates if day is not None), default=None)


def _values(proposal: Proposal, settings: Params) -> dict[str, list[Value]]:
    """Values of columns with options that are none of them, the commonest first."""
    counts: dict[str, Counter[str]] = {}
    for match in proposal.read:
        for guess in match.guesses:
            column = TABLES[match.table].column(guess.column)
            if column.kind in ("code", "flag", "answer") and match.seen.raw is not None:
                cells = match.seen.raw.cells[guess.place]
                texts = Counter(looks.text(v) for v in cells if v is not None and not values.is_empty(v))
                counts.setdefault(f"{match.table}.{column.name}", Counter()).update(texts)
    answers = [texts for name, texts in counts.items() if _column(name).kind == "answer"]
    scale = _scale({text for texts in answers for text in texts})
    out = {}
    for name, texts in counts.items():
        column, known = _column(name), settings.value_aliases.get(name, {})
        points = scale if column.kind == "answer" else {}
        every = [*texts.most_common(), *((point, 0) for point in points if point not in texts)]
        found = [
            _value(column, text, count, points)
            for text, count in every
            if foreign.plain(text) not in known and (text in points or looks.unread(column, text))
        ]
        if found:
            out[name] = found
    return out


def _column(name: str) -> Column:
    table, _, column = name.partition(".")
    return TABLES[table].column(column)


def _value(column: Column, text: str, count: int, scale: Mapping[str, float]) -> Value:
    if text in scale:
        return Value(text, count, scale[text], False)
    if mask.text(text) != text:
        return Value(mask.text(text), count, None, False)  # nothing personal belongs into the params
    if meant := looks.meaning(column, text):
        return Value(text, count, float(meant[0]) if column.kind == "answer" else meant[0], meant[1])
    other = "other" if column.kind == "code" and "other" in CODES[column.codes or ""] else None
    return Value(text, count, other, False)


def _scale(texts: Collection[str]) -> dict[str, float]:
    """Points of a scale to 5, or to 10: every number of all questions is on it, and its top is used."""
    numbers = [float(text) for text in texts if looks.is_number(text)]
    top = max(numbers, default=0)
    if top not in (5, 10) or not all(n.is_integer() and 1 <= n <= top for n in numbers):
        return {}
    return {str(n): n * 100 / top for n in range(int(top), 0, -1)}

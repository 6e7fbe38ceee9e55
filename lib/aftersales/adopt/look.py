"""Looking at a foreign source: each file, sheet and table of it, read as it will be, whatever its name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from aftersales.contract import command, place
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message
from aftersales.contract.schema import TABLES
from aftersales.sources.cells.lexicon import HEADERS
from aftersales.sources.cells.looks import Sample
from aftersales.sources.cells.raw import Raw, headers_of, plain
from aftersales.sources.readers import files, read
from aftersales.sources.readers.names import likely

_ROWS = 20_000  # of a table of a database or of Parquet: its values are counted among them
_FALLBACK = "repair_orders"


@dataclass(frozen=True)
class Seen:
    """A file, sheet or table of a source.

    Attributes
    ----------
    title
        Where it stands, in words.
    names
        What the params can call it by: its own name, then that of its file.
    raw
        As it stands; None where it can't be read.
    whole
        Whether all its rows were seen.
    """

    title: str
    names: tuple[str, ...]
    raw: Raw | None
    whole: bool = True

    @cached_property
    def samples(self) -> list[Sample]:
        """What stands under each header."""
        return [] if self.raw is None else [Sample(cells) for cells in self.raw.cells]


def look(source: str) -> list[Seen]:
    """Everything of a source that may be a table.

    Raises
    ------
    InputError
        It is the built-in store, does not exist or can't be opened.
    """
    if place.is_demo(source):
        given = command.option("source")
        raise InputError(
            Message(
                f"内置示范店不用适配：请写明您的导出在哪里，{given}。",
                f"The built-in store needs no adopting: say where your export is, {given}.",
            )
        )
    if place.is_url(source):
        from aftersales.sources.readers import database

        raws = database.samples(source, _ROWS)
        return [Seen(raw.file, (raw.file,), raw, len(raw) < _ROWS) for raw in raws]
    path = read.path_of(source)
    found = files.places(path)
    return [_seen(file, sheet, path, source, sum(f == file for f, _ in found)) for file, sheet in found]


def _seen(file: Path, sheet: str | None, path: Path, source: str, sheets: int) -> Seen:
    called = place.file_name(source, path) if file == path else file.name
    title = called if sheet is None or sheets == 1 else f"{called} {sheet}"
    names = tuple(dict.fromkeys([file.stem] if sheet is None else [sheet, file.stem]))
    names = names[::-1] if sheets == 1 else names[:1]
    guess = next((table for name in names for table in likely(name)), _FALLBACK)
    try:
        if file.is_dir() or file.suffix.lower() == ".parquet":
            from aftersales.sources.readers import parquet

            raw = parquet.sample(file, called, _ROWS)
            return Seen(title, names, raw, len(raw) < _ROWS)
        own = {file.stem: None, sheet: guess} if sheet is not None else {file.stem: guess}
        found = files.read(file, _vocabulary(guess), called=called, own=own)
    except (InputError, OSError):
        return Seen(title, names, None)
    return Seen(title, names, next((raw for raw in found.raws if raw.sheet == sheet), None))


def _vocabulary(table: str) -> dict[str, str]:
    """Every word of the trade as a header: so the row of the headers is found, whatever table it is of."""
    known = headers_of(table, {})
    words = [word for several in HEADERS.values() for word in several]
    words += [name for t in TABLES.values() for c in t.columns for name in (c.name, c.zh, *c.aliases)]
    return {word: "store" for word in words if plain(word) not in known}

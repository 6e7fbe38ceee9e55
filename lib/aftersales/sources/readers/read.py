"""A source as raw tables: a folder, a workbook or a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aftersales.contract import place
from aftersales.contract.errors import InputError
from aftersales.contract.schema import TABLES
from aftersales.sources.readers import files
from aftersales.sources.readers.files import Found, Known
from aftersales.sources.readers.slices import SliceReader


def whole(source: str, more: Mapping[str, str], known: Known | None = None) -> Found:
    """All tables of a folder, a workbook or a file.

    Raises
    ------
    InputError
        The source does not exist, can't be read, or has no table of ours.
    """
    path = _path(source)
    found = files.read(path, more, known, place.file_name(source, path))
    existing = [*found.raws, *found.typed]
    if not existing and found.faults:
        raise InputError(found.faults)
    if not existing:
        names = ", ".join(f"{t.name} ({t.zh})" for t in TABLES.values())
        raise InputError(
            f"{place.label(source)}: no table found in it. Expected files or sheets named {names}."
        )
    return found


@contextmanager
def in_parts(source: str, more: Mapping[str, str]) -> Iterator[SliceReader | None]:
    """A source that can be read in part, open; None where it can't: it is read whole."""
    if place.is_url(source):
        from aftersales.sources.readers import database

        with database.opened(source, more) as reader:
            yield reader
        return
    path = _path(source)
    tables = files.parquet_only(path)
    if not tables:
        yield None
        return
    from aftersales.sources.readers import parquet

    called = {t: place.file_name(source, path) for t, file in tables.items() if file == path}
    yield parquet.ParquetFolder(tables, more, called)


def _path(source: str) -> Path:
    path = place.path(source)
    if path.is_file() and path.suffix.lower() not in files.SUFFIXES:
        raise InputError(
            f"{place.label(source)}: expected a folder, or a file ending in {', '.join(files.SUFFIXES)}."
        )
    return path

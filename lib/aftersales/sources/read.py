"""A source as raw tables: a folder, a workbook or a database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aftersales.errors import InputError
from aftersales.schema import TABLES
from aftersales.sources import files
from aftersales.sources.files import Found, Known
from aftersales.sources.slices import SliceReader


def is_url(source: str) -> bool:
    """Whether a source is a database URL."""
    return re.match(r"^[a-z][a-z0-9+]*://", source, re.I) is not None


def whole(source: str, more: Mapping[str, str], known: Known | None = None) -> Found:
    """All tables of a folder, a workbook or a file.

    Raises
    ------
    InputError
        The source is not there, can't be read, or has no table of ours.
    """
    path = _path(source)
    found = files.read(path, more, known)
    there = [*found.raws, *found.typed]
    if not there and found.faults:
        raise InputError(found.faults)
    if not there:
        names = ", ".join(f"{t.name} ({t.zh})" for t in TABLES.values())
        raise InputError(f"source {source}: no table found in it. Expected files or sheets named {names}.")
    return found


@contextmanager
def in_parts(source: str, more: Mapping[str, str]) -> Iterator[SliceReader | None]:
    """A source that can be asked for a part of it, open; None where it can't: it is read whole."""
    if is_url(source):
        from aftersales.sources import database

        with database.opened(source, more) as reader:
            yield reader
        return
    tables = files.parquet_only(_path(source))
    if not tables:
        yield None
        return
    from aftersales.sources import parquet

    yield parquet.ParquetFolder(tables, more)


def _path(source: str) -> Path:
    path = Path(source).expanduser()
    try:
        there = path.exists()
    except OSError:  # a name too long for the system
        there = False
    if not there:
        raise InputError(
            f"source {source}: no such file or folder. Give a folder of exports, a workbook or a database URL."
        )
    if path.is_file() and path.suffix.lower() not in files.SUFFIXES:
        raise InputError(f"source {source}: expected a folder, or a file ending in {', '.join(files.SUFFIXES)}.")
    return path


def describe(source: str) -> str:
    """A source in words fit for print: no password, no path of this machine."""
    if source == "demo":
        return "demo"
    if is_url(source):
        import sqlalchemy as sa

        url = sa.engine.make_url(source)
        return f"{url.get_backend_name()}:{Path(url.database or '').name}"
    return Path(source).name or str(source)

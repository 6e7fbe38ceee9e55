"""A source as raw tables: a folder, a workbook or a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from aftersales.contract import place
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message
from aftersales.contract.schema import TABLES
from aftersales.sources.readers import files
from aftersales.sources.readers.files import Known
from aftersales.sources.readers.found import Found, Own
from aftersales.sources.readers.slices import SliceReader

_REMARKS = 5  # on what is there instead, in the message that no table is


def whole(
    source: str, more: Mapping[str, str], known: Known | None = None, own: Own = MappingProxyType({})
) -> Found:
    """All tables of a folder, a workbook or a file.

    Raises
    ------
    InputError
        The source does not exist, can't be read, or has no table of ours.
    """
    path = _path(source)
    found = files.read(path, more, known, place.file_name(source, path), own)
    existing = [*found.raws, *found.typed]
    if not existing and found.faults:
        raise InputError(found.faults)
    if not existing:
        zh, en = ("".join(f" {note.text(lang)}" for note in found.notes[:_REMARKS]) for lang in ("zh", "en"))
        raise InputError(
            Message(
                zh=f"{place.label(source)}：里面没有本报告的表。应有叫"
                f"{'、'.join(t.zh for t in TABLES.values())}的文件或工作表。"
                f"要让程序看看哪个可能是哪张表：make adopt SOURCE=…（aftersales adopt --source …）。{zh}",
                en=f"{place.label(source)}: no table found in it. Expected files or sheets named "
                f"{', '.join(f'{t.name} ({t.zh})' for t in TABLES.values())}. To have the program look which "
                f"may be which: make adopt SOURCE=… (aftersales adopt --source …).{en}",
            )
        )
    return found


@contextmanager
def in_parts(
    source: str, more: Mapping[str, str], own: Own = MappingProxyType({})
) -> Iterator[SliceReader | None]:
    """A source that can be read in part, open; None where it can't: it is read whole."""
    if place.is_url(source):
        from aftersales.sources.readers import database

        with database.opened(source, more, own) as reader:
            yield reader
        return
    path = _path(source)
    tables = files.parquet_only(path, own)
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

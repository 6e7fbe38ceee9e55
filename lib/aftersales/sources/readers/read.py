"""A source as raw tables: a folder, a workbook or a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from aftersales.contract import command, place
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, listed
from aftersales.contract.schema import TABLES
from aftersales.sources.readers import files
from aftersales.sources.readers.files import Known, Large
from aftersales.sources.readers.found import Found, Own
from aftersales.sources.readers.slices import SliceReader

_REMARKS = 5  # on what is there instead, in the message that no table is


def whole(
    source: str,
    more: Mapping[str, str],
    known: Known | None = None,
    own: Own = MappingProxyType({}),
    large: Large | None = None,
) -> Found:
    """All tables of a folder, a workbook or a file; `known` and `large` as of `files.read`.

    Raises
    ------
    InputError
        The source does not exist, can't be read, or has no table of ours.
    """
    path = path_of(source)
    found = files.read(path, more, known, place.file_name(source, path), own, large)
    existing = [*found.raws, *found.typed]
    if not existing and found.faults:
        raise InputError(found.faults)
    if not existing:
        about, adopt = place.label(source), command.of("adopt", source=command.OPEN)
        zh, en = ("".join(f" {note.text(lang)}" for note in found.notes[:_REMARKS]) for lang in ("zh", "en"))
        raise InputError(
            Message(
                zh=f"{about.zh}：里面没有本报告的表。应有叫{'、'.join(t.zh for t in TABLES.values())}"
                f"的文件或工作表。要让程序看看哪个可能是哪张表：{adopt}。{zh}",
                en=f"{about.en}: no table found in it. Expected files or sheets named "
                f"{', '.join(f'{t.name} ({t.zh})' for t in TABLES.values())}. To have the program look which "
                f"may be which: {adopt}.{en}",
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
    path = path_of(source)
    tables = files.parquet_only(path, own)
    if not tables:
        yield None
        return
    from aftersales.sources.readers import parquet

    called = {t: place.file_name(source, path) for t, file in tables.items() if file == path}
    yield parquet.ParquetFolder(tables, more, called)


def path_of(source: str) -> Path:
    """The folder or file of a source that is one."""
    path = place.path(source)
    if path.is_file() and path.suffix.lower() not in (*files.SUFFIXES, place.SHARD):
        about, endings = place.label(source), listed(files.SUFFIXES)
        raise InputError(
            Message(
                f"{about.zh}：应是文件夹，或以 {endings.zh} 结尾的文件。",
                f"{about.en}: expected a folder, or a file ending in {endings.en}.",
            )
        )
    return path

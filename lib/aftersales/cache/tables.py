"""What was read is cached.

Tables as Arrow streams, one file a table, under a key of everything that they depend on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aftersales.cache import content
from aftersales.cache import frames as as_arrow
from aftersales.cache import store as cached
from aftersales.contract import alive, place
from aftersales.contract.notes import Note
from aftersales.contract.row_counts import LeftOut, RowCount
from aftersales.contract.schema import TABLES
from aftersales.contract.tables import Tables

if TYPE_CHECKING:
    import pandas as pd

LIMIT = 20
_SNAPSHOT = "snapshot-"
_PACKAGE = Path(__file__).resolve().parents[1]
_CODE = ("contract/*.py", "sources/**/*.py", "demo/*.py")


def folder() -> Path:
    """Where tables are cached."""
    return cached.folder("tables")


def key(source: str, way: Sequence[Any], snapshot: str, part: tuple[str | None, ...]) -> str | None:
    """The key of a source, of its files as they are now; None for a database, which may change unseen.

    Parameters
    ----------
    way
        What a reading depends on besides the source, as plain values.
    snapshot
        Names a reading that counts for one whole report: of a database, or of files read anew.
    part
        Store and months, where the source can be read in part.
    """
    url = place.is_url(source)
    if url and not snapshot:
        return None
    files = [] if place.is_demo(source) or url else content.of_files(place.path(source))
    in_parts = url or any(name.endswith(".parquet") for name, _ in files)
    payload = [
        source,
        place.behind(source),
        *way,
        files,
        part if in_parts else None,
        code(),
    ]
    digest = hashlib.sha256(json.dumps(payload, ensure_ascii=False).encode()).hexdigest()[:32]
    return f"{_SNAPSHOT}{snapshot}-{digest}" if snapshot else digest


def forget(snapshot: str) -> None:
    """Remove what was cached for one report alone."""
    for at in folder().glob(f"{_SNAPSHOT}{snapshot}-*"):
        alive.remove(at)
    alive.remove(_lock(snapshot))


def hold(snapshot: str) -> None:
    """Until this process ends, or forgets it, what is cached for one report alone is known to be in use."""
    if not snapshot or _lock(snapshot) in alive.HELD:
        return
    with suppress(OSError):
        cached.make(folder())
        alive.hold_file(_lock(snapshot))


def _lock(snapshot: str) -> Path:
    return folder() / f"{_SNAPSHOT}{snapshot}{alive.LOCK}"


@cache
def code() -> str:
    """A hash of the code and the versions that decide what comes out of a reading."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {version('pandas')} {version('numpy')}".encode())
    for pattern in _CODE:
        for file in sorted(_PACKAGE.glob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def stores(key: str) -> tuple[list[str], bool] | None:
    """The stores of a source that was read, and whether it is the source that names them.

    None = not cached.
    """
    try:
        about = json.loads((folder() / key / "stores.json").read_bytes())
        os.utime(folder() / key)
        return list(about["names"]), about["named"]
    except (OSError, ValueError, KeyError):
        return None


def of_store(key: str, store: str, names: Sequence[str]) -> str:
    """The key of one store's tables, of a source of one or of several stores."""
    return key if len(names) < 2 else f"{key}-{hashlib.sha256(store.encode()).hexdigest()[:16]}"


def keep(key: str, tables: Tables, names: Sequence[str], named: bool) -> None:
    """Keep one store's tables, which stores the source has and whether it names them; of two that read the
    same at once the first wins.

    Where nothing can be cached (a full disk, a folder that is not ours) the next reading takes longer, no
    more.
    """
    at = of_store(key, tables.store, names)
    about = {"names": list(names), "named": named, "stores": {}}
    if at != key and stores(key) is None:
        _write(key, about, None)
    _write(at, about, tables)


def _write(at: str, about: dict[str, Any], tables: Tables | None) -> None:
    base = folder()
    with suppress(OSError, TypeError, ValueError, NotImplementedError), cached.unfinished(base) as work:
        if tables is not None:
            about = about | {"stores": {tables.store: _frames(tables, work)}}
        cached.put(work / "stores.json", json.dumps(about, ensure_ascii=False).encode())
        os.rename(work, base / at)
        _forget(base)


def _frames(tables: Tables, work: Path) -> dict[str, Any]:
    """Write a store's tables into a folder; all else that is known of them."""
    hashes = {}
    for name in TABLES:
        if (frame := tables[name]) is not None:
            with cached.opened(work / f"{name}.arrow") as stream:
                as_arrow.write(frame, stream)
            hashes[name] = _content(frame)
    return {
        "hashes": hashes,
        "source": tables.source,
        "synthetic": tables.synthetic,
        "notes": [[note.code, dict(note.values)] for note in tables.notes],
        "repairs": tables.repairs,
        "rows": [asdict(count) for count in tables.rows],
    }


def _content(frame: pd.DataFrame) -> str:
    """A hash of what a table holds; its bytes in the cache may be others each time."""
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False, nthreads=1).replace_schema_metadata(None)
    digest = hashlib.sha256()

    class Into:
        """A file that hashes what is written into it, and keeps nothing."""

        closed = False

        def write(self, data: Any) -> int:
            digest.update(data)
            return len(data)

        def flush(self) -> None:
            pass

    with pa.ipc.new_stream(pa.PythonFile(Into(), mode="w"), table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return digest.hexdigest()[:16]


def load(key: str, store: str) -> Tables | None:
    """One store's tables as they were cached.

    None where a file is damaged or another run has just removed it.
    """
    at = folder() / key
    try:
        about = json.loads((at / "stores.json").read_bytes())["stores"][store]
        frames = {name: as_arrow.from_bytes((at / f"{name}.arrow").read_bytes()) for name in about["hashes"]}
    except Exception:  # a damaged file may raise anything
        return None
    with suppress(OSError):
        os.utime(at)
    return Tables(
        store=store,
        source=about["source"],
        synthetic=about["synthetic"],
        notes=tuple(Note(*note) for note in about["notes"]),
        repairs=tuple(about["repairs"]),
        rows=tuple(_row_count(**count) for count in about["rows"]),
        hashes=about["hashes"],
        **frames,
    )


def _row_count(left_out: list[dict[str, Any]], **about: Any) -> RowCount:
    return RowCount(**about, left_out=tuple(LeftOut(**part) for part in left_out))


def drop(key: str) -> None:
    """Remove what was cached of a source."""
    shutil.rmtree(folder() / key, ignore_errors=True)


def _forget(base: Path) -> None:
    """Keep the sources used last; of runs that were cut off nothing stays."""
    alive.sweep(base, cached.UNFINISHED)
    used = {}
    for path in base.iterdir():
        with suppress(OSError):  # another run may remove it at the same time
            used[path] = path.stat().st_mtime
    finished = sorted((p for p in used if not p.name.startswith(".") and p.is_dir()), key=lambda p: used[p])
    for old in finished[:-LIMIT]:
        shutil.rmtree(old, ignore_errors=True)

"""What was read is kept: tables as pickles, one file a table, under a key of everything that they depend on."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from aftersales import place
from aftersales.params import ROOT
from aftersales.schema import TABLES
from aftersales.tables import Tables

if TYPE_CHECKING:
    import pandas as pd

    from aftersales.sources import How

KEPT = 20
_UNFINISHED = ".new-"
_SNAPSHOT = "snapshot-"
_PACKAGE = Path(__file__).resolve().parents[1]
_CODE = ("schema.py", "mask.py", "tables.py", "sources/*.py", "demo/*.py")


def folder() -> Path:
    """Where tables are kept: ``AFTERSALES_CACHE``, else the project's ``.cache``."""
    return Path(os.environ.get("AFTERSALES_CACHE") or ROOT / ".cache") / "tables"


def key(source: str, how: How, part: tuple[str | None, ...]) -> str | None:
    """The key of a source, of its files as they are now; None for a database, which may change unseen.

    `how.snapshot` names a reading that counts for one whole report: of a database, or of files read anew.
    """
    url = place.is_url(source)
    if url and not how.snapshot:
        return None
    files: list[tuple[str, int, int]] = []
    if not place.is_demo(source) and not url:
        path = place.path(source)
        for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
            state = file.stat()
            files.append((str(file.resolve()), state.st_size, state.st_mtime_ns))
    in_parts = url or any(name.endswith(".parquet") for name, _, _ in files)
    told = [
        source, place.behind(source), sorted(how.aliases.items()), how.default_store, how.masked, repr(how.corrections), files,
        part if in_parts else None, code(),
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:32]
    return f"{_SNAPSHOT}{how.snapshot}-{digest}" if how.snapshot else digest


def forget(snapshot: str) -> None:
    """Remove what was kept for one report alone."""
    for at in folder().glob(f"{_SNAPSHOT}{snapshot}-*"):
        shutil.rmtree(at, ignore_errors=True)


@cache
def code() -> str:
    """A hash of the code and the versions that decide what comes out of a reading."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {version('pandas')} {version('numpy')}".encode())
    for pattern in _CODE:
        for file in sorted(_PACKAGE.glob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def stores(key: str) -> tuple[list[str], bool] | None:
    """The stores of a source that was read, and whether it is the source that names them; None = not kept."""
    try:
        about = json.loads((folder() / key / "stores.json").read_text(encoding="utf-8"))
        return list(about["stores"]), about["named"]
    except (OSError, ValueError, KeyError):
        return None


def keep(key: str, read: Mapping[str, Tables], named: bool) -> None:
    """Keep what was read; of two that read the same at once the first wins.

    Where nothing can be kept (a full disk, a folder that is not ours) the next reading takes longer, no more.
    """
    base = folder()
    try:
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        work = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=base))
    except OSError:
        return
    about = {}
    try:
        for number, (store, tables) in enumerate(read.items()):
            there, hashes = [], {}
            for name in TABLES:
                frame = tables[name]
                if frame is None:
                    continue
                (work / f"{number}-{name}.pickle").write_bytes(pickle.dumps(frame, protocol=5))
                there.append(name)
                hashes[name] = _content(frame)
            about[store] = {"number": number, "tables": there, "hashes": hashes, "source": tables.source,
                            "synthetic": tables.synthetic, "notes": tables.notes, "repairs": tables.repairs}  # fmt: skip
        (work / "stores.json").write_text(
            json.dumps({"named": named, "stores": about}, ensure_ascii=False), encoding="utf-8"
        )
        os.rename(work, base / key)
    except OSError:
        pass
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _forget(base)


def _content(frame: pd.DataFrame) -> str:
    """A hash of what a table holds; its pickle may have other bytes each time."""
    import pyarrow as pa

    told = pa.Table.from_pandas(frame, preserve_index=False, nthreads=1).replace_schema_metadata(None)
    with pa.BufferOutputStream() as stream:
        with pa.ipc.new_stream(stream, told.schema) as writer:
            writer.write_table(told.combine_chunks())
        return hashlib.sha256(stream.getvalue()).hexdigest()[:16]


def load(key: str, store: str) -> Tables | None:
    """One store's tables as they were kept; None where a file is damaged or another run has just removed it."""
    at = folder() / key
    try:
        about = json.loads((at / "stores.json").read_text(encoding="utf-8"))["stores"][store]
        frames = {
            name: pickle.loads((at / f"{about['number']}-{name}.pickle").read_bytes())
            for name in about["tables"]
        }
    except Exception:  # a damaged pickle may raise anything
        return None
    with suppress(OSError):
        os.utime(at)
    return Tables(store=store, source=about["source"], synthetic=about["synthetic"], notes=tuple(about["notes"]),
                  repairs=tuple(about["repairs"]), hashes=about["hashes"], **frames)  # fmt: skip


def drop(key: str) -> None:
    """Remove what was kept of a source."""
    shutil.rmtree(folder() / key, ignore_errors=True)


def _forget(base: Path) -> None:
    """Keep the sources used last; of runs that were cut off nothing stays."""
    used = {}
    for path in base.iterdir():
        with suppress(OSError):  # another run may remove it at the same time
            used[path] = path.stat().st_mtime
    finished = sorted((p for p in used if not p.name.startswith(_UNFINISHED)), key=lambda p: used[p])
    cut_off = [p for p in used if p.name.startswith(_UNFINISHED) and used[p] < time.time() - 3600]
    for old in [*finished[:-KEPT], *cut_off]:
        shutil.rmtree(old, ignore_errors=True)

"""What a file holds, as a hash: a source that was changed is never taken for the same.

A file that has the size, the dates and the place that it had when it was hashed is not read again. Its date
of change (`st_ctime`) is set by the system alone, so that a file whose other date was put back is noticed.
Two changes within one tick of a clock are not told apart by any date: of a file that was changed moments
before it was hashed nothing is remembered.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from pathlib import Path

from aftersales.cache import store

_YOUNG_SECONDS = 3  # longer than a tick of any file system's clock
_LIMIT = 2000  # files


def files(path: Path) -> list[Path]:
    """Every file of a folder, or the one file."""
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def of_files(path: Path) -> list[tuple[str, str]]:
    """Every file of a folder, or the one file, with the hash of what it holds."""
    return [(str(file.resolve()), of(file)) for file in files(path)]


def of(file: Path) -> str:
    """A hash of a file's content; from it nobody learns the hash that others may use as a key."""
    about = file.stat()
    state = [about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino, about.st_dev]
    place = store.folder("content") / store.digest(str(file.resolve()))
    if os.name == "posix":  # elsewhere no date tells of every change
        with suppress(OSError, ValueError, TypeError):
            known, content = json.loads(place.read_bytes())
            if known == state:
                return str(content)
    hashed_at = time.time()
    with file.open("rb") as stream:
        content = hashlib.sha256(b"content" + hashlib.file_digest(stream, "sha256").digest()).hexdigest()
    if hashed_at - max(about.st_mtime, about.st_ctime) > _YOUNG_SECONDS:
        with suppress(OSError):
            store.write(place, json.dumps([state, content]).encode())
            store.sweep(place.parent, "*", _LIMIT)
    return content

"""A report appears whole or not at all."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from aftersales.export import history

_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_AT_FDCWD = -100
_WORK = ".making-"
_ABANDONED_SECONDS = 6 * 3600


def folder_name(store: str) -> str:
    """A store's name as the name of a folder: what a file system forbids is percent-encoded.

    >>> folder_name("东城/二店")
    '东城%2F二店'
    """
    name = "".join(quote(c, safe="") if c in '/\\:*?"<>|%' or ord(c) < 32 else c for c in store.strip())
    return "%2E" + name[1:] if name.startswith(".") else name


@contextmanager
def publishing(target: Path) -> Iterator[Path]:
    """A folder to write a report into; it takes the place of `target` when the block ends well.

    When the block raises, nothing of it is left and what was published before is as it was. On Linux the
    two folders change places in one step; elsewhere the old one is moved aside for an instant. Figures and
    manifest of what it replaces are kept before that; see `aftersales.export.history`.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target.parent)
    work = Path(tempfile.mkdtemp(prefix=_WORK, dir=target.parent))
    os.chmod(work, 0o755 & ~_umask())
    try:
        yield work
        history.keep(target, work)
        _swap(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Remove what runs that were killed have left."""
    for left in parent.glob(f"{_WORK}*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - _ABANDONED_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _swap(new: Path, target: Path) -> None:
    if not target.exists():
        try:
            os.rename(new, target)
            return
        except OSError:
            if not target.exists():
                raise
    if not _exchange(new, target):
        aside = Path(tempfile.mkdtemp(prefix=".before-", dir=target.parent))
        os.rename(target, aside / "old")
        os.rename(new, target)
        shutil.rmtree(aside, ignore_errors=True)


def _exchange(a: Path, b: Path) -> bool:
    """Let two folders change places atomically; False where the system cannot."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    return bool(renameat2(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _EXCHANGE) == 0)

"""Tells what a run at work holds from what killed runs have left.

A lock goes with its process, however it ends. No clock is asked, which may have been set back. The lock is
`flock`, the system's own: `filelock` would take a fifth of a second to import, which every command waits for.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK = ".lock"
HELD: dict[Path, int] = {}  # by this process


def hold(fd: int) -> None:
    """Lock an open file for as long as it is open; where the system cannot, nothing happens."""
    if fcntl is not None:
        with suppress(OSError):
            fcntl.flock(fd, fcntl.LOCK_EX)  # whoever looks whether it is held has it for an instant


def hold_file(path: Path) -> None:
    """Make a file that is locked until it is removed by `remove`, or this process ends."""
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        hold(fd)
        with suppress(OSError):  # another run took it for a dead one's in the instant before it was locked
            if os.stat(path).st_ino == os.fstat(fd).st_ino:
                HELD[path] = fd
                return
        os.close(fd)


@contextmanager
def dead(path: Path) -> Iterator[bool]:
    """Whether nobody holds a file: it is not there, or is no file, or whoever held it has ended.

    Nobody can take it up inside the block.
    """
    if path in HELD or path.is_dir():
        yield path not in HELD
        return
    if fcntl is None:  # Windows, which removes no file that is open
        with suppress(OSError):
            path.unlink()
        yield not path.exists()
        return
    made = not path.exists()
    try:
        # made where it is missing: somebody may be about to make and hold it
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield made  # there is no such folder, or it is not ours to look into
        return
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # and not one that was removed, and made again by another, since it was opened
        free = os.stat(path).st_ino == os.fstat(fd).st_ino
    except OSError:
        free = False
    try:
        yield free
    finally:
        if made and free:
            with suppress(OSError):
                path.unlink()
        os.close(fd)


def remove(path: Path) -> None:
    """Remove a file or a folder, and let go of it."""
    if fcntl is None:  # Windows, which removes no file that is open
        _let_go(path)
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    _let_go(path)


def replace(path: Path, target: Path) -> None:
    """Put a held file in the place of another, and let go of it."""
    if fcntl is None:  # Windows, which moves no file that is open
        _let_go(path)
    os.replace(path, target)
    _let_go(path)


def _let_go(path: Path) -> None:
    if (fd := HELD.pop(path, None)) is not None:
        os.close(fd)


@contextmanager
def folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A folder to work in.

    When the block ends, nothing of it is left, nor of what has its name with a dot and more behind it.
    """
    handle, name = tempfile.mkstemp(LOCK, prefix, parent)
    os.close(handle)
    lock = Path(name)
    hold_file(lock)
    work = Path(name.removesuffix(LOCK))
    try:
        work.mkdir(0o700)
        work.chmod(0o700)
        yield work
    finally:
        for left in _of(work):
            remove(left)
        remove(lock)


def sweep(parent: Path, prefix: str) -> list[Path]:
    """Remove what killed runs have left of `folder`: everything of that prefix that is not held.

    Returns
    -------
    list of Path
        What was removed.
    """
    removed = []
    for name in {p.name[len(prefix) :].partition(".")[0] for p in parent.glob(f"{prefix}*")}:
        work = parent / f"{prefix}{name}"
        lock = work.with_name(work.name + LOCK)
        with dead(work if work.is_file() and not lock.exists() else lock) as left:
            for at in (*_of(work), lock) if left else ():
                remove(at)
                removed.append(at)
    return removed


def _of(work: Path) -> list[Path]:
    """A folder and what was made beside it, without its lock."""
    beside = [p for p in work.parent.glob(f"{work.name}.*") if p.name != work.name + LOCK]
    return [work, *beside]

"""A report appears whole or not at all."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from aftersales.contract import alive, destination
from aftersales.contract.names import folder_name as folder_name
from aftersales.export import history, modes

DRAFTS, COMPARED = "drafts", "compare"  # beside the months' folders
MONTHS = "[0-9][0-9][0-9][0-9]-[0-9][0-9]"
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_AT_FDCWD = -100
_WORK, _ASIDE = ".making-", "before"
_HELD_SECONDS = 5
_FORMER = ".before-"  # where earlier versions moved what they were to replace


@contextmanager
def publishing(target: Path) -> Iterator[Path]:
    """A folder to write a report into; it takes the place of `target` when the block ends well.

    When the block raises, nothing of it is left and what was published before is as it was. On Linux the
    two folders change places in one step; elsewhere the old one is moved aside for an instant. Figures and
    manifest of what it replaces are kept before that; see `aftersales.export.history`.

    Raises
    ------
    InputError
        A file stands where the report is to go, no folder can be made there, or on Windows somebody has a
        file of the published report open.
    """
    if target.exists() and not target.is_dir():
        raise destination.refused(target, "out", NotADirectoryError(errno.ENOTDIR, ""))
    destination.require_closed(target)
    sweep(target.parent.parent)
    _sweep(target.parent)
    try:
        made = modes.make(target.parent)
    except OSError as error:
        raise destination.refused(target.parent, "out", error) from None
    try:
        with alive.folder(target.parent, _WORK) as work:
            yield work
            modes.publish(work)
            try:
                history.keep(target, work)
            except (FileExistsError, NotADirectoryError) as error:
                raise destination.refused(history.folder(target), "out", error) from None
            _swap(work, target)
    finally:
        for folder in made:  # where nothing was published
            with suppress(OSError):
                folder.rmdir()


def sweep(out: Path) -> None:
    """Remove what runs that were killed have left where reports are published."""
    for month in (*out.glob(MONTHS), *out.glob(f"{DRAFTS}/{MONTHS}")):
        if _sweep(month):
            for folder in (month, out / DRAFTS):
                with suppress(OSError):  # unless there is a report in it
                    folder.rmdir()


def _sweep(month: Path) -> bool:
    """Put back what a killed run had moved aside and not replaced, and remove the rest."""
    for aside in (*month.glob(f"{_WORK}*.{_ASIDE}"), *month.glob(f"{_FORMER}*")):
        with alive.dead(aside.with_suffix(alive.LOCK)) as left:
            if left and aside.is_dir():
                _put_back(aside)
    return bool(alive.sweep(month, _WORK) + alive.sweep(month, _FORMER))


def _put_back(aside: Path) -> None:
    for old in aside.iterdir():
        with suppress(OSError, ValueError, KeyError, TypeError):  # what is no report stays aside, and goes
            store = json.loads((old / history.FIGURES).read_text("utf-8"))["store"]
            target = aside.parent / folder_name(store)
            if not target.exists():
                os.rename(old, target)


def _swap(new: Path, target: Path) -> None:
    if not target.exists():
        try:
            os.rename(new, target)
            return
        except OSError:
            if not target.exists():
                raise
    if not _exchange(new, target):
        aside = new.with_name(f"{new.name}.{_ASIDE}")  # known by the lock of this run
        aside.mkdir()
        _move(target, aside / "old")
        try:
            _move(new, target)
        except OSError:
            _move(aside / "old", target)
            raise
        shutil.rmtree(aside, ignore_errors=True)


def _move(folder: Path, to: Path) -> None:
    """Move a folder; on Windows what looks into a file, as a virus scanner does, keeps it for a moment."""
    until = time.monotonic() + _HELD_SECONDS
    while True:
        try:
            os.rename(folder, to)
            return
        except PermissionError:
            if sys.platform != "win32":
                raise
            if time.monotonic() > until:
                destination.require_closed(folder)
                raise
            time.sleep(_HELD_SECONDS / 10)


def _exchange(a: Path, b: Path) -> bool:
    """Let two folders change places atomically; False where the system cannot."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    return bool(renameat2(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _EXCHANGE) == 0)

"""Who may read what is published: its owner and their group, whatever the umask."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o750, 0o640


def publish(folder: Path) -> None:
    """Let the group read a folder and all that is in it, and nobody else."""
    for at, folders, files in os.walk(folder):
        for name in files:
            os.chmod(os.path.join(at, name), FILE)
        for one in (at, *(os.path.join(at, name) for name in folders)):
            _open(one)


def make(folder: Path) -> list[Path]:
    """Make a folder and those above it that are missing, for the group to read.

    Returns
    -------
    list of Path
        What was made, the lowest first.
    """
    made: list[Path] = []
    if not folder.is_dir():
        made = make(folder.parent) if folder.parent != folder else []
        with suppress(FileExistsError):  # another run has just made it
            folder.mkdir()
            _open(folder)
            made.insert(0, folder)
        if not folder.is_dir():
            raise NotADirectoryError(20, os.strerror(20), str(folder))
    return made


def _open(folder: str | Path) -> None:
    inherited = os.stat(folder).st_mode & stat.S_ISGID  # by which a shared folder gives its group
    os.chmod(folder, FOLDER | inherited)

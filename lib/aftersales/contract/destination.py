"""Where something is to be written: tried before the work, and written whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aftersales.contract import alive, command, machine
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, listed


def try_file(path: Path, option: str) -> None:
    """Refuse the name of a file that cannot be written.

    Parameters
    ----------
    path
        The file; folders that are not there yet are made when it is written.
    option
        By which option it was given, as ``xlsx``.

    Raises
    ------
    InputError
        It cannot be written there; the message says why.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        if path.exists():
            if not path.is_file():
                raise OSError(errno.EINVAL, "")
            path.open("ab").close()  # Windows refuses it while Excel has the file open
        real = Path(os.path.realpath(path))
        _try(real.parent, real.name)
    except (OSError, ValueError) as error:
        raise refused(path, option, error) from None


def try_folder(path: Path, option: str) -> None:
    """Refuse the name of a folder that files cannot be written into.

    Raises
    ------
    InputError
        It can't be used; the message says why.
    """
    try:
        _try(path, "")
    except (OSError, ValueError) as error:
        raise refused(path, option, error) from None


def require_closed(*paths: Path) -> None:
    """Refuse to replace what somebody has open, on Windows, which moves neither such a file nor its folder.

    Parameters
    ----------
    paths
        Files and folders; one that is not there is nobody's.

    Raises
    ------
    InputError
        Some are open; the message names them.
    """
    if sys.platform != "win32":
        return
    opened = []
    for path in (one for at in paths for one in sorted((at, *at.rglob("*"))) if one.is_file()):
        try:
            os.rename(path, path)
        except PermissionError:
            opened.append(path)
    if opened:
        names = listed([path.name for path in opened])
        at = opened[0].parent
        raise InputError(
            Message(
                f"{at}：{names.zh} 在别的程序里打开着，Windows不让换掉。请先关闭，再运行同一命令。",
                f"{at}: {names.en} is open in another program, and Windows lets nobody replace it. "
                "Close it first, then run the same command again.",
            )
        )


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """The name of a file to write, which takes the place of `path` when the block ends well; else nothing is
    left of it, and what was there before is as it was."""
    real = Path(os.path.realpath(path))
    real.parent.mkdir(parents=True, exist_ok=True)
    with alive.folder(real.parent, ".making-") as work:  # held, as a report may sweep its month meanwhile
        beside = work / real.name
        yield beside
        os.replace(beside, real)


def _try(folder: Path, name: str) -> None:
    """Make folder and file, in a folder of its own beside the first that is there, and remove them again."""
    at, missing = os.path.abspath(folder), [name] if name else []
    while not os.path.lexists(at) and os.path.dirname(at) != at:
        at, last = os.path.split(at)
        missing.insert(0, last)
    with tempfile.TemporaryDirectory(prefix=".trying-", dir=at) as work:
        wanted = Path(work, *missing)
        (wanted.parent if name else wanted).mkdir(parents=True, exist_ok=True)
        (wanted if name else wanted / "file").touch()


def refused(path: Path, option: str, error: OSError | ValueError) -> InputError:
    """The error about a place that cannot be written, with what the system says of it."""
    why = machine.reason(error if isinstance(error, OSError) else OSError(errno.EINVAL, ""))
    about = command.option(option, str(path))
    return InputError(
        Message(
            f"{about}：写不进去，{why.zh}。请换一个位置或名字。",
            f"{about}: cannot be written, {why.en}. Give another place or name.",
        )
    )

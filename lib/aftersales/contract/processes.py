"""The processes that come of one: what they take, and ending them all; on Linux without psutil, which takes
longer to import than to look."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress

_PROC = "/proc"
_MOST = 4096  # bytes read of one of its files
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows either ends it at once
_THREADS = 15  # where their number stands behind a process's parent in its `stat`
_SET_DEATH_SIGNAL, _SET_SUBREAPER = 1, 36  # of prctl(2)


def adopt_orphans() -> None:
    """From now on whatever comes of this process stays its descendant, however it is forked away."""
    _prctl(_SET_SUBREAPER, 1)


def die_with_parent() -> None:
    """End when the process ends that this one was forked from."""
    _prctl(_SET_DEATH_SIGNAL, _KILL)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def descendants(pid: int) -> list[int]:
    """The processes that come of one and have not ended, children before grandchildren."""
    if sys.platform != "linux":
        return _elsewhere(pid)
    children: dict[int, list[int]] = {}
    ended = set()
    try:
        names = os.listdir(_PROC)
    except OSError:
        return []
    for name in names:
        if name.isdecimal():
            with suppress(OSError, ValueError, IndexError):  # it has just ended
                state, parent, *more = _read(f"{_PROC}/{name}/stat").rpartition(b")")[2].split()
                children.setdefault(int(parent), []).append(int(name))
                # a thread that has not ended yet keeps all files open, though the first one has
                if state == b"Z" and int(more[_THREADS]) <= 1:
                    ended.add(int(name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return [one for one in found[1:] if one not in ended]


def _elsewhere(pid: int) -> list[int]:
    import psutil

    with suppress(psutil.Error):
        return [one.pid for one in psutil.Process(pid).children(recursive=True)]
    return []


def _read(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY)
    try:
        return os.read(fd, _MOST)
    finally:
        os.close(fd)


def end_all(pid: int, seconds: float = 1.5) -> None:
    """Kill what comes of a process, again and again until nothing is left: some of it may be forking."""
    until = time.monotonic() + seconds
    while (found := descendants(pid)) and time.monotonic() < until:
        for one in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(one, _KILL)
        time.sleep(0.005)


def end(pid: int) -> None:
    """Kill a process that leads a group, with its group; where there are none, with what it has started."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(pid, _KILL)
            return
        end_all(pid)
        os.kill(pid, _KILL)


def memory(pid: int) -> int:
    """Bytes in memory of a process and all that come of it; 0 where that is not known."""
    return sum(_resident(one) for one in (pid, *_listed(pid)))


def _listed(pid: int) -> list[int]:
    """The processes that come of one, as the kernel lists them where it does: in a fifteenth of the time, and
    in no more on a machine that has thousands of others. One that is being started may be missing."""
    found = [pid]
    try:
        for one in found:
            for task in os.listdir(f"{_PROC}/{one}/task"):
                listed = _read(f"{_PROC}/{one}/task/{task}/children")
                if len(listed) == _MOST:
                    return descendants(pid)
                found += map(int, listed.split())
    except OSError:  # not known there, or one of them has just ended
        return descendants(pid)
    return found[1:]


def _resident(pid: int) -> int:
    if sys.platform != "linux":
        import psutil

        with suppress(psutil.Error):
            return int(psutil.Process(pid).memory_info().rss)
        return 0
    with suppress(OSError, ValueError, IndexError):
        return int(_read(f"{_PROC}/{pid}/statm").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def data(pid: int) -> int:
    """Bytes that a process has allocated, used or not; 0 where that is not known."""
    with suppress(OSError, ValueError, StopIteration):
        lines = _read(f"{_PROC}/{pid}/status").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(b"VmData:"))
    return 0

"""The memory of a process and of all it starts: pages that forked processes share count once (PSS)."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path


class Peak:
    """The largest sum that was seen while a process ran; 0 where there is no /proc.

    Parameters
    ----------
    every
        Seconds between two looks.
    """

    def __init__(self, every: float = 0.05) -> None:
        self.every, self.megabytes, self.of_child = every, 0.0, 0.0

    def follow(self, process: subprocess.Popen) -> None:
        """Look until the process has ended."""
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            children, tree = _tree(process.pid)
            used = {pid: _proportional(pid) / 1024 for pid in tree}
            self.megabytes = max(self.megabytes, sum(used.values()))
            if children:  # the first is the run; the process itself is its guard
                self.of_child = max(self.of_child, used[min(children)])
            time.sleep(self.every)


def _tree(root: int) -> tuple[set[int], set[int]]:
    """The children of a process; and all that came of it, itself included."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    children = {pid for pid, parent in parents.items() if parent == root}
    found, new = {root}, {root}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new} - found
        found |= new
    return children, found


def _proportional(pid: int) -> int:
    """Kilobytes of a process, a shared page divided among those who share it."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0

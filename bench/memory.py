"""The memory of a process and of all it starts: pages that forked processes share count once (PSS)."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path

_EVERY_SECONDS = 0.05


class Peak:
    """The largest sum that was seen while a process ran; 0 where there is no /proc."""

    megabytes = 0.0

    def follow(self, process: subprocess.Popen) -> None:
        """Look until the process has ended."""
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            self.megabytes = max(self.megabytes, sum(_proportional(pid) for pid in _tree(process.pid)) / 1024)
            time.sleep(_EVERY_SECONDS)


def _tree(root: int) -> set[int]:
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    found, new = {root}, {root}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new} - found
        found |= new
    return found


def _proportional(pid: int) -> int:
    """Kilobytes of a process, a shared page divided among those who share it."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0

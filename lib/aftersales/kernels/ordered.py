"""A notebook that a process was asked to run by itself, as the client sees it; see `direct`."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from aftersales.contract import processes
from aftersales.kernels import spares, wire


class Ordered:
    """A notebook that is being run.

    Attributes
    ----------
    pid
        Of its process, which leads a session of its own.
    status
        How the process ended, as of `subprocess.Popen`, where the server has told it.
    """

    def __init__(
        self, server: str, job: Mapping[str, Any], env: dict[str, str], cwd: str, following: int
    ) -> None:
        argv = [sys.executable, "-m", wire.NOTEBOOK, json.dumps(job)]
        if wire.CAN_FORK:
            asked = wire.ask(server, argv, env, cwd)
        else:
            asked = spares.ask(server, argv, env, cwd, following)
        self._connection, self.pid, self._heard = asked
        self.status: int | None = None

    def lines(self) -> Iterator[dict[str, Any]]:
        """What it tells, until it is done or has ended."""
        while True:
            *whole, self._heard = self._heard.split(b"\n")
            for one in whole:
                told = json.loads(one)
                if "status" in told:
                    self.status = int(told["status"])
                    return
                yield told
                if "done" in told:
                    return
            try:
                part = self._connection.recv(1 << 16)
            except OSError:
                return
            if not part:  # the server is gone, and the process with it or by itself
                return
            self._heard += part

    def end(self) -> None:
        """End it and what it has started; may be called from any thread."""
        processes.end(self.pid)

    def close(self) -> None:
        """Let go of it; what still runs of it ends."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


def cells_done(kept: Path) -> dict[int, tuple[int, list[Any]]]:
    """Number and outputs of each cell that was done, by its place, as far as they were written down."""
    import nbformat

    found: dict[int, tuple[int, list[Any]]] = {}
    with suppress(ValueError), kept.open("rb") as lines:  # the last may have been cut off
        for line in lines:
            index, number, outputs = json.loads(line)
            found[index] = number, [nbformat.from_dict(output) for output in outputs]
    return found

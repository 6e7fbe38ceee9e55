"""A notebook that the fork server was asked to run by itself, as the client sees it; see `direct`."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import IO, Any

from aftersales.kernels import wire


class Ordered:
    """A notebook that is being run.

    Attributes
    ----------
    pid
        Of its process, which leads a session of its own.
    status
        How the process ended, as of `subprocess.Popen`, where the server has told it.
    """

    def __init__(self, server: str, job: Mapping[str, Any], env: dict[str, str], cwd: str) -> None:
        argv = [sys.executable, "-m", wire.NOTEBOOK, json.dumps(job)]
        self._connection, self.pid, self._heard = wire.ask(server, argv, env, cwd)
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
        with suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Let go of it; what still runs of it ends."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


def cells_done(kept: IO[bytes]) -> dict[int, tuple[int, list[Any]]]:
    """Number and outputs of each cell that was done, by its place, as far as they were written down."""
    import nbformat

    found: dict[int, tuple[int, list[Any]]] = {}
    kept.seek(0)
    with suppress(ValueError):  # the last may have been cut off
        for line in kept:
            index, number, outputs = json.loads(line)
            found[index] = number, [nbformat.from_dict(output) for output in outputs]
    return found

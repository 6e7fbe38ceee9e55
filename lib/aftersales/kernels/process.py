"""A forked kernel as its client sees it: `subprocess.Popen`, as far as a provisioner uses it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import time
from typing import Any

from aftersales.kernels import wire

_UNKNOWN = 255


class ForkedProcess:
    """A kernel that the fork server has started.

    Attributes
    ----------
    pid
        Of the kernel, which leads a session and a process group of its own.
    returncode
        As of `subprocess.Popen`; 255 when the server died and nobody knows.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, connection: socket.socket, heard: bytes = b"") -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection
        self._heard = heard

    @classmethod
    async def start(
        cls, server: str, argv: list[str], env: dict[str, str], cwd: str, stdout: int, stderr: int
    ) -> ForkedProcess:
        """Request a kernel from the server at a socket.

        Raises
        ------
        OSError
            There is no server, or it went away.
        Refused
            It gives no such kernel.
        """
        loop = asyncio.get_running_loop()
        connection, body = wire.called(server, argv, env, cwd, stdout, stderr)
        try:
            connection.setblocking(False)
            await loop.sock_sendall(connection, body)
            heard = b""
            while b"\n" not in heard:
                part = await asyncio.wait_for(loop.sock_recv(connection, 4096), wire.STARTING_SECONDS)
                if not part:
                    raise ConnectionError("the server went away")
                heard += part
        except BaseException:
            connection.close()
            raise
        first, _, rest = heard.partition(b"\n")
        try:
            return cls(wire.started(first), connection, rest)
        except wire.Refused:
            connection.close()
            raise

    def poll(self) -> int | None:
        """The return code when the kernel has ended, else None."""
        if self.returncode is None:
            try:
                part = self._connection.recv(4096)
            except BlockingIOError:
                return None
            except OSError:
                part = b""
            self._heard += part
            if b"\n" in self._heard:
                self._end(int(json.loads(self._heard)["status"]))
            elif not part:
                self._end(_UNKNOWN)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"kernel {self.pid} has not ended within {timeout} s")
            time.sleep(0.005)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel alone; its pid cannot be another's until its end has been read."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _end(self, code: int) -> None:
        self.returncode = code
        self._connection.close()

    def __del__(self, _closed: Any = None) -> None:
        self._connection.close()

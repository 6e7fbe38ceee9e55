"""Where processes cannot be forked: some that are started, and do their imports, before they are wanted.

A pool in the run's own process starts them. Each tells it by a connection on the loopback when it is ready
and ends when that is closed; each runs one notebook, which it is given by whoever wants it run, and ends
with that one's connection too. All know a word that nobody else does.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from aftersales.contract import processes
from aftersales.kernels import preload, wire

_RUN = "from aftersales.kernels.spares import main; main()"
_HERE = "127.0.0.1"
_WORD = "AFTERSALES_KERNEL_WORD"
_LOOKED_SECONDS = 0.25
_LONGEST = 16 * 2**20


class Pool:
    """Starts processes ahead of those who want them, and ends them all.

    Parameters
    ----------
    env
        The environment that they are started with.
    ahead
        How many are started at once, and how many are kept ahead at most.

    Attributes
    ----------
    environment
        What whoever asks it has to have in their environment.
    """

    def __init__(self, env: Mapping[str, str], ahead: int) -> None:
        self._listener = socket.create_server((_HERE, 0))
        self._word = secrets.token_hex(16)
        address = f"{_HERE}:{self._listener.getsockname()[1]}"
        self.environment = {wire.VARIABLE: address, _WORD: self._word}
        self._env = {**env, **self.environment}
        self._ahead = ahead
        self._lock = threading.Condition()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._unready, self._wanted = 0, 0
        self._ready: deque[tuple[int, int]] = deque()
        self._lifelines: list[socket.socket] = []
        self._closed = False
        with self._lock:
            self._start(ahead)
        threading.Thread(target=self._listen, daemon=True, name="aftersales-spares").start()

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        self._listener.close()
        for lifeline in self._lifelines:
            lifeline.close()
        for process in self._processes:
            if process.poll() is None:
                processes.end(process.pid)
        for process in self._processes:
            process.wait()

    def _start(self, count: int) -> None:
        for _ in range(count):
            self._processes.append(
                subprocess.Popen(
                    [sys.executable, "-c", _RUN],
                    stdin=subprocess.DEVNULL,
                    env=self._env,
                    start_new_session=True,  # what is typed at the terminal is for the run alone
                    creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                )
            )
            self._unready += 1

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._hear, args=(connection,), daemon=True).start()

    def _hear(self, connection: socket.socket) -> None:
        """A process that is ready, which keeps its connection; or somebody who wants one."""
        try:
            told = _heard(connection, self._word)
        except (OSError, ValueError):
            connection.close()
            return
        if "ready" in told:
            with self._lock:
                self._lifelines.append(connection)
                self._unready -= 1
                self._ready.append((told["ready"], told["pid"]))
                self._lock.notify_all()
            return
        with connection, contextlib.suppress(OSError):
            connection.sendall(wire.line(**self._given(told["following"])))

    def _given(self, following: int) -> dict[str, Any]:
        """A process for whoever asks; more are started for those who are going to."""
        with self._lock:
            self._wanted += 1
            try:
                expected = self._wanted + min(following, self._ahead)
                self._start(max(0, expected - self._unready - len(self._ready)))
                while not self._ready:
                    if self._closed or not self._lives():
                        return {"refused": "no process could be started"}
                    self._lock.wait(_LOOKED_SECONDS)
                port, pid = self._ready.popleft()
                return {"port": port, "pid": pid}
            except OSError as error:
                return {"refused": str(error)}
            finally:
                self._wanted -= 1

    def _lives(self) -> bool:
        """Whether any of those that are not ready yet may still become so."""
        return sum(process.poll() is None for process in self._processes) > len(self._lifelines)


def ask(
    server: str, argv: list[str], env: Mapping[str, str], cwd: str, following: int = 0
) -> tuple[socket.socket, int, bytes]:
    """Have a notebook run by a process of the pool; as `wire.ask`.

    Parameters
    ----------
    following
        For how many more the caller is going to ask.

    Raises
    ------
    OSError
        There is no pool, or the process has ended.
    Refused
        It gives none.
    """
    host, _, port = server.rpartition(":")
    word = env.get(_WORD, "")
    with socket.create_connection((host, int(port)), timeout=wire.STARTING_SECONDS) as connection:
        connection.sendall(wire.line(word=word, following=following))
        given = json.loads(_line(connection))
    if "refused" in given:
        raise wire.Refused(given["refused"])
    connection = socket.create_connection((_HERE, given["port"]))
    connection.sendall(wire.line(word=word, argv=argv, env=dict(env), cwd=cwd))
    return connection, given["pid"], b""


def main() -> None:
    """Be one of the processes: do the imports, wait for a notebook, run it."""
    if sys.path[0] == "":
        del sys.path[0]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    word, (host, _, port) = os.environ[_WORD], os.environ[wire.VARIABLE].rpartition(":")
    preload.everything()
    with socket.create_server((_HERE, 0)) as listener:
        ready = listener.getsockname()[1]
        try:
            lifeline = socket.create_connection((host, int(port)))
            lifeline.sendall(wire.line(word=word, ready=ready, pid=os.getpid()))
        except OSError:  # the run has ended meanwhile
            os._exit(0)
        while True:
            if lifeline in select.select([listener, lifeline], [], [])[0]:
                os._exit(0)
            connection, _ = listener.accept()
            try:
                given = _heard(connection, word)
                break
            except (OSError, ValueError):
                connection.close()
    for one in (connection, lifeline):
        threading.Thread(target=wire.follow, args=(one,), daemon=True).start()
    os.environ.clear()
    os.environ.update(given["env"])
    os.chdir(given["cwd"])
    preload.as_new()
    import_module(wire.NOTEBOOK).run(given["argv"][3:], connection)


def _heard(connection: socket.socket, word: str) -> dict[str, Any]:
    """What somebody says first, who knows the word."""
    told: dict[str, Any] = json.loads(_line(connection))
    if not hmac.compare_digest(str(told.pop("word", "")), word):
        raise ValueError("somebody else")
    return told


def _line(connection: socket.socket) -> bytes:
    connection.settimeout(wire.STARTING_SECONDS)
    heard = bytearray()
    while not heard.endswith(b"\n"):
        part = connection.recv(1 << 16)
        if not part or len(heard) > _LONGEST:
            raise ConnectionError("half a line")
        heard += part
    connection.settimeout(None)
    return bytes(heard)

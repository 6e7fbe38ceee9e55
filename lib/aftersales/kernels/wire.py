"""What goes over the fork server's socket: a request with two file descriptors, then lines of JSON back.

A client connects, asks for one process and keeps the connection for as long as it wants that: the process
answers with its pid, the server reports how it ended, and when the client goes, the process goes. It is a
kernel, or one of `RUNS`.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aftersales.contract import processes
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.message import Message

# What a process may be beside a kernel, by the module that `python -m` would run.
NOTEBOOK, COMMAND, LOADED = "aftersales.kernels.direct", "aftersales", "aftersales.kernels.server"
RUNS = ("ipykernel_launcher", NOTEBOOK, COMMAND, LOADED)
VARIABLE = "AFTERSALES_KERNEL_SERVER"
# ``stock`` or ``warm``: how kernels are had where notebooks are not to run by themselves; ``spawned``: they
# run by themselves, each in a process that was started for it.
KERNELS = "AFTERSALES_KERNELS"
IN_KERNELS = os.environ.get(KERNELS) in ("stock", "warm")
# Forking a process that has the imports done is safe and tested here; elsewhere they are started beforehand,
# and here too when that is asked for.
CAN_FORK = sys.platform == "linux" and os.environ.get(KERNELS) not in ("stock", "spawned")

_LENGTH = struct.Struct("!Q")
_LONGEST = 16 * 2**20
_READING_SECONDS = 10
STARTING_SECONDS = 120  # the server may still be importing


class Refused(Exception):
    """The server gives no kernel; the message says why."""


@dataclass(frozen=True)
class Request:
    """A request for a kernel: as for `subprocess.Popen`."""

    argv: list[str]
    env: dict[str, str]
    cwd: str
    stdout: int
    stderr: int


def pack(argv: list[str], env: dict[str, str], cwd: str) -> tuple[bytes, bytes]:
    """A request as a header, with which the file descriptors go, and a body."""
    body = json.dumps({"argv": argv, "env": env, "cwd": cwd}).encode()
    return _LENGTH.pack(len(body)), body


def receive(connection: socket.socket) -> Request:
    """Read a request; the caller owns its two file descriptors.

    Raises
    ------
    OSError, ValueError
        The client went away, dawdles or talks nonsense.
    """
    connection.settimeout(_READING_SECONDS)
    header, fds, _, _ = socket.recv_fds(connection, _LENGTH.size, 2)
    try:
        if len(header) != _LENGTH.size or len(fds) != 2:
            raise ValueError("not a request for a kernel")
        (length,) = _LENGTH.unpack(header)
        if length > _LONGEST:
            raise ValueError("a request that is too long")
        body = bytearray()
        while len(body) < length:
            part = connection.recv(min(length - len(body), 2**16))
            if not part:
                raise ValueError("half a request")
            body += part
        request = json.loads(body)
        return Request([*request["argv"]], {**request["env"]}, request["cwd"], *fds)
    except BaseException:
        for fd in fds:
            os.close(fd)
        raise


def called(
    server: str, argv: list[str], env: dict[str, str], cwd: str, stdout: int, stderr: int
) -> tuple[socket.socket, bytes]:
    """A connection to the server on which a request was begun, and the body still to send; else as `ask`."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(server)
        if not peer_is_me(connection):
            raise Refused("the server belongs to another user")
        header, body = pack(argv, env, cwd)
        socket.send_fds(connection, [header], [stdout, stderr])
        return connection, body
    except BaseException:
        connection.close()
        raise


def ask(
    server: str, argv: list[str], env: dict[str, str], cwd: str, stdout: int = 1, stderr: int = 2
) -> tuple[socket.socket, int, bytes]:
    """Request a process of the server at a socket, and wait for it.

    Returns
    -------
    socket, int, bytes
        The connection, the process's number, and what was heard beyond that.

    Raises
    ------
    OSError
        There is no server, or it went away.
    Refused
        It gives no such process.
    """
    connection, body = called(server, argv, env, cwd, stdout, stderr)
    try:
        connection.sendall(body)
        connection.settimeout(STARTING_SECONDS)
        heard = b""
        while b"\n" not in heard:
            part = connection.recv(4096)
            if not part:
                raise ConnectionError("the server went away")
            heard += part
        connection.settimeout(None)
        first, _, rest = heard.partition(b"\n")
        return connection, started(first), rest
    except BaseException:
        connection.close()
        raise


def started(first: bytes) -> int:
    """The number of the process that a server's first answer names; `Refused` where it names none."""
    answer = json.loads(first)
    if "pid" not in answer:
        raise Refused(str(answer.get("refused", f"it ended at once with {answer.get('status')}")))
    return int(answer["pid"])


def packed(error: Exception) -> list[Any]:
    """An error as plain values, to be raised again where it is heard."""
    if isinstance(error, AftersalesError):
        return [type(error).__name__, error.text("zh"), error.text("en")]
    if isinstance(error, OSError):
        return ["OSError", error.errno, error.strerror, error.filename]
    return ["", f"{type(error).__name__}: {error}"]


def unpacked(told: list[Any]) -> Exception:
    """The error that `packed` has made plain values of."""
    kind, *values = told
    if kind in ("AftersalesError", "InputError"):
        return {"InputError": InputError}.get(kind, AftersalesError)(Message(*values))
    return OSError(*values) if kind == "OSError" else RuntimeError(*values)


def line(**message: Any) -> bytes:
    """An answer: `pid=` or `refused=` first, `status=` when the kernel has ended."""
    return json.dumps(message).encode() + b"\n"


def follow(connection: socket.socket) -> None:
    """End, with all that this process has started, when the other side is gone: it never writes, so reading
    ends then."""
    with suppress(OSError):
        while connection.recv(64):
            pass
    processes.end(os.getpid())
    os._exit(1)


def peer_is_me(connection: socket.socket) -> bool:
    """Whether the process at the other end belongs to this user."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", credentials)
    return bool(user == os.geteuid())

"""What goes over the fork server's socket: a request with two file descriptors, then lines of JSON back.

A client connects, asks for one kernel and keeps the connection for as long as it wants that kernel: the
kernel answers with its pid, the server reports how it ended, and when the client goes, the kernel goes.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
from dataclasses import dataclass
from typing import Any

VARIABLE = "AFTERSALES_KERNEL_SERVER"
# Forking a process that has the imports done is safe and tested here; elsewhere kernels are stock ones, and
# here too when ``AFTERSALES_KERNELS=stock`` requests them.
CAN_FORK = sys.platform == "linux" and os.environ.get("AFTERSALES_KERNELS") != "stock"

_LENGTH = struct.Struct("!Q")
_LONGEST = 16 * 2**20
_READING_SECONDS = 10


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


def line(**message: Any) -> bytes:
    """An answer: `pid=` or `refused=` first, `status=` when the kernel has ended."""
    return json.dumps(message).encode() + b"\n"


def peer_is_me(connection: socket.socket) -> bool:
    """Whether the process at the other end belongs to this user."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", credentials)
    return bool(user == os.geteuid())

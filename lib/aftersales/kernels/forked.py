"""What a forked child does to be a kernel like any other, with nothing left of the server."""

from __future__ import annotations

import contextlib
import gc
import locale
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Mapping
from importlib import import_module

from aftersales.kernels import preload, wire


def begin(connection: socket.socket, request: wire.Request, set_by_imports: Mapping[str, str]) -> None:
    """Let go of the server: environment, working directory and streams are those of the request."""
    os.setsid()
    try:
        _take(request, set_by_imports)
    except OSError as error:
        with contextlib.suppress(OSError):
            connection.sendall(wire.line(refused=str(error)))
        os._exit(1)
    _forget(connection.fileno())


def run(connection: socket.socket, request: wire.Request) -> None:
    """Be what was requested, until it ends."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    preload.as_new()
    gc.freeze()
    gc.enable()
    try:
        connection.sendall(wire.line(pid=os.getpid()))
    except OSError:
        # The client did not wait.
        os._exit(1)
    threading.Thread(target=wire.follow, args=(connection,), daemon=True, name="aftersales-client").start()
    if request.argv[2] == wire.NOTEBOOK:
        import_module(wire.NOTEBOOK).run(request.argv[3:], connection)
    if request.argv[2] == wire.COMMAND:
        sys.argv = [wire.COMMAND, *request.argv[3:]]
        import_module(f"{wire.COMMAND}.__main__").run()

    import ipykernel_launcher
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = [str(ipykernel_launcher.__file__), *request.argv[3:]]
    # The client is watched by `wire.follow`; 1 stands for a parent that needs no watching.
    IPKernelApp.launch_instance([*request.argv[3:], "--IPKernelApp.parent_handle=1"])


def _take(request: wire.Request, set_by_imports: Mapping[str, str]) -> None:
    """The request's environment, working directory and standard streams."""
    os.environ.clear()
    os.environ.update({**set_by_imports, **request.env})
    time.tzset()
    locale.setlocale(locale.LC_CTYPE, "")
    os.chdir(request.cwd)
    for given, standard in ((request.stdout, 1), (request.stderr, 2)):
        os.dup2(given, standard)


def _forget(keep: int) -> None:
    """Close every file that was inherited, but the standard streams and one."""
    os.closerange(3, keep)
    os.closerange(keep + 1, os.sysconf("SC_OPEN_MAX"))

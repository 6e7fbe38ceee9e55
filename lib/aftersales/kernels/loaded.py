"""A fork server of one report: its records are read and judged once, and its notebooks are forked from there.

It is itself forked from the server that has the imports done, and ends when whoever asked for it lets go.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from aftersales.contract import processes
from aftersales.kernels import preload, wire
from aftersales.kernels.lifetime import THREADS


@contextlib.contextmanager
def sharing(parameters: Mapping[str, Any]) -> Iterator[None]:
    """Notebooks that are run inside the `with` block find the records that they ask for in their memory.

    Parameters
    ----------
    parameters
        Those of the notebooks: ``month``, ``store``, ``source``, ``lang``.
    """
    server = os.environ.get(wire.VARIABLE)
    asked = None
    if wire.CAN_FORK and server:
        at = str(Path(server).with_name(f"report-{secrets.token_hex(4)}"))
        argv = [sys.executable, "-m", wire.LOADED, json.dumps([at, dict(parameters)])]
        # without it they read the records themselves, which takes longer, no more
        with contextlib.suppress(wire.Refused, OSError):
            asked, _, _ = wire.ask(server, argv, {**THREADS, **os.environ}, os.getcwd())
    if asked is None:
        yield
        return
    try:
        os.environ[wire.VARIABLE] = at
        yield
    finally:
        os.environ[wire.VARIABLE] = str(server)
        asked.close()
        with contextlib.suppress(OSError):
            os.unlink(at)


def serve(
    argument: str, connection: socket.socket, imports: Iterator[str], set_by_imports: Mapping[str, str]
) -> None:
    """Be that server, in a process just forked for it; in those forked from it, what they are asked to be."""
    from aftersales.kernels import forked
    from aftersales.kernels.server import Server

    at, parameters = json.loads(argument)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(at)
    listener.listen(128)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes.adopt_orphans()
    env = dict(os.environ)
    connection.sendall(wire.line(pid=os.getpid()))
    gc.disable()
    # What is wrong with the records, the notebook that needs them finds and says.
    with contextlib.suppress(Exception):
        import_module(preload.READING).get_ready(**parameters)
    started = Server(listener, connection.detach(), env).run(imports)
    if started is None:
        os._exit(0)
    more = {name: value for name, value in os.environ.items() if name not in env}
    forked.run(*started, {**set_by_imports, **more}, iter(()))

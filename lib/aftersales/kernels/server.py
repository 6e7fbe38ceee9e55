"""The fork server: one process that imports what notebooks need, then forks a kernel for each request.

It has one thread and, when it forks, no socket but its own. A client's connection is a kernel's life: see
`wire`.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import selectors
import shutil
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from aftersales.contract import processes
from aftersales.kernels import preload, wire

# Read when Python or a library starts: a kernel that wants another value of these cannot be forked from here.
FIXED = ("PYTHON", "LD_", "MPLCONFIGDIR", "MATPLOTLIBRC")


@dataclass
class _Kernel:
    connection: socket.socket | None
    imports: bool = False  # it goes on with the imports itself
    status: int | None = None


def main() -> None:
    """Run the server; in a forked child, the kernel."""
    if sys.path[0] == "":
        del sys.path[0]
    listener, lifeline = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    listener.set_inheritable(False)
    os.set_inheritable(lifeline, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder: Path | None = Path(listener.getsockname()).parent
    processes.adopt_orphans()
    env = dict(os.environ)
    gc.disable()
    for _ in preload.first():
        if _ended(lifeline):
            break
    from aftersales.kernels import forked

    server, imports = Server(listener, lifeline, env), preload.rest()
    set_by_imports: dict[str, str] = {}
    while (started := server.run(imports)) is not None:
        connection, request = started
        set_by_imports |= {name: value for name, value in os.environ.items() if name not in server.env}
        forked.begin(connection, request, set_by_imports)
        if request.argv[2] != wire.LOADED:
            forked.run(connection, request)
            return
        folder, server = None, _of_a_report(connection, request)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # at once: to take the imports apart takes a third of a second


def _of_a_report(connection: socket.socket, request: wire.Request) -> Server:
    """A server that has a report's records in memory, in a process forked for it; see `lifetime.sharing`."""
    at, parameters = json.loads(request.argv[3])
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(at)
    listener.listen(128)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes.adopt_orphans()
    env = dict(os.environ)
    connection.sendall(wire.line(pid=os.getpid()))
    # What is wrong with the records, the notebook that needs them finds and says.
    with contextlib.suppress(Exception):
        import_module(preload.READING).get_ready(**parameters)
    return Server(listener, connection.detach(), env)


class Server:
    """Takes requests, forks kernels, reports how they ended.

    Parameters
    ----------
    listener
        The listening socket.
    lifeline
        The read end of a pipe; when its other end closes, the server ends.
    env
        The environment it was started with.
    """

    def __init__(self, listener: socket.socket, lifeline: int, env: Mapping[str, str]) -> None:
        self.listener, self.lifeline, self.env = listener, lifeline, env
        self.sources = preload.sources()
        self.kernels: dict[int, _Kernel] = {}
        self.selector = selectors.DefaultSelector()
        self.waking, self.wake = socket.socketpair()
        self.ending = False

    def run(self, imports: Iterator[str]) -> tuple[socket.socket, wire.Request] | None:
        """Serve until the end; None then, and in each forked child its connection and request.

        The first kernel that is requested is the master's, which draws nothing: it is forked between two
        imports. All others wait until the imports are done, which is sooner than doing them themselves. A
        server of one report goes on with them itself, and this one rests meanwhile.
        """
        self.waking.setblocking(False)
        self.wake.setblocking(False)
        signal.set_wakeup_fd(self.wake.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.listener.setblocking(False)
        for watched in (self.listener, self.lifeline, self.waking):
            self.selector.register(watched, selectors.EVENT_READ)
        importing = True
        while not self.ending:
            at_work = importing and not any(one.imports for one in self.kernels.values())
            for key, _ in self.selector.select(0 if at_work else None):
                if key.fileobj is self.listener:
                    if (started := self._accept()) is not None:
                        return started
                    if importing and any(not one.imports for one in self.kernels.values()):
                        self.selector.unregister(self.listener)
                elif key.fileobj is self.waking:
                    with contextlib.suppress(BlockingIOError):
                        self.waking.recv(4096)
                    self._look()
                elif key.data is None:
                    self.ending = True
                else:
                    self._release(key.data)
            if at_work and next(imports, None) is None:
                importing = False
                self._imported()
        for pid in self.kernels:
            _kill(pid)
            os.waitpid(pid, 0)
        processes.end_all(os.getpid())  # what kernels have forked away
        return None

    def _imported(self) -> None:
        """All is imported: from now on every kernel is forked as soon as it is requested."""
        gc.freeze()  # what lies about of the imports is little, and to look for it takes a tenth of a second
        self.sources = preload.sources() | self.sources
        if self.listener not in self.selector.get_map():
            self.selector.register(self.listener, selectors.EVENT_READ)

    def _accept(self) -> tuple[socket.socket, wire.Request] | None:
        """Fork a kernel for a client; None in the server."""
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return None
        try:
            if not wire.peer_is_me(connection):
                raise ValueError("another user's process")
            request = wire.receive(connection)
            # For the kernel that will share it; the server itself only writes, and never waits for that.
            connection.setblocking(True)
        except (OSError, ValueError, KeyError, TypeError):
            connection.close()
            return None
        pid, reason = -1, self._objection(request)
        if not reason:
            sys.stdout.flush()
            sys.stderr.flush()
            try:
                pid = os.fork()
            except OSError as error:
                reason = f"no process could be forked: {error}"
        if pid == 0:
            self._leave()
            return connection, request
        os.close(request.stdout)
        os.close(request.stderr)
        if reason:
            _send(connection, refused=reason)
            connection.close()
            return None
        if not self.kernels:  # until then nobody but the system need end anything
            signal.signal(signal.SIGTERM, lambda *_: setattr(self, "ending", True))
        self.kernels[pid] = _Kernel(connection, request.argv[2] == wire.LOADED)
        self.selector.register(connection, selectors.EVENT_READ, pid)
        return None

    def _objection(self, request: wire.Request) -> str:
        """Why a kernel cannot be forked from this process, or nothing."""
        if request.argv[:2] != [sys.executable, "-m"] or request.argv[2] not in wire.RUNS:
            return "it is for another interpreter"
        for name in sorted(set(request.env) | set(self.env)):
            if name.startswith(FIXED) and request.env.get(name) != self.env.get(name):
                return f"it wants another {name}"
        for path, changed in self.sources.items():
            if preload.changed(path) != changed:
                return f"{Path(path).name} was changed since the server started"
        return ""

    def _look(self) -> None:
        """Report kernels that have ended; they stay zombies, their pids taken, until their clients know."""
        for pid, kernel in list(self.kernels.items()):
            if kernel.status is not None:
                continue
            ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                continue
            _kill(pid)
            kernel.status = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
            if kernel.connection is None:
                self._reap(pid)
            else:
                _send(kernel.connection, status=kernel.status)
        self._bury()

    def _bury(self) -> None:
        """Reap what ended processes have left to this one: zombies would stay for as long as it does."""
        with contextlib.suppress(OSError):
            for pid in map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()):
                if pid not in self.kernels:
                    with contextlib.suppress(ChildProcessError):
                        os.waitpid(pid, os.WNOHANG)

    def _release(self, pid: int) -> None:
        """A client has gone, or knows how its kernel ended."""
        kernel = self.kernels[pid]
        if kernel.connection is not None:
            self.selector.unregister(kernel.connection)
            kernel.connection.close()
            kernel.connection = None
        if kernel.status is None:
            _kill(pid)
        else:
            self._reap(pid)

    def _reap(self, pid: int) -> None:
        os.waitpid(pid, 0)
        del self.kernels[pid]

    def _leave(self) -> None:
        """In a child: let go of everything that is the server's."""
        signal.set_wakeup_fd(-1)
        for name in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(name, signal.SIG_DFL)
        self.selector.close()
        for kernel in self.kernels.values():
            if kernel.connection is not None:
                kernel.connection.close()
        for mine in (self.listener, self.waking, self.wake):
            mine.close()
        os.close(self.lifeline)


def _ended(lifeline: int) -> bool:
    return bool(select.select([lifeline], [], [], 0)[0])


def _send(connection: socket.socket, **message: object) -> None:
    with contextlib.suppress(OSError):
        connection.send(wire.line(**message), socket.MSG_DONTWAIT)


def _kill(pid: int) -> None:
    """Kill a kernel and all it has started; it leads a session of its own, or is about to."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)

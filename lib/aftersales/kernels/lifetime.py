"""Starting and stopping what kernels come of: the fork server, or the pool where none can be forked."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aftersales.contract import alive, environment
from aftersales.contract.errors import AftersalesError
from aftersales.contract.message import Message
from aftersales.kernels.preload import INLINE
from aftersales.kernels.wire import CAN_FORK, IN_KERNELS, LOADED, VARIABLE, Refused, ask

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_RUN = "from aftersales.kernels.server import main; main()"
_ENDING_SECONDS = 3
# Files that are open at once: of a notebook that runs notebooks, and for each that it runs.
_FILES, _FILES_EACH = 100, 30
_LONGEST_TEMPORARY = 50
_FOLDER = "aftersales-kernels-"
FOLDER = "AFTERSALES_KERNELS_FOLDER"  # names what is made there, for what kernels write
CORES = "AFTERSALES_CORES"  # how many a report may use, where others are made beside it
# Arrow's allocator starts a thread, and a process that forks should have none; the debugger warns on import.
_SERVER_ENV = {"JE_ARROW_MALLOC_CONF": "background_thread:false", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
# Kernels work side by side, one thread of numerics each.
THREADS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "ARROW_IO_THREADS": "1",
}


_TOO_FEW = Message(
    f"能同时打开的文件太少，做报告至少要{_FILES + 2 * _FILES_EACH}个：请先运行 `ulimit -n 1024`。",
    f"too few files may be open at once, a report has up to {_FILES + 2 * _FILES_EACH}: "
    "run `ulimit -n 1024` first.",
)


@contextlib.contextmanager
def serving() -> Iterator[dict[str, str]]:
    """A fork server for the kernels that are started inside the `with` block, here and in kernels.

    It starts at once and imports beside the caller; a kernel that is requested meanwhile waits for it. Inside
    another `serving` block that one's server is used. Where processes cannot be forked safely, some are
    started beforehand; see `spares`. Where stock kernels are asked for, nothing is.

    Yields
    ------
    dict
        What is added to `os.environ` for the duration, for processes with an environment of their own.

    Raises
    ------
    AftersalesError
        Too few files may be open here.
    """
    if most_at_once() < 1:
        raise AftersalesError(_TOO_FEW)
    served = _answers(os.environ.get(VARIABLE)) if CAN_FORK else os.path.isdir(os.environ.get(FOLDER, ""))
    if served:
        yield {name: os.environ[name] for name in (VARIABLE, FOLDER) if name in os.environ}
        return
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(alive.folder(_temporary(), _FOLDER))
        added = {FOLDER: str(folder), **_instead(folder)}
        if CAN_FORK:
            added[VARIABLE] = str(folder / "server")
        elif not IN_KERNELS:
            from aftersales.kernels import spares

            pool = spares.Pool({**_environment(), **added}, 1 + cores())
            stack.callback(pool.close)
            added |= pool.environment
        with environment.having(added), _server(folder) if CAN_FORK else contextlib.nullcontext():
            yield added


@contextlib.contextmanager
def sharing(parameters: Mapping[str, Any]) -> Iterator[None]:
    """Notebooks that are run inside the `with` block find the records that they ask for in their memory.

    The fork server is asked for one of this report: that reads and judges once, and the notebooks are forked
    from it. Where nothing is forked they read for themselves.

    Parameters
    ----------
    parameters
        Those of the notebooks: ``month``, ``store``, ``source``, ``lang``.
    """
    server, asked = os.environ.get(VARIABLE, ""), None
    if CAN_FORK and server:
        at = str(Path(server).with_name(f"report-{secrets.token_hex(4)}"))
        argv = [sys.executable, "-m", LOADED, json.dumps([at, dict(parameters)])]
        # without it they read the records themselves, which takes longer, no more
        with contextlib.suppress(Refused, OSError):
            asked, _, _ = ask(server, argv, {**THREADS, **os.environ}, os.getcwd())
    if asked is None:
        yield
        return
    try:
        with environment.having({VARIABLE: at}):
            yield
    finally:
        asked.close()
        with contextlib.suppress(OSError):
            os.unlink(at)


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[None]:
    server, lifeline = _start(folder)
    try:
        yield
    finally:
        _stop(server, lifeline)


def _temporary() -> Path:
    """The folder for temporary files, where its name is short enough for a socket's."""
    usual = tempfile.gettempdir()
    return Path("/tmp" if CAN_FORK and len(os.fsencode(usual)) >= _LONGEST_TEMPORARY else usual)


def sweep() -> None:
    """Remove the folders of servers that were killed with all that they served."""
    alive.sweep(_temporary(), _FOLDER)


def _instead(folder: Path) -> dict[str, str]:
    """Folders for what the libraries of a kernel write down, where this user's own cannot be written."""
    found = {}
    for name, usual in (("IPYTHONDIR", "~/.ipython"), ("MPLCONFIGDIR", "~/.config/matplotlib")):
        at = os.environ.get(name) or os.path.expanduser(usual)
        try:
            if at.startswith("~"):
                raise FileNotFoundError(at)  # nobody's home
            os.makedirs(at, exist_ok=True)
            tempfile.TemporaryFile(dir=at).close()
        except OSError:
            found[name] = str(folder / name.lower())
            os.mkdir(found[name])
    return found


def most_at_once() -> int:
    """How many notebooks the system's limit of open files leaves room for; 0 = not even one."""
    limit = -1 if resource is None else resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 1000 if limit < 0 else max(limit - _FILES, 0) // _FILES_EACH


def cores() -> int:
    """How many notebooks run side by side: one a core, where so many files may be open."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if (given := os.environ.get(CORES, "")).isdecimal():
        count = int(given)
    return max(1, min(count, most_at_once()))


def _environment() -> dict[str, str]:
    """What a process is started with that has the imports done."""
    env = {**THREADS, **_SERVER_ENV, **os.environ, "MPLBACKEND": INLINE}
    env.pop("JPY_PARENT_PID", None)
    return env


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """The server, and the write end of a pipe that keeps it alive."""
    read, lifeline = os.pipe()
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(folder / "server"))
            listener.listen(128)
            server = subprocess.Popen(
                [sys.executable, "-c", _RUN, str(listener.fileno()), str(read)],
                stdin=subprocess.DEVNULL,
                env=_environment(),
                cwd=folder,
                pass_fds=(listener.fileno(), read),
                start_new_session=True,
            )
    except BaseException:
        os.close(lifeline)
        raise
    finally:
        os.close(read)
    return server, lifeline


def _stop(server: subprocess.Popen[bytes], lifeline: int) -> None:
    """End the server and with it its kernels."""
    os.close(lifeline)
    with contextlib.suppress(ProcessLookupError):
        server.send_signal(signal.SIGTERM)
    try:
        server.wait(_ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _answers(path: str | None) -> bool:
    if not path:
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
        return True

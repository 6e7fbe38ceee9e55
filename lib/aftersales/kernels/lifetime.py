"""Starting and stopping the fork server."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from aftersales.kernels.wire import CAN_FORK, VARIABLE

_RUN = "from aftersales.kernels.server import main; main()"
_ENDING_SECONDS = 3
_LONGEST_TEMPORARY = 50
_INLINE = "module://matplotlib_inline.backend_inline"
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


@contextlib.contextmanager
def serving() -> Iterator[dict[str, str]]:
    """A fork server for the kernels that are started inside the `with` block, here and in kernels.

    It starts at once and imports beside the caller; a kernel that is requested meanwhile waits for it. Inside
    another `serving` block that one's server is used. Where processes cannot be forked safely, nothing is
    started and kernels are stock ones.

    Yields
    ------
    dict
        What is added to `os.environ` for the duration, for processes with an environment of their own.
    """
    if not CAN_FORK or _answers(os.environ.get(VARIABLE)):
        yield {name: os.environ[name] for name in (VARIABLE,) if name in os.environ}
        return
    before = os.environ.get(VARIABLE)
    # A socket's path must be short.
    short = len(os.fsencode(tempfile.gettempdir())) < _LONGEST_TEMPORARY
    folder = Path(tempfile.mkdtemp(prefix="aftersales-", dir=None if short else "/tmp"))
    try:
        server, lifeline = _start(folder)
        try:
            os.environ[VARIABLE] = str(folder / "server")
            yield {VARIABLE: str(folder / "server")}
        finally:
            os.environ.pop(VARIABLE) if before is None else os.environ.__setitem__(VARIABLE, before)
            _stop(server, lifeline)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """The server, and the write end of a pipe that keeps it alive."""
    env = {**THREADS, **_SERVER_ENV, **os.environ, "MPLBACKEND": _INLINE}
    env.pop("JPY_PARENT_PID", None)
    read, lifeline = os.pipe()
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(folder / "server"))
            listener.listen(128)
            server = subprocess.Popen(
                [sys.executable, "-c", _RUN, str(listener.fileno()), str(read)],
                stdin=subprocess.DEVNULL,
                env=env,
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

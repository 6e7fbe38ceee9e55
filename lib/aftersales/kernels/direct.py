"""A notebook run in a forked process by itself: a kernel's shell, and no sockets between it and papermill.

It is what a forked kernel does, without the messages: the shell, its display hooks and its numbering are
ipykernel's own. How far it is, what it puts out and what it came to goes over the fork server's connection.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import ipykernel_launcher
import nbformat
import papermill
from ipykernel.displayhook import ZMQShellDisplayHook
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQDisplayPublisher, ZMQInteractiveShell
from IPython.core.shellapp import InteractiveShellApp
from papermill.engines import Engine, papermill_engines
from papermill.execute import raise_for_execution_errors
from traitlets import Any as Anything
from traitlets import Type
from traitlets.config import Config

from aftersales.contract import processes
from aftersales.kernels import files, preload, spec, wire
from aftersales.kernels.limits import size

NAME = "aftersales-direct"
_EVERY = 1 << 16  # bytes of output after which they are told
# What a notebook keeps of a message. nbformat's own makers hold each output against the schema, as does the
# whole notebook when it is saved.
_KEPT = {
    "display_data": ("data", "metadata"),
    "execute_result": ("data", "metadata", "execution_count"),
    "error": ("ename", "evalue", "traceback"),
}


class Outputs:
    """Takes what a shell would send to its client; it stands for the session and the sockets of a kernel.

    Parameters
    ----------
    heard
        Called with the bytes that were put out in all, now and then.
    """

    def __init__(self, heard: Callable[[int], object]) -> None:
        self._heard = heard
        self.total, self._told = 0, 0
        self._by_id: dict[str, list[Any]] = {}
        self._clearing = False
        self.taken: list[Any] = []

    def begin(self) -> list[Any]:
        """The list that takes the outputs of the next cell."""
        self.taken, self._clearing = [], False
        return self.taken

    def msg(self, kind: str, content: Mapping[str, Any], parent: object = None) -> dict[str, Any]:
        """A message, as a session makes it."""
        return {"header": {"msg_type": kind}, "msg_type": kind, "content": content}

    def send(self, _socket: object, message: Any, content: Any = None, *_: object, **__: object) -> None:
        """Take a message."""
        kind = message if isinstance(message, str) else message["msg_type"]
        content = content if isinstance(message, str) else message["content"]
        self.count(content)
        if kind == "clear_output":
            self._clearing = bool(content["wait"]) or self._clear()
        elif kind in _KEPT:
            kept = {name: content[name] for name in _KEPT[kind]}
            output = nbformat.from_dict({"output_type": kind, **kept})
            if place := content.get("transient", {}).get("display_id"):
                self._by_id.setdefault(place, []).append(output)
            self._add(output)
        elif kind == "update_display_data":
            for output in self._by_id.get(content["transient"].get("display_id"), ()):
                output["data"] = nbformat.from_dict(content["data"])
                output["metadata"] = nbformat.from_dict(content["metadata"])

    def write(self, name: str, text: str) -> None:
        """Take what is printed."""
        self.count(text)
        last = self.taken[-1] if self.taken and not self._clearing else None
        if last is not None and last["output_type"] == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self._add(nbformat.NotebookNode(output_type="stream", name=name, text=text))

    def count(self, content: Any) -> None:
        """Note how much it is, and tell of it."""
        self.total += size(content)
        if self.total - self._told > _EVERY:
            self.tell()

    def tell(self) -> None:
        """Tell how much was put out so far."""
        if self.total != self._told:
            self._heard(self.total)
            self._told = self.total

    def _add(self, output: Any) -> None:
        if self._clearing:
            self._clearing = self._clear()
        self.taken.append(output)

    def _clear(self) -> bool:
        self.taken.clear()
        return False


class _Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a cell."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, name: str, fd: int, outputs: Outputs) -> None:
        self.name, self._fd, self._outputs, self._lock = f"<{name}>", fd, outputs, threading.Lock()
        self._kind = name

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if text:
            with self._lock:
                self._outputs.write(self._kind, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd


class _Underneath:
    """What other programs and libraries in C write to the process's own streams, for the cell at work."""

    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs
        self._files = [tempfile.TemporaryFile("a+b") for _ in range(2)]  # noqa: SIM115, as long as the process
        for file, fd in zip(self._files, (1, 2), strict=True):
            os.dup2(file.fileno(), fd)

    def take(self) -> None:
        """Give the cell what has come."""
        for file, name in zip(self._files, ("stdout", "stderr"), strict=True):
            if os.fstat(file.fileno()).st_size:
                file.seek(0)
                text = file.read().decode("utf-8", "replace")
                file.truncate(0)
                self._outputs.write(name, text)


class _Results(ZMQShellDisplayHook):
    session = Anything()


class _Displays(ZMQDisplayPublisher):
    session = Anything()


class ZMQShell(ZMQInteractiveShell):
    """A kernel's shell whose outputs stay here; libraries look for ZMQ in its name."""

    displayhook_class = Type(_Results)
    display_pub_class = Type(_Displays)


class _Runner:
    """Runs the cells of one notebook in a shell."""

    def __init__(self, tell: Callable[..., None], done: Callable[[int, Any], None]) -> None:
        self.outputs = Outputs(lambda total: tell(heard=total))
        self._tell, self._done = tell, done
        self.at: int | None = None
        sys.argv = [str(ipykernel_launcher.__file__)]
        os.environ.setdefault("MPLBACKEND", preload.INLINE)
        beside: Any = SimpleNamespace(ignore_cwd=False)
        InteractiveShellApp.init_path(beside)  # type: ignore[no-untyped-call]
        self._underneath = _Underneath(self.outputs)
        sys.stdout, sys.stderr = (_Stream(n, fd, self.outputs) for n, fd in (("stdout", 1), ("stderr", 2)))
        self.shell = cast("Any", ZMQShell.instance(config=Config(HistoryManager={"enabled": False})))
        self.shell.displayhook.session = self.shell.display_pub.session = self.outputs
        # scrapbook warns, in the notebook and with its own path, where a shell has none
        self.shell.kernel = SimpleNamespace(eventloop=None)

    def run(self, manager: Any) -> None:
        """Run them one after another, until one fails or leaves the notebook."""
        for index, cell in enumerate(manager.nb.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                manager.cell_start(cell, index)
                manager.cell_complete(cell, index)
                continue
            self.at = index
            self._tell(cell=index)
            manager.cell_start(cell, index)
            cell.outputs = self.outputs.begin()
            cell.execution_count = self.shell.execution_count
            result = self.shell.run_cell(cell.source, store_history=True)
            sys.stdout.flush()
            self._underneath.take()
            self.outputs.tell()
            failed = result.error_before_exec or result.error_in_exec
            self._done(index, (cell.execution_count, cell.outputs))
            if failed is not None:
                manager.cell_exception(cell, index)
                return
            manager.cell_complete(cell, index)
            if self.shell.exit_now:
                return


class DirectEngine(Engine):  # type: ignore[misc]
    """papermill's way to have a notebook's cells run in this process."""

    runner: _Runner

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_: Any) -> None:
        """Run the cells."""
        cls.runner.run(nb_man)
        nb_man.nb.metadata["language_info"] = dict(IPythonKernel.language_info)


papermill_engines.register(NAME, DirectEngine)


def run(argv: Sequence[str], connection: socket.socket) -> None:
    """Run the notebook that `ordered.Ordered` asks for; what it came to goes over the connection."""
    job = json.loads(argv[0])

    def tell(**what: Any) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(wire.line(**what))

    with open(job["kept"], "a", encoding="utf-8") as kept:

        def done(index: int, outputs: Any) -> None:
            kept.write(json.dumps([index, *outputs]) + "\n")
            kept.flush()

        DirectEngine.runner = _Runner(tell, done)
        tell(done=_outcome(job))
    os._exit(0)


def _outcome(job: Mapping[str, Any]) -> dict[str, Any]:
    """Run it and save it; what is to be said of it."""
    path = Path(job["notebook"])
    try:
        notebook = files.read(path)
        files.check(path, notebook, job["parameters"])
        how = {"engine_name": NAME, "kernel_name": spec.NAME, "progress_bar": False}
        # In two steps, as papermill in one would write what was run into a text that nobody reads.
        prepared = papermill.execute_notebook(
            notebook, None, job["parameters"], language="python", prepare_only=True, **how
        )
        executed = papermill_engines.execute_notebook_with_engine(nb=prepared, autosave_cell_every=0, **how)
        raise_for_execution_errors(executed, None)
        if (index := files.not_run(executed)) is not None:
            return {"left": index}
        files.write(files.uncopied(executed), Path(job["out"]))
        return {}
    except papermill.PapermillExecutionError as error:
        told = [error.cell_index, error.ename, error.evalue, "\n".join(error.traceback)]
        return {"failed": told, "data": processes.data(os.getpid())}
    except MemoryError:  # none is left to say which cell has taken it
        runner = DirectEngine.runner
        runner.shell.user_ns.clear()
        return {"failed": [runner.at, "MemoryError", "", ""], "data": processes.data(os.getpid())}
    except Exception as error:
        return {"raised": wire.packed(error)}

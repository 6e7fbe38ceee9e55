"""Running notebooks with papermill: what it leaves to chance is settled here."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from aftersales.contract import lazily, machine
from aftersales.contract.errors import AftersalesError
from aftersales.contract.message import Message, joined
from aftersales.kernels import files, lifetime
from aftersales.kernels.failure import NotebookFailed, ending
from aftersales.kernels.limits import NONE, Limits, Meter
from aftersales.kernels.ordered import Ordered, cells_done
from aftersales.kernels.spec import NAME
from aftersales.kernels.wire import IN_KERNELS, VARIABLE, Refused, unpacked

# Cells that papermill puts into a notebook that failed.
_MARKER = "papermill-error-cell-tag"
# How deep in notebooks that run notebooks a kernel is: a master's 1, a chapter's 2; no deeper.
_DEPTH, _DEEPEST = "AFTERSALES_DEPTH", 2
_TOO_DEEP = Message(
    "一章不能再运行别的笔记本：笔记本会这样没完没了地运行自己。"
    "请把这一行拿掉；参数 `chapters` 里也不能有 master。",
    "a chapter cannot run notebooks in turn: they would run themselves without end. "
    "Take that line out, and master out of `chapters` in the params.",
)
_DIED = Message("内核已终止", "the kernel died")
_LEFT = Message("笔记本没有运行到最后", "the notebook was left before its end")


def _depth() -> int:
    depth = os.environ.get(_DEPTH, "")
    return int(depth) if depth.isdecimal() else 0


@dataclass(frozen=True)
class NotebookJob:
    """A notebook to run: from where, to where, with which parameters.

    `failed` is where it goes when it fails, by default beside the output as ``<name>.failed.ipynb``.
    """

    notebook: Path
    out: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    failed: Path | None = None
    cwd: Path | None = None


@dataclass(frozen=True)
class NotebookResult:
    """A job that was run, how long it took and what went wrong with it, if anything."""

    job: NotebookJob
    seconds: float
    error: Exception | None = None


def prepare() -> None:
    """Import all that running takes.

    Two threads that import at once what needs one another may each find half a module, so this is done before
    another thread is started.
    """
    lazily.papermill()
    for name in ("nbclient", "aftersales.kernels.manager", "aftersales.kernels.provisioner"):
        import_module(name)


def execute(
    path_in: str | Path,
    path_out: str | Path,
    parameters: Mapping[str, Any] | None = None,
    *,
    kernel: str = NAME,
    cwd: str | Path | None = None,
    failed: str | Path | None = None,
    timeout: float | None = None,
    limits: Limits = NONE,
    on_start: Callable[[], object] | None = None,
) -> Any:
    """Run a notebook in a kernel of its own and save it with its outputs.

    Parameters
    ----------
    path_in, path_out
        The notebook and where it goes; an existing file is replaced in one step, and only by a notebook
        that has run to its end.
    parameters
        Values for names that the cell tagged ``parameters`` declares: texts, numbers, booleans, None, lists
        and dicts of such.
    kernel
        Name of a kernelspec; ``aftersales`` need not be installed.
    cwd
        The kernel's working directory, by default the folder of `path_in`.
    failed
        Where a notebook that fails is saved, by default ``<name>.failed.ipynb`` beside `path_out`.
    timeout
        Seconds for one cell, by default without end.
    limits
        What the notebook may take: seconds, memory, output.
    on_start
        Called when the kernel has started.

    Returns
    -------
    NotebookNode
        The notebook as saved.

    Raises
    ------
    NotebookFailed
        A cell failed, ended its kernel or was not run.
    InputError
        The notebook cannot be read, or a parameter is none of its own.
    """
    saved, folder = Path(failed) if failed else None, Path(cwd) if cwd else None
    job = NotebookJob(Path(path_in), Path(path_out), parameters or {}, saved, folder)
    return _Run(job, kernel, timeout, on_start, limits).execute()


def execute_many(
    jobs: Sequence[NotebookJob],
    workers: int | None = None,
    on_done: Callable[[str, float, Exception | None], None] | None = None,
    *,
    on_start: Callable[[str], None] | None = None,
    kernel: str = NAME,
    timeout: float | None = None,
    limits: Limits = NONE,
) -> list[NotebookResult]:
    """Run notebooks side by side; they may not need one another.

    Parameters
    ----------
    jobs
        The notebooks; they are begun in this order.
    workers
        How many at a time, by default as many as there are cores.
    on_done
        Called in the calling thread with a notebook's stem, seconds and error, when it is done.
    on_start
        Called with a notebook's stem when it is begun, in the thread that runs it.
    kernel, timeout, limits
        As for `execute`.

    Returns
    -------
    list of NotebookResult
        One for each job, in their order.

    Raises
    ------
    NotebookFailed
        One of them failed; the others have been run.
    AftersalesError
        Several failed; the message has what each of them says.
    """
    prepare()
    runs = [
        _Run(job, kernel, timeout, limits=limits, following=len(jobs) - n) for n, job in enumerate(jobs, 1)
    ]
    with ThreadPoolExecutor(max(1, min(workers or lifetime.cores(), len(runs)) if runs else 1)) as pool:
        at_work: dict[Future[NotebookResult], int] = {
            pool.submit(run.timed, on_start): n for n, run in enumerate(runs)
        }
        results: dict[int, NotebookResult] = {}
        try:
            while at_work:
                for future in wait(at_work, return_when=FIRST_COMPLETED).done:
                    done = results[at_work.pop(future)] = future.result()
                    if on_done is not None:
                        on_done(done.job.notebook.stem, done.seconds, done.error)
        except BaseException:
            for run in runs:
                run.end()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    errors = [done.error for _, done in sorted(results.items()) if done.error is not None]
    if len(errors) > 1:
        first = Message(f"{len(errors)}个笔记本运行失败。", f"{len(errors)} notebooks failed.")
        raise AftersalesError(joined([first, *dict.fromkeys(map(_said, errors))])) from errors[0]
    if errors:
        if isinstance(errors[0], AftersalesError) or machine.told(errors[0]) is None:
            raise errors[0]
        raise AftersalesError(_said(errors[0])) from errors[0]
    return [results[n] for n in range(len(runs))]


def _said(error: Exception) -> Message:
    """What an error says; one of the machine, what to do about it."""
    if isinstance(error, AftersalesError):
        return Message(error.text("zh"), error.text("en"))
    return machine.told(error) or Message(f"原文：“{error}”", str(error))


def _remove(kept: Path) -> None:
    with suppress(OSError):  # a process that is ending may have it open
        kept.unlink()


class _Run:
    """One notebook's run: the job, and what is known of its kernel and of the cell at work."""

    def __init__(
        self,
        job: NotebookJob,
        kernel: str,
        timeout: float | None,
        on_start: Callable[[], object] | None = None,
        limits: Limits = NONE,
        following: int = 0,
    ) -> None:
        if _depth() >= _DEEPEST:
            raise AftersalesError(_TOO_DEEP)
        self.meter = Meter(limits, self.end)
        self.job, self.kernel, self.timeout, self.on_start = job, kernel, timeout, on_start
        self.following = following
        self.notebook: Any = None
        self.cell: int | None = None
        self.managers: list[Any] = []
        self.ended = False

    def timed(self, on_start: Callable[[str], None] | None = None) -> NotebookResult:
        """Run in a thread of a pool."""
        from jupyter_core.utils import ensure_event_loop

        if on_start is not None:
            on_start(self.job.notebook.stem)
        start = time.perf_counter()
        error: Exception | None = None
        try:
            self.execute()
        except Exception as raised:
            error = raised
        finally:
            # Jupyter has made an event loop for this thread, which has three open files.
            ensure_event_loop().close()
        return NotebookResult(self.job, time.perf_counter() - start, error)

    def end(self) -> None:
        """Kill the kernel, or see to it that none is started."""
        self.ended = True
        for manager in self.managers:
            manager.end()

    def execute(self) -> Any:
        try:
            return self._execute()
        finally:
            self.meter.stop()

    def _execute(self) -> Any:
        ordered = self._ordered()
        return self._in_a_kernel() if ordered is None else self._followed(*ordered)

    def _ordered(self) -> tuple[Ordered, Path] | None:
        """The notebook given to a warm process; None where that cannot be, or a kernel was asked for."""
        server, parameters = os.environ.get(VARIABLE, ""), dict(self.job.parameters)
        direct = self.kernel == NAME and self.timeout is None and not IN_KERNELS
        if not direct or not server or not files.are_plain(parameters):
            return None
        handle, name = tempfile.mkstemp(prefix="cells-", dir=os.environ.get(lifetime.FOLDER))
        os.close(handle)
        kept = Path(name)
        job = {
            "notebook": str(self.job.notebook.resolve()),
            "out": str(self.job.out.resolve()),
            "parameters": parameters,
            "kept": name,
        }
        try:
            env = {**lifetime.THREADS, **os.environ, _DEPTH: str(_depth() + 1)}
            cwd = str((self.job.cwd or self.job.notebook.parent).resolve())
            return Ordered(server, job, env, cwd, self.following), kept
        except (Refused, OSError):
            _remove(kept)
            return None

    def _followed(self, ordered: Ordered, kept: Path) -> Any:
        """Wait for a notebook that runs by itself."""
        self.managers.append(ordered)
        if self.ended:
            ordered.end()
        heard, done = 0, None
        try:
            self.meter.start(ordered.pid)
            if self.on_start is not None:
                self.on_start()
            for told in ordered.lines():
                self.cell = told.get("cell", self.cell)
                if more := told.get("heard", heard) - heard:
                    heard += more
                    self.meter.put_out(more)
                done = told.get("done")
            if done is not None and "raised" in done:
                raise unpacked(done["raised"])
            if done == {} and self.meter.over is None:
                return files.read(self.job.out)
            self._restore(kept)
            if done is None or self.meter.over is not None:
                raise self._failed(self.cell, _DIED, ending(ordered.status))
            if "left" in done:
                raise self._failed(done["left"], "SystemExit", _LEFT)
            raise self._stopped(self.meter.is_full(done["data"]), *done["failed"])
        finally:
            if done is None:
                ordered.end()
            ordered.close()
            _remove(kept)

    def _restore(self, kept: Path) -> None:
        """The notebook as far as it came."""
        prepare()
        from papermill.iorw import load_notebook_node
        from papermill.parameterize import parameterize_notebook

        notebook = load_notebook_node(files.read(self.job.notebook))
        if given := dict(self.job.parameters):
            notebook = parameterize_notebook(notebook, given, kernel_name=self.kernel, language="python")
        for index, (number, outputs) in cells_done(kept).items():
            notebook.cells[index].execution_count, notebook.cells[index].outputs = number, outputs
        self.notebook = notebook

    def _in_a_kernel(self) -> Any:
        prepare()
        import papermill
        from nbclient.exceptions import CellTimeoutError, DeadKernelError

        notebook = files.read(self.job.notebook)
        files.check(self.job.notebook, notebook, self.job.parameters)
        try:
            executed = papermill.execute_notebook(
                notebook,
                None,
                dict(self.job.parameters),
                kernel_name=self.kernel,
                language="python",
                progress_bar=False,
                request_save_on_cell_execute=False,
                autosave_cell_every=0,
                execution_timeout=self.timeout,
                shutdown_kernel="immediate",
                raise_on_iopub_timeout=True,
                iopub_timeout=60,
                record_timing=False,
                extra_arguments=["--HistoryManager.enabled=False"],
                resources={"metadata": {"path": str((self.job.cwd or self.job.notebook.parent).resolve())}},
                kernel_manager_class=self._manager_class(),
                on_notebook_start=self._started,
                on_cell_start=self._at_cell,
            )
        except papermill.PapermillExecutionError as error:
            traceback = "\n".join(error.traceback)
            told = error.cell_index, error.ename, error.evalue, traceback
            raise self._stopped(self.meter.full, *told) from None
        except DeadKernelError:
            raise self._failed(self.cell, _DIED, self._ending()) from None
        except CellTimeoutError:
            late = Message(f"{self.timeout} 秒内没有完成", f"not done within {self.timeout} s")
            raise self._failed(self.cell, Message("超时", "out of time"), late) from None
        except RuntimeError as error:
            if self.notebook is not None:
                raise
            ended = self._ending()
            why = Message(f"{error}；{ended.zh}", f"{error}; {ended.en}")
            raise self._failed(None, Message("没有内核", "no kernel"), why) from error
        if (index := files.not_run(executed)) is not None:
            raise self._failed(index, "SystemExit", _LEFT)
        files.write(executed, self.job.out)
        return executed

    def _manager_class(self) -> type:
        """A class of kernel managers that this run knows of."""
        from aftersales.kernels.manager import Manager

        run = self

        class Known(Manager):
            def __init__(self, **kwargs: Any) -> None:
                super().__init__(**kwargs)
                if run.ended:
                    raise RuntimeError("the run was stopped")
                run.managers.append(self)
                self.heard = run.meter.heard

            async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]
                env = {**os.environ, **kwargs.pop("env", {}), _DEPTH: str(_depth() + 1)}
                await super().start_kernel(env=env, **kwargs)

        return Known

    def _started(self, notebook: Any) -> None:
        self.notebook = notebook
        provisioner = self.managers[-1].provisioner if self.managers else None
        self.meter.start(getattr(provisioner, "pid", None))
        if self.on_start is not None:
            self.on_start()

    def _at_cell(self, cell: Any, cell_index: int) -> None:
        self.cell = cell_index

    def _ending(self) -> Message:
        return ending(self.managers[-1].exit_status if self.managers else None)

    def _stopped(self, full: bool, index: int, name: str, value: str, traceback: str) -> NotebookFailed:
        """The error of a cell that failed; where it got no more memory, that is why."""
        silent = name == "CellExecutionError" and full  # it had none left to say why
        if self.meter.over is None and (silent or machine.out_of_memory(f"{name}: {value}")):
            self.meter.over = self.meter.no_memory()
        return self._failed(index, name, value, traceback)

    def _failed(
        self, index: int | None, name: str | Message, value: str | Message, traceback: str = ""
    ) -> NotebookFailed:
        """The error to raise; the notebook is saved first."""
        source, number, saved = "", None, None
        if self.meter.over is not None:
            index = self.cell if index is None else index
            name, value = Message("超过上限", "over its limit"), self.meter.over
        if self.notebook is not None:
            saved = self.job.failed or self.job.out.with_suffix(".failed.ipynb")
            files.write(self.notebook, saved, private=True)
            if index is not None:
                cells = [cell for cell in self.notebook.cells if not files.tagged(cell, _MARKER)]
                source = cells[index].source
                number = 1 + sum(not files.tagged(cell, "injected-parameters") for cell in cells[:index])
        return NotebookFailed(self.job.notebook, number, source, name, value, traceback, saved)

"""The workers of a group's run: Dask's, each with a warm process that the stores' reports are forked from.

A report is made by the command that makes it alone, ``aftersales report``, in a process of its own. What a
worker has to have is the package, the params and the notebooks, the same as the client's, and access to
source and output.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dask.config
from distributed import Client, LocalCluster, WorkerPlugin, get_worker
from distributed.security import Security

from aftersales import kernels
from aftersales.cache import content, store
from aftersales.chapters import notebooks as chapters
from aftersales.contract import params, place
from aftersales.contract.environment import having
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message
from aftersales.kernels import lifetime, preload, wire

if TYPE_CHECKING:
    from distributed import Worker

PLUGIN = "aftersales"
# Dask gives its workers a seed, and no report can be forked from a server that was started with another.
_SEED = "PYTHONHASHSEED"
# Dask has memory given back at once, which costs a report more than half as many page faults again.
_TRIMMING = "MALLOC_TRIM_THRESHOLD_"
# Dask looks a hundred times a second at what its workers are at, and fifty times at whether its loops go
# round: a twelfth of both cores while two reports are made.
_SELDOM = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "2s",
}
_CONNECTING_SECONDS = 30
_LOOKED_SECONDS = 0.5  # after which a store that nobody wants any more is noticed
_ENDING_SECONDS = 20  # that a stopped report has to end itself
_SAID = 20_000  # characters of what a report says that are kept


def about() -> dict[str, str]:
    """Package, params and notebooks that this process works with, to be held against another's."""
    books = [[p.name, content.of(p)] for p in chapters.every()]
    return {
        "package": f"{version('aftersales')} ({store.program()[:12]})",
        "params": store.digest(store.settings())[:12],
        "notebooks": store.digest(books)[:12],
    }


class Differs(Exception):
    """A worker has another package, other params or notebooks than the client."""


def held_against(mine: Mapping[str, str]) -> None:
    """Stop where a client has something else than this worker.

    Raises
    ------
    Differs
        With what is what on both.
    """
    theirs = about()
    if dict(mine) != theirs:
        raise Differs(get_worker().address, dict(mine), theirs)


def difference(error: Differs) -> InputError:
    """The error about a worker that has something else than the client."""
    address, mine, theirs = error.args
    zh = {"package": "程序", "params": "参数", "notebooks": "笔记本"}
    pairs = [(name, mine[name], theirs[name]) for name in zh if mine[name] != theirs[name]]
    zh_said = "；".join(f"{zh[name]}：这里是 {one}，那里是 {other}" for name, one, other in pairs)
    en_said = "; ".join(f"{name}: {one} here, {other} there" for name, one, other in pairs)
    return InputError(
        Message(
            f"工作机 {address} 和这里不同：{zh_said}。请让两边相同，再运行同一命令。",
            f"the worker {address} is not as this machine is: {en_said}. Make them the same and run the "
            "same command again.",
        )
    )


class Warm(WorkerPlugin):
    """Keeps a fork server for as long as a worker lives: imports, fonts and templates are loaded once.

    A worker that the command has started uses the command's.
    """

    name = PLUGIN

    def setup(self, worker: Worker) -> None:
        """Start it."""
        os.environ.pop(_TRIMMING, None)
        self._open = contextlib.ExitStack()
        self.served = self._open.enter_context(serving())

    def teardown(self, worker: Worker) -> None:
        """End it, and what is being made."""
        self._open.close()


@contextmanager
def serving() -> Iterator[dict[str, str]]:
    """A fork server from which whole reports are forked, as `kernels.serving` has it: one for all workers of
    this machine where it is begun before them, for the overview too."""
    seed = os.environ.get(_SEED, "0")
    values = {preload.EVERYTHING: "1", _SEED: "1" if seed == "0" else seed}
    with having(values), kernels.serving() as served:
        yield served


@contextmanager
def connected(scheduler: str | None, workers: int | None) -> Iterator[tuple[Client, bool]]:
    """A client of the cluster that is there, or of one of this machine; and whether it is this machine's.

    Parameters
    ----------
    scheduler
        ``tcp://host:port`` of a scheduler that somebody has started; None = one is started here.
    workers
        How many are started here, by default one a core.

    Raises
    ------
    InputError
        No scheduler answers there.
    """
    for name in ("distributed", "bokeh", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=_CONNECTING_SECONDS)  # type: ignore[no-untyped-call]
        except (OSError, ValueError, TimeoutError) as error:
            raise InputError(
                Message(
                    f"SCHEDULER={scheduler}：连接不上。应是已经启动的 Dask 调度器，如 tcp://host:8786。",
                    f"SCHEDULER={scheduler}: no connection. Expected a Dask scheduler that was started, as "
                    "tcp://host:8786.",
                )
            ) from error
        with client:
            client.register_plugin(Warm())
            yield client, False
        return
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    temporary = Security.temporary()  # type: ignore[no-untyped-call]
    surroundings = {_SEED: os.environ[_SEED]} if _SEED in os.environ else {}
    with (
        dask.config.set({**_SELDOM, "distributed.nanny.pre-spawn-environ": surroundings}),
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers or cores,
            threads_per_worker=1,
            memory_limit=0,  # the reports are made in other processes, with limits of their own
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL + 1,  # what goes wrong is told of the store that it stops
            security=temporary,  # nobody else on the machine can have a worker run what they like
        ) as cluster,
        Client(cluster) as client,  # type: ignore[no-untyped-call]
    ):
        client.register_plugin(Warm())
        yield client, True


def make(job: Mapping[str, Any], shard: bytes | None) -> dict[str, Any]:
    """Make a store's report; on a worker.

    Parameters
    ----------
    job
        ``about`` of the client; ``arguments`` of ``aftersales report``; ``environment`` to add; ``shard``, a
        file of this machine that has the store's records, or None.
    shard
        Those records themselves, where the client is elsewhere.

    Returns
    -------
    dict
        ``code``, what was ``said``, ``seconds``, on which ``worker``, and why it could not be forked from
        the warm process (``refused``, else None).

    Raises
    ------
    Differs
        Nothing was made.
    """
    worker: Any = get_worker()
    held_against(job["about"])
    began = time.monotonic()
    served = worker.plugins[PLUGIN].served
    environment = {**os.environ, **job["environment"]}
    with tempfile.TemporaryDirectory(prefix="store-", dir=served[lifetime.FOLDER]) as folder:
        at = job["shard"]
        if shard is not None:
            at = str(Path(folder, f"records{place.SHARD}"))
            store.put(Path(at), shard)
        if at:
            environment[place.STAND_IN] = at
        said = Path(folder, "said")
        cwd = job["cwd"] if os.path.isdir(job["cwd"]) else str(params.ROOT)
        with said.open("w+b") as stream:
            given = (job["arguments"], environment, cwd, stream.fileno())
            refused = None
            try:
                code = _forked(*given) if wire.CAN_FORK else _started(*given)
            except wire.Refused as reason:  # its code was changed since it started, or it is to run otherwise
                refused = str(reason)
                code = _started(*given)
        text = said.read_text("utf-8", "replace")[-_SAID:]
    seconds = time.monotonic() - began
    return {
        "code": code,
        "said": text,
        "seconds": seconds,
        "worker": worker.address,
        "refused": refused,
    }


def _started(arguments: list[str], environment: dict[str, str], cwd: str, stream: int) -> int:
    """Run the command where no process can be forked; its exit code, 130 where nobody waits for it."""
    argv = [sys.executable, "-m", wire.COMMAND, *arguments]
    process = subprocess.Popen(argv, env=environment, cwd=cwd, stdout=stream, stderr=stream)
    while _is_wanted():
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(_LOOKED_SECONDS)
    process.terminate()
    try:
        process.wait(_ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
    return 130


def _forked(arguments: list[str], environment: dict[str, str], cwd: str, stream: int) -> int:
    """Run the command in a process forked from the warm one; `wire.Refused` where it gives none."""
    argv = [sys.executable, "-m", wire.COMMAND, *arguments]
    connection, pid, heard = wire.ask(environment[wire.VARIABLE], argv, environment, cwd, stream, stream)
    connection.settimeout(_LOOKED_SECONDS)
    ends = None
    try:
        while b"\n" not in heard:
            try:
                part = connection.recv(4096)
            except TimeoutError:
                if ends is None and not _is_wanted():
                    os.killpg(pid, signal.SIGTERM)  # the run ends itself, and removes what it was making
                    ends = time.monotonic() + _ENDING_SECONDS
                elif ends is not None and time.monotonic() > ends:
                    return 130  # with the connection goes the process
                continue
            if not part:
                return -signal.SIGKILL
            heard += part
        return int(json.loads(heard.partition(b"\n")[0])["status"])
    finally:
        connection.close()


def _is_wanted() -> bool:
    """Whether the client still waits for what this thread makes."""
    worker = get_worker()
    task = worker.state.tasks.get(worker.get_current_task())
    return task is not None and task.state == "executing"

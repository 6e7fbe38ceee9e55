"""`aftersales group`: the reports of every store of a source, and the overview of them."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from distributed import as_completed
from distributed.scheduler import KilledWorker

from aftersales.cache import store as cache
from aftersales.chapters import progress
from aftersales.check import terminal
from aftersales.contract import command, group_run, machine, mask, message, place, stage
from aftersales.contract.errors import AftersalesError
from aftersales.contract.message import Message, phrase
from aftersales.export import publish, remote
from aftersales.group import plan as planning
from aftersales.group import record, workers
from aftersales.group.plan import Plan, StoreJob
from aftersales.group.record import Place
from aftersales.kernels import lifetime

_LISTED = 40  # stores in the table at the end; of more than that those that failed
_SOURCE = "SOURCE"
_LOOKED_SECONDS, _ASKED_SECONDS, _ALONE_SECONDS, _LOST_SECONDS = 0.05, 2, 10, 30


def group(
    month: str,
    year: str | None = None,
    source: str | None = None,
    out: str | Path = Path("output"),
    lang: str | None = None,
    scheduler: str | None = None,
    count: int | None = None,
) -> int:
    """Make the report of every store of a source, and an overview.

    What was made of the same, and is still there as it was, is not made again.

    Parameters
    ----------
    month, year, source, lang
        As of a report.
    out
        Where reports are published: a folder, or a place that fsspec reaches.
    scheduler
        Of a Dask cluster that is there; None = one is started on this machine.
    count
        How many workers are started on this machine, by default one a core.

    Returns
    -------
    int
        1 where any store failed, or the overview; else 0.

    Raises
    ------
    InputError
        Nothing can be begun: the call, the params or the source is bad, or a worker is not as this machine.
    """
    began = time.monotonic()
    with cache.unfinished(cache.folder("shards")) as into:
        todo = planning.plan(month, year, source, lang, into, lambda what: _say(f"{what} …"))
        message.settle(todo.lang)
        if not remote.is_remote(out):
            from aftersales.group import overview

            overview.require_closed(Path(out) / str(todo.month))
        at = Place(out, str(todo.month))
        known, drawn = ({}, "") if cache.fresh_requested() else record.before(at)
        done = {
            job.store: known[job.store] | {"status": group_run.UNCHANGED, "error": None}
            for job in todo.jobs
            if record.is_as_made(at, known.get(job.store), job.key)
        }
        rest = [job for job in todo.jobs if job.store not in done]
        _say(_heading(todo, len(rest)))
        record.write(at, todo.lang, done.values())
        with workers.serving() if rest and scheduler is None else nullcontext():
            if rest:
                _make(scheduler, count, todo, rest, out, lang, at, done)
            stores = [done[name] for name in sorted(done)]
            wrong = _overview(at, stores, todo.lang, drawn)
    return _summary(stores, wrong, time.monotonic() - began)


def _make(
    scheduler: str | None,
    count: int | None,
    todo: Plan,
    rest: list[StoreJob],
    out: str | Path,
    lang: str | None,
    at: Place,
    done: dict[str, dict[str, Any]],
) -> None:
    """Make the stores that are to be made, and note what each came to."""
    try:
        with workers.connected(scheduler, count) as (client, here):
            written, took = 0.0, 0.0
            for one in _made(client, here, todo, rest, out, lang, at):
                done[one["store"]] = one
                # of thousands of stores it is long: no more than a twentieth of the time goes to it
                if (now := time.monotonic()) - written >= 20 * took:
                    record.write(at, todo.lang, [done[name] for name in sorted(done)])
                    written, took = now, time.monotonic() - now
    finally:
        record.write(at, todo.lang, [done[name] for name in sorted(done)])
        if not remote.is_remote(out):
            publish.sweep(Path(out))  # what ended workers were at


def _heading(todo: Plan, rest: int) -> str:
    stores, same = len(todo.jobs), len(todo.jobs) - rest
    return phrase(
        f"{todo.month}：{stores}家店" + (f"，其中{same}家未变" if same else ""),
        f"{todo.month}: {stores} stores" + (f", {same} of them unchanged" if same else ""),
    )


def _made(
    client: Any, here: bool, todo: Plan, rest: list[StoreJob], out: str | Path, lang: str | None, at: Place
) -> Iterator[dict[str, Any]]:
    """What each store came to, as it is done."""
    mine = workers.about()
    _say(phrase(f"工作机的情况：{client.dashboard_link}", f"the workers at work: {client.dashboard_link}"))
    for address, theirs in client.run(workers.about).items():
        if theirs != mine:
            raise workers.difference(workers.Differs(address, mine, theirs))
    waiting, told_of = iter(rest), _Progress(len(rest))
    slow: set[str] = set()
    futures: dict[str, StoreJob] = {}
    queue: Any = as_completed()  # type: ignore[no-untyped-call]

    def fill() -> None:
        # A store more would wait at a busy worker while another has nothing to do.
        room = max(1, sum(client.nthreads().values())) - len(futures)
        for job in islice(waiting, max(room, 0)):
            order = _order(job, todo, mine, out, lang, here)
            future: Any = client.submit(workers.make, *order, key=f"{job.store}-{time.time_ns()}", pure=False)
            futures[future.key] = job
            queue.add(future)

    fill()
    while futures:
        future = _next(queue, client)
        job = futures.pop(future.key)
        try:
            told = future.result()
        except workers.Differs as error:
            raise workers.difference(error) from None
        except KilledWorker:
            told = {"code": 1, "said": _killed().text(todo.lang), "seconds": 0.0}
        except Exception as error:  # a full disk, a worker that cannot do what it should
            why = machine.told(error) or Message(f"工作机出错：{error}", f"the worker failed: {error}")
            told = {"code": 1, "said": why.text(todo.lang), "seconds": 0.0}
        if (reason := told.get("refused")) and told["worker"] not in slow:
            slow.add(told["worker"])
            _say(_cold(told["worker"], reason))
        one = record.done(at, job.store, *_outcome(told, job))
        told_of.tell(one)
        yield one
        fill()


def _next(queue: Any, client: Any) -> Any:
    """The next store that is done; while none is, whether anybody is at work is looked after."""
    seen = asked = time.monotonic()
    alone = False
    while not queue.has_ready():
        time.sleep(_LOOKED_SECONDS)
        now = time.monotonic()
        if now - asked < _ASKED_SECONDS:
            continue
        asked = now
        if client.status == "running" and client.nthreads():
            seen = now
        waited = now - seen
        if client.status != "running" and waited > _LOST_SECONDS:
            raise AftersalesError(
                Message(
                    "和调度器的连接断了。做完的店已经发布；再运行同一命令，接着做其余的。",
                    "the scheduler is gone. What is done is published; the same command does the rest.",
                )
            )
        if waited > _ALONE_SECONDS and not alone:
            alone = True
            _say(phrase("还没有工作机，等着 …", "no worker is there yet, waiting …"))
    return next(queue)


def _order(
    job: StoreJob, todo: Plan, mine: dict[str, str], out: str | Path, lang: str | None, here: bool
) -> tuple[dict[str, Any], bytes | None]:
    """What a worker is given for a store."""
    arguments = ["report", "--month", str(todo.month), "--store", job.store]
    arguments += ["--out", str(out) if remote.is_remote(out) else str(Path(out).resolve())]
    arguments += ["--lang", lang] if lang else []
    # what hundreds of stores would leave in the cache is looked for by nobody: what is unchanged was left out
    arguments += ["--fresh"]
    environment = {message.VARIABLE: todo.lang, progress.QUIET: "1", lifetime.CORES: "1"}
    if job.source is not None:
        source = _absolute(job.source)
        if place.may_be_shown(source):
            arguments += ["--source", source]
        else:  # whoever is on the machine sees the arguments
            environment |= {_SOURCE: source, command.CALLED: "make"}
    order = {
        "about": mine,
        "arguments": arguments,
        "environment": environment,
        "shard": str(job.shard) if job.shard and here else None,
        "cwd": os.getcwd(),
    }
    return order, None if job.shard is None or here else job.shard.read_bytes()


def _absolute(source: str) -> str:
    """A source as it is found from another folder."""
    if source.startswith("env:") or place.is_url(source) or place.is_demo(source):
        return source
    return str(place.path(source).resolve())


def _outcome(told: dict[str, Any], job: StoreJob) -> tuple[str, str | None, float, str | None]:
    """Status, key, seconds and, of one that failed, what it said."""
    if told["code"] == 0:
        return group_run.MADE, job.key, told["seconds"], None
    said = mask.text(place.without(told["said"])).strip()
    return group_run.FAILED, None, told["seconds"], said or phrase("没有说明原因", "it did not say why")


def _cold(worker: str, reason: str) -> str:
    """What is said once of a worker whose reports are not forked from its warm process."""
    return phrase(
        f"工作机 {worker} 的报告不能从预热的进程派生，要慢几倍。请重新启动它。原因：“{reason}”",
        f"the reports of the worker {worker} cannot be forked from its warm process, and take several times "
        f"as long. Start it again. The reason: {reason}",
    )


def _killed() -> Message:
    return Message(
        "它的工作机一再终止（内存用尽时系统会这样做）",
        "its worker died again and again, as when memory runs out",
    )


class _Progress:
    """A line for each store that is done, with how much longer it will take."""

    def __init__(self, count: int) -> None:
        self.count, self.done, self.began = count, 0, time.monotonic()

    def tell(self, one: dict[str, Any]) -> None:
        """Say what a store came to."""
        self.done += 1
        stage.tell(stores=self.done)
        left = (time.monotonic() - self.began) / self.done * (self.count - self.done)
        at = f"[{self.done}/{self.count}] {one['store']}"
        if one["status"] == group_run.FAILED:
            what = phrase("失败：", "failed: ") + str(one["error"]).splitlines()[0]
        else:
            what = phrase(f"完成，{one['seconds']:.1f} 秒", f"done in {one['seconds']:.1f} s")
        rest = (
            phrase(f"（还要约{_span(left, 'zh')}）", f" (about {_span(left, 'en')} left)") if left > 0 else ""
        )
        _say(f"{at} {what}{rest}")


def _span(seconds: float, lang: str) -> str:
    """A stretch of time in words.

    >>> _span(42, "en"), _span(200, "zh"), _span(8000, "en")
    ('42 s', '3 分钟', '2.2 h')
    """
    zh = lang == "zh"
    if seconds < 90:
        return f"{seconds:.0f} {'秒' if zh else 's'}"
    if seconds < 5400:
        return f"{seconds / 60:.0f} {'分钟' if zh else 'min'}"
    return f"{seconds / 3600:.1f} {'小时' if zh else 'h'}"


def _overview(at: Place, stores: list[dict[str, Any]], lang: str, drawn: str) -> str | None:
    """Make the overview, unless it was drawn from the same; what went wrong with it, if anything."""
    from aftersales.group import overview

    told = [[one["store"], one["error"], one.get("manifest")] for one in stores]
    key = cache.digest([workers.about(), lang, told])
    if key != drawn or any(at.read(name) is None for name in group_run.OVERVIEW):
        _say(phrase("集团总览 …", "the overview …"))
        try:
            overview.publish(at.out, at.month, lang)
        except AftersalesError as error:
            return error.text(lang)
    record.write(at, lang, stores, key)
    where = place.without_secrets(str(at.out)) if remote.is_remote(at.out) else at.out
    for name in group_run.OVERVIEW:
        print(f"{where}/{at.month}/{name}")
    return None


def _summary(stores: list[dict[str, Any]], overview: str | None, seconds: float) -> int:
    """Print what the stores came to; the exit code."""
    failed = [one for one in stores if one["status"] == group_run.FAILED]
    words = {
        group_run.MADE: phrase("完成", "made"),
        group_run.UNCHANGED: phrase("未变", "unchanged"),
        group_run.FAILED: phrase("失败", "failed"),
    }
    listed = stores if len(stores) <= _LISTED else failed
    rows = [
        [
            one["store"],
            words[one["status"]],
            f"{one['seconds']:.1f}",
            " ".join((one["error"] or "").split())[:300],
        ]
        for one in listed
    ]
    if rows:
        heads = [phrase("门店", "store"), phrase("结果", "result"), phrase("秒", "s"), phrase("原因", "why")]
        across = shutil.get_terminal_size((120, 24)).columns
        with suppress(OSError):
            print(terminal.table(heads, rows, max(across, 60), fixed=(1, 2), colour=False), file=sys.stderr)
    counts = {status: sum(one["status"] == status for one in stores) for status in words}
    zh = "，".join(f"{words[status]}{n}家" for status, n in counts.items() if n)
    en = ", ".join(f"{n} {words[status]}" for status, n in counts.items() if n)
    _say(phrase(f"{zh}，用时{_span(seconds, 'zh')}", f"{en}, in {_span(seconds, 'en')}"))
    if overview is not None:
        _say(phrase(f"集团总览没有做成：{overview}", f"the overview could not be made: {overview}"))
    return 1 if failed or overview is not None else 0


def _say(text: str) -> None:
    with suppress(OSError):  # reports are made even where nobody can read how far they are
        print(text, file=sys.stderr, flush=True)

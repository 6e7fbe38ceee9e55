"""What a group's run costs, by its stores and workers: `make bench-group`, or with fewer, `STORES="10 40"`.

All is measured in one run, and ratios are taken within it. The stores of the speed are copies of one made-up
store under other names, so that the next one costs what the last one did; those of the memory are small and
have one chapter, so that it takes minutes. What `group_simulation` needs to tell of more is measured too.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import group_simulation
import memory
import numpy as np
import pandas as pd
from bench import busy, put

from aftersales import demo
from aftersales.contract import group_run, home
from aftersales.group import record

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "group.md"
MONTH, STORE = "2024-04", "示范浦东店"  # as `aftersales demo` calls its first store
FEW, MORE = 2, 12  # stores between which a marginal one is measured: of few, a run tells little from chance
SMALL = (10, 40, 160)
NOTED = (1_000, 10_000)  # stores in group.json, of which writing it is measured
DEALT = 100  # stores that the rows of one are dealt to: what splitting costs a store, whatever its size


@dataclass
class Run:
    """One run of the command: wall and processor seconds of all its processes, memory [MB], and its steps."""

    wall: float
    cpu: float
    peak: float = 0.0
    client: float = 0.0
    at: dict[str, float] = field(default_factory=dict)  # when a step began
    done: list[float] = field(default_factory=list)  # when a store was done
    seconds: list[float] = field(default_factory=list)  # how long its worker was at it

    def step(self, begin: str, end: str) -> float:
        """Seconds between two steps."""
        return self.at[end] - self.at[begin]


# How the lines begin that tell of a step.
_STEPS = {
    "split": re.compile(r"读取数据"),
    "planned": re.compile(rf"{MONTH}：\d+家店"),
    "working": re.compile(r"工作机的情况"),
    "overview": re.compile(r"集团总览 …"),
}
_DONE = re.compile(r"\[\d+/\d+\] .* 完成，([\d.]+) 秒")


class Bench:
    """A place to work in; every run has a cache and a folder of its own."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self._runs = 0

    def group(
        self,
        source: Path,
        workers: int,
        env: dict[str, str] | None = None,
        watched: bool = False,
        cores: int | None = None,
    ) -> Run:
        """Make a group with so many workers, on so many cores or on all."""
        command = ["group", "--source", str(source), "--workers", str(workers)]
        return self.run(command, env or {}, watched, expect=True, cores=cores)

    def run(
        self,
        arguments: list[str],
        env: dict[str, str],
        watched: bool = False,
        expect: bool = False,
        cores: int | None = None,
    ) -> Run:
        """Run a command of the program to its end."""
        on = sorted(os.sched_getaffinity(0))[:cores]
        self._runs += 1
        here = self.work / f"run{self._runs}"
        here.mkdir()
        command = [
            sys.executable,
            "-m",
            "aftersales",
            *arguments,
            "--month",
            MONTH,
            "--out",
            str(here / "out"),
        ]
        environment = os.environ | {"AFTERSALES_CACHE": str(here / "cache")} | env
        run, lines = Run(0, 0), []
        began = time.perf_counter()
        with open(here / "out.txt", "w") as out:
            process = subprocess.Popen(
                command,
                stdout=out,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=HERE.parent,
                text=True,
                preexec_fn=lambda: os.sched_setaffinity(0, on),
            )

        def listen() -> None:
            for line in process.stderr or ():
                now = time.perf_counter() - began
                lines.append(line)
                run.at |= {step: now for step, form in _STEPS.items() if form.match(line)}
                if found := _DONE.match(line):
                    run.done.append(now)
                    run.seconds.append(float(found[1]))

        listener = threading.Thread(target=listen)
        listener.start()
        peak = memory.Peak(every=0.2)
        if watched:
            peak.follow(process)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        run.wall, run.cpu = time.perf_counter() - began, used.ru_utime + used.ru_stime
        run.peak, run.client = peak.megabytes, peak.of_child
        listener.join()
        if process.returncode or (expect and _STEPS.keys() - run.at.keys()):
            raise SystemExit(f"{' '.join(command)}\n{''.join(lines)}")
        return run

    def copies(self, count: int) -> Path:
        """The records of so many stores, each those of one under another name."""
        return self._written(
            f"copies{count}", lambda rows: (r for n in range(count) for r in _named(rows, n))
        )

    def dealt(self, count: int) -> Path:
        """The rows of one store, dealt to so many."""
        return self._written(
            f"dealt{count}", lambda rows: (r for n, row in enumerate(rows) for r in _named([row], n % count))
        )

    def _written(self, name: str, rows: Callable[[list[str]], Iterable[str]]) -> Path:
        folder = self.work / name
        if not folder.exists():
            folder.mkdir()
            for file in self.one().glob("*.csv"):
                head, *lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
                (folder / file.name).write_text(head + "".join(rows(lines)), encoding="utf-8")
        return folder

    def one(self) -> Path:
        """The records of one store."""
        folder = self.work / "one"
        if not folder.exists():
            command = [sys.executable, "-m", "aftersales", "demo", "--out", str(folder)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=HERE.parent)
        return folder

    def small(self, count: int) -> tuple[Path, dict[str, str]]:
        """The records of so many small stores, and params with one chapter."""
        folder = self.work / f"small{count}"
        folder.mkdir()
        kinds = [thinned(demo.generate(31 + n, 14, store=STORE), 10) for n in range(4)]
        for table in kinds[0]:
            parts = [kinds[n % len(kinds)][table].assign(store=f"小店{n:03}") for n in range(count)]
            pd.concat(parts).to_csv(folder / f"{table}.csv", index=False)
        params = self.work / "params"
        params.mkdir(exist_ok=True)
        default = (HERE.parent / "params" / "default.yml").read_text(encoding="utf-8")
        one = re.sub(r"^chapters:\n(?:  - .*\n)+", "chapters:\n  - 01_review\n", default, flags=re.M)
        (params / "default.yml").write_text(one, encoding="utf-8")
        return folder, {home.VARIABLE: str(params)}


def _named(rows: Iterable[str], number: int) -> list[str]:
    return [row.replace(STORE, f"示范{number:03}店") for row in rows]


def thinned(frames: dict[str, pd.DataFrame], every: int) -> dict[str, pd.DataFrame]:
    """The tables of a store with one vehicle in so many, and what belongs to these."""
    some = set(frames["customers"]["vin"].iloc[::every])
    orders = frames["repair_orders"].loc[frames["repair_orders"]["vin"].isin(some), "order_id"]
    calls = frames["survey_calls"].loc[frames["survey_calls"]["order_id"].isin(orders), "call_id"]
    out = {}
    for name, frame in frames.items():
        if name == "complaints":
            frame = frame.assign(order_id=frame["order_id"].where(frame["order_id"].isin(orders)))
        elif name == "grievances":
            frame = frame[frame["call_id"].isin(calls)]
        elif "vin" in frame:
            frame = frame[frame["vin"].isin(some)]
        elif "order_id" in frame:
            frame = frame[frame["order_id"].isin(orders)]
        out[name] = frame
    return out


def megabytes(folder: Path) -> float:
    """How much the files of a source are."""
    return sum(file.stat().st_size for file in folder.glob("*.csv")) / 1e6


def splitting(source: Path) -> dict[str, float]:
    """What it takes to split a source, in a process of its own: seconds, and its peak memory."""
    command = [sys.executable, str(Path(__file__)), "split", str(source)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=HERE.parent)
    return {**json.loads(done.stdout), "mb": megabytes(source)}


def _split(source: Path) -> None:
    """Split a source and say what it took; in a process of its own."""
    from aftersales.group import plan

    took: dict[str, float] = {}
    split = plan.shards.split

    def timed(*arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return split(*arguments)
        finally:
            took["split"] = time.perf_counter() - began

    plan.shards.split = timed
    with tempfile.TemporaryDirectory() as into:
        began = time.perf_counter()
        planned = plan.plan(MONTH, None, str(source), None, Path(into), lambda _: None)
        whole = time.perf_counter() - began
        shard = sum(job.shard.stat().st_size for job in planned.jobs if job.shard) / len(planned.jobs) / 1e6
    highest = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    peak = int(highest[1]) / 1024 if highest else 0
    told = {"stores": len(planned.jobs), "seconds": took["split"], "rest": whole - took["split"]}
    print(json.dumps({**told, "peak": peak, "shard": shard}))


def noting(work: Path) -> dict[int, float]:
    """Seconds to note that a store is done, with so many noted already."""
    at = record.Place(work / "noted", MONTH)
    found = {}
    for count in NOTED:
        told = {"folder": "示范店", "status": group_run.MADE, "error": None, "seconds": 12.3}
        told |= {"key": "0" * 64, "manifest": "0" * 64}
        done = {f"示范{n:05}店": {"store": f"示范{n:05}店", **told} for n in range(count)}
        began, times = time.perf_counter(), 5
        for _ in range(times):
            record.write(at, "zh", [done[name] for name in sorted(done)])
        found[count] = (time.perf_counter() - began) / times
    return found


@contextmanager
def cluster(
    folder: Path, workers: int, threads: int = 1
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers, each a process that was started by itself; the address, and the processes, the
    scheduler's first."""
    dask, where = [sys.executable, "-m", "dask"], folder / "scheduler.json"
    quiet: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "cwd": HERE.parent,
    }
    at = ["--scheduler-file", str(where), "--no-dashboard"]
    begin = ["scheduler", "--host", "127.0.0.1", "--port", "0", *at]
    started = [subprocess.Popen([*dask, *begin], **quiet)]
    try:
        while not where.exists():
            time.sleep(0.1)
        one = ["worker", *at, "--nthreads", str(threads), "--no-nanny"]
        started += [subprocess.Popen([*dask, *one], **quiet) for _ in range(workers)]
        yield json.loads(where.read_text())["address"], started
    finally:
        for process in reversed(started):  # a worker says farewell to its scheduler
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def scheduling(shard_mb: float) -> dict[str, float]:
    """Processor seconds a task that does nothing costs scheduler and client, with a shard and without."""
    from distributed import Client, as_completed

    found = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        cluster(Path(folder), 1, 8) as (address, (scheduler, _)),
        Client(address, timeout=30) as client,
    ):
        client.wait_for_workers(1)
        for name, size, count in (
            ("warm", 0, 20),
            ("task", 0, 200),
            ("shard", int(shard_mb * 1e6), 40),
        ):
            before, mine, asked = _processor_seconds(scheduler.pid), time.process_time(), 0.0
            queue: Any = as_completed()
            for n in range(count):
                data, began = os.urandom(size), time.perf_counter()
                sum(client.nthreads().values())
                queue.add(client.submit(len, data, key=f"{name}-{n}", pure=False))
                asked += time.perf_counter() - began
                if n >= 16:
                    next(queue).result()
            for future in queue:
                future.result()
            found[f"scheduler {name}"] = (_processor_seconds(scheduler.pid) - before) / count
            found[f"client {name}"] = max(time.process_time() - mine, asked) / count
    return found


def _processor_seconds(pid: int) -> float:
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


@dataclass
class Figures:
    """All that was measured."""

    about: str
    alone: list[Run]
    groups: dict[tuple[int, int], Run]  # by stores and workers, on all cores
    on_one_core: dict[int, Run]  # by stores, one worker
    small: dict[int, Run]
    splits: dict[str, dict[str, float]]
    noted: dict[int, float]
    tasks: dict[str, float]

    def marginal(self, workers: int, what: str) -> float:
        """Wall or processor seconds of one store more."""
        return _more(self.of_workers(workers), what)

    def of_workers(self, workers: int) -> dict[int, Run]:
        """The runs with so many workers on all cores, by stores."""
        return {stores: run for (stores, some), run in self.groups.items() if some == workers}

    @property
    def cold(self) -> float:
        """Processor seconds of a report alone."""
        return sum(run.cpu for run in self.alone) / len(self.alone)

    @property
    def efficiency(self) -> float:
        """What two workers do on two cores, next to twice what one does on one."""
        return _more(self.on_one_core, "wall") / (2 * self.marginal(2, "wall"))


def _more(runs: dict[int, Run], what: str) -> float:
    """Wall or processor seconds of one store more, of runs by their stores."""
    return float(getattr(runs[MORE], what) - getattr(runs[FEW], what)) / (MORE - FEW)


def measure(small: tuple[int, ...]) -> Figures:
    """Measure all of it."""
    load = busy()
    about = (
        f"{dt.date.today():%d %B %Y}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, {load}."
    )
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        one = ["report", "--source", str(bench.one())]
        alone, groups, on_one_core, watched = [bench.run(one, {})], {}, {}, {}
        _say(f"alone  {alone[0].wall:.1f} s, {alone[0].cpu:.1f} processor seconds")
        for stores in (FEW, MORE):
            made = on_one_core[stores] = bench.group(bench.copies(stores), 1, cores=1)
            _say(f"{stores} stores, one core  {made.wall:.1f} s, {made.cpu:.1f} processor seconds")
        for workers in (1, 2):
            for stores in (FEW, MORE):
                made = groups[stores, workers] = bench.group(bench.copies(stores), workers)
                _say(
                    f"{stores} stores, {workers} workers  {made.wall:.1f} s, {made.cpu:.1f} processor seconds"
                )
        alone.append(bench.run(one, {}))
        _say(f"alone  {alone[1].wall:.1f} s, {alone[1].cpu:.1f} processor seconds")
        sources = {"few": bench.copies(MORE), "more": bench.copies(2 * MORE), "dealt": bench.dealt(DEALT)}
        splits = {name: splitting(source) for name, source in sources.items()}
        noted, tasks = noting(bench.work), scheduling(splits["few"]["shard"])
        _say(f"{splits} {noted} {tasks}")
        for count in small:
            source, env = bench.small(count)
            made = watched[count] = bench.group(source, 2, env, watched=True)
            _say(f"{count} small stores  {made.wall:.1f} s, {made.peak:.0f} MB, client {made.client:.0f} MB")
    return Figures(about, alone, groups, on_one_core, watched, splits, noted, tasks)


def cost(figures: Figures) -> str:
    """What a store costs, as Markdown."""
    alone = sum(run.wall for run in figures.alone) / len(figures.alone)
    lines = [
        f"{figures.about}",
        "",
        "| | wall seconds | processor seconds | of a cold report's | reports an hour |",
        "| --- | --: | --: | --: | --: |",
        f"| one report alone, nothing in the cache (2 runs) | {alone:.1f} | {figures.cold:.1f} | 1 "
        f"| {3600 / alone:,.0f} |",
    ]
    for way, runs in (
        ("1 worker on one core", figures.on_one_core),
        ("1 worker", figures.of_workers(1)),
        ("2 workers", figures.of_workers(2)),
    ):
        for stores, run in runs.items():
            lines.append(f"| {stores} stores, {way}, overview and all | {run.wall:.1f} | {run.cpu:.1f} | | |")
        wall, cpu = _more(runs, "wall"), _more(runs, "cpu")
        share, hour = cpu / figures.cold, 3600 / wall
        lines.append(
            f"| **one store more, {way}** | {wall:.2f} | {cpu:.2f} | **{share:.2f}** | **{hour:,.0f}** |"
        )
    share, hourly = figures.marginal(2, "cpu") / figures.cold, 3600 / figures.marginal(2, "wall")
    goals = [
        (
            "one store more at most 1/2 of a cold report's processor seconds, 2 workers",
            f"{share:.2f}",
            share <= 1 / 2,
        ),
        ("1,200 reports an hour on 2 cores", f"{hourly:,.0f}", hourly >= 1200),
        (
            "efficiency of 2 workers on 2 cores, next to 1 on one, at least 0.9",
            f"{figures.efficiency:.2f}",
            figures.efficiency >= 0.9,
        ),
    ]
    lines += ["", "| goal | reached |", "| --- | --- |"]
    lines += [f"| {goal} | {got}: {'yes' if reached else 'no'} |" for goal, got, reached in goals]
    few, dealt = figures.splits["few"], figures.splits["dealt"]
    lines += [
        "",
        f"Splitting the CSV files of {MORE} stores ({few['mb']:.0f} MB) took {few['seconds']:.1f} s, "
        f"{few['mb'] / few['seconds']:.0f} MB a second; the rows of one store dealt to {DEALT} "
        f"({dealt['mb']:.0f} MB) {dealt['seconds']:.1f} s: a store costs splitting "
        f"{1000 * _by_size_and_store(few, dealt)[1]:.0f} ms, however small it is.",
    ]
    return "\n".join(lines)


def peaks(figures: Figures) -> str:
    """The memory by the number of stores, as Markdown."""
    lines = [
        "| small stores, one chapter, 2 workers | peak of all | of these the command | wall seconds |",
        "| --: | --: | --: | --: |",
    ]
    lines += [
        f"| {count} | {run.peak:,.0f} MB | {run.client:,.0f} MB | {run.wall:.0f} |"
        for count, run in figures.small.items()
    ]
    few, more = figures.splits["few"], figures.splits["more"]
    lines += [
        "",
        f"Splitting alone, stores of full size: {few['peak']:.0f} MB for {few['mb']:.0f} MB of CSV "
        f"({MORE} stores), {more['peak']:.0f} MB for {more['mb']:.0f} MB ({2 * MORE}).",
    ]
    return "\n".join(lines)


def measured(figures: Figures) -> group_simulation.Measured:
    """What the simulation starts from: of the runs with more stores, so that those with few are a check."""
    one, two = figures.groups[MORE, 1], figures.groups[MORE, 2]
    few, dealt = figures.splits["few"], figures.splits["dealt"]
    per_mb, per_store = _by_size_and_store(few, dealt)
    every = [*figures.groups.items(), *(((count, 2), run) for count, run in figures.small.items())]
    sizes, took = [stores for (stores, _), _ in every], [_overview(run) for _, run in every]
    each, whole = np.polyfit(sizes, took, 1)
    if each < 0:  # of a few stores the overview takes as long as of more: no line can be drawn out
        each, whole = 0.0, _mean(took)
    low, high = NOTED
    note_each = (figures.noted[high] - figures.noted[low]) / (high - low)
    tasks, shard = figures.tasks, few["shard"]
    alone, beside = _mean(one.seconds[1:]), _mean(two.seconds[2:])
    return group_simulation.Measured(
        points=[[*cell, run.wall] for cell, run in figures.groups.items()],
        about=figures.about,
        begin=_mean(run.at["split"] for run in (one, two)),
        source=few["mb"] / MORE,
        shard=shard,
        per_mb=per_mb,
        per_store=per_store,
        plan=dealt["rest"] / DEALT,
        connect=_mean(run.step("planned", "working") for run in (one, two)),
        warm=max(one.seconds[0] - alone, 0),
        close=_mean(run.at["overview"] - run.done[-1] for run in (one, two)),
        alone=alone,
        beside=beside,
        note=max(figures.noted[low] - low * note_each, 0),
        note_each=note_each,
        client=tasks["client task"],
        client_mb=max(tasks["client shard"] - tasks["client task"], 0) / shard,
        scheduler=tasks["scheduler task"],
        scheduler_mb=max(tasks["scheduler shard"] - tasks["scheduler task"], 0) / shard,
        overview=float(whole),
        overview_each=float(each),
    )


def _by_size_and_store(few: dict[str, float], dealt: dict[str, float]) -> tuple[float, float]:
    """Seconds that splitting takes for a megabyte, and for a store."""
    sizes = np.array([[one["mb"], one["stores"]] for one in (few, dealt)])
    per_mb, per_store = np.linalg.solve(sizes, [one["seconds"] for one in (few, dealt)])
    return float(per_mb), float(per_store)


def _overview(run: Run) -> float:
    return run.wall - run.at["overview"]


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure, and write what came of it into the page."""
    small = tuple(int(n) for n in os.environ.get("STORES", "").split()) or SMALL
    figures = measure(small)
    for name, text in (("cost", cost(figures)), ("memory", peaks(figures))):
        put(PAGE, name, text)
        print(text)
    found = measured(figures)
    group_simulation.KEPT.parent.mkdir(exist_ok=True)
    group_simulation.KEPT.write_text(json.dumps(asdict(found), indent=1))
    group_simulation.write(found)


if __name__ == "__main__":
    if sys.argv[1:2] == ["split"]:
        _split(Path(sys.argv[2]))
    else:
        main()

"""A group's run of thousands of stores on hundreds of workers, simulated from what `bench/group.py` measured.

One command splits the source, then reads a shard at a time and sends it through one scheduler to the workers;
what is done is noted in ``group.json``; the overview ends it. Before it tells of what could not be
measured it is held against what was. ``python bench/group_simulation.py`` simulates again, of the last
measurement.
"""

from __future__ import annotations

import json
import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import simpy
from bench import put

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "group.md"
KEPT = HERE.parent / ".cache" / "bench-group.json"
STORES, WORKERS = (1_000, 30_000), (16, 32, 64, 128, 256, 512)
NOTED_SELDOM = 20  # times as long as noting takes nothing is noted
SPREAD = 0.7  # of the logarithm of a store's size
FIXED = 0.8  # of a store's time, whatever its size: a tenfold store takes 1.4 times as long (docs/bench.md)
TABLES = 11  # of a store
LINK = 125.0  # MB a second that a network of 1 Gbit/s carries
REGIONS = 8
CLOSE = 0.15  # how far the simulation may be from what was measured
NAMES = {
    "workers": "workers",
    "split": "splitting",
    "note": "`group.json`",
    "client": "the command",
    "scheduler": "the scheduler",
    "overview": "the overview",
}


@dataclass(frozen=True)
class Measured:
    """What the simulation starts from; seconds and megabytes.

    Attributes
    ----------
    points
        Wall seconds of the runs that were measured, by stores and workers: ``[stores, workers, seconds]``.
    about
        When and where.
    begin
        Until the source is read.
    source, shard
        A store's part of the source; what of it travels.
    per_mb, per_store
        Splitting, by size and by store.
    plan
        What else is found out of a store before the first one begins.
    connect, warm, close
        Until the workers are there; what a worker's first store takes longer; until they are gone.
    alone, beside
        A store on a worker that has the machine to itself, and where every core has one.
    note, note_each
        Noting a store, and that for each store in the list.
    client, client_mb, scheduler, scheduler_mb
        Sending a store: the command's and the scheduler's processor seconds, and those for each megabyte.
    overview, overview_each
        The overview, and that for each store.
    """

    points: Sequence[Sequence[float]]
    about: str
    begin: float
    source: float
    shard: float
    per_mb: float
    per_store: float
    plan: float
    connect: float
    warm: float
    close: float
    alone: float
    beside: float
    note: float
    note_each: float
    client: float
    client_mb: float
    scheduler: float
    scheduler_mb: float
    overview: float
    overview_each: float


@dataclass
class Result:
    """How long a run took, and what each part of it would take if all else took nothing."""

    wall: float
    used: float  # worker seconds
    busy: dict[str, float] = field(default_factory=dict)

    @property
    def bottleneck(self) -> str:
        """What takes longest by itself."""
        return max(self.busy, key=lambda name: self.busy[name])


def simulate(m: Measured, stores: int, workers: int, here: bool = False) -> Result:
    """A run of so many stores on so many workers.

    Parameters
    ----------
    here
        As measured: stores of one size, on workers of this machine, which read the shards from its disk.
    """
    env = simpy.Environment()
    rng = np.random.default_rng(stores * 1000 + workers)
    sizes = np.ones(stores) if here else rng.lognormal(-(SPREAD**2) / 2, SPREAD, stores)
    took = (m.alone if workers == 1 and here else m.beside) * (FIXED + (1 - FIXED) * sizes)
    sent = np.zeros(stores) if here else sizes * m.shard
    ready, done, free = simpy.Store(env), simpy.Store(env), 0.0
    busy = dict.fromkeys(NAMES, 0.0)

    def send(store: int) -> None:
        nonlocal free
        cost = m.scheduler + sent[store] * max(m.scheduler_mb, 1 / LINK)
        busy["scheduler"] += cost
        free = max(free, env.now) + cost  # the scheduler passes on one after another
        env.timeout(free - env.now).callbacks.append(lambda _: ready.put(store))

    def worker() -> Generator[Any, Any, None]:
        extra = m.warm
        while True:
            store = yield ready.get()
            busy["workers"] += took[store] + extra
            yield env.timeout(took[store] + extra)
            extra = 0.0
            done.put(store)

    def command() -> Generator[Any, Any, None]:
        splitting = stores * (m.source * m.per_mb + m.per_store + m.plan)
        busy["split"] = splitting
        yield env.timeout(m.begin + splitting + m.connect)
        for _ in range(workers):
            env.process(worker())
        begun, noted, cost = 0, 0.0, 0.0
        for finished in range(stores + 1):
            if finished:
                yield done.get()
                if env.now - noted >= NOTED_SELDOM * cost:
                    cost = m.note + finished * m.note_each
                    busy["note"] += cost
                    yield env.timeout(cost)
                    noted = env.now
            while begun < min(stores, finished + workers):  # a worker has one, as `group.command` has it
                cost = m.client + sent[begun] * m.client_mb
                busy["client"] += cost
                yield env.timeout(cost)
                send(begun)
                begun += 1
        busy["overview"] = m.overview + stores * m.overview_each
        yield env.timeout(m.close + busy["overview"])

    env.run(env.process(command()))
    used = busy["workers"]
    busy["workers"] /= workers
    return Result(env.now, used, busy)


def checked(m: Measured) -> tuple[str, bool]:
    """The simulation beside what was measured, as Markdown; and whether it is near enough."""
    lines = ["| stores | workers | measured | simulated | |", "| --: | --: | --: | --: | --: |"]
    near = True
    for stores, workers, seconds in m.points:
        made = simulate(m, int(stores), int(workers), here=True).wall
        near &= abs(made / seconds - 1) <= CLOSE
        lines.append(
            f"| {stores:.0f} | {workers:.0f} | {seconds:.1f} s | {made:.1f} s | {made / seconds - 1:+.0%} |"
        )
    return "\n".join(lines), near


def mended(m: Measured) -> list[tuple[str, Measured, int]]:
    """What can be done about it, one thing after the other: its name, what is then, in how many runs."""
    direct = replace(m, per_mb=0.0, per_store=0.0, shard=0.0)
    return [("as it is", m, 1), ("no splitting", direct, 1), (f"and {REGIONS} runs", direct, REGIONS)]


def table(m: Measured) -> tuple[str, dict[tuple[int, int], list[Result]]]:
    """Hours, use and bottleneck of every cell, as Markdown; and the results, way by way."""
    ways = mended(m)
    lines = [
        "| stores | workers | hours | workers at work | bottleneck | "
        + " | ".join(f"{name} | then" for name, _, _ in ways[1:])
        + " |",
        "| --: | --: | --: | --: | --- |" + " --: | --- |" * (len(ways) - 1),
    ]
    results = {}
    for stores in STORES:
        for workers in WORKERS:
            made = [simulate(one, stores // runs, workers // runs) for _, one, runs in ways]
            results[stores, workers] = made
            first, *more = made
            use = first.used / (workers * first.wall)
            cells = [f"{stores:,}", f"{workers}", _hours(first.wall), f"{use:.0%}", NAMES[first.bottleneck]]
            cells += [part for one in more for part in (_hours(one.wall), NAMES[one.bottleneck])]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines), results


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.2f}" if seconds < 36_000 else f"{seconds / 3600:.0f}"


def advice(m: Measured, results: dict[tuple[int, int], list[Result]]) -> str:
    """What the figures say is to be done, as Markdown."""
    lines = []
    for part, said in _WHAT_TO_DO.items():
        cells = [f"{s:,} stores on {w}" for (s, w), made in results.items() if made[0].bottleneck == part]
        later = any(one.bottleneck == part for made in results.values() for one in made[1:])
        if cells or later:
            more = f" and {len(cells) - 1} more" if len(cells) > 1 else ""
            where = f"{cells[0]} workers{more}" if cells else "once the others are mended"
            lines.append(f"- **{NAMES[part][0].upper()}{NAMES[part][1:]}** ({where}): {said(m)}")
    sending = m.scheduler + m.shard * max(m.scheduler_mb, 1 / LINK)
    lines.append(
        f"- One scheduler passes on a store in {1000 * sending:.0f} ms with its shard ({m.shard:.1f} MB, "
        f"1 Gbit/s), {1000 * m.scheduler:.0f} ms without: enough for {_round(m.beside / sending):,} workers, "
        f"and {_round(m.beside / m.scheduler):,}. Below that no tree of schedulers is needed. "
        f"With {WORKERS[-1]} workers {WORKERS[-1] * m.shard / 1000:.0f} GB of shards are under way."
    )
    return "\n".join(lines)


def _about_split(m: Measured) -> str:
    whole = m.source * m.per_mb + m.per_store + m.plan
    return (
        f"it goes before all else on one core, {whole:.2f} s a store, so that more than "
        f"{math.ceil(m.beside / whole)} workers wait for it longer than they work. Take a database or "
        "partitioned Parquet, which each worker reads for its own store, or make a run a region, each from "
        "its own files. The time is that of files in which a store's rows stand together. Where every 8 MB "
        f"have rows of all stores, each 8 MB cost {1000 * m.per_store / TABLES:.0f} ms more for each store: "
        f"{_interleaved(m, STORES[0]) / 3600:.0f} hours for {STORES[0]:,} stores. Sort by store then."
    )


def _interleaved(m: Measured, stores: int) -> float:
    """Seconds that splitting takes where every stretch of the source has rows of all stores."""
    return stores * m.source * m.per_mb + stores * m.source / 8 * stores * m.per_store / TABLES


def _about_overview(m: Measured) -> str:
    seconds = m.overview + STORES[-1] * m.overview_each
    return (
        f"one process, {m.overview_each:.3f} s a store, {seconds:,.0f} s for {STORES[-1]:,}, which nobody "
        "reads (`run_seconds` of the params ends it after 1,800). Make a run and an overview a region."
    )


_WHAT_TO_DO = {
    "workers": lambda m: "add more; what they take is the report's own work.",
    "split": _about_split,
    "note": lambda m: "it is written whole; write what is new alone.",
    "client": lambda m: f"{m.client + m.shard * m.client_mb:.3f} s a store of one core; make a run a region.",
    "scheduler": lambda m: "shards go through its network; take a source that workers read themselves.",
    "overview": _about_overview,
}


def _round(count: float) -> int:
    """A number of two digits that count."""
    digits = 10 ** max(int(math.log10(max(count, 1))) - 1, 0)
    return int(count // digits * digits)


def write(m: Measured) -> None:
    """Simulate, and put what comes of it into the page."""
    beside, near = checked(m)
    text, results = table(m)
    verdict = (
        f"all within {CLOSE:.0%}" if near else f"**not all within {CLOSE:.0%}: do not rely on what follows**"
    )
    started = (
        f"From {m.about} Of a run's seconds: {m.begin:.1f} until the source is read, {m.connect:.1f} until "
        f"the workers are there, {m.warm:.1f} more for a worker's first store, {m.alone:.1f} a store "
        f"({m.beside:.1f} where every core has one), {m.overview:.1f} + {m.overview_each:.3f} a store for "
        "the overview."
    )
    put(
        PAGE,
        "simulation",
        "\n\n".join([started, beside, f"Simulated and measured: {verdict}.", text, advice(m, results)]),
    )


def kept() -> Measured:
    """The last measurement."""
    told = json.loads(KEPT.read_text())
    return Measured(**{one.name: told[one.name] for one in fields(Measured)})


if __name__ == "__main__":
    write(kept())

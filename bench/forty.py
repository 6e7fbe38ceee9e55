"""Forty stores on a cluster of this machine, on one that was started elsewhere and loses a worker, and each
alone: `make try-group`, or with fewer, `STORES=6`. What came of it goes into docs/group.md.

The stores are made up, small, each with records of its own, with all chapters. The second cluster is a
scheduler and two workers that were started by themselves, each on a port of its own; one of them is killed
with SIGKILL in the middle of a report.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
from bench import busy, put
from group import HERE, MONTH, PAGE, cluster, thinned

from aftersales import demo
from aftersales.export.publish import folder_name

WORKERS = 2
KILLED_AFTER = 0.4  # of the stores
_WAITED = 1800  # seconds at the most for a run


def source(folder: Path, count: int) -> list[str]:
    """Write the records of so many stores, a file a table; their names."""
    folder.mkdir()
    names = [f"第{n + 1:03}店" for n in range(count)]
    made = [thinned(demo.generate(101 + n, 14, store=name), 6 + n % 9) for n, name in enumerate(names)]
    for table in made[0]:
        pd.concat([one[table] for one in made]).to_csv(folder / f"{table}.csv", index=False)
    return names


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "aftersales", *map(str, words)]


def begun(arguments: list[str], work: Path, name: str) -> subprocess.Popen[bytes]:
    """A run that was begun, with a cache of its own; what it says is kept."""
    environment = os.environ | {"AFTERSALES_CACHE": str(work / f"cache-{name}")}
    with open(work / f"{name}.txt", "wb") as said:
        return subprocess.Popen(arguments, stdout=said, stderr=said, env=environment, cwd=HERE.parent)


def ended(process: subprocess.Popen[bytes], work: Path, name: str) -> None:
    """Wait for a run; what it said where it failed."""
    if process.wait(_WAITED):
        raise SystemExit((work / f"{name}.txt").read_text(encoding="utf-8"))


def states(out: Path) -> dict[str, str]:
    """How each store stands in a run's record."""
    told = out / MONTH / "group.json"
    stores = json.loads(told.read_text(encoding="utf-8"))["stores"] if told.exists() else []
    return {one["store"]: one["status"] for one in stores}


def figures(out: Path, store: str) -> bytes | None:
    at = out / MONTH / folder_name(store) / "figures.json"
    return at.read_bytes() if at.exists() else None


def kill(worker: subprocess.Popen[bytes], out: Path, after: int) -> int:
    """Kill a worker in the middle of a report, when so many stores are done; how many were."""
    making = out / MONTH
    while sum(state == "made" for state in states(out).values()) < after or not list(
        making.glob(".making-*/notebooks")
    ):
        time.sleep(0.1)
    worker.send_signal(signal.SIGKILL)
    return sum(state == "made" for state in states(out).values())


def main() -> None:
    count, load = int(os.environ.get("STORES") or 40), busy()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        names = source(work / "exports", count)
        asked = ["--month", MONTH, "--source", str(work / "exports")]
        took: dict[str, float] = {}

        def timed(name: str, *more: object) -> subprocess.Popen[bytes]:
            took[name] = time.monotonic()
            return begun(command("group", *asked, "--out", work / name, *more), work, name)

        ended(timed("local", "--workers", WORKERS), work, "local")
        took["local"] = time.monotonic() - took["local"]
        with cluster(work, WORKERS) as (address, (_, *workers)):
            run = timed("apart", "--scheduler", address)
            done = kill(workers[0], work / "apart", max(int(count * KILLED_AFTER), 1))
            ended(run, work, "apart")
            took["apart"] = time.monotonic() - took["apart"]

        def alone(store: str) -> None:
            run = begun(
                command("report", *asked, "--store", store, "--out", work / "alone"), work, f"alone-{store}"
            )
            ended(run, work, f"alone-{store}")

        began = time.monotonic()
        with ThreadPoolExecutor(WORKERS) as several:
            list(several.map(alone, names))
        took["alone"] = time.monotonic() - began
        rows, wrong = [], []
        for name, said in (
            ("local", f"`make group`, {WORKERS} workers of its own"),
            ("apart", f"a scheduler and {WORKERS} workers started apart, one killed with {done} stores done"),
        ):
            same = sum(figures(work / name, s) == figures(work / "alone", s) is not None for s in names)
            made = sum(state == "made" for state in states(work / name).values())
            left = len(list((work / name / MONTH).glob(".making-*")))
            rows.append(f"| {said} | {took[name]:,.0f} | {made} of {count} | {same} of {count} | {left} |")
            wrong += [name] if (same, made, left) != (count, count, 0) else []
        rows.append(
            f"| `make report STORE=…` for each, {WORKERS} at a time | {took['alone']:,.0f} | {count} | | |"
        )
    head = (
        "| way | wall seconds | stores made | `figures.json` as alone, byte by byte | left half done |\n"
        "| --- | --: | --: | --: | --: |\n"
    )
    about = (
        f"{dt.date.today():%-d %B %Y}, {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, {load}; {count} stores of 14 months, all chapters.\n\n"
    )
    if wrong:
        raise SystemExit(about + head + "\n".join(rows))
    if count >= 40:
        put(PAGE, "forty", about + head + "\n".join(rows))
    print(head + "\n".join(rows))


if __name__ == "__main__":
    main()

"""How fast the report is made, next to other ways to make it: `make bench`, or `RUNS=5 make bench`.

Every round runs each way once, so that what else the machine does falls on all of them; ratios are taken
within a round. The memory is that of one more run of each way, for looking at it takes time itself.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import memory

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "docs" / "bench.md"
READMES = {"en": HERE.parent / "README.md", "zh": HERE.parent / "README.zh.md"}
MONTH = "2024-04"
STEPS = {"读取": "records", "运行": "notebooks", "生成": "forms"}  # how the command's steps begin
SIZES = (10_000, 100_000, 1_000_000)  # repair orders of a store
NAMES = {
    "plain": "plain: stock kernels one after another by papermill, then `jupyter nbconvert`",
    "floor": "floor: the same cells as a script in one process, then all forms",
    "cold": "ours, nothing in the cache",
    "changed": "ours, one row of `churn_calls` changed",
    "unchanged": "ours, nothing changed",
    "pandas": '`python -c "import pandas"`',
}
# What is to be reached: way, reference, at most so many times the reference.
GOALS = (
    ("cold", "plain", 1 / 6),
    ("cold", "floor", 1),
    ("changed", "floor", 1 / 2),
    ("unchanged", "pandas", 1),
)


@dataclass
class Measured:
    """One run: wall and processor seconds of all its processes, and how long its steps took."""

    wall: float
    cpu: float
    steps: dict[str, float] = field(default_factory=dict)


class Bench:
    """A source of records and a place to work in; each way has a cache of its own."""

    def __init__(self, work: Path) -> None:
        self.work, self.source = work, work / "records"
        self.changes = 0
        self.run([sys.executable, "-m", "aftersales", "demo", "--out", str(self.source)], "demo")

    def run(
        self, command: list[str], way: str, watch: Callable[[subprocess.Popen], None] | None = None
    ) -> Measured:
        env = {**os.environ, "AFTERSALES_CACHE": str(self.work / "cache" / way)}
        with open(self.work / "told", "w+", encoding="utf-8") as told:
            start = time.perf_counter()
            process = subprocess.Popen(command, stdout=told, stderr=told, env=env, cwd=HERE.parent)
            if watch:
                watch(process)
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            told.seek(0)
            text = told.read()
        if process.returncode:
            raise SystemExit(f"{' '.join(command)}\n{text}")
        return Measured(wall, used.ru_utime + used.ru_stime, _steps(text))

    def command(self, way: str) -> list[str]:
        """The command of a way, what it needs before it prepared."""
        if way == "pandas":
            return [sys.executable, "-c", "import pandas"]
        if way in ("plain", "floor"):
            self._empty(way)
            return [sys.executable, str(HERE / "ways.py"), way, str(self.source), str(self._new_folder())]
        report = [
            sys.executable,
            "-m",
            "aftersales",
            "report",
            "--month",
            MONTH,
            "--source",
            str(self.source),
        ]
        if way == "cold":
            self._empty(way)
            return [*report, "--out", str(self._new_folder())]
        report += ["--out", str(self.work / "out")]
        if way == "changed":
            self.run(report, "ours")
            self._change_a_row()
        elif way == "unchanged":
            self.run(report, "ours")
        return report

    def cache(self, way: str) -> str:
        return "ours" if way in ("changed", "unchanged") else way

    def _empty(self, way: str) -> None:
        shutil.rmtree(self.work / "cache" / way, ignore_errors=True)

    def _new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.work))

    def _change_a_row(self) -> None:
        """Another reason for one of the last customers who were reached, each time for another."""
        self.changes += 1
        path = self.source / "churn_calls.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        at = [n for n, line in enumerate(lines) if '"reached",' in line][-self.changes]
        before, reached, reason = lines[at].rpartition('"reached",')
        other = "went_elsewhere" if "too_far" in reason else "too_far"
        lines[at] = f"{before}{reached}{other}\n"
        path.write_text("".join(lines), encoding="utf-8")


def _steps(told: str) -> dict[str, float]:
    """Seconds by step: of the other ways from their JSON lines, of ours from what the command says."""
    steps: dict[str, float] = {}
    name = ""
    for line in told.splitlines():
        if line.startswith("{"):
            for key, seconds in json.loads(line).items():
                steps[key] = steps.get(key, 0) + seconds
        elif line.endswith(" …"):
            name = STEPS.get(line[:2], "")
        elif name and (found := re.fullmatch(r"  (\d+\.\d) 秒", line)):
            steps[name] = float(found[1])
    return steps


def busy() -> str:
    """How much else the machine does."""
    return f"load {os.getloadavg()[0]:.1f} before it began"


def measure(runs: int) -> tuple[dict[str, list[Measured]], dict[str, float]]:
    """Every way so many times, in turn; and the peak of its memory [MB]."""
    ways: dict[str, list[Measured]] = {way: [] for way in NAMES}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for number in range(runs):
            for way, measured in ways.items():
                measured.append(bench.run(bench.command(way), bench.cache(way)))
                _say(f"{number + 1} of {runs}  {way:<10} {measured[-1].wall:6.2f} s")
        peaks = {}
        for way in ways:
            watched = memory.Peak()
            bench.run(bench.command(way), bench.cache(way), watched.follow)
            peaks[way] = watched.megabytes
            _say(f"memory  {way:<10} {peaks[way]:6.0f} MB")
    return ways, peaks


def sizes() -> str:
    """Cold reports of stores of more and more orders, in one run, as Markdown."""
    rows = [
        "| repair orders | rows of all tables | records read | report | processor seconds | peak memory |",
        "| --: | --: | --: | --: | --: | --: |",
    ]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for orders in SIZES:
            bench.source = bench.work / f"{orders}"
            subprocess.run(
                [sys.executable, str(HERE / "large.py"), str(bench.source), str(orders)], check=True, cwd=HERE
            )
            lines = sum(file.read_bytes().count(b"\n") - 1 for file in bench.source.glob("*.csv"))
            watched = memory.Peak()
            made = bench.run(bench.command("cold"), "cold", watched.follow)
            rows.append(
                f"| {orders:,} | {lines:,} | {made.steps['records']:.1f} s | {made.wall:.1f} s "
                f"| {made.cpu:.1f} | {watched.megabytes:,.0f} MB |"
            )
            _say(rows[-1])
            shutil.rmtree(bench.source)
    return "\n".join(rows)


def _ratio(ways: dict[str, list[Measured]], way: str, reference: str) -> list[float]:
    return sorted(a.wall / b.wall for a, b in zip(ways[way], ways[reference], strict=True))


def _spread(values: list[float], digits: int = 2) -> str:
    low, middle, high = (f"{v:.{digits}f}" for v in (min(values), statistics.median(values), max(values)))
    return f"{middle} ({low}–{high})"


def report(ways: dict[str, list[Measured]], peaks: dict[str, float], load: str) -> str:
    """The tables, as Markdown."""
    runs = len(ways["pandas"])
    python = platform.python_version()
    lines = [
        f"{dt.date.today():%d %B %Y}, {os.cpu_count()} cores, {platform.system()}, Python {python}, "
        f"{load}, {runs} round{'s' * (runs != 1)}; median (least–most).",
        "",
        "| way | seconds | processor seconds | peak memory | where the time goes |",
        "| --- | --: | --: | --: | --- |",
    ]
    for way, measured in ways.items():
        split = {
            step: statistics.median(m.steps.get(step, 0) for m in measured)
            for step in ("imports", "records", "notebooks", "forms")
        }
        rest = statistics.median(m.wall - sum(m.steps.values()) for m in measured)
        parts = [f"{step} {seconds:.1f}" for step, seconds in split.items() if seconds >= 0.05]
        where = ", ".join([*parts, f"start and end {rest:.1f}"]) if parts else ""
        wall = _spread([m.wall for m in measured])
        cpu = f"{statistics.median(m.cpu for m in measured):.2f}"
        lines.append(f"| {NAMES[way]} | {wall} | {cpu} | {peaks[way]:.0f} MB | {where} |")
    lines += ["", "| goal | reached |", "| --- | --- |"]
    for way, reference, most in GOALS:
        ratios = _ratio(ways, way, reference)
        goal = f"1/{1 / most:.0f}" if most < 1 else f"{most:.0f}"
        verdict = "yes" if statistics.median(ratios) <= most else "no"
        lines.append(f"| {way} at most {goal} of {reference} | {_spread(ratios)}: {verdict} |")
    return "\n".join(lines)


def quote(ways: dict[str, list[Measured]], lang: str) -> str:
    """What the README of a language says of it."""

    def times(way: str, reference: str, inverse: bool = False) -> str:
        ratio = statistics.median(_ratio(ways, way, reference))
        return f"{1 / ratio:.1f}" if inverse else f"{ratio:.2f}"

    unchanged = statistics.median(m.wall for m in ways["unchanged"])
    today, python = dt.date.today(), ".".join(platform.python_version_tuple()[:2])
    if lang == "zh":
        return (
            f"{today.year}年{today.month}月{today.day}日在{os.cpu_count()}核、Python {python}上测得："
            f"缓存为空时，速度是直接用papermill和nbconvert的{times('cold', 'plain', True)}倍，"
            f"用时是把同样的单元格写成一个脚本的{times('cold', 'floor')}；\n"
            f"数据改了一行时，用时是那个脚本的{times('changed', 'floor')}；什么都没变时{unchanged:.1f}秒"
            "（[全部结果](docs/bench.md)）。"
        )
    return (
        f"Measured on {today:%d %B %Y} with {os.cpu_count()} cores and Python "
        f"{python}: a report with nothing in the cache is made\n"
        f"{times('cold', 'plain', True)} times faster than by stock papermill and nbconvert, "
        f"and takes {times('cold', 'floor')} of what the same cells take as one script;\n"
        f"with one row of the records changed it takes {times('changed', 'floor')} of what that script takes"
        f", and {unchanged:.1f} s unchanged ([all figures](docs/bench.md))."
    )


def put(path: Path, name: str, text: str) -> None:
    """Put a text between the marks of its name in a Markdown file."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    whole = path.read_text(encoding="utf-8")
    before, _, rest = whole.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{path}: no place for the figures; expected {begin} and {end}.")
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    load = busy()
    ways, peaks = measure(int(os.environ.get("RUNS") or 3))
    table = report(ways, peaks, load)
    put(TABLE, "bench", table)
    for lang, readme in READMES.items():
        put(readme, "bench", quote(ways, lang))
    sources = [sys.executable, str(HERE / "sources.py"), "8"]
    put(
        TABLE,
        "sources",
        subprocess.run(sources, stdout=subprocess.PIPE, text=True, check=True).stdout.strip(),
    )
    put(TABLE, "sizes", sizes())
    print(table)


if __name__ == "__main__":
    main()

"""What comes of sources that were changed: ``python bench/fuzz.py`` reads thousands and writes docs/fuzz.md.

Each is a small store of `mutations`, changed in one of some thirty ways, and read as a report would read it.
One process, fixed seeds. ``COUNT=5000`` takes more, ``SEED=2`` others.
"""

from __future__ import annotations

import os
import platform
import random
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from mutations import Files, Known, Store, made, mutate, secrets, written

from aftersales.contract.errors import InputError
from aftersales.contract.tables import Tables
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions

PAGE = Path(__file__).parent.parent / "docs" / "fuzz.md"
MARK = "<!-- fuzz -->", "<!-- /fuzz -->"
COUNT, SEED = int(os.environ.get("COUNT", "2000")), int(os.environ.get("SEED", "1"))
_STORES = 20  # each is read once as it is, and changed many times


@dataclass(frozen=True)
class Outcome:
    """What came of a source: read the same, read otherwise, refused; or what is wrong with that."""

    number: int
    form: str
    kind: str
    came: str
    amiss: str = ""


class Bench:
    """Reads sources in a folder of its own, and knows what the untouched ones hold."""

    def __init__(self, folder: Path, seed: int, stores: int) -> None:
        self.folder, self.seed, self.most = folder, seed, stores
        self.stores: dict[int, tuple[Store, dict[str, Any]]] = {}

    def outcome(self, number: int) -> Outcome:
        """The source of a number: made, read and judged."""
        rng = random.Random(self.seed * 1_000_003 + number)
        store, untouched = self._store(number % self.most)
        form, files, known = mutate(store, rng)
        try:
            tables = self._read(files)
        except InputError as error:
            return Outcome(number, form, known.kind, "refused", _of_refusal(error, store, known))
        except BaseException:
            return Outcome(number, form, known.kind, "failed", traceback.format_exc())
        found = content(tables)
        came = "read the same" if found == untouched else "read otherwise"
        return Outcome(number, form, known.kind, came, _of_reading(tables, found, untouched, known))

    def _store(self, number: int) -> tuple[Store, dict[str, Any]]:
        if number not in self.stores:
            rng = random.Random(self.seed * 1_000_003 - number - 1)
            store = made(rng)
            self.stores[number] = store, content(self._read(written(store, "csv", rng)))
        return self.stores[number]

    def _read(self, files: Files) -> Tables:
        for old in self.folder.iterdir():
            old.unlink()
        for name, data in files.items():
            (self.folder / name).write_bytes(data)
        return cached_load(str(self.folder), None, ReadOptions(default_store="本店", masked=False))


def content(tables: Tables) -> dict[str, Any]:
    """What tables hold, whatever the order of their rows."""
    out = {}
    for name in ("repair_orders", "jobs", "survey_calls", "complaints", "customers"):
        frame = getattr(tables, name)
        out[name] = (
            None
            if frame is None
            else sorted(map(repr, frame.astype(object).itertuples(index=False, name=None)))
        )
    return out


def _of_refusal(error: InputError, store: Store, known: Known) -> str:
    told = [error.text(lang) for lang in ("zh", "en")]
    if any(secret in text for secret in secrets(store) for text in told):
        return f"a message that quotes personal data: {told[1]}"
    if known.read:
        return f"refused, though nothing is wrong with it: {told[1]}"
    return ""


def _of_reading(tables: Tables, found: dict[str, Any], untouched: dict[str, Any], known: Known) -> str:
    if known.refused:
        return "read, though it must be refused"
    lost = [count for count in tables.rows if count.missing]
    if lost:
        return f"rows that are neither read nor left out: {lost}"
    if known.same and (other := [name for name in found if found[name] != untouched[name]]):
        return f"another content of {', '.join(other)}"
    if other := [name for name in known.spared if found[name] != untouched[name]]:
        return f"another content of {', '.join(other)}, which nobody touched"
    rows: Counter[str] = Counter()
    for count in tables.rows:
        rows[count.table] += count.rows
    if wrong := [f"{name}: {rows[name]} of {n}" for name, n in known.rows.items() if rows[name] != n]:
        return f"another number of rows: {', '.join(wrong)}"
    return ""


def run(seed: int, numbers: range, stores: int = _STORES) -> list[Outcome]:
    """The outcomes of the sources of those numbers."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AFTERSALES_CACHE"] = str(Path(folder, "none", "cache"))
        Path(folder, "none").touch()  # nothing is kept
        source = Path(folder, "exports")
        source.mkdir()
        bench = Bench(source, seed, stores)
        return [bench.outcome(number) for number in numbers]


def _page(outcomes: list[Outcome], seconds: float) -> str:
    """What stands between the marks of the page."""
    ways = ("read the same", "read otherwise", "refused", "failed")
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for one in outcomes:
        by[one.kind][one.came] += 1
    rows = [
        f"| {kind} | {sum(c.values())} | {' | '.join(str(c[w]) for w in ways[:3])} |"
        for kind, c in sorted(by.items())
    ]
    every = Counter(one.came for one in outcomes)
    wrong = sum(bool(one.amiss) for one in outcomes)
    return "\n".join([
        f"{time.strftime('%d %B %Y').lstrip('0')}, Python {platform.python_version()}, seed {SEED}: "
        f"{len(outcomes):,} sources in {seconds:.0f} s; {wrong} that came out wrong.",
        "",
        "| what was done | sources | read, the same | read, otherwise | refused |",
        "| --- | --: | --: | --: | --: |",
        *rows,
        f"| **all** | {len(outcomes)} | {' | '.join(str(every[w]) for w in ways[:3])} |",
    ])  # fmt: skip


def main() -> int:
    """Read them all, print what is amiss, write the page."""
    start = time.perf_counter()
    outcomes = run(SEED, range(COUNT))
    for one in outcomes:
        if one.amiss:
            print(f"{one.number} ({one.form}, {one.kind}): {one.came}: {one.amiss}", flush=True)
    found = _page(outcomes, time.perf_counter() - start)
    print(found)
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(MARK[0])[0], page.split(MARK[1])[1]
    if not {"COUNT", "SEED"} & os.environ.keys() and not any(one.amiss for one in outcomes):
        PAGE.write_text(f"{before}{MARK[0]}\n{found}\n{MARK[1]}{after}", encoding="utf-8")
    return any(one.amiss for one in outcomes)


if __name__ == "__main__":
    sys.exit(main())

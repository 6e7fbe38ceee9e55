"""How long the five questions of the tour take, from the import to the answer: `make bench-answers`.

Each is asked in a process of its own, with what earlier runs left in the cache; writes docs/analyst.md.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "analyst.md"
BEGIN, END = "<!-- times -->", "<!-- /times -->"
QUESTIONS = {
    "Where does the number come from?": 'explain("ftf.rate", tables)',
    "Why did it change?": 'why("css.disappointment_rate_valid", tables, by="advisor")',
    "Which repairs came back?": "comebacks(tables)",
    "How do the months compare?": 'side_by_side(tables, months=["2024-03", "2024-04"])',
    "Which customers are lost?": 'lost_customers(tables, by="amount")',
}
_ASK = """
import time
began = time.perf_counter()
from aftersales import comebacks, explain, load, lost_customers, side_by_side, why
tables = load("demo")
loaded = time.perf_counter()
it = {call}
(it._repr_mimebundle_() if hasattr(it, "_repr_mimebundle_") else it._repr_html_())
print(loaded - began, time.perf_counter() - loaded)
"""


def asked(call: str) -> tuple[float, float]:
    """Seconds until the records are there, and from there to the answer."""
    done = subprocess.run(
        [sys.executable, "-c", _ASK.format(call=call)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded, answered = map(float, done.stdout.split())
    return loaded, answered


def main(runs: int) -> None:
    """Ask each question so often, and write the medians down."""
    lines = ["| question | call | records, s | answer, s |", "| --- | --- | --- | --- |"]
    for question, call in QUESTIONS.items():
        times = [asked(call) for _ in range(runs)]
        loaded, answered = (statistics.median(one) for one in zip(*times, strict=True))
        lines.append(f"| {question} | `{call}` | {loaded:.1f} | {answered:.1f} |")
    python = platform.python_version()
    lines.append(
        f"\nMedian of {runs} processes each, {os.cpu_count()} cores, Python {python}, the built-in store, "
        "cache as left by earlier runs."
    )
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(
        f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{rest.split(END)[1]}", encoding="utf-8"
    )


if __name__ == "__main__":
    main(int(os.environ.get("RUNS") or 3))

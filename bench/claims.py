"""What the findings are worth: ``python bench/claims.py`` measures false alarms and power and writes docs/claims.md.

Stores are made by their counts (`simulate`), without records, and each is judged by `aftersales.signals.findings` as a
report would: everything on the page together. One process, fixed seeds, a few minutes. ``STORES=200`` takes fewer.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from simulate import AS_EVER, NOTHING, Effect, World, store

from aftersales.signals import Finding, Rate, StoreHistory, finding, findings, limits

PAGE = Path(__file__).parent.parent / "docs" / "claims.md"
STORES = int(os.environ.get("STORES", "2000"))
MARK = "<!-- claims -->", "<!-- /claims -->"


@dataclass(frozen=True)
class Case:
    """An effect, whom the findings must name, and how often: share of stores with a signal, with a mark at least."""

    name: str
    effect: Effect
    figure: str
    subject: str | None
    rules: tuple[str, ...]
    signal: float | None = None
    watch: float | None = None
    since: float | None = None
    world: World = field(default_factory=World)

    def found(self, history: StoreHistory) -> Finding | None:
        """The finding that must be there, the strongest if there are several."""
        fits = [
            f
            for f in findings(history)
            if f.figure == self.figure and f.rule in self.rules and self._named(f)
        ]
        return max(fits, key=lambda f: abs(f.z or 0.0), default=None)

    def _named(self, f: Finding) -> bool:
        return self.subject == "*" or f.subject == self.subject


DISAPPOINTED, COMPLAINTS = "css.disappointment_rate_valid", "complaints.per_1000_visits"
CHANGE, PERSON, SHIFT = ("point", "run"), ("outside",), ("shift",)
CASES = (
    Case(
        "last month: booking rate +10 points",
        Effect(figure="booking.rate", plus=0.10),
        "booking.rate",
        None,
        CHANGE,
        0.99,
    ),
    Case("last month: complaints × 2", Effect(figure=COMPLAINTS, factor=2), COMPLAINTS, None, CHANGE, 0.40),
    Case("last month: a MOT item −8", Effect(item=-8), "oem.mot", "work_quality", CHANGE, 0.93),
    Case(
        "last month: disappointed +8 points",
        Effect(figure=DISAPPOINTED, plus=0.08),
        DISAPPOINTED,
        None,
        CHANGE,
        0.75,
    ),
    Case(
        "last month: a technician 4 × the failure rate",
        Effect(technician=4),
        "ftf.rate",
        "技师0",
        PERSON,
        0.70,
        0.95,
    ),
    Case("four months: failures × 2", Effect(4, "ftf.rate", 2), "ftf.rate", None, CHANGE, 0.99, since=0.85),
    Case(
        "four months: complaints × 1.6",
        Effect(4, COMPLAINTS, 1.6),
        COMPLAINTS,
        None,
        CHANGE,
        0.45,
        since=0.85,
    ),
    Case("four months: an item −3", Effect(4, item=-3), "oem.mot", "work_quality", CHANGE, 0.45, since=0.85),
    Case(
        "four months: disappointed +5 points",
        Effect(4, DISAPPOINTED, plus=0.05),
        DISAPPOINTED,
        None,
        CHANGE,
        0.83,
        since=0.85,
    ),
    Case(
        "a cause takes half of another's mentions, all month",
        Effect(takes=True),
        "complaints.causes",
        "*",
        SHIFT,
        0.99,
    ),
    Case(
        "70 % of 时间 coded 其他 in the last week", Effect(coded=0.7), "complaints.causes", "*", SHIFT, 0.95
    ),
    *(
        Case(
            f"an advisor 65 % disappointed, n = {n}",
            Effect(advisor=(0.65, n)),
            DISAPPOINTED,
            "顾问0",
            PERSON,
            None,
            floor,
        )
        for n, floor in ((45, 0.80), (70, 0.93), (110, 0.98))
    ),
)

CONSTANT: tuple[tuple[str, World, float], ...] = (
    ("the deck's size, 27 months", World(), 0.062),
    ("the deck's size, 16 months", World(months=16), 0.062),
    ("the deck's size, 12 months", World(months=12), 0.062),
    ("a quarter of it, 27 months", World(size=0.25), 0.062),
    ("a quarter of it, 16 months", World(size=0.25, months=16), 0.062),
    ("a quarter of it, 12 months", World(size=0.25, months=12), 0.062),
    ("all rates overdispersed, σ_z 1.5", World(over=1.118), 0.08),
)
UNFORGIVEN: tuple[tuple[str, World], ...] = (
    ("each person's rates overdispersed as well, σ_z 1.5", World(over=1.118, over_people=1.118)),
    ("people differ for good by 10 % of the rate", World(people=0.1)),
    ("people differ for good by 25 % of the rate", World(people=0.25)),
    ("autocorrelation 0.3 in every series", World(rho=0.3)),
    ("autocorrelation 0.6 in every series", World(rho=0.6)),
    ("a yearly season of one σ in every series", World(season=1.0)),
    ("a Spring Festival of 3 σ in every series", World(festival=3.0)),
    ("a drift of two σ in every series", World(drift=2.0)),
)


def made(seed: int, count: int, world: World = AS_EVER, effect: Effect = NOTHING) -> Iterator[StoreHistory]:
    """So many different stores, one after the other from one seed."""
    rng = np.random.default_rng(seed)
    return (store(rng, world, effect) for _ in range(count))


def alarms(histories: Iterator[StoreHistory]) -> tuple[int, int, Counter[str]]:
    """Stores, those of them with any signal, and with one of each kind."""
    count, alarmed = 0, 0
    kinds: Counter[str] = Counter()
    for history in histories:
        signals = [f for f in findings(history) if f.level == "signal"]
        count, alarmed = count + 1, alarmed + bool(signals)
        kinds.update({kind(f) for f in signals})
    return count, alarmed, kinds


def kind(f: Finding) -> str:
    """What part of the page a signal is of."""
    return (
        "coding" if f.detail.get("coding") else {"outside": "people", "shift": "causes"}.get(f.rule, f.rule)
    )


def power(
    case: Case, histories: Sequence[StoreHistory] | Iterator[StoreHistory]
) -> tuple[int, int, int, int]:
    """Stores, those with the signal, with a mark at least, and signals whose `since` is within a month of the truth."""
    count = signal = watch = near = 0
    for history in histories:
        f = case.found(history)
        count += 1
        if f is None:
            continue
        watch += f.level in ("signal", "watch")
        signal += f.level == "signal"
        if f.level == "signal" and f.since:
            began = len(history.months) - case.effect.last
            near += abs(history.months.index(f.since) - began) <= 1
    return count, signal, watch, near


def main() -> None:
    """Measure everything and write the page."""
    start = time.process_time()
    parts = [_intro(), *_constant(), *_effects(), *_curves(), *_items(), *_unforgiven(), *_odd(), *_agree()]
    parts.append(
        f"Measured in {time.process_time() - start:.0f} s of processor time, one process. The limits were chosen on other seeds."
    )
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "\n".join(MARK)
    before, after = text.split(MARK[0])[0], text.split(MARK[1])[-1]
    PAGE.write_text(before + MARK[0] + "\n" + "\n".join(parts) + "\n" + MARK[1] + after, encoding="utf-8")


def _intro() -> str:
    f = finding
    return (
        f"Limits: a month {f.POINT}, a run {f.RUN} and {f.RUN_REST} without its strongest month, people {f.PERSON}, "
        f"causes {f.CAUSE}, coding {f.CODING}; `watch` beyond {f.WATCH} (a run {f.RUN_WATCH}, coding {f.CODING_WATCH}).\n"
    )


def _constant() -> list[str]:
    rows = [
        "## Stores whose true rates never change",
        "",
        "| stores | any `signal`, measured | 95 % interval | must reach | month · run · people · causes · coding | n, seed |",
        "| --- | --: | --- | --- | --- | --- |",
    ]
    for seed, (name, world, most) in enumerate(CONSTANT, 1101):
        n, hit, kinds = alarms(made(seed, STORES, world))
        low, high = _wilson(hit, n)
        parts = " · ".join(
            f"{100 * kinds[k] / n:.1f}" for k in ("point", "run", "people", "causes", "coding")
        )
        rows.append(
            f"| {name} | {hit / n:.1%} | {low:.1%} to {high:.1%} | ≤ {most:.1%}: {_yes(hit / n <= most)} | {parts} | {n}, {seed} |"
        )
        _tell(rows[-1])
    n, hit, _ = alarms(made(100, 200, World(months=11)))
    changes = sum(
        f.level in ("signal", "watch") and f.rule in CHANGE
        for h in made(100, 200, World(months=11))
        for f in findings(h)
    )
    rows.append(
        f"\nWith 11 months of history every series is `unknown`: {changes} marks or signals of change in {n} stores; people need no history.\n"
    )
    return rows


def _effects() -> list[str]:
    rows = [
        "## Stores with a known effect",
        "",
        "| effect | `signal` | must reach | `watch` or more | must reach | `since` within a month | n, seed |",
        "| --- | --: | --- | --: | --- | --: | --- |",
    ]
    for seed, case in enumerate(CASES, 1201):
        n, signal, watch, near = power(case, made(seed, max(STORES // 5, 50), case.world, case.effect))
        since = (
            ""
            if case.since is None
            else f"{near / max(signal, 1):.1%} (≥ {case.since:.0%}: {_yes(near >= case.since * signal)})"
        )
        rows.append(
            f"| {case.name} | {signal / n:.1%} | {_floor(case.signal, signal / n)} | {watch / n:.1%} | {_floor(case.watch, watch / n)} | {since} | {n}, {seed} |"
        )
        _tell(rows[-1])
    return [*rows, ""]


def _curves() -> list[str]:
    """What other limits would give: alarms of the whole page against power."""
    names = (
        "complaints × 2, last month",
        "complaints × 1.6, four months",
        "item −3, four months",
        "disappointed +5, four months",
        "item −8, last month",
    )
    cases = [CASES[i] for i in (1, 6, 7, 8, 2)]
    some, most = max(STORES // 2, 50), max(STORES // 5, 50)
    worst = [_worst(findings(h)) for h in made(1301, some)]
    reached = [
        [_size(case.found(h)) for h in made(1302 + i, most, case.world, case.effect)]
        for i, case in enumerate(cases)
    ]
    rows = [
        "## The curve: other limits of a month and a run",
        "",
        f"Constant stores {some}, seed 1301; {most} an effect, seeds 1302–1306. Here a count by exposure has the limits of all others, so that its price shows.",
        "",
        "| month | run | any `signal` | " + " | ".join(names) + " |",
        "| --: | --: | --: |" + " --: |" * len(names),
    ]
    for point, run in ((3.0, 3.4), (3.1, 3.5), (3.2, 3.6), (finding.POINT, finding.RUN), (3.4, 3.9)):

        def beyond(at: tuple[float, float], point: float = point, run: float = run) -> bool:
            return at[0] > point or at[1] > run

        any_signal = np.mean([other or beyond((p, r)) for p, r, other in worst])
        told = " | ".join(f"{np.mean([beyond(at) for at in reach]):.0%}" for reach in reached)
        rows.append(f"| {point} | {run} | {any_signal:.1%} | {told} |")
    _tell(rows[-1])
    return [*rows, ""]


def _items() -> list[str]:
    """The power for an item by how noisy its months are."""
    rows = [
        "## Items by the noise of their months",
        "",
        "| σ of a month | −8 last month | −3 for four months | n, seed |",
        "| --: | --: | --: | --- |",
    ]
    for seed, sigma in enumerate((1.3, 1.4, 1.5, 1.7), 1701):
        n = max(STORES // 5, 50)
        reached = [
            power(CASES[i], made(seed, n, World(item_sigma=sigma), CASES[i].effect))[1] / n for i in (2, 7)
        ]
        rows.append(f"| {sigma} | {reached[0]:.0%} | {reached[1]:.0%} | {n}, {seed} |")
        _tell(rows[-1])
    return [*rows, ""]


def _worst(found: Sequence[Finding]) -> tuple[float, float, bool]:
    sizes = [(abs(f.z or 0.0), f) for f in found if f.rule in CHANGE]
    point = max((s for s, f in sizes if f.rule == "point"), default=0.0)
    run = max((s for s, f in sizes if f.rule == "run"), default=0.0)
    return point, run, any(f.level == "signal" for f in found if f.rule not in CHANGE)


def _size(f: Finding | None) -> tuple[float, float]:
    if f is None or f.z is None:
        return 0.0, 0.0
    return (abs(f.z), 0.0) if f.rule == "point" else (0.0, abs(f.z))


def _unforgiven() -> list[str]:
    rows = [
        "## What is not constant, and no effect either",
        "",
        "| stores | any `signal` | month · run · people · causes · coding | n, seed |",
        "| --- | --: | --- | --- |",
    ]
    for seed, (name, world) in enumerate(UNFORGIVEN, 1401):
        n, hit, kinds = alarms(made(seed, max(STORES // 4, 50), world))
        parts = " · ".join(
            f"{100 * kinds[k] / n:.1f}" for k in ("point", "run", "people", "causes", "coding")
        )
        rows.append(f"| {name} | {hit / n:.1%} | {parts} | {n}, {seed} |")
        _tell(rows[-1])
    return [*rows, ""]


def _odd() -> list[str]:
    """One odd month, told again as a sustained change in the month after it?"""
    seed, count, again = 1501, max(STORES // 5, 50), 0
    for history in made(seed, count):
        rates = [_odd_month(r) if r.figure == DISAPPOINTED else r for r in history.rates]
        later = findings(replace(history, rates=rates, people=(), causes=None))
        found = next(f for f in later if f.figure == DISAPPOINTED and f.rule in CHANGE)
        again += found.level == "signal" and found.rule == "run"
    rows = f"One odd month (disappointed +12 points) is told again as a sustained change a month later in {again / count:.1%} of {count} stores (seed {seed}).\n"
    _tell(rows)
    return ["## One odd month", "", rows]


def _odd_month(rate: Rate) -> Rate:
    """The same with 12 points more in the last month but one."""
    hits = np.array(rate.hits, float)
    hits[-2] += round(0.12 * float(rate.cases[-2] or 0))
    return replace(rate, hits=list(hits))


def _agree() -> list[str]:
    """Charts draw the list's limits: in how many cases do they disagree?"""
    pairs = wrong = 0
    for history in (
        h
        for i, w in enumerate((World(), World(over=1.5, months=17), World(festival=5)))
        for h in made(601 + i, 40, w)
    ):
        drawn = limits(history)
        for f in findings(history):
            if f.rule == "point":
                pairs += 1
                wrong += drawn[f.figure, f.subject].level[-1] != f.level
    clock = list(made(604, 50))
    findings(clock[0])
    start = time.process_time()
    for h in clock:
        findings(h)
    each = (time.process_time() - start) / len(clock) * 1000
    text = f"The last month of {pairs} charts lies outside its limits exactly where the list says so in all but {wrong}. A store's findings take {each:.0f} ms of processor time.\n"
    _tell(text)
    return ["## Charts and list", "", text]


def _wilson(hit: int, n: int) -> tuple[float, float]:
    from aftersales.contract.statistics import wilson

    low, high = wilson(hit, n)
    return low or 0.0, high or 0.0


def _floor(least: float | None, reached: float) -> str:
    return "" if least is None else f"≥ {least:.0%}: {_yes(reached >= least)}"


def _yes(reached: bool) -> str:
    return "yes" if reached else "**no**"


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

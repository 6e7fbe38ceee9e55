"""Five unlike stores whose whole reports are looked at: what each has, and what its report is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from aftersales import demo

# The months that a record belongs to.
_DATES = {
    "repair_orders": "opened_at",
    "bookings": "planned_at",
    "jobs": "finished_at",
    "survey_calls": "called_at",
    "complaints": "received_at",
    "customers": "created_at",
    "churn_calls": "called_at",
    "oem_css": "month",
    "oem_pt": "month",
    "actions": "month",
}
_PEOPLE, _LONG = 40, 60


@dataclass(frozen=True)
class Store:
    """A store: its name, the records it has (none: the built-in store), its month and language."""

    name: str
    records: Callable[[], dict[str, pd.DataFrame]] | None = None
    month: str = "2024-04"
    lang: str = "zh"

    def asked(self, folder: Path) -> list[object]:
        """The options of its report, its records written where they are read from."""
        options: list[object] = ["--month", self.month, "--lang", self.lang]
        if self.records is None:
            return options
        return [*options, "--source", write(folder, self.records())]


def write(folder: Path, frames: dict[str, pd.DataFrame]) -> Path:
    """A source of CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder


def until_january(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The records as they stood at the end of January: few months, and none of them April."""
    cut = {t: f[f[_DATES[t]].astype(str) < "2024-02"] for t, f in frames.items() if t in _DATES}
    grievances = frames["grievances"]
    return {**cut, "grievances": grievances[grievances["call_id"].isin(cut["survey_calls"]["call_id"])]}


def long_names(prefix: str) -> list[str]:
    """Forty names of sixty characters that differ at their beginning."""
    return [f"{prefix}{i:02d}·{'阿卜杜拉古丽买买提' * 7}"[:_LONG] for i in range(_PEOPLE)]


def crowded(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The store's work done by forty advisors and forty technicians, all with names of sixty characters."""
    advisors, technicians = long_names("顾问"), long_names("技师")
    orders, jobs, scores = frames["repair_orders"], frames["jobs"], frames["oem_css"]
    known = dict(zip(sorted(scores["advisor"].dropna().unique()), advisors, strict=False))
    return {
        **frames,
        "repair_orders": orders.assign(advisor=[advisors[i % _PEOPLE] for i in range(len(orders))]),
        "jobs": jobs.assign(technician=[technicians[i % _PEOPLE] for i in range(len(jobs))]),
        "oem_css": scores.assign(advisor=scores["advisor"].map(known)),
    }


def _orders() -> dict[str, pd.DataFrame]:
    return {"repair_orders": demo.generate(seed=5, months=8, store="小店")["repair_orders"]}


def _without_visit() -> dict[str, pd.DataFrame]:
    frames = demo.generate(seed=3, months=8, store="West")
    return {name: frame for name, frame in frames.items() if name != "oem_pt"}


def _records(change: Callable[[dict[str, pd.DataFrame]], dict[str, pd.DataFrame]], name: str, seed: int):
    return change(demo.generate(seed=seed, months=8, store=name))


STORES = {
    "built-in": Store("示范店"),
    "orders alone": Store("小店", _orders),
    "first January": Store("新店", partial(_records, until_january, "新店", 5), month="2024-01"),
    "crowded": Store("大店", partial(_records, crowded, "大店", 2)),
    "English": Store("West", _without_visit, lang="en"),
}

"""The improvement measures of the departments."""

from __future__ import annotations

from typing import Any

import numpy as np

from aftersales.demo import frames, texts, workdays
from aftersales.demo.plan import Plan

_NAMES = (
    "problem",
    "mot_item",
    "root_cause",
    "measure",
    "resource",
    "owner",
    "supervisor",
    "checkpoint",
    "evidence",
)


def actions(plan: Plan, rng: np.random.Generator) -> dict[str, Any]:
    """Columns of the `actions` table: a few measures a month, most of them done in the month after."""
    rows: list[dict[str, Any]] = []
    for month in range(plan.months):
        drawn = _drawn(plan, month, rng)
        given = plan.actions.get(month)
        rows += [_given(plan, month, row) for row in given] if given else drawn
    raised = np.array([row["month"] for row in rows], "datetime64[M]")
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns: dict[str, Any] = {name: [row.get(name) for row in rows] for name in names}
    columns["month"] = [str(m) for m in raised]
    columns["due"], columns["done_at"] = _dates(columns["due"]), _dates(columns["done_at"])
    return {"action_id": frames.serials("GS", raised, width=2), **columns}


def _given(plan: Plan, month: int, row: dict[str, Any]) -> dict[str, Any]:
    """A given row; it is due on a day of the month after it was raised (0), or of the one after that (1)."""
    after, day = row["due"]
    due = _day(plan.month(month + 1 + after), day)
    done = _day(plan.month(month + 1), row["done"]) if row["done"] else None
    rest = {k: v for k, v in row.items() if k not in ("due", "done")}
    return {"month": plan.month(month), **rest, "due": due, "done_at": done}


def _day(month: np.datetime64, day: int) -> np.datetime64:
    """A day of a month, or its last one where it is shorter."""
    found: np.datetime64 = workdays.days_of(month)[:day][-1]
    return found


def _drawn(plan: Plan, month: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    rows = []
    for department, pool in texts.ACTIONS.items():
        wanted = min(int(rng.integers(1, 3)) + (month == plan.months - 1), len(pool))
        for rank, pick in enumerate(rng.permutation(len(pool))[:wanted].tolist(), start=1):
            due = (plan.month(month) + 1).astype("datetime64[D]") + int(rng.integers(9, 28))
            luck = rng.random()
            done = due + int(rng.integers(-12, 3)) if luck < 0.7 else due + int(rng.integers(8, 40))
            is_done = luck < 0.9 and done <= plan.last
            started = is_done or rng.random() < 0.6
            row = dict(zip(_NAMES, pool[pick], strict=True))
            evidence = row.pop("evidence")
            rows.append(
                {
                    "month": plan.month(month),
                    "department": department,
                    "rank": rank,
                    **row,
                    "due": due,
                    "status": "done" if is_done else "in_progress" if started else "not_started",
                    "done_at": done if is_done else None,
                    "evidence": evidence if is_done else None,
                }
            )
    return rows


def _dates(dates: list[Any]) -> np.ndarray:
    return np.array([np.datetime64("NaT") if d is None else d for d in dates], "datetime64[D]")

"""What the car maker sends: satisfaction scores and the mystery visit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aftersales.contract.schema import MOT_ITEMS
from aftersales.demo import deck, texts
from aftersales.demo.plan import Plan
from aftersales.demo.quotas import allot

# Weights the agency computes its MOT score with.
_WEIGHTS = np.array([0.10, 0.05, 0.15, 0.10, 0.05, 0.15, 0.05, 0.05, 0.20, 0.10])
_PT_ODDS = {"reception": 0.62, "work_order": 0.75, "waiting": 0.82, "handover": 0.6, "facilities": 0.93}


def oem_css(plan: Plan, rng: np.random.Generator) -> dict[str, Any]:
    """Columns of the `oem_css` table: a row a month for store, branch, nation and each advisor."""
    rows = []
    for month in range(plan.months):
        age = plan.months - 1 - month
        drift = -0.04 * age
        national = _scores("national", drift, 0.25, rng)
        branch = _scores("branch", drift, 0.4, rng)
        store = np.round(plan.oem_level + drift + rng.normal(0, 1.3, len(plan.oem_level)), 1)
        sample = max(int(rng.normal(0.075, 0.008) * plan.orders[month].sum()), 2)
        sizes = (sample, int(rng.normal(5200, 150)), int(rng.normal(21500, 500)))
        scopes = ("store", "branch", "national")
        for scope, n, scores in zip(scopes, sizes, (store, branch, national), strict=True):
            row = plan.oem.get((month, scope)) or (n, *scores, _mot(scores))
            rows.append((month, scope, None, *row))
        total = plan.oem[month, "store"][0] if (month, "store") in plan.oem else sample
        present = plan.orders[month] > 0
        samples = allot(total, np.maximum(plan.orders[month], 0.001), 0 * present, total * present)
        for a in np.flatnonzero(present).tolist():
            scores = store[:10] + plan.traits.advisor_offset + rng.normal(0, 2.2, 10)
            scores = np.r_[np.round(scores, 1), np.nan]
            row = plan.oem.get((month, plan.advisors[a])) or (samples[a], *scores, _mot(scores))
            if row[0] > 0:
                rows.append((month, "advisor", plan.advisors[a], *row))
    names = ("month", "scope", "advisor", "sample", *MOT_ITEMS, "css", "mot")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    columns["month"] = [str(plan.month(m)) for m in columns["month"]]
    return columns


def _scores(scope: str, drift: float, noise: float, rng: np.random.Generator) -> NDArray[np.float64]:
    _, items, _, css = deck.OEM[scope]
    return np.round(np.array([*items, css]) + drift / 2 + rng.normal(0, noise, 11), 1)


def _mot(scores: NDArray[np.float64]) -> float:
    return round(float(_WEIGHTS @ scores[:10]), 1)


def oem_pt(plan: Plan, rng: np.random.Generator) -> dict[str, Any]:
    """Columns of the `oem_pt` table: in most months a visit, items met, half met, missed, not applicable."""
    months: list[str] = []
    sections: list[str] = []
    items: list[str] = []
    points: list[float] = []
    level = rng.uniform(-0.12, 0.05)
    for month in range(plan.months):
        visited = rng.random() < 0.8
        given = plan.pt.get(month)
        for section, names in texts.SECTION_ITEMS.items():
            luck, applies = rng.random(len(names)), rng.random(len(names)) > 0.03
            odds = _PT_ODDS[section] + level
            met = np.select([luck < odds - 0.08, luck < odds + 0.08], [1.0, 0.5], 0.0)
            drawn = np.where(applies, met, np.nan)
            if visited or given:
                months += [str(plan.month(month))] * len(names)
                sections += [section] * len(names)
                items += names
                points += list(given[section] if given else drawn)
    notes = {0.0: "未执行", 0.5: "部分执行"}
    return {
        "month": months,
        "section": sections,
        "item": items,
        "points": points,
        "max_points": [1.0] * len(items),
        "note": [notes.get(p, "不适用" if p != p else None) for p in points],
    }

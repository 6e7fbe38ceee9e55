"""A group of invented stores: what their reports would hold, made from counts with a fixed seed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from aftersales.contract.figures import FIGURES
from aftersales.contract.statistics import FEW, poisson, target_verdict, wilson
from aftersales.export.publish import folder_name
from aftersales.metrics.group import RATES
from aftersales.signals.finding import POINT, RUN, two_sided
from aftersales.signals.history import WATCHED

MONTH = "2024-04"
MONTHS = [f"{2023 + (m // 12)}-{m % 12 + 1:02}" for m in range(4, 16)]
# The rate that all stores have, and cases for each visit.
TRUE = {
    "css.valid_rate": (0.80, 0.45),
    "css.delight_rate_valid": (0.28, 0.36),
    "css.disappointment_rate_valid": (0.33, 0.36),
    "complaints.per_1000_visits": (0.007, 1.0),
    "ftf.rate": (0.975, 1.2),
    "ftf.return_rate": (0.06, 0.4),
    "booking.rate": (0.27, 1.0),
    "booking.kept_rate": (0.84, 0.32),
    "churn.private_rate": (0.24, 0.65),
    "delivery.rate": (0.85, 0.97),
}
TARGETS = {"oem.mot": 99, "css.valid_rate": 0.8, "ftf.rate": 0.98, "booking.rate": 0.25}
TARGETS |= {"css.disappointment_rate_valid": 0.36, "complaints.per_1000_visits": 10}
_TRENDS = {
    "ftf.rate": ("ftf.trend", "not_fixed", "jobs"),
    "ftf.return_rate": ("ftf.return_trend", "returned", "return_orders"),
    "delivery.rate": ("delivery.trend", "on_time", "orders"),
    "booking.rate": ("booking.trend", "arrived", "visits"),
}
_PLACES = (
    "东城 西城 南湖 北苑 新区 高新 滨江 江宁 余杭 萧山 吴中 相城 浦东 闵行 宝山 青浦 松江 嘉定 临港 昆山"
)


def names(count: int) -> list[str]:
    """Names of stores: places, then numbered."""
    places = _PLACES.split()
    numbers = [i // len(places) + 1 for i in range(count)]
    return [f"{places[i % len(places)]}{n if n > 1 else ''}店" for i, n in enumerate(numbers)]


def results(
    store: str,
    visits: int,
    rng: np.random.Generator,
    shift: dict[str, float] | None = None,
    spread: float = 0.0,
    moved: str = "",
) -> dict:
    """What a store's `figures.json` holds.

    Parameters
    ----------
    visits
        The store's visits in a month.
    shift
        What is added to the log odds of some of its rates.
    spread
        σ by which stores' log odds differ anyhow.
    moved
        A figure that has changed for sure.
    """
    figures: dict = dict.fromkeys(FIGURES)
    tables: dict = {"comparison": [], "findings": [], "checks": [], "joins": []}
    for name in RATES:
        usual, share = TRUE[name]
        odds = np.log(usual / (1 - usual)) + spread * rng.normal() + (shift or {}).get(name, 0.0)
        rate = 1 / (1 + np.exp(-odds))
        per = WATCHED[name].per
        cases = max(int(visits * share), 1)
        if FIGURES[name].base == "css.valid" and figures["css.valid"] is not None:
            cases = figures["css.valid"]
        hits = int(
            min(rng.poisson(cases * rate), cases) if WATCHED[name].exposure else rng.binomial(cases, rate)
        )
        figures[name], figures[FIGURES[name].base] = hits / cases * per, cases
        if name == "css.valid_rate":
            figures["css.valid"] = hits
        ends = (e / cases * per for e in poisson(hits)) if WATCHED[name].exposure else wilson(hits, cases)
        low, high = ends if cases >= FEW else (None, None)
        compare(tables, name, figures[name], low, high)
        trend(tables, name, rate, cases, hits, rng)
    figures["oem.mot"], figures["oem.sample"] = 96 + rng.normal(), 120
    compare(tables, "oem.mot", figures["oem.mot"], figures["oem.mot"] - 1.2, figures["oem.mot"] + 1.2)
    for name in RATES:
        z = rng.normal() if name != moved else -9.0
        run = name == moved
        tables["findings"].append(
            {
                **dict.fromkeys(("subject", "department", "gain", "unit")),
                **{"figure": name, "value": figures[name], "reference": figures[name] * 0.9, "n": 900.0},
                **{"z": z, "p": two_sided(z), "rule": "run" if run else "point", "cases": []},
                "since": "2024-01" if run else MONTH,
                "level": "signal" if abs(z) > (RUN if run else POINT) else "none",
                "direction": "better" if (z > 0) == (WATCHED[name].better == "up") else "worse",
            }
        )
    for table, link in (
        ("jobs", "jobs.order_id → repair_orders.order_id"),
        ("survey_calls", "survey_calls.order_id → repair_orders.order_id"),
    ):
        poor = table == "survey_calls" and rng.random() < 0.1
        share = 0.15 if poor else 1.0
        row = {"link": link, "rows": 200, "found": int(200 * share), "share": share}
        tables["joins"].append(row | {"verdict": "broken" if poor else "ok"})
    severity = rng.choice(["ok", "warning", "error"], p=[0.7, 0.25, 0.05])
    tables["checks"].append({"rule": "x", "subject": "x", "verdict": "consistent", "severity": str(severity)})
    return {"store": store, "month": MONTH, "figures": figures, "tables": tables, "notes": ["一条说明"]}


def compare(tables: dict, name: str, value: float, low: float | None, high: float | None) -> None:
    """A row of the table `comparison`."""
    target = TARGETS.get(name)
    verdict = target_verdict(value, target, FIGURES[name].better, low, high)
    row = {"figure": name, "current": value, "low": low, "high": high, "target": target}
    tables["comparison"].append(row | {"target_verdict": verdict})


def trend(tables: dict, name: str, rate: float, cases: int, hits: int, rng: np.random.Generator) -> None:
    """The 12 months of a rate whose report has them."""
    if name not in _TRENDS:
        return
    table, part, whole = _TRENDS[name]
    drawn = [*rng.binomial(cases, rate, 11).tolist(), hits]
    left = part == "not_fixed"
    tables[table] = [
        {"month": month, part: cases - k if left else k, whole: cases}
        for month, k in zip(MONTHS, drawn, strict=True)
    ]


def group(out: Path, stores: dict[str, dict | str], lang: str = "zh") -> Path:
    """Publish what stores' reports hold, and the run that made them; a text is why a store failed."""
    month = out / MONTH
    rows = []
    for store, held in stores.items():
        folder = folder_name(store)
        failed = isinstance(held, str)
        if not failed:
            (month / folder).mkdir(parents=True, exist_ok=True)
            text = json.dumps(held, ensure_ascii=False)
            (month / folder / "figures.json").write_text(text, encoding="utf-8")
            about = json.dumps({"masked": True, "synthetic": True})
            (month / folder / "manifest.json").write_text(about, encoding="utf-8")
        status = "failed" if failed else "made"
        row = {"store": store, "folder": folder, "status": status, "error": held if failed else None}
        rows.append(row | {"seconds": 3.0})
    month.mkdir(parents=True, exist_ok=True)
    run = {"format": 1, "month": MONTH, "lang": lang, "stores": rows}
    (month / "group.json").write_text(json.dumps(run, ensure_ascii=False), encoding="utf-8")
    return out


def many(count: int, seed: int = 1, spread: float = 0.0, some: bool = False) -> dict[str, dict | str]:
    """So many stores; with `some`, one in twelve stands out, one in ten has moved, and two have failed."""
    rng = np.random.default_rng(seed)
    made: dict[str, dict | str] = {}
    for i, store in enumerate(names(count)):
        visits = int(np.exp(rng.uniform(np.log(150), np.log(4000))))
        shift = {"delivery.rate": -1.2, "booking.rate": 0.8} if some and i % 12 == 5 else None
        moved = "ftf.rate" if some and i % 10 == 3 else ""
        made[store] = results(store, visits, rng, shift, spread, moved)
    if some:
        made[names(count)[2]] = "repair_orders.csv：第3行：工单号 重复\n第二行"
        made[
            "一家名字很长的汽车销售服务有限公司（上海市浦东新区张江高科技园区第二分公司）<script>alert(1)</script>"
        ] = results(
            "一家名字很长的汽车销售服务有限公司（上海市浦东新区张江高科技园区第二分公司）<script>alert(1)</script>",
            900,
            rng,
        )
        made['东/西"店'] = results('东/西"店', 60, rng)
    return made

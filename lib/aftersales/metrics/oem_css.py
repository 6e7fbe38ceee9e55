"""The car maker's scores: CSS, MOT and the mystery visit (CSS/PT). Deck slides 7 and 8."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract.months import as_written, months_to
from aftersales.contract.remembered import in_a_report
from aftersales.contract.schema import MOT_ITEMS, PT_SECTIONS
from aftersales.contract.statistics import moving_range_sigma
from aftersales.signals import Finding, sentences

SCORES = ["scope", "sample", *MOT_ITEMS, "mot", "css"]
ITEMS = [
    "item",
    "weight",
    "previous",
    "current",
    "change",
    "contribution",
    "branch",
    "national",
    "gap_branch",
    "gap_national",
    "sigma",
    "beyond_noise",
    "direction",
]
SECTIONS = ["section", "items", "points", "max_points", "score", "weight", "contribution", "not_applicable"]
MISSED = ["section", "item", "points", "max_points", "lost", "note"]


@in_a_report
def row_of(
    oem_css: pd.DataFrame | None, month: pd.Period, scope: str, advisor: str | None = None
) -> dict[str, Any] | None:
    """One row of the agency's file as a dict, missing scores as None; None when there is no such row."""
    if oem_css is None:
        return None
    named = (oem_css["month"] == str(month)) & (oem_css["scope"] == scope)
    if advisor is not None:
        named &= oem_css["advisor"] == advisor
    if not named.any():
        return None
    row = oem_css.iloc[int(named.to_numpy().argmax())].to_dict()
    return {key: None if value is None or value != value else value for key, value in row.items()}


def mot_score(row: Mapping[str, Any] | None, weights: Mapping[str, float]) -> float | None:
    """MOT = Σ weight × item score [index points]; None when an item is missing. Deck slide 7."""
    if row is None or any(row.get(item) is None or row[item] != row[item] for item in MOT_ITEMS):
        return None
    return math.fsum(weights[item] * row[item] for item in MOT_ITEMS)


@in_a_report
def scores(oem_css: pd.DataFrame | None, month: pd.Period, weights: Mapping[str, float]) -> pd.DataFrame:
    """The four rows of the deck's table: the store last month and this, its branch, the nation."""
    if oem_css is None:
        return pd.DataFrame(columns=SCORES)
    named = {
        "previous": (month - 1, "store"),
        "current": (month, "store"),
        "branch": (month, "branch"),
        "national": (month, "national"),
    }
    out = []
    for name, (when, scope) in named.items():
        row = row_of(oem_css, when, scope)
        known = row or {}
        out.append(
            {
                "scope": name,
                "sample": known.get("sample"),
                **{i: known.get(i) for i in MOT_ITEMS},
                "mot": mot_score(row, weights),
                "css": known.get("css"),
            }
        )
    return pd.DataFrame(out, columns=SCORES)


@in_a_report
def items(
    oem_css: pd.DataFrame | None,
    month: pd.Period,
    weights: Mapping[str, float],
    findings: Sequence[Finding] = (),
) -> pd.DataFrame:
    """The ten items one by one: scores, change, contribution to ΔMOT, gaps and month-to-month noise.

    ``beyond_noise`` says whether the findings have a signal of the item; None where it was not judged.
    ``direction`` is the signal's, ``better`` or ``worse``; empty without one.
    """
    if oem_css is None:
        return pd.DataFrame(columns=ITEMS)
    rows = {
        name: row_of(oem_css, when, scope) or {}
        for name, when, scope in (
            ("previous", month - 1, "store"),
            ("current", month, "store"),
            ("branch", month, "branch"),
            ("national", month, "national"),
        )
    }
    past = history(oem_css, month, weights)
    out = []
    for item in MOT_ITEMS:
        previous, current, branch, national = (
            rows[n].get(item) for n in ("previous", "current", "branch", "national")
        )
        change = _minus(current, previous)
        sigma = moving_range_sigma(list(past[item].iloc[:-1]))
        told = sentences.find(findings, "oem.mot", item)
        beyond = None if told is None or told.level == "unknown" else told.level == "signal"
        out.append(
            [
                item,
                weights[item],
                previous,
                current,
                change,
                None if change is None else weights[item] * change,
                branch,
                national,
                _minus(current, branch),
                _minus(current, national),
                sigma,
                beyond,
                sentences.tone(told),
            ]
        )
    return pd.DataFrame(out, columns=ITEMS)


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


@in_a_report
def history(
    oem_css: pd.DataFrame | None, month: pd.Period, weights: Mapping[str, float], months: int = 12
) -> pd.DataFrame:
    """The store's scores of the `months` months to `month`."""
    columns = ["month", "sample", "css", "mot", *MOT_ITEMS]
    if oem_css is None:
        return pd.DataFrame(columns=columns)
    own = oem_css.loc[oem_css["scope"] == "store", ["month", "sample", "css", *MOT_ITEMS]]
    when = [str(m) for m in months_to(month, months)]
    out = own.drop_duplicates("month").set_index("month").reindex(when).astype(float)
    scores = [mot_score(row, weights) for row in out.to_dict("records")]
    return out.assign(mot=pd.Series(scores, out.index, dtype=float)).reset_index()[columns]


@in_a_report
def pt_sections(
    oem_pt: pd.DataFrame | None, month: pd.Period, pt_weights: Mapping[str, float]
) -> pd.DataFrame:
    """Mystery visit by section: score = 100 × Σ points / Σ full points of the applicable items. Slide 8."""
    if oem_pt is None:
        return pd.DataFrame(columns=SECTIONS)
    now = oem_pt.loc[oem_pt["month"] == str(month), ["section", "points", "max_points"]]
    by_section = dict(iter(now.fillna({"max_points": 1}).groupby("section")))
    out = []
    for section in PT_SECTIONS:
        if section not in by_section:
            continue
        checked = by_section[section]
        counted = checked[checked["points"].notna()]
        full = float(counted["max_points"].sum())
        score = 100 * float(counted["points"].sum()) / full if full else None
        weight = pt_weights[section]
        out.append(
            [
                section,
                len(counted),
                float(counted["points"].sum()),
                full,
                score,
                weight,
                None if score is None else weight * score,
                len(checked) - len(counted),
            ]
        )
    return pd.DataFrame(out, columns=SECTIONS)


def pt_missed(oem_pt: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """Items of the mystery visit that were missed or half met."""
    if oem_pt is None:
        return pd.DataFrame(columns=MISSED)
    now = oem_pt[(oem_pt["month"] == str(month)) & oem_pt["points"].notna()].copy()
    now["max_points"] = now["max_points"].fillna(1)
    now["lost"] = now["max_points"] - now["points"]
    missed = now[now["lost"] > 0]
    order = missed["section"].map({s: i for i, s in enumerate(PT_SECTIONS)})
    return (
        missed.assign(_order=order)
        .sort_values(["_order", "lost"], ascending=[True, False], kind="stable")[MISSED]
        .reset_index(drop=True)
    )


@in_a_report
def figures(
    oem_css: pd.DataFrame | None,
    oem_pt: pd.DataFrame | None,
    month: pd.Period,
    weights: Mapping[str, float],
    pt_weights: Mapping[str, float],
) -> dict[str, float | int | None]:
    """The scores of the month (``oem.*``); the PT total is null when a weighted section has no item."""
    four = scores(oem_css, month, weights).set_index("scope") if oem_css is not None else None

    def at(scope: str, column: str) -> Any:
        value = None if four is None else four.loc[scope, column]
        return None if value is None or value != value else value

    sections = pt_sections(oem_pt, month, pt_weights).set_index("section")["score"]
    needed = [s for s in PT_SECTIONS if pt_weights[s] > 0]
    known = all(s in sections and sections[s] == sections[s] and sections[s] is not None for s in needed)
    sample = at("current", "sample")
    return {
        "oem.sample": None if sample is None else int(sample),
        "oem.mot": at("current", "mot"),
        "oem.css": at("current", "css"),
        "oem.mot_previous": at("previous", "mot"),
        "oem.mot_branch": at("branch", "mot"),
        "oem.mot_national": at("national", "mot"),
        "oem.pt_total": math.fsum(pt_weights[s] * sections[s] for s in needed) if known and needed else None,
    }


def weighted(row: Mapping[str, Any] | None, weights: Mapping[str, float]) -> pd.DataFrame | None:
    """The ten items of one row of the agency's file: ``item``, ``weight``, ``score``, ``contribution``."""
    if row is None:
        return None
    frame = pd.DataFrame({"item": list(MOT_ITEMS), "weight": [weights[i] for i in MOT_ITEMS]})
    frame["score"] = pd.Series([row[i] for i in MOT_ITEMS], dtype=float)
    return frame.assign(contribution=frame["weight"] * frame["score"])


def pt_checks(
    oem_pt: pd.DataFrame | None, month: pd.Period, pt_weights: Mapping[str, float]
) -> pd.DataFrame | None:
    """Each checked item with what it adds to the total of the mystery visit, ``contribution``.

    A weighted section without items makes the total unknown, so no item has a contribution.
    """
    if oem_pt is None:
        return None
    now = oem_pt[oem_pt["month"] == str(month)]
    known = now[now["points"].notna()].copy()
    full = known["max_points"].fillna(1)
    whole = full.groupby(known["section"]).transform("sum")
    weight = known["section"].map(pt_weights).astype(float)
    known["contribution"] = weight * 100 * known["points"] / whole
    scored = set(known.loc[whole > 0, "section"])
    if any(pt_weights[s] > 0 and s not in scored for s in PT_SECTIONS):
        known["contribution"] = float("nan")
    return known


as_written(__name__)

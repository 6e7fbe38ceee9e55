"""Next month's targets and TOP5 (下月工作目标及TOP5整改方向). Deck slides 30 to 34."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES, judged
from aftersales.contract.schema import TABLES, label
from aftersales.metrics import complaints, first_time_fix, internal_css, oem_css
from aftersales.metrics.month import all_figures
from aftersales.metrics.proposals import MEASURES, Evidence, proposals

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

COLUMNS = ["rank", "problem", "proposed", "evidence", "measure", "owner", "due", "supervisor", "checkpoint"]
TARGETS = ["figure", "current", "target", "gap", "met", "next_target"]
PRIORITIES = ["item", "weight", "current", "benchmark", "gap", "priority", "mentions"]
LEAST = 5

# The cause of dissatisfaction that a MOT item answers to: ties between items are broken by its mentions.
CAUSE_OF_ITEM = {
    "work_quality": "quality",
    "time_in_shop": "time",
    "explain_bill": "cost",
    "listening": "attitude",
    "reception_speed": "time",
    "handover_speed": "time",
}


def priorities(tables: Tables, month: pd.Period, params: Params) -> pd.DataFrame:
    """The ten MOT items by weight × gap to the benchmark (Martilla & James 1977), then mentions of the cause.

    The benchmark is the target for the MOT score, or the branch's score where the params set none.
    """
    items = oem_css.items(tables.oem_css, month, params.weights)
    return _priorities(items, complaints.causes(tables.grievances, tables.survey_calls, month), params)


def _priorities(items: pd.DataFrame, causes: pd.DataFrame, params: Params) -> pd.DataFrame:
    named = causes.set_index("cause")["month"]
    rows = []
    for row in items.to_dict("records"):
        benchmark = params.targets.get("oem.mot", row["branch"])
        if (
            row["current"] is None
            or row["current"] != row["current"]
            or benchmark is None
            or benchmark != benchmark
        ):
            continue
        gap = benchmark - row["current"]
        mentions = int(named.get(CAUSE_OF_ITEM.get(row["item"], ""), 0))
        rows.append(
            [row["item"], row["weight"], row["current"], benchmark, gap, row["weight"] * gap, mentions]
        )
    frame = pd.DataFrame(rows, columns=PRIORITIES)
    return frame.sort_values(["priority", "mentions"], ascending=False, kind="stable").reset_index(drop=True)


def targets(figures: Mapping[str, Any], params: Params) -> pd.DataFrame:
    """Each figure with a target: where it stands, and what is proposed for next month.

    A target that was met stays. For one that was missed by far, next month's goal is half the way to it.
    A rate of few cases is not compared with its target.
    """
    rows = []
    for name, target in params.targets.items():
        if name not in FIGURES:
            continue
        current, better = judged(figures, name), FIGURES[name].better
        if current is None:
            rows.append([name, None, target, None, None, target])
            continue
        gap = current - target
        met = gap <= 0 if better == "down" else gap >= 0
        rows.append([name, current, target, gap, met, target if met else current + (target - current) / 2])
    return pd.DataFrame(rows, columns=TARGETS)


def evidence(
    tables: Tables, month: pd.Period, params: Params, figures: Mapping[str, Any] | None = None
) -> Evidence:
    """The evidence for the departments' proposals; `figures` are those of `all_figures`, if known."""
    items = oem_css.items(tables.oem_css, month, params.weights)
    causes = complaints.causes(tables.grievances, tables.survey_calls, month)
    return Evidence(
        figures=all_figures(tables, month, params) if figures is None else figures,
        targets=params.targets,
        items=items,
        priorities=_priorities(items, causes, params),
        causes=causes,
        rework=first_time_fix.causes(tables.jobs, month),
        complaints=complaints.departments(tables.complaints, month),
        questions=internal_css.questions(tables.survey_calls, month),
        missing=frozenset(name for name in TABLES if tables[name] is None),
    )


def department(
    tables: Tables,
    month: pd.Period,
    params: Params,
    name: str,
    lang: str = "zh",
    known: Evidence | None = None,
) -> pd.DataFrame:
    """A department's TOP5: its actions raised in the month by rank, padded to five with proposals.

    `known` is the month's `evidence`, where it is computed already.

    Returns
    -------
    DataFrame
        ``rank``, ``problem``, ``proposed`` (the program proposed it), ``evidence`` (the figure behind it),
        ``measure``, ``owner``, ``due``, ``supervisor``, ``checkpoint``. A proposal names no people and no
        date.
    """
    known = known or evidence(tables, month, params)
    rows: list[dict[str, Any]] = []
    named: set[str] = set()
    if tables.actions is not None:
        raised = tables.actions[
            (tables.actions["month"] == str(month)) & (tables.actions["department"] == name)
        ]
        order = raised.assign(_rank=raised["rank"].fillna(1e9)).sort_values(
            ["_rank", "action_id"], kind="stable"
        )
        scores = known.items.set_index("item")
        for action in order.to_dict("records"):
            item = action["mot_item"]
            if isinstance(item, str):
                named.add(item)
            rank = action["rank"]
            if rank is None or rank != rank:  # without a rank it comes after those that have one
                rank = rows[-1]["rank"] + 1 if rows else 1
            rows.append(
                {
                    "rank": int(rank),
                    "problem": action["problem"],
                    "proposed": False,
                    "evidence": _item_evidence(scores, item, lang),
                    **{key: action[key] for key in ("measure", "owner", "due", "supervisor", "checkpoint")},
                }
            )
    last = max((row["rank"] for row in rows), default=0)
    wanted = LEAST - len(rows)
    candidates = proposals(known, name, lang, named) if wanted > 0 else []
    for place, (kind, problem, numbers) in enumerate(candidates[:wanted], last + 1):
        measure, checkpoint = (pair[0 if lang == "zh" else 1] for pair in MEASURES[kind])
        rows.append(
            {
                "rank": place,
                "problem": problem,
                "proposed": True,
                "evidence": numbers,
                "measure": measure,
                "owner": None,
                "due": None,
                "supervisor": None,
                "checkpoint": checkpoint,
            }
        )
    while len(rows) < LEAST:
        rank = max((row["rank"] for row in rows), default=0) + 1
        text = (
            "本月数据没有显示更多问题，由部门填写"
            if lang == "zh"
            else "This month's figures show nothing more; for the department to fill in"
        )
        rows.append({"rank": rank, "problem": text, "proposed": True, **dict.fromkeys(COLUMNS[3:])})
    return pd.DataFrame(rows, columns=COLUMNS)


def _item_evidence(scores: pd.DataFrame, item: object, lang: str) -> str | None:
    if not isinstance(item, str) or item not in scores.index or scores.loc[item, "current"] is None:
        return None
    row = scores.loc[item]
    if row["current"] != row["current"]:
        return None
    text = f"{label('mot_item', item, lang)} {f.number(row['current'])}"
    if row["change"] is not None and row["change"] == row["change"]:
        change = f.signed(row["change"], 1, lang)
        text += f"，较上月{change}" if lang == "zh" else f", {change} on last month"
    return text

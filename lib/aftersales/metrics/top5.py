"""Next month's targets and TOP5 (下月工作目标及TOP5整改方向). Deck slides 30 to 34."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES, judged
from aftersales.contract.language import say
from aftersales.contract.months import as_written, due_day
from aftersales.contract.statistics import interval, target_verdict
from aftersales.metrics import complaints, oem_css
from aftersales.metrics.proposals import ANSWERS, by_gain, contradiction, proposals
from aftersales.metrics.review import metric_of
from aftersales.signals import Finding, sentences
from aftersales.signals.finding import asks
from aftersales.signals.targets import intervals

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

COLUMNS = [
    *("rank", "problem", "proposed", "evidence", "measure", "owner", "due", "supervisor", "checkpoint"),
    *("metric", "subject", "baseline", "n", "target", "gain", "unit"),
]
RANKING = ["unit", "place", "department", "problem", "gain"]
TARGETS = ["figure", "current", "target", "gap", "verdict", "next_target"]
PRIORITIES = ["item", "weight", "current", "benchmark", "gap", "priority", "mentions"]
MOST = 5

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
    """The ten MOT items by weight × gap (Martilla & James 1977), then mentions of the cause.

    The gap is that to the branch where the store is below it, else to the median of the item's own 24 months:
    one flat number for all ten would name the same item every month.
    """
    items = oem_css.items(tables.oem_css, month, params.weights)
    past = oem_css.history(tables.oem_css, month, params.weights, 24)
    named = complaints.causes(tables.grievances, tables.survey_calls, month).set_index("cause")["month"]
    rows = []
    for row in items.to_dict("records"):
        item, now, branch = row["item"], row["current"], row["branch"]
        own = past[item].astype(float).median()
        below = branch is not None and branch == branch and now is not None and now < branch
        goal = branch if below else own
        if now is None or now != now or goal is None or goal != goal:
            continue
        gap = goal - now
        mentions = int(named.get(CAUSE_OF_ITEM.get(item, ""), 0))
        rows.append([item, row["weight"], now, goal, gap, row["weight"] * gap, mentions])
    frame = pd.DataFrame(rows, columns=PRIORITIES)
    return frame.sort_values(["priority", "mentions"], ascending=False, kind="stable").reset_index(drop=True)


def targets(figures: Mapping[str, Any], params: Params, findings: Sequence[Finding] = ()) -> pd.DataFrame:
    """Each figure with a target: where it stands, whether it is met, and what is proposed for next month.

    ``verdict`` is met, missed or undecided (its interval holds the target). A target that is met or undecided
    stays. For one that is missed, next month's goal is half the way to it. A rate of few cases is not
    compared with its target.
    """
    tests = intervals(findings)
    rows = []
    for name, target in params.targets.items():
        if name not in FIGURES:
            continue
        current, better = judged(figures, name), FIGURES[name].better
        if current is None:
            rows.append([name, None, target, None, None, target])
            continue
        low, high = tests[name] if name in tests else _interval(name, current, figures)
        verdict = target_verdict(current, target, better, low, high)
        goal = current + (target - current) / 2 if verdict == "missed" else target
        rows.append([name, current, target, current - target, verdict, goal])
    return pd.DataFrame(rows, columns=TARGETS)


def _interval(name: str, value: float, figures: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The interval of a rate that no finding is about: by the count that its record names."""
    unit, n = FIGURES[name].unit, figures.get(FIGURES[name].base)
    if n is None or unit not in ("rate", "per_1000"):
        return None, None
    return interval(unit, value * n / (1000 if unit == "per_1000" else 1), n)


def department(
    tables: Tables,
    month: pd.Period,
    params: Params,
    name: str,
    findings: Sequence[Finding],
    lang: str = "zh",
) -> pd.DataFrame:
    """A department's TOP5: its actions raised in the month by rank, then what the findings ask of it.

    Returns
    -------
    DataFrame
        ``rank``, ``problem``, ``proposed`` (the program proposed it), ``evidence`` (the figure behind it),
        ``measure``, ``owner``, ``due``, ``supervisor``, ``checkpoint``; of a proposal also ``metric``,
        ``subject``, ``baseline``, ``n``, ``target``, ``gain``, ``unit``. Five at the most where the program
        proposes; three good entries are better than five.
    """
    items = oem_css.items(tables.oem_css, month, params.weights).set_index("item")
    rows: list[dict[str, Any]] = []
    named: set[tuple[str, str | None]] = set()
    if tables.actions is not None:
        now = tables.actions[tables.actions["month"] == str(month)]
        raised = now[now["department"] == name]
        # Its proposals are of booking's figures too; what booking's own measures name is not proposed again.
        booking = now[now["department"] == "booking"] if name == ANSWERS["booking"] else now.head(0)
        named |= {about for row in booking.to_dict("records") if (about := metric_of(row)) is not None}
        order = raised.assign(_rank=raised["rank"].fillna(1e9)).sort_values(
            ["_rank", "action_id"], kind="stable"
        )
        for action in order.to_dict("records"):
            about = metric_of(action)
            if about is not None:
                named.add(about)
            rank = action["rank"]
            if rank is None or rank != rank:  # without a rank it comes after those that have one
                rank = rows[-1]["rank"] + 1 if rows else 1
            rows.append(
                {
                    "rank": int(rank),
                    "problem": action["problem"],
                    "proposed": False,
                    "evidence": _evidence(about, findings, items, lang),
                    **{key: action[key] for key in ("measure", "owner", "due", "supervisor", "checkpoint")},
                }
            )
    last = max((row["rank"] for row in rows), default=0)
    free = [p for p in proposals(findings, name, lang) if (p.finding.figure, p.finding.subject) not in named]
    owner, heads = params.department_heads.get(name), params.department_heads
    other = next((who for who in (heads.get("service"), *heads.values()) if who and who != owner), None)
    for place, proposal in enumerate(free[: max(0, MOST - len(rows))], last + 1):
        found = proposal.finding
        rows.append(
            {
                "rank": place,
                "problem": proposal.problem,
                "proposed": True,
                "evidence": proposal.evidence,
                "measure": proposal.measure,
                "owner": owner,
                "due": due_day(month),
                "supervisor": other if owner else None,
                "checkpoint": proposal.checkpoint,
                "metric": found.figure,
                "subject": found.subject,
                "baseline": found.value,
                "n": found.n,
                "target": found.reference,
                "gain": found.gain,
                "unit": found.unit,
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def ranking(findings: Sequence[Finding], lang: str = "zh") -> pd.DataFrame:
    """All that the findings ask for, the departments in one ranking by gain within a unit.

    Returns
    -------
    DataFrame
        ``unit`` of the gain (``mot_points``, ``customers``, ``cny``, ``cases``, or missing), ``place`` in it,
        ``department``, ``problem``, ``gain``. Units are not weighed against each other.
    """
    rows, places = [], Counter[str | None]()
    for one in by_gain([one for one in findings if asks(one)]):
        unit = one.unit if one.gain else None
        places[unit] += 1
        rows.append([unit, places[unit], one.department, sentences.sentence(one, lang), one.gain])
    return pd.DataFrame(rows, columns=RANKING).astype({"gain": float})


def _evidence(
    about: tuple[str, str | None] | None, findings: Sequence[Finding], items: pd.DataFrame, lang: str
) -> str | None:
    """What the figures say of a problem that people wrote, and whether they bear it out."""
    if about is None:
        return None
    found = sentences.find(findings, *about) or sentences.find(findings, *about, rules=("target", "cases"))
    if found is None or found.value is None:
        return None
    row = items.loc[about[1]] if about[1] in items.index else None
    usual, branch = found.reference, None if row is None else row["branch"]
    against = contradiction(found, usual, None if branch != branch else branch, lang)
    if against:
        return against
    if found.level == "signal":
        return sentences.sentence(found, lang)
    now = sentences.value(found, found.value, lang)
    return f"{sentences.name(found, lang)}{say(lang, '', ' ')}{now}" + (
        f"，n = {f.count(found.n)}" if lang == "zh" else f", n = {f.count(found.n)}"
    )


as_written(__name__)

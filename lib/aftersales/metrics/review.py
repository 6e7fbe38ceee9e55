"""Last month's measures and what they did to the MOT items (上月执行状况回顾). Deck slides 4 and 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract.months import after, as_written, ratio
from aftersales.contract.remembered import in_a_report
from aftersales.contract.schema import MOT_ITEMS
from aftersales.signals import Finding, sentences
from aftersales.signals.sentences import WATCHED_AS

ACTIONS = [
    "action_id",
    "department",
    "rank",
    "problem",
    "mot_item",
    "metric",
    "root_cause",
    "measure",
    "owner",
    "due",
    "supervisor",
    "status",
    "done_at",
    "evidence",
    "days_late",
]

RESULTS = [
    *("action_id", "department", "problem", "owner", "metric", "subject", "before", "after", "outcome"),
    *("status", "days_late", "flags"),
]


@in_a_report
def status_at_end(actions: pd.DataFrame, month: pd.Period) -> pd.Series:
    """Status of actions as it was at the end of a month: done later is still in progress. All
    missing where the table has no status."""
    status = actions["status"].astype(object)
    if status.isna().all():
        return status
    status = status.fillna("not_started")
    later = (status == "done") & (actions["done_at"] >= after(month))
    return status.mask(later, "in_progress")


@in_a_report
def measures(actions: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """The actions raised in the month before, with their status at the end of `month`."""
    if actions is None:
        return pd.DataFrame(columns=ACTIONS)
    last = actions[actions["month"] == str(month - 1)].copy()
    last["status"] = status_at_end(last, month)
    last.loc[last["status"].notna() & (last["status"] != "done"), "done_at"] = pd.NaT
    ended = last["done_at"].where(last["done_at"].notna(), after(month) - pd.Timedelta(days=1))
    known = (
        last["due"].notna() & last["status"].notna() & ~((last["status"] == "done") & last["done_at"].isna())
    )
    days = (ended.dt.normalize() - last["due"].dt.normalize()).dt.days
    last["days_late"] = days.where(known & (days > 0)).astype("Int64")
    order = (
        last.assign(_rank=last["rank"].fillna(1e9)).sort_values(["_rank", "action_id"], kind="stable").index
    )
    return last.loc[order, ACTIONS].reset_index(drop=True)


@in_a_report
def figures(actions: pd.DataFrame | None, month: pd.Period) -> dict[str, float | int | None]:
    """Actions of the month before by status, and the share done (``review.*``)."""
    if actions is None:
        names = ("actions", "done", "in_progress", "not_started", "completion_rate")
        return {f"review.{name}": None for name in names}
    status = status_at_end(actions[actions["month"] == str(month - 1)], month)
    counts = {
        name: None if status.isna().all() and len(status) else int((status == name).sum())
        for name in ("done", "in_progress", "not_started")
    }
    return {
        "review.actions": len(status),
        **{f"review.{name}": n for name, n in counts.items()},
        "review.completion_rate": ratio(counts["done"], len(status)),
    }


def results(
    actions: pd.DataFrame | None,
    month: pd.Period,
    findings: Sequence[Finding],
    values: Mapping[tuple[str, str | None], Sequence[float | None]],
) -> pd.DataFrame:
    """What became of last month's measures, by the list of findings (``review.results``).

    Parameters
    ----------
    values
        By figure and subject the watched values of the months to `month`.

    Returns
    -------
    DataFrame
        ``action_id``, ``department``, ``problem``, ``owner``; ``metric`` and ``subject`` that it is to move;
        ``before`` and ``after``: last month's value and this one's; ``outcome``: ``better`` or ``worse`` (a
        signal that began with the measure), ``earlier`` (a signal that began before it), ``none`` (no
        signal), ``unknown`` (too little history), or missing where it names nothing that is watched;
        ``status``, ``days_late``; ``flags``: ``owner_is_supervisor``, ``no_evidence`` (done without it),
        ``no_effect`` (done, and no signal for the better), ``late``.
    """
    rows = []
    for one in measures(actions, month).to_dict("records"):
        about = metric_of(one)
        found = None if about is None else sentences.find(findings, *about)
        past = [] if about is None else list(values.get(about, ()))
        outcome: str | None = None
        if found is not None:
            outcome = found.level if found.level in ("none", "unknown") else "none"
            if found.level == "signal" and found.direction:
                began = str(found.since) >= str(month - 1)
                outcome = found.direction if began else "earlier"
        done, evidence = one["status"] == "done", one["evidence"]
        owner, supervisor = (
            "" if pd.isna(one[who]) else str(one[who]).strip() for who in ("owner", "supervisor")
        )
        flags = {
            "owner_is_supervisor": bool(owner) and owner == supervisor,
            "no_evidence": done and not (isinstance(evidence, str) and evidence.strip()),
            "no_effect": done and outcome in ("none", "worse"),
            "late": bool(pd.notna(one["days_late"])),
        }
        rows.append(
            {
                **{key: one[key] for key in ("action_id", "department", "problem", "owner", "status")},
                "metric": None if about is None else about[0],
                "subject": None if about is None else about[1],
                "before": past[-2] if len(past) > 1 else None,
                "after": past[-1] if past else None,
                "outcome": outcome,
                "days_late": one["days_late"],
                "flags": [name for name, raised in flags.items() if raised],
            }
        )
    return pd.DataFrame(rows, columns=RESULTS)


def metric_of(action: Mapping[str, Any]) -> tuple[str, str | None] | None:
    """What a measure is meant to move: the figure that it names, else its MOT item."""
    metric, item = action.get("metric"), action.get("mot_item")
    if isinstance(metric, str) and metric:
        return WATCHED_AS.get(metric, metric), None
    return ("oem.mot", item) if isinstance(item, str) and item else None


def mot(actions: pd.DataFrame | None, oem_css: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """MOT items that the actions of the month before name, with the store's score before and after."""
    from aftersales.metrics.oem_css import row_of

    last = measures(actions, month)
    before, now = row_of(oem_css, month - 1, "store"), row_of(oem_css, month, "store")
    rows = []
    for item in MOT_ITEMS:
        named = last[last["mot_item"] == item]
        if named.empty:
            continue
        done = None if named["status"].isna().all() else int((named["status"] == "done").sum())
        previous = None if before is None else before[item]
        current = None if now is None else now[item]
        change = None if previous is None or current is None else current - previous
        rows.append([item, len(named), done, ratio(done, len(named)), previous, current, change])
    return pd.DataFrame(
        rows, columns=["item", "actions", "done", "completion_rate", "previous", "current", "change"]
    )


as_written(__name__)

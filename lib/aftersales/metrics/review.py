"""Last month's measures and what they did to the MOT items (上月执行状况回顾). Deck slides 4 and 5."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from aftersales.contract.months import after, ratio
from aftersales.contract.schema import MOT_ITEMS

if TYPE_CHECKING:
    pass

ACTIONS = [
    "action_id",
    "department",
    "rank",
    "problem",
    "mot_item",
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


def status_at_end(actions: pd.DataFrame, month: pd.Period) -> pd.Series:
    """Status of actions as it was at the end of a month: done later is still in progress."""
    status = actions["status"].fillna("not_started").astype(object)
    later = (status == "done") & (actions["done_at"] >= after(month))
    return status.mask(later, "in_progress")


def measures(actions: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """The actions raised in the month before, with their status at the end of `month`."""
    if actions is None:
        return pd.DataFrame(columns=ACTIONS)
    last = actions[actions["month"] == str(month - 1)].copy()
    last["status"] = status_at_end(last, month)
    last.loc[last["status"] != "done", "done_at"] = pd.NaT
    ended = last["done_at"].where(last["done_at"].notna(), after(month) - pd.Timedelta(days=1))
    known = last["due"].notna() & ~((last["status"] == "done") & last["done_at"].isna())
    days = (ended.dt.normalize() - last["due"].dt.normalize()).dt.days
    last["days_late"] = days.where(known & (days > 0)).astype("Int64")
    order = (
        last.assign(_rank=last["rank"].fillna(1e9)).sort_values(["_rank", "action_id"], kind="stable").index
    )
    return last.loc[order, ACTIONS].reset_index(drop=True)


def figures(actions: pd.DataFrame | None, month: pd.Period) -> dict[str, float | int | None]:
    """Actions of the month before by status, and the share done (``review.*``)."""
    if actions is None:
        names = ("actions", "done", "in_progress", "not_started", "completion_rate")
        return {f"review.{name}": None for name in names}
    status = status_at_end(actions[actions["month"] == str(month - 1)], month)
    counts = {name: int((status == name).sum()) for name in ("done", "in_progress", "not_started")}
    return {
        "review.actions": len(status),
        **{f"review.{name}": n for name, n in counts.items()},
        "review.completion_rate": ratio(counts["done"], len(status)),
    }


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
        done = int((named["status"] == "done").sum())
        previous = None if before is None else before[item]
        current = None if now is None else now[item]
        change = None if previous is None or current is None else current - previous
        rows.append([item, len(named), done, done / len(named), previous, current, change])
    return pd.DataFrame(
        rows, columns=["item", "actions", "done", "completion_rate", "previous", "current", "change"]
    )

"""Measures that are still open after the month they were raised in (久拖未结的措施)."""

from __future__ import annotations

import pandas as pd

from aftersales.contract.months import after, as_written
from aftersales.metrics.review import status_at_end

WAITING = [
    "action_id",
    "month",
    "months_open",
    "days_late",
    "owner_is_supervisor",
    "department",
    "problem",
    "owner",
    "supervisor",
    "due",
    "status",
]


def table(actions: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """Measures of all months before that are open at the end of the month (``review.waiting``), longest
    open first.

    Returns
    -------
    DataFrame
        ``action_id``, ``month`` it was raised in, ``months_open`` (1 where that was the month before),
        ``days_late`` at the last day of the month (0 where it is not due yet, missing without a date),
        ``owner_is_supervisor`` (missing where either is), and what it is: ``department``, ``problem``,
        ``owner``, ``supervisor``, ``due``, ``status``.
    """
    if actions is None:
        return pd.DataFrame(columns=WAITING)
    status = status_at_end(actions, month)
    waits = (
        ((actions["month"] < str(month)) & status.notna() & (status != "done"))
        .fillna(False)
        .to_numpy(dtype=bool)
    )
    out, last_day = actions[waits], after(month) - pd.Timedelta(days=1)
    raised = [pd.Period(m, "M").ordinal for m in out["month"]]
    owner, supervisor = out["owner"].str.strip(), out["supervisor"].str.strip()
    both = owner.notna() & supervisor.notna()
    late = (last_day - out["due"].dt.normalize()).dt.days.clip(lower=0)
    out = out.assign(
        status=status[waits],
        months_open=pd.Series([month.ordinal - m for m in raised], out.index, dtype="int64"),
        days_late=late.astype("Int64"),
        owner_is_supervisor=(owner == supervisor).astype("boolean").where(both),
    )
    order = ["months_open", "days_late", "action_id"]
    out = out.sort_values(order, ascending=[False, False, True], kind="stable", na_position="last")
    return out[WAITING].reset_index(drop=True)


as_written(__name__)

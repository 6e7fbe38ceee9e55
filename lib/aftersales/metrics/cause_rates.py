"""Causes of dissatisfaction per 100 valid calls, by month and by week: what they are held against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from aftersales.contract.keys import among
from aftersales.contract.months import after, as_written, months_to, start, week_of
from aftersales.contract.remembered import in_a_report
from aftersales.contract.schema import CODES
from aftersales.metrics.visits import month_numbers

COUNTS = ["cause", "mentions", "customers", "valid", "per_100"]
_CAUSES = list(CODES["cause"])


@in_a_report
def by_month(
    grievances: pd.DataFrame | None, survey_calls: pd.DataFrame | None, months: Sequence[pd.Period]
) -> pd.DataFrame:
    """Each cause in each month, those never named too.

    Returns
    -------
    DataFrame
        ``month``, ``cause``, ``mentions`` (as in ``complaints.causes``), ``customers``: calls that name it,
        ``valid`` calls of the month, ``per_100`` = 100 × mentions / valid.
    """
    return _table(grievances, survey_calls, months, weekly=False)


def by_week(
    grievances: pd.DataFrame | None, survey_calls: pd.DataFrame | None, months: Sequence[pd.Period]
) -> pd.DataFrame:
    """As `by_month`, each month in its weeks 1 to 4 (days 1–7, 8–14, 15–21, 22–end, by the call): ``week``
    behind ``month``.
    """
    return _table(grievances, survey_calls, months, weekly=True)


def _table(
    grievances: pd.DataFrame | None,
    survey_calls: pd.DataFrame | None,
    months: Sequence[pd.Period],
    weekly: bool,
) -> pd.DataFrame:
    keys = ["month", "week"] if weekly else ["month"]
    if grievances is None or survey_calls is None or not len(months):
        return pd.DataFrame(columns=[*keys, *COUNTS])
    called = survey_calls["called_at"]
    wanted = (called >= start(min(months))) & (called < after(max(months)))
    calls = survey_calls.loc[wanted, ["call_id", "called_at", "result"]]
    slot = month_numbers(calls["called_at"].to_numpy()) - min(months).ordinal
    parts = 4 if weekly else 1
    if weekly:
        slot = slot * 4 + week_of(calls["called_at"]).to_numpy() - 1
    slots = parts * (max(months).ordinal - min(months).ordinal + 1)
    valid = np.bincount(slot[(calls["result"] == "valid").to_numpy(dtype=bool)], minlength=slots)

    named = grievances.loc[among(grievances["call_id"], calls["call_id"]), ["call_id", "cause"]]
    call = pd.Index(calls["call_id"]).get_indexer(pd.Index(named["call_id"]))
    cause = pd.Index(_CAUSES).get_indexer(pd.Index(named["cause"].to_numpy(dtype=object)))
    known = cause >= 0
    call, cause = call[known], cause[known]
    mentions = _cells(slot[call], cause, slots)
    once = np.unique(call * len(_CAUSES) + cause)
    customers = _cells(slot[once // len(_CAUSES)], once % len(_CAUSES), slots)

    chosen = np.concatenate([parts * (m.ordinal - min(months).ordinal) + np.arange(parts) for m in months])
    size = len(_CAUSES)
    out = {"month": np.repeat(np.array([str(m) for m in months], dtype=object), parts * size)}
    if weekly:
        out["week"] = np.tile(np.repeat(np.arange(1, 5), size), len(months))
    n = np.repeat(valid[chosen], size)
    said = mentions[chosen].ravel()
    out |= {
        "cause": np.tile(np.array(_CAUSES, dtype=object), len(chosen)),
        "mentions": said,
        "customers": customers[chosen].ravel(),
        "valid": n,
        "per_100": np.where(n > 0, 100 * said / np.maximum(n, 1), np.nan),
    }
    return pd.DataFrame(out)


def _cells(slot: np.ndarray, cause: np.ndarray, slots: int) -> np.ndarray:
    """Counts by slot and cause."""
    size = len(_CAUSES)
    return np.bincount(slot * size + cause, minlength=slots * size).reshape(slots, size)


def against_before(
    grievances: pd.DataFrame | None, survey_calls: pd.DataFrame | None, month: pd.Period
) -> pd.DataFrame:
    """The month's causes per 100 valid calls beside the 11 months before, as the ratio of sums.

    ``cause``, ``mentions``, ``valid``, ``per_100``, ``before``; most frequent first, only those that were
    ever named.
    """
    columns = ["cause", "mentions", "valid", "per_100", "before"]
    by = by_month(grievances, survey_calls, months_to(month))
    if by.empty:
        return pd.DataFrame(columns=columns)
    past = by[by["month"] != str(month)].groupby("cause")[["mentions", "valid"]].sum()
    before = (100 * past["mentions"] / past["valid"].where(past["valid"] > 0)).rename("before")
    now = by[by["month"] == str(month)].merge(before, left_on="cause", right_index=True)
    now = now[(now["mentions"] > 0) | (now["before"] > 0)]
    return now.sort_values("mentions", ascending=False, kind="stable")[columns].reset_index(drop=True)


as_written(__name__)

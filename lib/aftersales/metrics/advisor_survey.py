"""Disappointed customers of each advisor against the store (服务顾问漏斗), and how many were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract.keys import among
from aftersales.contract.months import after, as_written, ratio, start, within
from aftersales.metrics.funnel import JUDGED, judged, limits
from aftersales.metrics.internal_css import DISAPPOINTED, answered
from aftersales.metrics.visits import month_numbers

ADVISORS = ["advisor", "orders", "valid", "coverage", "disappointed", *JUDGED]
BY_MONTH = ["month", "advisor", "valid", "disappointed"]


def advisors(
    survey_calls: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> pd.DataFrame:
    """Disappointed among the valid calls of each advisor, highest rate first.

    Returns
    -------
    DataFrame
        ``advisor``; ``orders``: visits of the month; ``valid``: valid calls of the month on the advisor's
        orders; ``coverage`` = valid / orders; ``disappointed`` (q1 ≤ 60); ``rate`` = disappointed / valid
        with its Wilson interval ``low``, ``high``; ``outside``: None, ``95`` or ``99.8``, the limits round
        the store's rate that it lies beyond.
    """
    survey_calls = answered(survey_calls)
    if survey_calls is None or repair_orders is None:
        return pd.DataFrame(columns=ADVISORS)
    found = by_month(survey_calls, repair_orders, [month]).set_index("advisor")
    visits = repair_orders.loc[within(repair_orders["opened_at"], month), "advisor"].value_counts()
    names = sorted({*found.index, *visits.index})
    out = pd.DataFrame({"advisor": pd.Series(names, dtype=object)})
    out = out.assign(
        orders=[int(visits.get(n, 0)) for n in names],
        **{c: found[c].reindex(names).fillna(0).astype(int).to_numpy() for c in ("valid", "disappointed")},
    )
    pairs = zip(out["valid"].tolist(), out["orders"].tolist(), strict=True)
    out["coverage"] = pd.Series([ratio(k, n) for k, n in pairs], dtype=float)
    valid = (survey_calls["result"] == "valid") & within(survey_calls["called_at"], month)
    store = ratio(int((valid & (survey_calls["q1"] <= DISAPPOINTED)).sum()), int(valid.sum()))
    out = judged(out, "disappointed", "valid", store)
    order = ["rate", "valid", "advisor"]
    out = out.sort_values(order, ascending=[False, False, True], kind="stable", na_position="last")
    return out[ADVISORS].reset_index(drop=True)


def funnel_limits(table: pd.DataFrame, figures: Mapping[str, Any]) -> pd.DataFrame:
    """Limits round the store's rate of disappointed customers, over the advisors' valid calls."""
    return limits(table["valid"].tolist(), figures["css.disappointment_rate_valid"])


def by_month(
    survey_calls: pd.DataFrame | None, repair_orders: pd.DataFrame | None, months: Sequence[pd.Period]
) -> pd.DataFrame:
    """Valid calls and disappointed ones of each advisor in each month that has any: ``month``, ``advisor``,
    ``valid``, ``disappointed``.

    A call is an advisor's by the order it names, if that was opened by the end of the call's month.
    """
    survey_calls = answered(survey_calls)
    if survey_calls is None or repair_orders is None or not len(months):
        return pd.DataFrame(columns=BY_MONTH)
    called = survey_calls["called_at"]
    wanted = (
        (called >= start(min(months))) & (called < after(max(months))) & (survey_calls["result"] == "valid")
    )
    calls = survey_calls.loc[wanted, ["order_id", "called_at", "q1"]]
    calls = calls[calls["order_id"].notna()]
    asked = among(repair_orders["order_id"], calls["order_id"])
    orders = repair_orders.loc[asked, ["order_id", "opened_at", "advisor"]]
    place = pd.Index(orders["order_id"]).get_indexer(pd.Index(calls["order_id"]))
    calls, place = calls[place >= 0], place[place >= 0]
    month = month_numbers(calls["called_at"].to_numpy())
    known = month_numbers(orders["opened_at"].to_numpy()[place]) <= month
    known &= np.isin(month, [m.ordinal for m in months])
    rows = pd.DataFrame(
        {
            "month": month,
            "advisor": orders["advisor"].to_numpy(dtype=object)[place],
            "disappointed": (calls["q1"] <= DISAPPOINTED).to_numpy(dtype=bool),
        }
    )[known]
    found = (
        rows.groupby(["month", "advisor"])["disappointed"].agg(valid="size", disappointed="sum").reset_index()
    )
    named = {m.ordinal: str(m) for m in months}
    return found.assign(month=found["month"].map(named).astype(object)).astype(
        {"valid": int, "disappointed": int}
    )[BY_MONTH]


as_written(__name__)

"""Complaints, their handling, and the causes of dissatisfaction (投诉与抱怨). Deck slides 17 to 19."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from aftersales.contract.keys import among
from aftersales.contract.months import after, as_written, counts, months_to, ratio, week_of, within
from aftersales.contract.remembered import in_a_report
from aftersales.contract.schema import CODES
from aftersales.contract.statistics import chi_square
from aftersales.metrics.known import between, timed

REGISTER = [
    "complaint_id",
    "received_at",
    "channel",
    "level",
    "order_id",
    "category",
    "department",
    "description",
    "root_cause",
    "handling",
    "handler",
    "first_contact_at",
    "status",
    "closed_at",
    "satisfied",
    "hours_to_contact",
    "hours_to_close",
    "age_hours",
    "overdue",
]
WEEKS = ["w1", "w2", "w3", "w4"]


@in_a_report
def mentions(
    grievances: pd.DataFrame | None, survey_calls: pd.DataFrame | None, month: pd.Period
) -> pd.DataFrame:
    """Grievances of the month's calls, with the week (1–4) of the call: days 1–7, 8–14, 15–21, 22–end."""
    if grievances is None or survey_calls is None:
        return pd.DataFrame(columns=["call_id", "cause", "week"])
    now = survey_calls.loc[within(survey_calls["called_at"], month), ["call_id", "called_at"]]
    called = now.set_index("call_id")["called_at"]
    named = grievances[among(grievances["call_id"], called.index)]
    if named.empty:
        return named.assign(week=pd.Series(dtype=int))
    return named.assign(week=week_of(named["call_id"].map(called)))


@in_a_report
def causes(
    grievances: pd.DataFrame | None, survey_calls: pd.DataFrame | None, month: pd.Period
) -> pd.DataFrame:
    """Causes by week and for the month, most frequent first. Deck slide 17.

    ``share`` is of the mentions, ``share_customers`` of the customers who named any cause.
    """
    columns = ["cause", *WEEKS, "month", "share", "share_customers"]
    named = mentions(grievances, survey_calls, month)
    if named.empty:
        return pd.DataFrame(columns=columns)
    total, customers = len(named), named["call_id"].nunique()
    counts = Counter(zip(named["cause"], named["week"], strict=True))
    naming = Counter(named.drop_duplicates(["cause", "call_id"])["cause"])
    out = []
    for cause in CODES["cause"]:
        weeks = [counts[cause, week] for week in (1, 2, 3, 4)]
        if count := sum(weeks):
            out.append([cause, *weeks, count, count / total, naming[cause] / customers])
    return (
        pd.DataFrame(out, columns=columns)
        .sort_values("month", ascending=False, kind="stable")
        .reset_index(drop=True)
    )


def valid_calls_by_week(survey_calls: pd.DataFrame | None, month: pd.Period) -> list[int]:
    """Valid calls on days 1–7, 8–14, 15–21 and 22 to the end: what the weeks' mentions stand beside."""
    if survey_calls is None:
        return []
    valid = survey_calls[within(survey_calls["called_at"], month) & (survey_calls["result"] == "valid")]
    week = week_of(valid["called_at"])
    return [int((week == n).sum()) for n in (1, 2, 3, 4)]


@in_a_report
def register(
    complaints: pd.DataFrame | None, month: pd.Period, promised_hours: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """The month's complaints as they stood at its end: closed later is open. Deck slide 18.

    Hours are missing where one of their two stamps is a day, and so is ``overdue`` where it hangs on the
    hour.
    """
    if complaints is None:
        return pd.DataFrame(columns=REGISTER)
    end, stamps = after(month), ("received_at", "first_contact_at", "closed_at")
    told = pd.DataFrame({c: timed(complaints, c) for c in stamps})
    rows = within(complaints["received_at"], month)
    now, told = complaints[rows].copy(), told[rows]
    closed = (now["status"] == "closed") & (now["closed_at"] < end)
    now["status"] = closed.map({True: "closed", False: "open"})
    now["closed_at"] = now["closed_at"].where(closed)
    now["satisfied"] = now["satisfied"].where(closed)
    now["first_contact_at"] = now["first_contact_at"].where(now["first_contact_at"] < end)
    took = {c: _took(now, told, c, end) for c in stamps[1:]}
    for name, column in (("hours_to_contact", "first_contact_at"), ("hours_to_close", "closed_at")):
        now[name] = took[column]["hours"].where(now[column].notna())
    now["age_hours"] = took["closed_at"]["hours"].where(~closed)
    limits = {"contact": 2.0, "close": 72.0, **(promised_hours or {})}
    bounds = (("first_contact_at", limits["contact"]), ("closed_at", limits["close"]))
    late, perhaps = (
        pd.concat([took[c][end] > limit for c, limit in bounds], axis=1).any(axis=1).astype("boolean")
        for end in ("fewest", "most")
    )
    now["overdue"] = late.where(late | ~perhaps)
    return now.sort_values("received_at", kind="stable")[REGISTER].reset_index(drop=True)


def _took(now: pd.DataFrame, told: pd.DataFrame, column: str, end: pd.Timestamp) -> pd.DataFrame:
    """Hours from receipt to a date, to the month's end where there is none: ``hours``, missing where one of
    the two is a day, and ``fewest`` and ``most``, between which they lie even then.
    """
    until, known = now[column].fillna(end), told[column] | now[column].isna()
    fewest, most = between(now["received_at"], until, told["received_at"], known)
    return pd.DataFrame({"hours": fewest.where(known & told["received_at"]), "fewest": fewest, "most": most})


@in_a_report
def by_month(
    complaints: pd.DataFrame | None, repair_orders: pd.DataFrame | None, months: Sequence[pd.Period]
) -> list[dict[str, float | int | None]]:
    """Complaints received and visits of each month, and 1000 × complaints / visits."""
    if complaints is None or repair_orders is None:
        return [{"count": None, "visits": None, "per_1000_visits": None} for _ in months]
    received, visits = counts(complaints["received_at"], months), counts(repair_orders["opened_at"], months)
    return [
        {"count": n, "visits": v, "per_1000_visits": ratio(1000 * n, v)}
        for n, v in zip(received, visits, strict=True)
    ]


@in_a_report
def figures(
    complaints: pd.DataFrame | None,
    repair_orders: pd.DataFrame | None,
    grievances: pd.DataFrame | None,
    survey_calls: pd.DataFrame | None,
    month: pd.Period,
) -> dict[str, float | int | None]:
    """Mentions and complaints of the month (``complaints.*``)."""
    known = grievances is not None and survey_calls is not None
    out: dict[str, float | int | None] = {
        "complaints.mentions": len(mentions(grievances, survey_calls, month)) if known else None
    }
    if complaints is None:
        names = (
            "count",
            "open",
            "closed_rate",
            "hours_to_contact",
            "hours_to_close",
            "per_1000_visits",
            "satisfied_rate",
        )
        return out | {f"complaints.{name}": None for name in names}
    now = register(complaints, month)
    closed = now[now["status"] == "closed"]
    answered = closed["satisfied"].dropna()
    return out | {
        "complaints.count": len(now),
        "complaints.open": len(now) - len(closed),
        "complaints.closed_rate": ratio(len(closed), len(now)),
        "complaints.hours_to_contact": _median(now["hours_to_contact"]),
        "complaints.hours_to_close": _median(closed["hours_to_close"]),
        "complaints.per_1000_visits": by_month(complaints, repair_orders, [month])[0]["per_1000_visits"],
        "complaints.satisfied_rate": ratio(int(answered.astype(bool).sum()), len(answered)),
    }


def _median(hours: pd.Series) -> float | None:
    known = hours.dropna()
    return float(known.median()) if len(known) else None


@in_a_report
def departments(complaints: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """The month's complaints by responsible department, most frequent first. Deck slide 19."""
    columns = ["department", "count", "share"]
    if complaints is None:
        return pd.DataFrame(columns=columns)
    now = Counter(complaints.loc[within(complaints["received_at"], month), "department"])
    rows = [[code, now[code], now[code] / now.total()] for code in CODES["complaint_department"] if now[code]]
    return (
        pd.DataFrame(rows, columns=columns)
        .sort_values("count", ascending=False, kind="stable")
        .reset_index(drop=True)
    )


def history(
    complaints: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> pd.DataFrame:
    """Complaints and visits of the 12 months to `month`, complaints per 1,000 visits, u-chart's 3σ limits."""
    columns = ["month", "count", "visits", "per_1000_visits", "centre", "lower", "upper", "signal"]
    if complaints is None or repair_orders is None:
        return pd.DataFrame(columns=columns)
    months = months_to(month)
    found = zip(months, by_month(complaints, repair_orders, months), strict=True)
    rows = [[str(m), *of.values()] for m, of in found]
    out = pd.DataFrame(rows, columns=columns[:4]).astype({"per_1000_visits": float})
    visits = out["visits"].where(out["visits"] > 0)
    centre = 1000 * out["count"].sum() / visits.sum() if visits.notna().any() else float("nan")
    half = 3 * (1000 * centre / visits) ** 0.5
    out["centre"], out["lower"], out["upper"] = centre, (centre - half).clip(lower=0), centre + half
    out["signal"] = (out["per_1000_visits"] < out["lower"]) | (out["per_1000_visits"] > out["upper"])
    return out[columns]


def causes_shift(
    grievances: pd.DataFrame | None, survey_calls: pd.DataFrame | None, month: pd.Period
) -> dict[str, object]:
    """Did the coding of causes change in a week? `shift` of the month's causes."""
    return shift(causes(grievances, survey_calls, month))


def shift(table: pd.DataFrame) -> dict[str, object]:
    """χ² of causes by week, and the largest opposite jumps of one week.

    Parameters
    ----------
    table
        One row a cause: ``cause``, ``w1`` … ``w4`` [counts].

    Returns
    -------
    dict
        ``found`` (p < 0.001 and a cause falls while another rises by more than 3 standardised residuals
        together in one week), ``p``, ``week``, ``falls``, ``rises``.

    Notes
    -----
    In the deck 时间 falls to 9 in week 4 while 其他 rises to 45: p = 0.0004. Causes with fewer than five
    expected mentions a week count as one, as χ² requires.
    """
    nothing: dict[str, object] = {"found": False, "p": None, "week": None, "falls": None, "rises": None}
    if len(table) < 2:
        return nothing
    counts = table.set_index("cause")[WEEKS].astype(float)
    small = (_expected(counts) < 5).any(axis=1)
    named = counts[~small]
    whole = pd.concat([named, counts[small].sum().to_frame("").T])
    counts = whole if (_expected(whole).loc[""] >= 5).all() else named
    if len(named) < 2 or (counts.sum() == 0).any():
        return nothing
    p, expected = chi_square(counts)
    residual = ((counts - expected) / expected**0.5).loc[named.index]
    spread = residual.max() - residual.min()
    week = spread.idxmax()
    falls, rises = residual[week].idxmin(), residual[week].idxmax()
    jump = residual.loc[falls, week] < -2 and residual.loc[rises, week] > 1.5
    return {
        "found": bool(p < 0.001 and jump),
        "p": p,
        "week": WEEKS.index(week) + 1,
        "falls": falls,
        "rises": rises,
    }


def _expected(counts: pd.DataFrame) -> pd.DataFrame:
    """What each cause would have each week if all weeks were alike."""
    share = counts.sum() / counts.to_numpy().sum()
    return pd.DataFrame(
        counts.sum(axis=1).to_numpy()[:, None] * share.to_numpy(), counts.index, counts.columns
    )


as_written(__name__)

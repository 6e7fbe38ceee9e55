"""What is watched every month, over the 24 months that end with it: the material of the findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aftersales import signals
from aftersales.contract import remembered
from aftersales.contract.months import after, in_month, months_to
from aftersales.contract.schema import ARRIVED, MOT_ITEMS, TABLES
from aftersales.metrics import (
    advisor_survey,
    bookings,
    cause_rates,
    complaint_handling,
    complaints,
    delivery,
    first_time_fix,
    internal_css,
    oem_css,
    private_churn,
    returns,
    waiting,
)
from aftersales.signals import Causes, Finding, Limits, People, Rate, Score, StoreHistory, Waiting, finding

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

MONTHS = 24
# So many months of rates and scores are counted for the charts: each of the 24 that they show is held against
# the 23 before it, as its own report was.
LONG = 2 * MONTHS - 1
SHOWN = 12  # months that a chart has at least
LONG_OPEN = 3  # months after which an open measure waits for a decision


Key = tuple[str, str | None]


@dataclass(frozen=True)
class Judged:
    """What may be said of a month.

    Attributes
    ----------
    findings
        Everything that was tested, gravest first (``findings``).
    limits
        By figure and subject, between what the last 12 months were expected, by the 24 that are judged.
    past
        The same of 24 months, each against the 23 before it: what charts draw.
    """

    findings: list[Finding]
    limits: dict[Key, Limits]
    past: dict[Key, Limits]


def plain(judged: Judged) -> dict[str, Any]:
    """What may be said of a month, as JSON has it."""
    return {
        "findings": finding.plain(judged.findings),
        "limits": [asdict(one) for one in judged.limits.values()],
        "past": [asdict(one) for one in judged.past.values()],
    }


def from_plain(about: Mapping[str, Any]) -> Judged:
    """What `plain` was given."""
    found = finding.from_plain(about["findings"])
    limits, past = ([Limits(**one) for one in about[name]] for name in ("limits", "past"))
    return Judged(found, *({(one.figure, one.subject): one for one in some} for some in (limits, past)))


@remembered.of_a_month
def judged(tables: Tables, month: pd.Period, params: Params) -> Judged:
    """Everything that was tested in a month, and the limits of its charts; see `aftersales.signals`."""
    long = _long(tables, month, params)
    judged_months = _history(tables, month, params, long)
    return Judged(
        signals.findings(judged_months), signals.limits(judged_months, 12), signals.limits(long, MONTHS)
    )


def past(limits: Limits | None, found: Finding | None, month: pd.Period, column: str) -> pd.DataFrame:
    """A watched figure's months for a chart: ``month``, the values as `column`, ``centre``, ``lower``,
    ``upper``, ``signal``, and ``run``: ``better`` or ``worse`` in the months of a sustained signal, which may
    have begun before them where it has ``or_earlier``.

    Months before the first that is known are left out, but for the last twelve.
    """
    if limits is None:
        months = [str(m) for m in months_to(month, SHOWN)]
        empty = dict.fromkeys((column, "centre", "lower", "upper"), np.nan)
        return pd.DataFrame({"month": months}).assign(**empty, signal=False, run="")
    frame = pd.DataFrame(
        {
            "month": limits.months,
            column: limits.value,
            "centre": limits.centre,
            "lower": limits.low,
            "upper": limits.high,
            "signal": [level == "signal" for level in limits.level],
        }
    ).astype(dict.fromkeys((column, "centre", "lower", "upper"), float))
    frame["run"] = ""
    if found is not None and found.rule == "run" and found.level == "signal":
        frame.loc[frame["month"] >= str(found.since), "run"] = found.direction or ""
        frame["or_earlier"] = bool(found.detail.get("longest"))
    first = min(int(frame[column].notna().to_numpy().argmax()), len(frame) - SHOWN)
    return frame.iloc[max(first, 0) :].reset_index(drop=True)


def with_limits(trend: pd.DataFrame, limits: Limits | None) -> pd.DataFrame:
    """A trend with the limits that the findings go by: ``centre``, ``lower``, ``upper``, ``signal``.

    A month is marked where its own report's list had it as a signal.
    """
    known = {} if limits is None else {m: i for i, m in enumerate(limits.months)}
    places = [known.get(str(m)) for m in trend["month"]]
    parts = {"centre": "centre", "lower": "low", "upper": "high"}
    out = trend.assign(
        **{
            name: [None if i is None else getattr(limits, part)[i] for i in places]
            for name, part in parts.items()
        }
    )
    levels = [None if i is None or limits is None else limits.level[i] for i in places]
    out = out.astype(dict.fromkeys(parts, float))
    return out.assign(signal=[level == "signal" for level in levels])


def history(tables: Tables, month: pd.Period, params: Params) -> StoreHistory:
    """A store's counts and scores of the 24 months to `month`.

    A rate whose cases come from one table and whose hits from another (bookings and visits, complaints and
    visits) is not known in the months before the first row of either: a register that began later had no
    zeros before.
    """
    return _history(tables, month, params, _long(tables, month, params))


def _long(tables: Tables, month: pd.Period, params: Params) -> StoreHistory:
    """Rates and scores over as many months as the charts' limits need."""
    months = months_to(month, LONG)
    return StoreHistory(
        months=[str(m) for m in months],
        rates=_rates(tables, months, params),
        scores=_scores(tables, month, params),
    )


def _history(tables: Tables, month: pd.Period, params: Params, long: StoreHistory) -> StoreHistory:
    months = months_to(month, MONTHS)
    rates = [Rate(one.figure, one.hits[-MONTHS:], one.cases[-MONTHS:]) for one in long.rates]
    scores = [replace(one, values=one.values[-MONTHS:], samples=one.samples[-MONTHS:]) for one in long.scores]
    sampled = any(n is not None for one in scores for n in one.samples)
    return StoreHistory(
        months=[str(m) for m in months],
        rates=[one for one in rates if _known(one.hits, one.cases)],
        scores=[one for one in scores if sampled and any(v is not None for v in one.values)],
        people=_people(tables, months, params),
        causes=_causes(tables, months),
        waiting=_waiting(tables, month, params),
        targets=params.targets,
        cases=_cases(tables, month, params),
    )


def _rates(tables: Tables, months: Sequence[pd.Period], params: Params) -> list[Rate]:
    t = tables
    calls = internal_css.by_month(t.survey_calls, months)
    fixed = first_time_fix.by_month(first_time_fix.told(t.jobs), months)
    booked = _since(bookings.by_month(t.bookings, t.repair_orders, months), t.bookings, "bookings", months)
    received = _since(
        complaints.by_month(t.complaints, t.repair_orders, months), t.complaints, "complaints", months
    )
    returned = returns.by_month(t.repair_orders, months, params.return_days, params.return_km)
    private = private_churn.by_month(t.repair_orders, t.churn_calls, months, params.churn_months)
    delivered = delivery.by_month(t.repair_orders, months, params.grace_minutes)
    ftf = [{"fixed": first_time_fix.fixed(n), "jobs": n["jobs"]} for n in fixed]
    found = (
        ("css.valid_rate", calls, "valid", "calls"),
        ("css.delight_rate_valid", calls, "delighted", "valid"),
        ("css.disappointment_rate_valid", calls, "disappointed", "valid"),
        ("complaints.per_1000_visits", received, "count", "visits"),
        ("ftf.rate", ftf, "fixed", "jobs"),
        ("ftf.return_rate", returned, "returned", "return_orders"),
        ("booking.rate", booked, "arrived", "visits"),
        ("booking.kept_rate", booked, "arrived", "booked"),
        ("churn.private_rate", private, "to_call", "private_cohort"),
        ("delivery.rate", delivered, "on_time", "orders"),
    )
    return [
        Rate(figure, [row[hits] for row in rows], [row[cases] for row in rows])
        for figure, rows, hits, cases in found
        if _known([row[hits] for row in rows], [row[cases] for row in rows])
    ]


def _known(hits: Sequence[Any], cases: Sequence[Any]) -> bool:
    """Whether a rate is known in any of the months."""
    return any(h is not None and n for h, n in zip(hits, cases, strict=True))


def _since(
    rows: list[dict[str, Any]], table: pd.DataFrame | None, name: str, months: Sequence[pd.Period]
) -> list[dict[str, Any]]:
    """Nothing is known of the months before a table's first row."""
    if table is None or table.empty:
        return rows
    first = table[TABLES[name].dated_by].min().to_period("M")
    return [row if m >= first else dict.fromkeys(row) for m, row in zip(months, rows, strict=True)]


def _scores(tables: Tables, month: pd.Period, params: Params) -> list[Score]:
    past = oem_css.history(tables.oem_css, month, params.weights, LONG)
    if past.empty or not past["sample"].notna().any():
        return []
    items = oem_css.items(tables.oem_css, month, params.weights).set_index("item")
    samples = _plain(past["sample"])
    whole = [Score(f"oem.{name}", _plain(past[name]), samples) for name in ("mot", "css")]
    return [score for score in whole if any(v is not None for v in score.values)] + [
        Score(
            "oem.mot",
            _plain(past[item]),
            samples,
            item,
            params.weights[item],
            _plain([items["branch"].get(item)])[0],
        )
        for item in MOT_ITEMS
        if past[item].notna().any()
    ]


def _plain(values: Any) -> list[float | None]:
    return [None if v is None or v != v else float(v) for v in values]


def _people(tables: Tables, months: Sequence[pd.Period], params: Params) -> list[People]:
    jobs = first_time_fix.told(tables.jobs)
    by = [
        (
            "css.disappointment_rate_valid",
            advisor_survey.by_month(tables.survey_calls, tables.repair_orders, months),
            "advisor",
            "disappointed",
            "valid",
        ),
        (
            "delivery.rate",
            delivery.advisors_by_month(tables.repair_orders, months, params.grace_minutes),
            "advisor",
            "on_time",
            "orders",
        ),
    ]
    if jobs is not None:
        finished = jobs[(jobs["finished_at"] >= months[0].start_time)]
        finished = finished[finished["finished_at"] < after(months[-1])]
        frame = pd.DataFrame(
            {
                "month": finished["finished_at"].dt.to_period("M").astype(str),
                "technician": finished["technician"],
                "fixed": finished["rework_cause"].isna(),
            }
        )
        counted = frame.groupby(["month", "technician"])["fixed"].agg(jobs="size", fixed="sum").reset_index()
        by.insert(0, ("ftf.rate", counted, "technician", "fixed", "jobs"))
    return [
        funnel
        for figure, frame, who, hits, cases in by
        if (funnel := _funnel(figure, frame, who, hits, cases, months)).names
    ]


def _funnel(
    figure: str, frame: pd.DataFrame, who: str, hits: str, cases: str, months: Sequence[pd.Period]
) -> People:
    when = [str(m) for m in months]
    wide = {
        column: frame.pivot(index=who, columns="month", values=column)
        .reindex(columns=when)
        .fillna(0)
        .to_numpy(dtype=float)
        for column in (hits, cases)
        if len(frame)
    }
    names = sorted(frame[who].unique()) if len(frame) else []
    return People(
        figure, names, wide.get(hits, np.zeros((0, 0))).tolist(), wide.get(cases, np.zeros((0, 0))).tolist()
    )


def _causes(tables: Tables, months: Sequence[pd.Period]) -> Causes | None:
    by = cause_rates.by_month(tables.grievances, tables.survey_calls, months)
    if by.empty:
        return None
    when = [str(m) for m in months]
    wide = by.pivot(index="cause", columns="month", values="mentions").reindex(columns=when)
    names = [c for c in wide.index if wide.loc[c].sum() > 0]
    calls = by.drop_duplicates("month").set_index("month")["valid"].reindex(when)
    weeks = cause_rates.by_week(tables.grievances, tables.survey_calls, [months[-1]])
    weekly = weeks.pivot(index="cause", columns="week", values="mentions")
    begun = wide.sum().gt(0).to_numpy().cumsum() > 0  # no cause was registered before the first
    mentions = wide.loc[names].to_numpy(dtype=float, copy=True)
    mentions[:, ~begun] = np.nan
    return Causes(names, mentions.tolist(), _plain(calls), weekly.loc[names].to_numpy(dtype=float).tolist())


def _waiting(tables: Tables, month: pd.Period, params: Params) -> list[Waiting]:
    found = []
    late = complaint_handling.waiting(tables.complaints, month, params.promised_hours)
    found.append(Waiting("complaints.open", late["complaint_id"].astype(str).tolist(), department="service"))
    listed = private_churn.call_list(tables.repair_orders, tables.churn_calls, month, params.churn_months)
    gone = listed.loc[listed["reason"] == "went_elsewhere", "order_id"].tolist()
    found.append(Waiting("churn.went_elsewhere", gone, None, "service", float(len(gone)), "customers"))
    back = returns.table(tables.repair_orders, month, params.return_days, params.return_km)
    red = back.loc[back["red_line"].astype(bool), "order_id"].tolist()
    found.append(Waiting("ftf.returned", red, None, "workshop", float(len(red)), "customers"))
    raised = waiting.table(tables.actions, month)
    long = raised[raised["months_open"] >= LONG_OPEN]
    for department, rows in long.groupby("department", sort=True):
        found.append(Waiting("review.actions", rows["action_id"].tolist(), str(department), str(department)))
    return [one for one in found if one.cases]


def _cases(tables: Tables, month: pd.Period, params: Params) -> Mapping[Key, Sequence[str]]:
    """Numbers of the orders, calls, jobs and complaints on the worse side of each figure in the month."""
    found: dict[Key, list[str]] = {}
    jobs = in_month(first_time_fix.told(tables.jobs), month, "finished_at")
    if jobs is not None:
        _by(found, "ftf.rate", jobs[jobs["rework_cause"].notna()], "job_id", "technician")
    if tables.survey_calls is not None:
        calls = internal_css.calls_in_month(tables.survey_calls, month)
        low = calls[calls["q1"] <= internal_css.DISAPPOINTED]
        if tables.repair_orders is not None:
            low = internal_css.with_advisor(low, tables.repair_orders)
        _by(found, "css.disappointment_rate_valid", low, "call_id", "advisor")
        named = complaints.mentions(tables.grievances, tables.survey_calls, month)
        _by(found, "complaints.causes", named, "call_id", "cause")
    received = in_month(tables.complaints, month, "received_at")
    if received is not None:
        _by(found, "complaints.per_1000_visits", received, "complaint_id")
    missed = in_month(tables.bookings, month, "planned_at")
    if missed is not None:
        _by(found, "booking.kept_rate", missed[~missed["status"].isin(ARRIVED)], "booking_id")
    _by(
        found,
        "delivery.rate",
        delivery.late(tables.repair_orders, month, params.grace_minutes),
        "order_id",
        "advisor",
    )
    back = returns.table(tables.repair_orders, month, params.return_days, params.return_km)
    _by(found, "ftf.return_rate", back, "order_id")
    lost = private_churn.call_list(tables.repair_orders, tables.churn_calls, month, params.churn_months)
    _by(found, "churn.private_rate", lost, "order_id")
    return found


def _by(found: dict[Key, list[str]], figure: str, rows: pd.DataFrame, number: str, subject: str = "") -> None:
    found[figure, None] = [str(n) for n in rows[number]]
    if subject and subject in rows:
        for who, some in rows.groupby(subject, observed=True, sort=False):
            found[figure, str(who)] = list(dict.fromkeys(str(n) for n in some[number]))

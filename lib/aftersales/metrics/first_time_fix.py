"""First-time-fix rate (一次维修合格率). Deck slides 21 and 22."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from aftersales.contract.months import as_written, counts, months_to, within
from aftersales.contract.remembered import in_a_report
from aftersales.contract.schema import REWORK_CAUSES
from aftersales.contract.statistics import binomial_cdf, binomial_limits, chi_square, wilson
from aftersales.metrics.funnel import outside

TECHNICIANS = [
    "technician",
    "jobs",
    "not_fixed",
    *REWORK_CAUSES,
    "rate",
    "failure_rate",
    "low",
    "high",
    "pooled_rate",
    "outside",
]
TREND = ["month", "jobs", "not_fixed", "rate", "centre", "lower", "upper", "signal"]
LIMITS = ["volume", "lower_95", "upper_95", "lower_998", "upper_998"]


@in_a_report
def figures(jobs: pd.DataFrame | None, month: pd.Period) -> dict[str, float | int | None]:
    """Jobs of the month, those not fixed at the first visit, the rate = 1 − not_fixed / jobs (``ftf.*``)."""
    (now,) = by_month(jobs, [month])
    return {f"ftf.{name}": value for name, value in now.items()}


def told(jobs: pd.DataFrame | None) -> pd.DataFrame | None:
    """The jobs where they tell whether they were done right; an export without that column does not."""
    return jobs if jobs is not None and "rework_cause" in jobs else None


@in_a_report
def by_month(jobs: pd.DataFrame | None, months: Sequence[pd.Period]) -> list[dict[str, float | int | None]]:
    """Jobs of each month, those not fixed at the first visit, and the rate = 1 − not_fixed / jobs."""
    if jobs is None or told(jobs) is None:
        done = [None for _ in months] if jobs is None else counts(jobs["finished_at"], months)
        return [{"jobs": n, "not_fixed": None, "rate": None} for n in done]
    finished = jobs["finished_at"]
    done, again = counts(finished, months), counts(finished[jobs["rework_cause"].notna()], months)
    return [
        {"jobs": n, "not_fixed": bad, "rate": 1 - bad / n if n else None}
        for n, bad in zip(done, again, strict=True)
    ]


def fixed(row: Mapping[str, float | int | None]) -> int | None:
    """Jobs that were done right at once, of a row of `by_month`; None where nobody knows."""
    done, again = row["jobs"], row["not_fixed"]
    return None if done is None or again is None else int(done) - int(again)


@in_a_report
def technicians(jobs: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """First-time-fix rate of each technician, worst first, with Wilson interval and the limit it breaks."""
    jobs = told(jobs)
    if jobs is None:
        return pd.DataFrame(columns=TECHNICIANS)
    now = jobs[within(jobs["finished_at"], month)]
    if now.empty:
        return pd.DataFrame(columns=TECHNICIANS)
    counts = pd.crosstab(now["technician"], now["rework_cause"].fillna("fixed")).reindex(
        columns=[*REWORK_CAUSES, "fixed"], fill_value=0
    )
    out = counts[list(REWORK_CAUSES)].copy()
    out.insert(0, "jobs", counts.sum(axis=1))
    out.insert(1, "not_fixed", counts[list(REWORK_CAUSES)].sum(axis=1))
    out["rate"] = 1 - out["not_fixed"] / out["jobs"]
    out["failure_rate"] = out["not_fixed"] / out["jobs"]
    bounds = [wilson(n - bad, n) for n, bad in zip(out["jobs"], out["not_fixed"], strict=True)]
    out["low"], out["high"] = [b[0] for b in bounds], [b[1] for b in bounds]
    recent = jobs[
        (jobs["finished_at"] >= (month - 2).start_time) & (jobs["finished_at"] < (month + 1).start_time)
    ]
    out["pooled_rate"] = 1 - recent["rework_cause"].notna().groupby(recent["technician"]).mean()
    store = 1 - out["not_fixed"].sum() / out["jobs"].sum()
    out["outside"] = [outside(rate, n, store) for rate, n in zip(out["rate"], out["jobs"], strict=True)]
    return (
        out.rename_axis("technician")
        .reset_index()
        .sort_values(["rate", "jobs"], ascending=[True, False], kind="stable")[TECHNICIANS]
        .reset_index(drop=True)
    )


@in_a_report
def causes(jobs: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """Rework causes of the month, most frequent first."""
    columns, jobs = ["cause", "count", "share"], told(jobs)
    if jobs is None:
        return pd.DataFrame(columns=columns)
    named = jobs.loc[within(jobs["finished_at"], month), "rework_cause"].dropna()
    rows = [
        [c, int((named == c).sum()), float((named == c).mean())] for c in REWORK_CAUSES if (named == c).any()
    ]
    return (
        pd.DataFrame(rows, columns=columns)
        .sort_values("count", ascending=False, kind="stable")
        .reset_index(drop=True)
    )


def trend(jobs: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """Jobs and rate of the 12 months to `month`, with p-chart limits (3 σ) and the months outside them."""
    jobs = told(jobs)
    if jobs is None:
        return pd.DataFrame(columns=TREND)
    months = months_to(month)
    rows = [[str(m), *row.values()] for m, row in zip(months, by_month(jobs, months), strict=True)]
    out = pd.DataFrame(rows, columns=TREND[:4]).astype({"rate": float})
    n = out["jobs"].sum()
    centre = 1 - out["not_fixed"].sum() / n if n else np.nan
    half = 3 * np.sqrt(centre * (1 - centre) / out["jobs"].where(out["jobs"] > 0))
    out["centre"], out["lower"], out["upper"] = (
        centre,
        (centre - half).clip(lower=0),
        (centre + half).clip(upper=1),
    )
    out["signal"] = ((out["rate"] < out["lower"]) | (out["rate"] > out["upper"])).fillna(False)
    return out[TREND]


def funnel_limits(jobs: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """Control limits round the store's rate over the range of volumes (funnel plot, Spiegelhalter 2005)."""
    table = technicians(jobs, month)
    if table.empty:
        return pd.DataFrame(columns=LIMITS)
    rate = 1 - table["not_fixed"].sum() / table["jobs"].sum()
    low, high = table["jobs"].min(), table["jobs"].max()
    span = max(high - low, 10)
    volumes = np.unique(np.linspace(max(1, low - 0.15 * span), high + 0.15 * span, 60).round().astype(int))
    rows = [[v, *binomial_limits(v, rate, 0.95), *binomial_limits(v, rate, 0.998)] for v in volumes]
    return pd.DataFrame(rows, columns=LIMITS)


def homogeneity(jobs: pd.DataFrame | None, month: pd.Period) -> dict[str, float | None]:
    """Could all technicians be equal? The χ² p value, and how often the worst of equals would do as badly."""
    table = technicians(jobs, month)
    if len(table) < 2 or not table["not_fixed"].sum():
        return {"p": None, "chance_of_worst": None}
    p, _ = chi_square([table["not_fixed"], table["jobs"] - table["not_fixed"]], correction=False)
    overall, worst = table["not_fixed"].sum() / table["jobs"].sum(), table["failure_rate"].max()
    below = np.prod([binomial_cdf(np.ceil(worst * n - 1e-9) - 1, n, overall) for n in table["jobs"]])
    return {"p": p, "chance_of_worst": float(1 - below)}


as_written(__name__)

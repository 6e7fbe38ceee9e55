"""Archive, base and churned customers (档案, 基盘, 流失). Deck slides 26 to 28."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract.keys import among, where
from aftersales.contract.months import after, as_written, ratio, start, within
from aftersales.contract.remembered import in_a_report
from aftersales.contract.schema import CODES
from aftersales.contract.statistics import FEW
from aftersales.contract.vehicles import USABLE, with_vehicle
from aftersales.metrics import private_churn

_MONTHS = 120_000  # more than have passed since the year 0
LOST = ["vin", "owner_type", "last_visit", "last_order_id", "advisor", "result", "reason", "called_at"]


@in_a_report
def base(repair_orders: pd.DataFrame, month: pd.Period, base_months: int = 12) -> int:
    """Vehicles with a visit in the `base_months` months ending with `month` (基盘客户)."""
    opened = repair_orders["opened_at"]
    came = (opened >= start(month - base_months + 1)) & (opened < after(month))
    named = with_vehicle(repair_orders.loc[came, [c for c in ("vin", USABLE) if c in repair_orders]])
    return int(named["vin"].nunique())


def archive(customers: pd.DataFrame, month: pd.Period) -> int:
    """Customers created up to the end of `month` (档案客户)."""
    return int((customers["created_at"] < after(month)).sum())


def archive_trend(
    customers: pd.DataFrame | None,
    repair_orders: pd.DataFrame | None,
    month: pd.Period,
    base_months: int = 12,
) -> pd.DataFrame:
    """Archive and base of each month of the year up to `month`. Deck slide 26.

    ``short`` says that the orders do not reach back over the base's months, so that it comes out too low.
    """
    opened = None if repair_orders is None else repair_orders["opened_at"]
    rows = []
    for number in range(1, month.month + 1):
        m = pd.Period(year=month.year, month=number, freq="M")
        a = None if customers is None else archive(customers, m)
        b = None if repair_orders is None else base(repair_orders, m, base_months)
        short = b is not None and bool((opened >= after(m - base_months + 1)).all())
        rows.append([str(m), a, b, None if a is None or b is None else a - b, short])
    return pd.DataFrame(rows, columns=["month", "archive", "base", "gap", "short"])


@in_a_report
def last_calls(churn_calls: pd.DataFrame, month: pd.Period) -> pd.DataFrame:
    """The last churn call of each vehicle in a month; of two at the same time the later row."""
    now = churn_calls[within(churn_calls["called_at"], month)]
    return now.sort_values("called_at", kind="stable").drop_duplicates("vin", keep="last")


def calls_made(
    churn_calls: pd.DataFrame | None, repair_orders: pd.DataFrame | None, month: pd.Period
) -> dict[str, int] | None:
    """The month's churn calls: ``calls``, and ``matched``, those to a vehicle of the orders up to its end."""
    if churn_calls is None or repair_orders is None:
        return None
    now = churn_calls[within(churn_calls["called_at"], month)]
    known = repair_orders.loc[repair_orders["opened_at"] < after(month), "vin"]
    return {"calls": len(now), "matched": int(among(with_vehicle(now)["vin"], known).sum())}


def visits_then(repair_orders: pd.DataFrame | None, month: pd.Period, churn_months: int = 6) -> int:
    """Orders of the cohort's month, whether they name a vehicle or not."""
    then = month - churn_months
    return 0 if repair_orders is None else int(within(repair_orders["opened_at"], then).sum())


@in_a_report
def lost_vehicles(
    repair_orders: pd.DataFrame | None,
    churn_calls: pd.DataFrame | None,
    month: pd.Period,
    churn_months: int = 6,
) -> pd.DataFrame:
    """The lost vehicles: a visit in the month `churn_months` ago and none in any later one. Deck slide 27.

    The last order of that month is a lost vehicle's latest, so it gives the owner type, too.
    """
    if repair_orders is None:
        return pd.DataFrame(columns=LOST)
    opened, needed = repair_orders["opened_at"], ["vin", "owner_type", "opened_at", "order_id", "advisor"]
    then = with_vehicle(repair_orders[within(opened, month - churn_months)])[needed]
    later = (opened >= after(month - churn_months)) & (opened < after(month))
    out = (
        then[~among(then["vin"], repair_orders.loc[later, "vin"])]
        .sort_values(["opened_at", "order_id"], kind="stable")
        .drop_duplicates("vin", keep="last")
        .rename(columns={"opened_at": "last_visit", "order_id": "last_order_id"})
    )
    if churn_calls is not None:
        out = out.merge(
            last_calls(churn_calls, month)[["vin", "result", "reason", "called_at"]], on="vin", how="left"
        )
    return out.reindex(columns=LOST).reset_index(drop=True)


def visit_months(repair_orders: pd.DataFrame) -> pd.DataFrame:
    """The months in which each vehicle came: ``month`` (from year 0), ``gap`` (months to its next one)."""
    orders = with_vehicle(repair_orders)
    opened, vehicle = orders["opened_at"], pd.factorize(orders["vin"])[0]
    came = np.unique(vehicle * _MONTHS + (opened.dt.year * 12 + opened.dt.month - 1).to_numpy())
    vehicle, month = np.divmod(came, _MONTHS)
    gap = np.diff(month, append=0).astype(float)
    gap[np.diff(vehicle, append=-1) != 0] = np.nan  # its last month
    return pd.DataFrame({"month": month, "gap": gap})


def _month_number(month: pd.Period) -> int:
    return int(month.year) * 12 + int(month.month) - 1


def rates(
    repair_orders: pd.DataFrame | None, months: Sequence[pd.Period], churn_months: int = 6
) -> list[float | None]:
    """Lost / cohort of many months; each the same as in `figures`."""
    if repair_orders is None:
        return [None] * len(months)
    visits = visit_months(repair_orders)
    gaps = [visits.loc[visits["month"] == _month_number(m - churn_months), "gap"] for m in months]
    return [ratio(len(gap) - int((gap <= churn_months).sum()), len(gap)) for gap in gaps]


@in_a_report
def figures(
    repair_orders: pd.DataFrame | None,
    customers: pd.DataFrame | None,
    churn_calls: pd.DataFrame | None,
    month: pd.Period,
    base_months: int = 12,
    churn_months: int = 6,
    lost: pd.DataFrame | None = None,
) -> dict[str, float | int | None]:
    """Archive, base, cohort, lost and called (``churn.*``). Deck slides 26 to 28.

    `lost` is the result of `lost_vehicles`, where it is known already.
    """
    names = (
        "cohort",
        "lost",
        "rate",
        "fleet",
        "to_call",
        "reached",
        "not_reached",
        "not_due",
        "went_elsewhere",
    )
    out: dict[str, float | int | None] = {
        "churn.archive": None if customers is None else archive(customers, month),
        "churn.base": None if repair_orders is None else base(repair_orders, month, base_months),
        **{f"churn.{name}": None for name in names},
    }
    if repair_orders is None:
        return out
    if lost is None:
        lost = lost_vehicles(repair_orders, churn_calls, month, churn_months)
    size = base(repair_orders, month - churn_months, 1)
    private = lost[lost["owner_type"] == "private"]
    out |= {
        "churn.cohort": size,
        "churn.lost": len(lost),
        "churn.rate": ratio(len(lost), size),
        "churn.fleet": len(lost) - len(private),
        "churn.to_call": len(private),
    }
    if churn_calls is not None:
        reached = private[private["result"] == "reached"]
        out |= {
            "churn.reached": len(reached),
            "churn.not_reached": int(private["result"].notna().sum()) - len(reached),
        }
    if churn_calls is not None and private_churn.with_reasons(churn_calls):
        out |= {
            "churn.not_due": int(reached["reason"].isin(("about_to_come", "mileage_not_due")).sum()),
            "churn.went_elsewhere": int((reached["reason"] == "went_elsewhere").sum()),
        }
    return out


def _counts(codes: pd.Series, name: str, known: str) -> pd.DataFrame:
    rows = [
        [c, int((codes == c).sum()), float((codes == c).mean())] for c in CODES[known] if (codes == c).any()
    ]
    return (
        pd.DataFrame(rows, columns=[name, "count", "share"])
        .sort_values("count", ascending=False, kind="stable")
        .reset_index(drop=True)
    )


def results(lost: pd.DataFrame) -> pd.DataFrame:
    """Results of the last calls to the lost private vehicles of `lost_vehicles`. Deck slide 27."""
    private = lost[lost["owner_type"] == "private"]
    return _counts(private["result"].dropna(), "result", "churn_result")


def unreached(results: pd.DataFrame) -> pd.DataFrame:
    """The results of those who were not reached, shares among them. Deck slide 27."""
    missed = results[results["result"] != "reached"]
    return missed.assign(share=missed["count"] / missed["count"].sum()).reset_index(drop=True)


def reasons(lost: pd.DataFrame) -> pd.DataFrame:
    """Reasons given by those who were reached. Deck slide 28."""
    private = lost[(lost["owner_type"] == "private") & (lost["result"] == "reached")]
    return _counts(private["reason"].dropna(), "reason", "churn_reason")


def bridge(lost: pd.DataFrame, figures: Mapping[str, Any]) -> pd.DataFrame:
    """From the cohort to the really lost: ``step``, ``count``, ``kind`` (``total`` or ``minus``).

    Really lost = lost − fleet − came only once − not due. The last two are known of the vehicles called only.
    """
    columns = ["step", "count", "kind"]
    if not figures.get("churn.cohort"):
        return pd.DataFrame(columns=columns)
    private = lost[lost["owner_type"] == "private"]
    once = int((private["result"] == "one_visit").sum())
    not_due = int(figures["churn.not_due"] or 0)
    rows = [
        ["cohort", figures["churn.cohort"], "total"],
        ["returned", figures["churn.cohort"] - figures["churn.lost"], "minus"],
        ["lost", figures["churn.lost"], "total"],
        ["fleet", figures["churn.fleet"], "minus"],
        ["one_visit", once, "minus"],
        ["not_due", not_due, "minus"],
        ["really_lost", figures["churn.lost"] - figures["churn.fleet"] - once - not_due, "total"],
    ]
    return pd.DataFrame(rows, columns=columns)


def retention(repair_orders: pd.DataFrame | None, month: pd.Period, cohorts: int = 12) -> pd.DataFrame:
    """Of each month's vehicles, the share that was back within 1, 2, … months; none of few vehicles.

    Columns: ``cohort_month``, ``months_later``, ``rate``.
    """
    columns = ["cohort_month", "months_later", "rate"]
    if repair_orders is None:
        return pd.DataFrame(columns=columns)
    visits, later = visit_months(repair_orders), np.arange(1, cohorts + 1)
    rows = []
    for back in range(cohorts, 0, -1):
        gaps = visits.loc[visits["month"] == _month_number(month - back), "gap"].to_numpy()
        shares = (gaps[:, None] <= later).mean(axis=0) if len(gaps) >= FEW else np.full(cohorts, np.nan)
        rows += [
            [str(month - back), k, rate if k <= back else None]
            for k, rate in zip(later.tolist(), shares.tolist(), strict=True)
        ]
    return pd.DataFrame(rows, columns=columns).astype({"rate": float})


def last_orders(repair_orders: pd.DataFrame | None, first: pd.Period, last: pd.Period) -> pd.DataFrame | None:
    """The vehicles that came in the months from `first` to `last`: the last order of each."""
    came = where(repair_orders, lambda f: (f["opened_at"] >= start(first)) & (f["opened_at"] < after(last)))
    if came is None:
        return None
    return with_vehicle(came).sort_values(["opened_at", "order_id"], kind="stable").groupby("vin").tail(1)


as_written(__name__)

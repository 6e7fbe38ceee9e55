"""A very large store, to measure and to look at: ``python bench/large.py FOLDER ORDERS [names] [texts]``.

Its orders, jobs, calls and customers are those of a made-up store of 40 technicians, thinned out or made
again under other numbers; its complaints are 15 % of its visits, 5,000 in the last month of a million orders.
With ``names`` its people are called by 60 characters, with ``texts`` some free texts have a million.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from aftersales import demo
from aftersales.contract.schema import TABLES
from aftersales.demo import texts
from aftersales.demo.files import _Csv

MONTHS, STORE, STAFF = 30, "样本店", 40
COMPLAINTS = 0.15  # of the visits
LONG = 1_000_000
_COPIED = ("repair_orders", "bookings", "jobs", "survey_calls", "grievances", "customers", "churn_calls")
_LONG = (("complaints", "description"), ("survey_calls", "suggestion"), ("grievances", "note"))


def records(
    orders: int, *, complaints: int | None = None, names: bool = False, texts: bool = False
) -> dict[str, pd.DataFrame]:
    """The tables of a store of so many repair orders.

    Parameters
    ----------
    orders
        About so many, in 30 months to April 2024.
    complaints
        In the last month; by default 15 % of its visits.
    names, texts
        Whether people have long names, and some texts are very long.
    """
    base = demo.generate(seed=1, months=MONTHS, store=STORE, technicians=STAFF)
    rng = np.random.default_rng(1)
    copies = -(-orders // len(base["repair_orders"]))
    share = orders / (copies * len(base["repair_orders"]))
    parts = [_copy(base, number, share, rng) for number in range(copies)]
    made = {t: pd.concat([p[t] for p in parts], ignore_index=True) for t in _COPIED}
    made |= {t: base[t] for t in base if t not in made}
    made["customers"]["name"] = _customers(len(made["customers"]), rng)
    made["complaints"] = _complaints(base["complaints"], made["repair_orders"], complaints, rng)
    advisors = {v: v for v in made["repair_orders"]["advisor"].dropna().unique()}
    _staff(made, names, rng, sorted(advisors))
    if texts:
        for table, column in _LONG:
            at = made[table].index[-1]
            made[table].loc[at, column] = ("车主说异响还在，138-0013-8000，" * (LONG // 25 + 1))[:LONG]
    return {t: made[t] for t in TABLES}


def _copy(
    base: dict[str, pd.DataFrame], number: int, share: float, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """The records of a share of the vehicles, under numbers of their own."""
    cars = base["customers"]["vin"]
    vins = set(cars[rng.random(len(cars)) < share])
    orders = base["repair_orders"]
    kept = {"repair_orders": orders[orders["vin"].isin(vins)]}
    ids = set(kept["repair_orders"]["order_id"])
    for table in ("bookings", "jobs", "survey_calls"):
        frame = base[table]
        lost = frame["order_id"].isna() & (rng.random(len(frame)) < share)
        kept[table] = frame[frame["order_id"].isin(ids) | lost]
    calls = set(kept["survey_calls"]["call_id"])
    kept["grievances"] = base["grievances"][base["grievances"]["call_id"].isin(calls)]
    for table in ("customers", "churn_calls"):
        kept[table] = base[table][base[table]["vin"].isin(vins)]
    if not number:
        return kept
    out = {}
    for table, frame in kept.items():
        frame = frame.copy()
        for column in frame.columns:
            if column.endswith("_id"):
                frame[column] = frame[column] + f"-{number}"
            elif column == "vin":
                frame[column] = frame[column].str[:8] + f"{number:03d}" + frame[column].str[11:]
            elif column == "phone":
                frame[column] = frame[column].str[:5] + f"{number:02d}" + frame[column].str[7:]
        out[table] = frame
    return out


def _customers(count: int, rng: np.random.Generator) -> np.ndarray:
    """As many names as a large archive has."""
    surnames, given = np.array(list(texts.SURNAMES), object), np.array(texts.GIVEN, object)
    drawn = [rng.integers(len(pool), size=count) for pool in (surnames, given, given)]
    return surnames[drawn[0]] + given[drawn[1]] + given[drawn[2]]


def _complaints(
    base: pd.DataFrame, orders: pd.DataFrame, last: int | None, rng: np.random.Generator
) -> pd.DataFrame:
    """Complaints in each month in proportion to its visits, each about an order of its own, in words of its
    own."""
    visits = orders["opened_at"].dt.to_period("M")
    months = base["received_at"].dt.to_period("M")
    share = COMPLAINTS if last is None else last / max((visits == months.max()).sum(), 1)
    parts = []
    for month, count in visits.value_counts().sort_index().items():
        pool = np.flatnonzero(months == month)
        number = round(count * share)
        if not len(pool) or not number:
            continue
        part = base.iloc[np.resize(pool, number)].reset_index(drop=True)
        about = orders[(visits == month).to_numpy()]["order_id"].to_numpy(dtype=object)
        named = rng.choice(about, number)
        part["complaint_id"] = [f"TS{month:%y%m}-{i:05d}" for i in range(number)]
        part["order_id"] = pd.Series(named, dtype="str").where(part["order_id"].notna())
        moved = pd.to_timedelta(rng.integers(0, 60, number), unit="min")
        for column in ("received_at", "first_contact_at", "closed_at"):
            part[column] = part[column] + moved
        end = (month + 1).start_time - pd.Timedelta(minutes=1)
        part["received_at"] = part["received_at"].clip(upper=end)
        wider = pd.to_timedelta(np.round(rng.exponential(30, number) * 60), unit="min")
        part["closed_at"] = part["closed_at"] + wider
        still = part["closed_at"] >= base["received_at"].max() + pd.Timedelta(days=5)
        part.loc[still, ["status", "satisfied"]] = ["open", pd.NA]
        part.loc[still, "closed_at"] = pd.NaT
        part["description"] = part["description"] + "（" + pd.Series(named, dtype="str") + "）"
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _staff(made: dict[str, pd.DataFrame], long: bool, rng: np.random.Generator, advisors: list[str]) -> None:
    """Forty advisors; with `long` they and the technicians have names of 60 characters."""

    def called(number: int, what: str) -> str:
        return (f"{texts.SURNAMES[number]}{what}{number:02d}" + "·阿卜杜拉古丽买买提" * 6)[:60]

    def short(number: int) -> str:
        return texts.SURNAMES[number % 48] + texts.GIVEN[number * 7 % 40]

    staff = np.array([called(n, "顾问") if long else short(n) for n in range(STAFF)], object)
    orders, css, jobs = made["repair_orders"], made["oem_css"], made["jobs"]
    given = pd.Series(staff[rng.integers(STAFF, size=len(orders))], dtype="str")
    orders["advisor"] = given.where(orders["advisor"].notna())
    css["advisor"] = css["advisor"].map(dict(zip(advisors, staff, strict=False))).astype("str")
    made["oem_css"] = css[css["advisor"].notna() | (css["scope"] != "advisor")]
    if long:
        people = {v: called(n, "技师") for n, v in enumerate(sorted(jobs["technician"].unique()))}
        jobs["technician"] = jobs["technician"].map(people).astype("str")


def write(folder: Path, made: dict[str, pd.DataFrame]) -> None:
    """The tables as CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, frame in made.items():
        sink = _Csv(folder / f"{table}.csv")
        sink.append(frame)
        sink.close()


if __name__ == "__main__":
    write(
        Path(sys.argv[1]),
        records(int(sys.argv[2]), names="names" in sys.argv[3:], texts="texts" in sys.argv[3:]),
    )

"""Three volumes easily mixed up: visits, vehicles, jobs (工单, 车辆, 派工). Deck slides 14, 21, 27."""

from __future__ import annotations

import pandas as pd

from aftersales.contract.months import as_written, months_to, within
from aftersales.contract.remembered import in_a_report
from aftersales.contract.vehicles import with_vehicle


@in_a_report
def figures(
    repair_orders: pd.DataFrame | None, jobs: pd.DataFrame | None, month: pd.Period
) -> dict[str, int | None]:
    """Visits, distinct vehicles and finished jobs of a month [counts].

    An order without a usable VIN is a visit of no vehicle.
    """
    now = None if repair_orders is None else repair_orders[within(repair_orders["opened_at"], month)]
    return {
        "volume.orders": None if now is None else len(now),
        "volume.vehicles": None if now is None else int(with_vehicle(now)["vin"].nunique()),
        "volume.jobs": None if jobs is None else int(within(jobs["finished_at"], month).sum()),
    }


def history(repair_orders: pd.DataFrame | None, jobs: pd.DataFrame | None, month: pd.Period) -> pd.DataFrame:
    """The three volumes of the 12 months to `month`: ``month``, ``orders``, ``vehicles``, ``jobs``."""
    rows = []
    for m in months_to(month):
        now = figures(repair_orders, jobs, m)
        rows.append({"month": str(m)} | {k.split(".")[1]: v for k, v in now.items()})
    return pd.DataFrame(rows, columns=["month", "orders", "vehicles", "jobs"])


as_written(__name__)

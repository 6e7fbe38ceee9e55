"""Volumes: the rows behind its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from aftersales.contract.months import in_month
from aftersales.metrics import churn

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


def row_sets(tables: Tables, month: pd.Period, params: Params) -> dict[str, pd.DataFrame | None]:
    """The rows behind the three volumes, by the names that their records use."""
    return {
        "orders": in_month(tables.repair_orders, month, "opened_at"),
        "vehicles": churn.last_orders(tables.repair_orders, month, month),
        "jobs": in_month(tables.jobs, month, "finished_at"),
    }

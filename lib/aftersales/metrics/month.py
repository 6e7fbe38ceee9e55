"""Every figure of a month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from aftersales.contract.figures import FIGURES
from aftersales.contract.months import as_written
from aftersales.metrics import (
    bookings,
    churn,
    complaint_handling,
    complaints,
    delivery,
    first_time_fix,
    internal_css,
    oem_css,
    private_churn,
    returns,
    review,
    volume,
)

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


def all_figures(
    tables: Tables, month: pd.Period, params: Params, known: Mapping[str, float | int | None] | None = None
) -> dict[str, float | int | None]:
    """Every figure of the contract for a month, by name.

    Parameters
    ----------
    tables : Tables
    month : Period
    params : Params
    known : mapping, optional
        Figures that are known already, any others among them; only the missing ones are computed.
    """

    t, p, known = tables, params, known or {}
    groups: dict[str, Callable[[], Mapping[str, float | int | None]]] = {
        "review": lambda: review.figures(t.actions, month),
        "oem": lambda: oem_css.figures(t.oem_css, t.oem_pt, month, p.weights, p.pt_weights),
        "css": lambda: internal_css.figures(t.survey_calls, month),
        "complaints": lambda: (
            complaints.figures(t.complaints, t.repair_orders, t.grievances, t.survey_calls, month)
            | complaint_handling.figures(t.complaints, t.repair_orders, month)
        ),
        "ftf": lambda: (
            first_time_fix.figures(t.jobs, month)
            | returns.figures(t.repair_orders, month, p.return_days, p.return_km)
        ),
        "delivery": lambda: delivery.figures(t.repair_orders, month, p.grace_minutes),
        "booking": lambda: bookings.figures(t.bookings, t.repair_orders, month),
        "churn": lambda: (
            churn.figures(t.repair_orders, t.customers, t.churn_calls, month, p.base_months, p.churn_months)
            | private_churn.figures(t.repair_orders, t.churn_calls, month, p.churn_months)
        ),
        "volume": lambda: volume.figures(t.repair_orders, t.jobs, month),
    }
    missing = {name.split(".")[0] for name in FIGURES if name not in known}
    computed: dict[str, float | int | None] = {
        name: value for group in groups if group in missing for name, value in groups[group]().items()
    }
    every = {**computed, **known}
    return {name: every[name] for name in FIGURES if name in every} | every  # in the order of the report


as_written(__name__)

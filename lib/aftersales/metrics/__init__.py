"""The figures: pure functions from tables to numbers, one module a chapter."""

from importlib import import_module
from typing import Any

_MODULES = (
    "bookings", "catalogue", "checks", "churn", "complaints", "first_time_fix", "internal_css", "oem_css",
    "review", "summary", "top5", "volume",
)  # fmt: skip
__all__ = [*_MODULES, "all_figures"]


def all_figures(tables: Any, month: Any, params: Any) -> dict[str, float | int | None]:
    """Every figure of the contract for a month, by name.

    Parameters
    ----------
    tables : Tables
    month : Period
    params : Params
    """
    from aftersales.metrics import (
        bookings,
        churn,
        complaints,
        first_time_fix,
        internal_css,
        oem_css,
        review,
        volume,
    )  # fmt: skip

    t = tables
    return {
        **review.figures(t.actions, month),
        **oem_css.figures(t.oem_css, t.oem_pt, month, params.weights, params.pt_weights),
        **internal_css.figures(t.survey_calls, month),
        **complaints.figures(t.complaints, t.repair_orders, t.grievances, t.survey_calls, month),
        **first_time_fix.figures(t.jobs, month),
        **bookings.figures(t.bookings, t.repair_orders, month),
        **churn.figures(
            t.repair_orders, t.customers, t.churn_calls, month, params.base_months, params.churn_months
        ),
        **volume.figures(t.repair_orders, t.jobs, month),
    }


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"aftersales.metrics.{name}")
    raise AttributeError(f"module 'aftersales.metrics' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

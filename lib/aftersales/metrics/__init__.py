"""The figures: pure functions from tables to numbers, one module a chapter."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

_MODULES = (
    "bookings", "catalogue", "checks", "churn", "complaints", "first_time_fix", "internal_css", "oem_css",
    "review", "summary", "top5", "volume",
)  # fmt: skip
__all__ = [*_MODULES, "all_figures"]


def all_figures(
    tables: Any, month: Any, params: Any, known: Mapping[str, float | int | None] | None = None
) -> dict[str, float | int | None]:
    """Every figure of the contract for a month, by name.

    Parameters
    ----------
    tables : Tables
    month : Period
    params : Params
    known : mapping, optional
        Figures that are known already, any others among them; only what they lack is computed.
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
    from aftersales.metrics.catalogue import FIGURES

    t, p, known = tables, params, known or {}
    groups: dict[str, Callable[[], Mapping[str, float | int | None]]] = {
        "review": lambda: review.figures(t.actions, month),
        "oem": lambda: oem_css.figures(t.oem_css, t.oem_pt, month, p.weights, p.pt_weights),
        "css": lambda: internal_css.figures(t.survey_calls, month),
        "complaints": lambda: complaints.figures(
            t.complaints, t.repair_orders, t.grievances, t.survey_calls, month
        ),
        "ftf": lambda: first_time_fix.figures(t.jobs, month),
        "booking": lambda: bookings.figures(t.bookings, t.repair_orders, month),
        "churn": lambda: churn.figures(
            t.repair_orders, t.customers, t.churn_calls, month, p.base_months, p.churn_months
        ),
        "volume": lambda: volume.figures(t.repair_orders, t.jobs, month),
    }
    lacking = {name.split(".")[0] for name in FIGURES if name not in known}
    computed: dict[str, float | int | None] = {
        name: value for group in groups if group in lacking for name, value in groups[group]().items()
    }
    every = {**computed, **known}
    return {name: every[name] for name in FIGURES if name in every} | every  # in the order of the report


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"aftersales.metrics.{name}")
    raise AttributeError(f"module 'aftersales.metrics' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

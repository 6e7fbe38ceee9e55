"""The figures: pure functions from tables to numbers, one module a chapter."""

from importlib import import_module
from typing import Any

from aftersales.contract import written

_MODULES = (
    "advisor_survey",
    "bookings",
    "cause_rates",
    "churn",
    "comparison",
    "complaint_handling",
    "complaints",
    "delivery",
    "first_time_fix",
    "group",
    "internal_css",
    "joins",
    "oem_css",
    "past",
    "private_churn",
    "remarks",
    "returns",
    "review",
    "summary",
    "themes",
    "top5",
    "volume",
    "waiting",
)
__all__ = [*_MODULES, "all_figures"]


def __getattr__(name: str) -> Any:
    if name == "all_figures":
        return import_module("aftersales.metrics.month").all_figures
    if name in _MODULES:
        return import_module(f"aftersales.metrics.{name}")
    raise written.no_name(__name__, name, __all__)


def __dir__() -> list[str]:
    return sorted(__all__)

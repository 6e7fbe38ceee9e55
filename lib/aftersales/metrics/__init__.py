"""The figures: pure functions from tables to numbers, one module a chapter."""

from importlib import import_module
from typing import Any

_MODULES = (
    "bookings", "catalogue", "checks", "churn", "complaints", "first_time_fix", "internal_css", "oem_css",
    "review", "summary", "top5", "volume",
)  # fmt: skip
__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"aftersales.metrics.{name}")
    raise AttributeError(f"module 'aftersales.metrics' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_MODULES)

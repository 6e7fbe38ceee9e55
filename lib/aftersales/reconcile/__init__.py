"""The reconciliation (勾稽校验): the records, and a report made by hand, checked against the records."""

from importlib import import_module
from typing import Any

__all__ = ["printed", "records"]


def __getattr__(name: str) -> Any:
    """Import a module when it is first used."""
    if name in __all__:
        return import_module(f"aftersales.reconcile.{name}")
    raise AttributeError(f"module 'aftersales.reconcile' has no attribute {name!r}")

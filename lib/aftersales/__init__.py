"""The monthly report of a car dealership's customer-service department, from its records.

In a notebook::

    from aftersales import charts, explain, findings, get_params, glue, load, metrics, show

    tables = load("demo")
    metrics.first_time_fix.technicians(tables.jobs, month)
"""

import sys
from importlib import import_module

# As type checkers know it: before `surroundings` has settled where modules are found none is imported.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAMES = {
    "Figure": "aftersales.contract.figures",
    "ReportTable": "aftersales.contract.report_table",
    "context": "aftersales.chapters.context",
    "get_params": "aftersales.sources.load",
    "load": "aftersales.sources.load",
    "glue": "aftersales.chapters.scraps",
    "explain": "aftersales.explanation.explain",
    "why": "aftersales.explanation.why",
    "comebacks": "aftersales.explanation.comebacks",
    "side_by_side": "aftersales.explanation.side_by_side",
    "lost_customers": "aftersales.explanation.lost_customers",
    "overview": "aftersales.group.results",
}
_PACKAGES = {
    "chapters": "aftersales.chapters",
    "charts": "aftersales.display.charts",
    "findings": "aftersales.findings",
    "metrics": "aftersales.metrics",
    "reconcile": "aftersales.reconcile",
    "scraps": "aftersales.chapters.scraps",
    "show": "aftersales.display.tables",
    "signals": "aftersales.signals",
}

__all__ = [*_NAMES, *_PACKAGES]


def __getattr__(name: str) -> "Any":
    """Import a public name when it is first used, so that the command answers at once."""
    if name in __all__ and "IPython" in sys.modules:
        import_module("aftersales.explanation.tab").install()
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    if name in _PACKAGES:
        return import_module(_PACKAGES[name])
    if "IPython" in sys.modules:
        raise import_module("aftersales.contract.written").no_name(__name__, name, __all__)
    raise AttributeError(f"module 'aftersales' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

"""The findings: sentences made from figures, in Chinese or English, one module a chapter.

``headline`` states a chapter's finding. The other functions give the words of an exhibit as a dict
``title`` (the finding), ``subtitle`` (unit · n · period), ``note`` (definition and source), ready for
``charts.…(**words)`` and ``show.…(**words)``. No sentence claims what the figures do not show.
"""

from importlib import import_module
from typing import Any

from aftersales.contract import written

_MODULES = (
    "advisor_survey",
    "bookings",
    "cause_rates",
    "checks",
    "churn",
    "complaint_handling",
    "complaints",
    "delivery",
    "first_time_fix",
    "group",
    "group_words",
    "internal_css",
    "joins",
    "oem_css",
    "remarks",
    "private_churn",
    "returns",
    "review",
    "summary",
    "themes",
    "top5",
    "waiting",
)
__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"aftersales.findings.{name}")
    raise written.no_name(__name__, name, __all__)


def __dir__() -> list[str]:
    return sorted(_MODULES)

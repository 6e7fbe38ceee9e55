"""Running notebooks fast: kernels forked from one process that has the imports done.

::

    with kernels.serving():
        kernels.execute("notebooks/master.ipynb", "output/master.ipynb", {"month": "2024-04"})
"""

from importlib import import_module
from typing import Any

_NAMES = {
    "NotebookResult": "aftersales.kernels.execution",
    "Limits": "aftersales.kernels.limits",
    "Total": "aftersales.kernels.limits",
    "NotebookJob": "aftersales.kernels.execution",
    "NAME": "aftersales.kernels.spec",
    "NotebookFailed": "aftersales.kernels.failure",
    "execute": "aftersales.kernels.execution",
    "execute_many": "aftersales.kernels.execution",
    "install": "aftersales.kernels.spec",
    "sharing": "aftersales.kernels.lifetime",
    "prepare": "aftersales.kernels.execution",
    "serving": "aftersales.kernels.lifetime",
}

__all__ = [*_NAMES]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the command answers at once."""
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'aftersales.kernels' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

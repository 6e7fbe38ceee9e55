"""The chapter notebooks.

Running them from the master, what they hand over, their format, and working on them.
"""

from importlib import import_module
from typing import Any

_NAMES = {
    "begin": "aftersales.chapters.notebooks",
    "left_out": "aftersales.chapters.notebooks",
    "run": "aftersales.chapters.notebooks",
    "titles": "aftersales.chapters.notebooks",
}

__all__ = [*_NAMES]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the command answers at once."""
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'aftersales.chapters' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

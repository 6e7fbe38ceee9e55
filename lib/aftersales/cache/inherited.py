"""What a process got ready for those that are forked from it: read once for a report, not once a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_READY: dict[str, Any] = {}
_KEEPING = [False]


@contextmanager
def keeping() -> Iterator[None]:
    """Inside the `with` block, what is read is kept for the processes that will be forked from this one."""
    _KEEPING[0] = True
    try:
        yield
    finally:
        _KEEPING[0] = False


def keep(key: str, value: Any) -> None:
    """Keep what was read, under a key of all that it depends on."""
    if _KEEPING[0]:
        _READY[key] = value


def take(key: str) -> Any:
    """What was got ready under a key, or None; each but once, for whoever asks again may have changed it."""
    return None if _KEEPING[0] else _READY.pop(key, None)

"""What runs that were killed have left goes with the next one, at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from aftersales.cache import store
from aftersales.export import publish, remote
from aftersales.kernels import lifetime


def sweep(out: Path | str) -> None:
    """Remove it where reports are published, from the cache and from the folder for temporary files.

    Of a place that is not on this machine the next upload of a store removes it.
    """
    steps: list[Callable[[], object]] = [remote.sweep, store.tidy, lifetime.sweep]
    if isinstance(out, Path):
        steps.insert(0, partial(publish.sweep, out))
    for one in steps:
        with suppress(OSError):  # a folder that cannot be read; it is no hindrance to this run
            one()

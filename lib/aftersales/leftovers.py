"""What runs that were killed have left goes with the next one, at once."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from aftersales.cache import store
from aftersales.export import publish
from aftersales.kernels import lifetime


def sweep(out: Path) -> None:
    """Remove it where reports are published, from the cache and from the folder for temporary files."""
    for one in (partial(publish.sweep, out), store.tidy, lifetime.sweep):
        with suppress(OSError):  # a folder that cannot be read; it is no hindrance to this run
            one()

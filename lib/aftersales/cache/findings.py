"""The list of findings is made once for a report: the master makes it, the chapters read it.

It depends on every table; a chapter depends on what the list says, and not on the tables behind it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from aftersales.cache import inherited, store

NAME = "findings"  # among the tables that a chapter has read
SNAPSHOT = "AFTERSALES_SNAPSHOT"  # names what was read for one report alone


def made_once(
    month: object,
    of: str,
    hashes: Mapping[str, str],
    make: Callable[[], Any],
    plain: Callable[[Any], Any],
    from_plain: Callable[[Any], Any],
) -> tuple[Any, str]:
    """What was judged of a month and a digest of it; made where it is not cached.

    Parameters
    ----------
    of
        The store.
    plain, from_plain
        What was judged as plain values, for JSON, and back.
    hashes
        Of the tables' content; empty where it is not known, and nothing is cached.
    """
    snapshot, tables = os.environ.get(SNAPSHOT, ""), {k: v for k, v in hashes.items() if k != NAME}
    settings = store.settings(of)
    at = store.folder(NAME) / store.digest([store.program(), settings, str(month), tables, snapshot])
    if hashes and (snapshot or not store.fresh_requested()):
        ready: tuple[Any, str] | None = inherited.take(str(at))
        if ready is not None:
            return ready
        with suppress(Exception):  # of a damaged file anything may come
            data = at.read_bytes()
            ready = from_plain(json.loads(data)), _digest(data)
            inherited.keep(str(at), ready)
            return ready
    found = make()
    data = json.dumps(plain(found), ensure_ascii=False, default=_number).encode()
    if hashes:
        with suppress(OSError):
            store.write(at, data)
            store.sweep(at.parent, "*", store.LIMIT)
            inherited.keep(str(at), (found, _digest(data)))
    return found, _digest(data)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _number(value: Any) -> Any:
    """A number of numpy's as Python's own."""
    return value.item()

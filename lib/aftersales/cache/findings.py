"""The list of findings is made once for a report: the master makes it, the chapters read it.

It depends on every table; a chapter depends on what the list says, and not on the tables behind it.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from aftersales.cache import store

NAME = "findings"  # among the tables that a chapter has read
SNAPSHOT = "AFTERSALES_SNAPSHOT"  # names what was read for one report alone


def made_once(month: object, hashes: Mapping[str, str], make: Callable[[], Any]) -> tuple[Any, str]:
    """What was judged of a month and a digest of it; made where it is not cached.

    Parameters
    ----------
    hashes
        Of the tables' content; empty where it is not known, and nothing is cached.
    """
    snapshot, tables = os.environ.get(SNAPSHOT, ""), {k: v for k, v in hashes.items() if k != NAME}
    at = store.folder(NAME) / store.digest([store.program(), store.settings(), str(month), tables, snapshot])
    if hashes and (snapshot or not store.fresh_requested()):
        with suppress(Exception):  # a damaged pickle may raise anything
            found = pickle.loads(at.read_bytes())
            return found, _digest(found)
    found = make()
    if hashes:
        with suppress(OSError):
            store.write(at, pickle.dumps(found, protocol=5))
            store.sweep(at.parent, "*", store.LIMIT)
    return found, _digest(found)


def _digest(found: Any) -> str:
    return hashlib.sha256(repr(found).encode()).hexdigest()[:32]

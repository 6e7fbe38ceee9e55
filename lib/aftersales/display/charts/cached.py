"""While a report is made, a chart whose function, data and words are unchanged is not drawn again."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

from aftersales.cache import store
from aftersales.display.exhibit import Exhibit

_P = ParamSpec("_P")


def cached(draw: Callable[_P, Exhibit]) -> Callable[_P, Exhibit]:
    """A chart function that first looks whether it has drawn the same before."""

    @wraps(draw)
    def drawn(*args: _P.args, **kwargs: _P.kwargs) -> Exhibit:
        place = _place(draw.__name__, args, kwargs)
        if place is None:
            return draw(*args, **kwargs)
        with suppress(OSError, ValueError):
            found = Exhibit(json.loads(place.read_text(encoding="utf-8")))
            os.utime(place)
            return found
        exhibit = draw(*args, **kwargs)
        with suppress(OSError, ValueError, TypeError):  # what can't be cached is drawn again, no more
            store.write(place, json.dumps(exhibit.payload, ensure_ascii=False, allow_nan=False).encode())
        return exhibit

    return drawn


def _place(name: str, *given: Any) -> Path | None:
    """Where a drawing is cached, by all it depends on; None where it is not."""
    program = os.environ.get(store.PROGRAM)
    if not program:
        return None
    try:
        key = pickle.dumps((program, name, given), protocol=5)
    except Exception:  # an argument that can't be pickled may raise anything
        return None
    return store.folder("drawings") / hashlib.sha256(key).hexdigest()[:32]

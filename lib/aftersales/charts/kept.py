"""While a report is made, a chart whose form, data and words are what they were is not drawn again."""

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

from aftersales import reuse
from aftersales.exhibit import Exhibit

_P = ParamSpec("_P")


def kept(form: Callable[_P, Exhibit]) -> Callable[_P, Exhibit]:
    """A form of chart that looks first whether it has drawn the same before."""

    @wraps(form)
    def drawn(*args: _P.args, **kwargs: _P.kwargs) -> Exhibit:
        place = _place(form.__name__, args, kwargs)
        if place is None:
            return form(*args, **kwargs)
        with suppress(OSError, ValueError):
            found = Exhibit(json.loads(place.read_text(encoding="utf-8")))
            os.utime(place)
            return found
        exhibit = form(*args, **kwargs)
        with suppress(OSError, ValueError, TypeError):  # what can't be kept is drawn again, no more
            reuse.write(place, json.dumps(exhibit.payload, ensure_ascii=False, allow_nan=False).encode())
        return exhibit

    return drawn


def _place(form: str, *given: Any) -> Path | None:
    """Where a drawing is kept, by all it depends on; None where it is not."""
    program = os.environ.get(reuse.PROGRAM)
    if not program:
        return None
    from matplotlib import rcParams

    try:
        told = pickle.dumps((program, form, given, sorted(map(str, dict.items(rcParams)))), protocol=5)
    except Exception:  # an argument that can't be pickled may raise anything
        return None
    return reuse.folder("drawings") / hashlib.sha256(told).hexdigest()[:32]

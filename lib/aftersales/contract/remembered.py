"""Results of pure functions of a table, remembered while the table is there."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    import pandas as pd

P = ParamSpec("P")
R = TypeVar("R")
_RESULTS = 12  # of each function, so that memory does not grow with the months that are asked for


def remembered(
    function: Callable[Concatenate[pd.DataFrame, P], R],
) -> Callable[Concatenate[pd.DataFrame, P], R]:
    """A pure function of a table that remembers its last results.

    A report asks for the same several times: for figures, findings, lists and charts. A table is taken for
    the same only while it is the same object, and nobody changes a table in place.
    """
    known: dict[tuple[Any, ...], tuple[weakref.ref[pd.DataFrame], R]] = {}

    @wraps(function)
    def call(table: pd.DataFrame, /, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (id(table), *(tuple(a) if isinstance(a, list) else a for a in args), *kwargs.items())
        found = known.get(key)
        if found is not None and found[0]() is table:
            return found[1]
        made = function(table, *args, **kwargs)
        while len(known) >= _RESULTS:
            known.pop(next(iter(known)))
        known[key] = (weakref.ref(table), made)
        return made

    return call

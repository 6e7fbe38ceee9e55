"""Results of pure functions of a table, or of a month's tables, remembered while these are there."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    import pandas as pd

    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

P = ParamSpec("P")
R = TypeVar("R")
# Of each function, so that memory does not grow with the months that are asked for.
_RESULTS, _MONTHS = 12, 2


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


def of_a_month(
    function: Callable[[Tables, pd.Period, Params], R],
) -> Callable[[Tables, pd.Period, Params], R]:
    """A pure function of a month's tables that remembers its last results, as `remembered` does.

    The tables that it read are noted as read again.
    """
    known: list[tuple[weakref.ref[Tables], pd.Period, Params, R, set[str]]] = []

    @wraps(function)
    def call(tables: Tables, month: pd.Period, params: Params) -> R:
        for of, when, settings, made, read in known:
            if of() is tables and when == month and settings == params:
                tables.used.update(read)
                return made
        before = set(tables.used)
        tables.used.clear()
        try:
            made = function(tables, month, params)
            known.insert(0, (weakref.ref(tables), month, params, made, set(tables.used)))
        finally:
            tables.used.update(before)
        del known[_MONTHS:]
        return made

    return call

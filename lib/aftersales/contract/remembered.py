"""Results of pure functions of tables, remembered while these are there."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    import pandas as pd

    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

P = ParamSpec("P")
R = TypeVar("R")
# Of each function, so that memory does not grow with the months that are asked for.
_RESULTS, _MONTHS, _IN_A_REPORT = 12, 2, 64


def remembered(function: Callable[P, R], most: int = _RESULTS) -> Callable[P, R]:
    """A pure function of tables that remembers its last results, as many as `most`.

    A report asks for the same several times: for figures, findings, lists and charts. A table is taken for
    the same only while it is the same object, and nobody changes a table in place.
    """
    known: dict[Any, tuple[list[weakref.ref[Any]], R]] = {}

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        tables: list[Any] = []
        key = _key((args, kwargs), tables)
        try:
            found = known.get(key)
        except TypeError:  # something in it can be no key
            return function(*args, **kwargs)
        if found is None or not all(of() is table for of, table in zip(found[0], tables, strict=True)):
            made = function(*args, **kwargs)
            while len(known) >= most:
                known.pop(next(iter(known)))
            found = known[key] = [weakref.ref(table) for table in tables], made
        return found[1]

    return call


_reporting = [False]


def report_begins() -> None:
    """From now on this process, and what is forked from it, makes one report and remembers `in_a_report`."""
    _reporting[0] = True


def in_a_report(function: Callable[P, R]) -> Callable[P, R]:
    """A pure function, most of all of tables, that remembers its last results while a report is made.

    The notebooks of a report ask for the same again and again, and what was counted before they were forked
    they need not count. Anywhere else each call counts: somebody may change a table in place and ask again.
    """
    kept = remembered(function, _IN_A_REPORT)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return cast("R", _own(kept(*args, **kwargs))) if _reporting[0] else function(*args, **kwargs)

    return call


def _key(given: Any, tables: list[Any]) -> Any:
    """What is given as a key; the tables in it are noted."""
    if isinstance(given, (list, tuple)):
        return tuple([_key(one, tables) for one in given])
    if isinstance(given, Mapping):
        return tuple([(name, _key(one, tables)) for name, one in given.items()])
    if hasattr(given, "columns"):
        tables.append(given)
        return id(given)
    return given


def _own(made: Any) -> Any:
    """A result that the caller may change; pandas copies a table when one of its owners does."""
    if isinstance(made, list):
        return [_own(one) for one in made]
    if hasattr(made, "columns") or hasattr(made, "to_frame"):
        return made.copy(deep=False)
    return made.copy() if isinstance(made, dict) else made


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

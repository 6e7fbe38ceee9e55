"""What a report or a notebook starts from: the month's params and one store's tables."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pandas as pd

from aftersales import params, sources
from aftersales.call import parse_month
from aftersales.errors import InputError
from aftersales.params import Params
from aftersales.schema import TABLES
from aftersales.tables import Tables

# A source that is a database URL reaches the notebooks by the name of this variable, never as a text.
_SECRET = "AFTERSALES_SOURCE"
# What `load` has handed out in this process, which is one notebook's.
_HANDED: list[Tables] = []


def get_params(month: object = None) -> Params:
    """The settings for a month: `params/default.yml` with `params/<YYYY-MM>.yml` over it.

    Examples
    --------
    >>> get_params("2024-04").churn_months
    6
    """
    return params.load(month)


def load(source: str | None = None, store: str | None = None, month: object = None) -> Tables:
    """One store's validated tables, personal data masked as the params say.

    Parameters
    ----------
    source
        A folder, a workbook, a database URL, ``demo``, or ``env:NAME`` for a source that the environment
        variable NAME holds; by default that of the params.
    store
        By default that of the params, or the only one of the source.
    month
        Whose params count (``2024-04``); the tables are whole, whatever the month.

    Raises
    ------
    InputError
        Everything that is wrong with the source, in one go.

    Examples
    --------
    >>> tables = load("demo")
    >>> tables.store, len(tables.repair_orders)
    ('示范店', 30971)
    """
    settings = params.load(month)
    tables = sources.cached_load(
        _reveal(source or settings.source),
        store,
        aliases=settings.header_aliases,
        default_store=settings.store,
        masked=settings.mask,
    )
    tables.used.clear()
    _HANDED.append(tables)
    return tables


def reads() -> list[str]:
    """The tables that were read in this process, for the cache of chapters."""
    return sorted({name for tables in _HANDED for name in tables.used})


@dataclass(frozen=True)
class Asked:
    """The report that was asked for, every default filled in."""

    month: pd.Period
    store: str
    lang: str
    tables: Tables
    params: Params
    parameters: dict[str, Any]
    environment: dict[str, str]

    @property
    def meta(self) -> dict[str, Any]:
        """What cover, running heads and document properties need."""
        return {
            "store": self.store,
            "month": str(self.month),
            "lang": self.lang,
            "title": "客户服务月报" if self.lang == "zh" else "Customer service report",
            "synthetic": self.tables.synthetic,
            "masked": self.params.mask,
            "version": version("aftersales"),
        }


def ask(month: str, year: str | None, store: str | None, source: str | None, lang: str | None) -> Asked:
    """Read what is needed to know which report is meant.

    Raises
    ------
    InputError
        The month is none, or the source has nothing in it; the source is bad.
    """
    number, given_year = parse_month(month, year)
    base = params.load(None if given_year is None else f"{given_year}-{number:02d}")
    tables = load(source, store, None if given_year is None else f"{given_year}-{number:02d}")
    there = months_with_records(tables)
    if given_year is None:
        visits = [m for m in _months(tables, "repair_orders") or there if m.month == number]
        if not visits:
            raise InputError(f"month {month}: no month with that number in the source. {_span(there)}")
        period = max(visits)
    else:
        period = pd.Period(year=given_year, month=number, freq="M")
    settings = params.load(period)
    if settings != base:
        tables = load(source, store, period)
        there = months_with_records(tables)
    if period not in there:
        raise InputError(f"month {period}: the source has no record in it for {tables.store}. {_span(there)}")
    told = source or settings.source
    secret = "://" in told
    return Asked(
        month=period,
        store=tables.store,
        lang=lang or settings.lang,
        tables=tables,
        params=settings,
        parameters={
            "month": str(period),
            "store": tables.store,
            "source": f"env:{_SECRET}" if secret else told,
            "lang": lang or settings.lang,
        },
        environment={_SECRET: told} if secret else {},
    )


def months_with_records(tables: Tables) -> list[pd.Period]:
    """The months in which any table has a row, in order."""
    found: set[pd.Period] = set()
    for table in TABLES.values():
        if table.dated_by and table.name != "customers":
            found.update(_months(tables, table.name))
    return sorted(found)


def _months(tables: Tables, table: str) -> list[pd.Period]:
    frame = tables[table]
    if frame is None or frame.empty:
        return []
    dates = frame[TABLES[table].dated_by].dropna()
    if not pd.api.types.is_datetime64_any_dtype(dates):
        return [pd.Period(m, "M") for m in sorted(dates.unique())]
    return [pd.Period(m, "M") for m in dates.dt.to_period("M").unique()]


def _span(there: list[pd.Period]) -> str:
    return f"It has records from {there[0]} to {there[-1]}." if there else "It has no records at all."


def _reveal(source: str) -> str:
    """The source itself, where the params or a notebook name an environment variable for it."""
    if not source.startswith("env:"):
        return source
    name = source.removeprefix("env:")
    if not os.environ.get(name):
        raise InputError(f"source {source}: the environment variable {name} is not set.")
    return os.environ[name]

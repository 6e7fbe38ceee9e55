"""What a report or a notebook starts from: the month's params and one store's tables."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pandas as pd

from aftersales.cache import store as cache
from aftersales.cache import tables as cached_tables
from aftersales.contract import message, months, params, place, store_params, written
from aftersales.contract.archive import Archive
from aftersales.contract.call import parse_month
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message
from aftersales.contract.names import store_key
from aftersales.contract.params import Params
from aftersales.contract.remembered import remembered
from aftersales.contract.schema import TABLES
from aftersales.contract.statistics import EARLIER
from aftersales.contract.tables import Tables
from aftersales.sources import cached, corrections, mirror
from aftersales.sources.options import ReadOptions

# A database URL that was typed reaches the notebooks by the name of this variable, never as a text.
_SECRET = "AFTERSALES_SOURCE"
# What is read of a database for a report is cached under this name, so that all of it is made from the same
# records.
_SNAPSHOT = "AFTERSALES_SNAPSHOT"
# What `load` has handed out in this process, which is one notebook's, and the month that it was asked for.
_HANDED: list[tuple[Tables, pd.Period | None]] = []


def get_params(month: object = None, store: str | None = None) -> Params:
    """The settings for a month and a store: `params/default.yml`, over it `params/<YYYY-MM>.yml`, over both
    `params/stores/<store>.yml`; without a store, that of the params.

    Examples
    --------
    >>> get_params("2024-04").churn_months
    6
    """
    return params.load(None if month is None else with_year(month, None, store), store=store)


def with_year(month: object, source: str | None = None, store: str | None = None) -> pd.Period:
    """A month as people write it; without a year the latest such month of the source, as a report takes it.

    Raises
    ------
    InputError
        It is no month, or the source has none of that number.
    """
    number, year = written.month(month)
    if year is not None:
        return months.parse(month)
    settings = params.load(store=store)
    chosen = _chosen(source, store, settings)
    return _latest(number, str(month), chosen, store, settings, os.environ.get(_SNAPSHOT, ""))


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
        Whose params count (``4``, ``2024-04``, a date; without its year the latest such month). Of a
        database or a folder of Parquet files only what that month's
        report needs is read: one store, the months that lead up to it, the columns that it uses (the others
        are empty); without a month all of it. Files of other kinds are read whole.

    Raises
    ------
    InputError
        Everything that is wrong with the source, in one go; the month has no record of the store, or the
        built-in records would get another store's name.

    Examples
    --------
    >>> tables = load("demo")
    >>> tables.store, len(tables.repair_orders)
    ('示范店', 30971)
    """
    month = None if month is None else with_year(month, source, store)
    settings = get_params(month, store)
    tables = _load(_chosen(source, store, settings), store, month, settings, os.environ.get(_SNAPSHOT, ""))
    if store is None and _has_other_params(tables.store, settings):
        return load(source, tables.store, month)
    return tables


def _has_other_params(store: str, settings: Params) -> bool:
    """Whether a store, which the source named and nobody else, has params of its own that are not these."""
    return (
        store_key(store) != store_key(settings.store)
        and store_params.file_of(store, params.folder()) is not None
    )


def _chosen(source: str | None, store: str | None, settings: Params) -> str:
    """The source that counts, as it was given to a report; where it lies elsewhere, its mirror.

    Its notebooks have a URL, and a mirror, by the name of a variable of our own.
    """
    chosen = source or settings.source
    if not source and store is None and settings.store != place.DEMO_STORE and place.is_demo(chosen):
        raise cached.not_built_in(settings.store)
    return mirror.local(place.behind(chosen) if chosen == f"env:{_SECRET}" else chosen)


def _load(source: str, store: str | None, month: object, settings: Params, snapshot: str) -> Tables:
    """One store's tables.

    A month must have a record in them, or every figure of it would be made of nothing.
    """
    period = None if month is None else months.parse(month)
    first, last = (None, None) if period is None else needed(period, settings)
    tables = cached.cached_load(source, store, read_options(settings, snapshot), first, last)
    if period is not None:
        _check(tables, period, lambda names: _months_from(source, store, settings, names, snapshot))
    tables.used.clear()
    _HANDED.append((tables, period))
    return tables


def check_month(tables: Tables, month: object) -> pd.Period:
    """A month of tables that were read, where it is one that a report can be made of.

    Tables without any record are of no month, and no figure of them is known.

    Raises
    ------
    InputError
        It is no month, none with a record, or it lies beyond the last visit.
    """
    read = set(tables.used)
    period = months.latest(month, _months_in(tables, ["repair_orders"]) or _months_in(tables, _DATED))
    if period is None:
        raise no_such_month(str(month), months_with_records(tables))
    if _months_in(tables, _DATED):
        _check(tables, period, lambda names: _months_in(tables, names))
    tables.used.clear()
    tables.used.update(read)
    return period


def latest_month(tables: Tables) -> pd.Period:
    """The last month with visits, or with any record where no visit exists at all.

    Raises
    ------
    InputError
        The tables have no records.
    """
    found = _months_in(tables, ["repair_orders"]) or _months_in(tables, _DATED)
    if not found:
        raise InputError(
            Message(zh=f"{tables.store}没有任何记录。", en=f"{tables.store} has no records at all.")
        )
    return found[-1]


def _check(tables: Tables, month: pd.Period, existing: Callable[[list[str]], list[pd.Period]]) -> None:
    """That a month has records, and does not lie beyond the last visit.

    Bookings and measures may be of months to come: they are no sign that its visits are there, and without
    these every vehicle would count as lost.
    """
    if not _has_records(tables, month):
        raise _no_records(month, tables.store, _span(existing(list(_DATED))))
    if not _has_records(tables, month, ("repair_orders",)):
        visits = existing(["repair_orders"])
        if visits and month > visits[-1]:
            raise InputError(
                Message(
                    zh=f"月份 {month}：{tables.store}的维修工单只到 {visits[-1]}，以后的月份还不能做报告。",
                    en=f"month {month}: the repair orders of {tables.store} end in {visits[-1]}; "
                    "no report can be made of a later month yet.",
                )
            )


def needed(month: pd.Period, settings: Params) -> tuple[str, str]:
    """First and last month that a report reads.

    A month is held against the 23 before it, and last year's year so far begins as early; the cohort of
    each lies before it, as do the repairs whose cars were back. A year ago has a base of its own.

    >>> needed(pd.Period("2024-04"), get_params())
    ('2021-11', '2024-04')
    """
    back = max(EARLIER + max(settings.churn_months, 1), 12 + settings.base_months - 1)
    return str(month - back), str(month)


def read_options(settings: Params, snapshot: str = "") -> ReadOptions:
    """How the params have a source read."""
    return ReadOptions(
        settings.header_aliases,
        settings.store,
        settings.mask,
        corrections.load(params.folder()),
        snapshot,
        settings.table_names,
        settings.constants,
        settings.value_aliases,
    )


def reads() -> list[str]:
    """The tables that were read in this process, for the cache of chapters."""
    return sorted({name for tables, _ in _HANDED for name in tables.used})


def last_handed() -> tuple[Tables, pd.Period | None] | None:
    """The tables that this process, a notebook's, works on, and the month they were asked for."""
    return _HANDED[-1] if _HANDED else None


def handed_none() -> None:
    """This process is to be as one that has handed out nothing: others will be forked from it."""
    _HANDED.clear()


@dataclass(frozen=True)
class ReportRequest:
    """The requested report, every default filled in."""

    month: pd.Period
    store: str
    lang: str
    tables: Tables
    params: Params
    parameters: dict[str, Any]
    environment: dict[str, str]
    draft: bool = False

    @property
    def meta(self) -> dict[str, Any]:
        """What cover, running headers and document properties need."""
        return {
            "store": self.store,
            "month": str(self.month),
            "lang": self.lang,
            "title": "客户服务月报" if self.lang == "zh" else "Customer service report",
            "synthetic": self.tables.synthetic,
            "masked": self.params.mask,
            "version": version("aftersales"),
        } | ({"draft": True} if self.draft else {})


def ask(
    month: str, year: str | None, store: str | None, source: str | None, lang: str | None
) -> ReportRequest:
    """Read what is needed to know which report is meant.

    Raises
    ------
    InputError
        The month is none, or the source has nothing in it; the source is bad.
    """
    number, given_year = parse_month(month, year)
    base = params.load(None if given_year is None else f"{given_year}-{number:02d}", store=store)
    chosen = _chosen(source, store, base)
    fresh = secrets.token_hex(8) if cache.fresh_requested() else ""
    cached_tables.hold(fresh)
    if given_year is None:
        period = _latest(number, month, chosen, store, base, fresh)
    else:
        period = pd.Period(year=given_year, month=number, freq="M")
    settings = params.load(period, store=store)
    chosen = _chosen(source, store, settings)
    database = place.is_url(chosen)
    mirrored = place.is_elsewhere(source or settings.source)
    # by hand, perhaps with a password; or a path of this machine
    typed = mirrored or (database and not chosen.startswith("env:"))
    snapshot = fresh or (secrets.token_hex(8) if database else "")
    cached_tables.hold(snapshot)
    tables = _load(chosen, store, period, settings, snapshot)
    if store is None and _has_other_params(tables.store, settings):
        if snapshot:
            cached_tables.forget(snapshot)
        return ask(month, year, tables.store, source, lang)
    message.settle(lang or settings.lang)
    return ReportRequest(
        month=period,
        store=tables.store,
        lang=lang or settings.lang,
        tables=tables,
        params=settings,
        parameters={
            "month": str(period),
            "store": tables.store,
            "source": f"env:{_SECRET}" if typed else chosen,
            "lang": lang or settings.lang,
        },
        environment=({_SECRET: chosen} if typed else {}) | ({_SNAPSHOT: snapshot} if snapshot else {}),
    )


def archive(request: ReportRequest, store: str | None = None) -> Archive | None:
    """What identifies the customers in the records of a report; None where it is not masked.

    Parameters
    ----------
    store
        The one that was asked for.

    Raises
    ------
    InputError
        The source has changed since the request, and is bad.
    """
    if not request.params.mask:
        return None
    if request.tables.archive is not None:
        return request.tables.archive
    source = request.environment.get(_SECRET, request.parameters["source"])
    options = read_options(request.params, request.environment.get(_SNAPSHOT, ""))
    return cached.archive(source, store, options, *needed(request.month, request.params))


def unmasked(source: str | None, store: str | None) -> Tables:
    """One store's tables of all months with the personal data as it stands, in memory alone.

    Raises
    ------
    InputError
        The source is bad, or has no such store.
    """
    settings = params.load(store=store)
    tables = cached.read_unmasked(_chosen(source, store, settings), store, read_options(settings))
    if store is None and _has_other_params(tables.store, settings):
        return unmasked(source, tables.store)
    return tables


def ask_unmasked(
    month: str, year: str | None, store: str | None, source: str | None, lang: str | None
) -> tuple[pd.Period, Params, Tables]:
    """The month, its params and one store's tables with the personal data as it stands, for work inside the
    store. They are read into memory alone: no cache has them before or after.

    Raises
    ------
    InputError
        As of `ask`.
    """
    number, given_year = parse_month(month, year)
    settings = params.load(None if given_year is None else f"{given_year}-{number:02d}", store=store)
    chosen = _chosen(source, store, settings)
    tables = cached.read_unmasked(chosen, store, read_options(settings))
    if store is None and _has_other_params(tables.store, settings):
        return ask_unmasked(month, year, tables.store, source, lang)
    there = months_with_records(tables)
    found = [m for m in there if m.month == number and given_year in (None, m.year)]
    if not found:
        raise _no_records(month, tables.store, _span(there))
    visited = [m for m in found if m in _months(tables, "repair_orders")]
    found = visited or [check_month(tables, found[-1])]
    own = params.load(found[-1], store=store)
    message.settle(lang or own.lang)
    if _chosen(source, store, own) != chosen or read_options(own) != read_options(settings):
        tables = cached.read_unmasked(_chosen(source, store, own), store, read_options(own))
    return found[-1], own, tables


def _latest(
    number: int, month: str, source: str, store: str | None, settings: Params, snapshot: str
) -> pd.Period:
    """The latest month of that number with visits, or with any record where no visit exists at all."""
    visits = _months_from(source, store, settings, ["repair_orders"], snapshot)
    existing = visits or _months_from(source, store, settings, list(_DATED), snapshot)
    found = [m for m in existing if m.month == number]
    if not found:
        raise no_such_month(month, _months_from(source, store, settings, list(_DATED), snapshot))
    return max(found)


def no_such_month(asked: str, existing: list[pd.Period]) -> InputError:
    """The error about a month of which the source has nothing."""
    span = _span(existing)
    return InputError(
        Message(
            f"月份 {asked}：来源里没有这样的月份。{span.zh}",
            f"month {asked}: no such month in the source. {span.en}",
        )
    )


def visited(source: str, store: str, settings: Params) -> list[pd.Period]:
    """The months in which a store has visits, in order."""
    return _months_from(source, store, settings, ["repair_orders"], "")


# Tables whose rows lie in a month; a customer's card does not make one.
_DATED = tuple(t.name for t in TABLES.values() if t.dated_by and t.name != "customers")


def _months_from(
    source: str, store: str | None, settings: Params, names: list[str], snapshot: str
) -> list[pd.Period]:
    """The months in which a store has a row in one of those tables, in order.

    Queried where the source allows it.
    """
    options = read_options(settings, snapshot)
    found: set[pd.Period] = set()
    for name in names:
        existing = cached.months(source, store, options, name)
        if existing is None:
            tables = cached.cached_load(source, store, options)
            return _months_in(tables, names)
        found.update(pd.Period(m, "M") for m in existing)
    return sorted(found)


def forget(request: ReportRequest) -> None:
    """Remove what was cached for this report alone, now that it is made."""
    if snapshot := request.environment.get(_SNAPSHOT):
        cached_tables.forget(snapshot)


def months_with_records(tables: Tables) -> list[pd.Period]:
    """The months in which any table has a row, in order."""
    return _months_in(tables, _DATED)


def _months_in(tables: Tables, names: Sequence[str]) -> list[pd.Period]:
    return sorted({m for name in names for m in _months(tables, name)})


def _has_records(tables: Tables, month: pd.Period, names: Sequence[str] = ()) -> bool:
    """Whether any table has a row in a month; the first that has one answers at once."""
    start, end = month.start_time, (month + 1).start_time
    for name in names or _DATED:
        if (frame := tables[name]) is not None:
            dates = frame[TABLES[name].dated_by]
            dated = pd.api.types.is_datetime64_any_dtype(dates)
            if ((dates >= start) & (dates < end) if dated else dates == str(month)).any():
                return True
    return False


def _months(tables: Tables, table: str) -> list[pd.Period]:
    frame = tables[table]
    return [] if frame is None or frame.empty else _months_of(frame, TABLES[table].dated_by or "")


@remembered
def _months_of(frame: pd.DataFrame, dated_by: str) -> list[pd.Period]:
    dates = frame[dated_by].dropna()
    if not pd.api.types.is_datetime64_any_dtype(dates):
        return [pd.Period(m, "M") for m in sorted(dates.unique())]
    return [pd.Period(m, "M") for m in dates.dt.to_period("M").unique()]


def _no_records(month: object, store: str, span: Message) -> InputError:
    return InputError(
        Message(
            f"月份 {month}：来源里没有{store}这个月的任何记录。{span.zh}",
            f"month {month}: the source has no record in it for {store}. {span.en}",
        )
    )


def _span(existing: list[pd.Period]) -> Message:
    if not existing:
        return Message(
            "来源里一条记录也没有：至少要在“维修工单”表里填写工单，其它表没有也可以。",
            "It has no records at all: fill in the repair orders (维修工单) at least; the other tables may "
            "stay empty.",
        )
    first, last = existing[0], existing[-1]
    return Message(f"记录从 {first} 到 {last}。", f"It has records from {first} to {last}.")

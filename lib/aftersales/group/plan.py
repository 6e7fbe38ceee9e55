"""What a group's run has to do: which stores, which month, and what each store's report depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from aftersales.cache import content, store
from aftersales.chapters import notebooks as chapters
from aftersales.contract import params, place, store_params
from aftersales.contract.call import parse_month
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message
from aftersales.contract.names import store_key
from aftersales.contract.params import Params
from aftersales.sources import cached, mirror, shards
from aftersales.sources import load as inputs

# What in the params decides how a source is read.
_READING = ("table_names", "header_aliases", "constants", "value_aliases")


@dataclass(frozen=True)
class StoreJob:
    """A store whose report is to be made.

    Attributes
    ----------
    store
        Its name.
    source
        Where its records are, as it was given; None = as its own params say.
    shard
        A file that has its part of the source; None where it reads the source by itself.
    key
        What its report depends on; None where that can't be known without reading it (a database).
    """

    store: str
    source: str | None
    shard: Path | None
    key: str | None


@dataclass(frozen=True)
class Plan:
    """A month, and the stores in the order of their names."""

    month: pd.Period
    params: Params
    lang: str
    jobs: list[StoreJob]


def plan(
    month: str,
    year: str | None,
    source: str | None,
    lang: str | None,
    into: Path,
    say: Callable[[Message], None],
) -> Plan:
    """Find the stores of a source; one of files that has several is split.

    Parameters
    ----------
    month, year
        ``4``, ``04`` or ``2024-04``; without a year the latest such month that any store has visits in.
    into
        A folder for the shards, which hold personal data.
    say
        Told what takes its time.

    Raises
    ------
    InputError
        The call, the params or the source is bad, or it has no such month.
    """
    number, given = parse_month(month, year)
    settings = params.load(None if given is None else f"{given}-{number:02d}")
    chosen = mirror.local(source or settings.source)
    say(Message("读取数据，按门店拆分", "reading the records, splitting them by store"))
    stores, found = _stores(chosen, settings, into)
    period = pd.Period(year=given, month=number, freq="M") if given else _latest(number, month, found)
    if stores and period not in found:
        raise inputs.no_such_month(str(period), sorted(found))
    settings = params.load(period)
    others = _others(stores, period)
    stores |= dict.fromkeys(_otherwise(stores, period))
    jobs = [StoreJob(n, source, shard, _key(n, chosen, shard, period, lang)) for n, shard in stores.items()]
    jobs += [StoreJob(name, None, None, _key(name, own, None, period, lang)) for name, own in others.items()]
    return Plan(period, settings, lang or settings.lang, sorted(jobs, key=lambda job: job.store))


def _stores(source: str, settings: Params, into: Path) -> tuple[dict[str, Path | None], set[pd.Period]]:
    """The stores of a source, each with its shard where it has one; the months in which any has visits."""
    options = inputs.read_options(settings)
    names = cached.stores_in_parts(source, options)
    if names is None:
        try:
            split = shards.split(source, options, into)
            return dict(split.files), split.months
        except shards.NotSplit:
            names = cached.stores(source, options)
    months: set[pd.Period] = set()
    for name in names:
        months |= set(inputs.visited(source, name, settings))
    return dict.fromkeys(names), months


def _latest(number: int, asked: str, found: set[pd.Period]) -> pd.Period:
    fitting = [month for month in found if month.month == number]
    if not fitting:
        raise inputs.no_such_month(asked, sorted(found))
    return max(fitting)


def _others(stores: dict[str, Path | None], month: pd.Period) -> dict[str, str]:
    """Stores with params and a source of their own, which the group's source need not have."""
    known = {store_key(name) for name in stores}
    found = {}
    for file in store_params.files(params.folder()):
        name = store_params.store_of(file)
        own = params.load(month, store=name)
        if own.origins.get("source") == f"{store_params.FOLDER}/{file.name}":
            stores.pop(next((one for one in stores if store_key(one) == store_key(name)), ""), None)
            found[name] = own.source
        elif store_key(name) not in known:
            raise InputError(
                Message(
                    f"{store_params.name(name)}：来源里没有门店 {name}，这个文件里也没有 `source`。"
                    "请写明它的数据在哪里，或移走这个文件。",
                    f"{store_params.name(name)}: the source has no store {name}, and the file names no "
                    "`source`. Say where its records are, or move the file away.",
                )
            )
    return found


def _otherwise(stores: Iterable[str], month: pd.Period) -> list[str]:
    """The stores whose own params have the source read in another way: their shards are none of theirs."""
    found = []
    for name in stores:
        origins = params.load(month, store=name).origins
        if any(store_params.is_file(of) for key, of in origins.items() if key.partition(".")[0] in _READING):
            found.append(name)
    return found


def _key(name: str, source: str, shard: Path | None, month: pd.Period, lang: str | None) -> str | None:
    """A hash of everything a store's report depends on."""
    if shard is not None:
        with shard.open("rb") as stream:
            state = hashlib.file_digest(stream, "sha256").hexdigest()
    elif place.is_url(source):
        return None
    else:
        state = store.digest([] if place.is_demo(source) else content.of_files(place.path(source)))
    books = [(p.name, content.of(p)) for p in chapters.every()]
    return store.digest([store.program(), store.settings(name), books, str(month), lang, name, state])

"""What all cells of a chapter share.

The month, the store's tables, the params, the language, and whether to mask.

With a context a cell says what is computed and shown, and nothing else::

    chapter = context(month, store, source, lang)
    count, say, show, charts = chapter.room("first_time_fix")
    technicians = count.technicians()
    show.technician_table(technicians, **say.technicians(technicians, count.figures()))
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.cache import findings as cached_findings
from aftersales.cache import inherited
from aftersales.chapters import scraps
from aftersales.contract import message, remembered, written
from aftersales.contract.params import Params
from aftersales.contract.schema import TABLES, label
from aftersales.contract.tables import Tables
from aftersales.metrics import watched
from aftersales.metrics.month import all_figures
from aftersales.metrics.watched import Judged
from aftersales.signals import Finding, sentences
from aftersales.signals.finding import from_plain, ranked
from aftersales.sources.load import get_params, handed_none, load, with_year

# Settings that functions ask for by name.
_SETTINGS = (
    "weights",
    "pt_weights",
    "base_months",
    "churn_months",
    "promised_hours",
    "grace_minutes",
    "return_days",
    "return_km",
    "questionnaire",
    "themes",
    "rate_base",
    "events",
)


_NOTHING = object()


class Bound:
    """A module's functions with what the context knows filled in; what a call names itself comes first."""

    def __init__(self, module: ModuleType, context: Context) -> None:
        self._module, self._context = module, context

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name, _NOTHING)
        if found is _NOTHING:
            functions = [one for one, it in vars(self._module).items() if inspect.isfunction(it)]
            raise written.no_name(self._module.__name__, name, functions)
        return self._context.filled(found) if inspect.isfunction(found) else found

    def __dir__(self) -> list[str]:
        return [name for name in dir(self._module) if not name.startswith("_")]


@dataclass(frozen=True)
class Room:
    """What a chapter works with: figures, sentences, tables and charts; it unpacks in this order."""

    count: Bound
    say: Bound
    show: Bound
    charts: Bound

    def __iter__(self) -> Iterator[Bound]:
        return iter((self.count, self.say, self.show, self.charts))


@dataclass(frozen=True)
class Context:
    """A month of a store, in a language.

    Attributes
    ----------
    month, tables, params, lang
        The report month, the store's tables, the month's settings, ``zh`` or ``en``.
    own
        What was tested in chapters of one's own, where the report hands it on.
    """

    month: pd.Period
    tables: Tables
    params: Params
    lang: str
    own: tuple[Finding, ...] = ()

    if not TYPE_CHECKING:  # to a type checker there is nothing else than what is declared

        def __getattr__(self, name: str) -> Any:
            raise written.no_attribute(self, name)

    def room(self, chapter: str) -> Room:
        """Figures and sentences of a chapter, and the tables and charts, all of this month and in this
        language.

        Parameters
        ----------
        chapter
            Stem of its modules: ``first_time_fix``.
        """
        modules = (
            f"metrics.{chapter}",
            f"findings.{chapter}",
            "display.tables",
            "display.charts",
        )
        return Room(*(self.bound(import_module(f"aftersales.{name}")) for name in modules))

    def bound(self, module: ModuleType) -> Bound:
        """A module's functions, called with this month, language, tables and settings."""
        return Bound(module, self)

    def label(self, codes: str, code: str) -> str:
        """What a code is called in this language."""
        return label(codes, code, self.lang)

    @cached_property
    def judged(self) -> Judged:
        """What was tested in the month, and the limits that charts draw."""
        return judged_once(self.tables, self.month, self.params)

    @property
    def findings(self) -> list[Finding]:
        """Everything that was tested in the month, gravest first."""
        return ranked([*self.judged.findings, *self.own])

    @property
    def values(self) -> dict[tuple[str, str | None], list[float | None]]:
        """The watched values of the last 12 months, by figure and subject."""
        return {about: one.value for about, one in self.judged.limits.items()}

    def with_limits(self, trend: pd.DataFrame, figure: str) -> pd.DataFrame:
        """A trend of a figure with the limits that the findings go by."""
        return watched.with_limits(trend, self.judged.limits.get((figure, None)))

    def past(self, figure: str, column: str = "value") -> pd.DataFrame:
        """A watched figure over 24 months, or as many as there are, with its limits and its signal.

        Parameters
        ----------
        column
            What its values are called.
        """
        found = sentences.find(self.findings, figure, rules=("point", "run"))
        return watched.past(self.judged.past.get((figure, None)), found, self.month, column)

    def target(self, figure: str) -> float | None:
        """The target of a figure, where the params have one."""
        return self.params.targets.get(figure)

    def glue(
        self,
        figures: Mapping[str, Any] | None = None,
        tables: Mapping[str, pd.DataFrame] | None = None,
        notes: Iterable[str] = (),
        **own: Any,
    ) -> None:
        """Hand the chapter's results to the report, masked as the params say.

        `own` are ``records`` and ``rows`` of a chapter of one's own; see `scraps.glue`.
        """
        scraps.glue(figures, tables, notes, masked=self.params.mask, **own)

    def filled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function that takes from the context what a call does not give."""
        asked = inspect.signature(function)

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            given = asked.bind_partial(*args, **kwargs).arguments
            named = [name for name, one in asked.parameters.items() if one.kind is not one.VAR_KEYWORD]
            more = {name: self._known(name) for name in named if name not in given and self._knows(name)}
            return function(*args, **kwargs, **more)

        return call

    @staticmethod
    def _knows(name: str) -> bool:
        return (
            name in TABLES
            or name in _SETTINGS
            or name in ("month", "lang", "params", "tables", "findings", "values")
        )

    def _known(self, name: str) -> Any:
        if name in TABLES:
            return self.tables[name]
        return getattr(self.params if name in _SETTINGS else self, name)


def get_ready(**parameters: Any) -> None:
    """Read and judge a month's records for notebooks that will be forked from this process; see `context`."""
    remembered.report_begins()
    with inherited.keeping():
        ready = context(**parameters)
        _ = ready.judged
    all_figures(ready.tables, ready.month, ready.params)  # in parts, each chapter and the master ask for them
    ready.tables.used.clear()  # a chapter depends on what it reads itself
    handed_none()


def judged_once(tables: Tables, month: pd.Period, params: Params) -> Judged:
    """What was tested in a month, from the cache where another notebook of the report has made it."""
    read = set(tables.used)
    found: Judged
    found, digest = cached_findings.made_once(
        month,
        tables.store,
        tables.hashes,
        lambda: watched.judged(tables, month, params),
        watched.plain,
        watched.from_plain,
    )
    # A chapter depends on what the list says, not on every table behind it.
    tables.used.clear()
    tables.used.update(read | {cached_findings.NAME})
    if tables.hashes:
        tables.hashes[cached_findings.NAME] = digest
    return found


def context(
    month: object,
    store: str | None = None,
    source: str | None = None,
    lang: str | None = None,
    own_findings: Iterable[Mapping[str, Any]] | None = None,
) -> Context:
    """The context of a chapter's cells: records read, params loaded.

    Parameters
    ----------
    month
        ``2024-04``, ``4``, ``2024年4月``, a date; without its year the latest such month of the source.
    store, source, lang
        None: those of the params.
    own_findings
        What was tested in chapters of one's own, as the report hands it to TOP5; None where a notebook is
        run by itself.

    Raises
    ------
    InputError
        The records or the params are bad, or there are none of that month.

    Examples
    --------
    >>> april = context("2024-04", source="demo")
    >>> round(april.room("first_time_fix").count.figures()["ftf.rate"], 4)
    0.9825
    """
    lang = written.language(lang)
    if lang:
        message.speak(lang)  # errors too are told in the notebook's language
    period = with_year(month, source, store)
    tables = load(source, store, period)
    params = get_params(period, tables.store)
    return Context(period, tables, params, lang or params.lang, tuple(from_plain(own_findings or ())))

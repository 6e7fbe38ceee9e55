"""A question's answer: a sentence, a chart and a table; and what every question starts from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.chapters.context import judged_once
from aftersales.contract import formats, written
from aftersales.contract import params as all_params
from aftersales.contract.language import say
from aftersales.display import excel, exhibit
from aftersales.display.exhibit import Exhibit
from aftersales.metrics import watched
from aftersales.metrics.watched import Judged
from aftersales.signals import Finding, sentences
from aftersales.sources import load as inputs

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

SHOWN = 10  # rows of an answer's table that a notebook displays


@dataclass(frozen=True, repr=False)
class Answer:
    """What a question is answered with; as the last line of a cell it displays itself.

    Attributes
    ----------
    sentence
        What was counted, and what may be said of it: a difference only where it was tested.
    table
        All rows, unrounded, codes not labels.
    chart
        An exhibit, for a chapter of one's own too; its numbers are ``chart.data``.
    definitions
        The settings that bear on it: ``param``, ``value``, ``origin`` (a params file, or ``argument``).
    shown
        The first rows of the table as they print.
    """

    sentence: str
    table: pd.DataFrame
    chart: Exhibit
    definitions: pd.DataFrame
    shown: Exhibit
    lang: str = "zh"

    if not TYPE_CHECKING:  # to a type checker there is nothing else than what is declared

        def __getattr__(self, name: str) -> Any:
            raise written.no_attribute(self, name)

    def to_excel(self, path: str | Path) -> Path:
        """Save the table, the sentence and the definitions as a workbook; returns its path."""
        head = say(self.lang, "结论", "Answer")
        sheets = {head: pd.DataFrame({head: [self.sentence]}), str(self.shown.payload["id"]): self.table}
        return excel.save(path, sheets | ({"params": self.definitions} if len(self.definitions) else {}))

    def __repr__(self) -> str:
        settings = [f"  {line}" for line in _told(self.definitions)]
        return "\n".join([self.sentence, *settings, "", repr(self.shown)])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        parts = [one._repr_mimebundle_()["text/html"] for one in (self.chart, self.shown)]
        settings = " · ".join(f"<code>{escape(line)}</code>" for line in _told(self.definitions))
        said = f"<p class='exhibit finding'>{escape(self.sentence)}</p>"
        html = said + "".join(parts) + (f"<p><small>{settings}</small></p>" if settings else "")
        return {"text/html": html, "text/plain": repr(self)}


def _told(definitions: pd.DataFrame) -> list[str]:
    return [f"{key} = {value} ({origin})" for key, value, origin in definitions.itertuples(index=False)]


def settings(params: Params, used: Sequence[str]) -> pd.DataFrame:
    """The settings of those names (with a dot at the end: of that beginning), and where each comes from."""
    whole, begun = {n for n in used if not n.endswith(".")}, tuple(n for n in used if n.endswith("."))
    lines = [
        (key, value, origin or all_params.SHIPPED_ORIGIN)
        for key, value, origin in params.lines()
        if key in whole or (begun and key.startswith(begun))
    ]
    return pd.DataFrame(lines, columns=["param", "value", "origin"], dtype=object)


@dataclass(frozen=True)
class Asked:
    """What a question is about: one store's tables, a month, the settings that count, the language."""

    tables: Tables
    month: pd.Period
    params: Params
    lang: str
    changed: Mapping[str, Any]

    @cached_property
    def judged(self) -> Judged:
        """What was tested in the month, by these settings."""
        if self.params == inputs.get_params(self.month, self.tables.store):
            return judged_once(self.tables, self.month, self.params)
        return watched.judged(self.tables, self.month, self.params)

    @property
    def findings(self) -> list[Finding]:
        """The list of the month."""
        return self.judged.findings

    def before(self, month: object) -> Asked:
        """The same of another month, by that month's own settings but for what the call changed."""
        period = inputs.check_month(self.tables, month)
        theirs = all_params.defined(inputs.get_params(period, self.tables.store), self.changed)
        return Asked(self.tables, period, theirs, self.lang, self.changed)

    def say(self, zh: str, en: str) -> str:
        """A text in the language."""
        return say(self.lang, zh, en)

    def month_name(self, month: pd.Period | None = None) -> str:
        """A month in words."""
        return formats.month(month or self.month, self.lang)


def asked(
    tables: Tables | None,
    month: object,
    params: Params | None,
    lang: str | None,
    definitions: Mapping[str, Any],
    among: Iterable[str] = all_params.DEFINITIONS,
) -> Asked:
    """Every default of a question filled in; `among` are the definitions that bear on it.

    Raises
    ------
    InputError
        It is no month of the tables, no language, or no definition.
    """
    lang = written.language(lang)
    tables = inputs.load(month=month) if tables is None else tables
    period = inputs.latest_month(tables) if month is None else inputs.check_month(tables, month)
    base = params or inputs.get_params(period, tables.store)
    chosen = all_params.defined(base, definitions, among)
    return Asked(tables, period, chosen, lang or base.lang, dict(definitions))


def tested(it: Asked, figure: str) -> str:
    """What the list of the month says of a figure: its signals, that there is none, or that it was not
    tested."""
    watched_as = sentences.WATCHED_AS.get(figure, figure)
    told = sentences.headline(it.findings, [watched_as], "", it.lang).strip()
    silent = not any(one.level == "signal" for one in it.findings if one.figure == watched_as)
    if not told:
        return it.say(
            "这里只作描述：没有检验，不作结论。", "A description: nothing was tested, nothing is concluded."
        )
    if silent:
        return it.say(
            "没有信号：与此前各月相比，本月不超出偶然。",
            "No signal: held against the months before, the month is not beyond chance.",
        )
    return told


def shown(
    it: Asked, frame: pd.DataFrame, columns: Sequence[Any], id: str, title: str, note: str = ""
) -> Exhibit:
    """The first rows of an answer's table as they print; empty columns are left out."""
    from aftersales.display.tables.columns import filled, table

    made = table(frame.head(SHOWN), filled(frame, columns), id=id, title=title, lang=it.lang, note=note)
    if len(frame) > SHOWN and made.payload["kind"] == "table":
        more = it.say(
            f"前{SHOWN}行，共{len(frame):,}行：全部在 .table。",
            f"The first {SHOWN} of {len(frame):,} rows; all are in .table. ",
        )
        made = Exhibit(made.payload | {"note": more + made.payload["note"]})
    return made


def nothing(it: Asked, id: str, reason: str) -> Exhibit:
    """In place of a chart without content."""
    return exhibit.empty(reason, id=id, lang=it.lang)

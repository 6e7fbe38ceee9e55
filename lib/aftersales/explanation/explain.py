"""Where a figure comes from: value, formula, the rows behind it, what is left out, settings and slide."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract import formats, months, written
from aftersales.contract.errors import InputError
from aftersales.contract.figures import FIGURES
from aftersales.contract.message import Message, listed
from aftersales.contract.params import defined
from aftersales.display.tables.records import REPORT_TABLES
from aftersales.explanation import own
from aftersales.explanation.answer import settings
from aftersales.explanation.joined import joined
from aftersales.explanation.lookup import TABLE_ROWS, from_figure, from_row
from aftersales.explanation.provenance import Parts
from aftersales.explanation.view import Explanation
from aftersales.sources import load as inputs

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


def explain(
    name: str,
    tables: Tables | None = None,
    month: object = None,
    *,
    row: Mapping[str, Any] | pd.Series | None = None,
    params: Params | None = None,
    lang: str | None = None,
    **definitions: int,
) -> Explanation:
    """Where a figure, or a row of a table, comes from.

    Parameters
    ----------
    name
        A figure (``ftf.rate``, or its Chinese or English name), or a table (``ftf.technicians``) with `row`.
        A figure of a chapter of one's own is explained in the notebook that glued it, with the `rows` given
        there.
    tables
        By default those of the params' source and store.
    month
        By default the latest month of the tables.
    row
        Which row of the table: its key, as in ``{"technician": "高凯"}``, or a row of the frame itself.
    params, lang
        By default the month's params and their language.
    definitions
        ``churn_months=12`` and other definitions that count for this call alone; ``params`` of what it
        gives says so.

    Returns
    -------
    Explanation
        ``value``, ``formula``, ``numerator``, ``denominator``, ``excluded``, ``params``, ``slide``. Rows
        that name an order or a vehicle have its advisor, customer and amount, too.

    Raises
    ------
    InputError
        There is no such figure, table or row; the message lists those that exist.

    Examples
    --------
    >>> it = explain("ftf.rate", month="2024-04")
    >>> it.display, len(it.numerator), len(it.denominator)
    ('98.25%', 31, 1776)
    >>> explain("ftf.technicians", month="2024-04", row={"technician": "高凯"}).display
    '99.53%'
    """
    lang = written.language(lang)
    glued = own.find(name) if row is None else None
    if glued is not None:
        own.check(glued, tables, month)
        tables, month = tables or glued.tables, glued.month if month is None else month
    else:
        of = None if tables is None else tables.store
        name = _known(name, row, (params or inputs.get_params(month, of)).chapters)
    tables = inputs.load(month=month) if tables is None else tables
    if month is None:
        period = inputs.latest_month(tables)
    else:
        period = months.parse(month) if glued is not None else inputs.check_month(tables, month)
    params = params or inputs.get_params(period, tables.store)
    if row is None and glued is None and (rows := FIGURES[name].rows) is not None:
        params = defined(params, definitions, rows.params)
    else:
        params = defined(params, definitions)
    lang = lang or params.lang
    if glued is not None and glued.figure is not None:
        figure = glued.figure
        parts = Parts("count", glued.numerator, glued.denominator)
        said = (figure.label(lang), figure.formula(lang))
        made = _explanation(
            figure.name, said, glued.value, figure.unit, figure.slide, parts, tables, period, params, lang
        )
        return replace(made, digits=figure.decimals)
    if row is None:
        figure = FIGURES[name]
        parts = from_figure(name, tables, period, params)
        words = (figure.label(lang), figure.formula(lang))
        return _explanation(
            name, words, parts.value(), figure.unit, figure.slide, parts, tables, period, params, lang
        )
    table = REPORT_TABLES[name]
    found = _row(name, row, TABLE_ROWS[name].frame(tables, period, params))
    parts = from_row(name, found, tables, period, params)
    key = table.column(table.key).raw(found[table.key], lang)
    words = (f"{table.label(lang)}{' ' if lang == 'zh' else ': '}{key}", table.formula(lang))
    value = None if formats.missing(found[table.explained]) else found[table.explained]
    return _explanation(
        name, words, value, table.unit, table.slide, parts, tables, period, params, lang, found
    )


def _explanation(
    name: str,
    words: tuple[str, str],
    value: Any,
    unit: str,
    slide: str,
    parts: Parts,
    tables: Tables,
    month: pd.Period,
    params: Params,
    lang: str,
    row: pd.Series | None = None,
) -> Explanation:
    used = [f"targets.{name}", *parts.params]
    return Explanation(
        name=name,
        title=words[0],
        month=month,
        store=tables.store,
        value=value,
        unit=unit,
        formula=words[1],
        numerator=joined(parts.numerator, tables),
        denominator=joined(parts.denominator, tables),
        excluded={
            reason[0 if lang == "zh" else 1]: found
            for reason, rows in parts.excluded.items()
            if len(rows) and (found := joined(rows, tables)) is not None
        },
        params=settings(params, used),
        slide=slide,
        row=row,
        lang=lang,
    )


def _known(name: str, row: object, chapters: Sequence[str]) -> str:
    """The name of a figure or table, from it or from what the report calls it."""
    by_title = {text: key for key, f in FIGURES.items() for text in (f.zh, f.en)}
    name = by_title.get(name, name)
    if row is None and name in FIGURES:
        return name
    if name in TABLE_ROWS:
        if row is None:
            key = REPORT_TABLES[name].key
            raise InputError(
                Message(
                    f'explain：{name} 是一张表；请说明哪一行：row={{"{key}": …}}。',
                    f'explain: {name} is a table; say which row of it: row={{"{key}": …}}.',
                )
            )
        return name
    if row is None and (elsewhere := own.elsewhere(name, chapters)):
        raise InputError(elsewhere)
    there = list(TABLE_ROWS) if row is not None else [*FIGURES, *TABLE_ROWS]
    near_zh, near_en = (
        listed(difflib.get_close_matches(name, [*there, *titles], n=3, cutoff=0.4) or there)
        for titles in ([f.zh for f in FIGURES.values()], [f.en for f in FIGURES.values()])
    )
    zh, en = ("表", "table") if row is not None else ("指标", "figure")
    raise InputError(
        Message(
            f"explain：没有{zh} {name!r}。是不是 {near_zh.zh}？",
            f"explain: no {en} {name!r}. Did you mean {near_en.en}?",
        )
    )


def _row(name: str, request: Mapping[str, Any] | pd.Series, frame: pd.DataFrame) -> pd.Series:
    """The requested row of a table, by its key."""
    key = REPORT_TABLES[name].key
    value = request.get(key)
    found = frame[frame[key].astype(str) == str(value)]
    if found.empty:
        existing = listed(map(str, frame[key].head(20)))
        raise InputError(
            Message(
                f"explain：{name}：给的是 {key} {value!r}；应是其中之一：{existing.zh}。",
                f"explain: {name}: got {key} {value!r}; expected one of {existing.en}.",
            )
        )
    return found.iloc[0]

"""Months of a store, or stores in a month, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract import formats, months, written
from aftersales.contract.columns import Column, col
from aftersales.contract.errors import InputError
from aftersales.contract.figures import FIGURES
from aftersales.contract.message import Message
from aftersales.contract.params import DEFINITIONS
from aftersales.contract.statistics import FEW
from aftersales.display import charts
from aftersales.display.exhibit import Exhibit
from aftersales.explanation.answer import Answer, Asked, asked, nothing, settings, shown
from aftersales.metrics import all_figures, group, watched
from aftersales.signals import sentences
from aftersales.sources import load as inputs

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

# What months are held against each other by; of stores those that are rates.
_SHOWN = (
    *("oem.mot", "css.valid_rate", "css.disappointment_rate_valid", "complaints.per_1000_visits"),
    *("ftf.rate", "ftf.return_rate", "delivery.rate", "booking.rate", "churn.private_rate", "volume.orders"),
)


def side_by_side(
    tables: Tables | None = None,
    *,
    months: Sequence[object] | None = None,
    stores: Sequence[str] | None = None,
    figures: Sequence[str] = (),
    month: object = None,
    source: str | None = None,
    params: Params | None = None,
    lang: str | None = None,
    **definitions: int,
) -> Answer:
    """Months of a store, or stores in a month, side by side: their figures, and what of it is more than
    chance.

    Parameters
    ----------
    tables
        Of the months; by default those of the params' source and store.
    months
        Two or more, as people write them.
    stores
        Two or more of `source`, in `month`.
    figures
        Which, by name or title; by default ten that head the report, of stores the rates among them.
    month
        Of the stores; by default the latest month that all of them have.
    source
        Of the stores; by default that of the params.
    params, lang
        By default those of the last month, and their language.
    definitions
        ``churn_months=12`` and others, for this question alone.

    Returns
    -------
    Answer
        Its table has a row a figure: ``figure`` and a column a month or store; of stores also ``group``,
        the ratio
        of their sums.

    Raises
    ------
    InputError
        Neither or both of `months` and `stores` are given, fewer than two, or there is no such one.

    Examples
    --------
    >>> it = side_by_side(months=["2024-03", "2024-04"], figures=["ftf.rate"])
    >>> it.table.columns.tolist(), len(it.table)
    (['figure', '2024-03', '2024-04'], 1)
    """
    if (
        (months is None) == (stores is None)
        or len(months or stores or ()) < 2
        or isinstance(months or stores, str)
    ):
        raise InputError(
            Message(
                'side_by_side：应给出两个以上的月份，或两家以上的门店：months=["2024-03", "2024-04"] 或 '
                "stores=[…]。",
                'side_by_side: expected two or more months, or two or more stores: months=["2024-03", '
                '"2024-04"] or '
                "stores=[…].",
            )
        )
    names = [_known(name) for name in figures]
    if months is not None:
        return _months(tables, list(months), names, params, lang, definitions)
    return _stores(list(stores or ()), names, month, source, lang, definitions)


def _known(name: str) -> str:
    """The name of a figure, from it or from what the report calls it."""
    titles = {text: key for key, f in FIGURES.items() for text in (f.zh, f.en)}
    if name in FIGURES or name in titles:
        return titles.get(name, name)
    did_you = written.question(written.nearest(name, [*FIGURES, *titles], cutoff=0.0))
    raise InputError(
        Message(
            f"side_by_side：没有指标 {name!r}。{did_you.zh}",
            f"side_by_side: no figure {name!r}.{did_you.en}",
        )
    )


def _months(
    tables: Tables | None,
    given: list[object],
    names: list[str],
    params: Params | None,
    lang: str | None,
    definitions: dict[str, int],
) -> Answer:
    tables = inputs.load() if tables is None else tables
    periods = sorted({inputs.check_month(tables, one) for one in given})
    it = asked(tables, periods[-1], params, lang, definitions)
    names = names or list(_SHOWN)
    values = {m: all_figures(tables, m, it.before(m).params if m != it.month else it.params) for m in periods}
    frame = pd.DataFrame({"figure": names} | {str(m): [values[m][n] for n in names] for m in periods})
    watched_as = {n: sentences.WATCHED_AS.get(n, n) for n in names}
    drawn = {
        n: watched.past(it.judged.past[(w, None)], _found(it, w), it.month, "value")
        for n, w in watched_as.items()
        if (w, None) in it.judged.past
    }
    columns = [col(str(m), it.month_name(m), formats.month(m, "en")) for m in periods]
    title = it.say("各月并列", "Months side by side")
    note = it.say("各月按该月报告的口径。", "Each month by its own report's definitions. ")
    table = shown(
        it, _texts(it, frame), [col("figure", "指标", "Figure"), *columns], "side_by_side", title, note
    )
    used = settings(it.params, [p for n in names for p in _params(n)])
    signals = sentences.changes(it.findings, *dict.fromkeys(watched_as.values()))
    what = it.say(
        f"{formats.join([it.month_name(m) for m in periods], it.lang)}的{len(names)}项指标。",
        f"{len(names)} {'figure' if len(names) == 1 else 'figures'} of "
        f"{formats.join([it.month_name(m) for m in periods], it.lang)}. ",
    )
    if signals:
        told = sentences.joined([sentences.sentence(one, it.lang) for one in signals], it.lang)
        what += it.say(f"{it.month_name()}的信号：{told}。", f"Signals in {it.month_name()}: {told}.")
    else:
        what += it.say(
            f"没有信号：{it.month_name()}与此前各月相比不超出偶然。",
            f"No signal: held against the months before, {it.month_name()} is not beyond chance.",
        )
    goals = {n: it.params.targets.get(n) for n in drawn}
    chart = (
        charts.panels(
            drawn,
            goals,
            id="side_by_side",
            title=it.say("各月与界限", "The months and their limits"),
            subtitle=it.say(f"到{it.month_name()}", f"to {it.month_name()}"),
            lang=it.lang,
            events=it.params.events,
        )
        if drawn
        else nothing(
            it, "side_by_side", it.say("这些指标没有逐月的界限。", "These figures have no limits by month.")
        )
    )
    return Answer(what, frame, chart, used, table, it.lang)


def _found(it: Asked, figure: str) -> Any:
    return sentences.find(it.findings, figure, rules=("point", "run"))


def _params(figure: str) -> tuple[str, ...]:
    rows = FIGURES[figure].rows
    return () if rows is None else tuple(p for p in rows.params if p in DEFINITIONS)


def _texts(it: Asked, frame: pd.DataFrame) -> pd.DataFrame:
    """Figures as the report prints them, each row in its own unit."""
    figures = [FIGURES[name] for name in frame["figure"]]
    columns = {
        c: [formats.figure(v, f, it.lang) for v, f in zip(frame[c], figures, strict=True)]
        for c in frame.columns[1:]
    }
    return pd.DataFrame({"figure": [f.label(it.lang) for f in figures]} | columns)


def _stores(
    stores: list[str],
    names: list[str],
    month: object,
    source: str | None,
    lang: str | None,
    definitions: dict[str, int],
) -> Answer:
    stores = list(dict.fromkeys(stores))
    read = {store: inputs.load(source, store) for store in stores}
    if month is None:
        month = min(inputs.latest_month(tables) for tables in read.values())
    each = {store: asked(tables, month, None, lang, definitions) for store, tables in read.items()}
    it = next(iter(each.values()))
    names = names or [n for n in _SHOWN if n in group.RATES]
    values = {store: all_figures(one.tables, one.month, one.params) for store, one in each.items()}
    long = pd.DataFrame(
        [(store, n, v) for store, found in values.items() for n, v in found.items()],
        columns=["store", "figure", "value"],
    ).astype({"value": float})
    counted = group.counts(long)
    found = group.compared(counted)
    found = found[found["figure"].isin(names)]
    whole = {n: _group(counted, n) for n in names}
    frame = pd.DataFrame(
        {"figure": names}
        | {store: [values[store][n] for n in names] for store in stores}
        | {"group": [whole[n] for n in names]}
    )
    columns: list[Column] = [col(store, store, store) for store in stores]
    title = it.say(f"{len(stores)}家门店并列", f"{len(stores)} stores side by side")
    head = [col("figure", "指标", "Figure"), *columns, col("group", "合计", "Together")]
    note = it.say("合计＝各店总数之比。", "Together: the ratio of the stores' sums. ")
    table = shown(it, _texts(it, frame), head, "side_by_side", title, note)
    used = settings(it.params, [p for n in names for p in _params(n)])
    return Answer(_told(it, stores, found), frame, _dots(it, counted, names, whole), used, table, it.lang)


def _group(counted: pd.DataFrame, figure: str) -> float | None:
    """The ratio of the stores' sums, in the figure's unit; None where it is no rate or has no cases."""
    own = counted[counted["figure"] == figure]
    ratio = months.ratio(float(own["hits"].sum()), float(own["cases"].sum()))
    return None if ratio is None else ratio * (1000 if FIGURES[figure].unit == "per_1000" else 1)


def _told(it: Asked, stores: list[str], found: pd.DataFrame) -> str:
    """Which stores differ from the others together, where chance among all stores and rates does not
    explain it."""
    what = it.say(f"{it.month_name()}，{len(stores)}家门店。", f"{len(stores)} stores in {it.month_name()}. ")
    rows = found[found["named"]].sort_values("adjusted", kind="stable")
    if rows.empty:
        if found["p"].notna().any():
            return what + it.say(
                "没有一家的任何比率与合计之差超出偶然。",
                "No rate of any store differs from all together beyond chance.",
            )
        return what + it.say("样本太少，没有检验。", "Too few cases to test anything.")
    told = []
    for row in rows.to_dict("records"):
        figure = FIGURES[row["figure"]]
        scale = 1000 if figure.unit == "per_1000" else 1
        own, all_of = (formats.figure(row[key] * scale, figure, it.lang) for key in ("rate", "group"))
        told.append(
            it.say(
                f"{row['store']}的{figure.label('zh')}为{own}（n = {row['cases']:,.0f}），合计{all_of}",
                f"{figure.label('en')} of {row['store']}: {own} (n = {row['cases']:,.0f}), together {all_of}",
            )
        )
    return (
        what
        + it.say("超出偶然的差别：", "Beyond chance: ")
        + it.say("；", "; ").join(told)
        + it.say("。", ".")
    )


def _dots(it: Asked, counted: pd.DataFrame, names: list[str], whole: dict[str, float | None]) -> Exhibit:
    """The rate that is asked for first, store by store."""
    known = [n for n in names if (counted.loc[counted["figure"] == n, "cases"] >= FEW).any()]
    if not known:
        return nothing(it, "side_by_side", it.say("没有可画的比率。", "There is no rate to draw."))
    figure = FIGURES[known[0]]
    scale = 1000 if figure.unit == "per_1000" else 100
    rows = counted[(counted["figure"] == figure.name) & (counted["cases"] >= FEW)]
    frame = pd.DataFrame({"label": rows["store"].to_numpy(), "value": (rows["rate"] * scale).to_numpy()})
    together = whole[figure.name]
    limit = None if together is None else together * (1 if scale == 1000 else 100)
    unit = it.say("每千台次", "per 1,000 visits") if scale == 1000 else "%"
    return charts.bars(
        frame,
        id="side_by_side",
        title=figure.label(it.lang),
        subtitle=f"{unit} · {it.month_name()} · " + it.say("竖线：合计", "the line: all together"),
        lang=it.lang,
        strong=0,
        digits=1,
        limit=limit,
    )

"""The summary, the remarks on the data and the definitions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.columns import col
from aftersales.contract.figures import FIGURES
from aftersales.contract.own import Record, figures_with
from aftersales.contract.report_table import ReportTable, records
from aftersales.contract.schema import short_item
from aftersales.display import exhibit, sparks
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table, to_the_right
from aftersales.display.tables.shared import hidden

RECORDS = records(
    ReportTable(
        "comparison",
        "对比",
        "Comparison",
        (
            col("figure", "指标", "Figure", "code", codes="watched"),
            col("current", "本月", "This month", "number", digits=4),
            col("previous", "上月", "Last month", "number", digits=4),
            col("year_ago", "去年同月", "Year ago", "number", digits=4),
            col("ytd", "本年累计", "Year to date", "number", digits=4),
            col("ytd_year_ago", "去年同期累计", "Same months last year", "number", digits=4),
            col("target", "目标", "Target", "number", digits=4),
            col("target_verdict", "对目标", "On target", "code", codes="target_verdict"),
            hidden("low", "95%下限", "95 % low", "number", digits=4),
            hidden("high", "95%上限", "95 % high", "number", digits=4),
        ),
    ),
    ReportTable(
        "findings",
        "信号清单",
        "Findings",
        (
            col("figure", "指标", "Figure", "code", codes="watched"),
            col("subject", "对象", "Subject", "code", codes="subject"),
            col("level", "结论", "Level", "code", codes="finding_level"),
            col("rule", "检验", "Test", "code", codes="finding_rule"),
            col("direction", "方向", "Direction", "code", codes="finding_direction"),
            col("value", "数值", "Value", "number", digits=4),
            col("reference", "参照", "Reference", "number", digits=4),
            col("n", "样本量", "n", "integer"),
            col("z", "z值", "z", "number", digits=2),
            col("p", "p值", "p", "number", digits=4),
            col("since", "起始月", "Since", "month"),
            col("department", "部门", "Department", "code", codes="action_department"),
            col("gain", "预期收益", "Gain", "number"),
            col("unit", "收益单位", "Unit of gain", "code", codes="gain_unit"),
            col("cases", "涉及的单号", "Cases"),
        ),
    ),
    ReportTable(
        "definitions",
        "口径",
        "Definitions",
        (
            col("figure", "指标", "Figure"),
            col("value", "本月", "This month"),
            col("formula", "口径", "Definition"),
        ),
        on_sheet=False,
    ),
)


def finding(sentence: str, lang: str = "zh", role: str = "finding", short: str = "") -> Exhibit:
    """A finding in words; `short` says it where there is room for a few."""
    return exhibit.text(sentence, lang=lang, role=role, short=short)


def key_figures(cards: Iterable[Mapping[str, Any]], title: str, lang: str = "zh", note: str = "") -> Exhibit:
    """The key figures of the summary, each with its interval against the target and its months drawn.

    Parameters
    ----------
    note
        What is drawn, where it is not that.
    """
    drawn = [
        {**card, "interval_svg": sparks.interval(card), "months_svg": sparks.months(card)} for card in cards
    ]
    return exhibit.cards(drawn, id="summary.cards", title=title, lang=lang, note=note)


def mot_steps(items: pd.DataFrame, title: str, total: str, alt: str, lang: str = "zh") -> Exhibit | None:
    """Where the change of MOT comes from, small, for the first page; None where it cannot be told.

    Parameters
    ----------
    items
        ``item`` and ``contribution`` of the ten MOT items.
    total
        What the last bar is called.
    """
    both = items.dropna(subset=["contribution"]).astype({"contribution": float})
    if both.empty:
        return None
    both = both.sort_values("contribution", ascending=False, kind="stable")
    values = both["contribution"].tolist()
    labels = [short_item(item, lang) for item in both["item"]]
    *shown, sum_ = (formats.signed(value, 2, lang) for value in [*values, math.fsum(values)])
    drawn = sparks.steps(labels, values, (total, sum_), shown)
    alt += ("；" if lang == "zh" else "; ").join(f"{a} {b}" for a, b in zip(labels, shown, strict=True))
    return exhibit.picture(
        lambda _: drawn,
        id="summary.mot",
        role="waterfall",
        title=title,
        subtitle="",
        alt=alt,
        data=pd.DataFrame({"item": labels, "contribution": values}),
        lang=lang,
        mail=True,
    )


def changes(items: Iterable[Mapping[str, Any]], role: str, title: str, lang: str = "zh") -> Exhibit | None:
    """What got better, what got worse, what holds for the rest; None where a list is empty."""
    items = list(items)
    if not items:
        return None
    return exhibit.list_(items, id=f"summary.{role}", title=title, lang=lang, role=role)


def decisions(items: Iterable[Mapping[str, Any]], role: str, title: str, lang: str = "zh") -> Exhibit:
    """What needs a decision."""
    items = list(items)
    if not items:
        items = [{"text": "无" if lang == "zh" else "Nothing"}]
    return exhibit.list_(items, id=f"summary.{role}", title=title, lang=lang, role=role)


def note_list(notes: Iterable[str], **words: Any) -> Exhibit:
    """The report's own remarks on the data."""
    lang = words["lang"]
    items = [{"text": n} for n in notes]
    if not items:
        return exhibit.empty(
            "数据没有需要说明之处。" if lang == "zh" else "There is nothing to remark on the data.",
            id="notes",
            lang=lang,
        )
    return exhibit.list_(items, id="notes", title=words.get("title", ""), lang=lang, role="note")


def comparison_table(frame: pd.DataFrame, names: Iterable[str], **words: Any) -> Exhibit:
    """Figures beside last month, a year ago and the years so far, each printed as it is everywhere else."""
    lang, wanted = words["lang"], set(names)
    amounts = ("current", "previous", "year_ago", "ytd", "ytd_year_ago", "target")
    rows = []
    for row in frame[frame["figure"].isin(wanted)].to_dict("records"):
        figure = FIGURES[row["figure"]]
        shown = {key: formats.figure(row[key], figure, lang) for key in amounts}
        rows.append({"figure": figure.label(lang), **shown, "target_verdict": row["target_verdict"]})
    columns = [
        replace(column, form="text") if column.key in amounts else column
        for column in RECORDS["comparison"].on_page
    ]
    return to_the_right(
        table(pd.DataFrame(rows), columns, id="comparison", most=len(rows), wide=True, **words), *amounts
    )


def definitions(
    figures: Mapping[str, Any],
    records: Sequence[Record] = (),
    parts: Mapping[str, str] | None = None,
    **words: Any,
) -> Exhibit:
    """What each figure means (口径), with its value; `records` are those of chapters of one's own.

    `parts` says of a figure that holds two things how many each are.
    """
    lang, beside = words["lang"], parts or {}
    rows = [
        [
            figure.label(lang),
            formats.figure(figures.get(name), figure, lang) + beside.get(name, ""),
            figure.formula(lang),
        ]
        for name, figure in figures_with(records).items()
    ]
    columns = RECORDS["definitions"].on_page
    frame = pd.DataFrame(rows, columns=[column.key for column in columns])
    return to_the_right(table(frame, columns, id="definitions", most=len(rows), **words), "value")

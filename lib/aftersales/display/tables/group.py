"""A group's overview as tables: a row a store, who moved, what the data are worth, who has no report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.columns import Column, col, from_figure
from aftersales.contract.figures import FIGURES
from aftersales.contract.statistics import FEW
from aftersales.display import exhibit, sparks
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table

# Glyph of each verdict on a target, so that it never stands by colour alone.
VERDICTS = {"met": "✓", "missed": "✗", "undecided": "○"}
# Rates that a portrait page has no room for; the page has them all.
_PAGE_ALONE = ("css.valid_rate", "ftf.return_rate", "complaints.per_1000_visits")
_STORE = col("store", "门店", "Store")
_P = {"digits": 4}


def store_table(
    stores: pd.DataFrame,
    figures: pd.DataFrame,
    shown: Sequence[str],
    signals: Mapping[str, str],
    targets: pd.DataFrame,
    trend: pd.DataFrame,
    **words: Any,
) -> Exhibit:
    """A row a store: targets, key figures with their intervals, a small line, its own signals, a link.

    Parameters
    ----------
    stores
        ``store``, ``href``, ``made``, ``reason``.
    figures
        ``store``, ``figure``, ``value``, ``low``, ``high``, ``verdict``, of stores with a report.
    shown
        The figures that have a column.
    signals
        Each store's own signals, as told.
    targets
        ``store``, ``met``, ``missed``, ``undecided``.
    trend
        A row a store, a column a month: the small line.
    """
    lang = words["lang"]
    zh = lang == "zh"
    own = {(row.store, row.figure): row for row in figures.itertuples(index=False)}
    judged = targets.set_index("store")
    lines = sparks.lines(trend)
    figure_columns = [_figure_column(name, lang) for name in shown]
    columns: list[dict[str, Any]] = [
        _STORE.head(lang),
        {"key": "targets", "label": "目标" if zh else "Targets", "type": "integer", "sortable": True},
        {
            "key": "signals",
            "label": "自己的信号" if zh else "Own signals",
            "type": "text",
            "sort": "number",
            "sortable": True,
        },
        *figure_columns,
        {
            "key": "months",
            "label": "准时交车12个月" if zh else "On time, 12 months",
            "type": "svg",
            "paper": False,
        },
    ]
    rows, display, tone = [], [], {}
    for r, one in enumerate(stores.itertuples()):
        name = formats.cut(one.store, lang, formats.NAME)
        if not one.made:
            failed = ("✗ 没有报告：" if zh else "✗ No report: ") + formats.cut(one.reason, lang, 160)
            rows.append([one.store, *[None] * (len(columns) - 1)])
            display.append([name, formats.NONE, failed, *[formats.NONE] * (len(columns) - 3)])
            tone[f"{r},2"] = "worse"
            continue
        cells = [_figure_cell(own, one.store, figure, lang) for figure in shown]
        count, told = _targets(judged, one.store)
        text = signals.get(one.store, "")
        rows.append([one.store, count, text.count("\n") + bool(text), *(raw for raw, _ in cells), None])
        display.append(
            [name, told, text or formats.NONE, *(cell for _, cell in cells), lines.get(one.store, "")]
        )
    links = {f"{r},0": one.href for r, one in enumerate(stores.itertuples()) if one.href}
    made = exhibit.table(
        columns, rows, display, id="group.stores", tone=tone, links=links, searched=True, **words
    )
    made.payload["whole"] = True  # on paper too every store is there
    return made


def _figure_column(name: str, lang: str) -> dict[str, Any]:
    head = from_figure(FIGURES[name], name).head("en" if lang == "en" else "zh")
    return head | ({"paper": False} if name in _PAGE_ALONE else {})


def _figure_cell(
    own: Mapping[tuple[str, str], Any], store: str, name: str, lang: str
) -> tuple[float | None, str]:
    """A figure with its verdict, and its interval below; of few cases their number alone."""
    row, figure = own.get((store, name)), FIGURES[name]
    if row is None or formats.missing(row.value):
        return None, formats.NONE
    base = own.get((store, figure.base))
    if figure.unit in ("rate", "per_1000") and base is not None and base.value < FEW:
        return None, f"n = {formats.count(base.value)}"
    shown, low, high = (
        formats.figure(value, figure, lang).removesuffix("%") for value in (row.value, row.low, row.high)
    )
    glyph = VERDICTS.get(row.verdict or "", "")
    below = "" if formats.missing(row.low) else f"\n{low}–{high}"
    return float(row.value), f"{glyph} {shown}".strip() + below


def _targets(judged: pd.DataFrame, store: str) -> tuple[int | None, str]:
    """How many targets are missed, to sort by; all three numbers, to read."""
    if store not in judged.index:
        return None, formats.NONE
    row = judged.loc[store]
    missed, undecided, met = (f"{VERDICTS[v]} {row[v]}" for v in ("missed", "undecided", "met"))
    return int(row["missed"]), f"{missed}\n{undecided} {met}"


def change_table(
    moved: pd.DataFrame, told: Sequence[str], stores: pd.DataFrame, nothing: str, **words: Any
) -> Exhibit:
    """Who moved beyond chance and since when; `told` is each change in a sentence."""
    columns = [
        _STORE,
        col("direction", "方向", "Direction", "code", codes="finding_direction"),
        col("since", "起始月", "Since", "month"),
        col("change", "变化", "Change"),
        col("z", "z值", "z", "number", digits=1),
        col("adjusted", "校正后p", "p adjusted", "number", **_P),
    ]
    rows = moved[moved["named"]].assign(change=list(told))
    made = table(
        rows, columns, id="group.changes", most=max(len(rows), 1), nothing=(nothing, nothing), **words
    )
    for cells in made.payload.get("display", []):
        cells[-1] = "<0.0001" if cells[-1] == "0.0000" else cells[-1]
    return _linked(made, rows["store"], stores)


def quality_table(
    quality: pd.DataFrame,
    loose: Sequence[str],
    lacking: Sequence[str],
    stores: pd.DataFrame,
    nothing: str,
    **words: Any,
) -> Exhibit:
    """What each store's data are worth; `loose` and `lacking` are its links and missing rates in words."""
    columns = [
        _STORE,
        col("links", "表间关联", "Links"),
        col("wrong", "勾稽不一致", "Do not agree", "integer"),
        col("suspicious", "勾稽可疑", "Suspicious", "integer"),
        col("lacking", "不能比较", "Not comparable"),
        col("notes", "数据说明", "Remarks", "integer"),
    ]
    rows = quality.assign(links=list(loose), lacking=list(lacking))
    marked = {f"{r},1": "worse" for r, links in enumerate(quality["loose"]) if links}
    made = table(
        rows,
        columns,
        id="group.quality",
        most=max(len(rows), 1),
        tone=marked,
        nothing=(nothing, nothing),
        **words,
    )
    return _linked(made, rows["store"], stores)


def failed_table(stores: pd.DataFrame, nothing: str, **words: Any) -> Exhibit:
    """The stores without a report, and why."""
    columns: list[Column] = [_STORE, col("reason", "原因", "Reason")]
    rows = stores[~stores["made"]]
    return table(
        rows, columns, id="group.failed", most=max(len(rows), 1), nothing=(nothing, nothing), **words
    )


def _linked(made: Exhibit, names: pd.Series, stores: pd.DataFrame) -> Exhibit:
    """A table whose rows lead to the stores' reports and are searched."""
    if made.payload["kind"] != "table":
        return made
    hrefs = stores.set_index("store")["href"]
    links = {f"{r},0": str(hrefs[name]) for r, name in enumerate(names)}
    return Exhibit(made.payload | {"links": links, "searched": True})


def several(exhibits: Sequence[Exhibit]) -> None:
    """Show exhibits one after the other."""
    from IPython.display import display

    display(*exhibits)  # type: ignore[no-untyped-call]

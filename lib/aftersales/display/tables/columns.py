"""A frame as a table exhibit: what each column is called and how its cells print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract.columns import Column
from aftersales.contract.report_tables import table_record
from aftersales.contract.statistics import FEW
from aftersales.display import exhibit
from aftersales.display.exhibit import Exhibit


def table(
    frame: pd.DataFrame | None,
    columns: Sequence[Column],
    *,
    id: str,
    title: str,
    lang: str = "zh",
    subtitle: str = "",
    note: str = "",
    emphasis: Iterable[int] = (),
    tone: Mapping[str, str] | None = None,
    wide: bool = False,
    sheet: str = "",
    role: str | None = None,
    nothing: tuple[str, str] = ("本月没有记录。", "There are no records for this month."),
) -> Exhibit:
    """Any frame as a table exhibit.

    Parameters
    ----------
    frame : DataFrame or None
        One row a row; an empty one gives a sentence instead, `nothing`.
    columns : sequence of Column
        The columns to display, in order.

    Examples
    --------
    >>> from aftersales.contract.columns import col
    >>> frame = pd.DataFrame({"technician": ["高凯"], "jobs": [214]})
    >>> table(frame, [col("technician", "技师", "Technician"), col("jobs", "台次", "Jobs", "integer")],
    ...       id="mine", title="台次")
    台次
    技师	台次
    高凯	214
    """
    if frame is None or frame.empty:
        return exhibit.empty(nothing[0 if lang == "zh" else 1], id=id, lang=lang, title=title)
    values = frame.reindex(columns=[c.key for c in columns]).astype(object).to_numpy().tolist()
    rows = [[column.raw(value, lang) for column, value in zip(columns, row, strict=True)] for row in values]
    display = [
        [column.cell(value, lang) for column, value in zip(columns, row, strict=True)] for row in values
    ]
    return exhibit.table(
        [c.head(lang) for c in columns],
        rows,
        display,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        lang=lang,
        emphasis=emphasis,
        tone=tone,
        wide=wide,
        sheet=sheet or (title[:31]),
        role=role,
    )


def rate_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Counts and shares by code, as the record of the table has them; of few cases no share."""
    columns = table_record(words["id"]).on_page
    counted = next(column.key for column in columns if column.bar)
    if frame[counted].sum() < FEW:
        frame = frame.assign(share=None)
    return table(frame, columns, **words)


def filled(frame: pd.DataFrame, columns: Sequence[Column]) -> list[Column]:
    """The columns that are not empty in all rows, as they are when a table is missing from the source."""
    return [column for column in columns if column.key not in frame or frame[column.key].notna().any()]


def listed(
    frame: pd.DataFrame, id: str, most: int = 20, of: str = "", lang: str = "zh", **words: Any
) -> Exhibit:
    """A table as its record has it; a long one is cut and says so.

    Parameters
    ----------
    most
        Rows that are shown; the workbook has all.
    of
        The column of cases: of few of them a row has no rate, of few in all no row has a share.
    """
    if len(frame) and of:
        rows = frame.astype(object)
        rates = [c for c in ("rate", "low", "high") if c in rows]
        rows.loc[rows[of].astype(float) < FEW, rates] = None
        if "share" in rows and frame[of].sum() < FEW:
            rows["share"] = None
        frame = rows
    if len(frame) > most:
        cut = (f"此处列出前{most}条，全部在工作簿中。", f"The first {most} are shown; the workbook has all. ")
        words["note"] = cut[0 if lang == "zh" else 1] + words.get("note", "")
    return table(frame.head(most), table_record(id).on_page, id=id, lang=lang, **words)

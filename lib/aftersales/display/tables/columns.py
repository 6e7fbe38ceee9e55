"""A frame as a table exhibit: what each column is called and how its cells print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from aftersales.contract.columns import Column
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
    nothing: tuple[str, str] = ("没有可列的内容。", "There is nothing to list."),
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


def to_the_right(made: Exhibit, *keys: str) -> Exhibit:
    """A table whose columns of those keys, amounts that are printed already, stand right."""
    for column in made.payload.get("columns", []):
        if column["key"] in keys:
            column["align"] = "right"
    return made


def filled(frame: pd.DataFrame, columns: Sequence[Column]) -> list[Column]:
    """The columns that are not empty in all rows, as they are when a table is missing from the source."""
    return [column for column in columns if column.key not in frame or frame[column.key].notna().any()]

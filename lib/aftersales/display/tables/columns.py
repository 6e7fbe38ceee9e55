"""A frame as a table exhibit: what each column is called and how its cells print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.columns import Column
from aftersales.display import exhibit
from aftersales.display.exhibit import Exhibit

# Rows that are shown of a long table; a large store's people are all shown.
MOST, MOST_PEOPLE = 50, 100
_PEOPLE = ("advisor", "technician")


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
    fixed: Sequence[int] = (),
    most: int = MOST,
    glued: bool = False,
    nothing: tuple[str, str] = ("没有可列的内容。", "There is nothing to list."),
) -> Exhibit:
    """Any frame as a table exhibit; of a long one the first rows are shown, and where all are.

    Parameters
    ----------
    frame : DataFrame or None
        One row a row; an empty one gives a sentence instead, `nothing`.
    columns : sequence of Column
        The columns to display, in order.
    sheet
        What the workbook's sheet of it is called; by default as its title.
    fixed
        Indexes of the rows, totals, that stay at the end however the others are sorted.
    most
        Rows that are shown; of advisors and technicians a hundred.
    glued
        The workbook has the table from what its chapter glues, so that the exhibit need not hold what it
        does not show.

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
    most = max(most, MOST_PEOPLE) if columns and columns[0].key in _PEOPLE else most
    sheet = sheet or title[:31]
    if len(frame) > most:
        note = cut_note(most, len(frame), sheet, lang) + note
    held = frame.head(most) if glued else frame
    values = held.reindex(columns=[c.key for c in columns]).astype(object).to_numpy().tolist()
    rows = [[column.raw(value, lang) for column, value in zip(columns, row, strict=True)] for row in values]
    display = [
        [column.cell(value, lang) for column, value in zip(columns, row, strict=True)] for row in values
    ]
    for cells in display:  # the first names its row, and stays in sight on a phone
        cells[0] = formats.cut(cells[0], lang, formats.NAME)
    made = exhibit.table(
        [c.head(lang) for c in columns],
        rows[:most],
        display[:most],
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        lang=lang,
        emphasis=emphasis,
        tone=tone,
        wide=wide,
        sheet=sheet,
        role=role,
        fixed=fixed,
        rest=(rows[most:], display[most:]),
    )
    made.payload["count"] = len(frame)  # of all rows, also of those that the exhibit does not hold
    return made


def cut_note(most: int, count: int, sheet: str, lang: str) -> str:
    """How many rows of a table are shown, and where all of them are."""
    if lang == "zh":
        return f"此处列出前{most}条，共{count:,}条，全部见工作簿tables.xlsx的“{sheet}”表。"
    return f"The first {most} of {count:,} are shown; all are in sheet “{sheet}” of tables.xlsx. "


def to_the_right(made: Exhibit, *keys: str) -> Exhibit:
    """A table whose columns of those keys, amounts that are printed already in mixed units, stand right."""
    for column in made.payload.get("columns", []):
        if column["key"] in keys:
            column["align"] = "right"
    return mixed_units(made, *keys)


def mixed_units(made: Exhibit, *keys: str) -> Exhibit:
    """A table whose columns of those keys hold each row's own unit: to sort by them would say nothing."""
    for column in made.payload.get("columns", []):
        if column["key"] in keys:
            column["sortable"] = False
    return made


def filled(frame: pd.DataFrame, columns: Sequence[Column]) -> list[Column]:
    """The columns that are not empty in all rows, as they are when a table is missing from the source."""
    return [column for column in columns if column.key not in frame or frame[column.key].notna().any()]

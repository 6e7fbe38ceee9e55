"""A frame as a table exhibit: what each column is called and how its cells print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from aftersales import exhibit, formats
from aftersales import schema as s
from aftersales.exhibit import Exhibit
from aftersales.statistics import FEW

# Status in a glyph and a word, so that it never stands by colour alone.
GLYPHS = {"done": "✓", "in_progress": "◐", "not_started": "○", "closed": "✓", "open": "◐",
          "consistent": "✓", "rounding": "≈", "inconsistent": "✗"}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of a display table.

    Attributes
    ----------
    form
        ``text``, ``integer``, ``number``, ``percent``, ``change``, ``date``, ``datetime``, ``month``, ``flag``,
        or ``code`` and ``status`` for values of the code set `codes`.
    """

    key: str
    zh: str
    en: str
    form: str = "text"
    digits: int = 1
    unit_zh: str = ""
    unit_en: str = ""
    codes: str = ""
    group_zh: str = ""
    group_en: str = ""
    bar: bool = False

    def head(self, lang: str) -> dict[str, Any]:
        """The column as the payload has it."""
        unit = self.unit_zh if lang == "zh" else self.unit_en
        kind = {"code": "text", "flag": "text"}.get(self.form, self.form)
        head = {
            "key": self.key,
            "label": self.zh if lang == "zh" else self.en,
            "type": kind,
            "sortable": True,
        }
        if unit or self.form == "percent":
            head["unit"] = unit or "%"
        if self.form in ("number", "percent", "change"):
            head["digits"] = self.digits
        if self.group_zh:
            head["group"] = self.group_zh if lang == "zh" else self.group_en
        return head | ({"bar": True} if self.bar else {})

    def cell(self, value: Any, lang: str) -> str:
        """A value as it prints."""
        if formats.missing(value):
            return formats.NONE
        prints: dict[str, Callable[[], str]] = {
            "integer": lambda: formats.count(value),
            "number": lambda: formats.number(value, self.digits),
            "percent": lambda: formats.percent(value, self.digits, sign=False),
            "change": lambda: formats.change(value, self.digits, lang),
            "date": lambda: formats.short_date(value, lang),
            "datetime": lambda: str(value)[5:16],
            "month": lambda: formats.month(value, lang),
            "code": lambda: s.label(self.codes, value, lang),
            "status": lambda: status(value, self.codes, lang),
            "flag": lambda: ("是" if value else "否") if lang == "zh" else ("yes" if value else "no"),
        }
        return prints.get(self.form, lambda: formats.text(value))()


def status(code: str, codes: str, lang: str) -> str:
    """A status as glyph and word.

    >>> status("done", "action_status", "zh")
    '✓ 完成'
    """
    return f"{GLYPHS.get(str(code), '')} {s.label(codes, code, lang)}".strip()


def col(key: str, zh: str, en: str, form: str = "text", **more: Any) -> Column:
    """A column, in short: ``col("jobs", "维修台次", "Jobs", "integer")``."""
    return Column(key, zh, en, form, **more)


def table(
    frame: pd.DataFrame | None, columns: Sequence[Column], *, id: str, title: str, lang: str = "zh", subtitle: str = "",
    note: str = "", emphasis: Iterable[int] = (), tone: Mapping[str, str] | None = None, wide: bool = False,
    sheet: str = "", role: str | None = None, nothing: tuple[str, str] = ("本月没有记录。", "There are no records for this month."),
) -> Exhibit:  # fmt: skip
    """Any frame as a table exhibit.

    Parameters
    ----------
    frame : DataFrame or None
        One row a row; an empty one gives a sentence instead, `nothing`.
    columns : sequence of Column
        What is shown of it, in order.

    Examples
    --------
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
    rows = [[_raw(column, value, lang) for column, value in zip(columns, row, strict=True)] for row in values]
    display = [
        [column.cell(value, lang) for column, value in zip(columns, row, strict=True)] for row in values
    ]
    return exhibit.table(
        [c.head(lang) for c in columns], rows, display, id=id, title=title, subtitle=subtitle, note=note, lang=lang,
        emphasis=emphasis, tone=tone, wide=wide, sheet=sheet or (title[:31]), role=role,
    )  # fmt: skip


def rate_table(frame: pd.DataFrame, key: str, codes: str, **words: Any) -> Exhibit:
    """Counts and shares by code, with last month where the frame has it."""
    columns = [col(key, "类别", "Category", "code", codes=codes)]
    if "previous" in frame:
        columns.append(col("previous", "上月", "Last month", "integer"))
    count = "current" if "current" in frame else "count"
    columns += [
        col(
            count,
            "本月" if "previous" in frame else "数量",
            "This month" if "previous" in frame else "Count",
            "integer",
            bar=True,
        ),
        col("share", "占比", "Share", "percent"),
    ]
    if frame[count].sum() < FEW:
        frame = frame.assign(share=None)
    return table(frame, columns, **words)


def told(frame: pd.DataFrame, columns: Sequence[Column]) -> list[Column]:
    """The columns in which at least one row has something: where a source lacks a table, there is nothing to compare."""
    return [column for column in columns if column.key not in frame or frame[column.key].notna().any()]


def _raw(column: Column, value: Any, lang: str) -> Any:
    """What a cell is sorted by and the workbook holds; a code as its name."""
    if formats.missing(value):
        return None
    return s.label(column.codes, value, lang) if column.form in ("code", "status") else value

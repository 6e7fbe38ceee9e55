"""A column of a report's table: what it is called, in which unit, how a cell prints, which codes it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aftersales.contract import formats
from aftersales.contract import schema as s
from aftersales.contract.figures import UNITS, Figure
from aftersales.contract.schema import Lang

# Status in a glyph and a word, so that it never stands by colour alone.
GLYPHS = {
    "done": "✓",
    "in_progress": "◐",
    "not_started": "○",
    "closed": "✓",
    "open": "◐",
    "consistent": "✓",
    "rounding": "≈",
    "inconsistent": "✗",
}


FORMS = (
    "text",
    "integer",
    "number",
    "percent",
    "change",
    "date",
    "datetime",
    "month",
    "flag",
    "code",
    "status",
)


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    form
        ``text``, ``integer``, ``number``, ``percent``, ``change``, ``date``, ``datetime``, ``month``,
        ``flag``, or ``code`` and ``status`` for values of the code set `codes`.
    on_page
        Page and paper show it; else the workbook alone.
    on_paper
        Paper shows it too, where it is on the page.
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
    on_page: bool = True
    on_paper: bool = True

    def label(self, lang: Lang) -> str:
        """Its head in a language."""
        return self.zh if lang == "zh" else self.en

    def unit(self, lang: Lang) -> str:
        """Its unit in a language."""
        return (self.unit_zh if lang == "zh" else self.unit_en) or ("%" if self.form == "percent" else "")

    def head(self, lang: Lang) -> dict[str, Any]:
        """The column as an exhibit's payload has it."""
        kind = {"code": "text", "flag": "text"}.get(self.form, self.form)
        head = {"key": self.key, "label": self.label(lang), "type": kind, "sortable": True}
        if unit := self.unit(lang):
            head["unit"] = unit
        if self.form in ("number", "percent", "change"):
            head["digits"] = self.digits
        if self.group_zh:
            head["group"] = self.group_zh if lang == "zh" else self.group_en
        if not self.on_paper:
            head["paper"] = False
        return head | ({"bar": True} if self.bar else {})

    def cell(self, value: Any, lang: Lang) -> str:
        """A value as it prints, of a long text the beginning."""
        if formats.missing(value):
            return formats.NONE
        prints: dict[str, Callable[[], str]] = {
            "integer": lambda: formats.count(value),
            "number": lambda: formats.number(value, self.digits),
            "percent": lambda: formats.percent(value, self.digits, sign=False),
            "change": lambda: formats.signed(value, self.digits, lang),
            "date": lambda: formats.short_date(value, lang),
            "datetime": lambda: str(value)[5:16].removesuffix(" 00:00"),  # which is how a day is stored
            "month": lambda: formats.month(value, lang),
            "code": lambda: s.label(self.codes, value, lang),
            "status": lambda: status(value, self.codes, lang),
            "flag": lambda: ("是" if value else "否") if lang == "zh" else ("yes" if value else "no"),
        }
        return prints.get(self.form, lambda: formats.cut(formats.text(value), lang))()

    def raw(self, value: Any, lang: Lang) -> Any:
        """What a cell is sorted by and the workbook holds; a code as its name."""
        if formats.missing(value):
            return None
        named = s.label(self.codes, value, lang) if self.form in ("code", "status") else value
        return formats.cut(named, lang, formats.CELL) if isinstance(named, str) else named


def status(code: str, codes: str, lang: Lang) -> str:
    """A status as glyph and word.

    >>> status("done", "action_status", "zh")
    '✓ 完成'
    """
    return f"{GLYPHS.get(str(code), '')} {s.label(codes, code, lang)}".strip()


def col(key: str, zh: str, en: str, form: str = "text", **more: Any) -> Column:
    """A column, in short: ``col("jobs", "维修台次", "Jobs", "integer")``."""
    return Column(key, zh, en, form, **more)


_FORMS = {"count": "integer", "rate": "percent"}


def from_figure(figure: Figure, key: str) -> Column:
    """The column of a table that holds a figure, of each month or each person.

    Named and printed as the figure is.
    """
    unit_zh, unit_en = UNITS.get(figure.unit, ("", "")) if figure.unit != "rate" else ("", "")
    form = _FORMS.get(figure.unit, "number")
    return Column(key, figure.zh, figure.en, form, figure.decimals, unit_zh, unit_en)


def guessed(key: str, values: Sequence[Any]) -> Column:
    """A column that nothing is known of but its values."""
    return Column(key, key, key, _form(values))


def _form(values: Sequence[Any]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "text"
    if all(isinstance(value, bool) for value in known):
        return "flag"
    if all(isinstance(value, (int, float)) for value in known):
        return "integer" if all(isinstance(value, int) for value in known) else "number"
    if all(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) for value in known):
        return "date"
    return "datetime" if all(re.match(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d", str(v)) for v in known) else "text"

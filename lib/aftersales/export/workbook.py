"""The workbook: every table of the report as a sheet that a manager can filter, sum and print."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter
from nbformat import NotebookNode
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from aftersales.contract import formats
from aftersales.contract.figures import Figure
from aftersales.contract.own import Record, figures_with
from aftersales.contract.schema import Lang
from aftersales.display import theme
from aftersales.display.exhibit import MIME as EXHIBIT
from aftersales.export.document import language
from aftersales.export.sheets import WORDS, Field, Sheet, figure_field, sheets
from aftersales.export.words import WORDS as REPORT_WORDS

_HEAD_ROW = 4
_WIDEST = 46
_NUMERIC = frozenset({"integer", "number", "percent", "change", "figure"})


def write(
    report: NotebookNode | Iterable[Mapping[str, Any]],
    figures: Mapping[str, Any],
    path: str | Path,
    lang: Lang | None = None,
    records: Sequence[Record] = (),
) -> Path:
    """Write `tables.xlsx`.

    Parameters
    ----------
    report : NotebookNode or iterable of dict
        The combined report, or the payloads of its exhibits: they name the sheets, and tables that are
        not in `figures` (the register of complaints …) become sheets too.
    figures : mapping
        The content of `figures.json`: ``store``, ``month``, ``figures``, ``tables``, ``notes``.
    path : path
        Where to write.
    lang : str, optional
        ``zh`` or ``en``; by default the report's.
    records : sequence of Figure and ReportTable, optional
        What the figures and tables of chapters of one's own are.

    Returns
    -------
    Path
        The file written; equal input gives equal bytes.
    """
    if isinstance(report, NotebookNode):
        meta, payloads, own = report.metadata.get("aftersales", {}), _payloads(report), language(report)
    else:
        meta, payloads, own = {}, list(report), "zh"
    lang = lang or own
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), {"in_memory": True, **never})
    words = WORDS[lang]
    known = (
        REPORT_WORDS[lang]["draft"] if meta.get("draft") else "",
        words["title"],
        figures.get("store"),
        figures.get("month"),
    )
    synthetic = words["synthetic"] if meta.get("synthetic") else ""
    title = " · ".join(str(part) for part in (*known, synthetic) if part)
    book.set_properties({"title": title, "created": _created(str(figures.get("month", "")))})
    book.set_size(2400, 1600)
    filled = _Book(book, lang, figures_with(records))
    found, notes = sheets(payloads, figures, lang, records), figures.get("notes", [])
    filled.contents(found, title, len(notes))
    for sheet in found:
        filled.table(sheet)
    page = filled.open(words["notes"], words["notes"], words["notes_about"])
    page.set_column(0, 0, 110)
    for r, note in enumerate(notes or [words["no_notes"]], _HEAD_ROW):
        page.write_string(r, 0, _fitting(str(note), lang), filled.style(text_wrap=True))
    book.close()
    return Path(path)


def _payloads(report: NotebookNode) -> list[Mapping[str, Any]]:
    return [
        output["data"][EXHIBIT]
        for cell in report["cells"]
        for output in cell.get("outputs", [])
        if EXHIBIT in output.get("data", {})
    ]


def _created(month: str) -> dt.datetime:
    """A date of the report and not of the run, so that equal reports are equal files."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", month)
    return dt.datetime(int(found[1]), int(found[2]), 1) if found else dt.datetime(2000, 1, 1)


class _Book:
    """The workbook being written: its formats, and a sheet at a time."""

    def __init__(self, book: xlsxwriter.Workbook, lang: Lang, figures: Mapping[str, Figure]) -> None:
        self.book, self.lang, self.words, self.figures = book, lang, WORDS[lang], figures
        self.formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def style(self, **properties: Any) -> Format:
        """A format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            base = {
                "font_name": "Microsoft YaHei",
                "font_size": 10,
                "font_color": theme.LIGHT["ink"],
                "valign": "top",
            }
            self.formats[key] = self.book.add_format(base | properties)
        return self.formats[key]

    def open(self, name: str, title: str, note: str, back: bool = True) -> Worksheet:
        """A sheet with its title, a line under it and the way back to the contents."""
        page = self.book.add_worksheet(name)
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_margins(0.5, 0.5, 0.6, 0.6)
        page.set_footer("&L&8&A&R&8&P / &N")
        page.set_row(0, 24)
        page.write_string(0, 0, title, self.style(bold=True, font_size=14))
        if note:
            page.write_string(1, 0, _fitting(note, self.lang), self.style(font_color=theme.LIGHT["muted"]))
        if back:
            self.link(page, 2, self.words["contents"], self.words["back"])
        return page

    def link(self, page: Worksheet, row: int, sheet: str, text: str) -> None:
        """A link to another sheet, in the first column."""
        target = "internal:'" + sheet.replace("'", "''") + "'!A1"
        page.write_url(row, 0, target, self.style(font_color=theme.LIGHT["this"], underline=1), text)

    def header_row(self, page: Worksheet, labels: list[str], numeric: list[bool]) -> None:
        """The headers, ruled below and frozen."""
        for c, (label, right) in enumerate(zip(labels, numeric, strict=True)):
            style = self.style(
                bold=True,
                bottom=1,
                bottom_color=theme.LIGHT["ink"],
                text_wrap=True,
                valign="bottom",
                align="right" if right else "left",
                indent=int(c > 0 and not right),
                font_color=theme.LIGHT["muted"],
            )
            page.write_string(_HEAD_ROW, c, label, style)
        page.freeze_panes(_HEAD_ROW + 1, 1)
        page.repeat_rows(_HEAD_ROW)

    def contents(self, found: list[Sheet], title: str, notes: int) -> None:
        """The first sheet: a line a sheet, with a link to it."""
        words = self.words
        page = self.open(words["contents"], title, "", back=False)
        self.header_row(
            page, [words[key] for key in ("sheet", "about", "rows", "name")], [False, False, True, False]
        )
        lines = [(s.name, s.note or s.title, len(s.rows), s.code) for s in found]
        lines.append((words["notes"], words["notes_about"], notes, "notes"))
        for r, (name, about, count, code) in enumerate(lines, _HEAD_ROW + 1):
            self.link(page, r, name, name)
            page.set_row(r, 3 + 15 * _lines(about, 64))
            page.write_string(r, 1, about, self.style(text_wrap=True, align="left", indent=1))
            page.write_number(r, 2, count, self.style(num_format="#,##0"))
            page.write_string(r, 3, code, self.style(font_color=theme.LIGHT["muted"], align="left", indent=1))
        for c, width in enumerate((28, 64, 8, 24)):
            page.set_column(c, c, width)

    def table(self, sheet: Sheet) -> None:
        """A table: headers with a filter, real numbers and dates, widths that fit."""
        page = self.open(sheet.name, sheet.title, sheet.note if sheet.note != sheet.title else "")
        if not sheet.rows:
            page.write_string(_HEAD_ROW, 0, self.words["empty"], self.style())
            page.set_column(0, 0, 30)
            return
        numeric = [_is_numeric(f, [row[i] for row in sheet.rows]) for i, f in enumerate(sheet.fields)]
        self.header_row(page, [f.label for f in sheet.fields], numeric)
        page.autofilter(_HEAD_ROW, 0, _HEAD_ROW + len(sheet.rows), len(sheet.fields) - 1)
        widths = [min(_width(f.label) + 3, 20) for f in sheet.fields]
        for r, row in enumerate(sheet.rows, _HEAD_ROW + 1):
            for c, (column, value) in enumerate(zip(sheet.fields, row, strict=True)):
                figure = column.kind == "figure"
                shape = figure_field(str(row[-1]), value, self.figures) if figure else column
                widths[c] = max(widths[c], self.cell(page, r, c, value, shape))
        widths = [min(width, _WIDEST) for width in widths]
        for c, width in enumerate(widths):
            page.set_column(c, c, width)
        for r, row in enumerate(sheet.rows, _HEAD_ROW + 1):
            page.set_row(
                r, 3 + 15 * max(_lines(value, width) for value, width in zip(row, widths, strict=True))
            )

    def cell(self, page: Worksheet, row: int, place: int, value: Any, column: Field) -> float:
        """Write a value as what it is, text always as text; returns the width it needs."""
        value = _parsed(value, column.kind)
        left = {"align": "left", "indent": int(place > 0)}
        if value is None:
            side = {"align": "right"} if column.kind in _NUMERIC else left
            page.write_string(row, place, "–", self.style(font_color=theme.LIGHT["muted"], **side))
        elif isinstance(value, bool):
            page.write_string(row, place, self.words["yes" if value else "no"], self.style(**left))
        elif isinstance(value, (int, float)):
            page.write_number(row, place, value, self.style(num_format=_number_format(value, column)))
            return 10
        elif isinstance(value, dt.datetime):
            day = value.time() == dt.time()  # which is how a day is stored
            shape = "yyyy-mm-dd" if column.kind == "date" or day else "yyyy-mm-dd hh:mm"
            shape = "yyyy-mm" if column.kind == "month" else shape
            page.write_datetime(row, place, value, self.style(num_format=shape, **left))
            return len(shape) + 4
        else:
            text = _fitting(str(value), self.lang)
            wrap = _width(text) > _WIDEST or "\n" in text
            page.write_string(row, place, text, self.style(text_wrap=wrap, **left))
            return _width(text) + 1
        return 4


def _fitting(text: str, lang: Lang) -> str:
    """A text as long as a cell holds; Excel counts a character beyond the first 65,536 as two."""
    double = sum(c > "\uffff" for c in text[: formats.CELL])
    return formats.cut(text, lang, formats.CELL - double)


def _is_numeric(column: Field, values: list[Any]) -> bool:
    return column.kind in _NUMERIC and not any(isinstance(value, str) for value in values)


def _number_format(value: float, column: Field) -> str:
    decimals = "." + "0" * column.digits if column.digits else ""
    if column.kind == "percent":
        return f"0{decimals}%"
    if column.kind == "change":
        return f"+0{decimals};−0{decimals};0{decimals}"
    if column.kind == "integer" or isinstance(value, int):
        return "#,##0"
    return f"#,##0{decimals}"


def _parsed(value: Any, kind: str) -> Any:
    """A date cell's text as a date, where it is one."""
    if kind not in ("date", "datetime", "month") or not isinstance(value, str):
        return value
    try:
        return dt.datetime.fromisoformat(f"{value}-01" if re.fullmatch(r"\d{4}-\d{2}", value) else value)
    except ValueError:
        return value


def _lines(value: Any, width: float) -> int:
    """How many lines a text takes in a column; what is not text takes one."""
    texts = value.split("\n") if isinstance(value, str) else [""]
    return min(sum(max(math.ceil((_width(text) - 2) / (width - 3)), 1) for text in texts), 20)


@lru_cache(maxsize=4096)  # a cell's text is measured for its column, its wrapping and its row
def _width(text: str) -> float:
    lines = text.split("\n")
    return max(sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in lines) + 2

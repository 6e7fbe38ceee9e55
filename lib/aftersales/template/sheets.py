"""The template's sheets, one a table: headers with explanations, an example, drop-down lists, formats."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from aftersales.contract import formats
from aftersales.contract.schema import Column, Table
from aftersales.display import theme
from aftersales.template import words
from aftersales.template.styles import Styles, for_print

_ROWS = 5000  # rows with lists and formats
_SHAPES = {
    "datetime": "yyyy-mm-dd hh:mm",
    "date": "yyyy-mm-dd",
    "integer": "#,##0",
    "number": "#,##0.##",
    "answer": "General",
}
_WIDTHS = {
    "datetime": 17,
    "date": 12,
    "month": 10,
    "integer": 11,
    "number": 12,
    "flag": 10,
    "code": 14,
    "answer": 12,
}


def write(
    book: xlsxwriter.Workbook,
    style: Styles,
    table: Table,
    month: pd.Period | None,
    carried: pd.DataFrame | None,
) -> None:
    """One table: headers with explanations, an example, lists, formats, and the measures carried over."""
    page = book.add_worksheet(table.zh)
    page.set_tab_color(theme.THIS if table.name == "repair_orders" else theme.LAST)
    page.set_row(0, 32)
    for c, column in enumerate(table.columns):
        _column(page, style, table, c, column, month)
    page.freeze_panes(1, 2)
    for_print(page)
    page.repeat_rows(0)
    for r, row in enumerate([] if carried is None else carried.to_dict("records"), 2):
        for c, column in enumerate(table.columns):
            value = row[column.name]
            if not formats.missing(value):
                _put(page, r, c, column, words.displayed(column, value), _cell(style, column))


def _column(
    page: Worksheet, style: Styles, table: Table, c: int, column: Column, month: pd.Period | None
) -> None:
    header = column.zh + ("*" if column.required else "")
    looks = (
        {"bg_color": theme.THIS, "font_color": theme.PAPER} if column.required else {"bg_color": theme.GRID}
    )
    page.write_string(
        0,
        c,
        header,
        style(bold=True, text_wrap=True, align="center", border=1, border_color=theme.PAPER, **looks),
    )
    wide = _WIDTHS.get(
        column.kind, 20 if column.name == "vin" else 26 if column.personal == "free_text" else 15
    )
    page.set_column(c, c, max(wide, min(len(header) * 2 + 3, 22)), _cell(style, column))
    example = words.example(table, column, month)
    parts = ["必填" if column.required else "可空", words.instruction(table.name, column)]
    if offered := words.options(column):
        parts.append("可选：" + "、".join(offered))
    if example is not None and column.name != "store":
        parts.append(f"例：{words.text(example)}")
    comment = "\n".join(parts)
    page.write_comment(
        0,
        c,
        comment,
        {
            "x_scale": 2,
            "y_scale": 0.5 + 0.2 * (comment.count("\n") + len(comment) // 22),
            "font_size": 9,
            "author": "",
        },
    )
    if example is not None:
        _put(page, 1, c, column, example, _cell(style, column, italic=True, font_color=theme.NATION))
    if check := _validation(column, month):
        page.data_validation(1, c, _ROWS, c, check)
    if column.required:
        last, here = xl_col_to_name(len(table.columns) - 1), xl_col_to_name(c)
        page.conditional_format(
            2,
            c,
            _ROWS,
            c,
            {
                "type": "formula",
                "criteria": f"=AND(COUNTA($A3:${last}3)>0,ISBLANK({here}3))",
                "format": style.book.add_format({"bg_color": "#f9d2ce"}),
            },
        )


def _cell(style: Styles, column: Column, **more: Any) -> Format:
    left = {} if column.kind in ("number", "integer") else {"align": "left", "indent": 1}
    wrap = {"text_wrap": True} if column.personal == "free_text" else {}
    return style(num_format=_SHAPES.get(column.kind, "@"), **left, **wrap, **more)


def _put(page: Worksheet, row: int, c: int, column: Column, value: Any, style: Format) -> None:
    """A value as what it is: real dates, real numbers, text always as text."""
    if column.kind in ("datetime", "date"):
        moment = (
            dt.datetime.fromisoformat(value)
            if isinstance(value, str)
            else pd.Timestamp(value).to_pydatetime()
        )
        page.write_datetime(row, c, moment, style)
    elif isinstance(value, (int, float)) and column.kind in ("number", "integer", "answer"):
        page.write_number(row, c, value, style)
    else:
        page.write_string(row, c, str(value), style)


def _validation(column: Column, month: pd.Period | None) -> dict[str, Any] | None:
    """What Excel lets into a column; a warning where other things may be right."""
    offered = words.options(column)
    if column.kind == "month" and month is not None:
        return {"validate": "list", "source": [str(month), str(month - 1)], "show_error": False}
    if offered:
        message = {"error_title": column.zh, "error_message": "请从下拉列表中选。"}
        free = column.kind == "answer" or column.codes == "metric"
        return {"validate": "list", "source": offered, "show_error": not free, **message}
    if column.kind in ("datetime", "date"):
        message = {
            "error_title": column.zh,
            "error_message": "请填日期，如 2024-04-09 14:30。",
            "error_type": "warning",
        }
        return {"validate": "date", "criteria": ">=", "value": dt.date(1980, 1, 1), **message}
    if column.kind in ("number", "integer"):
        least = -1e9 if column.minimum is None else column.minimum
        message = {"error_title": column.zh, "error_message": f"请填{words.instruction('', column)}。"}
        return {
            "validate": "decimal" if column.kind == "number" else "integer",
            "criteria": ">=",
            "value": least,
            **message,
        }
    return None

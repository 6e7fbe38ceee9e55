"""The template's first sheet: how to fill it in, the sheets, every column with its options and an example."""

from __future__ import annotations

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from aftersales.contract import command, formats
from aftersales.contract.schema import EXAMPLE, GUIDE, TABLES
from aftersales.display import theme
from aftersales.template import words
from aftersales.template.styles import Styles, for_print


def write(
    book: xlsxwriter.Workbook, style: Styles, month: pd.Period | None, store: str, carried: int
) -> None:
    """The first sheet: how to fill in, the sheets, every column."""
    page = book.add_worksheet(GUIDE)
    page.hide_gridlines(2)
    page.set_tab_color(theme.MUTED)
    for c, width in enumerate((16, 26, 9, 58, 44, 24)):
        page.set_column(c, c, width)
    page.set_row(0, 30)
    title = "客服部月报数据" + (f" · {formats.month(month)}" if month is not None else "")
    page.write_string(0, 0, title, style(bold=True, font_size=16))
    page.write_string(1, 0, f"门店：{store}", style(font_color=theme.MUTED))
    named = month or "2024-04"
    lines = [
        "每张工作表是一张表。蓝底、列名带 * 的列必填，灰底的可以空着或整列删去；列名不要改，列的顺序随意。",
        f"第2行灰色斜体是示例。门店写着“{EXAMPLE}”的行不算数据，可留可删；其他行都算数据。",
        "没有登记的内容请删去整张工作表：没有表，报告写“无数据”；有表而没有行，按零计。只有维修工单必须有。",
        "改善措施"
        + (
            f"已带入{carried}条：上月的全部和以前没有完成的，请更新完成情况。"
            if carried
            else "请写上月提出的和本月新提的。"
        ),
        f"填好以后先检查：{command.of('check', month=str(named), source='本文件')}，"
        f"再做报告：{command.of('report', month=str(named), source='本文件')}。",
    ]
    for r, line in enumerate(lines, 3):
        page.write_string(r, 0, f"{r - 2}.  {line}", style())
    row = _contents(page, style, 9)
    _dictionary(page, style, row + 2, month)
    for_print(page)
    page.freeze_panes(1, 0)


def _headers(page: Worksheet, style: Styles, row: int, headers: tuple[str, ...]) -> None:
    looks = style(bold=True, font_color=theme.MUTED, bottom=1, bottom_color=theme.INK)
    for c, header in enumerate(headers):
        page.write_string(row, c, header, looks)


def _contents(page: Worksheet, style: Styles, row: int) -> int:
    """The sheets, each with a link; gives the row after."""
    _headers(page, style, row, ("工作表", "英文名", "必须有", "填什么", "", ""))
    link = style(font_color=theme.THIS, underline=1)
    for table in TABLES.values():
        row += 1
        page.write_url(row, 0, f"internal:'{table.zh}'!A1", link, table.zh)
        page.write_string(row, 1, table.name, style(font_color=theme.MUTED))
        page.write_string(row, 2, "必须" if table.name == "repair_orders" else "", style(bold=True))
        page.write_string(row, 3, words.WHAT[table.name], style())
    return row


def _dictionary(page: Worksheet, style: Styles, row: int, month: pd.Period | None) -> None:
    """Every column: required or not, how to fill it in, its options, an example."""
    _headers(page, style, row, ("工作表", "列", "必填", "怎么填", "可选", "示例"))
    for table in TABLES.values():
        for i, column in enumerate(table.columns):
            row += 1
            line = {"top": 1, "top_color": theme.GRID} if i == 0 else {}
            texts = (
                table.zh if i == 0 else "",
                column.zh,
                "必填" if column.required else "",
                words.instruction(table.name, column),
                "、".join(words.options(column)),
                words.text(words.example(table, column, month)),
            )
            for c, text in enumerate(texts):
                looks = {"bold": c in (0, 2), "text_wrap": c == 4, "valign": "top"}
                page.write_string(row, c, text, style(**looks, **line))

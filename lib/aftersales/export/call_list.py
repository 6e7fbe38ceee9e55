"""The call list: unmasked customers for use inside the store, never written where reports are published."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from aftersales.contract import command, destination, params
from aftersales.contract.columns import Column, col
from aftersales.contract.errors import InputError
from aftersales.contract.language import say
from aftersales.contract.message import Message
from aftersales.contract.schema import Lang
from aftersales.display import theme
from aftersales.export import publish

MARK = {"zh": "仅限店内使用", "en": "For use inside the store only (仅限店内使用)"}
_PUBLISHED = f"{publish.MONTHS}/*/figures.json"
_HEAD_ROW = 3
_LONGEST = 32_767  # characters that a cell of Excel holds
_WIDTHS = {"phone": 16, "vin": 22, "description": 50, "reason": 18, "last_visit": 17, "received_at": 17}
_WHO = (
    col("name", "姓名", "Name"),
    col("phone", "电话", "Phone"),
    col("plate", "车牌号", "Plate"),
    col("vin", "VIN", "VIN"),
)
CUSTOMERS = (
    *_WHO,
    col("last_visit", "最近一次来店", "Last visit", "datetime"),
    col("days", "距月末天数", "Days to month end", "integer"),
    col("amount", "12个月消费（元）", "Spent in 12 months (CNY)", "number"),
    col("advisor", "服务顾问", "Advisor"),
    col("result", "本月回访结果", "Call of the month", "code", codes="churn_result"),
    col("reason", "流失原因", "Reason", "code", codes="churn_reason"),
    col("order_id", "最近工单号", "Last order"),
)
COMPLAINTS = (
    col("complaint_id", "投诉编号", "Complaint"),
    col("received_at", "受理时间", "Received", "datetime"),
    col("days", "已等天数", "Days open", "integer"),
    *_WHO,
    col("level", "级别", "Level", "code", codes="level"),
    col("category", "类别", "Category", "code", codes="cause"),
    col("department", "责任部门", "Department", "code", codes="complaint_department"),
    col("description", "投诉内容", "Complaint text"),
    col("handler", "处理人", "Handler"),
    col("order_id", "工单号", "Order"),
)


def check_place(path: Path) -> None:
    """Refuse a place that would be published, is no workbook, or is not there.

    Raises
    ------
    InputError
        The list may not be written there.
    """
    destination.try_file(path, "out")
    place = path.resolve()
    shown, out = path.name, command.word("out")
    if place.suffix.lower() != ".xlsx" or place.is_dir():
        raise InputError(
            Message(
                f"{out}：给的是 {shown}；应是以 .xlsx 结尾的文件名，如 外呼名单.xlsx。",
                f"{out}: got {shown}; expected the name of a file that ends in .xlsx, as calls.xlsx.",
            )
        )
    folders = [Path("output").resolve(), params.ROOT / "output"]
    if any(place.is_relative_to(f) for f in folders) or any(_published(p) for p in place.parents):
        raise InputError(
            Message(
                f"{out}：{shown} 在发布报告的文件夹里。名单含未脱敏的客户信息，放在那里会随报告外传。"
                f"应是店内才能读的文件夹：换一个 {out}。",
                f"{out}: {shown} lies where reports are published. The list holds customers unmasked and "
                f"would go out with them. Expected a folder that only the store reads: give another {out}.",
            )
        )
    if not place.parent.is_dir():
        raise InputError(
            Message(
                f"{out}：放 {shown} 的文件夹不存在。应是已有的文件夹：先建好，或换一个 {out}。",
                f"{out}: the folder for {shown} is not there. Expected one that is: make it, or "
                f"give another {out}.",
            )
        )


def check_apart(path: Path, source: Path) -> None:
    """Refuse to write over the records, or among them, where the list would be read as one of them.

    Raises
    ------
    InputError
        The list may not be written there.
    """
    if path.resolve().is_relative_to(source.resolve()):
        out = command.word("out")
        raise InputError(
            Message(
                f"{out}：{path.name} 在数据来源里，会被当作数据读入。应是别处：换一个 {out}。",
                f"{out}: {path.name} lies in the source and would be read as records. Give another {out}.",
            )
        )


def _published(folder: Path) -> bool:
    """Whether reports are published in a folder, or it is one."""
    return (folder / "figures.json").is_file() or next(folder.glob(_PUBLISHED), None) is not None


def write(
    path: Path, customers: pd.DataFrame, complaints: pd.DataFrame, store: str, month: pd.Period, lang: Lang
) -> None:
    """Write the workbook, readable by its owner alone, in one step.

    Parameters
    ----------
    customers, complaints
        The frames of `aftersales.metrics.to_call`.
    """
    handle, name = tempfile.mkstemp(dir=path.resolve().parent, prefix=".making-", suffix=".xlsx")  # mode 0600
    os.close(handle)
    try:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(name, options) as book:
            title = f"{MARK[lang]} · {store} · {month}"
            book.set_properties({"title": title})
            texts = (say(lang, "流失客户", "To win back"), say(lang, "未关闭投诉", "Open complaints"))
            none = (
                say(lang, "没有可列的流失私车客户。", "There is no lost private customer to list."),
                say(lang, "月末没有未关闭的投诉。", "No complaint is open at the end of the month."),
            )
            _sheet(book, texts[0], title, customers, CUSTOMERS, none[0], lang)
            _sheet(book, texts[1], title, complaints, COMPLAINTS, none[1], lang)
        os.chmod(name, 0o600)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _sheet(
    book: xlsxwriter.Workbook,
    name: str,
    title: str,
    rows: pd.DataFrame,
    columns: tuple[Column, ...],
    none: str,
    lang: Lang,
) -> None:
    font = {"font_name": "Microsoft YaHei", "font_size": 10, "font_color": theme.INK, "valign": "top"}
    mark = book.add_format(font | {"bold": True, "font_size": 12, "font_color": theme.WORSE})
    head = book.add_format(font | {"bold": True, "bottom": 1, "text_wrap": True})
    text = book.add_format(font | {"num_format": "@", "text_wrap": True})
    whole, money = (book.add_format(font | {"num_format": form}) for form in ("#,##0", "#,##0.00"))
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, title, mark)
    sheet.write_string(1, 0, name, book.add_format(font))
    for c, column in enumerate(columns):
        sheet.write_string(_HEAD_ROW, c, column.label(lang), head)
        sheet.set_column(c, c, _WIDTHS.get(column.key, 13))
        number = {"integer": whole, "number": money}.get(column.form)
        for r, value in enumerate(rows[column.key].tolist(), _HEAD_ROW + 1):
            _cell(sheet, r, c, value, column, number, text, lang)
    if rows.empty:
        sheet.write_string(_HEAD_ROW + 1, 0, none, book.add_format(font))
    sheet.freeze_panes(_HEAD_ROW + 1, 1)
    sheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + max(len(rows), 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.set_header("&C" + MARK[lang])
    sheet.set_footer(f"&L{MARK[lang]}&R&P / &N")


def _cell(
    sheet: Worksheet, r: int, c: int, value: Any, column: Column, number: Any, text: Any, lang: Lang
) -> None:
    """A number where the column has numbers; else a text, whatever it begins with."""
    if value is None or pd.isna(value):
        sheet.write_blank(r, c, None, text)
    elif number is not None:
        sheet.write_number(r, c, float(value), number)
    else:
        moment = column.form == "datetime"
        shown = str(value)[:16].removesuffix(" 00:00") if moment else str(column.raw(value, lang))
        sheet.write_string(r, c, shown[:_LONGEST], text)

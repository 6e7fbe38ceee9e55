"""What the reader repairs in an input: counted and listed, never silent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aftersales.contract.notes import in_language

# What was repaired, in Chinese and English; the report's notes say it in these words.
KINDS: dict[str, tuple[str, str]] = {
    "title_rows": ("表头上方的标题行", "title rows above the heads"),
    "repeated_header": ("重复的表头行", "repeated header rows"),
    "totals_row": ("合计行", "rows of totals"),
    "foot_row": ("表尾的说明行", "remarks at the foot"),
    "example_row": ("模板的示例行（不算数据）", "example rows of the template (no records)"),
    "corrected": ("按更正表删去的行", "rows that a correction drops"),
    "short_rows": ("行尾省略的空列", "empty fields left out at the ends of lines"),
    "quotes": ("一行之内不成对的引号", "quotation marks out of place inside a line"),
    "separator_line": ("写明分隔符的首行（sep=）", "a first line that names the separator (sep=)"),
    "empty_rows": ("空行", "empty rows"),
    "empty_columns": ("空列", "empty columns"),
    "merged_cells": ("合并单元格拆开后补齐", "cells of merged ranges filled"),
    "hidden_sheet": ("隐藏的工作表", "hidden sheets read"),
    "hidden_rows": ("隐藏或筛选掉的行，也读入", "hidden or filtered rows, read too"),
    "date_1904": ("按1904日期系统存放的日期", "dates kept as numbers since 1904"),
    "wrong_suffix": ("内容与后缀不符的文件", "files that are not what their suffix says"),
    "thousands": ("千位分隔符", "thousands separators"),
    "unit": ("数字带货币或单位", "numbers with a currency or unit"),
    "text_number": ("以文本存放的数字", "numbers kept as text"),
    "text_date": ("以文本存放的日期", "dates kept as text"),
    "serial_date": ("以Excel序列数存放的日期", "dates kept as Excel serials"),
    "spoken_date": ("以文字写的日期时间（上午、3点20）", "dates and times in words (上午, PM, 3点20)"),
    "guard": ('防止Excel改写的符号（="…"、\'）', 'guards against Excel (="…", \')'),
    "trade_word": ("行业用语", "words of the trade"),
    "ten_thousands": ("以“万”计的数字", "numbers in ten thousands (万)"),
    "time_zone": ("带时区的时间换算为北京时间", "times with a time zone, told in China's"),
    "full_width": ("全角字符", "full-width characters"),
    "spaces": ("首尾空格", "blanks at the ends"),
    "breaks": ("文字中的制表符或换行", "tabs or line breaks inside text"),
    "invisible": ("不可见字符", "invisible characters"),
    "vin_case": ("VIN或车牌的大小写与空格", "case and blanks of VINs and plates"),
    "name_blanks": ("姓名或门店名中的空格", "blanks inside names"),
    "vin_tail": (
        "VIN的末几位，按唯一的一辆车补全",
        "ends of VINs, completed by the one vehicle that has them",
    ),
    "id_decimals": ("编号带小数点零", "numbers with .0 behind them"),
    "overlap": ("与另一份完全相同的行，只算一次", "rows that stand in another file too, counted once"),
    "own_value": ("按参数 value_aliases 换成选项的值", "values read as value_aliases in the params says"),
    "empty_word": ("表示空值的字样", "words that stand for an empty cell"),
}


def repair(
    file: str,
    sheet: str | None,
    kind: str,
    count: int,
    example: str | Mapping[str, str] = "",
    column: str = "",
) -> dict[str, Any]:
    """One entry of `Tables.repairs`.

    Parameters
    ----------
    file, sheet, column
        Where; `column` as the file names it.
    kind
        One of `KINDS`.
    count
        How many rows, columns or cells.
    example
        The first of them, masked where it is personal; in both languages where it is put in words.
    """
    return {"file": file, "sheet": sheet, "column": column, "kind": kind, "count": count, "example": example}


def messages(repairs: Iterable[Mapping[str, Any]], lang: str = "zh") -> list[str]:
    """A sentence for each file, sheet and kind, its columns together.

    >>> messages([repair("jobs.csv", None, "thousands", 2, "'1,234'", "金额")], "en")
    ["jobs.csv: thousands separators mended: 2 (金额), like '1,234'."]
    """
    together: dict[tuple[str, str | None, str], list[Mapping[str, Any]]] = {}
    for one in repairs:
        together.setdefault((one["file"], one["sheet"], one["kind"]), []).append(one)
    lines = []
    for (file, sheet, kind), parts in together.items():
        count = sum(p["count"] for p in parts)
        columns = ("、" if lang == "zh" else ", ").join(
            dict.fromkeys(p["column"] for p in parts if p["column"])
        )
        example = in_language(next((p["example"] for p in parts if p["example"]), ""), lang)
        what = KINDS.get(kind, (kind, kind))[0 if lang == "zh" else 1]
        if lang == "zh":
            place = f"{file}（{sheet}）" if sheet else file
            inside = f"（{columns}）" if columns else ""
            like = f"，例如{example}" if example else ""
            lines.append(f"{place}：已处理{what}{count}处{inside}{like}。")
        else:
            place = f"{file}, sheet {sheet}" if sheet else file
            inside = f" ({columns})" if columns else ""
            like = f", like {example}" if example else ""
            lines.append(f"{place}: {what} mended: {count}{inside}{like}.")
    return lines

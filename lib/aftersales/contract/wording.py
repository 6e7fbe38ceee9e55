"""Faults of an input in the words of whoever has to repair it: what it is, what was expected, what to do."""

from __future__ import annotations

import re

from aftersales.contract.message import Message
from aftersales.contract.schema import TABLES

# What each kind is, in Chinese and English; then what to do where the fault itself does not say it.
_KINDS: dict[str, tuple[str, str, str, str]] = {
    "bad_datetime": ("日期无法识别", "Not a date", "改成日期，或清空", "Correct the date, or empty the cell"),
    "bad_date": ("日期无法识别", "Not a date", "改成日期，或清空", "Correct the date, or empty the cell"),
    "bad_month": ("月份无法识别", "Not a month", "改成 2024-04 这样的月份", "Write the month like 2024-04"),
    "bad_number": ("不是数字", "Not a number", "改成数字，或清空", "Correct the number, or empty the cell"),
    "bad_integer": ("不是整数", "Not a whole number", "改成整数", "Write a whole number"),
    "bad_code": ("没有这个选项", "Not one of the options", "改成所列选项之一", "Take one of the options"),
    "bad_flag": ("不是“是”或“否”", "Neither yes nor no", "改成“是”或“否”", "Write 是 or 否"),
    "bad_answer": ("答案无法识别", "Not an answer", "改成所列答案或0–100分", "Take one of the answers, or 0 to 100"),
    "bad_text": ("文字无法识别", "Not a text", "改成文字", "Write a text"),
    "empty_cell": ("必填项空着", "An empty cell", "补填，或删去整行", "Fill it in, or remove the row"),
    "out_of_range": ("数值超出范围", "Out of range", "核对数值", "Check the value"),
    "order_of_dates": ("日期先后颠倒", "Dates in the wrong order", "核对两个日期", "Check both dates"),
    "duplicate": ("重复", "A duplicate", "删去重复的行，或改正编号", "Remove one of the rows, or correct its number"),
    "reference": ("另一张表里没有", "Not in the other table", "两张表按同一时段导出", "Export both tables over the same period"),
    "duplicate_head": ("两列同名", "Two columns for one", "删去或改名其中一列", "Remove or rename one of them"),
    "missing_column": ("缺少必填的列", "A column is missing", "补上这一列，或在参数 header_aliases 里写明它叫什么",
                       "Add the column, or name it under header_aliases in the params"),
    "missing_table": ("缺少必需的表", "A table is missing", "补上这张表", "Add the table"),
    "no_store": ("没有写门店", "No store", "补填门店", "Fill in the store"),
    "no_heads": ("没有表头", "No heads", "在记录上方补上列名", "Put the names of the columns above the records"),
    "empty_file": ("文件或工作表是空的", "An empty file", "连表头重新导出", "Export the table again, with its heads"),
    "two_files": ("同一张表有两个文件", "Two files for a table", "只留一个", "Keep one of them"),
    "two_sheets": ("同一张表有两个工作表", "Two sheets for a table", "只留一个", "Keep one of them"),
    "two_tables": ("同一张表有两个", "Two tables for one", "只留一个", "Keep one of them"),
    "encoding": ("文字编码无法识别", "Unknown encoding", "另存为“CSV UTF-8”", "Save it as “CSV UTF-8”"),
    "unreadable": ("文件读不出来", "Not readable", "重新导出或另存", "Export or save it again"),
    "formula": ("公式没有值", "A formula without a value", "用Excel打开并保存", "Open it in Excel and save it"),
    "ragged": ("这一行的列数与表头不符", "Not as many fields as heads", "给含分隔符的文字加引号", "Put a text that has the separator in it in quotation marks"),
    "swallowed_rows": ("多行并成了一格", "Rows swallowed by a cell", "找出多余的引号", "Look for a stray quotation mark"),
    "cut_off": ("文件没有写完", "A file cut off", "重新导出", "Export it again"),
    "above_heads": ("表头上方有记录", "A record above the heads", "把列名移到记录上方", "Put the heads above the records"),
    "total_or_record": ("分不清是合计还是记录", "A total or a record", "合计行请删去", "Remove it if it is a total"),
    "rows_lost": ("行数对不上", "Rows that do not add up", "重新导出", "Export it again"),
    "too_large": ("文件过大", "Too large", "重新导出", "Export it again"),
    "correction": ("更正表的一条用不上", "A correction that fits nothing", "改正或删去这一条", "Correct or remove the entry"),
}  # fmt: skip
# English wordings of the reader, with places for values, and the Chinese ones.
_WORDINGS: tuple[tuple[str, str], ...] = (
    ("a date like 2024-04-09, 2024-04-09 14:30, 2024/4/9 or 2024年4月9日", "日期，如 2024-04-09 14:30 或 2024年4月9日"),
    ("a date like 2024-04-09, 2024/4/9 or 2024年4月9日", "日期，如 2024-04-09 或 2024年4月9日"),
    ("a month like 2024-04", "月份，如 2024-04"),
    ("a number from {a} to {b}", "{a} 到 {b} 的数字"),
    ("a number of {a} or more", "不小于 {a} 的数字"),
    ("a number of {a} or less", "不大于 {a} 的数字"),
    ("a number", "数字"),
    ("a whole number", "整数"),
    ("a text", "文字"),
    ("是 or 否", "是 或 否"),
    ("非常满意, 满意, 一般, 不满意, 非常不满意, or a number from 0 to 100", "非常满意、满意、一般、不满意、非常不满意，或 0 到 100 的数字"),
    ("a value", "必须填写"),
    ("an empty cell", "空"),
    ("an empty file", "空文件"),
    ("no cell with anything in it", "没有任何内容"),
    ("no row with the names of the columns", "没有列名"),
    ("a file that is none", "不是这种文件"),
    ("a file that is damaged", "文件已损坏"),
    ("a file that is damaged or none", "文件已损坏，或不是这种文件"),
    ("a workbook with a password", "有密码的工作簿"),
    ("another kind of file", "另一种文件"),
    ("a sheet {a} that reaches to row {b} and column {n}", "工作表{a}一直到第 {b} 行、第 {n} 列"),
    ("a file that unpacks to {a} MB", "解压后有 {a} MB 的文件"),
    ("a file that takes more than {a} seconds to read", "{a} 秒内读不完的文件"),
    ("a web page", "网页"),
    ("another encoding", "其他编码"),
    ("a quotation mark that is never closed", "引号没有成对"),
    ("not before {c} {b}", "不早于{c} {b}"),
    ("a date, since the complaint is closed", "日期，因为投诉已关闭"),
    ("a name, since the scope is advisor", "姓名，因为范围是服务顾问"),
    ("at most the full points, {a}", "不超过满分 {a}"),
    ("whole or half points", "整分或半分"),
    ("full points above 0", "大于 0 的满分"),
    ("a {cs} that stands there once", "{cs}不重复"),
    ("one of the {c} in {b}", "{b} 里有的{c}"),
    ("a column store (门店), since the source has the stores {a}", "列“门店”，因为来源里有几家店：{a}"),
    ("a column {a} ({b})", "列“{b}”"),
    ("a table {a} ({b})", "表“{b}”"),
    ("one file for the table {t}", "{t}只有一个文件"),
    ("one sheet for the table {t}", "{t}只有一个工作表"),
    ("one table for {t}", "{t}只有一张表"),
    ("one column for {c}", "{c}只有一列"),
    ("a header row", "表头行"),
    ("a CSV file", "CSV文件"),
    ("an Excel workbook", "Excel工作簿"),
    ("a Parquet file", "Parquet文件"),
    ("a file that can be read", "能读的文件"),
    ("UTF-8 or GB18030", "UTF-8 或 GB18030"),
    ("one of {options}", "{options}"),
    ("It stands in row {a} too. Remove the row that stands there twice, or correct its number", "第 {a} 行也是它：删去重复的行，或改正编号"),
    ("Remove the row that stands there twice, or correct its number", "删去重复的行，或改正编号"),
    ("Export both tables over the same period", "两张表按同一时段导出"),
    ("Remove or rename one of them", "删去或改名其中一列"),
    ("Remove or merge one of them", "删去或合并其中一个"),
    ("Export the table again, with its heads", "连表头重新导出"),
    ("Export the table again", "重新导出"),
    ("Put the names of the columns above the records: {a}", "在记录上方补上列名：{a}"),
    ("Save it as “CSV UTF-8”", "另存为“CSV UTF-8”"),
    ("Open it in Excel and save it again", "用Excel打开后重新保存"),
    ("Open it in Excel and save it as .xlsx", "用Excel打开后另存为.xlsx"),
    ("Open it in Excel and save it again as .xlsx", "用Excel打开后另存为.xlsx"),
    ("Write it again", "重新导出"),
    ("{a}, as many as there are heads", "{a} 列，与表头一样多"),
    ("{a} fields", "{a} 列"),
    ("a last row of {a} fields", "最后一行只有 {a} 列"),
    ("a line of {a} fields", "一行有 {a} 列"),
    ("a cell with whole rows in it", "一格里有整行"),
    ("one row a line", "一行一条"),
    ("bytes that are no UTF-8", "不是UTF-8的字节"),
    ("Put a text that has the separator in it in quotation marks", "给含分隔符的文字加引号"),
    ("The file was not written to its end: export it again", "文件没有写完：重新导出"),
    ("Look for a stray quotation mark", "找出多余的引号"),
    ("The source has: {a}", "来源里有：{a}"),
    ("The file has: {a}. Another name for it can be given under header_aliases in the params",
     "文件里有：{a}。若叫别的名字，请写进参数 header_aliases"),
    ("It is an error of a formula in Excel: mend the formula, or empty the cell", "这是Excel公式的错误：改好公式，或清空单元格"),
    ("Excel has cut its digits: export it again with the column as text", "Excel截断了数字：把这一列设为文本后重新导出"),
    ("Remove the entry", "删去这一条"),
    ("Remove the entry if the source has been corrected", "来源已改正的，删去这一条"),
    ("{a} and {b}", "{a} 和 {b}"),  # last: others have an “and” too
)  # fmt: skip
_PATTERNS = [
    (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(en)), re.S), zh) for en, zh in _WORDINGS
]


def title(kind: str, lang: str) -> str:
    """What a kind of fault is called."""
    zh, en, _, _ = _KINDS.get(kind, (kind, kind, "", ""))
    return zh if lang == "zh" else en


def next_step(kind: str, lang: str) -> str:
    """What to do about a fault that does not say so itself."""
    _, _, zh, en = _KINDS.get(kind, (kind, kind, "", ""))
    return zh if lang == "zh" else en


def in_language(part: str | Message, lang: str) -> str:
    """A part of a fault in a language."""
    if isinstance(part, Message):
        return part.text(lang)
    part = re.sub(r" 00:00:00\b", "", part)
    return in_chinese(part) if lang == "zh" else part


def in_chinese(text: str) -> str:
    """One of the reader's wordings in Chinese.

    >>> in_chinese("one of private (私车), fleet (公车)"), in_chinese("not before received_at 2024-04-09")
    ('私车、公车', '不早于受理时间 2024-04-09')
    """
    for pattern, zh in _PATTERNS:
        if found := pattern.fullmatch(text):
            values = found.groupdict()
            if "options" in values:
                return "、".join(re.findall(r"\(([^()]+)\)", text)) or values["options"].replace(", ", "、")
            for place, name in (("c", _column), ("cs", _columns), ("t", _table)):
                if place in values:
                    values[place] = name(values[place])
            return zh.format(**values)
    return text


def _column(name: str) -> str:
    return next((c.zh for t in TABLES.values() for c in t.columns if c.name == name), name)


def _columns(names: str) -> str:
    return " + ".join(_column(n) for n in names.split(" + "))


def _table(name: str) -> str:
    return TABLES[name].zh if name in TABLES else name

"""What each kind of fault of an input is called, and what to do about it."""

from __future__ import annotations

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
    "merged_number": ("数字合并了几行", "A number merged over rows", "取消合并", "Unmerge the cells"),
    "ragged": ("这一行的列数与表头不符", "Not as many fields as heads", "给含分隔符的文字加引号", "Put a text that has the separator in it in quotation marks"),
    "swallowed_rows": ("多行并成了一格", "Rows swallowed by a cell", "找出多余的引号", "Look for a stray quotation mark"),
    "cut_off": ("文件没有写完", "A file cut off", "重新导出", "Export it again"),
    "above_heads": ("表头上方有记录", "A record above the heads", "把列名移到记录上方", "Put the heads above the records"),
    "total_or_record": ("分不清是合计还是记录", "A total or a record", "合计行请删去", "Remove it if it is a total"),
    "rows_lost": ("行数对不上", "Rows that do not add up", "重新导出", "Export it again"),
    "too_large": ("文件过大", "Too large", "重新导出", "Export it again"),
    "far_date": ("日期离其余太远", "A date far off the others", "核对年份", "Check the year"),
    "other_scale": ("得分不是百分制", "Answers on another scale", "换算成0–100分", "Convert them to 0–100"),
    "correction": ("更正表的一条用不上", "A correction that fits nothing", "改正或删去这一条", "Correct or remove the entry"),
}  # fmt: skip


def title(kind: str, lang: str) -> str:
    """What a kind of fault is called."""
    zh, en, _, _ = _KINDS.get(kind, (kind, kind, "", ""))
    return zh if lang == "zh" else en


def next_step(kind: str, lang: str) -> str:
    """What to do about a fault that does not say so itself."""
    _, _, zh, en = _KINDS.get(kind, (kind, kind, "", ""))
    return zh if lang == "zh" else en

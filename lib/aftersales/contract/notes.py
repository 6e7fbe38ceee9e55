"""Remarks on the data: a code and its values, worded last, in the report's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Chinese and English wording, with places for the values.
WORDINGS: dict[str, tuple[str, str]] = {
    "synthetic": (
        "合成数据：内置示范店，全部记录由程序生成。",
        "Synthetic data: the built-in store, all records made by a program.",
    ),
    "absent_table": (
        "缺少{zh}（{table}），相关内容从略。",
        "The table {table} ({zh}) is missing; what needs it is left out.",
    ),
    "unknown_file": (
        "文件{file}不是本报告的表，已略过。",
        "The file {file} is no table of this report and was passed over.",
    ),
    "unknown_sheet": (
        "工作表{sheet}不是本报告的表，已略过。",
        "The sheet {sheet} is no table of this report and was passed over.",
    ),
    "unknown_sql_table": (
        "数据库中的{table}不是本报告的表，已略过。",
        "The database's {table} is no table of this report and was passed over.",
    ),
    "likely_file": (
        "文件“{file}”没有采用，它可能是{zh}。若是，写进参数：`table_names: {{{alias}}}`。",
        "The file “{file}” was passed over; it may be {tables}. If so, put it into the params: "
        "`table_names: {{{alias}}}`.",
    ),
    "likely_sheet": (
        "工作表“{sheet}”没有采用，它可能是{zh}。若是，写进参数：`table_names: {{{alias}}}`。",
        "The sheet “{sheet}” was passed over; it may be {tables}. If so, put it into the params: "
        "`table_names: {{{alias}}}`.",
    ),
    "likely_sql_table": (
        "数据库中的“{table}”没有采用，它可能是{zh}。若是，写进参数：`table_names: {{{alias}}}`。",
        "The database's “{table}” was passed over; it may be {tables}. If so, put it into the params: "
        "`table_names: {{{alias}}}`.",
    ),
    "other_kind": (
        "文件{file}没有读：它不是.csv、.xlsx或.parquet。若是要用的数据，请另存为其中一种。",
        "The file {file} was not read: it is no .csv, .xlsx or .parquet. If it is wanted, save it as one.",
    ),
    "unread_folder": (
        "文件夹{file}没有读：里面的文件请移到外面来。",
        "The folder {file} was not read: move the files in it out of it.",
    ),
    "taken_for": (
        "{file}按{zh}读取。",
        "{file} was read as {table}.",
    ),
    "several_files": (
        "{zh}由{count}份合成：{files}。",
        "{table} was put together of {count}: {files}.",
    ),
    "silent_without": (
        "{file}没有“{zh}”这一列，据此的指标无从得知，都不计算。请导出这一列；若叫别的名字，"
        "写进参数 header_aliases。",
        "{file} has no column {column}: what it tells cannot be known, and no figure is computed of it. "
        "Export the column; if it has another name, put that into header_aliases.",
    ),
    "all_default": (
        "{file}没有“{zh}”这一列，每一行都算作“{value}”；据此的数只在确实如此时才对。",
        "{file} has no column {column}: every row counts as {value_en}; what is counted by it holds only "
        "where that is so.",
    ),
    "copied_file": (
        "{file}的{count}行在{other}中都有，只算一次。",
        "All rows of {file} ({count}) stand in {other} too and count once.",
    ),
    "constant": (
        "{file}没有{zh}这一列，每一行都按参数 constants 算作“{value}”。",
        "{file} has no column {column}: every row has {value}, as constants in the params says.",
    ),
    "unknown_columns": (
        "{file}中的列{columns}不是本报告的列，已略过。",
        "Of {file} these columns are none of this report's and were passed over: {columns}.",
    ),
    "hidden_twin": (
        "隐藏的工作表{sheet}与{other}重名，已略过。",
        "The hidden sheet {sheet} has the name of {other} and was passed over.",
    ),
    "vin_tail_of_several": (
        "{table}有{count}次只记了VIN的末几位，而这样结尾的车不止一辆，没有对上：{listed}。请补全17位VIN。",
        "Of {name} {count} give only the end of a VIN that more than one vehicle has, and were not matched: "
        "{listed_en}. Give the whole VIN.",
    ),
    "no_vehicle": (
        "没有可用VIN（无、全零或不足6位）的工单：本月{count}张{listed}，近12个月{total}张。"
        "计入台次，不计入车辆数、基盘、流失、返修回厂和重复投诉。",
        "Orders without a usable VIN (无, zeros, fewer than 6 characters): {count} this month{listed_en}, "
        "{total} in 12 months. They count as visits, and in no figure of vehicles: volume, base, churn, "
        "returns, repeats.",
    ),
    "odd_vin": (
        "本月{count}张工单的VIN不是17位{listed}，照所写的用。请核对。",
        "{count} of this month's orders have a VIN of other than 17 characters{listed_en}, used as written. "
        "Check them.",
    ),
    "calls_without_vehicle": (
        "本月{count}次流失回访没有可用的VIN，对不上车辆。",
        "Of this month's churn calls {count} have no usable VIN and can't be matched.",
    ),
    "hours_unknown": (
        "{what}：{cases}件都有时间只记到日、没有时刻，无法计算，不作判断。",
        "{name}: all {cases} have a stamp that is a day without a time; it can't be computed, and nothing is "
        "said of it.",
    ),
    "hours_of_some": (
        "{what}：{cases}件中{days}件有时间只记到日、没有时刻，未计入。",
        "{name}: of {cases}, {days} have a stamp that is a day without a time, and are not in it.",
    ),
    "corrected_dropped": (
        "已更正{table}（{rows}）{count}行：删除；原因：{reason}。",
        "Corrected {table} ({rows}), rows: {count}, dropped; reason: {reason}.",
    ),
    "corrected_set": (
        "已更正{table}（{rows}）{count}行：{column}改为{value}；原因：{reason}。",
        "Corrected {table} ({rows}), rows: {count}, {column} set to {value}; reason: {reason}.",
    ),
}


@dataclass(frozen=True)
class Note:
    """A remark: `code` is one of `WORDINGS`, `values` fill its places."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: str = "zh") -> str:
        """The remark in words.

        >>> Note("absent_table", {"zh": "厂家CSS", "table": "oem_css"}).text("en")
        'The table oem_css (厂家CSS) is missing; what needs it is left out.'
        """
        values = {name: in_language(value, lang) for name, value in self.values.items()}
        return WORDINGS[self.code][0 if lang == "zh" else 1].format(**values)

    def __str__(self) -> str:
        return self.text()


def in_language(value: Any, lang: str) -> Any:
    """A value of a remark in a language: a list set in a row, a pair of texts by its language.

    >>> in_language(["“备注”", {"zh": "第3列", "en": "column 3"}], "en")
    '“备注”, column 3'
    """
    if isinstance(value, Mapping):
        return value[lang]
    if isinstance(value, (list, tuple)):
        return ("、" if lang == "zh" else ", ").join(str(in_language(part, lang)) for part in value)
    return value


def texts(notes: Iterable[Note], lang: str = "zh") -> list[str]:
    """Remarks in words, in a language."""
    return [note.text(lang) for note in notes]

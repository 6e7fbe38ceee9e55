"""The report's remarks on its data, in Chinese as they are made and in English for an English report."""

from __future__ import annotations

import re

# Chinese wording with its places for values, and the English one.
_WORDINGS: tuple[tuple[str, str], ...] = (
    (
        "合成数据：内置示范店，全部记录由程序生成。",
        "Synthetic data: the built-in store, all records made by a program.",
    ),
    ("缺少{a}（{b}），相关内容从略。", "The table {b} ({a}) is missing; what needs it is left out."),
    ("文件{a}不是本报告的表，已略过。", "The file {a} is no table of this report and was passed over."),
    ("工作表{a}不是本报告的表，已略过。", "The sheet {a} is no table of this report and was passed over."),
    (
        "数据库中的{a}不是本报告的表，已略过。",
        "The database's {a} is no table of this report and was passed over.",
    ),
    (
        "{a}中的列{b}不是本报告的列，已略过。",
        "Of {a} these columns are none of this report's and were passed over: {b}.",
    ),
    (
        "隐藏的工作表{a}与{b}重名，已略过。",
        "The hidden sheet {a} has the name of {b} and was passed over.",
    ),
    (
        "已更正{a}（{b}）{c}行：删除；原因：{d}。",
        "Corrected {a} ({b}), rows: {c}, dropped; reason: {d}.",
    ),
    (
        "已更正{a}（{b}）{c}行：{d}改为{e}；原因：{f}。",
        "Corrected {a} ({b}), rows: {c}, {d} set to {e}; reason: {f}.",
    ),
)


def told(text: str, lang: str = "zh") -> str:
    """A remark in a language; one whose wording is not known stays as it is.

    >>> told("缺少厂家CSS（oem_css），相关内容从略。", "en")
    'The table oem_css (厂家CSS) is missing; what needs it is left out.'
    """
    if lang == "zh":
        return text
    for zh, en in _WORDINGS:
        pattern = re.sub(r"\\\{(\w)\\\}", r"(?P<\1>.+)", re.escape(zh))
        if found := re.fullmatch(pattern, text):
            return en.format(**found.groupdict())
    return text

"""Sentences of chapter 3 on what customers suggest."""

from __future__ import annotations

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, say, words


def themes(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the suggestions by theme."""
    return words(
        say(lang, "客户建议的主题", "What suggestions are about"),
        f.month(month, lang),
        say(
            lang,
            "一条建议可属多个主题；关键词见参数themes，原话在工作簿中。来源：回访记录。",
            "A suggestion may have several themes; their keywords are the param themes, "
            "the suggestions themselves are in the workbook. Source: survey calls.",
        ),
        lang,
    )


def others(table: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """The themes with a name for what fits none."""
    return table.assign(theme=table["theme"].fillna(say(lang, "其他", "Others")))

"""Sentences of chapter 1 on measures that are open for months."""

from __future__ import annotations

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, plural, say, words


def title(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """How many measures of earlier months are still open, and how many are late."""
    n = len(table)
    late = int((table["days_late"].fillna(0).astype(float) > 0).sum()) if n else 0
    return words(
        say(
            lang,
            f"往月措施{n}条月末未完成，其中{late}条逾期",
            f"{plural(n, 'measure')} of earlier months still open, {late} of them late",
        ),
        f.month(month, lang),
        say(
            lang,
            "已历月数自提出月份起算。来源：改善措施。",
            "Months are counted from the one in which the measure was raised. Source: actions.",
        ),
        lang,
    )

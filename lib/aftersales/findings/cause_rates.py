"""Sentences of chapter 4 on causes per 100 valid calls."""

from __future__ import annotations

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, plural, say, words


def cause_rates(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the causes per 100 valid calls."""
    n = int(table["valid"].iloc[0]) if len(table) else 0
    return words(
        say(lang, "每百次有效回访提及的原因", "Causes per 100 valid calls"),
        say(
            lang,
            f"有效回访{f.count(n)} · {f.month(month, lang)}，旁为前11个月合并",
            f"{plural(n, 'valid call')} · {f.month(month, lang)}, beside the 11 months before",
        ),
        say(lang, "来源：不满意原因、回访记录。", "Sources: grievances, survey calls."),
        lang,
    )

"""Words of a figure's months, whose chart draws the limits of the list of findings."""

from __future__ import annotations

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import plural, say


def span(table: pd.DataFrame, month: pd.Period, lang: str) -> str:
    """How many months a trend shows, and the last of them."""
    return say(
        lang,
        f"截至{f.month(month, lang)}的{len(table)}个月",
        f"{plural(len(table), 'month')} to {f.month(month, lang)}",
    )


def band(source_zh: str, source_en: str, lang: str) -> str:
    """What the band of a trend means, and its source; in English with its ``Source: ``."""
    return say(
        lang,
        f"阴影为控制限，之内不算信号；均值为此前各月。来源：{source_zh}。",
        f"Band: control limits, inside which there is no signal; mean: the months before. {source_en}.",
    )

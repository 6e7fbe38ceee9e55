"""Words of twelve months of a figure, whose chart draws the limits of the list of findings."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES
from aftersales.contract.language import Words, plural, say, words
from aftersales.signals import Finding, sentences


def of_rate(
    name: str,
    table: pd.DataFrame,
    source: tuple[str, str],
    month: pd.Period,
    findings: Sequence[Finding],
    lang: str,
) -> Words:
    """Words of a watched rate, which the table has under the last part of its name.

    Parameters
    ----------
    source
        What it is counted from, in Chinese and in English.
    """
    label = FIGURES[name].label(lang)
    rates = table[name.partition(".")[2]].astype(float).dropna() if len(table) else pd.Series(dtype=float)
    now = f.percent(rates.iloc[-1]) if len(rates) else f.NONE
    return words(
        sentences.title(findings, (name,), label + say(lang, now, f" {now}"), lang, [None]),
        say(
            lang,
            f"{label} · {span(table, month, lang)}",
            f"{label} · {span(table, month, lang)}",
        ),
        band(*source, lang=lang),
        lang,
    )


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

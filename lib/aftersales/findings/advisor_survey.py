"""Sentences of chapter 3 on advisors and suggestions."""

from __future__ import annotations

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, plural, say, words


def advisors(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the disappointed by advisor, with how many were asked."""
    n = int(table["valid"].sum()) if len(table) else 0
    return words(
        say(lang, "各服务顾问的失望率与有效回访数", "Disappointment rate by advisor and valid calls"),
        say(
            lang,
            f"有效回访{f.count(n)} · {f.month(month, lang)}",
            f"{plural(n, 'valid call')} · {f.month(month, lang)}",
        ),
        say(
            lang,
            "没有工单号的回访归不到顾问；覆盖率低时，分数说明不了什么。阴影为95%与99.8%控制限。来源：回访记录、维修工单。",
            "Calls without an order belong to no advisor; where few were asked, a score says little. "
            "Bands: 95% and 99.8% limits. Sources: survey calls, repair orders.",
        ),
        lang,
    )


def axis(mean: float | None, lang: str = "zh") -> dict[str, str]:
    """Names on the funnel plot."""
    store = "" if mean is None else f.percent(mean)
    return {
        "x_name": say(lang, "有效回访", "Valid calls"),
        "centre_name": say(lang, f"全店{store}", f"Store {store}"),
    }

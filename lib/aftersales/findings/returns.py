"""Sentences of chapter 5 on cars that come back: a count beside the workshop's own register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, plural, say, words
from aftersales.contract.statistics import FEW


def headline(
    figures: Mapping[str, Any],
    fixed: Mapping[str, Any],
    return_days: int,
    lang: str = "zh",
    left_out: Mapping[str, int] | None = None,
) -> str:
    """Repairs of last month whose car was back, beside what the workshop registered itself.

    Parameters
    ----------
    left_out
        Of `metrics.returns.left_out`: why there may be none to count.
    """
    n, back = figures["ftf.return_orders"], figures["ftf.returned"]
    if not n:
        return _unknown(left_out or {}, lang)
    text = say(
        lang,
        f"上月{f.count(n)}张维修与索赔工单中，{f.count(back)}辆车在{return_days}天内又回厂",
        f"Of {plural(n, 'repair or warranty order')} last month, {f.count(back)} had the car back within "
        f"{plural(return_days, 'day')}",
    )
    if n >= FEW:
        share = f.percent(figures["ftf.return_rate"])
        text += say(lang, f"（{share}）", f" ({share})")
    if fixed.get("ftf.not_fixed") is not None:
        own = f.count(fixed["ftf.not_fixed"])
        text += say(
            lang,
            f"；车间本月自行登记未一次修复{own}台",
            f"; the workshop's own register of this month has "
            f"{plural(fixed['ftf.not_fixed'], 'job')} not fixed",
        )
    return text + say(
        lang,
        "。记录中没有故障内容，是否同一故障需人工核对。",
        ". The records do not name the fault, so whether it was the same one has to be checked by hand.",
    )


def _unknown(left_out: Mapping[str, int], lang: str) -> str:
    """Why no order can be counted."""
    if left_out.get("repairs"):
        return say(
            lang,
            f"上月{f.count(left_out['repairs'])}张维修与索赔工单都没有可用的VIN，无法计算返修回厂。",
            f"None of last month's {plural(left_out['repairs'], 'repair and warranty order')} has a usable "
            "VIN, so returns cannot be known.",
        )
    if left_out.get("orders") and not left_out.get("typed"):
        return say(
            lang,
            f"上月{f.count(left_out['orders'])}张工单都没有填维修类型，无法计算返修回厂。",
            f"None of last month's {plural(left_out['orders'], 'order')} has a type, so returns cannot be "
            "known.",
        )
    return say(
        lang,
        "上月没有维修或索赔工单，无法计算返修回厂。",
        "There was no repair or warranty order last month, so returns cannot be known.",
    )


def red_line(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the list of cars that were back within 10 days."""
    n = len(table)
    return words(
        say(lang, f"10天内回厂的{n}辆（红线名单）", f"Back within 10 days: {n} (red-line list)"),
        say(lang, f"逐车核对 · {f.month(month, lang)}", f"To be checked car by car · {f.month(month, lang)}"),
        say(
            lang,
            "名单不是故障结论：记录中没有故障内容。来源：维修工单。",
            "A list, not a verdict: the records do not name the fault. Source: repair orders.",
        ),
        lang,
    )

"""Sentences of chapter 2 on deliveries: what the stamps say, no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, known, say, words
from aftersales.contract.statistics import FEW


def headline(figures: Mapping[str, Any], lang: str = "zh") -> str:
    """How many were handed over when promised, and how long cars were in the shop."""
    n = figures["delivery.orders"]
    if not n:
        return say(
            lang,
            "没有同时记录预计与实际交车时间的工单，无法计算准时交车。",
            "No order has both a promised and an actual time, so on-time delivery cannot be known.",
        )
    on_time, late = figures["delivery.on_time"], figures["delivery.late_30"]
    text = say(
        lang,
        f"{f.count(n)}台交车中{f.count(on_time)}台准时",
        f"On time: {f.count(on_time)} of {f.count(n)} deliveries",
    )
    if n >= FEW:
        share = f.percent(figures["delivery.rate"])
        text += say(lang, f"（{share}）", f" ({share})")
    text += say(lang, f"，{f.count(late)}台晚30分钟以上", f"; over 30 minutes late: {f.count(late)}")
    if known(figures["delivery.hours_median"]):
        hours = [f.number(figures[f"delivery.{name}"], 1) for name in ("hours_median", "hours_p90")]
        text += say(
            lang,
            f"；在店用时中位{hours[0]}小时，九成在{hours[1]}小时以内",
            f"; median time in the shop {hours[0]} hours, nine in ten within {hours[1]}",
        )
    return text + say(lang, "。", ".")


def story(month: pd.Period, lang: str = "zh") -> Words:
    """Words of the table from stamp to score."""
    return words(
        say(lang, "从交车时间到客户评分", "From the hand-over to the customers' score"),
        f.month(month, lang),
        say(
            lang,
            "并列的事实，不说明因果。来源：维修工单、厂家CSS、不满意原因。",
            "Facts side by side, no cause claimed. Sources: repair orders, car maker's CSS, grievances.",
        ),
        lang,
    )


def by(
    what: str, figures: Mapping[str, Any], month: pd.Period, grace_minutes: float, lang: str = "zh"
) -> Words:
    """Words of the tables by ``advisor``, ``hour`` and ``type``."""
    names = {
        "advisor": ("各服务顾问的准时交车", "On-time delivery by advisor"),
        "hour": ("各时段的准时交车", "On-time delivery by promised hour"),
        "type": ("各维修类型的准时交车", "On-time delivery by order type"),
    }
    n = f.count(figures["delivery.orders"] or 0)
    return words(
        names[what][0 if lang == "zh" else 1],
        say(lang, f"{n}台交车 · {f.month(month, lang)}", f"{n} deliveries · {f.month(month, lang)}"),
        say(
            lang,
            f"准时：不晚于预计时间{grace_minutes:g}分钟；区间为95%威尔逊区间。来源：维修工单。",
            f"On time: at most {grace_minutes:g} minutes late; 95% Wilson interval. Source: repair orders.",
        ),
        lang,
    )

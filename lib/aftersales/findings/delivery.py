"""Sentences of chapter 5 on deliveries: what the stamps say, no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES
from aftersales.contract.language import Words, known, plural, rate, say, words
from aftersales.contract.schema import label
from aftersales.contract.statistics import FEW
from aftersales.signals import Finding, sentences


def headline(
    figures: Mapping[str, Any],
    story: pd.DataFrame,
    findings: Sequence[Finding] = (),
    lang: str = "zh",
    left_out: Mapping[str, int | None] | None = None,
) -> str:
    """How many were handed over when promised, the MOT item 停留时间 and mentions of 时间, and the signals.

    Parameters
    ----------
    story
        Of `metrics.delivery.story`.
    left_out
        Of `metrics.delivery.left_out`: how many deliveries can't be judged, and why.
    """
    n = figures["delivery.orders"]
    days = (left_out or {}).get("days") or 0
    if n:
        on_time = f.count(figures["delivery.on_time"])
        share = rate(figures["delivery.rate"], n, lang)
        part = say(lang, f"（{share}）", f" ({share})") if n >= FEW else ""
        told = say(
            lang,
            f"{f.count(n)}台交车中{on_time}台准时{part}",
            f"On time: {on_time} of {plural(n, 'delivery', 'deliveries')}{part}",
        )
        if days:
            told += say(
                lang,
                f"，另有{f.count(days)}台的时间只记到日，不计",
                f"; {f.count(days)} more have days without a time and are not counted",
            )
    else:
        told = _unknown(left_out or {}, lang)
    now = dict(zip(story["what"], story["current"], strict=True))
    if known(now.get("time_in_shop")):
        item, score = label("mot_item", "time_in_shop", lang), f.number(now["time_in_shop"], 1)
        told += say(lang, f"，MOT项“{item}”{score}分", f"; MOT item “{item}”: {score}")
    if known(now.get("time_cause")):
        cause, per_100 = label("cause", "time", lang), f.number(now["time_cause"], 1)
        told += say(
            lang,
            f"，每百次有效回访提到“{cause}”{per_100}次",
            f"; “{cause}” named {per_100} times per 100 valid calls",
        )
    told += say(lang, "。", ".")
    if n and known(figures["delivery.hours_median"]):
        middle, slow = (
            f.figure(figures[name], FIGURES[name], lang)
            for name in ("delivery.hours_median", "delivery.hours_p90")
        )
        told += say(
            lang,
            f"晚交30分钟以上{f.count(figures['delivery.late_30'])}台；在店用时中位{middle}，九成在{slow}以内。",
            f" Over 30 minutes late: {f.count(figures['delivery.late_30'])}; median time in the shop "
            f"{middle}, nine in ten within {slow}.",
        )
    return sentences.headline(findings, ("delivery.rate",), told, lang)


def _unknown(left_out: Mapping[str, int | None], lang: str) -> str:
    """Why no delivery can be judged."""
    delivered, days = left_out.get("delivered"), left_out.get("days")
    if days:
        return say(
            lang,
            f"本月交车{f.count(delivered)}台，预计或实际交车时间只记到日，不知是否准时",
            f"{plural(delivered or 0, 'delivery', 'deliveries')} this month; their stamps are days without a "
            "time, so on-time delivery cannot be known",
        )
    if delivered:
        return say(
            lang,
            f"本月交车{f.count(delivered)}台，都没有填预计交车时间，无法计算准时交车",
            f"{plural(delivered, 'delivery', 'deliveries')} this month, none with a promised time, so "
            "on-time delivery cannot be known",
        )
    return say(
        lang,
        "没有在本月交车的工单，无法计算准时交车",
        "No order has a delivery time in this month, so on-time delivery cannot be known",
    )


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


def advisors(
    table: pd.DataFrame,
    figures: Mapping[str, Any],
    month: pd.Period,
    grace_minutes: float,
    findings: Sequence[Finding] = (),
    lang: str = "zh",
) -> Words:
    """Words of the table of advisors: who lies beyond chance, if anybody does."""
    made = by("advisor", figures, month, grace_minutes, lang)
    names = list(table["advisor"])
    title = sentences.title(findings, ("delivery.rate",), made["title"], lang, names)
    return {**made, "title": title}


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
        say(
            lang,
            f"{n}台交车 · {f.month(month, lang)}",
            f"{n} {'delivery' if n == '1' else 'deliveries'} · {f.month(month, lang)}",
        ),
        say(
            lang,
            f"准时：不晚于预计时间{grace_minutes:g}分钟；区间为95%威尔逊区间。来源：维修工单。",
            f"On time: at most {grace_minutes:g} minutes late; 95% Wilson interval. Source: repair orders.",
        ),
        lang,
    )

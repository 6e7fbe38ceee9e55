"""Sentences of chapter 6 on the private cohort: at least, at most, most likely."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, known, plural, say, words
from aftersales.contract.statistics import FEW


def headline(figures: Mapping[str, Any], lang: str = "zh") -> str:
    """The private cohort's churn, with what the calls leave open."""
    n = figures["churn.private_cohort"]
    if not n:
        return say(lang, "没有可计算的私车。", "There is no private vehicle to count.")
    text = say(
        lang,
        f"{f.count(n)}辆私车中",
        f"Of {plural(n, 'private vehicle')}, ",
    )
    rate = figures["churn.private_rate"]
    lost = f.count(rate * n)
    share = say(lang, f"（{f.percent(rate)}）", f" ({f.percent(rate)})") if n >= FEW else ""
    text += say(lang, f"{lost}辆未再来站{share}", f"{lost} have not been back{share}")
    low, high, best = (figures[f"churn.lost_{name}"] for name in ("low", "high", "best"))
    if n >= FEW and known(low) and known(high):
        text += say(
            lang,
            f"；真正流失至少{f.percent(low)}，至多{f.percent(high)}",
            f"; truly lost: at least {f.percent(low)}, at most {f.percent(high)}",
        )
        if known(best):
            text += say(lang, f"，估计{f.percent(best)}", f", estimated {f.percent(best)}")
    return text + say(lang, "。", ".")


def bridge(table: pd.DataFrame, month: pd.Period, churn_months: int, lang: str = "zh") -> Words:
    """Words of the bridge from the private cohort to the known lost; fleet vehicles stand beside it."""
    steps = table.set_index("step")["count"] if len(table) else pd.Series(dtype=float)
    fleet = ""
    if "fleet_lost" in steps:
        a, b = f.count(steps["fleet_cohort"]), f.count(steps["fleet_lost"])
        fleet = say(
            lang,
            f"另有公车{a}辆，其中{b}辆未再来站，由他人跟进。",
            f"In addition, {b} of {a} fleet vehicles have not been back; others follow them up. ",
        )
    return words(
        say(lang, "从来站私车到已知流失", "From the private vehicles that came to the known lost"),
        say(
            lang,
            f"私车 · {f.month(month - churn_months, lang)}来站",
            f"Private vehicles · came in {f.month(month - churn_months, lang)}",
        ),
        fleet
        + say(
            lang,
            "未接通或未致电的，是否流失未知。来源：维修工单、流失回访。",
            "Whether those not reached or not called are lost is not known. "
            "Sources: repair orders, churn calls.",
        ),
        lang,
    )


def returning(table: pd.DataFrame, median: float | None, month: pd.Period, lang: str = "zh") -> Words:
    """Words of how soon private cars come again."""
    title = say(lang, "私车再次来站所需的时间", "How soon private cars come again")
    if median is not None and known(median):
        title = say(
            lang,
            f"半数私车在{f.count(median)}天内再次来站",
            f"Half of the private cars come again within {plural(median, 'day')}",
        )
    return words(
        title,
        say(
            lang,
            f"再次来站的比例（%）· 截至{f.month(month, lang)}的24个月",
            f"Share that has come again (%) · 24 months to {f.month(month, lang)}",
        ),
        say(
            lang,
            "Kaplan–Meier估计：尚未再来的车等到月末为止。来源：维修工单。",
            "Kaplan–Meier: cars not yet back have waited to the month's end. Source: repair orders.",
        ),
        lang,
    )


def in_days(table: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """The curve at some days as bars: ``label``, ``value`` in percent."""
    names = [say(lang, f"{int(d)}天内", f"within {int(d)} days") for d in table["days"]]
    return pd.DataFrame({"label": names, "value": 100 * table["back"].astype(float)})


def call_list(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the list of lost private vehicles."""
    return words(
        say(
            lang,
            f"流失私车{f.count(len(table))}辆，按金额×天数排列",
            f"{plural(len(table), 'lost private vehicle')}, by amount × days",
        ),
        f.month(month, lang),
        say(
            lang,
            "金额为最后来站前12个月合计。来源：维修工单、流失回访。",
            "Amount of the 12 months to the last visit. Sources: repair orders, churn calls.",
        ),
        lang,
    )

"""Sentences of chapter 5 on bookings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, known, plural, rate, say, words
from aftersales.contract.statistics import FEW
from aftersales.signals import Finding, sentences


def headline(
    figures: Mapping[str, Any], target: float | None, findings: Sequence[Finding] = (), lang: str = "zh"
) -> str:
    """The booking rate and the share that the store called for."""
    if figures["booking.booked"] is None:
        return say(lang, "没有预约登记。", "There is no record of bookings.")
    if not known(figures["booking.rate"]):
        return say(
            lang,
            "本月没有进厂台次，无法计算预约率。",
            "There were no visits this month, so there is no booking rate.",
        )
    n, arrived = figures["booking.visits"], figures["booking.arrived"]
    if not figures["booking.booked"]:
        return say(
            lang,
            f"本月进厂{f.count(n)}台次，没有登记预约。",
            f"{plural(n, 'visit')} this month, and no booking was registered.",
        )
    if n < FEW:
        return say(
            lang,
            f"进厂{f.count(n)}台次，其中预约{f.count(arrived)}台次。",
            f"{plural(n, 'visit')}, {f.count(arrived)} of them booked.",
        )
    text = say(
        lang,
        f"预约进厂{f.count(arrived)}台次，预约率{rate(figures['booking.rate'], n, lang)}",
        f"{plural(arrived, 'booked visit')}: a booking rate of {rate(figures['booking.rate'], n, lang)}",
    )
    text += sentences.on_target(findings, "booking.rate", target, lang)
    if figures["booking.booked"] >= FEW:
        share = rate(figures["booking.proactive_share"], figures["booking.booked"], lang)
        missed = rate(figures["booking.no_show_rate"], figures["booking.booked"], lang)
        text += say(
            lang,
            f"；主动预约占{share}，预约未进厂率{missed}",
            f"; the store called for {share} of all bookings, and {missed} were no-shows",
        )
    text += say(lang, "。", ".")
    return sentences.headline(findings, ("booking.rate", "booking.kept_rate"), text, lang)


def status(table: pd.DataFrame, figures: Mapping[str, Any], month: pd.Period, lang: str = "zh") -> Words:
    """Words of the bookings by status."""
    n = figures["booking.booked"] or 0
    share = (
        say(lang, "（", " (") + f.percent(figures["booking.kept_rate"]) + say(lang, "）", ")")
        if n >= FEW
        else ""
    )
    title = say(
        lang,
        f"{f.count(figures['booking.booked'])}个预约中{f.count(figures['booking.arrived'])}个进厂{share}"
        if n
        else "本月没有登记预约",
        (
            f"{f.count(figures['booking.arrived'])} of {plural(figures['booking.booked'], 'booking')} "
            f"kept{share}"
        )
        if n
        else "No booking was registered this month",
    )
    return words(
        title,
        say(lang, f"预约数与占比 · {f.month(month, lang)}", f"Bookings and share · {f.month(month, lang)}"),
        say(lang, "来源：预约登记。", "Source: bookings."),
        lang,
    )


def actions(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the booking measures."""
    title = say(
        lang,
        f"本月为预约提出{len(table)}项措施",
        f"{plural(len(table), 'measure')} for bookings raised this month",
    )
    return words(
        title,
        say(lang, f"{f.month(month, lang)}提出", f"Raised in {f.month(month, lang)}"),
        say(lang, "来源：改善措施。", "Source: actions."),
        lang,
    )

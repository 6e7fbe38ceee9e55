"""Sentences of chapter 4 on what becomes of complaints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, known, plural, say, words
from aftersales.findings.complaints import days_only, hours_of


def headline(
    figures: Mapping[str, Any], received: int | None = None, days: int | None = None, lang: str = "zh"
) -> str:
    """Backlog, repeats, and the time by which nine in ten are closed.

    Parameters
    ----------
    received
        Complaints of the month.
    days
        Those of them that are in no number of hours, as `metrics.complaint_handling.left_out` counts them.
    """
    if figures["complaints.backlog"] is None:
        return say(lang, "没有投诉台账。", "There is no register of complaints.")
    parts = [
        say(
            lang,
            f"往月受理、月末仍未关闭的投诉{f.count(figures['complaints.backlog'])}件",
            f"Open from earlier months: {f.count(figures['complaints.backlog'])}",
        )
    ]
    if known(figures["complaints.repeats"]):
        n = f.count(figures["complaints.repeats"])
        parts.append(say(lang, f"30天内重复投诉{n}件", f"repeats within 30 days: {n}"))
    hours = figures["complaints.hours_to_close_p90"]
    if known(hours):
        parts.append(
            say(
                lang,
                f"九成在{f.hours(hours, lang)}内关闭",
                f"nine in ten closed within {f.hours(hours, lang)}",
            )
        )
    elif days and days == received:
        parts.append(
            say(
                lang,
                "受理或关闭只记到日，不知几小时关闭",
                "stamps are days without a time, so how many hours closing took is not known",
            )
        )
    elif received != 0:
        parts.append(say(lang, "尚未有九成关闭", "fewer than nine in ten closed so far"))
    return say(lang, "，", "; ").join(parts) + say(lang, "。", ".")


def waiting(
    table: pd.DataFrame, promised_hours: Mapping[str, float], month: pd.Period, lang: str = "zh"
) -> Words:
    """Words of the complaints that wait: whose they are and how long they have been open."""
    n, limit = len(table), hours_of(promised_hours["close"])
    return words(
        say(
            lang,
            f"{n}件投诉超过承诺的{limit}小时仍未关闭" if n else f"没有超过承诺的{limit}小时仍未关闭的投诉",
            f"{plural(n, 'complaint')} open beyond the promised {limit} hours"
            if n
            else f"No complaint is open beyond the promised {limit} hours",
        ),
        say(
            lang,
            f"截至月末，不论何时受理 · {f.month(month, lang)}",
            f"At the end of {f.month(month, lang)}, whenever received",
        ),
        say(
            lang,
            "只记到日的不列小时。定责任人与期限；姓名与电话用 make call-list 取得。来源：投诉台账。",
            "No hours where only the day of receipt is known. Name an owner and a date for each; names and "
            "phone numbers: make call-list."
            " Source: complaints.",
        ),
        lang,
    )


def ageing(table: pd.DataFrame, month: pd.Period, days: int | None = None, lang: str = "zh") -> Words:
    """Words of the complaints by age; `days` of them are in none, for want of a time of day."""
    n, still = (int(table[c].sum()) if len(table) else 0 for c in ("closed", "open"))
    title = say(lang, f"已关闭{n}件，未关闭{still}件", f"Closed: {n}, open: {still}")
    if days and not n + still:
        title = say(lang, "时间只记到日，不能按小时分", "Only days are recorded: no hours to sort by")
    return words(
        title,
        say(
            lang,
            f"本月受理，按小时 · {f.month(month, lang)}",
            f"Received in {f.month(month, lang)}, by hours",
        ),
        say(
            lang,
            "未关闭的按到月末的小时计。",
            "Open ones are counted up to the end of the month. ",
        )
        + days_only(days or 0, lang)
        + say(lang, "来源：投诉台账。", "Source: complaints."),
        lang,
    )


def channels(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of where complaints came from."""
    return words(
        say(lang, "投诉从哪里来", "Where complaints came from"),
        f.month(month, lang),
        say(lang, "来源：投诉台账。", "Source: complaints."),
        lang,
    )

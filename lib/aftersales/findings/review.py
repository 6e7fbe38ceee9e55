"""Sentences of chapter 1: last month's measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, plural, say, words
from aftersales.signals import Finding, sentences


def headline(figures: Mapping[str, Any], lang: str = "zh") -> str:
    """How many of last month's measures are done."""
    n, done = figures["review.actions"], figures["review.done"]
    if n is None:
        return say(
            lang,
            "没有改善措施表，无法回顾上月执行状况。",
            "There is no table of actions, so last month's measures cannot be reviewed.",
        )
    if n == 0:
        return say(lang, "上月没有提出改善措施。", "No measures were raised last month.")
    if done is None:
        return say(
            lang,
            f"上月提出{n}项措施；表里没有完成情况，无从得知做了没有。",
            f"{plural(n, 'measure')} raised last month; the table has no status: what was done is unknown.",
        )
    rate = f.percent(figures["review.completion_rate"])
    if done == n:
        return say(
            lang,
            f"上月{n}项措施全部完成。",
            f"All {plural(n, 'measure')} of last month are done."
            if n > 1
            else "The one measure of last month is done.",
        )
    rest = []
    if figures["review.in_progress"]:
        rest.append(
            say(
                lang,
                f"{figures['review.in_progress']}项进行中",
                f"{figures['review.in_progress']} in progress",
            )
        )
    if figures["review.not_started"]:
        rest.append(
            say(
                lang, f"{figures['review.not_started']}项未做", f"{figures['review.not_started']} not started"
            )
        )
    share = say(lang, f"（{rate}）", f" ({rate})") if n >= 10 else ""
    return say(
        lang,
        f"上月{n}项措施完成{done}项{share}，{'、'.join(rest)}。",
        f"{done} of {plural(n, 'measure')} of last month done{share}, {f.join(rest, lang)}.",
    )


def actions(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the table of measures."""
    late = int(table["days_late"].notna().sum())
    undated = int((table["due"].isna() & (table["status"] != "done")).sum())
    title = say(
        lang,
        f"{late}项措施逾期" if late else "没有措施逾期",
        f"{plural(late, 'measure')} late" if late else "No measure is late",
    )
    if undated:
        title = say(
            lang,
            f"{late}项措施逾期，另有{undated}项未完成、也没有写完成时间",
            f"{plural(late, 'measure')} late; {undated} not done without a due date",
        )
    if len(table) and table["status"].isna().all():
        title = say(
            lang, f"{len(table)}项措施，完成情况未知", f"{plural(len(table), 'measure')} of unknown status"
        )
    period = f.month(month - 1, lang)
    return words(
        title,
        say(
            lang,
            f"{period}提出的措施，状态截至{f.month(month, lang)}末 · {len(table)}项",
            f"Measures raised in {period}, as at the end of {f.month(month, lang)} · {len(table)}",
        ),
        say(
            lang,
            "月末以后完成的措施仍算进行中。来源：改善措施。",
            "A measure done after the end of the month counts as in progress. Source: actions.",
        ),
        lang,
    )


def results(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of what became of the measures: how many of them gave a signal, how many are flagged."""
    by = table["outcome"].value_counts() if len(table) else {}
    better, worse = int(by.get("better", 0)), int(by.get("worse", 0))
    flagged = sum(bool(flags) for flags in table["flags"]) if len(table) else 0
    title = say(
        lang,
        f"{len(table)}项措施：{better}项有变好的信号，{worse}项有变差的信号，{flagged}项需要注意",
        f"{plural(len(table), 'measure')}: {better} with a signal for the better, {worse} for the worse, "
        f"{flagged} to look at",
    )
    period = f"{f.month(month - 1, lang)} → {f.month(month, lang)}"
    return words(
        title,
        say(lang, f"措施要改变的指标 · {period}", f"The figure each measure is to move · {period}"),
        say(
            lang,
            "用信号清单的同一标准判断；没有信号不等于没有效果，只是还看不出。来源：改善措施。",
            "Judged as in the list of findings; no signal does not mean no effect, only that none is "
            "seen yet. Source: actions.",
        ),
        lang,
    )


def mot(table: pd.DataFrame, month: pd.Period, findings: Sequence[Finding] = (), lang: str = "zh") -> Words:
    """Words of the table of MOT items that the measures name."""
    both = table.dropna(subset=["change"])
    n = len(both)
    shown = say(lang, f"措施对应的{n}个MOT项", f"{plural(n, 'MOT item')} behind the measures")
    title = (
        sentences.title(findings, ("oem.mot",), shown, lang, list(both["item"]))
        if n
        else say(
            lang,
            "措施对应的MOT项没有可比的得分",
            "The items behind the measures have no two scores to compare",
        )
    )
    period = f"{f.short_month(month - 1, lang)} → {f.short_month(month, lang)}"
    return words(
        title,
        say(lang, f"厂家CSS得分（指数）· {period}", f"Car maker's CSS scores (index) · {period}"),
        say(lang, "一个月的变化可能只是波动，见第2章。", "One month's change may be chance; see chapter 2."),
        lang,
    )

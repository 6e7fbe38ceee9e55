"""Sentences of chapter 7: next month's targets and TOP5."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES
from aftersales.contract.language import Words, plural, say, words
from aftersales.contract.schema import label


def headline(priorities: pd.DataFrame, targets: pd.DataFrame, lang: str = "zh") -> str:
    """Which items come first, and how many targets were missed."""
    tried = targets.dropna(subset=["met"])
    missed = int((~tried["met"].astype(bool)).sum())
    text = (
        say(
            lang,
            f"{len(tried)}项目标中{missed}项未达到",
            f"{missed} of {plural(len(tried), 'target')} missed",
        )
        if len(tried)
        else ""
    )
    first = (
        [label("mot_item", i, lang) for i in priorities.loc[priorities["priority"] > 1e-9, "item"].head(2)]
        if len(priorities)
        else []
    )
    if first:
        text += say(
            lang,
            f"{'；' if text else ''}按权重 × 差距，下月先抓{f.join(first, lang)}",
            (
                f"{'; ' if text else ''}by weight × gap the first to work on: "
                f"{f.join([f'“{i}”' for i in first], lang)}"
            ),
        )
    if not text:
        return say(lang, "本月没有可据以提出目标的数据。", "There are no figures to set targets by.")
    return text + say(lang, "。", ".")


def targets(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the table of targets."""
    tried = table.dropna(subset=["met"])
    met = int(tried["met"].astype(bool).sum())
    title = say(
        lang, f"{len(tried)}项指标中{met}项达到目标", f"{met} of {plural(len(tried), 'figure')} on target"
    )
    if tried.empty:
        title = say(lang, "没有可与目标比较的指标", "No figure to hold against a target")
    return words(
        title,
        say(
            lang,
            f"{f.month(month, lang)}实绩与目标，{f.month(month + 1, lang)}建议目标",
            f"{f.month(month, lang)} against target; proposal for {f.month(month + 1, lang)}",
        ),
        say(
            lang,
            "已达标的保持目标；未达标的，建议下月先走完差距的一半。目标见params。",
            (
                "A target that is met stays; where it is missed, "
                "half the gap is proposed for next month. Targets: params."
            ),
        ),
        lang,
    )


def matrix(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the matrix of weight and gap."""
    first = (
        [label("mot_item", i, lang) for i in table.loc[table["priority"] > 1e-9, "item"].head(2)]
        if len(table)
        else []
    )
    title = (
        say(lang, f"{f.join(first, lang)}最该先改", f"{f.join(first, lang)}: first to work on")
        if first
        else say(
            lang,
            "十项都达到目标分" if len(table) else "没有厂家得分，无法排序",
            "All ten items reach the target" if len(table) else "No scores, no order",
        )
    )
    return words(
        title,
        say(
            lang,
            f"MOT十项：权重与距目标的差距 · {f.month(month, lang)}",
            f"Ten MOT items: weight and gap to target · {f.month(month, lang)}",
        ),
        say(
            lang,
            "优先顺序 = 权重 × 差距，相同时看不满意提及次数。来源：厂家CSS。",
            "Priority = weight × gap, ties by mentions of the cause. Source: car maker's CSS.",
        ),
        lang,
    )


def department(table: pd.DataFrame, name: str, month: pd.Period, lang: str = "zh") -> Words:
    """Words of a department's TOP5."""
    given = int((~table["proposed"].astype(bool)).sum())
    proposed = len(table) - given
    who = label("action_department", name, lang)
    return words(
        say(
            lang,
            f"{who}：{given}项已提出，{proposed}项为程序建议",
            f"{who}: {given} raised, {proposed} proposed by the program",
        ),
        say(
            lang,
            f"{f.month(month, lang)}提出，{f.month(month + 1, lang)}执行",
            f"Raised in {f.month(month, lang)} for {f.month(month + 1, lang)}",
        ),
        say(
            lang,
            "带“建议”的行由程序据本月数据提出，责任人和完成时间由部门填写。",
            (
                "Rows marked “proposal” come from the month's figures; "
                "owner and date are for the department to fill in."
            ),
        ),
        lang,
    )


def axis(lang: str = "zh") -> dict[str, str]:
    """Names on the matrix."""
    return {
        "x_name": say(lang, "距目标的差距（分）", "Gap to target (points)"),
        "y_name": say(lang, "权重", "Weight"),
    }


def closing(
    figures: Mapping[str, Any],
    targets: pd.DataFrame,
    priorities: pd.DataFrame,
    month: pd.Period,
    lang: str = "zh",
) -> list[dict[str, str]]:
    """The closing summary: targets missed, what to start with, what stays."""
    tried = targets.dropna(subset=["met"])
    missed = tried[~tried["met"].astype(bool)]
    items = []
    for row in missed.to_dict("records"):
        figure = FIGURES[row["figure"]]
        name = figure.zh if lang == "zh" else figure.en
        now, goal, to = (f.figure(row[k], figure, lang) for k in ("current", "next_target", "target"))
        items.append(
            {
                "text": say(
                    lang,
                    f"{name}：由{now}到{goal}（目标{to}）",
                    f"{name}: from {now} to {goal} (target {to})",
                )
            }
        )
    first = priorities[priorities["priority"] > 1e-9].head(2) if len(priorities) else priorities
    for row in first.to_dict("records"):
        name = label("mot_item", row["item"], lang)
        gain = f.number(row["priority"], 2)
        items.append(
            {
                "text": say(
                    lang,
                    f"{name}补足差距，MOT可增{gain}分",
                    f"Closing the gap of “{name}” adds {gain} to MOT",
                )
            }
        )
    if not items:
        items.append(
            {
                "text": say(
                    lang,
                    "各项目标均已达到，保持现行做法。",
                    "All targets are met: keep the present practice.",
                )
                if len(tried)
                else say(lang, "没有可与目标比较的数据。", "There is nothing to hold against a target.")
            }
        )
    return items

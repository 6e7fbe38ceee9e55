"""Sentences of chapter 7: next month's targets and TOP5."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES
from aftersales.contract.language import Words, plural, say, words
from aftersales.contract.schema import label


def headline(targets: pd.DataFrame, departments: Sequence[pd.DataFrame], lang: str = "zh") -> str:
    """How the targets stand, and how much is raised and proposed for next month."""
    by = targets["verdict"].value_counts()
    tried = int(by.sum())
    rows = [row for table in departments for row in table["proposed"]]
    own, asked = rows.count(False), rows.count(True)
    text = (
        say(
            lang,
            f"{tried}项目标：达到{by.get('met', 0)}项，未达{by.get('missed', 0)}项，"
            f"不能判定{by.get('undecided', 0)}项",
            f"{plural(tried, 'target')}: {by.get('met', 0)} met, {by.get('missed', 0)} missed, "
            f"{by.get('undecided', 0)} undecided",
        )
        if tried
        else say(lang, "没有可与目标比较的数据", "Nothing to hold against a target")
    )
    return text + say(
        lang,
        f"；各部门已提出措施{own}项，程序据信号清单建议{asked}项。",
        f"; {plural(own, 'measure')} raised, {asked} proposed from the list of findings.",
    )


def targets(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the table of targets."""
    by = table["verdict"].value_counts()
    tried = int(by.sum())
    title = say(
        lang,
        f"{tried}项指标：达到{by.get('met', 0)}，未达{by.get('missed', 0)}，不能判定{by.get('undecided', 0)}",
        f"{plural(tried, 'figure')}: {by.get('met', 0)} on target, {by.get('missed', 0)} missed, "
        f"{by.get('undecided', 0)} undecided",
    )
    if not tried:
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
            "95%区间包含目标的，不能判定，保持目标；未达标的，建议下月先走完差距的一半。目标见params。",
            "Where the 95% interval contains the target, it is undecided and the target stays; where it is "
            "missed, half the gap is proposed for next month. Targets: params.",
        ),
        lang,
    )


def matrix(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the matrix of weight and gap."""
    title = (
        say(lang, "十项：权重与差距", "The ten items by weight and gap")
        if len(table)
        else say(lang, "没有本店的厂家得分", "There are no scores of the store")
    )
    return words(
        title,
        say(
            lang,
            f"差距：低于分中心的到分中心，否则到本店24个月中位数 · {f.month(month, lang)}",
            f"Gap to the branch where below it, else to the median of 24 months · {f.month(month, lang)}",
        ),
        say(
            lang,
            "优先顺序 = 权重 × 差距，相同时看不满意提及次数。来源：厂家CSS。",
            "Priority = weight × gap, ties by mentions of the cause. Source: car maker's CSS.",
        ),
        lang,
    )


def ranking(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of all that the findings ask for."""
    n, own = len(table), (table["unit"] == "cases").any()
    cases_zh, cases_en = (
        (
            "例 = 自建章节的指标离目标还差的例数。",
            "Cases = how many of its cases a figure of the store's own is short of its target. ",
        )
        if own
        else ("", "")
    )
    return words(
        say(
            lang,
            f"信号与待办共{n}项，各部门按收益统一排序",
            f"{plural(n, 'finding')} to act on, all departments ranked by gain",
        ),
        say(
            lang,
            f"同一单位内比较 · {f.month(month, lang)}",
            f"Compared within each unit · {f.month(month, lang)}",
        ),
        say(
            lang,
            "MOT分 = 权重 × 差距；客户 = 若回到此前水平或目标可多满意、多保留的客户数。"
            f"{cases_zh}不同单位之间不互相换算。来源：信号清单。",
            "MOT points = weight × gap; customers = how many more would be satisfied or kept at the level "
            f"before or on target. {cases_en}"
            "Units are not weighed against each other. Source: the list of findings.",
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
            "带“建议”的行出自信号清单，没有信号就不凑数；责任人由部门确认。",
            "Rows marked “proposal” come from the list of findings, which is never padded; the department "
            "confirms the owner.",
        ),
        lang,
    )


def axis(lang: str = "zh") -> dict[str, str]:
    """Names on the matrix."""
    return {
        "x_name": say(lang, "差距（分）", "Gap (points)"),
        "y_name": say(lang, "权重", "Weight"),
    }


def closing(
    targets: pd.DataFrame,
    lang: str = "zh",
) -> list[dict[str, str]]:
    """The closing summary: the targets that were missed, and how far to go next month."""
    tried = targets.dropna(subset=["verdict"])
    missed = tried[tried["verdict"] == "missed"]
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
    if not items:
        items.append(
            {
                "text": say(
                    lang,
                    "没有目标肯定未达到。",
                    "No target is missed for certain.",
                )
                if len(tried)
                else say(lang, "没有可与目标比较的数据。", "There is nothing to hold against a target.")
            }
        )
    return items

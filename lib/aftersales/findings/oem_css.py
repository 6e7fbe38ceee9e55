"""Sentences of chapter 2: the car maker's CSS and the mystery visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, known, plural, say, words
from aftersales.findings import trends
from aftersales.signals import Finding, sentences


def headline(
    figures: Mapping[str, Any], items: pd.DataFrame, findings: Sequence[Finding] = (), lang: str = "zh"
) -> str:
    """Where MOT and CSS stand, beside last month and the branch, and the chapter's signals."""
    mot, css = figures["oem.mot"], figures["oem.css"]
    if not known(mot) and not known(css):
        return say(
            lang,
            "厂家CSS中没有本店本月的得分。",
            "The car maker's CSS has no score of the store itself for this month.",
        )
    parts = []
    if known(mot):
        beside = [
            say(lang, f"{zh}{f.number(figures[name])}", f"{en} {f.number(figures[name])}")
            for name, zh, en in (
                ("oem.mot_previous", "上月", "last month"),
                ("oem.mot_branch", "分中心", "branch"),
                ("oem.mot_national", "全国", "nation"),
            )
            if known(figures[name])
        ]
        text = say(lang, f"MOT得分{f.number(mot)}", f"MOT score {f.number(mot)}")
        parts.append(
            text + (say(lang, f"（{'，'.join(beside)}）", f" ({', '.join(beside)})") if beside else "")
        )
    if known(css):
        parts.append(say(lang, f"CSS得分{f.number(css)}", f"CSS score {f.number(css)}"))
    text = say(lang, "，", "; ").join(parts) + say(lang, "。", ".")
    return sentences.headline(findings, ("oem.mot", "oem.css"), text, lang)


def scores(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the table of ten items."""
    if table.empty:
        return words(say(lang, "没有厂家CSS得分", "There is no score of the car maker"), "", "", lang)
    rows = table.set_index("scope")
    mot, branch, nation = (rows.loc[s, "mot"] for s in ("current", "branch", "national"))
    if known(mot) and known(branch) and known(nation):
        own, a, b = f.number(mot), f.number(branch), f.number(nation)
        title = say(
            lang,
            f"MOT：本店{own}，分中心{a}，全国{b}",
            f"MOT: store {own}, branch {a}, nation {b}",
        )
    else:
        title = say(lang, "本月十项得分", "The ten items this month")
    scopes = ("current", "previous", "branch", "national")
    now, last, in_branch, in_nation = (f.count(rows.loc[scope, "sample"]) for scope in scopes)
    n = say(
        lang,
        f"样本：本月{now}，上月{last}，分中心{in_branch}，全国{in_nation}",
        f"Samples: this month {now}, last {last}, branch {in_branch}, nation {in_nation}",
    )
    return words(
        title,
        say(
            lang,
            f"得分为指数，可超过100 · {f.month(month, lang)} · {n}",
            f"Index points, may exceed 100 · {f.month(month, lang)} · {n}",
        ),
        say(
            lang,
            "MOT = Σ 权重 × 项目得分；CSS由代理机构给出。来源：厂家CSS。",
            "MOT = Σ weight × item score; CSS as the agency gives it. Source: car maker's CSS.",
        ),
        lang,
    )


def dots(
    items: pd.DataFrame,
    table: pd.DataFrame,
    month: pd.Period,
    findings: Sequence[Finding] = (),
    lang: str = "zh",
) -> Words:
    """Words of the dot plot: the items that gave a signal, or that none did."""
    if table.empty:
        return words(say(lang, "没有厂家CSS得分", "There is no score of the car maker"), "", "", lang)
    rows = table.set_index("scope")
    title = sentences.title(
        findings, ("oem.mot",), say(lang, "十项得分", "The ten items"), lang, list(items["item"])
    )
    n = f"n = {f.count(rows.loc['current', 'sample'])}"
    last = f.count(rows.loc["previous", "sample"])
    return words(
        title,
        say(
            lang,
            (
                f"厂家CSS十项得分（指数，可超过100）· {f.short_month(month, lang)}{n}，"
                f"{f.short_month(month - 1, lang)} n = {last} · 按本月得分排序"
            ),
            (
                f"Index (may exceed 100) · {f.short_month(month, lang)} {n}, "
                f"{f.short_month(month - 1, lang)} n = {last}"
            ),
        ),
        say(
            lang,
            "红色为有变差信号的项目。来源：厂家CSS。",
            "Items with a signal for the worse are red. Source: car maker's CSS.",
        ),
        lang,
    )


def waterfall(items: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the ΔMOT waterfall."""
    both = items.dropna(subset=["contribution"])
    total = float(both["contribution"].sum()) if len(both) else 0.0
    if both.empty:
        title = say(lang, "MOT变化无法分解", "The change in MOT cannot be taken apart")
    else:
        sum_ = f.signed(total, 2, lang)
        title = say(
            lang,
            f"各项权重 × 得分变化，合计{sum_}分",
            f"Weight × change: {sum_} points in all",
        )
    period = f"{f.short_month(month - 1, lang)} → {f.short_month(month, lang)}"
    return words(
        title,
        say(lang, f"权重 × 得分变化（分）· {period}", f"Weight × change of score (points) · {period}"),
        say(
            lang, "各项贡献之和正好等于MOT的变化。", "The contributions add up to the change in MOT exactly."
        ),
        lang,
    )


def pt(sections: pd.DataFrame, figures: Mapping[str, Any], month: pd.Period, lang: str = "zh") -> Words:
    """Words of the mystery visit by section."""
    scored = sections.dropna(subset=["score"])
    total = figures["oem.pt_total"]
    if scored.empty:
        title = say(lang, "没有可计的神秘访客得分", "There are no points of a mystery visit to count")
    else:
        low = scored["score"].astype(float).min()
        whole = f.number(total, 2) if known(total) else f.NONE
        title = say(lang, f"总分{whole}，各环节得分率", f"{whole} in total, score by section")
        if low >= 100:
            title = say(lang, f"总分{whole}，各环节均得满分", f"{whole} in total, full points everywhere")
    return words(
        title,
        say(
            lang,
            f"得分率（满分100）· 1次暗访 · {f.month(month, lang)}",
            f"Share of points (of 100) · one visit · {f.month(month, lang)}",
        ),
        say(
            lang,
            "一次暗访只是个案，不作趋势判断；不适用项不计入。来源：神秘访客。",
            (
                "One visit is an anecdote, never a trend; "
                "items that do not apply are left out. Source: mystery visit."
            ),
        ),
        lang,
    )


def missed(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the list of missed items."""
    lost = float(table["lost"].sum()) if len(table) else 0.0
    title = say(
        lang,
        f"{len(table)}个检查项共失{f.number(lost)}分",
        f"{plural(len(table), 'item')} lost {f.number(lost)} points",
    )
    return words(
        title,
        say(
            lang,
            f"未得满分的检查项 · {f.month(month, lang)}",
            f"Items without full points · {f.month(month, lang)}",
        ),
        say(lang, "来源：神秘访客。", "Source: mystery visit."),
        lang,
    )


def history(
    table: pd.DataFrame,
    items: pd.DataFrame,
    month: pd.Period,
    findings: Sequence[Finding] = (),
    lang: str = "zh",
) -> Words:
    """Words of the MOT's months."""
    values = table["mot"].astype(float).dropna()
    if len(values) and not known(table["mot"].iloc[-1]):
        title = say(lang, "没有本店本月的MOT得分", "There is no MOT score of the store for this month")
    else:
        title = sentences.title(findings, ("oem.mot",), say(lang, "MOT得分", "MOT score"), lang, [None])
    few = (
        say(lang, "不足12个月，只描述不下结论。", "Fewer than 12 months: a description, not a conclusion. ")
        if len(values) < 12
        else ""
    )
    return words(
        title,
        say(
            lang,
            f"MOT得分（指数）· {trends.span(table, month, lang)}",
            f"MOT score (index) · {trends.span(table, month, lang)}",
        ),
        few + trends.band("厂家CSS", "Source: car maker's CSS", lang),
        lang,
    )

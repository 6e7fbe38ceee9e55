"""Sentences of chapter 2: the car maker's CSS and the mystery visit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, known, moved, plural, say, words
from aftersales.contract.schema import label


def headline(figures: Mapping[str, Any], items: pd.DataFrame, lang: str = "zh") -> str:
    """Where MOT and CSS stand and what moved them."""
    mot, css = figures["oem.mot"], figures["oem.css"]
    if not known(mot) and not known(css):
        return say(lang, "本月没有厂家CSS得分。", "There is no CSS score of the car maker this month.")
    parts = []
    if known(mot):
        change = None if not known(figures["oem.mot_previous"]) else mot - figures["oem.mot_previous"]
        parts.append(
            say(
                lang,
                f"MOT得分{f.number(mot)}，较上月{moved(change, 2, lang, '分')}"
                if known(change)
                else f"MOT得分{f.number(mot)}",
                f"MOT is {f.number(mot)} and {moved(change, 2, lang, '', 'points')} on last month"
                if known(change)
                else f"MOT is {f.number(mot)}",
            )
        )
        branch = figures["oem.mot_branch"]
        if known(branch):
            gap = mot - branch
            side = say(lang, "高于" if gap >= 0 else "低于", "above" if gap >= 0 else "below")
            parts.append(
                say(
                    lang,
                    f"{side}分中心{f.number(abs(gap))}分",
                    f"{f.number(abs(gap))} points {side} the branch",
                )
            )
    if known(css):
        parts.append(say(lang, f"CSS得分{f.number(css)}", f"CSS is {f.number(css)}"))
    text = say(lang, "，", "; ").join(parts) + say(lang, "。", ".")
    heavy = items.dropna(subset=["contribution"])
    if len(heavy):
        worst = heavy.loc[heavy["contribution"].astype(float).idxmin()]
        if worst["contribution"] < -1e-9:
            name = label("mot_item", worst["item"], lang)
            text += say(
                lang,
                f"拖累最大的是{name}，使MOT减少{f.number(abs(worst['contribution']), 2)}分。",
                (
                    f" The largest drag is “{name}”, "
                    f"which took {f.number(abs(worst['contribution']), 2)} off MOT."
                ),
            )
    return text


def scores(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the table of ten items."""
    if table.empty:
        return words(say(lang, "没有厂家CSS得分", "There is no score of the car maker"), "", "", lang)
    rows = table.set_index("scope")
    mot, branch, nation = (rows.loc[s, "mot"] for s in ("current", "branch", "national"))
    if known(mot) and known(branch) and known(nation):
        a, b = mot - branch, mot - nation
        title = say(
            lang,
            (
                f"MOT{'高于' if a >= 0 else '低于'}分中心{f.number(abs(a))}分，"
                f"{'高于' if b >= 0 else '低于'}全国{f.number(abs(b))}分"
            ),
            (
                f"MOT is {f.number(abs(a))} {'above' if a >= 0 else 'below'} the branch "
                f"and {f.number(abs(b))} {'above' if b >= 0 else 'below'} the nation"
            ),
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


def dots(items: pd.DataFrame, table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the dot plot: what fell most, or that nothing did."""
    if table.empty:
        return words(say(lang, "没有厂家CSS得分", "There is no score of the car maker"), "", "", lang)
    both = items.dropna(subset=["change"])
    rows = table.set_index("scope")
    if both.empty:
        title = say(lang, "十项得分，上月无可比数据", "The ten items; last month has none to compare")
    else:
        change = both["change"].astype(float)
        fell = both[change.round(9) < 0]
        worst, best = both.loc[change.idxmin()], both.loc[change.idxmax()]
        if fell.empty:
            title = say(lang, "十项得分没有一项下降" if len(both) == 10 else "没有一项下降", "No item fell")
        else:
            noisy = known(worst["beyond_noise"]) and not worst["beyond_noise"]
            tail = say(lang, "，仍在月度波动之内", ", within its month-to-month noise") if noisy else ""
            name = label("mot_item", worst["item"], lang)
            title = say(
                lang,
                (
                    f"{len(both) - len(fell)}项未降、{len(fell)}项下降，"
                    f"降幅最大的是{name}（−{f.number(abs(worst['change']))}分）{tail}"
                ),
                (
                    f"{len(fell)} of {len(both)} items fell, "
                    f"most of all “{name}” (−{f.number(abs(worst['change']))}){tail}"
                ),
            )
            if change.min() >= 0:
                title = say(
                    lang,
                    f"升幅最大的是{label('mot_item', best['item'], lang)}",
                    f"“{label('mot_item', best['item'], lang)}” rose most",
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
                f"Ten items of the car maker's CSS (index, may exceed 100) "
                f"· {f.short_month(month, lang)} {n}, {f.short_month(month - 1, lang)} n = {last} "
                "· by this month's score"
            ),
        ),
        say(
            lang,
            "红色为低于上月且超出波动的项目。来源：厂家CSS。",
            "Items that fell beyond their noise are red. Source: car maker's CSS.",
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
        value = both["contribution"].astype(float)
        best, worst = both.loc[value.idxmax()], both.loc[value.idxmin()]
        opening = say(lang, f"MOT{moved(total, 2, lang, '分')}", f"MOT {moved(total, 2, lang, '', 'points')}")
        parts = []
        if value.max() > 1e-9:
            parts.append(
                say(
                    lang,
                    f"{label('mot_item', best['item'], lang)}贡献最大（+{f.number(value.max(), 2)}）",
                    f"“{label('mot_item', best['item'], lang)}” adds most (+{f.number(value.max(), 2)})",
                )
            )
        if value.min() < -1e-9:
            parts.append(
                say(
                    lang,
                    f"{label('mot_item', worst['item'], lang)}拖累最大（−{f.number(abs(value.min()), 2)}）",
                    (
                        f"“{label('mot_item', worst['item'], lang)}” takes most away "
                        f"(−{f.number(abs(value.min()), 2)})"
                    ),
                )
            )
        title = say(lang, "，", ": ").join([opening, say(lang, "，", "; ").join(parts)]) if parts else opening
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
        title = say(lang, "本月没有神秘访客", "There was no mystery visit this month")
    else:
        low = scored["score"].astype(float).min()
        names = [
            label("section", s, lang) for s in scored.loc[scored["score"].astype(float) == low, "section"]
        ]
        opening = say(
            lang,
            f"总分{f.number(total, 2)}，" if known(total) else "",
            f"{f.number(total, 2)} in total; " if known(total) else "",
        )
        title = say(
            lang,
            f"{opening}失分最多的环节是{f.join(names, lang)}（{f.number(low)}分）",
            f"{opening}the lowest section is {f.join(names, lang)} ({f.number(low)})",
        )
        if low >= 100:
            title = say(lang, f"{opening}各环节均得满分", f"{opening}full points in every section")
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


def history(table: pd.DataFrame, items: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the MOT's 12 months."""
    values = table["mot"].astype(float).dropna()
    if len(values) and not known(table["mot"].iloc[-1]):
        title = say(lang, "本月没有MOT得分", "There is no MOT score this month")
    elif len(values) < 2:
        title = say(lang, "得分月数太少，不谈走势", "Too few months to speak of a trend")
    else:
        rank = int((values > values.iloc[-1]).sum()) + 1
        title = say(
            lang,
            f"本月MOT在{len(values)}个月中排第{rank}",
            f"This month's MOT ranks {rank} of {len(values)} months",
        )
    few = (
        say(lang, "不足12个月，只描述不下结论。", "Fewer than 12 months: a description, not a conclusion.")
        if len(values) < 12
        else ""
    )
    return words(
        title,
        say(
            lang,
            f"MOT得分（指数）· 截至{f.month(month, lang)}的12个月",
            f"MOT (index) · 12 months to {f.month(month, lang)}",
        ),
        say(lang, f"{few}来源：厂家CSS。", f"{few} Source: car maker's CSS.".strip()),
        lang,
    )

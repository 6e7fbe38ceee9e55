"""Sentences of chapter 3: the store's own telephone survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, plural, rate, say, words
from aftersales.contract.questions import Questionnaire, topic
from aftersales.contract.schema import label
from aftersales.contract.statistics import FEW, SMALL
from aftersales.signals import Finding, sentences


def headline(
    figures: Mapping[str, Any], rate_base: str, findings: Sequence[Finding] = (), lang: str = "zh"
) -> str:
    """Calls, who answered, the delighted and the disappointed on both bases."""
    calls = figures["css.calls"]
    if calls is None:
        return say(
            lang,
            "没有回访记录，无法分析内部CSS。",
            "There is no record of survey calls, so the internal CSS cannot be analysed.",
        )
    if calls == 0:
        return say(lang, "本月没有回访。", "No customer was called this month.")
    valid = figures["css.valid"]
    if valid and figures["css.delighted"] is None:
        return say(
            lang,
            f"回访{f.count(calls)}位客户，有效{f.count(valid)}位；回访记录没有总体满意度的回答，欣喜率和失望率无从得知。",
            f"{plural(calls, 'customer')} called, {f.count(valid)} answered; the record has no answer "
            "to the first question, so delight and disappointment are unknown.",
        )
    if valid < FEW:
        glad, sad = figures["css.delighted"], figures["css.disappointed"]
        return say(
            lang,
            f"回访{f.count(calls)}位客户，有效{valid}位"
            + (f"，其中特别满意{glad}位、一般以下{sad}位。" if valid else "，满意与否无从得知。"),
            f"{plural(calls, 'customer')} called, {valid} answered"
            + (
                f": {glad} delighted, {sad} disappointed."
                if valid
                else ": how content they are cannot be known."
            ),
        )
    lead, other = (rate_base, "valid" if rate_base == "calls" else "calls")
    zh = {"calls": "回访总数", "valid": "有效回访"}
    en = {"calls": "all calls", "valid": "valid calls"}
    up = {b: f.percent(figures[f"css.delight_rate_{b}"]) for b in zh}
    down = {b: f.percent(figures[f"css.disappointment_rate_{b}"]) for b in zh}
    text = say(
        lang,
        f"回访{f.count(calls)}位客户，有效{f.count(valid)}位"
        f"（{f.percent(figures['css.valid_rate'])}{'' if valid >= SMALL else '，样本小'}）；"
        f"按{zh[lead]}计，欣喜率{up[lead]}、失望率{down[lead]}；"
        f"按{zh[other]}计为{up[other]}和{down[other]}。",
        f"{plural(calls, 'customer')} called, {f.count(valid)} answered "
        f"({rate(figures['css.valid_rate'], valid, lang)}). "
        f"Of {en[lead]}, {up[lead]} were delighted and {down[lead]} disappointed; "
        f"of {en[other]}, {up[other]} and {down[other]}.",
    )
    watched = ("css.valid_rate", "css.delight_rate_valid", "css.disappointment_rate_valid")
    return sentences.headline(findings, watched, text, lang)


def questionnaire(lang: str = "zh") -> Words:
    """Words of the list of questions."""
    return words(
        say(lang, "回访问卷", "The questions asked"),
        "",
        say(
            lang,
            "非常满意／特别满意 = 100，满意 = 80，一般 = 60，不满意 = 40，非常不满意 = 20。",
            "Very satisfied = 100, satisfied = 80, neutral = 60, dissatisfied = 40, very dissatisfied = 20.",
        ),
        lang,
    )


def calls(table: pd.DataFrame, figures: Mapping[str, Any], month: pd.Period, lang: str = "zh") -> Words:
    """Words of the table of call results."""
    n = figures["css.calls"]
    if not n:
        return words(say(lang, "本月没有回访", "No customer was called this month"), "", "", lang)
    title = say(
        lang,
        (
            f"{f.count(n)}次回访中{f.count(figures['css.valid'])}次有效，"
            f"{f.count(figures['css.unreachable'])}次无法联系"
        ),
        (
            f"{f.count(figures['css.valid'])} of {plural(n, 'call')} valid, "
            f"{plural(figures['css.unreachable'], 'customer')} not reached"
        ),
    )
    return words(
        title,
        say(lang, f"回访次数 · {f.month(month, lang)}", f"Calls · {f.month(month, lang)}"),
        say(
            lang,
            "欣喜和失望只有接受回访的客户才谈得上，所以两种基数都列出。来源：回访记录。",
            (
                "Only those who answered can be delighted or disappointed, "
                "hence both bases. Source: survey calls."
            ),
        ),
        lang,
    )


def questions(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the question scores."""
    scored = table.dropna(subset=["current"])
    if scored.empty:
        title = say(lang, "有效回访都没有问卷得分", "None of the valid calls has answers")
    else:
        title = say(lang, "各题平均得分，本月与上月", "Mean score of each question, this month and last")
    n = f"{f.count(scored['n'].max())}" if len(scored) else "0"
    last = f.count(table["n_previous"].max()) if len(table) else "0"
    return words(
        title,
        say(
            lang,
            (
                f"平均得分（0–100）· {f.short_month(month, lang)} n ≤ {n}，"
                f"{f.short_month(month - 1, lang)} n ≤ {last} · 有效且作答的回访"
            ),
            (
                f"Mean score (0–100) · {f.short_month(month, lang)} n ≤ {n}, "
                f"{f.short_month(month - 1, lang)} n ≤ {last} · valid calls that answered"
            ),
        ),
        say(lang, "来源：回访记录。", "Source: survey calls."),
        lang,
    )


def lowest(
    table: pd.DataFrame,
    item: Mapping[str, Any],
    month: pd.Period,
    lang: str = "zh",
    questionnaire: Questionnaire | None = None,
) -> Words:
    """Words of the lowest MOT item by advisor."""
    first = topic("q1", questionnaire, lang)
    name = label("mot_item", item["item"], lang) if item["item"] else ""
    if not name:
        title = say(
            lang,
            "没有本店本月的厂家得分，按服务顾问列出失望客户",
            "No score of the store itself for this month: disappointed customers by advisor",
        )
    else:
        score = f.number(item["score"])
        title = say(
            lang,
            f"{name}（本店{score}）：各顾问的外访得分与失望顾客",
            f"“{name}” (store: {score}): external score and disappointed customers by advisor",
        )
    return words(
        title,
        say(
            lang,
            f"外访得分为指数；失望顾客为“{first}”不高于60分的有效回访 · {f.month(month, lang)}",
            f"External score: index; disappointed: valid calls with “{first}” at 60 or less"
            f" · {f.month(month, lang)}",
        ),
        say(
            lang,
            "外访样本少，差异多属偶然。来源：厂家CSS、维修工单、回访记录。",
            (
                "External samples are small; most differences are chance. "
                "Sources: car maker's CSS, repair orders, survey calls."
            ),
        ),
        lang,
    )


def advisors(
    table: pd.DataFrame,
    month: pd.Period,
    findings: Sequence[Finding] = (),
    lang: str = "zh",
    strangers: Sequence[str] = (),
) -> Words:
    """Words of the table of advisors: how unevenly they are covered.

    Parameters
    ----------
    strangers
        Of `metrics.internal_css.strangers`.
    """
    cover = table.dropna(subset=["coverage"])
    if cover.empty:
        title = say(lang, "服务顾问比较", "Advisors compared")
    else:
        low, high = (
            f.percent(v, 0)
            for v in (cover["coverage"].astype(float).min(), cover["coverage"].astype(float).max())
        )
        title = say(
            lang,
            (f"内访覆盖率{low}" if low == high else f"内访覆盖率从{low}到{high}不等") + "，得分要结合样本看",
            (
                f"The survey covers {low if low == high else f'{low} to {high}'} "
                "of each advisor's visits: read the scores with their samples"
            ),
        )
    found = sentences.changes(
        [one for one in findings if one.subject], "css.disappointment_rate_valid", people=True
    )
    if found:
        title = sentences.joined([sentences.sentence(one, lang) for one in found[:2]], lang)
    return words(
        title,
        say(
            lang,
            f"接车与回访为台次，得分为指数 · {len(table)}位服务顾问 · {f.month(month, lang)}",
            (
                "Visits and calls are counts, scores index points "
                f"· {plural(len(table), 'advisor')} · {f.month(month, lang)}"
            ),
        ),
        _unknown(strangers, lang)
        + say(
            lang,
            "“外访”列来自厂家代理机构，与内访不是同一量表。来源：维修工单、回访记录、厂家CSS。",
            (
                "The “external” columns come from the car maker's agency and are not "
                "on the same scale. Sources: repair orders, survey calls, car maker's CSS."
            ),
        ),
        lang,
    )


def _unknown(strangers: Sequence[str], lang: str) -> str:
    """That the store's records do not know these."""
    if not strangers:
        return ""
    names = f.join(list(strangers), lang)
    return say(
        lang,
        f"{names}只见于厂家CSS，工单中没有这样写的姓名，接车与回访不详。",
        f"{names}: named by the agency alone; no order has the name so written, so visits and calls are not "
        "known. ",
    )


def advisor_questions(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the advisors' question scores."""
    scored = table[table["n"] >= FEW].dropna(subset=["current"])
    if scored.empty:
        title = say(lang, "各服务顾问样本太少，不作比较", "Too few calls an advisor to compare")
    else:
        title = say(lang, "各服务顾问各题平均得分", "Mean score of each question by advisor")
    return words(
        title,
        say(
            lang,
            f"平均得分（0–100），底色越浓得分越低 · 有效回访 · {f.month(month, lang)}",
            f"Mean score (0–100), the stronger the shade the lower · valid calls · {f.month(month, lang)}",
        ),
        say(
            lang,
            f"样本少于{FEW}的格子留空。来源：回访记录。",
            f"Cells with fewer than {FEW} calls stay blank. Source: survey calls.",
        ),
        lang,
    )


def suggestions(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the list of suggestions."""
    bad = int((table["q1"] <= 60).sum()) if len(table) else 0
    title = say(
        lang,
        f"客户提出{len(table)}条建议，其中{bad}条来自失望客户",
        f"{plural(len(table), 'suggestion')}, {bad} from disappointed customers",
    )
    return words(
        title,
        say(lang, f"客户原话 · {f.month(month, lang)}", f"In the customers' words · {f.month(month, lang)}"),
        say(lang, "失望客户在前。来源：回访记录。", "Disappointed customers first. Source: survey calls."),
        lang,
    )


def bases(figures: Mapping[str, Any], month: pd.Period, lang: str = "zh") -> Words:
    """Words of the rates on both bases."""
    a, b = (
        f.percent(figures["css.disappointment_rate_calls"]),
        f.percent(figures["css.disappointment_rate_valid"]),
    )
    title = say(
        lang, f"失望率按回访总数{a}，按有效回访{b}", f"Disappointed: {a} of all calls, {b} of valid calls"
    )
    if (figures["css.valid"] or 0) < FEW:
        title = say(lang, "有效回访太少，不计比率", "Too few valid calls for a rate")
    return words(
        title,
        say(lang, f"比率 · {f.month(month, lang)}", f"Rates · {f.month(month, lang)}"),
        say(
            lang,
            "按回访总数计，基数里有未接受回访的人，他们无从欣喜或失望。",
            "All calls include customers who did not answer and can be neither delighted nor disappointed.",
        ),
        lang,
    )

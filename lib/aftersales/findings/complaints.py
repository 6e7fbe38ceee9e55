"""Sentences of chapter 4: complaints and the causes of dissatisfaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, known, plural, say, words
from aftersales.contract.statistics import FEW
from aftersales.findings import trends
from aftersales.signals import Finding, sentences

ALARM = 0.10  # 其他 above this share: the coding hides something


def headline(figures: Mapping[str, Any], findings: Sequence[Finding] = (), lang: str = "zh") -> str:
    """Complaints received, open, and how fast they were handled."""
    n = figures["complaints.count"]
    if n is None:
        text = say(lang, "没有投诉台账。", "There is no register of complaints.")
    elif n == 0:
        text = say(lang, "本月没有受理投诉。", "No complaint was received this month.")
    else:
        still = figures["complaints.open"]
        text = say(
            lang,
            f"受理投诉{n}件，{'全部关闭' if not still else f'{still}件未关闭'}",
            f"{plural(n, 'complaint')} received, {'all closed' if not still else f'{still} still open'}",
        )
        if known(figures["complaints.hours_to_contact"]):
            text += say(
                lang,
                f"，首次联系中位用时{f.hours(figures['complaints.hours_to_contact'], lang)}",
                f"; median time to first contact {f.hours(figures['complaints.hours_to_contact'], lang)}",
            )
        text += say(lang, "。", ".")
    mentions = figures["complaints.mentions"]
    if mentions:
        text += say(
            lang,
            f"回访中客户{f.count(mentions)}次说到不满意的原因。",
            (
                " In the survey, customers named a cause of dissatisfaction "
                f"{'once' if mentions == 1 else f'{f.count(mentions)} times'}."
            ),
        )
    return sentences.headline(findings, ("complaints.per_1000_visits", "complaints.causes"), text, lang)


def no_causes(grievances: pd.DataFrame | None, survey_calls: pd.DataFrame | None, lang: str = "zh") -> str:
    """Why the month has no cause of dissatisfaction."""
    if grievances is None:
        return say(lang, "没有不满意原因表。", "There is no table of causes of dissatisfaction.")
    if survey_calls is None:
        return say(
            lang,
            f"不满意原因有{f.count(len(grievances))}条，但没有回访记录，不知道属于哪个月。",
            f"Causes of dissatisfaction: {f.count(len(grievances))}; without survey calls nobody knows of "
            "which month.",
        )
    return say(
        lang,
        "本月的回访没有登记不满意原因。",
        "No cause of dissatisfaction is registered for this month's calls.",
    )


def causes(
    table: pd.DataFrame, month: pd.Period, findings: Sequence[Finding] = (), lang: str = "zh"
) -> Words:
    """Words of the causes: those that gave a signal, 其他 as an alarm, weeks in which the coding changed."""
    if table.empty:
        return words(
            say(lang, "本月没有登记不满意原因", "No cause of dissatisfaction was named this month"),
            "",
            "",
            lang,
        )
    total = int(table["month"].sum())
    few = total < FEW
    shown = say(lang, "不满意原因", "Causes of dissatisfaction")
    title = sentences.title(
        [one for one in findings if "weeks" not in one.detail], ("complaints.causes",), shown, lang
    )
    rest = table[table["cause"] == "other"]
    notes = []
    if len(rest) and rest["share"].iloc[0] > ALARM and not few:
        share = f.percent(rest["share"].iloc[0])
        notes.append(
            say(
                lang,
                f"“其他”占{share}，超过10%警戒线，编码需要细分。",
                f"“Other” is at {share}, above the alarm of 10%: causes need finer codes.",
            )
        )
    for one in sentences.changes(findings, "complaints.causes"):
        if "weeks" in one.detail:
            notes.append(sentences.coding(one, lang) + say(lang, "。", "."))
    notes.append(
        say(
            lang,
            "可多选；占比以提及次数为分母。来源：不满意原因、回访记录。",
            (
                "A customer may name several causes; shares are of all mentions. "
                "Sources: causes of dissatisfaction, survey calls."
            ),
        )
    )
    return words(
        title,
        say(
            lang,
            f"提及次数与占比 · {f.count(total)}次提及 · {f.month(month, lang)}",
            f"Mentions and share · n = {f.count(total)} · {f.month(month, lang)}",
        ),
        say(lang, "", " ").join(notes),
        lang,
    )


def departments(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the complaints by department."""
    if table.empty:
        return words(say(lang, "本月没有投诉", "No complaints this month"), "", "", lang)
    n = int(table["count"].sum())
    title = say(lang, f"{n}件投诉，按责任部门", f"{plural(n, 'complaint')} by responsible department")
    return words(
        title,
        say(
            lang, f"件数 · n = {n} · {f.month(month, lang)}", f"Complaints · n = {n} · {f.month(month, lang)}"
        ),
        say(lang, "来源：投诉台账。", "Source: complaints."),
        lang,
    )


def register(
    table: pd.DataFrame, promised_hours: Mapping[str, float], month: pd.Period, lang: str = "zh"
) -> Words:
    """Words of the register of complaints, whose late ones passed one of two limits."""
    contact, close = (hours_of(promised_hours[name]) for name in ("contact", "close"))
    zh = f"首次联系{contact}小时或关闭{close}小时"
    en = f"{contact} h to first contact or {close} h to close"
    late = int(table["overdue"].sum()) if len(table) else 0
    unknown = int(table["overdue"].isna().sum()) if len(table) else 0
    title = say(
        lang,
        f"{len(table)}件投诉中{late}件超过承诺的{zh}" if late else f"{len(table)}件投诉都没有超过承诺的{zh}",
        f"{late} of {plural(len(table), 'complaint')} took longer than promised: {en}"
        if late
        else f"{plural(len(table), 'complaint')}, none of which took longer than promised: {en}",
    )
    if unknown:
        title = say(
            lang,
            f"{len(table)}件投诉，肯定超过承诺的{zh}的{late}件；{unknown}件的时间只记到日，不能判断",
            f"{plural(len(table), 'complaint')}: {late} certainly took longer than promised ({en}); "
            f"{unknown} with days but no times cannot be judged",
        )
    return words(
        title,
        say(
            lang,
            f"受理的投诉，状态截至{f.month(month, lang)}末",
            f"Complaints received, as at the end of {f.month(month, lang)}",
        ),
        say(
            lang,
            "月末以后关闭的仍算处理中。来源：投诉台账。",
            "A complaint closed after the end of the month counts as open. Source: complaints.",
        ),
        lang,
    )


def hours(table: pd.DataFrame, promised: Mapping[str, float], month: pd.Period, lang: str = "zh") -> Words:
    """Words of the strip of complaints by hours."""
    taken = (
        table["hours_to_close"].fillna(table["age_hours"]).astype(float)
        if len(table)
        else pd.Series(dtype=float)
    )
    late, known_ = int((taken > promised["close"]).sum()), int(taken.notna().sum())
    days, limit = len(table) - known_, hours_of(promised["close"])
    if late:
        title = say(
            lang,
            f"{late}件关闭用时超过承诺的{limit}小时",
            f"{late} took longer to close than the promised {limit} hours",
        )
    elif days and not known_:
        title = say(
            lang, "时间只记到日，不知用了几小时", "Stamps are days: how many hours it took is not known"
        )
    elif days:
        title = say(
            lang,
            f"记到时刻的{known_}件关闭用时都没有超过承诺的{limit}小时",
            f"None of the {known_} with times took longer to close than the promised {limit} hours",
        )
    else:
        title = say(
            lang,
            f"没有投诉的关闭用时超过承诺的{limit}小时",
            f"None took longer to close than the promised {limit} hours",
        )
    return words(
        title,
        say(
            lang,
            f"从受理到关闭的小时数，空心为月末未关闭 · n = {known_} · {f.month(month, lang)}",
            (
                "Hours from receipt to close, hollow = open at the end of the month "
                f"· n = {known_} · {f.month(month, lang)}"
            ),
        ),
        days_only(days, lang) + say(lang, "来源：投诉台账。", "Source: complaints."),
        lang,
    )


def hours_of(promised: float) -> str:
    """Promised hours as they are set: whole ones without a decimal."""
    return f.number(promised, 0 if float(promised).is_integer() else 1)


def days_only(count: int, lang: str = "zh") -> str:
    """That so many complaints are in no number of hours; nothing where there are none."""
    if not count:
        return ""
    return say(
        lang,
        f"另有{count}件受理或关闭只记到日，不计小时。",
        f"{plural(count, 'more was', 'more were')} received or closed on a day without a time, and "
        f"{'is' if count == 1 else 'are'} not counted in hours. ",
    )


def history(
    table: pd.DataFrame,
    drawn: pd.DataFrame,
    month: pd.Period,
    findings: Sequence[Finding] = (),
    lang: str = "zh",
) -> Words:
    """Words of complaints per 1,000 visits.

    Parameters
    ----------
    drawn
        The months that the chart shows.
    """
    rates = table["per_1000_visits"].astype(float).dropna() if len(table) else pd.Series(dtype=float)
    if len(rates) and not known(table["per_1000_visits"].iloc[-1]):
        title = say(lang, "本月没有进厂台次", "There were no visits this month")
    elif len(rates) < 2:
        title = say(lang, "月数太少，不谈走势", "Too few months to speak of a trend")
    elif table["visits"].iloc[-1] < FEW:
        title = say(lang, "本月台次太少，不谈走势", "Too few visits this month to speak of a trend")
    else:
        shown = say(
            lang,
            f"本月每千台次{f.number(rates.iloc[-1])}件",
            f"{f.number(rates.iloc[-1])} per 1,000 visits this month",
        )
        title = sentences.title(findings, ("complaints.per_1000_visits",), shown, lang)
    return words(
        title,
        say(
            lang,
            f"每千台次投诉件数 · {trends.span(drawn, month, lang)}",
            f"Complaints per 1,000 visits · {trends.span(drawn, month, lang)}",
        ),
        trends.band("投诉台账、维修工单", "Sources: complaints, repair orders", lang),
        lang,
    )


def by_week(
    table: pd.DataFrame,
    calls: Sequence[int],
    month: pd.Period,
    findings: Sequence[Finding] = (),
    lang: str = "zh",
) -> Words:
    """Words of the causes by week: whether the coding seems to have changed.

    `calls` are the valid ones of each week.
    """
    if table.empty:
        return words(
            say(lang, "本月没有登记不满意原因", "No cause of dissatisfaction was named this month"),
            "",
            "",
            lang,
        )
    coded = [one for one in findings if "weeks" in one.detail]
    shown = say(lang, "各周提及次数", "Mentions by week")
    title = sentences.title(coded, ("complaints.causes",), shown, lang)
    of = say(lang, "、", ", ").join(f.count(n) for n in calls)
    return words(
        title,
        say(
            lang,
            f"提及次数 · 1–7日、8–14日、15–21日、22日至月末 · {f.month(month, lang)}",
            f"Mentions · days 1–7, 8–14, 15–21, 22 to the end · {f.month(month, lang)}",
        ),
        say(
            lang,
            f"各周有效回访{of}次，可供对照。"
            "占不满意客户 = 提到该原因的客户 ÷ 提到任一原因的客户。来源：不满意原因、回访记录。",
            (
                f"Valid calls of the weeks: {of}. "
                "“Of customers” = those naming the cause ÷ those naming any. "
                "Sources: causes of dissatisfaction, survey calls."
            ),
        ),
        lang,
    )


def axis(promised: Mapping[str, float], lang: str = "zh") -> dict[str, str]:
    """Names on the strip of complaints by hours."""
    limit = hours_of(promised["close"])
    return {
        "x_name": say(lang, "受理后小时数", "Hours since receipt"),
        "limit_name": say(lang, f"承诺{limit}小时", f"Promised: {limit} h"),
    }


def per_1000(lang: str = "zh") -> str:
    """The name of the rate of complaints."""
    return say(lang, "每千台次投诉", "Complaints per 1,000 visits")

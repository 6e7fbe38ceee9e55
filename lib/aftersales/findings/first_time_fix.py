"""Sentences of chapter 5: the first-time-fix rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, known, plural, rate, say, small, words
from aftersales.contract.statistics import FEW
from aftersales.findings import trends
from aftersales.signals import Finding, sentences


def headline(
    figures: Mapping[str, Any], target: float | None, findings: Sequence[Finding] = (), lang: str = "zh"
) -> str:
    """The rate, its target, and the chapter's signals."""
    n, bad, fixed = figures["ftf.jobs"], figures["ftf.not_fixed"], figures["ftf.rate"]
    if n is None:
        return say(
            lang,
            "没有派工记录，无法计算一次维修合格率。",
            "There is no record of jobs, so the first-time-fix rate cannot be known.",
        )
    if n == 0:
        return say(lang, "本月没有完工的派工。", "No job was finished this month.")
    if bad is None:
        return say(
            lang,
            f"{f.count(n)}台次；派工记录没有未一次修复原因，一次维修合格率无从得知。",
            f"{plural(n, 'job')}; the record has no cause of rework, so the first-time-fix rate is unknown.",
        )
    text = say(
        lang,
        f"{f.count(n)}台次中{f.count(bad)}台未一次修复",
        f"Not fixed at the first visit: {f.count(bad)} of {plural(n, 'job')}",
    )
    if n >= FEW:
        text += say(
            lang,
            f"，一次维修合格率{rate(fixed, n, lang, 2)}",
            f", a first-time-fix rate of {rate(fixed, n, lang, 2)}",
        )
    if n >= FEW:
        text += sentences.on_target(findings, "ftf.rate", target, lang)
    text += say(lang, "。", ".")
    return sentences.headline(findings, ("ftf.rate", "ftf.return_rate"), text, lang)


def technicians(
    table: pd.DataFrame,
    figures: Mapping[str, Any],
    month: pd.Period,
    findings: Sequence[Finding] = (),
    lang: str = "zh",
) -> Words:
    """Words of the table of technicians."""
    if table.empty and figures["ftf.jobs"]:
        return words(say(lang, "没有未一次修复原因", "No cause of rework is recorded"), "", "", lang)
    if table.empty:
        return words(say(lang, "本月没有完工的派工", "No job was finished this month"), "", "", lang)
    store, n = f.percent(figures["ftf.rate"], 2), len(table)
    shown = say(lang, f"全店{store}，{n}位技师", f"Store {store}, {plural(n, 'technician')}")
    title = sentences.title(findings, ("ftf.rate",), shown, lang, list(table["technician"]))
    if len(table) == 1 or figures["ftf.jobs"] < FEW:
        title = say(
            lang,
            f"{f.count(figures['ftf.jobs'])}台次中{f.count(figures['ftf.not_fixed'])}台未一次修复",
            (
                "Not fixed at the first visit: "
                f"{f.count(figures['ftf.not_fixed'])} of {plural(figures['ftf.jobs'], 'job')}"
            ),
        )
    return words(
        title,
        say(
            lang,
            (
                f"台次与比率 · {f.count(figures['ftf.jobs'])}台次，"
                f"{f.count(figures['ftf.not_fixed'])}台未一次修复 · {f.month(month, lang)}"
            ),
            (
                f"Jobs and rates · {plural(figures['ftf.jobs'], 'job')}, "
                f"{f.count(figures['ftf.not_fixed'])} not fixed · {f.month(month, lang)}"
            ),
        ),
        say(
            lang,
            (
                "一次维修合格率 = 1 − 未一次修复 ÷ 维修台次；"
                "区间为95%威尔逊区间；近三月为合并比率。来源：派工记录。"
            ),
            "Rate = 1 − not fixed ÷ jobs; 95% Wilson interval; three months pooled. Source: jobs.",
        ),
        lang,
    )


def funnel(
    table: pd.DataFrame,
    homogeneity: Mapping[str, Any],
    month: pd.Period,
    findings: Sequence[Finding] = (),
    lang: str = "zh",
) -> Words:
    """Words of the funnel plot: who differs from the others by more than chance, if anybody does."""
    n = len(table)
    shown = (
        say(lang, f"{n}位技师", f"{plural(n, 'technician')}")
        if n > 1
        else say(lang, "只有一位技师，无从比较", "One technician: nothing to compare")
    )
    title = sentences.title(findings, ("ftf.rate",), shown, lang, list(table["technician"]) if n > 1 else [])
    notes = []
    if known(homogeneity.get("p")):
        notes.append(
            say(
                lang,
                f"各技师相同的假设：χ² {small(homogeneity['p'])}。",
                f"Test that all are equal: χ² {small(homogeneity['p'])}.",
            )
        )
    if known(homogeneity.get("chance_of_worst")) and n > 1 and homogeneity["chance_of_worst"] >= 0.05:
        worst = f.percent(table["failure_rate"].max(), 2)
        notes.append(
            say(
                lang,
                (
                    "即使人人相同，"
                    f"{n}人中最差者达到{worst}的机会也有{f.percent(homogeneity['chance_of_worst'], 0)}。"
                ),
                (
                    f"If all were equal, the worst of {n} would still fail {worst} of jobs "
                    f"in {f.percent(homogeneity['chance_of_worst'], 0)} of months."
                ),
            )
        )
    notes.append(
        say(
            lang,
            "阴影为95%与99.8%精确二项控制限。来源：派工记录。",
            "Bands: exact binomial 95% and 99.8% limits. Source: jobs.",
        )
    )
    return words(
        title,
        say(
            lang,
            f"一次维修合格率与台次 · {f.count(table['jobs'].sum() if n else 0)}台次 · {f.month(month, lang)}",
            (
                "First-time-fix rate by volume "
                f"· {plural(table['jobs'].sum() if n else 0, 'job')} · {f.month(month, lang)}"
            ),
        ),
        say(lang, "", " ").join(notes),
        lang,
    )


def causes(table: pd.DataFrame, figures: Mapping[str, Any], month: pd.Period, lang: str = "zh") -> Words:
    """Words of the rework causes."""
    if figures["ftf.jobs"] and figures["ftf.not_fixed"] is None:
        return words(say(lang, "没有未一次修复原因", "No cause of rework is recorded"), "", "", lang)
    if table.empty:
        return words(
            say(lang, "登记的派工都一次修好", "All registered jobs were fixed at the first visit"),
            "",
            "",
            lang,
        )
    n = int(table["count"].sum())
    return words(
        say(lang, f"未一次修复{n}台，按原因", f"{plural(n, 'job')} not fixed first time, by cause"),
        say(
            lang,
            f"未一次修复的台次 · n = {n} · {f.month(month, lang)}",
            f"Jobs not fixed first time · n = {n} · {f.month(month, lang)}",
        ),
        say(lang, "来源：派工记录。", "Source: jobs."),
        lang,
    )


_SHOWN = ("ftf.rate", "ftf.return_rate", "delivery.rate", "booking.rate")


def trends_beside(
    shown: Mapping[str, pd.DataFrame], month: pd.Period, findings: Sequence[Finding] = (), lang: str = "zh"
) -> Words:
    """Words of the small pictures of the chapter's figures.

    Parameters
    ----------
    shown
        By figure, the months of each picture.
    """
    what = say(lang, "修好、准时与预约", "Fixed, on time and booked")
    longest = max(shown.values(), key=len) if shown else pd.DataFrame()
    return words(
        sentences.title(findings, _SHOWN, what, lang, [None]),
        say(
            lang,
            f"各指标用自己的刻度 · {trends.span(longest, month, lang)}",
            f"Each figure on its own scale · {trends.span(longest, month, lang)}",
        ),
        say(
            lang, "主动预约 = 本店主动致电；预约未进厂率 = 未进厂 ÷ 预约数。", "Proactive: the store called. "
        )
        + trends.band("派工记录、维修工单、预约登记", "Sources: jobs, repair orders, bookings", lang),
        lang,
    )


def axis(figures: Mapping[str, Any], lang: str = "zh") -> dict[str, str]:
    """Names on the funnel plot."""
    store = f.percent(figures["ftf.rate"], 2)
    return {
        "x_name": say(lang, "本月维修台次", "Jobs of the month"),
        "centre_name": say(lang, f"全店{store}", f"Store {store}"),
    }

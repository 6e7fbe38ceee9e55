"""Sentences of chapter 6: archive, base and churned customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, moved, plural, rate, say, words
from aftersales.contract.schema import label
from aftersales.contract.statistics import FEW


def headline(
    figures: Mapping[str, Any], bridge: pd.DataFrame, month: pd.Period, churn_months: int, lang: str = "zh"
) -> str:
    """The cohort, the lost, and what is left when those who are not due are taken off."""
    n, lost = figures["churn.cohort"], figures["churn.lost"]
    then = f.month(month - churn_months, lang)
    if n is None:
        return say(lang, "没有维修工单，无法计算流失。", "Without repair orders churn cannot be known.")
    if n == 0:
        return say(
            lang,
            f"工单中没有{then}来站的车辆，本月没有流失率。",
            f"The repair orders hold no vehicle that came in {then}, so there is no churn rate this month.",
        )
    text = say(
        lang,
        f"{then}来站的{f.count(n)}辆车中{f.count(lost)}辆至今未回",
        f"Of {plural(n, 'vehicle')} that came in {then}, {f.count(lost)} did not come back",
    )
    if n >= FEW:
        share = rate(figures["churn.rate"], n, lang, 2)
        text += say(lang, f"，流失率{share}", f": a churn rate of {share}")
    steps = bridge.set_index("step")["count"] if len(bridge) else pd.Series(dtype=float)
    if lost and not called(figures):
        text += say(
            lang,
            "；本月没有流失回访，原因未知",
            "; no churn calls were made this month, so the reasons are not known",
        )
    elif "really_lost" in steps and lost:
        text += say(
            lang,
            f"；扣除公车、仅来一次和未到期的，真正流失{f.count(steps['really_lost'])}辆",
            f"; really lost, without fleet, one-visit and not-due vehicles: {f.count(steps['really_lost'])}",
        )
    return text + say(lang, "。", ".")


def called(figures: Mapping[str, Any]) -> int:
    """How many lost private vehicles' owners were called."""
    return (figures["churn.reached"] or 0) + (figures["churn.not_reached"] or 0)


def archive(table: pd.DataFrame, month: pd.Period, base_months: int, lang: str = "zh") -> Words:
    """Words of archive and base."""
    both = table.dropna(subset=["base"])
    short = bool(len(both)) and bool(both["short"].iloc[-1])
    if len(both) < 2 or short:
        title = say(
            lang,
            f"基盘客户{f.count(both['base'].iloc[-1])}" if len(both) else "没有档案与基盘数据",
            f"A base of {f.count(both['base'].iloc[-1])}" if len(both) else "No archive or base",
        )
    else:
        base = both["base"].astype(float)
        title = say(
            lang,
            f"基盘客户{f.count(base.iloc[-1])}，较上月{moved(base.iloc[-1] - base.iloc[-2], 0, lang)}",
            (
                f"A base of {f.count(base.iloc[-1])}; "
                f"it {moved(base.iloc[-1] - base.iloc[-2], 0, lang)} on last month"
            ),
        )
    note = (
        say(
            lang,
            f"工单记录不足{base_months}个月，基盘因此偏低。",
            f"The repair orders do not reach back {base_months} months, so the base is too low. ",
        )
        if short
        else ""
    )
    return words(
        title,
        say(
            lang,
            f"客户数 · {month.year}年1月至{month.month}月",
            f"Customers · January to {f.month(month, lang)}",
        ),
        note
        + say(
            lang,
            f"档案：截至月末建档的客户；基盘：{base_months}个月内来过的车辆。来源：客户档案、维修工单。",
            (
                "Archive: customers created up to the month's end; "
                f"base: vehicles with a visit in {base_months} months. Sources: customers, repair orders."
            ),
        ),
        lang,
    )


def bridge(
    table: pd.DataFrame, figures: Mapping[str, Any], month: pd.Period, churn_months: int, lang: str = "zh"
) -> Words:
    """Words of the bridge from cohort to really lost."""
    then = f.month(month - churn_months, lang)
    steps = table.set_index("step")["count"] if len(table) else pd.Series(dtype=float)
    if figures["churn.lost"] and not called(figures):
        title = say(
            lang,
            f"流失{f.count(figures['churn.lost'])}辆，没有回访，不知是否未到期",
            f"Lost: {f.count(figures['churn.lost'])}; without calls it is not known who was not due",
        )
    elif figures["churn.lost"] and "really_lost" in steps and figures["churn.cohort"] < FEW:
        title = say(
            lang,
            f"流失{f.count(figures['churn.lost'])}辆，剔除非流失后为{f.count(steps['really_lost'])}辆",
            (
                f"Lost: {f.count(figures['churn.lost'])}, "
                f"and {f.count(steps['really_lost'])} when those who are no loss are taken off"
            ),
        )
    elif figures["churn.lost"] and "really_lost" in steps:
        share = f.percent(steps["really_lost"] / figures["churn.cohort"])
        title = say(
            lang,
            f"名义流失{f.percent(figures['churn.rate'])}，剔除非流失后为{share}",
            (
                f"Nominally {f.percent(figures['churn.rate'])} are lost, "
                f"{share} when those who are no loss are taken off"
            ),
        )
    else:
        title = say(
            lang,
            f"{then}来站的车辆全部回站" if figures["churn.cohort"] else f"{then}没有车辆来站",
            f"All vehicles of {then} came back" if figures["churn.cohort"] else f"No vehicle came in {then}",
        )
    return words(
        title,
        say(
            lang,
            f"辆 · {then}来站的{f.count(figures['churn.cohort'])}辆车，截至{f.month(month, lang)}末",
            (
                f"Vehicles · the {f.count(figures['churn.cohort'])} of {then}, "
                f"as at the end of {f.month(month, lang)}"
            ),
        ),
        say(
            lang,
            (
                "一年一万公里的车约一年来一次，半年未回未必流失。"
                "未到期与仅来一次只在已回访的私车中得知。来源：维修工单、流失回访。"
            ),
            (
                "A car of 10,000 km a year is due about once a year: half a year away is not yet lost. "
                "Not due and one visit are known of the called only. Sources: repair orders, churn calls."
            ),
        ),
        lang,
    )


def results(table: pd.DataFrame, figures: Mapping[str, Any], month: pd.Period, lang: str = "zh") -> Words:
    """Words of the unreached by result."""
    if table.empty:
        return words(say(lang, "没有未接受回访的客户", "Nobody was left unreached"), "", "", lang)
    once = int(table.loc[table["result"] == "one_visit", "count"].sum())
    others = table[table["result"] != "one_visit"]
    n = int(others["count"].sum())
    apart = say(lang, f"，另有{once}位仅来站一次", f"; {once} more came only once") if once else ""
    named = ""
    if n:
        top = others.iloc[0]
        result = label("churn_result", top["result"], lang)
        named = say(
            lang,
            f"，最多的是{result}（{top['count']}）",
            f", most often: {result.lower()} ({top['count']})",
        )
    return words(
        say(lang, f"{n}位未接受回访{named}{apart}", f"Not reached: {n}{named}{apart}"),
        say(
            lang,
            f"人 · 应回访私车{f.count(figures['churn.to_call'])} · {f.month(month, lang)}",
            (
                f"Customers · {f.count(figures['churn.to_call'])} private vehicles to call "
                f"· {f.month(month, lang)}"
            ),
        ),
        say(
            lang,
            "“仅来站一次”不是未接通，应另列。来源：流失回访。",
            "“Came only once” is an exclusion, not a failed call. Source: churn calls.",
        ),
        lang,
    )


def reasons(table: pd.DataFrame, figures: Mapping[str, Any], month: pd.Period, lang: str = "zh") -> Words:
    """Words of the reasons."""
    if table.empty:
        return words(say(lang, "没有得到流失原因", "No reason was given"), "", "", lang)
    n, top = int(table["count"].sum()), table.iloc[0]
    not_due = figures["churn.not_due"] or 0
    name = label("churn_reason", top["reason"], lang)
    return words(
        say(
            lang,
            f"首要原因是{name}（{top['count']}人）；只是未到期的{not_due}人",
            f"The leading reason: {name.lower()} ({top['count']}); simply not due: {not_due}",
        ),
        say(
            lang,
            f"人与占比 · 已回访{f.count(figures['churn.reached'])}，说明原因{n} · {f.month(month, lang)}",
            (
                f"Customers and share · {f.count(figures['churn.reached'])} reached, {n} gave a reason "
                f"· {f.month(month, lang)}"
            ),
        ),
        say(lang, "来源：流失回访。", "Source: churn calls."),
        lang,
    )


def retention(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the heat-map of cohorts."""
    known_rows = table.dropna(subset=["rate"]) if len(table) else table
    at = known_rows[known_rows["months_later"] == 6] if len(known_rows) else known_rows
    if len(at) > 1:
        low, high = at["rate"].min(), at["rate"].max()
        title = say(
            lang,
            f"六个月内回站的比例在{f.percent(low, 0)}到{f.percent(high, 0)}之间",
            f"Between {f.percent(low, 0)} and {f.percent(high, 0)} come back within six months",
        )
    else:
        title = say(lang, "各月来站车辆的回站比例", "How many of a month's vehicles came back")
    return words(
        title,
        say(
            lang,
            f"到若干个月为止已回站的比例（%），颜色越深越低 · 截至{f.month(month, lang)}",
            f"Share back within so many months (%), darker is lower · to {f.month(month, lang)}",
        ),
        say(lang, "来源：维修工单。", "Source: repair orders."),
        lang,
    )


def gap(lang: str = "zh") -> str:
    """The name of the gap between them."""
    return say(lang, "差额", "Gap")


def parts(tables: Mapping[str, Any], lang: str = "zh") -> dict[str, str]:
    """What stands beside a figure that holds two things: who was not reached, and who came only once.

    Parameters
    ----------
    tables
        What the chapters glued, by name.
    """
    counts = {row["result"]: int(row["count"]) for row in tables.get("churn.results") or []}
    once = counts.pop("one_visit", 0)
    counts.pop("reached", None)
    if not once:
        return {}
    others = sum(counts.values())
    return {
        "churn.not_reached": say(
            lang, f"（{others} + {once}仅来站一次）", f" ({others} + {once} who came only once)"
        )
    }

"""Sentences of chapter 6: archive, base and churned customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, plural, rate, say, words
from aftersales.contract.statistics import FEW
from aftersales.signals import Finding, sentences


def headline(
    figures: Mapping[str, Any],
    bridge: pd.DataFrame,
    month: pd.Period,
    churn_months: int,
    findings: Sequence[Finding] = (),
    lang: str = "zh",
    calls: Mapping[str, int] | None = None,
    visits: int = 0,
) -> str:
    """The cohort, the lost, and the chapter's signals.

    Parameters
    ----------
    calls
        Of `metrics.churn.calls_made`; None without churn calls.
    visits
        Orders of the cohort's month, whether they name a vehicle or not.
    """
    n, lost = figures["churn.cohort"], figures["churn.lost"]
    then = f.month(month - churn_months, lang)
    if n is None:
        return say(lang, "没有维修工单，无法计算流失。", "Without repair orders churn cannot be known.")
    if n == 0 and visits:
        return say(
            lang,
            f"{then}的{f.count(visits)}张工单都没有可用的VIN，本月没有流失率。",
            f"None of the {f.count(visits)} repair orders of {then} has a usable VIN, so there is no churn "
            "rate this month.",
        )
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
        share = rate(figures["churn.rate"], n, lang)
        text += say(lang, f"，流失率{share}", f": a churn rate of {share}")
    if lost and not called(figures):
        zh, en = unmatched(calls)
        text += say(lang, f"；{zh}，原因未知", f"; {en}, so the reasons are not known")
    text += say(lang, "。", ".")
    return sentences.headline(findings, ("churn.private_rate",), text, lang)


def unmatched(calls: Mapping[str, int] | None) -> tuple[str, str]:
    """Why no lost private vehicle has a call, in Chinese and English: none was made, or none can be matched.

    Parameters
    ----------
    calls
        Of `metrics.churn.calls_made`; None without churn calls.
    """
    n, matched = (calls["calls"], calls["matched"]) if calls else (0, 0)
    if not n:
        return "本月没有流失回访", "no churn calls were made this month"
    if not matched:
        return (
            f"本月{f.count(n)}次流失回访所记的车辆，维修工单里都找不到",
            f"of this month's {plural(n, 'churn call')} none names a vehicle of the repair orders",
        )
    return (
        f"本月{f.count(n)}次流失回访都不是打给这些流失私车的",
        f"this month's {plural(n, 'churn call')} went to no lost private vehicle",
    )


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
            f"基盘客户{f.count(base.iloc[-1])}（上月{f.count(base.iloc[-2])}）",
            f"A base of {f.count(base.iloc[-1])} ({f.count(base.iloc[-2])} last month)",
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


def results(table: pd.DataFrame, figures: Mapping[str, Any], month: pd.Period, lang: str = "zh") -> Words:
    """Words of the unreached by result."""
    if table.empty:
        zh, en = ("致电的都接通了", "All who were called were reached")
        if not called(figures):
            zh, en = "没有对上流失私车的回访", "No call is matched with a lost private vehicle"
        return words(say(lang, zh, en), "", "", lang)
    n = int(table["count"].sum())
    once = int(table.loc[table["result"] == "one_visit", "count"].sum())
    return words(
        say(
            lang,
            f"{n}位未接受回访：{n - once}位未接通，{once}位仅来站一次",
            f"Not reached: {n}, of whom {n - once} were called in vain and {once} came only once",
        ),
        say(
            lang,
            f"人 · 应回访私车{f.count(figures['churn.to_call'])} · {f.month(month, lang)}",
            (
                f"Customers · {plural(figures['churn.to_call'], 'private vehicle')} to call "
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
        zh, en = ("接通的没有说明原因", "Those who were reached gave no reason")
        if not figures["churn.reached"]:
            zh, en = (
                "没有接通的流失私车，原因未知",
                "No lost private vehicle was reached: reasons are not known",
            )
        return words(say(lang, zh, en), "", "", lang)
    n, gone = int(table["count"].sum()), figures["churn.went_elsewhere"] or 0
    not_due = figures["churn.not_due"] or 0
    return words(
        say(
            lang,
            f"{n}人说明原因：已到其它站{gone}人，未到期{not_due}人",
            f"{plural(n, 'reason')} given: {gone} went elsewhere, {not_due} not yet due",
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
    title = say(lang, "各月来站车辆的回站比例", "How many of a month's vehicles came back")
    return words(
        title,
        say(
            lang,
            f"到若干个月后为止已回站的比例（%），底色越浓越低 · 截至{f.month(month, lang)}",
            f"Share back by then (%), the stronger the shade the lower · to {f.month(month, lang)}",
        ),
        say(lang, "来源：维修工单。", "Source: repair orders."),
        lang,
    ) | {"corner": say(lang, "个月后", "months later")}


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

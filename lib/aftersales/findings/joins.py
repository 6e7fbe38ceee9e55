"""Sentences of the links between tables: how many rows found what they name, and what to do where few did."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.language import Words, plural, say, words
from aftersales.contract.schema import LINKS, label, link_name

# What can't be relied on where a link is poor, and what to do: Chinese, English.
_UNRELIABLE: dict[str, tuple[str, str]] = {
    "jobs": ("派工与工单对不上", "jobs can't be held against orders"),
    "bookings": ("预约与工单对不上", "bookings can't be held against orders"),
    "survey_calls": ("按服务顾问的回访不可靠", "the survey by advisor can't be relied on"),
    "complaints": ("重复投诉无从判断", "repeat complaints can't be told"),
    "grievances": ("不满意原因不知属于哪个月", "the month of the causes is not known"),
    "churn_calls": (
        "流失回访的结果和原因不可靠",
        "what the churn calls say can't be relied on",
    ),
    "repair_orders": (
        "档案与来站车辆对不上",
        "the archive can't be held against the visits",
    ),
    "oem_css": (
        "厂家按顾问的得分对不上本店的顾问",
        "the agency's scores by advisor are of nobody in the orders",
    ),
}
_STEPS: dict[str, tuple[str, str]] = {
    "order_id": (
        "核对工单号的写法，两张表按同一时段导出",
        "Check how order numbers are written; export both tables over the same period",
    ),
    "call_id": (
        "核对回访编号的写法，两张表按同一时段导出",
        "Check how call numbers are written; export both tables over the same period",
    ),
    "vin": (
        "核对车架号的写法（17位，或唯一的末6至8位），两张表按同一门店导出",
        "Check how VINs are written (17 characters, or an end that one vehicle has); export both tables of "
        "the same store",
    ),
    "advisor": (
        "核对服务顾问的姓名，两张表写成一样",
        "Check the advisors' names: both tables must write them alike",
    ),
}
_OF = {link_name(*link): link for link in LINKS}


def found(row: Any, lang: str = "zh") -> str:
    """How many rows of a link found what they name.

    Parameters
    ----------
    row
        A row of `metrics.joins.table`, as a mapping.

    Examples
    --------
    >>> found({"rows": 40, "found": 2, "share": 0.05}, "en")
    '2 of 40 rows found (5.0%)'
    """
    n, k, share = f.count(row["rows"]), f.count(row["found"]), f.percent(row["share"])
    many = plural(row["rows"], "row").split(" ")[1]
    return say(lang, f"{n}行中{k}行找到（{share}）", f"{k} of {n} {many} found ({share})")


def consequence(row: Any, lang: str = "zh") -> str:
    """What can't be relied on where so few are found."""
    return say(lang, *_UNRELIABLE[_OF[row["link"]][0]])


def next_step(row: Any, lang: str = "zh") -> str:
    """What to do about it."""
    return say(lang, *_STEPS[_OF[row["link"]][1]])


def has_rule(row: Any) -> bool:
    """Whether a rule of the reconciliation names the rows that found nothing: those that name an order."""
    return _OF[row["link"]][1] == "order_id"


def loose(links: pd.DataFrame) -> list[dict[Any, Any]]:
    """The links that do not hold, the worst first."""
    rows: list[dict[Any, Any]] = links.sort_values("share", kind="stable").to_dict("records")
    return [row for row in rows if row["verdict"] != "ok"]


def alarms(links: pd.DataFrame, lang: str = "zh") -> list[dict[str, str]]:
    """For the first page: each link that does not hold, what hangs on it and what to do."""
    return [
        {
            "text": say(
                lang,
                f"表间关联{label('join_verdict', row['verdict'])}：{label('link', row['link'])}，"
                f"{found(row)}；{consequence(row)}——{next_step(row)}",
                f"Link {label('join_verdict', row['verdict'], 'en').lower()}: "
                f"{label('link', row['link'], 'en')}, {found(row, 'en')}; {consequence(row, 'en')} – "
                f"{next_step(row, 'en')}",
            )
        }
        for row in loose(links)
    ]


def table_words(links: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the table of all links."""
    n = len(loose(links))
    title = say(
        lang,
        f"{n}处表间关联偏低或断开" if n else "各表之间的关联都正常",
        f"Links between tables that are poor or broken: {n}" if n else "All links between tables hold",
    )
    steps = say(lang, "；", "; ").join(
        f"{label('link', row['link'], lang)}{say(lang, '：', ': ')}{next_step(row, lang)}"
        for row in loose(links)
    )
    return words(
        title,
        say(lang, f"本月的行 · {f.month(month, lang)}", f"Rows of the month · {f.month(month, lang)}"),
        say(
            lang,
            "能找到的不到八成为偏低，不到两成为断开：按它汇总的数字不可靠。",
            "Poor: fewer than 80% are found; broken: fewer than 20%. What is counted by such a link can't be "
            "relied on.",
        )
        + (say(lang, steps + "。", f" {steps}.") if steps else ""),
        lang,
    )

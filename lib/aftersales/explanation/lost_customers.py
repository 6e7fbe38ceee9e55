"""Which customers are lost, whose cars they are, and what they paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from aftersales.contract import formats, written
from aftersales.contract.columns import Column, col
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, listed
from aftersales.contract.schema import label
from aftersales.contract.statistics import interval
from aftersales.display import charts
from aftersales.display.exhibit import Exhibit
from aftersales.explanation.answer import Answer, Asked, asked, nothing, settings, shown, tested
from aftersales.metrics import private_churn
from aftersales.metrics.to_call import CUSTOMERS, customers

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

_NUMBERS = ("amount", "days")
# Groups, and the code set of each.
_GROUPS = {"advisor": "", "result": "churn_result", "reason": "churn_reason", "order_type": "order_type"}
_HEADS = {
    "advisor": ("服务顾问", "Advisor"),
    "result": ("回访结果", "Result"),
    "reason": ("流失原因", "Reason"),
    "order_type": ("最后一次维修类型", "Type of the last visit"),
}
_DRAWN = 10

_DEFINITIONS = ("churn_months",)


def lost_customers(
    tables: Tables | None = None,
    month: object = None,
    *,
    by: str = "amount",
    params: Params | None = None,
    lang: str | None = None,
    **definitions: int,
) -> Answer:
    """The private customers who have not been back: most money, or longest away, first; or how many by group.

    Parameters
    ----------
    tables, month
        By default those of the params' source and store, and their latest month.
    by
        ``amount`` (of the 12 months to the last visit) or ``days`` (since then): a row a customer;
        ``advisor``, ``result``, ``reason`` or ``order_type``: a row a group.
    params, lang
        By default the month's params and their language.
    definitions
        ``churn_months=12``, for this question alone.

    Returns
    -------
    Answer
        Its table has ``name``, ``phone``, ``plate``, ``vin`` (masked as the tables are), ``order_id``,
        ``last_visit``, ``days``, ``amount`` [CNY], ``advisor``, ``result``, ``reason``; or the group,
        ``customers``,
        ``share`` and ``amount``.

    Raises
    ------
    InputError
        They cannot be told by that.

    Examples
    --------
    >>> it = lost_customers(month="2024-04", by="reason")
    >>> it.table.columns.tolist()
    ['reason', 'customers', 'share', 'amount']
    """
    it = asked(tables, month, params, lang, definitions, _DEFINITIONS)
    every = (*_NUMBERS, *_GROUPS)
    if by not in every:
        did_you, names = written.question(written.nearest(by, every)), listed(every)
        raise InputError(
            Message(
                f"lost_customers：by：给的是 {by!r}。{did_you.zh}应是其中之一：{names.zh}。",
                f"lost_customers: by: got {by!r}.{did_you.en} Expected one of {names.en}.",
            )
        )
    t, p = it.tables, it.params
    used = settings(p, _DEFINITIONS)
    rows = customers(t.repair_orders, t.churn_calls, t.customers, it.month, p.churn_months)
    (counts,) = private_churn.by_month(t.repair_orders, t.churn_calls, [it.month], p.churn_months)
    if rows.empty:
        reason = it.say("没有流失的私车。", "No private vehicle is lost.")
        empty = nothing(it, "lost_customers", reason)
        return Answer(reason, rows, empty, used, empty, it.lang)
    if by in _NUMBERS:
        frame = rows.sort_values(by, ascending=False, kind="stable", na_position="last").reset_index(
            drop=True
        )
    else:
        frame = _groups(rows, by, t.repair_orders)
    sentence = _sentence(it, rows, counts["private_cohort"])
    return Answer(sentence, frame, _chart(it, frame, by), used, _shown(it, frame, by), it.lang)


def _groups(rows: pd.DataFrame, by: str, orders: pd.DataFrame | None) -> pd.DataFrame:
    """How many customers of each group, and what they paid; those of none last."""
    if by == "order_type" and orders is not None:
        kinds = orders.set_index("order_id")["order_type"]
        rows = rows.assign(order_type=kinds.reindex(rows["order_id"]).to_numpy(dtype=object))
    found = (
        rows.groupby(by, dropna=False)
        .agg(customers=("order_id", "size"), amount=("amount", "sum"))
        .reset_index()
    )
    found[by] = found[by].astype(object).where(found[by].notna(), None)
    found = found.assign(share=found["customers"] / len(rows), last=found[by].isna())
    found = found.sort_values(["last", "customers"], ascending=[True, False], kind="stable")
    return found[[by, "customers", "share", "amount"]].reset_index(drop=True)


def _sentence(it: Asked, rows: pd.DataFrame, cohort: float | int | None) -> str:
    n, months = len(rows), it.params.churn_months
    share = ""
    if cohort:
        low, high = interval("rate", n, cohort)
        if low is not None:
            ends = [formats.percent(x) for x in (n / cohort, low, high)]
            share = it.say(
                f"，占当月来过的{cohort:,}辆私车的{ends[0]}（95%区间{ends[1]}至{ends[2]}）",
                f", {ends[0]} of the {cohort:,} that came then (95% interval {ends[1]} to {ends[2]})",
            )
    amount = formats.count(rows["amount"].sum())
    known = int(rows["amount"].notna().sum())
    of = "" if known == n else it.say(f"（{known:,}位有金额）", f" ({known:,} with a known amount)")
    then = it.month_name(it.month - months)
    told = it.say(
        f"{then}来过的私车中，{n:,}辆此后{months}个月没有再来{share}；最后一次来站前12个月共消费{amount}元{of}。",
        f"{n:,} private vehicles that came in {then} have not been back in the {months} months "
        f"since{share}; in the 12 months to their last visit they paid CNY {amount}{of}. ",
    )
    return told + tested(it, "churn.private_rate")


def _name(it: Asked, by: str, code: object) -> str:
    if formats.missing(code):
        return it.say("（未登记）", "(not recorded)")
    return label(_GROUPS[by], code, it.lang) if _GROUPS[by] else str(code)


def _chart(it: Asked, frame: pd.DataFrame, by: str) -> Exhibit:
    """The first customers by amount or days; or the groups by how many."""
    if by in _NUMBERS:
        top = frame.head(_DRAWN)
        names = top["order_id"] if top["plate"].isna().all() else top["plate"].fillna(top["order_id"])
        rows = pd.DataFrame({"label": names.astype(str), "value": top[by].astype(float)})
        unit = it.say("元，12个月", "CNY, 12 months") if by == "amount" else it.say("天", "days")
        title = it.say("流失私车", "Lost private vehicles")
        subtitle = f"{unit} · " + it.say(
            f"前{len(top)}辆，共{len(frame):,}辆", f"{len(top)} of {len(frame):,}"
        )
        return charts.bars(rows, id="lost.customers", title=title, subtitle=subtitle, lang=it.lang, strong=0)
    top = frame.head(2 * _DRAWN)
    rows = pd.DataFrame(
        {"label": [_name(it, by, c) for c in top[by]], "value": top["customers"], "share": top["share"]}
    )
    title = it.say("流失私车按", "Lost private vehicles by ") + it.say(_HEADS[by][0], _HEADS[by][1].lower())
    return charts.bars(
        rows,
        id="lost.customers",
        title=title,
        subtitle=it.say(
            f"辆 · n = {frame['customers'].sum():,}", f"vehicles · n = {frame['customers'].sum():,}"
        ),
        lang=it.lang,
        strong=0,
    )


def _shown(it: Asked, frame: pd.DataFrame, by: str) -> Exhibit:
    title = it.say("流失的私车客户", "Lost private customers")
    amount = col("amount", "12个月金额", "Amount, 12 months", "integer", unit_zh="元", unit_en="CNY")
    if by not in _NUMBERS:
        columns = [
            col(by, *_HEADS[by]),
            col("customers", "客户", "Customers", "integer"),
            col("share", "占比", "Share", "percent"),
            amount,
        ]
        return shown(it, frame.assign(**{by: [_name(it, by, c) for c in frame[by]]}), columns, "lost", title)
    person: dict[str, Column] = {
        "name": col("name", "客户", "Customer"),
        "phone": col("phone", "电话", "Phone"),
        "plate": col("plate", "车牌", "Plate"),
        "last_visit": col("last_visit", "最后来站", "Last visit", "date"),
        "days": col("days", "距月末天数", "Days since", "integer"),
        "amount": amount,
        "advisor": col("advisor", "服务顾问", "Advisor"),
        "result": col("result", "回访结果", "Result", "code", codes="churn_result"),
        "reason": col("reason", "流失原因", "Reason", "code", codes="churn_reason"),
    }
    return shown(it, frame, [person[key] for key in CUSTOMERS if key in person], "lost", title)

"""Which repairs came back: their vehicle, the first jobs, the days until they were back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from aftersales.contract import formats, written
from aftersales.contract.columns import col
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, listed
from aftersales.contract.months import months_to
from aftersales.contract.statistics import FEW, interval
from aftersales.display import charts
from aftersales.display.exhibit import Exhibit
from aftersales.explanation.answer import Answer, Asked, asked, nothing, settings, shown, tested
from aftersales.metrics import returns
from aftersales.metrics.to_call import with_customer
from aftersales.signals import People, StoreHistory, people, sentences

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

_FIGURE = "ftf.return_rate"
_MONTHS = 24
_WEEK = 7
_COLUMNS = [
    "order_id",
    "opened_at",
    "vin",
    "plate",
    "customer",
    "order_type",
    "advisor",
    "technicians",
    "amount",
]
_COLUMNS += ["returned_order_id", "returned_at", "returned_type", "days", "km", "red_line"]

_DEFINITIONS = ("return_days", "return_km")


def comebacks(
    tables: Tables | None = None,
    month: object = None,
    *,
    technician: str | None = None,
    advisor: str | None = None,
    params: Params | None = None,
    lang: str | None = None,
    **definitions: int,
) -> Answer:
    """The repairs of the month before whose car was back, with vehicle, first jobs and days until the return.

    Parameters
    ----------
    tables, month
        By default those of the params' source and store, and their latest month.
    technician, advisor
        Only orders that this technician had a job on, or this advisor took in.
    params, lang
        By default the month's params and their language.
    definitions
        ``return_days=14``, ``return_km=500``, for this question alone.

    Returns
    -------
    Answer
        Its table has a row a repair, soonest back first: ``order_id``, ``opened_at``, ``vin``, ``plate``,
        ``customer`` (masked as the tables are), ``order_type``, ``advisor``, ``technicians`` and ``amount``
        of the first order; ``returned_order_id``, ``returned_at``, ``returned_type``, ``days``, ``km``,
        ``red_line`` of the
        return.

    Raises
    ------
    InputError
        Nobody of that name had a repair in the month before.

    Examples
    --------
    >>> it = comebacks(month="2024-04", technician="高凯")
    >>> it.table[["order_id", "technicians", "days"]].head(1).values.tolist()
    [['RO2403-0560', '高凯', 21]]
    """
    it = asked(tables, month, params, lang, definitions, _DEFINITIONS)
    p, orders = it.params, it.tables.repair_orders
    used = settings(p, _DEFINITIONS)
    first, back = returns.orders(orders, it.month, p.return_days, p.return_km)
    if orders is None or first is None or back is None or first.empty:
        reason = it.say(
            "上月没有维修或索赔工单，无从统计返修。",
            "The month before has no repair or warranty orders to come back.",
        )
        empty = nothing(it, "comebacks", reason)
        return Answer(reason, pd.DataFrame(columns=_COLUMNS), empty, used, empty, it.lang)
    workers = _workers(it.tables.jobs)
    who, column = (technician, "technician") if technician is not None else (advisor, "advisor")
    of = first if technician is None else first.merge(workers, on="order_id")
    if who is not None:
        names = sorted(of[column].dropna().unique())
        if who not in names:
            raise _nobody(column, who, names, it.month - 1)
        of = of[of[column] == who]
    rows = _rows(returns.table(orders, it.month, p.return_days, p.return_km), it.tables, workers)
    rows = rows[rows["order_id"].isin(of["order_id"])].reset_index(drop=True)
    sentence = _sentence(it, rows, of["order_id"].nunique(), who, column, workers)
    return Answer(sentence, rows, _chart(it, rows, who), used, _shown(it, rows), it.lang)


def _workers(jobs: pd.DataFrame | None) -> pd.DataFrame:
    """Which technician worked on which order, each once."""
    if jobs is None:
        return pd.DataFrame(columns=["order_id", "technician"])
    return jobs[["order_id", "technician"]].dropna().drop_duplicates()


def _nobody(column: str, name: str, names: Sequence[str], month: pd.Period) -> InputError:
    did_you = written.question(written.nearest(name, names))
    every = listed(names, Message("没有记录", "nobody is recorded"))
    zh = {"technician": "维修技师", "advisor": "服务顾问"}[column]
    return InputError(
        Message(
            f"comebacks：{month}的维修与索赔工单里没有{zh} {name!r}。{did_you.zh}有：{every.zh}。",
            f"comebacks: no {column} {name!r} on the repair and warranty orders of {month}.{did_you.en} "
            f"There are: {every.en}.",
        )
    )


def _rows(found: pd.DataFrame, tables: Tables, workers: pd.DataFrame) -> pd.DataFrame:
    """The repairs that came back, with what the orders, jobs and cards say of them."""
    orders = tables.repair_orders
    assert orders is not None
    of = orders.set_index("order_id")[["opened_at", "order_type", "amount"]]
    before, then = (
        of.reindex(found[key]).reset_index(drop=True) for key in ("order_id", "returned_order_id")
    )
    whose = with_customer(found[["order_id"]], orders, tables.customers)
    joined = workers.groupby("order_id")["technician"].agg("、".join)
    return found.assign(
        opened_at=before["opened_at"],
        order_type=before["order_type"],
        amount=before["amount"],
        returned_at=then["opened_at"],
        returned_type=then["order_type"],
        vin=whose["vin"],
        plate=whose["plate"],
        customer=whose["name"],
        technicians=joined.reindex(found["order_id"]).to_numpy(dtype=object),
    )[_COLUMNS]


def _sentence(
    it: Asked, rows: pd.DataFrame, n: int, who: str | None, column: str, workers: pd.DataFrame
) -> str:
    p, back, red = it.params, len(rows), int(rows["red_line"].sum())
    month = it.month_name(it.month - 1)
    low, high = interval("rate", back, n)
    within = ""
    if low is not None and n >= FEW:
        ends = [formats.percent(x) for x in (back / n, low, high)]
        within = it.say(
            f"（{ends[0]}，95%区间{ends[1]}至{ends[2]}）",
            f" ({ends[0]}, 95% interval {ends[1]} to {ends[2]})",
        )
    whose = "" if who is None else it.say(f"{who}的", f" of {who}")
    told = it.say(
        f"{month}{whose}{n:,}张维修与索赔工单中，{back:,}辆车在{p.return_days}天内又回厂{within}，"
        f"其中{red:,}辆在{returns.RED_LINE_DAYS}天内（红线）。记录里没有故障，是否同一故障要逐车查明。",
        f"Of {n:,} repair and warranty orders{whose} in {month}, {back:,} had the car back within "
        f"{p.return_days} days{within}, {red:,} of them within {returns.RED_LINE_DAYS} (red line). The "
        "records hold no fault: whether it was the same is for people to find out. ",
    )
    if who is None:
        return told + tested(it, _FIGURE)
    return told + _against_others(it, who, column, workers)


def _against_others(it: Asked, who: str, column: str, workers: pd.DataFrame) -> str:
    """One person against the rest of the store, by the test that the report names people by."""
    found = next((one for one in people.findings(_history(it, column, workers)) if one.subject == who), None)
    if found is None or found.level == "unknown":
        return it.say("工单太少，不作比较。", "Too few orders to compare.")
    if found.level == "signal":
        return it.say("信号：", "Signal: ") + sentences.sentence(found, it.lang) + it.say("。", ".")
    return it.say(
        "没有信号：与其余人员之差不超出偶然。",
        "No signal: the difference from the others is not beyond chance.",
    )


def _history(it: Asked, column: str, workers: pd.DataFrame) -> StoreHistory:
    """Each person's repairs and returns over 24 report months."""
    p, months = it.params, months_to(it.month, _MONTHS)
    marked = returns.marked(it.tables.repair_orders, months, p.return_days, p.return_km)
    rows = marked.merge(workers, on="order_id") if column == "technician" else marked.dropna(subset=[column])
    sums = rows.groupby([column, "month"])["returned"].agg(["sum", "size"])
    wide = [
        sums[of].unstack("month").reindex(columns=[m.ordinal for m in months]).fillna(0)
        for of in ("sum", "size")
    ]
    names = [str(name) for name in wide[0].index]
    hits, cases = (frame.to_numpy(dtype=float).tolist() for frame in wide)
    return StoreHistory([str(m) for m in months], people=[People(_FIGURE, names, hits, cases)])


def _chart(it: Asked, rows: pd.DataFrame, who: str | None) -> Exhibit:
    """How soon they were back, a bar a week."""
    most = max(it.params.return_days, 1)
    begins = np.arange(1, most + 1, _WEEK)
    weeks = [
        (begin, min(begin + _WEEK - 1, most), int(rows["days"].between(begin, begin + _WEEK - 1).sum()))
        for begin in begins
    ]
    frame = pd.DataFrame(
        {
            "label": [it.say(f"{a}–{b}天", f"{a}–{b} days") for a, b, _ in weeks],
            "value": [n for _, _, n in weeks],
        }
    )
    title = it.say("多少天后又回厂", "After how many days they were back")
    subtitle = it.say(f"辆 · n = {len(rows)}", f"cars · n = {len(rows)}") + (f" · {who}" if who else "")
    return charts.bars(frame, id="comebacks.days", title=title, subtitle=subtitle, lang=it.lang, strong=0)


def _shown(it: Asked, rows: pd.DataFrame) -> Exhibit:
    columns = [
        col("order_id", "首次工单", "First order"),
        col("opened_at", "开单", "Opened", "date"),
        col("plate", "车牌", "Plate"),
        col("customer", "客户", "Customer"),
        col("order_type", "类型", "Type", "code", codes="order_type"),
        col("advisor", "服务顾问", "Advisor"),
        col("technicians", "技师", "Technicians"),
        col("amount", "金额", "Amount", "integer", unit_zh="元", unit_en="CNY"),
        col("returned_order_id", "再次工单", "Later order"),
        col("days", "相隔天数", "Days", "integer"),
        col("km", "相隔公里", "Km", "number", digits=0),
    ]
    title = it.say("又回厂的车", "Cars that were back")
    return shown(it, rows, columns, "comebacks", title)

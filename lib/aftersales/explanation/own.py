"""Figures of a chapter of one's own: explained in the notebook that glued them."""

from __future__ import annotations

from collections.abc import Sequence

from aftersales.contract import glued_here, months
from aftersales.contract.errors import InputError
from aftersales.contract.figures import PREFIXES
from aftersales.contract.glued_here import Glued
from aftersales.contract.message import Message
from aftersales.contract.tables import Tables


def find(name: str) -> Glued | None:
    """The figure of that name, or of that Chinese or English one, that this notebook glued.

    Raises
    ------
    InputError
        It was glued without a record.
    """
    known = glued_here.figures()
    titled = [g for g in known.values() if g.figure and name in (g.figure.zh, g.figure.en)]
    found = known.get(name) or next(iter(titled), None)
    if found is not None and found.figure is None:
        record = f"records=[Figure({name!r}, …)]"
        raise InputError(
            Message(
                f"explain：{name} 没有记录，除了数值什么也不知道。glue时写上 {record}。",
                f"explain: {name} was glued without a record, so nothing is known of it but its value. "
                f"Glue it with {record}.",
            )
        )
    return found


def check(it: Glued, tables: Tables | None, month: object) -> None:
    """A figure that was glued is of one month and one store, and of no other.

    Raises
    ------
    InputError
        Another month or store is asked for.
    """
    name = "" if it.figure is None else it.figure.name
    if month is not None and it.month is not None and months.parse(month) != it.month:
        other = months.parse(month)
        raise InputError(
            Message(
                f"explain：{name} 是 {it.month} 的；给的是 {other}。请在笔记本第一个单元格里写那个月，"
                "再全部重新运行。",
                f"explain: {name} was glued for {it.month}; got {other}. "
                "Set that month in the notebook's first cell and run it all again.",
            )
        )
    if tables is not None and it.tables is not None and tables.store != it.tables.store:
        raise InputError(
            Message(
                f"explain：{name} 是{it.tables.store}的；给的是{tables.store}的表。请在笔记本第一个单元格里"
                "写那家店，再全部重新运行。",
                f"explain: {name} was glued for {it.tables.store}; got the tables of {tables.store}. "
                "Set that store in the notebook's first cell and run it all again.",
            )
        )


def elsewhere(name: str, stems: Sequence[str]) -> Message | None:
    """Where a figure that is not known here may be explained.

    In the chapter whose name it begins with, if there is one.
    """
    prefix = name.partition(".")[0]
    stem = next((s for s in stems if s.lstrip("0123456789").removeprefix("_") == prefix), None)
    if stem is None or prefix in PREFIXES or prefix == name:
        return None
    return Message(
        f"explain：这个笔记本里没有指标 {name!r}。自己那一章的指标在给出它的地方解释：打开 "
        f"notebooks/{stem}.ipynb，全部运行，在那里写 explain({name!r})。",
        f"explain: no figure {name!r} in this notebook. Figures of a chapter of one's own are explained "
        f"where they are glued: open notebooks/{stem}.ipynb, run all of it, and ask explain({name!r}) there.",
    )

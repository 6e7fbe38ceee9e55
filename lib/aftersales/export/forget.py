"""`aftersales forget`: a customer is taken out of all that the program keeps beside what is published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from aftersales.contract import alive, command, mask
from aftersales.contract.errors import InputError
from aftersales.contract.language import plural
from aftersales.contract.message import Message
from aftersales.contract.names import NARROW
from aftersales.export import kept

if TYPE_CHECKING:
    from aftersales.contract.tables import Tables

_SHORTEST = 6  # characters of a VIN
_LISTED = 6  # cases of a file
# Which tables name a case, by which column, and which lead from a vehicle or an order to it.
_BY_ORDER = {
    "survey_calls": "call_id",
    "complaints": "complaint_id",
    "bookings": "booking_id",
    "jobs": "job_id",
}


def bare(vin: str | None) -> str:
    """A VIN as the records have it.

    Raises
    ------
    InputError
        None was given, or less than the end of one.
    """
    asked = "".join((vin or "").translate(NARROW).split()).upper()
    if len(asked) < _SHORTEST:
        example = command.of("forget", vin="LSVAA2180E2012345")
        raise InputError(
            Message(
                f"哪一位客户？应是整个VIN，至少{_SHORTEST}位，如 {example}",
                f"which customer? Expected the whole VIN, {_SHORTEST} characters at least, as in {example}",
            )
        )
    return asked


def forget(vin: str, tables: Tables, out: Path) -> list[Message]:
    """Take the customer with a VIN out of caches, replaced runs and call lists.

    Published files stay as they are; which of them name one of the customer's cases is said, and so is
    whether the source still has the customer, which is never changed.

    Parameters
    ----------
    vin
        Of `bare`.
    tables
        The store's, unmasked.
    out
        Where reports are published.

    Returns
    -------
    list of Message
        What was done and what is left to do, a line each.
    """
    rows, cases = _cases(tables, vin)
    shown = mask.vin(vin)
    removed = [run for run in kept.runs(out) if kept.naming(_files(run), {*cases, shown})]
    for path in (*kept.cached(), *removed):
        alive.remove(path)
    lists = {path: count for path in kept.call_lists() if (count := kept.take_out(vin, path))}
    told = [
        Message(f"{shown}：缓存已清空", f"{shown}: the cache was emptied"),
        Message(
            f"被替换的旧版报告：删去{len(removed)}份",
            f"replaced runs with the customer: {len(removed)} removed",
        ),
        Message(
            f"外呼名单：{len(lists)}份里删去{sum(lists.values())}行",
            f"call lists: {plural(sum(lists.values()), 'row')} taken out of {len(lists)}",
        ),
    ]
    naming = kept.naming(kept.published(out), {*cases, shown})
    if naming:
        told.append(
            Message(
                f"已发布的文件没有改动，其中{len(naming)}个仍提到这位客户的单号（个人信息已脱敏）：",
                f"published files were left as they are; {len(naming)} still name a case of the customer's:",
            )
        )
        told += [_line(path, numbers) for path, numbers in naming.items()]
    if rows:
        places = "、".join(f"{table} {count}" for table, count in rows.items())
        told.append(
            Message(
                f"来源里仍有这位客户（行数：{places}）；来源从不改动：请在那里删去，再重做这些月份的报告",
                f"the source still has the customer (rows: {places}), and is never changed: delete them "
                "there and make the reports of these months again",
            )
        )
    return told


def _files(run: Path) -> list[Path]:
    return [p for p in run.rglob("*") if p.is_file()]


def _line(path: Path, numbers: list[str]) -> Message:
    more = len(numbers) - _LISTED
    listed = "、".join(numbers[:_LISTED])
    return Message(
        f"  {path}：{listed}{f'等{len(numbers)}个' if more > 0 else ''}",
        f"  {path}: {listed.replace('、', ', ')}{f' and {more} more' if more > 0 else ''}",
    )


def _cases(tables: Tables, vin: str) -> tuple[Mapping[str, int], set[str]]:
    """How many rows of each table are the customer's, and the numbers by which their cases are looked up."""
    rows: dict[str, int] = {}
    cases: set[str] = set()
    orders: set[str] = set()
    if tables.repair_orders is not None:
        mine = tables.repair_orders[tables.repair_orders["vin"] == vin]
        orders = set(mine["order_id"].dropna())
        rows["repair_orders"], cases = len(mine), set(orders)
    for table, number in _BY_ORDER.items():
        frame = tables[table]
        if frame is not None:
            mine = frame[frame["order_id"].isin(orders)]
            rows[table] = len(mine)
            cases |= set(mine[number].dropna())
    for table in ("customers", "churn_calls"):
        frame = tables[table]
        if frame is not None:
            rows[table] = int((frame["vin"] == vin).sum())
    return {table: count for table, count in rows.items() if count}, {str(case) for case in cases}

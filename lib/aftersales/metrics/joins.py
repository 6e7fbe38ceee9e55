"""Do the tables belong together? How many rows of a month find what they name in another table (表间关联)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.contract.keys import among
from aftersales.contract.months import after, as_written, within
from aftersales.contract.schema import LINKS, TABLES, link_name
from aftersales.contract.vehicles import with_vehicle

JOINS = ["link", "rows", "found", "share", "verdict"]
POOR, BROKEN = 0.8, 0.2
_FEW = 5


def table(tables: Any, month: pd.Period) -> pd.DataFrame:
    """A row a link between tables that both are there and that any row of the month uses.

    Parameters
    ----------
    tables
        Anything that gives a table by its name as an attribute, None where it is absent.

    Returns
    -------
    DataFrame
        ``link`` (``jobs.order_id → repair_orders.order_id``); ``rows`` of the month that hold a value;
        ``found`` among the other table's rows up to the end of the month; ``share``; ``verdict`` ``ok``,
        ``poor`` or ``broken``.

    Notes
    -----
    A VIN that names no vehicle (无, zeros) is no value. A grievance is dated by its call, so one that names
    none is in no month.
    """
    rows = []
    for child, column, parent in LINKS:
        named, known = getattr(tables, child), getattr(tables, parent)
        if named is None or known is None:
            continue
        values = _of_month(tables, child, named, month)
        values = values[values[column].notna()]
        if column == "vin":
            values = with_vehicle(values)
        if values.empty:
            continue
        there = known.loc[known[TABLES[parent].dated_by] < after(month), column]
        found = int(among(values[column], there.dropna()).sum())
        n = len(values)
        rows.append([link_name(child, column, parent), n, found, found / n, verdict(found, n)])
    return pd.DataFrame(rows, columns=JOINS)


def verdict(found: int, rows: int) -> str:
    """``ok``, ``poor`` below 0.8, ``broken`` below 0.2; of fewer than 5 rows at worst ``poor``.

    >>> verdict(4, 5), verdict(3, 5), verdict(0, 5), verdict(0, 4)
    ('ok', 'poor', 'broken', 'poor')
    """
    share = found / rows
    if share < BROKEN and rows >= _FEW:
        return "broken"
    return "poor" if share < POOR else "ok"


def _of_month(tables: Any, name: str, frame: pd.DataFrame, month: pd.Period) -> pd.DataFrame:
    if name == "grievances":
        calls = tables.survey_calls
        return frame[among(frame["call_id"], calls.loc[within(calls["called_at"], month), "call_id"])]
    if name == "oem_css":
        return frame[(frame["month"] == str(month)) & (frame["scope"] == "advisor")]
    return frame[within(frame[TABLES[name].dated_by], month)]


as_written(__name__)

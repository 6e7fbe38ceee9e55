"""Rows with what one asks of them next: whose car it is, who took it in, what it cost."""

from __future__ import annotations

import pandas as pd

from aftersales.contract.tables import Tables
from aftersales.metrics.to_call import index, on_card

_OF_ORDER = ("advisor", "order_type", "owner_type", "amount")
_BY = ("order_id", "last_order_id")


def joined(rows: pd.DataFrame | None, tables: Tables) -> pd.DataFrame | None:
    """Rows of any table, in their order, with ``advisor``, ``order_type``, ``owner_type``, ``amount`` and
    ``vin`` of the order that they name, and ``customer``, the name on the vehicle's card, masked as it was
    read.

    What a row has already stays as it is; rows that name neither order nor vehicle are as they were.
    """
    if rows is None:
        return None
    rows = rows.copy(deep=False)  # whoever changes them changes nobody else's
    if rows.empty:
        return rows
    key = next((name for name in _BY if name in rows), None)
    orders, made = tables.repair_orders, rows
    if key is not None and orders is not None:
        place = index(orders, "order_id").get_indexer(pd.Index(rows[key]))
        lacking = [name for name in (*_OF_ORDER, "vin") if name in orders and name not in rows]
        found = orders[lacking].reset_index(drop=True).reindex(place).set_axis(rows.index)
        if "vin" in lacking and found["vin"].isna().all():
            lacking.remove("vin")
        made = made.assign(**{name: found[name] for name in lacking})
        if "vin" not in made or tables.customers is None:
            return made
        names = on_card(tables.customers, made["vin"], "name").set_axis(rows.index)
        return made.assign(customer=names) if names.notna().any() else made
    if "vin" in rows and "name" not in rows and tables.customers is not None:
        return rows.assign(customer=on_card(tables.customers, rows["vin"], "name").set_axis(rows.index))
    return rows

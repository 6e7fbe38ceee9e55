"""Rows with what one asks of them next: whose car it is, who took it in, what it cost."""

from __future__ import annotations

import pandas as pd

from aftersales.contract.tables import Tables
from aftersales.metrics.to_call import with_customer

_OF_ORDER = ("advisor", "order_type", "owner_type", "amount")
_BY = ("order_id", "last_order_id")


def joined(rows: pd.DataFrame | None, tables: Tables) -> pd.DataFrame | None:
    """Rows of any table, in their order, with ``advisor``, ``order_type``, ``owner_type``, ``amount`` and
    ``vin`` of the order that they name, and ``customer``, the name on the vehicle's card, masked as it was
    read.

    What a row has already stays as it is; rows that name neither order nor vehicle are as they were.
    """
    if rows is None or rows.empty:
        return rows
    key = next((name for name in _BY if name in rows), None)
    orders, made = tables.repair_orders, rows
    if key is not None and orders is not None:
        place = pd.Index(orders["order_id"]).get_indexer(pd.Index(rows[key]))
        lacking = [name for name in _OF_ORDER if name not in rows]
        found = orders[lacking].reset_index(drop=True).reindex(place).set_axis(rows.index)
        made = made.assign(**{name: found[name] for name in lacking})
        whose = with_customer(
            pd.DataFrame({"order_id": rows[key].to_numpy(dtype=object)}), orders, tables.customers
        )
        known = {"customer": whose["name"].set_axis(rows.index)}
        if "vin" not in rows:
            known["vin"] = whose["vin"].set_axis(rows.index)
        return made.assign(**{name: values for name, values in known.items() if values.notna().any()})
    if "vin" in rows and "name" not in rows and tables.customers is not None:
        names = tables.customers.drop_duplicates("vin").set_index("vin")["name"]
        return made.assign(customer=names.reindex(rows["vin"]).to_numpy(dtype=object))
    return rows

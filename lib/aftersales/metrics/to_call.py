"""Whom the store calls: lost customers to win back, and who waits for a complaint to be closed.

Of unmasked tables these are personal data: they are for a list inside the store and for no report.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from aftersales.contract.months import after, as_written
from aftersales.contract.remembered import remembered
from aftersales.metrics import private_churn
from aftersales.metrics.complaint_handling import still_open

CUSTOMERS = ["name", "phone", "plate", "vin", *private_churn.CALL_LIST]
_CASE = ["complaint_id", "received_at", "days", "level", "category", "department", "description", "handler"]
COMPLAINTS = [*_CASE, "name", "phone", "plate", "vin", "order_id"]


def customers(
    repair_orders: pd.DataFrame | None,
    churn_calls: pd.DataFrame | None,
    archive: pd.DataFrame | None,
    month: pd.Period,
    churn_months: int = 6,
) -> pd.DataFrame:
    """The rows of `private_churn.call_list`, in its order, with whose car it is.

    Returns
    -------
    DataFrame
        `CUSTOMERS`; ``name`` and ``phone`` of the customer's card (`archive`), missing where there is none;
        ``plate`` of the card, else of the order.
    """
    rows = private_churn.call_list(repair_orders, churn_calls, month, churn_months)
    return with_customer(rows, repair_orders, archive)[CUSTOMERS]


def waiting(
    complaints: pd.DataFrame | None,
    repair_orders: pd.DataFrame | None,
    archive: pd.DataFrame | None,
    month: pd.Period,
) -> pd.DataFrame:
    """The complaints that are open at the end of the month, whenever they came in, the oldest first.

    Returns
    -------
    DataFrame
        `COMPLAINTS`; ``days`` from receipt to the end of the month; the customer by the order that the
        complaint names.
    """
    if complaints is None:
        return pd.DataFrame(columns=COMPLAINTS)
    rows = still_open(complaints, month)
    rows = rows.sort_values(["received_at", "complaint_id"], kind="stable").reset_index(drop=True)
    rows = rows.assign(days=(after(month) - rows["received_at"]).dt.days)[[*_CASE, "order_id"]]
    return with_customer(rows, repair_orders, archive)[COMPLAINTS]


def with_customer(
    rows: pd.DataFrame, repair_orders: pd.DataFrame | None, archive: pd.DataFrame | None
) -> pd.DataFrame:
    """Rows that name an order, numbered from 0, with its vehicle and whose that is: ``vin``, ``name``,
    ``phone``, ``plate``."""
    order = pd.Index([]) if repair_orders is None else pd.Index(repair_orders["order_id"])
    place = order.get_indexer(pd.Index(rows["order_id"]))
    vins, plates = (_at(repair_orders, column, place) for column in ("vin", "plate"))
    names, phones, carded = (on_card(archive, vins, column) for column in ("name", "phone", "plate"))
    return rows.assign(vin=vins, name=names, phone=phones, plate=carded.where(carded.notna(), plates))


def on_card(archive: pd.DataFrame | None, vins: pd.Series, column: str) -> pd.Series:
    """What the card of each vehicle says, numbered from 0; missing where there is none."""
    cards = pd.Index([]) if archive is None else index(archive, "vin")
    return _at(archive, column, cards.get_indexer(pd.Index(vins)))


@remembered
def index(frame: pd.DataFrame, column: str) -> pd.Index:
    """A column to look rows up by."""
    return pd.Index(frame[column])


def _at(frame: pd.DataFrame | None, column: str, places: Sequence[int]) -> pd.Series:
    """The values of a column at places; missing where a place is −1."""
    if frame is None:
        return pd.Series([None] * len(places), dtype=object)
    found = frame[column].astype(object).reset_index(drop=True).reindex(places).reset_index(drop=True)
    return found.where(found.notna(), None)


as_written(__name__)

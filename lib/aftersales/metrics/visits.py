"""Orders by vehicle and time, in arrays: what returns and churn walk along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aftersales.contract.remembered import remembered
from aftersales.contract.vehicles import USABLE, with_vehicle


@dataclass(frozen=True)
class Visits:
    """Orders whose vehicle is known, by vehicle, then time; of two at one instant the greater number is the
    later.

    Attributes
    ----------
    orders
        The rows, in that order.
    vehicle
        Number of the vehicle, from 0.
    names
        VIN of each number.
    opened
        When the order was opened.
    month
        Its month as `Period.ordinal` counts.
    """

    orders: pd.DataFrame
    vehicle: np.ndarray
    names: pd.Index
    opened: np.ndarray
    month: np.ndarray


@remembered
def visits(repair_orders: pd.DataFrame, columns: Sequence[str]) -> Visits:
    """The orders with those of their columns that are asked for."""
    wanted = list(dict.fromkeys(["vin", "order_id", "opened_at", *columns]))
    marks = [USABLE] if USABLE in repair_orders else []
    orders = with_vehicle(repair_orders[[*wanted, *marks]])[wanted]
    vehicle, names = pd.factorize(orders["vin"])
    place = _in_order(vehicle, orders["opened_at"].to_numpy(), orders["order_id"])
    orders = orders.iloc[place].reset_index(drop=True)
    opened = orders["opened_at"].to_numpy()
    return Visits(orders, vehicle[place], pd.Index(names), opened, month_numbers(opened))


def month_numbers(dates: np.ndarray) -> np.ndarray:
    """The month of each date as `Period.ordinal` counts; of a missing one a number below all."""
    return dates.astype("datetime64[M]").astype(np.int64)


def _in_order(vehicle: np.ndarray, opened: np.ndarray, order_id: pd.Series) -> np.ndarray:
    """The places of orders by vehicle, time and number. Numbers are compared only where vehicle and time
    are the same.
    """
    place = np.lexsort((opened, vehicle))
    same = (np.diff(vehicle[place]) == 0) & (np.diff(opened[place]) == np.timedelta64(0))
    if not same.any():
        return place
    tied = place[np.append(same, False) | np.append(False, same)]
    rank = np.zeros(len(place), dtype=np.int64)
    rank[tied] = pd.factorize(order_id.iloc[tied].to_numpy(dtype=object), sort=True)[0]
    return np.lexsort((rank, opened, vehicle))

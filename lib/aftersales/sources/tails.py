"""A vehicle named by the end of its VIN (车架号后六位): completed where one vehicle alone has it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract import mask
from aftersales.contract.notes import Note
from aftersales.contract.schema import TABLES
from aftersales.contract.vehicles import SHORTEST, WHOLE, usable
from aftersales.sources.cells.raw import TAIL_HEADERS, plain
from aftersales.sources.cells.repairs import repair
from aftersales.sources.cells.typed import Origin

TABLE = "churn_calls"  # the table that points to a vehicle
_LISTED = 5


def any_short(calls: pd.DataFrame | None) -> bool:
    """Whether any call names its vehicle by less than a whole VIN."""
    return calls is not None and bool((calls["vin"].str.len() < WHOLE).any())


def completed(
    calls: pd.DataFrame,
    orders: list[pd.DataFrame],
    customers: pd.DataFrame | None,
    origin: Origin,
) -> tuple[pd.DataFrame, list[dict[str, Any]], list[Note]]:
    """Calls whose vehicle was named by the end of its VIN, with the whole of it.

    Parameters
    ----------
    calls
        One store's; the index is the row number in the file.
    orders, customers
        What tells the store's vehicles, as they are known at the end of the month of a call: a vehicle that
        comes later changes nothing in an earlier month.
    origin
        Where the calls stand.

    Returns
    -------
    DataFrame
        The calls.
    list of dict
        What was repaired.
    list of Note
        Ends of VINs that more than one vehicle has: which call, and how many vehicles.
    """
    named = _padded(calls, origin)
    places = np.flatnonzero((usable(named) & (named.str.len() < WHOLE)).to_numpy(dtype=bool))
    vehicles = _vehicles(orders, customers) if len(places) else pd.Series(dtype="datetime64[us]")
    by_end = _by_end(vehicles, {named.iloc[i] for i in places})
    after = (calls["called_at"].dt.to_period("M") + 1).dt.start_time
    vins, example, count = calls["vin"].to_numpy(dtype=object, copy=True), "", 0
    several: list[tuple[int, str, int]] = []
    for i in places:
        end, until = named.iloc[i], after.iloc[i]
        known = [v for v in by_end.get(end, ()) if vehicles[v] < until]
        if end in known:
            vins[i] = end
        elif len(known) == 1:
            vins[i], count, example = known[0], count + 1, example or mask.vin(known[0])
        elif known:
            several.append((int(i), mask.vin(known[0]), len(known)))
    header = origin.headers.get("vin", "vin")
    repairs = [repair(origin.file, origin.sheet, "vin_tail", count, repr(example), header)] if count else []
    notes = [_note(calls, several, origin)] if several else []
    return calls.assign(vin=pd.Series(vins, calls.index, dtype="str")), repairs, notes


def _padded(calls: pd.DataFrame, origin: Origin) -> pd.Series:
    """VINs as they stand, with the zeros in front that Excel took off where the header says 后六位."""
    vins = calls["vin"].to_numpy(dtype=object, copy=True)
    digits = calls["vin"].str.fullmatch("[0-9]{1,7}").fillna(False).to_numpy(dtype=bool)
    for place in np.flatnonzero(digits):
        part, _ = origin.of(int(calls.index[place]))
        if length := TAIL_HEADERS.get(plain(part.headers.get("vin", ""))):
            vins[place] = vins[place].zfill(length)
    return pd.Series(vins, calls.index, dtype="str")


def _vehicles(orders: list[pd.DataFrame], customers: pd.DataFrame | None) -> pd.Series:
    """The vehicles by VIN, and since when each is known."""
    parts = [frame[["vin", "opened_at"]].set_axis(["vin", "since"], axis=1) for frame in orders]
    if customers is not None:
        parts.append(customers[["vin", "created_at"]].set_axis(["vin", "since"], axis=1))
    known = pd.concat(parts, ignore_index=True).dropna()
    known = known[known["vin"].str.len() >= SHORTEST]
    return known[usable(known["vin"])].groupby("vin")["since"].min()


def _by_end(vehicles: pd.Series, ends: set[str]) -> dict[str, list[str]]:
    """Which vehicles have each of those ends."""
    found: dict[str, list[str]] = {}
    for length in sorted({len(end) for end in ends}):
        of = vehicles.index.str[-length:]
        for place in np.flatnonzero(of.isin(ends) & (vehicles.index.str.len() >= length)):
            found.setdefault(of[place], []).append(vehicles.index[place])
    return found


def _note(calls: pd.DataFrame, several: list[tuple[int, str, int]], origin: Origin) -> Note:
    listed, listed_en = [], []
    for i, end, count in several[:_LISTED]:
        part, row = origin.of(int(calls.index[i]))
        file = part.file if origin.parts else ""
        day = str(calls["called_at"].iloc[i])[:10]
        listed.append(f"{file}第{row}行{end}（{count}辆）" if part.numbered else f"{day}的{end}（{count}辆）")
        where = f"{file} row {row}".strip() if part.numbered else day
        listed_en.append(f"{where} {end} ({count})")
    if len(several) > _LISTED:
        listed.append(f"等{len(several)}次")
        listed_en.append(f"and {len(several) - _LISTED} more")
    table = TABLES[TABLE]
    values = {"table": table.zh, "name": table.en.lower(), "count": len(several)}
    values |= {"listed": "、".join(listed), "listed_en": ", ".join(listed_en)}
    return Note("vin_tail_of_several", values)

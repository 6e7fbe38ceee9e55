"""What must be known of a month's records beside its figures: what is in none of them, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from aftersales.contract.figures import FIGURES
from aftersales.contract.months import after, as_written, start, within
from aftersales.contract.notes import Note
from aftersales.contract.vehicles import ODD, named
from aftersales.metrics.complaints import register
from aftersales.metrics.delivery import GRACE_MINUTES, delivered

_NAMED = 5  # of the rows that a remark is about


def of_month(tables: Any, month: pd.Period) -> list[Note]:
    """The remarks on a month's records.

    Parameters
    ----------
    tables
        Anything that gives a table by its name as an attribute, None where it is absent.
    """
    return [
        *_vehicles(tables.repair_orders, tables.churn_calls, month),
        *_contacts(tables.complaints, month),
        *_deliveries(tables.repair_orders, month),
    ]


def _vehicles(orders: pd.DataFrame | None, calls: pd.DataFrame | None, month: pd.Period) -> list[Note]:
    """Orders and calls that name no vehicle, and VINs that are used as they stand."""
    out = []
    if orders is not None:
        year = (orders["opened_at"] >= start(month - 11)) & (orders["opened_at"] < after(month))
        none = orders[year & ~named(orders)]
        now = none.loc[within(none["opened_at"], month), "order_id"]
        if len(none):
            out.append(Note("no_vehicle", {"count": len(now), "total": len(none), **_listed(now)}))
        odd = orders[within(orders["opened_at"], month)]
        odd = odd[odd[ODD].astype(bool)] if ODD in odd else odd[:0]
        if len(odd):
            out.append(Note("odd_vin", {"count": len(odd), **_listed(odd["order_id"])}))
    if calls is not None:
        made = calls[within(calls["called_at"], month)]
        if n := int((~named(made)).sum()):
            out.append(Note("calls_without_vehicle", {"count": n}))
    return out


def _contacts(complaints: pd.DataFrame | None, month: pd.Period) -> list[Note]:
    """Complaints whose hours are not known because a stamp is a day."""
    if complaints is None:
        return []
    now = register(complaints, month)
    met = now[now["first_contact_at"].notna()]
    closed = now[now["status"] == "closed"]
    return [
        *_hours("complaints.hours_to_contact", len(met), int(met["hours_to_contact"].isna().sum())),
        *_hours("complaints.hours_to_close", len(closed), int(closed["hours_to_close"].isna().sum())),
    ]


def _deliveries(orders: pd.DataFrame | None, month: pd.Period) -> list[Note]:
    """Deliveries whose minutes or hours are not known because a stamp is a day."""
    if orders is None:
        return []
    now = delivered(orders, [month], GRACE_MINUTES, "promised_at")
    promised = now[now["promised_at"].notna()]
    return [
        *_hours("delivery.rate", len(promised), int((~promised["both"]).sum())),
        *_hours("delivery.hours_median", len(now), int(now["hours"].isna().sum())),
    ]


def _hours(figure: str, cases: int, days: int) -> list[Note]:
    if not days:
        return []
    what = FIGURES[figure]
    values = {"what": what.zh, "name": what.en, "cases": cases, "days": days}
    return [Note("hours_unknown" if days == cases else "hours_of_some", values)]


def _listed(numbers: Iterable[str]) -> dict[str, str]:
    """The first of some numbers, in brackets, in both languages."""
    every = list(map(str, numbers))
    if not every:
        return {"listed": "", "listed_en": ""}
    first, more = every[:_NAMED], len(every) > _NAMED
    return {
        "listed": f"（{'、'.join(first)}{'等' if more else ''}）",
        "listed_en": f" ({', '.join(first)}{' …' if more else ''})",
    }


as_written(__name__)

"""One made-up store: all eleven tables of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from aftersales.contract.errors import InputError
from aftersales.contract.message import Message
from aftersales.contract.schema import TABLES
from aftersales.demo import (
    actions,
    agency,
    churn,
    complaints,
    fleet,
    frames,
    orders,
    plan,
    survey,
    traits,
    vehicles,
    workshop,
)

_STREAMS = (
    "traits",
    "plan",
    "fleet",
    "vehicles",
    "orders",
    "repair_orders",
    "jobs",
    "bookings",
    "calls",
    "survey_calls",
    "suggestions",
    "grievances",
    "oem_css",
    "oem_pt",
    "complaints",
    "churn_calls",
    "actions",
)


def generate(
    seed: int | None = None,
    months: int = 30,
    end: str = "2024-04",
    store: str | None = None,
    technicians: int | None = None,
) -> dict[str, pd.DataFrame]:
    """The records of a made-up store.

    Parameters
    ----------
    seed
        None makes the store of the deck: its last month has the deck's figures. A number from 0 up makes
        another store, of its own size, staff and levels, always the same for the same number.
    months
        Length of the records.
    end
        Last month of them, ``2024-04``.
    store
        Name; by default 示范店, or 示范店 and a number.
    technicians
        Size of the workshop of a store with a seed; by default between 3 and 40.

    Returns
    -------
    dict of str to DataFrame
        The eleven tables of the contract by name, typed.

    Examples
    --------
    >>> tables = generate()
    >>> calls = tables["survey_calls"]
    >>> int(calls.called_at.between("2024-04-01", "2024-05-01", inclusive="left").sum())
    850
    """
    if months < 1:
        raise InputError(
            Message(f"月数：给的是 {months}；应不小于 1", f"months: got {months}; expected 1 or more")
        )
    if seed is not None and seed < 0:
        raise InputError(Message(f"种子：给的是 {seed}；应不小于 0", f"seed: got {seed}; expected 0 or more"))
    entropy = [0, 37] if seed is None else [1, seed]
    children = np.random.SeedSequence(entropy).spawn(len(_STREAMS))
    rng = {
        name: np.random.Generator(np.random.PCG64(child))
        for name, child in zip(_STREAMS, children, strict=True)
    }
    chosen = traits.OF_DECK if seed is None else traits.draw(rng["traits"], store, technicians)
    made = plan.draw(chosen, np.datetime64(end, "M"), months, rng["plan"])
    if seed is None:
        made = plan.with_deck_values(made)

    cars = fleet.simulate(made, rng["fleet"])
    owned = vehicles.describe(made, cars, rng["vehicles"])
    visits = orders.make(made, cars, rng["orders"])
    calls = survey.calls(made, visits, rng["calls"])
    columns = {
        "repair_orders": orders.repair_orders(made, visits, owned, rng["repair_orders"]),
        "bookings": workshop.bookings(made, visits, rng["bookings"]),
        "jobs": workshop.jobs(made, visits, rng["jobs"]),
        "survey_calls": survey.survey_calls(calls, visits, rng["survey_calls"])
        | {"suggestion": survey.suggestions(calls, visits.vehicle, owned, rng["suggestions"])},
        "grievances": survey.grievances(made, calls, rng["grievances"]),
        "oem_css": agency.oem_css(made, rng["oem_css"]),
        "oem_pt": agency.oem_pt(made, rng["oem_pt"]),
        "complaints": complaints.complaints(made, visits, owned, rng["complaints"]),
        "customers": orders.customers(made, cars, visits, owned),
        "churn_calls": churn.churn_calls(made, cars, visits, owned, rng["churn_calls"]),
        "actions": actions.actions(made, rng["actions"]),
    }
    return {name: frames.typed(name, columns[name], store or chosen.store) for name in TABLES}

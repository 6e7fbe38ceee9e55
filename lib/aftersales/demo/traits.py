"""What makes one made-up store differ from another: its size, its people, its levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aftersales.demo import deck, texts


@dataclass(frozen=True)
class Traits:
    """The levels that a store's records are drawn from.

    Attributes
    ----------
    store, plates
        Name; first characters of the plates of its region.
    advisors, technicians
        Who works there at the end of the records.
    former_advisor, former_technician
        Who was there before the last of them came.
    vehicles, growth
        Vehicles a month at the end, and by how much the archive grows a month.
    archive_share, base_ratio
        Base over archive; base over vehicles of an ordinary month.
    lost_rate, fleet_share
        Of a month's vehicles, not back after six months; fleet vehicles of all.
    orders_per_vehicle, jobs_per_order, failure_rate
        Volumes; jobs not fixed at the first visit.
    calls_per_order, valid_rate, delight_rate, disappointment_rate, coverage
        Telephone survey; the rates are of valid calls, coverage of orders.
    booking_rate, proactive_share
        At the first and at the last month.
    complaint_rate
        Complaints per visit.
    css_offset, advisor_offset
        Car maker's scores: the store against the nation, the advisors against the store.
    """

    store: str
    plates: str
    advisors: tuple[str, ...]
    former_advisor: str
    technicians: tuple[str, ...]
    former_technician: str
    vehicles: float
    growth: float
    archive_share: float
    base_ratio: float
    lost_rate: float
    fleet_share: float
    orders_per_vehicle: float
    jobs_per_order: float
    failure_rate: float
    calls_per_order: float
    valid_rate: float
    delight_rate: float
    disappointment_rate: float
    coverage: float
    booking_rate: tuple[float, float]
    proactive_share: tuple[float, float]
    complaint_rate: float
    css_offset: float
    advisor_offset: float


OF_DECK = Traits(
    store=deck.STORE,
    plates="沪A",
    advisors=tuple(deck.ADVISORS),
    former_advisor="唐志强",
    technicians=tuple(deck.TECHNICIANS),
    former_technician="孙德明",
    vehicles=1110,
    growth=0.025,
    archive_share=0.607,
    base_ratio=3.92,
    lost_rate=0.25,
    fleet_share=0.2,
    orders_per_vehicle=1.29,
    jobs_per_order=1.19,
    failure_rate=0.0175,
    calls_per_order=0.57,
    valid_rate=0.815,
    delight_rate=0.205,
    disappointment_rate=0.44,
    coverage=0.34,
    booking_rate=(0.20, 0.345),
    proactive_share=(0.28, 0.47),
    complaint_rate=0.0082,
    css_offset=4.4,
    advisor_offset=-16.5,
)


def draw(rng: np.random.Generator, store: str | None = None, technicians: int | None = None) -> Traits:
    """The traits of another store.

    Parameters
    ----------
    rng
        Source of chance.
    store
        Its name, by default one made of its number.
    technicians
        Size of the workshop, 3 to 40; by default drawn.
    """
    number = int(rng.integers(1000, 10000))
    drawn = int(np.exp(rng.uniform(np.log(3), np.log(41))))
    staff = technicians or drawn
    advisors = max(2, round(staff * rng.uniform(0.5, 0.7)))
    names = people(rng, staff + advisors + 2)
    booking, proactive = rng.uniform(0.12, 0.28), rng.uniform(0.2, 0.4)
    return Traits(
        store=store or f"示范店{number}",
        plates=("沪A", "苏E", "浙A", "皖A", "苏B", "沪C")[int(rng.integers(6))],
        technicians=tuple(names[:staff]),
        former_technician=names[staff],
        advisors=tuple(names[staff + 1 : -1]),
        former_advisor=names[-1],
        vehicles=staff * rng.uniform(95, 155),
        growth=rng.uniform(0.004, 0.025),
        archive_share=rng.uniform(0.5, 0.66),
        base_ratio=rng.uniform(3.7, 4.4),
        lost_rate=rng.uniform(0.2, 0.28),
        fleet_share=rng.uniform(0.08, 0.3),
        orders_per_vehicle=rng.uniform(1.05, 1.3),
        jobs_per_order=rng.uniform(1.1, 1.3),
        failure_rate=rng.uniform(0.01, 0.035),
        calls_per_order=rng.uniform(0.3, 0.7),
        valid_rate=rng.uniform(0.72, 0.9),
        delight_rate=rng.uniform(0.15, 0.45),
        disappointment_rate=rng.uniform(0.15, 0.45),
        coverage=rng.uniform(0.15, 0.35),
        booking_rate=(booking, booking + rng.uniform(0, 0.18)),
        proactive_share=(proactive, proactive + rng.uniform(0, 0.3)),
        complaint_rate=rng.uniform(0.004, 0.012),
        css_offset=rng.uniform(-3, 5),
        advisor_offset=0.0,
    )


def people(rng: np.random.Generator, count: int) -> list[str]:
    """Different Chinese names."""
    every = len(texts.SURNAMES) * len(texts.GIVEN)
    picked = rng.choice(every, count, replace=False)
    return [
        texts.SURNAMES[i % len(texts.SURNAMES)] + texts.GIVEN[i // len(texts.SURNAMES)]
        for i in picked.tolist()
    ]


def names(rng: np.random.Generator, count: int) -> list[str]:
    """Chinese names as customers have them: some occur twice."""
    surnames, given = (
        rng.integers(len(texts.SURNAMES), size=count),
        rng.integers(len(texts.GIVEN), size=count),
    )
    return [
        texts.SURNAMES[s] + texts.GIVEN[g] for s, g in zip(surnames.tolist(), given.tolist(), strict=True)
    ]

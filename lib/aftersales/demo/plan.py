"""How many of everything in each month: the counts that the records are then built to.

A plan is drawn from a store's traits. That of the deck store is drawn in the same way, and then
`with_deck_values` writes the deck's figures over the months that the deck is about; the generators do not
know the difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aftersales.contract.schema import CODES
from aftersales.demo import deck, workdays
from aftersales.demo.quotas import Ints
from aftersales.demo.traits import Traits

BEFORE = 18  # months lived through before the records begin, so that they begin with an established store
CALL_RESULTS = tuple(CODES["call_result"])
CHURN_RESULTS = tuple(CODES["churn_result"])
CHURN_REASONS = tuple(CODES["churn_reason"])
CAUSES = tuple(CODES["cause"])


@dataclass
class Plan:
    """The counts of a store.

    Attributes
    ----------
    first
        First month with records; `months` of them.
    created, vehicles, base, lost
        For each month from `BEFORE` months earlier: new customers; vehicles that come; vehicles with a visit
        in twelve months; of the month's vehicles, those that will not be back for six months.
        `archive_before` is the number of customers before all that.
    orders, surveyed
        (month, advisor): visits; valid calls on them.
    jobs, rework
        (month, technician[, cause]).
    calls, delighted, disappointed
        Survey calls by result, valid ones by satisfaction, a row or number a month.
    arrived, missed, proactive
        Bookings kept and not, and the share of them that the store made.
    complaints
        Received in each month.
    mentions, lost_fleet, churn_results, churn_reasons, oem, pt, actions
        Months (by index from `first`) whose rows are given, not drawn.
    oem_level
        The store's usual item scores, and its CSS score.
    """

    traits: Traits
    first: np.datetime64
    months: int
    archive_before: int
    created: Ints
    vehicles: Ints
    base: Ints
    lost: Ints
    advisors: tuple[str, ...]
    technicians: tuple[str, ...]
    orders: Ints
    surveyed: Ints
    jobs: Ints
    rework: Ints
    calls: Ints
    delighted: Ints
    disappointed: Ints
    arrived: Ints
    missed: Ints
    proactive: NDArray[np.float64]
    complaints: Ints
    oem_level: NDArray[np.float64]
    mentions: dict[int, Ints] = field(default_factory=dict)
    lost_fleet: dict[int, int] = field(default_factory=dict)
    churn_results: dict[int, Ints] = field(default_factory=dict)
    churn_reasons: dict[int, Ints] = field(default_factory=dict)
    oem: dict[tuple[int, str], tuple[Any, ...]] = field(default_factory=dict)
    pt: dict[int, dict[str, tuple[float, ...]]] = field(default_factory=dict)
    actions: dict[int, tuple[dict[str, Any], ...]] = field(default_factory=dict)

    @property
    def last(self) -> np.datetime64:
        """The last day of the records."""
        end: np.datetime64 = (self.first + self.months).astype("datetime64[D]")
        return end - 1

    def month(self, index: int) -> np.datetime64:
        """The month of that index."""
        return self.first + index


def draw(traits: Traits, end: np.datetime64, months: int, rng: np.random.Generator) -> Plan:
    """Draw the counts of a store for so many months up to `end`."""
    every = BEFORE + months
    calendar = [end - (every - 1) + k for k in range(every)]
    busy = np.array([workdays.business(workdays.days_of(m)).sum() for m in calendar]) / 30.4
    age = np.arange(every - 1, -2, -1)  # months to the end, from the month before the first
    base_end = traits.vehicles * traits.base_ratio
    archive = np.round(base_end / traits.archive_share / (1 + traits.growth) ** age).astype(np.int64)
    archive[1:] += rng.integers(-1, 2, every)
    archive = np.maximum.accumulate(archive)
    base = np.round(archive[1:] * traits.archive_share * rng.normal(1, 0.003, every)).astype(np.int64)
    vehicles = np.round(base / traits.base_ratio * busy * rng.normal(1, 0.02, every)).astype(np.int64)
    vehicles = np.clip(vehicles, 3, base)
    lost = np.round(vehicles * rng.normal(traits.lost_rate, 0.012, every)).astype(np.int64)

    visits = np.round(vehicles[BEFORE:] * rng.normal(traits.orders_per_vehicle, 0.012, months)).astype(
        np.int64
    )
    visits = np.maximum(visits, vehicles[BEFORE:])
    advisors = (*traits.advisors, traits.former_advisor)
    orders = rng.multinomial(visits, _shares(rng, len(advisors), months, 11))
    technicians = (*traits.technicians, traits.former_technician)
    total_jobs = np.round(visits * rng.normal(traits.jobs_per_order, 0.01, months)).astype(np.int64)
    jobs = rng.multinomial(total_jobs, _shares(rng, len(technicians), months, 16))
    rework = _rework(traits, end, jobs, rng)

    total = np.round(visits * rng.normal(traits.calls_per_order, 0.02, months)).astype(np.int64)
    invalid = (1 - traits.valid_rate) * np.array([0.66, 0.22, 0.12])
    calls = rng.multinomial(total, [traits.valid_rate, *invalid])
    drift = np.linspace(0.04, 0, months)
    delighted = rng.binomial(calls[:, 0], np.clip(traits.delight_rate - drift, 0.02, 1))
    rest = np.clip((traits.disappointment_rate + drift / 2) / (1 - traits.delight_rate), 0, 1)
    disappointed = rng.binomial(calls[:, 0] - delighted, rest)
    surveyed = rng.binomial(orders, traits.coverage * rng.uniform(0.7, 1.3, len(advisors)))
    while (over := surveyed.sum(axis=1) > calls[:, 0]).any():
        surveyed[over] = surveyed[over] * 9 // 10

    share = np.linspace(*traits.booking_rate, months) * rng.normal(1, 0.03, months)
    came = np.round(visits * share).astype(np.int64)
    level = np.array([*deck.OEM["national"][1], deck.OEM["national"][3]]) + traits.css_offset
    return Plan(
        traits=traits,
        first=end - (months - 1),
        months=months,
        archive_before=int(archive[0]),
        created=np.diff(archive),
        vehicles=vehicles,
        base=base,
        lost=lost,
        advisors=advisors,
        technicians=technicians,
        orders=orders,
        surveyed=surveyed,
        jobs=jobs,
        rework=rework,
        calls=calls,
        delighted=delighted,
        disappointed=disappointed,
        arrived=rng.multinomial(came, [0.72, 0.1, 0.18]),
        missed=rng.multinomial(np.round(came * rng.uniform(0.15, 0.25, months)).astype(np.int64), [0.5, 0.5]),
        proactive=np.linspace(*traits.proactive_share, months) + rng.normal(0, 0.012, months),
        complaints=rng.poisson(visits * traits.complaint_rate),
        oem_level=level + rng.normal(0, 1.2, len(level)),
    )


def with_deck_values(plan: Plan) -> Plan:
    """Write the deck's figures over the last months of a plan of the deck store's traits.

    The cohort of slide 27 lies six months back (index -7 of the per-vehicle counts).
    """
    plan.created[-4:] = np.diff([plan.archive_before + plan.created[:-4].sum(), *deck.ARCHIVE])
    plan.base[-4:] = deck.BASE
    plan.vehicles[-1] = 1150
    plan.vehicles[-7], plan.lost[-7] = deck.COHORT, deck.LOST
    # The base falls by 150 in February: that many of the February before must have stayed away for good.
    plan.lost[-15] = round(0.34 * plan.vehicles[-15])

    plan.orders[-1] = [*(row[0] for row in deck.ADVISORS.values()), 0]
    plan.surveyed[-1] = [*(row[1] for row in deck.ADVISORS.values()), 0]
    plan.jobs[-1] = [*(jobs for jobs, _ in deck.TECHNICIANS.values()), 0]
    plan.rework[-1] = [*(causes for _, causes in deck.TECHNICIANS.values()), (0,) * 5]
    if plan.months > 7:  # slide 22: 10月一次维修合格率有所提高
        plan.rework[-7] = plan.rework[-8] - (plan.rework[-8] > 1)
    plan.calls[-1] = [deck.CALLS[result] for result in CALL_RESULTS]
    plan.delighted[-1], plan.disappointed[-1] = deck.DELIGHTED, deck.DISAPPOINTED
    plan.arrived[-1], plan.missed[-1] = (371, 52, 92), (44, 45)
    plan.complaints[-1] = 13
    plan.mentions[plan.months - 1] = np.array([deck.CAUSES[cause] for cause in CAUSES])
    plan.lost_fleet[plan.months - 7] = deck.LOST_FLEET
    plan.churn_results[plan.months - 1] = np.array([deck.CHURN_RESULTS[r] for r in CHURN_RESULTS])
    plan.churn_reasons[plan.months - 1] = np.array([deck.CHURN_REASONS[r] for r in CHURN_REASONS])

    rows = {"store": deck.OEM["current"], "branch": deck.OEM["branch"], "national": deck.OEM["national"]}
    plan.oem = {
        (plan.months - 1, scope): (n, *items, css, mot) for scope, (n, items, mot, css) in rows.items()
    }
    for advisor, (_, _, n, items, mot) in deck.ADVISORS.items():
        plan.oem[plan.months - 1, advisor] = (n, *items, None, mot)
    plan.pt[plan.months - 1] = deck.PT
    usual = (deck.OEM["previous"], deck.OEM["current"])
    plan.oem_level = np.mean([[*items, css] for _, items, _, css in usual], axis=0)
    if plan.months > 1:
        n, items, mot, css = deck.OEM["previous"]
        plan.oem[plan.months - 2, "store"] = (n, *items, css, mot)
        plan.actions[plan.months - 2] = deck.ACTIONS
        others = plan.calls[-2, 1:] * (deck.CALLS_LAST_MONTH - plan.calls[-2, 0]) // plan.calls[-2, 1:].sum()
        plan.calls[-2, 1:] = others
        plan.calls[-2, 1] += deck.CALLS_LAST_MONTH - plan.calls[-2].sum()
    return plan


def _shares(rng: np.random.Generator, staff: int, months: int, since: int) -> NDArray[np.float64]:
    """Each person's share of a month's work; the last but one came when the last one left."""
    shares = np.tile(rng.uniform(0.75, 1.25, staff), (months, 1))
    shares[: max(months - since, 0), -2] = 0
    shares[max(months - since, 0) :, -1] = 0
    of_all: NDArray[np.float64] = shares / shares.sum(axis=1, keepdims=True)
    return of_all


def _rework(traits: Traits, end: np.datetime64, jobs: Ints, rng: np.random.Generator) -> Ints:
    """Jobs not fixed at the first visit, by cause; fewer of them since the last October (deck, slide 22)."""
    months, staff = jobs.shape
    since_october = (int(end.astype(np.int64)) % 12 - 9) % 12 + 1
    worse = np.where(np.arange(months) < months - since_october, 1.3, 1.0)
    rate = traits.failure_rate * worse[:, None] * rng.uniform(0.6, 1.4, staff)
    not_fixed = rng.binomial(jobs, np.clip(rate, 0, 0.5))
    return rng.multinomial(not_fixed, [0.2, 0.3, 0.06, 0.22, 0.22])

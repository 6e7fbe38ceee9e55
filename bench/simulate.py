"""Stores made by their counts, without records: what `bench/claims.py` and `tests/test_claims.py` judge.

A store has the deck's size and levels: 1,494 orders a month, 850 calls, 700 of them valid, 43 % of these
disappointed, 1,776 jobs of 8 technicians, 98.25 % fixed the first time, 6 to 8 advisors, some 60 interviews
of the agency, 13 complaints.
True rates are constant but for the effect that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aftersales.contract.schema import CODES, MOT_ITEMS
from aftersales.signals import Causes, People, Rate, Score, StoreHistory

WEIGHTS = (0.10, 0.05, 0.15, 0.10, 0.05, 0.15, 0.05, 0.05, 0.20, 0.10)
LEVELS = (99, 102, 101, 103, 103, 97, 102, 102, 100, 91)
CAUSES = tuple(CODES["cause"])
# Of 300 disappointed, how many name each cause (deck, slide 17), in the order of the codes.
_NAMED = {
    "quality": 210,
    "time": 105,
    "cost": 105,
    "parts": 37,
    "attitude": 19,
    "vehicle": 6,
    "warranty": 3,
    "other": 136,
}
_WEEKS = np.array([7, 7, 7, 9.4]) / 30.4
_INTERVIEW = 10.85  # σ of one interview's score of an item: 1.4 of a month of 60 interviews


@dataclass(frozen=True)
class World:
    """How stores differ from constant ones.

    Attributes
    ----------
    months, size
        Length of the history, and the store's size as a share of the deck's.
    over
        Standard deviation of the true monthly rates in units of chance: 1.118 makes σ_z 1.5.
    over_people
        The same for each person by himself.
    rho, season, drift
        Autocorrelation of all series; amplitude of a yearly season, and a drift over the whole history, in σ
        of a month.
    festival
        A dip of so many σ in the month of the Spring Festival, January or February.
    people
        Standard deviation of lasting differences between people, relative to the failure (disappointed, late)
        rate.
    item_sigma
        Noise of an item's month; None: 10.85 / √ sample.
    """

    months: int = 27
    size: float = 1.0
    over: float = 0.0
    over_people: float = 0.0
    rho: float = 0.0
    season: float = 0.0
    drift: float = 0.0
    festival: float = 0.0
    people: float = 0.0
    item_sigma: float | None = None


@dataclass(frozen=True)
class Effect:
    """What becomes different in the last `last` months.

    `factor` times a rate, `plus` points to it (a fraction), `item` points to a MOT item; `technician` times
    one technician's failure rate; `advisor` one advisor's disappointed rate on so many calls; `takes` half of
    时间 goes to 其他; `coded` a share of 时间 is coded 其他 in the last week.
    """

    last: int = 1
    figure: str = ""
    factor: float = 1.0
    plus: float = 0.0
    item: float = 0.0
    technician: float = 1.0
    advisor: tuple[float, int] | None = None
    takes: bool = False
    coded: float = 0.0


AS_EVER, NOTHING = World(), Effect()


def store(rng: np.random.Generator, world: World = AS_EVER, effect: Effect = NOTHING) -> StoreHistory:
    """One store's history."""
    made = _Store(rng, world, effect)
    return made.history()


class _Store:
    """The draws of one store, one after the other from one generator."""

    def __init__(self, rng: np.random.Generator, world: World, effect: Effect) -> None:
        self.rng, self.world, self.effect, self.t = rng, world, effect, world.months
        self.start = int(rng.integers(12))
        self.calendar = (np.arange(self.t) + self.start) % 12
        volume = 1494 * world.size * (1 + 0.08 * np.sin(2 * np.pi * (self.calendar - 2) / 12))
        self.orders = rng.poisson(volume)

    def history(self) -> StoreHistory:
        rng, t = self.rng, self.t
        months = [f"{2022 + (self.start + i) // 12}-{(self.start + i) % 12 + 1:02}" for i in range(t)]
        advisors = int(rng.integers(6, 9)) if self.world.size > 0.5 else 3
        technicians = 8 if self.world.size > 0.5 else 3
        calls = rng.binomial(self.orders, 0.569)
        valid = self.drawn("css.valid_rate", calls, 0.824)
        surveyed = self.split(rng.binomial(valid, 0.85), advisors)  # not every call names an order
        if self.effect.advisor:
            surveyed[0, -1] = self.effect.advisor[1]
        unknown = np.maximum(valid - surveyed.sum(axis=0), 0)
        valid = unknown + surveyed.sum(axis=0)
        calls = np.maximum(calls, valid)
        told = self.staff("css.disappointment_rate_valid", surveyed, 0.429)
        anonymous = rng.binomial(unknown, np.clip(self.level, 0, 1))
        disappointed = told.sum(axis=0) + anonymous
        delighted = np.minimum(self.drawn("css.delight_rate_valid", valid, 0.214), valid - disappointed)
        jobs = self.split(rng.poisson(self.orders * 1.189), technicians)
        failed = self.staff("ftf.rate", jobs, 0.0175)
        delivered = self.split(rng.binomial(self.orders, 0.98), advisors)
        late = self.staff("delivery.rate", delivered, 0.14)
        arrived = self.drawn("booking.rate", self.orders, 0.345)
        booked = arrived + rng.negative_binomial(np.maximum(arrived, 1), 0.85)
        if self.special:
            booked = np.maximum(arrived, np.round(arrived / 0.85).astype(int))
            kept = self.drawn("booking.kept_rate", booked, 0.85)
        else:
            kept = arrived
        repairs = rng.binomial(self.orders, 0.42)
        returned = self.drawn("ftf.return_rate", repairs, 0.05)
        cohort = rng.poisson(806 * self.world.size, t)
        lost = self.drawn("churn.private_rate", cohort, 0.256)
        complaints = self.drawn("complaints.per_1000_visits", self.orders, 0.0087, poisson=True)
        rates = [
            Rate("css.valid_rate", valid, calls),
            Rate("css.delight_rate_valid", delighted, valid),
            Rate("css.disappointment_rate_valid", disappointed, valid),
            Rate("complaints.per_1000_visits", complaints, self.orders),
            Rate("ftf.rate", jobs.sum(axis=0) - failed.sum(axis=0), jobs.sum(axis=0)),
            Rate("ftf.return_rate", returned, repairs),
            Rate("booking.rate", arrived, self.orders),
            Rate("booking.kept_rate", kept, booked),
            Rate("churn.private_rate", lost, cohort),
            Rate("delivery.rate", delivered.sum(axis=0) - late.sum(axis=0), delivered.sum(axis=0)),
        ]
        people = [
            People("ftf.rate", [f"技师{i}" for i in range(technicians)], jobs - failed, jobs),
            People("css.disappointment_rate_valid", [f"顾问{i}" for i in range(advisors)], told, surveyed),
            People("delivery.rate", [f"顾问{i}" for i in range(advisors)], delivered - late, delivered),
        ]
        return StoreHistory(months, rates, self.scores(), people, self.causes(disappointed, valid))

    @property
    def special(self) -> bool:
        """Whether series hang together or have a season: then their noise is given, not that of counts."""
        return bool(self.world.rho or self.world.season or self.world.drift or self.world.festival)

    def noise(self) -> np.ndarray:
        """A series of given noise, variance 1 about what the world adds."""
        w, e = self.world, self.rng.normal(size=self.t)
        if w.rho:
            for i in range(1, self.t):
                e[i] = w.rho * e[i - 1] + np.sqrt(1 - w.rho**2) * e[i]
        turn = self.rng.uniform(0, 2 * np.pi)
        season = w.season * np.sin(2 * np.pi * self.calendar / 12 + turn)
        slope = w.drift * self.rng.choice((-1, 1)) * np.linspace(0, 1, self.t)
        january = self.rng.integers(2, size=self.t)  # the festival's month of each year
        year = np.arange(self.t) // 12
        dip = -w.festival * (self.calendar == 1 - january[year])
        return e + season + slope + dip

    def rate(self, figure: str, p: float) -> np.ndarray:
        """The true rate by month, the effect in it."""
        out = np.full(self.t, p)
        if figure == self.effect.figure:
            out[-self.effect.last :] = out[-self.effect.last :] * self.effect.factor + self.effect.plus
        return out

    def drawn(self, figure: str, n: np.ndarray, p: float, poisson: bool = False) -> np.ndarray:
        rate = self.rate(figure, p)
        spread = np.sqrt(rate * (1 if poisson else 1 - rate) / np.maximum(n, 1))
        if self.special:
            return np.clip(np.round(n * (rate + spread * self.noise())), 0, n).astype(int)
        if self.world.over:
            rate = np.clip(rate + self.world.over * spread * self.rng.normal(size=self.t), 0.0005, 0.9995)
        return self.rng.poisson(n * rate) if poisson else self.rng.binomial(n, rate)

    def staff(self, figure: str, n: np.ndarray, p: float) -> np.ndarray:
        """Counts of each person; `level` keeps the store's rate of each month."""
        total = n.sum(axis=0)
        rate = self.rate(figure, p)
        spread = np.sqrt(rate * (1 - rate) / np.maximum(total, 1))
        if self.special:
            count = np.clip(np.round(total * (rate + spread * self.noise())), 0, total).astype(int)
            self.level = count / np.maximum(total, 1)
            dealt = [self.rng.multivariate_hypergeometric(n[:, i], count[i]) for i in range(self.t)]
            return np.array(dealt).T
        if self.world.over:
            rate = rate + self.world.over * spread * self.rng.normal(size=self.t)
        self.level = np.clip(rate, 0.0005, 0.9995)
        own = np.tile(self.level, (len(n), 1))
        if self.world.people:
            own *= 1 + self.world.people * self.rng.normal(size=(len(n), 1))
        if self.world.over_people:
            own += (
                self.world.over_people
                * np.sqrt(own * (1 - own) / np.maximum(n, 1))
                * self.rng.normal(size=n.shape)
            )
        if figure == "ftf.rate":
            own[0, -self.effect.last :] *= self.effect.technician
        if figure == "css.disappointment_rate_valid" and self.effect.advisor:
            own[0, -1] = self.effect.advisor[0]
        return self.rng.binomial(n, np.clip(own, 0.0005, 0.9995))

    def split(self, total: np.ndarray, staff: int) -> np.ndarray:
        shares = self.rng.uniform(0.75, 1.25, staff)
        return self.rng.multinomial(total, shares / shares.sum()).T

    def scores(self) -> list[Score]:
        sample = np.maximum(self.rng.poisson(60 * self.world.size, self.t), 2)
        sigma = self.world.item_sigma or _INTERVIEW / np.sqrt(sample)
        noise = np.array([self.noise() if self.special else self.rng.normal(size=self.t) for _ in range(11)])
        values = np.array([*LEVELS, 100.0])[:, None] + noise * sigma
        values[2, -self.effect.last :] += self.effect.item
        values = np.round(values, 1)
        mot = np.array(WEIGHTS) @ values[:10]
        items = zip(MOT_ITEMS, values, WEIGHTS, strict=False)
        return [
            Score("oem.mot", mot, sample),
            Score("oem.css", values[10], sample),
            *(Score("oem.mot", row, sample, item, weight) for item, row, weight in items),
        ]

    def causes(self, disappointed: np.ndarray, valid: np.ndarray) -> Causes:
        rng, e = self.rng, self.effect
        share = np.array([_NAMED[c] for c in CAUSES]) / 300
        named = rng.binomial(disappointed, share[:, None])
        time, other = CAUSES.index("time"), CAUSES.index("other")
        if e.takes:
            moved = rng.binomial(named[time, -1], 0.5)
            named[time, -1] -= moved
            named[other, -1] += moved
        weeks = rng.multinomial(named[:, -1], _WEEKS)
        if e.coded:
            moved = rng.binomial(weeks[time, -1], e.coded)
            weeks[time, -1] -= moved
            weeks[other, -1] += moved
            named[:, -1] = weeks.sum(axis=1)
        return Causes(CAUSES, named, valid, weeks)

"""A change of a ratio of sums, taken apart exactly: what the groups did, and which of them weigh more.

With shares s and rates r of the groups, R = Σ s·r. Between two reports ΔR is the sum over the groups of the
rate effect mean(s)·Δr and the mix effect (mean(r) − mean(R))·Δs, each mean that of the two reports: the
symmetric form of Kitagawa (1955), which leaves no rest. Of the cases themselves, K = N·R, the volume effect
mean(R)·ΔN comes to it. All is computed in fractions, so that the parts sum to the whole and not nearly so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Count:
    """Cases among so many: 7 not fixed of 226 jobs."""

    cases: int
    of: int

    @property
    def rate(self) -> Fraction | None:
        """Cases over all; None of none."""
        return Fraction(self.cases, self.of) if self.of else None


@dataclass(frozen=True)
class Effect:
    """What one group adds to the change of a ratio, by its own rate and by its weight."""

    group: str
    a: Count
    b: Count
    rate: Fraction
    mix: Fraction


@dataclass(frozen=True)
class Parts:
    """A change of a ratio and of its cases, taken apart.

    Attributes
    ----------
    change
        Of the ratio: `rate` + `mix`, exactly.
    cases
        Change of the number of cases: `volume` + `by_rate` + `by_mix`, exactly.
    effects
        A row a group; their rate and mix effects sum to those of the whole.
    """

    a: Count
    b: Count
    change: Fraction
    rate: Fraction
    mix: Fraction
    cases: int
    volume: Fraction
    by_rate: Fraction
    by_mix: Fraction
    effects: tuple[Effect, ...]


NOTHING = Count(0, 0)


def taken_apart(a: Mapping[str, Count], b: Mapping[str, Count]) -> Parts | None:
    """The change from `a` to `b`, both by group; None where one of them has no cases at all to be a rate of.

    A group that only one of them has changes the mix: its rate is taken to have been the same. One without
    any volume in either changes nothing.

    >>> parts = taken_apart({"x": Count(1, 10), "y": Count(8, 10)}, {"x": Count(3, 30), "y": Count(8, 10)})
    >>> parts.rate, parts.mix, parts.change
    (Fraction(0, 1), Fraction(-7, 40), Fraction(-7, 40))
    """
    whole_a, whole_b = (
        Count(sum(c.cases for c in m.values()), sum(c.of for c in m.values())) for m in (a, b)
    )
    total_a, total_b = whole_a.rate, whole_b.rate
    if total_a is None or total_b is None:
        return None
    mean, size = (total_a + total_b) / 2, Fraction(whole_a.of + whole_b.of, 2)
    effects = []
    for group in dict.fromkeys([*b, *a]):
        one, other = a.get(group, NOTHING), b.get(group, NOTHING)
        before, after = one.rate, other.rate
        if before is None and after is None:
            continue
        first = before if before is not None else after
        last = after if after is not None else before
        assert first is not None
        assert last is not None
        share_a, share_b = Fraction(one.of, whole_a.of), Fraction(other.of, whole_b.of)
        effects.append(
            Effect(
                group,
                one,
                other,
                rate=(share_a + share_b) / 2 * (last - first),
                mix=((first + last) / 2 - mean) * (share_b - share_a),
            )
        )
    rate, mix = sum((e.rate for e in effects), Fraction()), sum((e.mix for e in effects), Fraction())
    return Parts(
        whole_a,
        whole_b,
        change=total_b - total_a,
        rate=rate,
        mix=mix,
        cases=whole_b.cases - whole_a.cases,
        volume=mean * (whole_b.of - whole_a.of),
        by_rate=size * rate,
        by_mix=size * mix,
        effects=tuple(effects),
    )


def by_exposure(a: Mapping[str, int], b: Mapping[str, int], of_a: int, of_b: int) -> Parts | None:
    """The same of counts that share one exposure, as complaints of all departments share the visits.

    Every group is set against all of it, so that there is no mix.
    """
    if not of_a or not of_b:
        return None
    effects = tuple(
        Effect(g, one, other, Fraction(other.cases, of_b) - Fraction(one.cases, of_a), Fraction())
        for g in dict.fromkeys([*b, *a])
        for one, other in [(Count(a.get(g, 0), of_a), Count(b.get(g, 0), of_b))]
    )
    whole = taken_apart({"": Count(sum(a.values()), of_a)}, {"": Count(sum(b.values()), of_b)})
    assert whole is not None
    return Parts(
        whole.a,
        whole.b,
        whole.change,
        whole.rate,
        whole.mix,
        whole.cases,
        whole.volume,
        whole.by_rate,
        whole.by_mix,
        effects,
    )

"""The bench of claims in small: fixed seeds, what `make claims` measures with many more stores."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

from claims import CASES, alarms, kind, made, power
from simulate import World

from aftersales.signals import findings, limits


def test_constant_stores_seldom_carry_a_signal():
    stores, alarmed, kinds = alarms(made(1, 300))
    assert alarmed <= 0.08 * stores, kinds


def test_eleven_months_are_too_few_for_a_change():
    for history in made(2, 10, World(months=11)):
        assert {f.level for f in findings(history) if f.rule in ("point", "run")} == {"unknown"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_effect_is_found(case):
    """A quick look: well below the floor of `make claims`, as two dozen stores are few."""
    stores, signal, watch, near = power(case, made(3, 24, case.world, case.effect))
    if case.signal is not None:
        assert signal >= (case.signal - 0.2) * stores
    if case.watch is not None:
        assert watch >= (case.watch - 0.15) * stores
    if case.since is not None:
        assert near >= (case.since - 0.2) * signal


def test_months_that_hang_together_and_seasons_are_widened():
    for world, most in ((World(rho=0.6), 0.25), (World(season=1.0), 0.12), (World(festival=3.0), 0.2)):
        stores, alarmed, kinds = alarms(made(4, 30, world))
        assert alarmed <= most * stores, (world, kinds)


def test_a_chart_marks_its_last_month_where_the_list_does():
    for seed, world in enumerate((World(), World(over=1.5, months=17), World(festival=5), World(size=0.25))):
        for history in made(seed, 5, world):
            drawn = limits(history)
            for f in findings(history):
                if f.rule == "point":
                    assert drawn[f.figure, f.subject].level[-1] == f.level, f
                if (
                    f.rule == "run" and f.level != "signal"
                ):  # a run takes the place of the month, never of its signal
                    assert drawn[f.figure, f.subject].level[-1] != "signal", f


def test_every_signal_is_of_a_kind_that_is_told():
    seen = {
        kind(f)
        for case in CASES
        for h in made(5, 1, case.world, case.effect)
        for f in findings(h)
        if f.level == "signal"
    }
    assert seen <= {"point", "run", "people", "causes", "coding"}

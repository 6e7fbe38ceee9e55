"""Intervals and limits against published or exact values."""

import itertools

import pytest
from scipy.stats import binom

from aftersales.statistics import binomial_limits, moving_range_sigma, wilson


def test_wilson_against_the_domains_example():
    low, high = wilson(3, 237)
    assert (low * 100, high * 100) == (pytest.approx(0.43, abs=0.005), pytest.approx(3.65, abs=0.005))
    assert wilson(0, 0) == (None, None)
    assert wilson(0, 10)[0] == 0


@pytest.mark.parametrize("n", [50, 226, 2000])
def test_binomial_limits_hold_the_share_they_promise(n):
    low, high = binomial_limits(n, 0.9825, 0.95)
    inside = binom.cdf(high * n, n, 0.9825) - binom.cdf(low * n - 1e-9, n, 0.9825)
    assert inside >= 0.93
    wider = binomial_limits(n, 0.9825, 0.998)
    assert wider[0] <= low < high <= wider[1]


def test_limits_do_not_jump_between_neighbours():
    lows = [binomial_limits(n, 0.98, 0.95)[0] for n in range(150, 260)]
    steps = [b - a for a, b in itertools.pairwise(lows)]
    assert max(map(abs, steps)) < 0.002


def test_noise_from_the_moving_range():
    assert moving_range_sigma([1, 3, 2, None]) == pytest.approx(1.5 / 1.128)
    assert moving_range_sigma([1, 2]) is None

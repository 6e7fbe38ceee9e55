"""Intervals and limits against published or exact values."""

import itertools

import pytest
from scipy.stats import binom, chi2_contingency, norm

from aftersales.contract.statistics import (
    binomial_cdf,
    binomial_limits,
    binomial_quantile,
    chi_square,
    moving_range_sigma,
    wilson,
)


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


def test_distributions_are_those_of_scipy_stats():
    for n, p in itertools.product((1, 7, 226, 1776), (0.001, 0.2, 0.9825)):
        for q in (0.001, 0.025, 0.5, 0.975, 0.999):
            assert binomial_quantile(q, n, p) == binom.ppf(q, n, p)
        for k in (-1, 0, 0.5, n // 2, n):
            assert binomial_cdf(k, n, p) == pytest.approx(binom.cdf(k, n, p), rel=1e-9, abs=1e-300)
    p, n, z = 0.3, 100, norm.ppf(0.95)
    half = z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5 / (1 + z * z / n)
    assert wilson(30, 100, 0.9) == pytest.approx(
        [(p + z * z / 200) / (1 + z * z / n) + s * half for s in (-1, 1)]
    )


@pytest.mark.parametrize("counts", [[[9, 45], [30, 31]], [[5, 5], [5, 6]], [[9, 20, 31], [45, 30, 11]]])
@pytest.mark.parametrize("correction", [True, False])
def test_chi_square_is_that_of_scipy_stats(counts, correction):
    p, expected = chi_square(counts, correction)
    theirs = chi2_contingency(counts, correction=correction)
    assert p == pytest.approx(theirs.pvalue)
    assert expected == pytest.approx(theirs.expected_freq)

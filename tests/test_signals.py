"""The engine of findings: against worked examples, exact values, and what must not matter."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from aftersales.contract.schema import MOT_ITEMS
from aftersales.contract.statistics import poisson
from aftersales.signals import (
    Causes,
    People,
    Rate,
    Score,
    StoreHistory,
    Waiting,
    causes,
    dispersion,
    findings,
    limits,
    people,
)
from aftersales.signals.finding import NAMED, POINT, POINT_EVENTS, RUN, two_sided
from aftersales.signals.windows import EXPOSURE, RATE, SCORE, deviance, distance, normal, panel, windows


def months(count=24, first=(2022, 5)):
    at = first[0] * 12 + first[1] - 1
    return [f"{(at + i) // 12}-{(at + i) % 12 + 1:02}" for i in range(count)]


def one(history, figure, subject=None, rules=("point", "run", "outside")):
    return next(
        f for f in findings(history) if (f.figure, f.subject) == (figure, subject) and f.rule in rules
    )


def noisy(rate, n, count=24, seed=1):
    """Counts as chance has them."""
    return np.random.default_rng(seed).binomial(n, rate, count)


# ---- worked examples


def test_the_deviance_is_that_of_a_published_table():
    # The Physicians' Health Study, Agresti 2007, §2.3 and §2.4: 189 of 11,034 and 104 of 11,037; G² = 25.37.
    z = deviance(*map(np.array, ([189.0], [11034.0], [104.0], [11037.0])), np.False_)[0]
    assert z**2 == pytest.approx(25.37, abs=0.005)
    table = [[189, 11034 - 189], [104, 11037 - 104]]
    assert z == pytest.approx(
        math.sqrt(stats.chi2_contingency(table, correction=False, lambda_=0)[0]), rel=1e-12
    )


def test_the_deviance_of_counts_by_exposure_is_that_of_two_cells():
    x1, n1, x0, n0 = 41.0, 28010.0, 15.0, 19017.0
    fitted = (x1 + x0) * np.array([n1, n0]) / (n1 + n0)
    z = deviance(*(np.array([v]) for v in (x1, n1, x0, n0)), np.True_)[0]
    assert z**2 == pytest.approx(stats.power_divergence([x1, x0], fitted, lambda_=0)[0], rel=1e-12)


def test_two_samples_of_scores_are_compared_as_by_student():
    # Student's sleep data (1908): extra hours under two drugs; t = −1.8608 with equal variances.
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    p = panel(np.array([second + first]), np.ones((1, 20)), np.array([SCORE]))
    w = windows(p, longest=10)
    t = distance(w.x1, w.n1, w.x0, w.n0)[0, 9] / math.sqrt(w.dispersion[0, 9])
    assert t == pytest.approx(-1.8608, abs=1e-4)
    assert w.freedom[0, 0] == 18
    z = normal(np.array([t]), np.array([18.0]))[0]
    assert two_sided(z) == pytest.approx(0.07919, abs=1e-5)  # as printed by every textbook's software
    assert two_sided(z) == pytest.approx(stats.ttest_ind(first, second).pvalue, rel=1e-9)


def test_the_exact_interval_of_a_count_is_garwoods():
    # Garwood 1936 as tabled by Ulm 1990: 95 % of 10 events is 4.80 to 18.39, of none 0 to 3.69.
    assert poisson(10) == (pytest.approx(4.795, abs=5e-4), pytest.approx(18.390, abs=5e-4))
    assert poisson(0) == (0.0, pytest.approx(3.689, abs=5e-4))


@pytest.mark.parametrize("freedom", [10, 22, 62])
def test_z_of_a_t_has_its_probability(freedom):
    for t in (-9.0, -2.1, -0.3, 0.0, 1.7, 6.0):
        z = normal(np.array([t]), np.array([float(freedom)]))[0]
        assert two_sided(z) == pytest.approx(2 * stats.t.sf(abs(t), freedom), rel=1e-8)
        assert two_sided(z) == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-12)


def test_dispersion_is_pearsons_of_both_parts():
    x, n = np.array([30.0, 41, 35, 28, 39, 33, 47, 36, 31, 40, 52, 49]), np.full(12, 100.0)
    w = windows(panel(x[None], n[None], np.array([RATE])))
    for k in (1, 2, 4):
        parts = (x[:-k], x[-k:])
        chi = sum(((p - p.mean()) ** 2).sum() / (p.mean() * (1 - p.mean() / 100)) for p in parts)
        assert w.dispersion[0, k - 1] == pytest.approx(chi / 10)


def test_overdispersion_of_all_widens_and_of_none_does_not_narrow():
    rng = np.random.default_rng(4)
    n = np.full((10, 24), 700.0)
    for sigma, least, most in ((0.0, 1.0, 1.25), (1.118, 1.7, 2.9)):
        rate = 0.4 + sigma * math.sqrt(0.24 / 700) * rng.normal(size=(10, 24))
        w = windows(panel(rng.binomial(700, rate).astype(float), n, np.zeros(10, int)))
        v = dispersion.of_rates(w, np.ones(10, bool))[:, 0]
        assert (v >= 1).all()
        assert least <= v.mean() <= most


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_autocorrelation_is_found_where_it_is(rho):
    rng = np.random.default_rng(5)
    e = rng.normal(size=(40, 24))
    for i in range(1, 24):
        e[:, i] = rho * e[:, i - 1] + math.sqrt(1 - rho**2) * e[:, i]
    p = panel(100 + e, np.full(e.shape, 60.0), np.full(40, SCORE))
    assert dispersion.together(p, np.ones(40, bool)) == pytest.approx(rho, abs=0.12)
    trend = panel(100 + e + np.linspace(0, 6, 24), np.full(e.shape, 60.0), np.full(40, SCORE))
    assert dispersion.together(trend, np.ones(40, bool)) == pytest.approx(
        rho, abs=0.12
    )  # a trend is a change


# ---- what is found


def test_a_jump_is_a_signal_with_its_direction_value_and_reference():
    history = StoreHistory(
        months(), [Rate("css.disappointment_rate_valid", [*noisy(0.43, 700, 23), 370], [700] * 24)]
    )
    f = one(history, "css.disappointment_rate_valid")
    assert (f.level, f.direction, f.rule, f.since) == ("signal", "worse", "point", "2024-04")
    assert f.value == pytest.approx(370 / 700)
    assert f.reference == pytest.approx(0.43, abs=0.01)
    assert (f.n, f.unit, f.department) == (700, "customers", "service")
    assert f.gain == pytest.approx((f.value - f.reference) * 700)
    assert f.p == pytest.approx(two_sided(f.z))
    better = StoreHistory(months(), [Rate("booking.rate", [*noisy(0.3, 1500, 23), 600], [1500] * 24)])
    assert one(better, "booking.rate").direction == "better"


def test_a_sustained_change_is_told_with_its_first_month():
    fixed = [*noisy(0.98, 1776, 20), *noisy(0.96, 1776, 4)]
    f = one(StoreHistory(months(), [Rate("ftf.rate", fixed, [1776] * 24)]), "ftf.rate")
    assert (f.level, f.rule, f.since, f.direction, f.detail["months"]) == (
        "signal",
        "run",
        "2024-01",
        "worse",
        4,
    )
    assert f.value == pytest.approx(sum(fixed[-4:]) / (4 * 1776))
    assert f.detail["month_value"] == pytest.approx(fixed[-1] / 1776)


def test_a_change_that_may_be_older_says_so():
    fixed = [*noisy(0.98, 1776, 13), *noisy(0.96, 1776, 11)]
    f = one(StoreHistory(months(), [Rate("ftf.rate", fixed, [1776] * 24)]), "ftf.rate")
    assert f.rule == "run"
    assert f.detail["longest"] or f.since <= "2023-10"


def test_one_odd_month_is_not_told_again_as_a_sustained_change():
    hits = [*noisy(0.43, 700, 22), 400, 301]
    f = one(
        StoreHistory(months(), [Rate("css.disappointment_rate_valid", hits, [700] * 24)]),
        "css.disappointment_rate_valid",
    )
    assert f.level != "signal"


def test_an_item_that_falls_is_named_with_what_it_costs():
    rng = np.random.default_rng(3)
    values = 100 + 1.5 * rng.normal(size=(10, 24))
    values[2, -1] = 91
    scores = [
        Score("oem.mot", row, [60] * 24, item, 0.1, 97.0) for row, item in zip(values, MOT_ITEMS, strict=True)
    ]
    f = one(StoreHistory(months(), scores=scores), "oem.mot", "work_quality")
    assert (f.level, f.direction, f.department, f.unit) == ("signal", "worse", "workshop", "mot_points")
    assert f.gain == pytest.approx(0.1 * (97 - 91))  # the branch is above the store


def test_the_season_of_a_year_ago_is_not_news():
    hits = noisy(0.3, 1500, 24)
    hits[11], hits[-1] = 560, 570
    seasonal = one(StoreHistory(months(), [Rate("booking.rate", hits, [1500] * 24)]), "booking.rate")
    assert seasonal.level != "signal"
    assert seasonal.detail["against"] == "year_ago"
    hits[11] = 450
    assert (
        one(StoreHistory(months(), [Rate("booking.rate", hits, [1500] * 24)]), "booking.rate").level
        == "signal"
    )


def test_spring_festival_moves_between_january_and_february():
    hits = noisy(0.3, 1500, 24, seed=2)
    hits[10], hits[-1] = 340, 335  # January of last year, February of this
    history = StoreHistory(months(24, (2022, 3)), [Rate("booking.rate", hits, [1500] * 24)])
    assert history.months[10] == "2023-01"
    assert history.months[-1] == "2024-02"
    assert one(history, "booking.rate").level != "signal"


def technicians(last=(4,) * 8, jobs=222):
    rng = np.random.default_rng(6)
    failed = rng.binomial(jobs, 0.0175, (8, 24))
    failed[:, -1] = last
    return People("ftf.rate", [f"T{i}" for i in range(8)], jobs - failed, np.full((8, 24), jobs))


def test_a_technician_outside_is_named_and_nobody_inside():
    history = StoreHistory(months(), people=[technicians((16, 4, 3, 5, 4, 4, 2, 6))])
    found = findings(history)
    assert [f.subject for f in found if f.level == "signal"] == ["T0"]
    f = found[0]
    assert (f.rule, f.direction, f.department, f.unit, f.value) == (
        "outside",
        "worse",
        "workshop",
        "customers",
        206 / 222,
    )


def test_the_funnel_of_one_month_is_the_two_by_two_table():
    last = People("ftf.rate", ["a", "b", "c"], [[200], [210], [190]], [[220], [215], [200]])
    z, reference, variance = people.outside(last)
    g = stats.chi2_contingency([[200, 20], [400, 15]], correction=False, lambda_=0)[0]
    assert z[0] == pytest.approx(-math.sqrt(g))
    assert (reference[0], variance[0]) == (pytest.approx(400 / 415), 1)


def test_a_person_is_not_blamed_for_a_month_that_was_bad_for_all():
    rng = np.random.default_rng(8)
    n = np.full((7, 24), 90)
    told = rng.binomial(n, 0.43)
    told[:, -1] = rng.binomial(90, 0.60, 7)
    found = findings(
        StoreHistory(months(), people=[People("css.disappointment_rate_valid", list("abcdefg"), told, n)])
    )
    assert not [f for f in found if f.level == "signal"]


def test_nobody_is_named_on_few_cases():
    hits, cases = np.array([[9], [100]]), np.array([[NAMED - 1], [1000]])
    found = findings(
        StoreHistory(
            months(1), people=[People("css.disappointment_rate_valid", ["a", "b"], hits * [[3], [1]], cases)]
        )
    )
    assert next(f for f in found if f.subject == "a").level == "watch"


def causes_of(last=None, weeks=None):
    rng = np.random.default_rng(9)
    mentions = rng.poisson([[210], [105], [136], [37]], (4, 24))
    mentions[:, -1] = last or (210, 105, 136, 37)
    weeks = weeks or [[m // 4] * 4 for m in mentions[:, -1]]
    return StoreHistory(
        months(), causes=Causes(("quality", "time", "other", "parts"), mentions, [700] * 24, weeks)
    )


def test_a_cause_that_takes_from_another_is_found_and_so_is_the_pair():
    found = [f for f in findings(causes_of((210, 50, 191, 37))) if f.level == "signal"]
    assert {f.subject for f in found} >= {"time", "other"}
    pair = next(f for f in found if f.detail.get("coding"))
    assert (pair.subject, pair.detail["other"], pair.direction, pair.rule) == ("other", "time", None, "shift")
    assert not [f for f in findings(causes_of()) if f.level == "signal"]


def test_the_decks_last_week_is_a_shift_in_coding():
    # Slide 17: 时间 falls to 9 in the fourth week while 其他 rises to 45.
    weeks = [[67, 37, 56, 50], [29, 37, 30, 9], [41, 22, 28, 45], [17, 6, 5, 9]]
    f = next(f for f in findings(causes_of((210, 105, 136, 37), weeks)) if f.detail.get("coding"))
    assert (f.subject, f.detail["other"], f.detail["weeks"], f.level) == ("other", "time", 1, "signal")


def test_a_register_that_is_kept_better_is_no_cause():
    assert not [f for f in findings(causes_of((420, 210, 272, 74))) if f.level == "signal"]


def test_a_target_is_missed_beyond_its_interval_only():
    n = [700] * 24
    history = StoreHistory(
        months(),
        [
            Rate("css.disappointment_rate_valid", [*noisy(0.43, 700, 23), 300], n),
            Rate("complaints.per_1000_visits", [13] * 24, [1494] * 24),
        ],
        [Score("oem.mot", [99.0, 99.4] * 12, [60] * 24)],
        targets={"css.disappointment_rate_valid": 0.30, "complaints.per_1000_visits": 8, "oem.mot": 99.5},
        waiting=[Waiting("complaints.open", ["TS1", "TS2"], department="service")],
    )
    by = {f.figure: f for f in findings(history) if f.rule in ("target", "cases")}
    assert by["css.disappointment_rate_valid"].level == "due"
    assert by["css.disappointment_rate_valid"].gain == pytest.approx(300 - 210)
    assert by["complaints.per_1000_visits"].level == "none"  # 13 of 1,494: 4.6 to 14.9
    assert by["oem.mot"].level == "none"
    assert all(f.direction is None for f in by.values())
    assert (by["complaints.open"].level, by["complaints.open"].cases, by["complaints.open"].value) == (
        "due",
        ("TS1", "TS2"),
        2,
    )


# ---- what is not known


def test_too_little_history_is_unknown_and_twelve_months_are_enough():
    short = StoreHistory(months(11), [Rate("booking.rate", [300] * 10 + [500], [1500] * 11)])
    assert one(short, "booking.rate").level == "unknown"
    enough = StoreHistory(months(12), [Rate("booking.rate", [300] * 11 + [500], [1500] * 12)])
    assert one(enough, "booking.rate").level == "signal"


def test_few_cases_are_unknown_by_what_was_expected_not_by_what_came():
    few = StoreHistory(months(), [Rate("css.valid_rate", [6] * 23 + [0], [8] * 23 + [9])])
    assert one(few, "css.valid_rate").level == "unknown"
    quiet = StoreHistory(months(), [Rate("complaints.per_1000_visits", [0, 1] * 11 + [1, 9], [300] * 24)])
    assert one(quiet, "complaints.per_1000_visits").level == "unknown"
    zero = StoreHistory(months(), [Rate("complaints.per_1000_visits", [13] * 23 + [0], [1494] * 24)])
    assert (one(zero, "complaints.per_1000_visits").level, one(zero, "complaints.per_1000_visits").value) == (
        "signal",
        0,
    )


def test_a_series_that_is_not_there_and_one_of_zeros_say_nothing():
    nothing = StoreHistory(
        months(),
        [
            Rate("booking.rate", [None] * 24, [None] * 24),
            Rate("ftf.return_rate", [0] * 24, [0] * 24),
            Rate("ftf.rate", [1776] * 24, [1776] * 24),
        ],
        [Score("oem.css", [None] * 24, [None] * 24)],
        [People("ftf.rate", ["a"], [[None] * 24], [[None] * 24]), People("ftf.rate", [], [], [])],
        Causes((), [], [0] * 24),
    )
    found = {f.figure: f for f in findings(nothing)}
    assert {n: f.level for n, f in found.items()} == {
        "booking.rate": "unknown",
        "ftf.return_rate": "unknown",
        "oem.css": "unknown",
        "ftf.rate": "none",
    }
    assert found["booking.rate"].value is None
    assert findings(StoreHistory(months())) == []
    for f in findings(nothing):
        assert not any(isinstance(v, float) and math.isnan(v) for v in dataclasses.astuple(f)[2:7])


def test_months_that_lack_are_left_out():
    hits = [float(h) for h in noisy(0.3, 1500, 24)]
    full = one(StoreHistory(months(), [Rate("booking.rate", hits, [1500] * 24)]), "booking.rate")
    for gap in (3, 9, 15):
        hits[gap] = None
    f = one(StoreHistory(months(), [Rate("booking.rate", hits, [1500] * 24)]), "booking.rate")
    assert f.level == full.level
    assert f.value == full.value
    hits[-1] = None
    assert (
        one(StoreHistory(months(), [Rate("booking.rate", hits, [1500] * 24)]), "booking.rate").level
        == "unknown"
    )


def test_a_gap_before_the_month_does_not_move_the_start_of_a_run():
    fixed = [float(v) for v in (*noisy(0.98, 1776, 20), *noisy(0.955, 1776, 4))]
    fixed[-2] = None
    f = one(StoreHistory(months(), [Rate("ftf.rate", fixed, [1776] * 24)]), "ftf.rate")
    assert (f.rule, f.since) == ("run", "2024-01")


def test_one_who_is_new_is_judged_and_one_alone_is_not():
    t = technicians((16, 4, 3, 5, 4, 4, 2, 6))
    cases, hits = np.array(t.cases), np.array(t.hits)
    cases[0, :-1], hits[0, :-1] = 0, 0
    new = findings(StoreHistory(months(), people=[People("ftf.rate", t.names, hits, cases)]))
    assert next(f for f in new if f.subject == "T0").level == "signal"
    alone = findings(
        StoreHistory(months(), people=[People("ftf.rate", ["T0"], hits[:1], np.full((1, 24), 222))])
    )
    assert [f.level for f in alone] == ["unknown"]
    left = cases.copy()
    left[3, -1] = 0
    assert "T3" not in {
        f.subject
        for f in findings(
            StoreHistory(months(), people=[People("ftf.rate", t.names, np.minimum(hits, left), left)])
        )
    }


# ---- what must not matter


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.permutations(range(4)))
def test_the_order_of_series_and_people_does_not_matter(seed, order):
    rng = np.random.default_rng(seed)
    names = ("booking.rate", "booking.kept_rate", "delivery.rate", "churn.private_rate")
    rates = [Rate(n, rng.binomial(600, 0.3, 24), [600] * 24) for n in names]
    n = rng.integers(40, 90, (4, 24))
    hits = rng.binomial(n, 0.4)
    staff = list("abcd")

    def told(order):
        crew = People("delivery.rate", [staff[i] for i in order], hits[list(order)], n[list(order)])
        return findings(StoreHistory(months(), [rates[i] for i in order], people=[crew]))

    for a, b in zip(told(range(4)), told(order), strict=True):
        assert (a.figure, a.subject, a.level, a.since) == (b.figure, b.subject, b.level, b.since)
        assert a.z == pytest.approx(b.z)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-500, 500))
def test_scores_may_be_on_any_scale_and_samples_in_any_unit(seed, scale, shift):
    values = 100 + np.random.default_rng(seed).normal(size=24)
    a = one(StoreHistory(months(), scores=[Score("oem.css", values, [60] * 24)]), "oem.css")
    b = one(StoreHistory(months(), scores=[Score("oem.css", values * scale + shift, [600] * 24)]), "oem.css")
    assert a.z == pytest.approx(b.z, rel=1e-6, abs=1e-9)
    assert (a.level, a.rule) == (b.level, b.rule)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_a_rate_and_its_complement_are_equally_far_out(seed):
    hits = np.random.default_rng(seed).binomial(800, 0.3, 24)
    a, b = (
        one(StoreHistory(months(), [Rate("churn.private_rate", h, [800] * 24)]), "churn.private_rate")
        for h in (hits, 800 - hits)
    )
    assert a.z == pytest.approx(-b.z)
    assert a.level == b.level


def test_the_further_out_the_greater_z():
    base = noisy(0.3, 1500, 23)
    sizes = [
        one(StoreHistory(months(), [Rate("booking.rate", [*base, x], [1500] * 24)]), "booking.rate").z
        for x in range(450, 700, 25)
    ]
    points = [z for z in sizes if z is not None]
    assert points == sorted(points)


def test_what_is_handed_over_is_not_changed():
    hits, cases = noisy(0.3, 1500, 24).astype(float), np.full(24, 1500.0)
    before = hits.copy(), cases.copy()
    findings(StoreHistory(months(), [Rate("booking.rate", hits, cases)]))
    assert (hits == before[0]).all()
    assert (cases == before[1]).all()


# ---- charts


def test_a_value_on_the_limit_has_the_limits_z():
    base = noisy(0.0175, 1776, 23)
    rates = [
        Rate("ftf.return_rate", [*base, 31], [1776] * 24),
        Rate("complaints.per_1000_visits", [13, 15, 11, 12] * 6, [1494] * 24),
    ]
    rng = np.random.default_rng(2)
    history = StoreHistory(months(), rates, [Score("oem.css", 100 + rng.normal(size=24), [60] * 24)])
    drawn = limits(history)
    for figure in ("ftf.return_rate", "complaints.per_1000_visits"):
        top = drawn[figure, None]
        per, limit = (1494 / 1000, POINT_EVENTS) if figure.startswith("complaints") else (1776, POINT)
        at = [
            dataclasses.replace(r, hits=[*list(r.hits)[:-1], top.high[-1] * per]) if r.figure == figure else r
            for r in rates
        ]
        assert one(dataclasses.replace(history, rates=at), figure).z == pytest.approx(limit, abs=1e-6)
    at = [
        Score("oem.css", [*list(history.scores[0].values)[:-1], drawn["oem.css", None].low95[-1]], [60] * 24)
    ]
    assert one(dataclasses.replace(history, scores=at), "oem.css").z == pytest.approx(-1.96, abs=1e-6)


def test_limits_of_a_month_are_those_of_its_own_report():
    rng = np.random.default_rng(3)
    rates = [
        Rate(f, rng.binomial(700, 0.4, 24), [700] * 24)
        for f in ("booking.rate", "delivery.rate", "css.valid_rate")
    ]
    drawn = limits(StoreHistory(months(), rates), last=6)["booking.rate", None]
    earlier = StoreHistory(months(22), [Rate(r.figure, r.hits[:22], r.cases[:22]) for r in rates])
    then = limits(earlier, last=1)["booking.rate", None]
    assert (drawn.months[-3], drawn.low[-3], drawn.high[-3]) == (then.months[0], then.low[0], then.high[0])
    young = limits(StoreHistory(months(13), [Rate(r.figure, r.hits[:13], r.cases[:13]) for r in rates]))[
        "booking.rate", None
    ]
    assert young.level[-3] == "unknown"
    assert young.low[-3] is None
    assert young.low[-1] is not None


def test_kinds_are_told_apart():
    assert len({RATE, EXPOSURE, SCORE}) == 3
    assert RUN > POINT
    assert causes.findings(StoreHistory(months())) == []

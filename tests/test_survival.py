"""Kaplan–Meier against the textbook's worked example and a loop."""

import random

import pytest

from aftersales.metrics.survival import kaplan_meier, time_until

# Freireich et al. 1963, as worked in Kleinbaum & Klein and in Collett: weeks in remission on 6-MP; + means
# still in remission.
LEUKAEMIA = [
    "6",
    "6",
    "6",
    "6+",
    "7",
    "9+",
    "10",
    "10+",
    "11+",
    "13",
    "16",
    "17+",
    "19+",
    "20+",
    "22",
    "23",
    "25+",
    "32+",
    "32+",
    "34+",
    "35+",
]
# time: at risk, relapses, still in remission
WORKED = {
    6: (21, 3, 0.8571),
    7: (17, 1, 0.8067),
    10: (15, 1, 0.7529),
    13: (12, 1, 0.6902),
    16: (11, 1, 0.6275),
    22: (7, 1, 0.5378),
    23: (6, 1, 0.4482),
}


def leukaemia():
    return kaplan_meier([float(t.rstrip("+")) for t in LEUKAEMIA], ["+" not in t for t in LEUKAEMIA])


def test_the_worked_example():
    curve = leukaemia().set_index("time")
    relapses = curve[curve["events"] > 0]
    assert list(relapses.index) == list(WORKED)
    for time, (at_risk, events, survival) in WORKED.items():
        row = curve.loc[time]
        assert (row["at_risk"], row["events"]) == (at_risk, events)
        assert row["survival"] == pytest.approx(survival, abs=5e-5)
    # R: survfit(conf.type = "log-log"): 0.620 to 0.952 at 6, 0.188 to 0.680 at 23
    assert [round(curve.loc[t, c], 3) for t in (6, 23) for c in ("low", "high")] == [
        0.620,
        0.952,
        0.188,
        0.680,
    ]
    assert time_until(leukaemia(), 0.5) == 23  # the median that every textbook prints
    assert time_until(leukaemia(), 0.1) is None


def loop(times, happened, share):
    """The first time at which at most a share is left; events before censorings at equal times."""
    left = 1.0
    for time in sorted(set(times)):
        at_risk = sum(t >= time for t in times)
        events = sum(t == time and h for t, h in zip(times, happened, strict=True))
        left *= 1 - events / at_risk
        if left <= share + 1e-9:
            return time
    return None


def test_against_a_loop():
    for seed in range(300):
        r = random.Random(seed)
        times = [r.choice([0, 1, 2, 24, 24.5, 48, 100]) for _ in range(r.randrange(12))]
        happened = [r.random() < 0.8 for _ in times]
        assert time_until(kaplan_meier(times, happened), 0.1) == loop(times, happened, 0.1)


def test_a_tenth_is_reached_in_spite_of_binary_fractions():
    # 9 of 10 closed one by one: 0.9 × 8/9 × … × 1/2 is 0.1 only but for rounding
    assert time_until(kaplan_meier(range(1, 11), [True] * 9 + [False]), 0.1) == 9
    assert time_until(kaplan_meier([5, 5], [True, False]), 0.5) == 5
    assert time_until(kaplan_meier([], []), 0.1) is None
    assert len(kaplan_meier([], [])) == 0

"""The comparison against plain loops and the literature's intervals."""

import random

import pandas as pd
import pytest
from random_store import differing, plain, same

from aftersales.contract.figures import FIGURES
from aftersales.contract.statistics import interval, poisson
from aftersales.metrics import comparison

MONTH = pd.Period("2024-04")
MONTHS = [MONTH - back for back in range(27, -1, -1)]


def at(points, month):
    return points[MONTHS.index(month)] if month in MONTHS else (None, None, None)


def to_date(points, month, kind):
    """January to the month, by a loop."""
    k = n = 0
    for of_year in range(1, month.month + 1):
        numerator, denominator, value = at(points, pd.Period(year=month.year, month=of_year, freq="M"))
        if value is None and kind == "events":
            return None
        if kind != "events" and (numerator is None or denominator is None):
            return None
        k, n = k + (value if kind == "events" else numerator), n + (denominator or 0)
    if kind == "events":
        return k
    return {"rate": 1, "per_1000": 1000}[kind] * k / n if n else None


def series(r, kind):
    out = []
    for _ in MONTHS:
        n = r.choice([0, 40, 200])
        k = r.randint(0, n)
        value = {"events": k, "rate": k / n if n else None, "per_1000": 1000 * k / n if n else None}.get(
            kind, r.uniform(80, 100)
        )
        out.append((k, n, value) if r.random() > 0.02 else (None, None, None))
    return out


NAMES = {
    "css.calls": "events",
    "ftf.rate": "rate",
    "complaints.per_1000_visits": "per_1000",
    "oem.mot": "score",
    "volume.vehicles": "level",
    "complaints.hours_to_close": "level",
}


def test_against_plain_loops():
    for seed in range(20):
        r = random.Random(seed)
        history = {name: series(r, kind) for name, kind in NAMES.items()}
        rows = {row["figure"]: row for row in plain(comparison.table(history, MONTHS, MONTH))}
        assert set(rows) == {name for name in NAMES if at(history[name], MONTH)[2] is not None}
        for name, row in rows.items():
            kind, of = NAMES[name], history[name]
            summed = kind in ("events", "rate", "per_1000")
            assert not differing(
                row,
                {
                    "current": at(of, MONTH)[2],
                    "previous": at(of, MONTH - 1)[2],
                    "year_ago": at(of, MONTH - 12)[2],
                    "ytd": to_date(of, MONTH, kind) if summed else None,
                    "ytd_year_ago": to_date(of, MONTH - 12, kind) if summed else None,
                },
            )
            assert (row["target"], row["target_verdict"]) == (None, None)


def verdict(name, point, target, better, before=()):
    months = [MONTH - back for back in range(len(before), -1, -1)]
    history = {name: [*((None, None, v) for v in before), point]}
    (row,) = plain(comparison.table(history, months, MONTH, {name: target}, {name: better}))
    return row["target_verdict"]


@pytest.mark.parametrize(
    ("name", "point", "target", "better", "said"),
    [
        # the deck's 3 of 236: Wilson 0.43 % to 3.65 %
        ("ftf.rate", (233, 236, 233 / 236), 0.98, "up", "undecided"),
        ("ftf.rate", (233, 236, 233 / 236), 0.96, "up", "met"),
        ("ftf.rate", (200, 236, 200 / 236), 0.98, "up", "missed"),
        ("css.disappointment_rate_valid", (1, 236, 1 / 236), 0.05, "down", "met"),
        # 6 complaints in 1,000 visits: Garwood 2.20 to 13.06
        ("complaints.per_1000_visits", (6, 1000, 6.0), 13, "down", "undecided"),
        ("complaints.per_1000_visits", (6, 1000, 6.0), 13.1, "down", "met"),
        ("complaints.per_1000_visits", (6, 1000, 6.0), 2.3, "down", "undecided"),
        ("complaints.per_1000_visits", (6, 1000, 6.0), 2.1, "down", "missed"),
        ("complaints.per_1000_visits", (0, 500, 0.0), 1, "down", "undecided"),
        ("complaints.per_1000_visits", (0, 500, 0.0), 7.4, "down", "met"),
        # no interval: by value, and a value on the target meets it
        ("complaints.hours_to_close", (None, None, 72.0), 72, "down", "met"),
        ("complaints.hours_to_close", (None, None, 72.1), 72, "down", "missed"),
        ("css.calls", (30, None, 30), 30, "up", "met"),
        ("oem.mot", (None, None, 95.0), 95.5, "up", "missed"),
        ("ftf.rate", (233, 236, 233 / 236), 0.98, None, None),
    ],
)
def test_targets(name, point, target, better, said):
    assert verdict(name, point, target, better) == said


def test_the_noise_of_a_score_needs_eleven_months():
    swing = [95.0, 97.0] * 12  # mean moving range 2: σ = 1.773, ± 3.475
    assert verdict("oem.mot", (None, None, 96.0), 99.4, "up", swing[:11]) == "undecided"
    assert verdict("oem.mot", (None, None, 96.0), 99.5, "up", swing[:11]) == "missed"
    assert verdict("oem.mot", (None, None, 96.0), 92.5, "up", swing[:11]) == "met"
    assert verdict("oem.mot", (None, None, 96.0), 99.4, "up", swing[:10]) == "missed"
    # what is older than 23 months does not count; a month without a score is passed over
    assert verdict("oem.mot", (None, None, 96.0), 99.4, "up", [0.0, *swing[:23]]) == "undecided"
    assert verdict("oem.mot", (None, None, 96.0), 150.0, "up", [0.0, *swing[:23]]) == "missed"
    assert verdict("oem.mot", (None, None, 96.0), 99.4, "up", [*swing[:5], None, *swing[5:10]]) == "missed"
    assert (
        verdict("oem.mot", (None, None, 96.0), 96.0, "up", [96.0] * 12) == "met"
    )  # no noise at all: by value


def test_intervals():
    low, high = interval("per_1000", 6, 1000)
    assert (round(low, 3), round(high, 3)) == (2.202, 13.059)  # Garwood 1936, as every table has it
    assert [round(b, 4) for b in poisson(10)] == [4.7954, 18.3904]
    assert poisson(0)[0] == 0
    assert same(poisson(0)[1], 3.6888794541139363)  # −ln 0.025
    assert interval("rate", 0, 0) == (None, None)


def test_a_year_with_an_unknown_month_is_unknown():
    points = [(1, 10, 0.1)] * len(MONTHS)
    points[-2] = (None, None, None)
    (row,) = plain(comparison.table({"ftf.rate": points}, MONTHS, MONTH))
    assert (row["ytd"], row["ytd_year_ago"], row["previous"]) == (None, 0.1, None)
    (row,) = plain(comparison.table({"ftf.rate": [(1, 10, 0.1)]}, [MONTH], MONTH))
    assert (row["ytd"], row["previous"], row["year_ago"]) == (None, None, None)
    empty = [(0, 0, None), (1, 4, 0.25)]  # a month of which there is nothing adds nothing
    (row,) = plain(
        comparison.table(
            {"ftf.rate": empty}, [pd.Period("2024-01"), pd.Period("2024-02")], pd.Period("2024-02")
        )
    )
    assert row["ytd"] == 0.25
    assert len(comparison.table({}, MONTHS, MONTH)) == 0


def test_every_figure_is_of_some_kind():
    assert all(
        comparison.KINDS.get(name) in ("rate", "per_1000")
        for name, f in FIGURES.items()
        if f.unit in ("rate", "per_1000")
    )
    assert all(comparison.KINDS.get(name) == "score" for name, f in FIGURES.items() if f.unit == "points")
    assert all(name not in comparison.KINDS for name, f in FIGURES.items() if f.unit == "hours")
    stocks = {n for n, f in FIGURES.items() if f.unit == "count" and n not in comparison.KINDS}
    assert all(
        n.startswith("churn.")
        for n in stocks
        - {
            "review.in_progress",
            "review.not_started",
            "complaints.open",
            "complaints.backlog",
            "volume.vehicles",
        }
    )

"""Patterns in numbers that point to a slip: copies, mixed scales, exchanged values, 100 times too small."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

import pandas as pd

from aftersales.contract.schema import SMALL_SCORE
from aftersales.reconcile.verdicts import Printed, verdict

LEAST_KM, KM_A_DAY = 100_000, 1_000  # what a car can't have driven between two visits
FEW = 3  # odd values fewer than this may be true


def copied_columns(frame: pd.DataFrame, columns: Sequence[str], least: int = 3) -> list[list[str]]:
    """Groups of columns that hold the same values in every row.

    Parameters
    ----------
    frame
        One row a person or a case.
    columns
        Columns that measure different things.
    least
        Rows that are needed; columns that are empty, or the same in every row, do not count.

    Examples
    --------
    >>> copied_columns(pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3], "c": [3, 2, 2]}), ["a", "b", "c"])
    [['a', 'b']]
    """
    values = frame[list(columns)].astype(float)
    by_values: dict[tuple[float, ...], list[str]] = {}
    for column in informative(values, least):
        by_values.setdefault(tuple(values[column].fillna(float("inf"))), []).append(column)
    return [names for names in by_values.values() if len(names) > 1]


def informative(frame: pd.DataFrame, least: int) -> list[str]:
    """The columns with at least so many numbers that are not all the same."""
    chosen = (frame.count() >= least) & (frame.max() > frame.min())
    return list(frame.columns[chosen])


def off_scale(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers on a smaller scale (1–5, 1–10, a fraction) than the others, which go to about 100.

    Nothing is found where such values are few: one customer may give 10 of 100 points.
    """
    odd = (answers > 0) & (answers <= SMALL_SCORE)
    return odd & (odd.sum() >= FEW)


def far_above(values: pd.Series, times_next: float, times_median: float) -> pd.Series:
    """The one to three values that stand far above all others, of at least four.

    Parameters
    ----------
    times_next, times_median
        How many times the greatest of the others, and their median.

    Examples
    --------
    >>> far_above(pd.Series([500, 620, 9500, 62000, None]), 5, 50).tolist()
    [False, False, False, True, False]
    """
    known = values[values > 0].sort_values(ascending=False)
    found = values.isna() & False
    for n in range(1, min(3, len(known) // 4) + 1):
        others = known.iloc[n:]
        least = max(times_next * others.iloc[0], times_median * others.median())
        if known.iloc[n - 1] >= least:
            found.loc[known.index[:n]] = True
    return found


def mileage_jumps(orders: pd.DataFrame) -> pd.Series:
    """The same vehicle's mileage before, where no car can have driven the way between; missing elsewhere.

    Parameters
    ----------
    orders
        Orders whose vehicle is known: ``vin``, ``opened_at``, ``mileage_km``.
    """
    known = orders[orders["mileage_km"].notna()].sort_values(["vin", "opened_at"], kind="stable")
    same = known["vin"].eq(known["vin"].shift())
    before = known["mileage_km"].shift().where(same)
    apart = (known["mileage_km"] - before).abs()
    days = (known["opened_at"] - known["opened_at"].shift()) / pd.Timedelta(days=1)
    jumps = (apart > LEAST_KM) & (apart > KM_A_DAY * (days + 30))
    return before.where(jumps).reindex(orders.index)


def hundred_times_too_small(reported: Printed, computed: Decimal) -> bool:
    """Whether a percentage was printed as a fraction under a header that says percent: 0.338 % for 33.8 %.

    >>> from aftersales.reconcile.verdicts import printed
    >>> hundred_times_too_small(printed("0.338%"), Decimal("0.33816"))
    True
    """
    return (
        reported.value != 0
        and verdict(reported.value, computed, reported.decimals) == "inconsistent"
        and verdict(reported.value * 100, computed, max(reported.decimals - 2, 0)) == "consistent"
    )


def exchanged(pairs: Sequence[tuple[Printed, Decimal]]) -> list[tuple[int, int]]:
    """Pairs of values that do not agree with their own row but with each other's.

    >>> from aftersales.reconcile.verdicts import printed
    >>> exchanged([(printed("0.5%"), Decimal("0.00966")), (printed("1.0%"), Decimal("0.00483"))])
    [(0, 1)]
    """

    def agrees(a: int, b: int) -> bool:
        reported, computed = pairs[a][0], pairs[b][1]
        return verdict(reported.value, computed, reported.decimals) == "consistent"

    wrong = [i for i in range(len(pairs)) if not agrees(i, i)]
    return [(a, b) for a, b in combinations(wrong, 2) if agrees(a, b) and agrees(b, a)]


def complements(pairs: Sequence[tuple[Printed, Decimal]]) -> bool:
    """Whether rates are all printed as one minus what they are, and none as what it is.

    >>> from aftersales.reconcile.verdicts import printed
    >>> complements([(printed("3.10%"), Decimal("0.96903")), (printed("0.45%"), Decimal("0.9955"))])
    True
    """
    return bool(pairs) and all(
        verdict(p.value, c, p.decimals) != "consistent"
        and verdict(p.value, 1 - c, p.decimals) == "consistent"
        for p, c in pairs
    )

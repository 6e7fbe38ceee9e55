"""The rows behind a number, and how the number comes from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from aftersales.contract.figures import By
from aftersales.contract.months import ratio
from aftersales.metrics.survival import kaplan_meier, time_until

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

# A reason in Chinese and in English.
Reason = tuple[str, str]


@dataclass(frozen=True)
class Parts:
    """The rows behind a number.

    Attributes
    ----------
    by
        How the number comes from the rows: their ``count``; the ``share`` of the numerator in the denominator
        (``one_minus_share``, ``per_1000``), or its sum of `column` over it (``weighted_share``); the
        ``median``, ``p90``, ``mean``, ``sum`` or single ``value`` of `column`; the first value of it by which
        at most a tenth is left, those that are not ``done`` waited for so long (``until_tenth``).
    numerator
        The rows that are counted or measured; None where a table is absent.
    denominator
        The rows they are set against, for a share.
    excluded
        What looks as if it belonged but is left out, by the reason.
    params
        Settings that bear on the number, as dotted keys or their beginnings.
    """

    by: By
    numerator: pd.DataFrame | None
    denominator: pd.DataFrame | None = None
    column: str = ""
    excluded: Mapping[Reason, pd.DataFrame] = field(default_factory=dict)
    params: tuple[str, ...] = ()

    def value(self) -> float | int | None:
        """The number, computed from the rows alone; None where it can't be known."""
        if self.numerator is None:
            return None
        if self.by == "count":
            return len(self.numerator)
        if self.by in ("share", "one_minus_share", "per_1000"):
            share = None if self.denominator is None else ratio(len(self.numerator), len(self.denominator))
            if share is None:
                return None
            return {"share": share, "one_minus_share": 1 - share, "per_1000": 1000 * share}[self.by]
        if self.by == "weighted_share":
            weights = float(self.numerator[self.column].sum())
            return None if self.denominator is None else ratio(weights, len(self.denominator))
        if self.by == "until_tenth":
            return time_until(kaplan_meier(self.numerator[self.column], self.numerator["done"]), 0.1)
        known = self.numerator[self.column].dropna()
        if known.empty or (self.by == "sum" and len(known) < len(self.numerator)):
            return None
        return float(
            {
                "median": known.median,
                "p90": lambda: known.quantile(0.9),
                "mean": known.mean,
                "sum": known.sum,
                "value": known.max,
            }[self.by]()
        )


class TableRows(NamedTuple):
    """How a table is made, and how the rows behind one of its rows are found.

    `parts` takes the row's key; a figure's name means that the key is a month, and the row that figure in it.
    """

    frame: Callable[[Tables, pd.Period, Params], pd.DataFrame]
    parts: Callable[[Any, Tables, pd.Period, Params], Parts] | str


def rows_where(frame: pd.DataFrame | None, column: str, value: Any) -> pd.DataFrame | None:
    """The rows with that value; None where the table is absent."""
    return None if frame is None else frame[frame[column] == value]

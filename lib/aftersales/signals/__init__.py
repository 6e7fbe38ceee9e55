"""What may be said of a month: the table `findings`, made in one place from a store's counts.

`findings` judges a store's history; `limits` gives the control limits that its charts draw. Both are pure
functions of a `StoreHistory`. How often they are wrong and what they find is measured: `make claims`,
docs/claims.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aftersales.signals import causes, people, series, targets
from aftersales.signals.finding import Finding, ranked
from aftersales.signals.history import (
    WATCHED,
    Causes,
    People,
    Rate,
    Score,
    StoreHistory,
    Waiting,
)
from aftersales.signals.limits import Limits, limits
from aftersales.signals.targets import of_own

if TYPE_CHECKING:
    import pandas as pd

    from aftersales.contract.own import Record

__all__ = [
    "WATCHED",
    "Causes",
    "Finding",
    "Limits",
    "People",
    "Rate",
    "Score",
    "StoreHistory",
    "Waiting",
    "as_table",
    "findings",
    "limits",
    "with_own",
]


COLUMNS = (
    *("figure", "subject", "value", "reference", "n", "z", "p", "rule", "since"),
    *("level", "direction", "department", "gain", "unit", "cases"),
)


def findings(history: StoreHistory) -> list[Finding]:
    """Everything that was tested in the last month of a history, gravest first.

    Examples
    --------
    >>> months = [f"{2022 + m // 12}-{m % 12 + 1:02}" for m in range(24)]
    >>> booked = Rate("booking.rate", [300] * 23 + [420], [1500] * 24)
    >>> found = findings(StoreHistory(months, rates=[booked]))[0]
    >>> found.level, found.direction, found.rule, found.since
    ('signal', 'better', 'point', '2023-12')
    >>> round(found.value, 2), round(found.reference, 2)
    (0.28, 0.2)
    """
    return ranked(
        [
            *series.findings(history),
            *people.findings(history),
            *causes.findings(history),
            *targets.findings(history),
        ]
    )


def with_own(
    found: Sequence[Finding],
    records: Sequence[Record],
    figures: Mapping[str, Any],
    targets: Mapping[str, float],
    month: object,
) -> list[Finding]:
    """The list with what was tested of the figures of chapters of one's own: see `targets.of_own`."""
    return ranked([*found, *of_own(records, figures, targets, str(month))])


def as_table(found: Sequence[Finding]) -> pd.DataFrame:
    """The table `findings`: a row a finding, gravest first, with the columns of the contract."""
    import pandas as pd

    rows = [[getattr(one, column) for column in COLUMNS] for one in found]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object).assign(
        cases=[list(one.cases) for one in found]
    )

"""A table as it was typed, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from aftersales.contract.notes import Note


class Origin(NamedTuple):
    """Where a table stands: file, sheet, our columns as it names them, and whether its rows have numbers."""

    table: str
    file: str
    sheet: str | None
    headers: Mapping[str, str]
    numbered: bool = True


class Typed(NamedTuple):
    """A table, corrected and typed: its frame, where it stands, remarks and repairs."""

    frame: pd.DataFrame
    origin: Origin
    notes: list[Note]
    repairs: list[dict[str, Any]]

"""Tables that are shown just as their records have them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.contract.statistics import FEW
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table
from aftersales.display.tables.records import table_record


def rate_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Counts and shares by code, as the record of the table has them; of few cases no share."""
    columns = table_record(words["id"]).on_page
    counted = next(column.key for column in columns if column.bar)
    if frame[counted].sum() < FEW:
        frame = frame.assign(share=None)
    return table(frame, columns, **words)

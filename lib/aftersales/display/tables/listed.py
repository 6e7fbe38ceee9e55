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


def listed(
    frame: pd.DataFrame, id: str, most: int = 20, of: str = "", lang: str = "zh", **words: Any
) -> Exhibit:
    """A table as its record has it; a long one is cut and says so.

    Parameters
    ----------
    most
        Rows that are shown; the workbook has all that its chapter glues.
    of
        The column of cases: of few of them a row has no rate, of few in all no row has a share.
    """
    if len(frame) and of:
        rows = frame.astype(object)
        rates = [c for c in ("rate", "low", "high") if c in rows]
        rows.loc[rows[of].astype(float) < FEW, rates] = None
        if "share" in rows and frame[of].sum() < FEW:
            rows["share"] = None
        frame = rows
    record = table_record(id)
    sheet = record.label(lang)
    return table(frame, record.on_page, id=id, lang=lang, sheet=sheet, most=most, glued=True, **words)

"""Technicians and bookings. Deck slides 21 and 25."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.report_tables import table_record
from aftersales.contract.statistics import FEW
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table


def technician_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Technicians by cause, with rate and interval (slide 21); of few jobs no rate."""
    rows = frame.assign(
        interval=[
            f"{formats.percent(a, 1, False)}–{formats.percent(b, 1, False)}"
            for a, b in zip(frame["low"], frame["high"], strict=True)
        ]
    ).astype(object)
    rows.loc[rows["jobs"] < FEW, ["rate", "interval"]] = None
    return table(
        rows,
        table_record("ftf.technicians").on_page,
        id="ftf.technicians",
        nothing=("没有本月完工派工的记录。", "There is no record of jobs finished this month."),
        **words,
    )


def measures(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """The action table of bookings (slide 25)."""
    return table(
        frame,
        table_record("booking.actions").on_page,
        nothing=("没有本月预约措施的记录。", "There is no record of measures for bookings this month."),
        **words,
    )

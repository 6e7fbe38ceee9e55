"""Technicians and bookings. Deck slides 21 and 25."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales import formats
from aftersales.exhibit import Exhibit
from aftersales.schema import CODES, REWORK_CAUSES
from aftersales.show.columns import col, table
from aftersales.statistics import FEW


def technician_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Technicians by cause, with rate and interval (slide 21); of few jobs no rate."""
    shown = frame.assign(
        interval=[
            f"{formats.percent(a, 1, False)}–{formats.percent(b, 1, False)}"
            for a, b in zip(frame["low"], frame["high"], strict=True)
        ]
    ).astype(object)
    shown.loc[shown["jobs"] < FEW, ["rate", "interval"]] = None
    columns = [
        col("technician", "维修技师", "Technician"), col("jobs", "维修台次", "Jobs", "integer"), col("not_fixed", "未一次修复", "Not fixed", "integer", bar=True),
        *(col(c, *CODES["rework_cause"][c], "integer") for c in REWORK_CAUSES),
        col("rate", "一次维修合格率", "First-time fix", "percent", digits=2), col("interval", "95%区间", "95% interval", unit_zh="%", unit_en="%"),
        col("pooled_rate", "近三月", "Three months", "percent", digits=2),
    ]  # fmt: skip
    return table(
        shown,
        columns,
        id="ftf.technicians",
        nothing=("没有本月完工派工的记录。", "There is no record of jobs finished this month."),
        **words,
    )


def measures(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """The action table of bookings (slide 25)."""
    columns = [
        col("problem", "目前的问题", "Problem"), col("root_cause", "要因分析", "Root cause"), col("measure", "改善措施", "Measure"),
        col("resource", "所需资源", "Resources"), col("owner", "责任人", "Owner"), col("supervisor", "监督人", "Supervisor"), col("due", "完成日期", "Due", "date"),
    ]  # fmt: skip
    return table(
        frame,
        columns,
        nothing=("没有本月预约措施的记录。", "There is no record of measures for bookings this month."),
        **words,
    )

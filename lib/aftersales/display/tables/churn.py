"""When customers come back. Deck slides 26 to 28."""

from __future__ import annotations

import pandas as pd


def cohorts(frame: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """The cohorts' retention as a grid: a row a month, a column a number of months later."""
    if frame.empty:
        return pd.DataFrame()
    wide = frame.pivot(index="cohort_month", columns="months_later", values="rate").astype(float)
    wide.columns = [f"{n}月" if lang == "zh" else f"{n}" for n in wide.columns]
    return wide.dropna(how="all").dropna(how="all", axis="columns")

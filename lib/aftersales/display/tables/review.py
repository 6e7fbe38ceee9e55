"""Last month's measures and what they did. Deck slides 4 and 5."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.columns import status
from aftersales.contract.report_tables import table_record
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table


def action_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Last month's measures with owner, due date, evidence and status (slide 4)."""
    columns = table_record("review.measures").on_page
    lang = words["lang"]
    tones = {"done": "better", "in_progress": "", "not_started": "muted"}
    states, tone = [], {}
    for r, row in enumerate(frame.to_dict("records")):
        late = None if formats.missing(row["days_late"]) else formats.count(row["days_late"])
        words_late = f"，逾期{late}天" if lang == "zh" else f", {late} days late"
        states.append(status(row["status"], "action_status", lang) + (words_late if late else ""))
        tone[f"{r},7"] = "worse" if late else tones[row["status"]]
    tone = {k: v for k, v in tone.items() if v}
    return table(
        frame.assign(status=states),
        columns,
        id="review.measures",
        wide=True,
        tone=tone,
        nothing=("没有上月提出的措施。", "There is no record of measures raised last month."),
        **words,
    )


def mot_effect(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """MOT items that measures name: completion and effect (slide 5)."""
    columns = table_record("review.mot").on_page
    return table(
        frame,
        columns,
        id="review.mot",
        nothing=("没有对应到MOT项的上月措施。", "There is no measure of last month that names a MOT item."),
        **words,
    )

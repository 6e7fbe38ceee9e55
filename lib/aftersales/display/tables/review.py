"""Last month's measures and what they did. Deck slides 4 and 5."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.columns import col, status
from aftersales.contract.report_table import ReportTable, records
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table
from aftersales.display.tables.shared import DUE, MEASURE, OWNER, PROBLEM, RANK, SUPERVISOR

RECORDS = records(
    ReportTable(
        "review.mot",
        "上月措施与MOT项",
        "Measures and MOT items",
        (
            col("item", "改善项目", "MOT item", "code", codes="mot_item"),
            col("actions", "行动计划", "Measures", "integer"),
            col("done", "已完成", "Done", "integer"),
            col("completion_rate", "完成率", "Completed", "percent", digits=0),
            col("previous", "上月得分", "Last month", "number"),
            col("current", "本月得分", "This month", "number"),
            col("change", "效果", "Effect", "change"),
        ),
        key="item",
        explained="completion_rate",
        unit="rate",
        formula_zh="该项已完成措施 ÷ 上月针对该项的措施",
        formula_en="measures done ÷ measures of last month for the item",
        slide="5",
    ),
    ReportTable(
        "review.measures",
        "上月措施",
        "Measures of last month",
        (
            RANK,
            col("department", "部门", "Department", "code", codes="action_department"),
            PROBLEM,
            MEASURE,
            OWNER,
            DUE,
            SUPERVISOR,
            col("status", "完成情况", "Status"),
            col("evidence", "证据", "Evidence"),
        ),
    ),
)


def action_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Last month's measures with owner, due date, evidence and status (slide 4)."""
    columns = RECORDS["review.measures"].on_page
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
    columns = RECORDS["review.mot"].on_page
    return table(
        frame,
        columns,
        id="review.mot",
        nothing=("没有对应到MOT项的上月措施。", "There is no measure of last month that names a MOT item."),
        **words,
    )

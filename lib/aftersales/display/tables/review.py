"""Last month's measures and what they did. Deck slides 4 and 5."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.columns import col, status
from aftersales.contract.report_table import ReportTable, records
from aftersales.contract.schema import label
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table, to_the_right
from aftersales.display.tables.shared import DUE, MEASURE, OWNER, PROBLEM, RANK, SUPERVISOR, hidden
from aftersales.signals import Finding, sentences

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
            col("change", "变化", "Change", "change"),
        ),
        key="item",
        explained="completion_rate",
        unit="rate",
        formula_zh="该项已完成措施 ÷ 上月针对该项的措施",
        formula_en="measures done ÷ measures of last month for the item",
        slide="5",
    ),
    ReportTable(
        "review.results",
        "上月措施的结果",
        "What became of the measures",
        (
            hidden("action_id", "编号", "Number"),
            col("department", "部门", "Department", "code", codes="action_department"),
            PROBLEM,
            OWNER,
            col("metric", "对应指标", "Metric", "code", codes="metric"),
            hidden("subject", "对象", "Subject"),
            col("before", "措施前", "Before", "number", digits=4),
            col("after", "本月", "This month", "number", digits=4),
            col("outcome", "结果", "Outcome", "code", codes="outcome"),
            hidden("status", "完成情况", "Status", "code", codes="action_status"),
            hidden("days_late", "逾期天数", "Days late", "integer"),
            col("flags", "注意", "Note", "code", codes="flag"),
        ),
    ),
    ReportTable(
        "review.waiting",
        "久拖未结的措施",
        "Measures open for months",
        (
            col("action_id", "编号", "Measure"),
            col("month", "提出月份", "Raised in", "month"),
            col("months_open", "已历月数", "Months open", "integer"),
            col("days_late", "逾期天数", "Days late", "integer"),
            col("owner_is_supervisor", "责任人即监督人", "Owner is supervisor", "flag", on_paper=False),
            hidden("department", "部门", "Department", "code", codes="action_department"),
            PROBLEM,
            OWNER,
            hidden("supervisor", "监督人", "Supervisor"),
            DUE,
            hidden("status", "完成情况", "Status", "code", codes="action_status"),
        ),
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
            replace(SUPERVISOR, on_paper=False),
            col("status", "完成情况", "Status"),
            col("evidence", "证据", "Evidence", on_paper=False),
        ),
    ),
)


def action_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Last month's measures with owner, due date, evidence and status (slide 4)."""
    record, lang = RECORDS["review.measures"], words["lang"]
    tones = {"done": "better", "in_progress": "", "not_started": "muted"}
    states, tone = [], {}
    for r, row in enumerate(frame.to_dict("records")):
        late = None if formats.missing(row["days_late"]) else formats.count(row["days_late"])
        words_late = f"，逾期{late}天" if lang == "zh" else f", {late} days late"
        states.append(status(row["status"], "action_status", lang) + (words_late if late else ""))
        tone[f"{r},7"] = "worse" if late else tones.get(row["status"], "")
    tone = {k: v for k, v in tone.items() if v}
    return table(
        frame.assign(status=states),
        record.on_page,
        id="review.measures",
        wide=True,
        sheet=record.label(lang),
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


def result_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Last month's measures judged by the figure that each was to move."""
    lang, rows = words["lang"], []
    for row in frame.to_dict("records"):
        metric, subject = (None if formats.missing(row[key]) else row[key] for key in ("metric", "subject"))
        about = None if metric is None else Finding(metric, subject)
        shown = dict(row)
        shown["metric"] = formats.NONE if about is None else sentences.name(about, lang)
        for when in ("before", "after"):
            known = about is not None and not formats.missing(row[when])
            shown[when] = sentences.value(about, row[when], lang) if about and known else formats.NONE
        flags = [label("flag", flag, lang) for flag in row["flags"]]
        shown["flags"] = ("、" if lang == "zh" else ", ").join(flags) or formats.NONE
        rows.append(shown)
    tone = {
        f"{r},6": row["outcome"]
        for r, row in enumerate(frame.to_dict("records"))
        if row["outcome"] in ("better", "worse")
    }
    made = table(
        pd.DataFrame(rows, columns=list(frame.columns)),
        [
            replace(column, form="text") if column.key in ("metric", "before", "after", "flags") else column
            for column in RECORDS["review.results"].on_page
        ],
        id="review.results",
        wide=True,
        sheet=RECORDS["review.results"].label(lang),
        glued=True,
        tone=tone,
        nothing=("没有上月提出的措施。", "There is no record of measures raised last month."),
        **words,
    )
    return to_the_right(made, "before", "after")

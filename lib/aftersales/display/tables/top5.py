"""Targets and TOP5 of next month. Deck slides 30 to 34."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.columns import col
from aftersales.contract.figures import FIGURES
from aftersales.contract.report_table import ReportTable, records
from aftersales.contract.schema import CODES
from aftersales.display import exhibit
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import mixed_units, table, to_the_right
from aftersales.display.tables.shared import DUE, MEASURE, OWNER, PROBLEM, RANK, SUPERVISOR, hidden


def _top5(department: str) -> ReportTable:
    zh, en = CODES["action_department"][department]
    return ReportTable(
        f"top5.{department}",
        f"TOP5{zh}",
        f"TOP5 {en[0].lower()}{en[1:]}",
        (
            RANK,
            PROBLEM,
            col("evidence", "数据依据", "Evidence"),
            MEASURE,
            OWNER,
            DUE,
            replace(SUPERVISOR, on_paper=False),
            col("checkpoint", "过程控制节点", "Checkpoint"),
            hidden("proposed", "系统建议", "Proposed", "flag"),
            hidden("metric", "对应指标", "Metric", "code", codes="metric"),
            hidden("subject", "对象", "Subject"),
            hidden("baseline", "基线", "Baseline", "number", digits=4),
            hidden("n", "样本量", "n", "integer"),
            hidden("target", "目标", "Target", "number", digits=4),
            hidden("gain", "预期收益", "Gain", "number"),
            hidden("unit", "收益单位", "Unit of gain", "code", codes="gain_unit"),
        ),
        key="rank",
        explained="rank",
        unit="count",
        formula_zh="本月提出的该部门措施，按优先顺序；其后是由信号清单提议的（proposed），合计至多五条",
        formula_en="the department's measures by rank, then what the findings propose, at most five",
        slide="30–33",
    )


RECORDS = records(
    *(_top5(department) for department in ("front", "workshop", "parts", "service")),
    ReportTable(
        "top5.ranking",
        "按收益排序",
        "Ranked by gain",
        (
            col("unit", "收益单位", "Unit of gain", "code", codes="gain_unit"),
            col("place", "序", "No.", "integer"),
            col("department", "部门", "Department", "code", codes="action_department"),
            PROBLEM,
            col("gain", "预期收益", "Gain", "number"),
        ),
    ),
    ReportTable(
        "top5.targets",
        "下月目标",
        "Targets of next month",
        (
            col("figure", "指标", "Figure"),
            col("current", "本月实绩", "This month"),
            col("target", "目标", "Target"),
            col("met", "达成", "Met"),
            col("next_target", "下月建议目标", "Proposed for next month"),
        ),
    ),
)

_STATES = {
    "met": ("✓ 达标", "✓ met"),
    "missed": ("✗ 未达", "✗ missed"),
    "undecided": ("未决", "undecided"),
}


def target_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Figures with targets: now, target, and what is proposed for next month."""
    lang = words["lang"]
    rows = []
    for row in frame.to_dict("records"):
        figure = FIGURES[row["figure"]]
        state = _STATES.get(str(row["verdict"]), (formats.NONE,) * 2)[0 if lang == "zh" else 1]
        rows.append(
            [
                figure.zh if lang == "zh" else figure.en,
                *(formats.figure(row[k], figure, lang) for k in ("current", "target")),
                state,
                formats.figure(row["next_target"], figure, lang),
            ]
        )
    columns = RECORDS["top5.targets"].on_page
    made = table(
        pd.DataFrame(rows, columns=[column.key for column in columns]), columns, id="top5.targets", **words
    )
    made.payload["whole"] = True  # no list of which a few would do
    return to_the_right(made, "current", "target", "next_target")


def ranking_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """What the findings ask for, all departments in one ranking within each unit of gain."""
    nothing = ("信号清单没有要求任何措施。", "The list of findings asks for nothing.")
    made = table(frame, RECORDS["top5.ranking"].on_page, id="top5.ranking", nothing=nothing, **words)
    return mixed_units(made, "gain")


def top5_table(frame: pd.DataFrame, department: str, **words: Any) -> Exhibit:
    """A department's TOP5 (slides 30–33); what the program proposes is marked as such."""
    lang = words["lang"]
    mark = "【建议】" if lang == "zh" else "[proposal] "
    rows = frame.assign(
        problem=[
            f"{mark}{p}" if proposed else p
            for p, proposed in zip(frame["problem"], frame["proposed"], strict=True)
        ]
    )
    columns = RECORDS[f"top5.{department}"].on_page
    tone = {f"{r},1": "muted" for r, proposed in enumerate(frame["proposed"]) if proposed}
    return table(rows, columns, id=f"top5.{department}", role="top5", wide=True, tone=tone, **words)


def closing(items: Iterable[Mapping[str, Any]], lang: str = "zh") -> Exhibit:
    """The closing summary."""
    return exhibit.list_(
        items, id="top5.closing", title="下月要点" if lang == "zh" else "For next month", lang=lang
    )

"""Targets and TOP5 of next month. Deck slides 30 to 34."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from aftersales import exhibit, formats
from aftersales.exhibit import Exhibit
from aftersales.metrics.catalogue import FIGURES
from aftersales.show.columns import Column, col, table


def target_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Figures with targets: now, target, and what is proposed for next month."""
    lang = words["lang"]
    rows = []
    for row in frame.to_dict("records"):
        figure = FIGURES[row["figure"]]
        met = row["met"]
        state = (
            formats.NONE
            if formats.missing(met)
            else (("✓ 达标", "✓ met") if met else ("✗ 未达", "✗ missed"))[0 if lang == "zh" else 1]
        )
        rows.append(
            [
                figure.zh if lang == "zh" else figure.en,
                *(formats.figure(row[k], figure, lang) for k in ("current", "target")),
                state,
                formats.figure(row["next_target"], figure, lang),
            ]
        )
    keys = ["figure", "current", "target", "met", "next_target"]
    columns = [
        col("figure", "指标", "Figure"),
        *(
            col(k, zh, en)
            for k, zh, en in (
                ("current", "本月实绩", "This month"),
                ("target", "目标", "Target"),
                ("met", "达成", "Met"),
                ("next_target", "下月建议目标", "Proposed for next month"),
            )
        ),
    ]
    made = table(pd.DataFrame(rows, columns=keys), columns, id="top5.targets", **words)
    for column in made.payload.get("columns", [])[1:]:
        if column["key"] != "met":
            column["align"] = "right"
    return made


def top5_table(frame: pd.DataFrame, department: str, **words: Any) -> Exhibit:
    """A department's TOP5 (slides 30–33); what the program proposes is marked as such."""
    lang = words["lang"]
    mark = "【建议】" if lang == "zh" else "[proposal] "
    shown = frame.assign(
        problem=[
            f"{mark}{p}" if proposed else p
            for p, proposed in zip(frame["problem"], frame["proposed"], strict=True)
        ]
    )
    columns: list[Column] = [
        col("rank", "序", "No.", "integer"), col("problem", "存在问题", "Problem"), col("evidence", "数据依据", "Evidence"),
        col("measure", "改善措施", "Measure"), col("owner", "责任人", "Owner"), col("due", "完成时间", "Due", "date"),
        col("supervisor", "监督人", "Supervisor"), col("checkpoint", "过程控制节点", "Checkpoint"),
    ]  # fmt: skip
    tone = {f"{r},1": "muted" for r, proposed in enumerate(frame["proposed"]) if proposed}
    return table(shown, columns, id=f"top5.{department}", role="top5", wide=True, tone=tone, **words)


def closing(items: Iterable[Mapping[str, Any]], lang: str = "zh") -> Exhibit:
    """The closing summary."""
    return exhibit.list_(
        items, id="top5.closing", title="下月要点" if lang == "zh" else "For next month", lang=lang
    )

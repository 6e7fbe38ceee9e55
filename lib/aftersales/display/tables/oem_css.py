"""The car maker's scores and the mystery visit. Deck slides 7 and 8."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.columns import col
from aftersales.contract.report_table import ReportTable, records
from aftersales.contract.schema import CODES, MOT_ITEMS, label
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table
from aftersales.display.tables.shared import hidden
from aftersales.signals import Finding, sentences

RECORDS = records(
    ReportTable(
        "oem.css",
        "厂家CSS得分",
        "CSS scores",
        (
            col("name", "项目", "Item"),
            col("weight", "权重", "Weight", "percent", digits=0),
            col("previous", "上月", "Last month", "number"),
            col("current", "本月", "This month", "number"),
            col("change", "变化", "Change", "change"),
            col("contribution", "对MOT的贡献", "Adds to MOT", "change", digits=2),
            col("branch", "分中心", "Branch", "number"),
            col("national", "全国", "Nation", "number"),
            hidden("scope", "范围", "Scope", "code", codes="css_scope"),
            hidden("sample", "样本量", "Sample", "integer"),
            *(hidden(item, *CODES["mot_item"][item], "number") for item in MOT_ITEMS),
            hidden("mot", "MOT得分", "MOT", "number"),
            hidden("css", "CSS得分", "CSS", "number"),
        ),
        key="scope",
        explained="mot",
        unit="points",
        formula_zh="Σ 权重 × 项目得分，十项",
        formula_en="Σ weight × item score over ten items",
        slide="7",
    ),
    ReportTable(
        "oem.pt",
        "神秘访客",
        "Mystery visit",
        (
            col("section", "环节", "Section", "code", codes="section"),
            col("items", "检查项数", "Items", "integer"),
            col("points", "得分", "Points", "number"),
            col("max_points", "满分", "Full points", "number"),
            col("score", "得分率", "Score", "number"),
            col("weight", "权重", "Weight", "percent"),
            col("contribution", "贡献", "Contribution", "change", digits=2),
            col("not_applicable", "不适用", "Not applicable", "integer"),
        ),
        key="section",
        explained="score",
        unit="points",
        formula_zh="100 × 得分 ÷ 满分，不适用项不计",
        formula_en="100 × points ÷ full points of applicable items",
        slide="8",
    ),
    ReportTable(
        "oem.pt_missed",
        "神秘访客失分项",
        "Mystery visit, missed",
        (
            col("section", "环节", "Section", "code", codes="section"),
            col("item", "检查项", "Item"),
            col("points", "得分", "Points", "number"),
            col("max_points", "满分", "Full", "number"),
            col("note", "备注", "Note"),
        ),
    ),
)

_NO_SCORES = ("没有厂家CSS得分。", "There is no score of the car maker.")


def mot_items(
    items: pd.DataFrame, scores: pd.DataFrame, findings: Sequence[Finding] = (), **words: Any
) -> Exhibit:
    """The ten items with weights and the four rows of the deck's table, items down (slide 7).

    A score has a colour only where it is a signal of the findings.
    """
    lang = words["lang"]
    if scores.empty:
        return table(None, [], id="oem.css", nothing=_NO_SCORES, **words)
    rows = scores.set_index("scope")
    frame = items.assign(name=[label("mot_item", i, lang) for i in items["item"]])
    total = {
        "name": "MOT",
        "weight": items["weight"].sum(),
        "contribution": items["contribution"].astype(float).sum(min_count=1),
    }
    css: dict[str, Any] = {"name": "CSS"}
    sample: dict[str, Any] = {"name": "样本量" if lang == "zh" else "Sample"}
    for key, scope in (
        ("previous", "previous"),
        ("current", "current"),
        ("branch", "branch"),
        ("national", "national"),
    ):
        total[key], css[key], sample[key] = (
            rows.loc[scope, "mot"],
            rows.loc[scope, "css"],
            rows.loc[scope, "sample"],
        )
    for row in (total, css):
        known = not formats.missing(row["current"]) and not formats.missing(row["previous"])
        row["change"] = row["current"] - row["previous"] if known else None
    frame = pd.concat([frame, pd.DataFrame([total, css])], ignore_index=True).astype(object)
    columns = RECORDS["oem.css"].on_page
    about = [*(("oem.mot", item) for item in items["item"]), ("oem.mot", None), ("oem.css", None)]
    tones = [sentences.tone(sentences.find(findings, figure, subject)) for figure, subject in about]
    place = [column.key for column in columns].index("current")
    tone = {f"{r},{place}": direction for r, direction in enumerate(tones) if direction}
    totals = [len(items), len(items) + 1]
    return table(frame, columns, id="oem.css", emphasis=totals, fixed=totals, tone=tone, **words)


def missed_items(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Items of the mystery visit without full points."""
    record = RECORDS["oem.pt_missed"]
    return table(
        frame,
        record.on_page,
        id="oem.pt_missed",
        sheet=record.label(words["lang"]),
        nothing=(
            "没有失分的检查项可列。",
            "There is no item to list that lost points.",
        ),
        **words,
    )


def section_name(section: str, weight: float, lang: str = "zh") -> str:
    """A section of the mystery visit with its weight, for an axis."""
    name = label("section", section, lang)
    return f"{name}（权重{weight:.0%}）" if lang == "zh" else f"{name} ({weight:.0%})"

"""The car maker's scores and the mystery visit. Deck slides 7 and 8."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.report_tables import table_record
from aftersales.contract.schema import label
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table

_NO_SCORES = ("没有厂家CSS得分。", "There is no score of the car maker.")


def mot_items(items: pd.DataFrame, scores: pd.DataFrame, **words: Any) -> Exhibit:
    """The ten items with weights and the four rows of the deck's table, items down (slide 7)."""
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
    columns = table_record("oem.css").on_page
    tone = {f"{r},4": "worse" for r, v in enumerate(frame["change"]) if not formats.missing(v) and v < -1e-9}
    return table(frame, columns, id="oem.css", emphasis=[len(items), len(items) + 1], tone=tone, **words)


def missed_items(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Items of the mystery visit without full points."""
    columns = table_record("oem.pt_missed").on_page
    return table(
        frame,
        columns,
        id="oem.pt_missed",
        nothing=(
            "没有失分的检查项，或本月没有神秘访客。",
            "No item lost points, or there was no mystery visit.",
        ),
        **words,
    )


def section_name(section: str, weight: float, lang: str = "zh") -> str:
    """A section of the mystery visit with its weight, for an axis."""
    name = label("section", section, lang)
    return f"{name}（权重{weight:.0%}）" if lang == "zh" else f"{name} ({weight:.0%})"

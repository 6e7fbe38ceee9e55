"""Targets and TOP5 of next month. Deck slides 30 to 34."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.figures import FIGURES
from aftersales.contract.report_tables import table_record
from aftersales.display import exhibit
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table

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
    columns = table_record("top5.targets").on_page
    made = table(
        pd.DataFrame(rows, columns=[column.key for column in columns]), columns, id="top5.targets", **words
    )
    for column in made.payload.get("columns", [])[1:]:
        if column["key"] != "met":
            column["align"] = "right"
    return made


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
    columns = table_record(f"top5.{department}").on_page
    tone = {f"{r},1": "muted" for r, proposed in enumerate(frame["proposed"]) if proposed}
    return table(rows, columns, id=f"top5.{department}", role="top5", wide=True, tone=tone, **words)


def closing(items: Iterable[Mapping[str, Any]], lang: str = "zh") -> Exhibit:
    """The closing summary."""
    return exhibit.list_(
        items, id="top5.closing", title="下月要点" if lang == "zh" else "For next month", lang=lang
    )

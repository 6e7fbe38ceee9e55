"""Last month's measures and what they did. Deck slides 4 and 5."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.columns import status
from aftersales.contract.report_tables import table_record
from aftersales.contract.schema import label
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table
from aftersales.signals import Finding, sentences


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


def result_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Last month's measures judged by the figure that each was to move."""
    lang, rows = words["lang"], []
    for row in frame.to_dict("records"):
        about = None if row["metric"] is None else Finding(row["metric"], row["subject"])
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
    return table(
        pd.DataFrame(rows, columns=list(frame.columns)),
        [c if c.key != "flags" else replace(c, form="text") for c in table_record("review.results").on_page],
        id="review.results",
        wide=True,
        tone=tone,
        nothing=("没有上月提出的措施。", "There is no record of measures raised last month."),
        **words,
    )

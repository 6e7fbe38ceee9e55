"""The telephone survey and the advisors. Deck slides 10 to 15."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.contract.figures import judged
from aftersales.contract.report_tables import table_record
from aftersales.contract.schema import QUESTIONS, label
from aftersales.contract.statistics import FEW
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import filled, table


def questionnaire(questions: Mapping[str, Mapping[str, str]], **words: Any) -> Exhibit:
    """The questions of the survey (slide 10)."""
    lang = words["lang"]
    frame = pd.DataFrame(
        [[label("question", q, lang), text.get(lang) or text["zh"]] for q, text in questions.items()],
        columns=["question", "text"],
    )
    return table(
        frame,
        table_record("css.questionnaire").on_page,
        id="css.questionnaire",
        **words,
    )


def both_bases(figures: Mapping[str, Any], rate_base: str, **words: Any) -> Exhibit:
    """Delight and disappointment on both bases, the leading one first."""
    zh = words["lang"] == "zh"
    rows = []
    for kind, name in (
        ("delight", "欣喜率" if zh else "Delighted"),
        ("disappointment", "失望率" if zh else "Disappointed"),
    ):
        count = figures["css.delighted" if kind == "delight" else "css.disappointed"]
        rows.append(
            [name, count, *(judged(figures, f"css.{kind}_rate_{base}") for base in ("calls", "valid"))]
        )
    frame = pd.DataFrame(rows, columns=["kind", "count", "calls", "valid"]) if figures["css.calls"] else None
    leads = {"valid": "calls", "calls": "valid"}[rate_base]  # the other base stands last
    columns = sorted(table_record("css.bases").on_page, key=lambda column: column.key == leads)
    return table(frame, columns, id="css.bases", **words)


def advisor_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Advisors compared, external scores marked as such (slide 14); few calls or visits: no mean, no rate."""
    few = frame["internal_n"].isna() | (frame["internal_n"].astype(float) < FEW)
    frame = frame.astype(object)
    frame.loc[few, list(QUESTIONS)] = None
    frame.loc[frame["orders"] < FEW, "coverage"] = None
    columns = table_record("css.advisors").on_page
    return table(frame, filled(frame, columns), id="css.advisors", wide=True, **words)


def lowest_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """The store's lowest MOT item by advisor (slide 13)."""
    columns = table_record("css.lowest").on_page
    return table(frame, filled(frame, columns), id="css.lowest", **words)


def grid(frame: pd.DataFrame, lang: str = "zh", least: int = 10) -> pd.DataFrame:
    """Advisors' question scores as a grid; cells with too few answers are blank."""
    known = frame.assign(
        current=frame["current"].where(frame["n"] >= least),
        name=[label("question", q, lang) for q in frame["question"]],
    )
    if known.empty:
        return pd.DataFrame()
    order = list(dict.fromkeys(known["name"]))
    wide = known.pivot(index="advisor", columns="name", values="current").astype(float)[order]
    return wide.dropna(how="all").rename_axis(columns=None)


def suggestion_table(frame: pd.DataFrame, most: int = 40, **words: Any) -> Exhibit:
    """What customers suggested, the disappointed first; a long list is cut and says so."""
    lang = words["lang"]
    columns = table_record("css.suggestions").on_page
    if len(frame) > most:
        cut = f"此处列出前{most}条。" if lang == "zh" else f"The first {most} are shown."
        words = {**words, "note": f"{cut}{'' if lang == 'zh' else ' '}{words.get('note', '')}"}
    return table(
        frame.head(most),
        columns,
        id="css.suggestions",
        nothing=("没有本月客户建议的记录。", "There is no record of suggestions this month."),
        **words,
    )

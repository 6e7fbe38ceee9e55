"""The telephone survey and the advisors. Deck slides 10 to 15."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.exhibit import Exhibit
from aftersales.metrics.catalogue import judged
from aftersales.schema import CODES, MOT_ITEMS, QUESTIONS, label
from aftersales.show.columns import col, table, told
from aftersales.statistics import FEW


def questionnaire(questions: Mapping[str, Mapping[str, str]], **words: Any) -> Exhibit:
    """The questions of the survey (slide 10)."""
    lang = words["lang"]
    frame = pd.DataFrame(
        [[label("question", q, lang), text.get(lang) or text["zh"]] for q, text in questions.items()],
        columns=["question", "text"],
    )
    return table(
        frame,
        [col("question", "题号", "Question"), col("text", "问题", "Wording")],
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
    by = {
        "calls": col("calls", "占回访总数", "Of all calls", "percent"),
        "valid": col("valid", "占有效回访", "Of valid calls", "percent"),
    }
    order = [rate_base, "valid" if rate_base == "calls" else "calls"]
    columns = [
        col("kind", "客户", "Customers"),
        col("count", "人数", "Count", "integer"),
        *(by[b] for b in order),
    ]
    return table(frame, columns, id="css.bases", **words)


def advisor_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Advisors compared, external scores marked as such (slide 14); of few calls or visits no mean and no rate."""
    few = frame["internal_n"].isna() | (frame["internal_n"].astype(float) < FEW)
    frame = frame.astype(object)
    frame.loc[few, list(QUESTIONS)] = None
    frame.loc[frame["orders"] < FEW, "coverage"] = None
    inside, outside = (
        {"group_zh": "内访（本店回访）", "group_en": "Internal survey"},
        {"group_zh": "外访（厂家代理机构）", "group_en": "External (car maker's agency)"},
    )
    columns = [
        col("advisor", "服务顾问", "Advisor"), col("orders", "接车台次", "Visits", "integer"),
        col("internal_n", "回访", "Calls", "integer", **inside), col("coverage", "覆盖率", "Coverage", "percent", digits=0, **inside),
        *(col(q, zh, en, "number", **inside) for q, (zh, en) in CODES["question"].items()),
        col("external_n", "样本", "Sample", "integer", **outside),
        *(col(i, *CODES["mot_item"][i], "number", **outside) for i in MOT_ITEMS),
        col("mot", "MOT", "MOT", "number", **outside),
    ]  # fmt: skip
    return table(frame, told(frame, columns), id="css.advisors", wide=True, **words)


def lowest_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """The store's lowest MOT item by advisor (slide 13)."""
    columns = [
        col("advisor", "服务顾问", "Advisor"), col("score", "外访得分", "External score", "number"), col("external_n", "外访样本", "External sample", "integer"),
        col("orders", "接车台次", "Visits", "integer", bar=True), col("internal_n", "有效回访", "Valid calls", "integer"), col("disappointed", "失望顾客", "Disappointed", "integer", bar=True),
    ]  # fmt: skip
    return table(frame, told(frame, columns), id="css.lowest", **words)


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
    columns = [col("call_id", "回访编号", "Call"), col("called_at", "回访时间", "Called", "datetime"), col("order_id", "工单号", "Order"),
               col("q1", "问题一", "Q1", "integer"), col("suggestion", "建议", "Suggestion")]  # fmt: skip
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

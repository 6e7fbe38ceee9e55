"""The telephone survey and the advisors. Deck slides 10 to 15."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from aftersales.contract import questions
from aftersales.contract.columns import Column, col
from aftersales.contract.figures import judged
from aftersales.contract.report_table import ReportTable, records
from aftersales.contract.schema import CODES, MOT_ITEMS, QUESTIONS, label
from aftersales.contract.statistics import FEW
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import filled, table
from aftersales.display.tables.shared import ADVISOR, COUNT, INSIDE, OUTSIDE, SHARE, VISITS, WILSON, hidden

RECORDS = records(
    ReportTable(
        "css.questions",
        "回访问题得分",
        "Survey questions",
        (
            col("question", "问题", "Question", "code", codes="question"),
            col("previous", "上月", "Last month", "number"),
            col("current", "本月", "This month", "number"),
            col("n", "样本量", "n", "integer"),
            col("n_previous", "上月样本量", "n last month", "integer"),
            col("change", "变化", "Change", "change"),
        ),
        key="question",
        explained="current",
        unit="points",
        formula_zh="答了该题的有效回访的平均分",
        formula_en="mean over the valid calls that answered it",
        slide="12",
    ),
    ReportTable(
        "css.advisors",
        "服务顾问",
        "Advisors",
        (
            ADVISOR,
            VISITS,
            col("internal_n", "回访", "Calls", "integer", **INSIDE),
            col("coverage", "覆盖率", "Coverage", "percent", digits=0, **INSIDE),
            *(col(q, *CODES["question"][q], "number", **INSIDE) for q in QUESTIONS),
            col("external_n", "样本", "Sample", "integer", **OUTSIDE),
            *(col(item, *CODES["mot_item"][item], "number", **OUTSIDE) for item in MOT_ITEMS),
            col("mot", "MOT", "MOT", "number", **OUTSIDE),
            hidden("delighted", "特别满意", "Delighted", "integer", **INSIDE),
            hidden("disappointed", "一般以下", "Disappointed", "integer", **INSIDE),
        ),
        key="advisor",
        explained="coverage",
        unit="rate",
        formula_zh="该顾问工单的有效回访 ÷ 本月工单（工单可属上月）",
        formula_en="valid calls on the advisor's orders ÷ orders of the month",
        slide="14",
    ),
    ReportTable(
        "css.themes",
        "建议主题",
        "Suggestions by theme",
        (
            col("theme", "主题", "Theme"),
            COUNT,
            SHARE,
            col("disappointed", "其中失望顾客", "Of the disappointed", "integer"),
            hidden("calls", "回访编号", "Calls"),
        ),
    ),
    ReportTable(
        "css.advisor_rates",
        "服务顾问的失望率",
        "Disappointment by advisor",
        (
            ADVISOR,
            VISITS,
            col("valid", "有效回访", "Valid calls", "integer"),
            col("coverage", "覆盖率", "Coverage", "percent", digits=0),
            col("disappointed", "失望顾客", "Disappointed", "integer", bar=True),
            col("rate", "失望率", "Rate", "percent"),
            *WILSON,
            hidden("outside", "超出界限", "Outside limits"),
        ),
    ),
    ReportTable(
        "css.questionnaire",
        "问卷",
        "Questionnaire",
        (
            col("topic", "主题", "Topic"),
            col("text", "问题", "Wording"),
            col("question", "题号", "Number"),
        ),
    ),
    ReportTable(
        "css.results",
        "回访结果",
        "Survey calls",
        (
            col("result", "类别", "Category", "code", codes="call_result"),
            col("previous", "上月", "Last month", "integer"),
            col("current", "本月", "This month", "integer", bar=True),
            SHARE,
        ),
    ),
    ReportTable(
        "css.bases",
        "两种基数的比率",
        "Rates on both bases",
        (
            col("kind", "客户", "Customers"),
            col("count", "人数", "Count", "integer"),
            col("calls", "占回访总数", "Of all calls", "percent"),
            col("valid", "占有效回访", "Of valid calls", "percent"),
        ),
    ),
    ReportTable(
        "css.lowest",
        "最低项与服务顾问",
        "Lowest item by advisor",
        (
            ADVISOR,
            col("score", "外访得分", "External score", "number"),
            col("external_n", "外访样本", "External sample", "integer"),
            col("orders", "接车台次", "Visits", "integer", bar=True),
            col("internal_n", "有效回访", "Valid calls", "integer"),
            col("disappointed", "失望顾客", "Disappointed", "integer", bar=True),
        ),
    ),
    ReportTable(
        "css.suggestions",
        "客户建议",
        "Suggestions",
        (
            col("call_id", "回访编号", "Call"),
            col("called_at", "回访时间", "Called", "datetime"),
            col("order_id", "工单号", "Order"),
            col("q1", "问题一", "Q1", "integer"),
            col("suggestion", "建议", "Suggestion"),
        ),
    ),
)


def questionnaire(asked: questions.Questionnaire, **words: Any) -> Exhibit:
    """The questions of the survey with their topics (slide 10)."""
    lang = words["lang"]
    topics = questions.topics(asked, lang)
    frame = pd.DataFrame(
        [[topics[q], text.get(lang) or text["zh"], label("question", q, lang)] for q, text in asked.items()],
        columns=["topic", "text", "question"],
    )
    return table(
        frame,
        RECORDS["css.questionnaire"].on_page,
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
    columns = sorted(RECORDS["css.bases"].on_page, key=lambda column: column.key == leads)
    return table(frame, columns, id="css.bases", **words)


_OWN = ("orders", "internal_n", "coverage", "disappointed")  # what the store's records say of an advisor


def advisor_table(
    frame: pd.DataFrame,
    strangers: Sequence[str] = (),
    questionnaire: questions.Questionnaire | None = None,
    **words: Any,
) -> Exhibit:
    """Advisors compared, external scores marked as such (slide 14); few calls or visits: no mean, no rate.

    Of `strangers` nothing but the agency's score is known.
    """
    few = frame["internal_n"].isna() | (frame["internal_n"].astype(float) < FEW)
    frame = frame.astype(object)
    frame.loc[few, list(QUESTIONS)] = None
    frame.loc[frame["orders"] < FEW, "coverage"] = None
    frame = _without_own(frame, strangers)
    record = RECORDS["css.advisors"]
    shown, sheet = filled(frame, record.on_page), record.label(words["lang"])
    shown = _with_topics(shown, questionnaire, words["lang"])
    return table(frame, shown, id="css.advisors", wide=True, sheet=sheet, glued=True, **words)


def _with_topics(
    columns: Sequence[Column], questionnaire: questions.Questionnaire | None, lang: str
) -> list[Column]:
    """Columns of questions headed by their topics."""
    topics = questions.topics(questionnaire, lang)
    return [replace(c, zh=topics[c.key], en=topics[c.key]) if c.key in topics else c for c in columns]


def lowest_table(frame: pd.DataFrame, strangers: Sequence[str] = (), **words: Any) -> Exhibit:
    """The store's lowest MOT item by advisor (slide 13); of `strangers` the agency's score alone."""
    frame = _without_own(frame, strangers)
    record = RECORDS["css.lowest"]
    shown, sheet = filled(frame, record.on_page), record.label(words["lang"])
    return table(frame, shown, id="css.lowest", sheet=sheet, **words)


def _without_own(frame: pd.DataFrame, strangers: Sequence[str]) -> pd.DataFrame:
    """A zero is a count of the records, and these do not know the strangers."""
    if not strangers or frame.empty:
        return frame
    out = frame.astype(object)
    out.loc[frame["advisor"].isin(strangers), [c for c in _OWN if c in out]] = None
    return out


def grid(
    frame: pd.DataFrame,
    lang: str = "zh",
    least: int = 10,
    questionnaire: questions.Questionnaire | None = None,
) -> pd.DataFrame:
    """Advisors' question scores as a grid; cells with too few answers are blank."""
    topics = questions.topics(questionnaire, lang)
    known = frame.assign(
        current=frame["current"].where(frame["n"] >= least),
        name=[topics[q] for q in frame["question"]],
    )
    if known.empty:
        return pd.DataFrame()
    order = list(dict.fromkeys(known["name"]))
    wide = known.pivot(index="advisor", columns="name", values="current").astype(float)[order]
    return wide.dropna(how="all").rename_axis(columns=None)


def suggestion_table(frame: pd.DataFrame, most: int = 40, **words: Any) -> Exhibit:
    """What customers suggested, the disappointed first; a long list is cut and says so."""
    record = RECORDS["css.suggestions"]
    return table(
        frame,
        record.on_page,
        id="css.suggestions",
        most=most,
        sheet=record.label(words["lang"]),
        glued=True,
        nothing=("本月的有效回访里没有客户建议。", "The valid calls of the month hold no suggestion."),
        **words,
    )

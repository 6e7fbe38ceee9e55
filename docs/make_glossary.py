"""Writes glossary.md and zh/glossary.md from the catalogue of figures; a test holds them together."""

from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pandas as pd

from aftersales import demo
from aftersales.contract import params
from aftersales.contract.figures import FIGURES, LEFT_OUT, UNITS, Figure
from aftersales.contract.schema import MOT_ITEMS, TABLES, label
from aftersales.contract.statistics import FEW
from aftersales.contract.tables import Tables
from aftersales.explanation.lookup import ROW_SETS

WORDS = [
    ("visit", "进厂台次", "a repair order, by the time it was opened"),
    ("job", "派工", "one piece of work of a technician; an order has one or more"),
    ("advisor", "服务顾问", "who receives the customer"),
    ("MOT item", "MOT项", "one of ten weighted items of the car maker's survey"),
    ("mystery visit (PT)", "神秘访客", "an agency's tester; one visit is an anecdote"),
    ("grievance", "不满意原因", "a cause of dissatisfaction named in the telephone survey"),
    ("complaint", "投诉", "what demands a result, and stands in the register"),
    ("archive", "档案客户", "all customers ever created, cumulative"),
    ("base", "基盘客户", "vehicles with a visit in the trailing 12 months"),
    ("cohort", "当月来站车辆", "vehicles with a visit in the month six months ago"),
    ("lost", "流失", "vehicles of the cohort that did not come back"),
    ("usable VIN", "可用的VIN", "six characters or more and not all zeros: any other names no vehicle"),
    ("link", "表间关联", "the column by which rows of a table name those of another; poor below 80% found"),
    ("day", "只记到日", "a date without a time of day: it takes part in no figure of hours"),
    ("group", "集团", "all stores of a run; its rate is the ratio of the stores' sums"),
    ("named", "点名", "a store that chance among all stores and rates does not explain"),
    ("spread", "门店之间的差别", "how much stores' rates differ beyond chance: funnels are widened by it"),
    ("action", "改善措施", "a measure with owner and due date"),
    ("TOP5", "TOP5", "the five things a department works on next month"),
    ("slides", "幻灯片", "the report as `report.pptx`; the deck is what it replaces, made by hand"),
    ("reconciliation", "勾稽校验", "reported values held against computed ones"),
    (
        "verdict",
        "结论",
        (
            "consistent: equal once rounded; rounding: "
            "equal if the inputs' own rounding is allowed for; else inconsistent"
        ),
    ),
    (
        "suspicion",
        "可疑",
        (
            "a pattern that tells of a slip though no number contradicts another: "
            "columns alike, scales or months mixed"
        ),
    ),
]


CHAPTERS = {
    "review": ("上月措施", "Last month's measures"),
    "oem": ("厂家满意度与神秘访客", "The car maker's scores and the mystery visit"),
    "css": ("电话回访", "The telephone survey"),
    "complaints": ("不满意与投诉", "Dissatisfaction and complaints"),
    "ftf": ("一次维修与返修", "First-time fix and returns"),
    "delivery": ("交车", "Delivery"),
    "booking": ("预约", "Bookings"),
    "churn": ("档案、基盘与流失", "Archive, base and churn"),
    "volume": ("台次与车辆", "Volume"),
}

HEAD = {
    "zh": """# 词汇表

[English](../glossary.md)

一个东西只有一个叫法。比率是分数之比，从不是比率的平均。

| 词 | 英文 | 含义（英文） |
| --- | --- | --- |
""",
    "en": """# Glossary

[中文](zh/glossary.md)

One word a thing. Rates are fractions; a rate is a ratio of sums, never a mean of rates.

| word | Chinese | meaning |
| --- | --- | --- |
""",
}
FIGURES_HEAD = {
    "zh": """
## 指标

每个指标的公式、来自哪些表，以及限制：哪些行看着像却不算在内，哪些参数会改变它，案例少于多少就不下结论。
背后的行用 `explain("ftf.rate")` 查看。
""",
    "en": """
## Figures

Each with its formula, the tables it comes from, and its limits: which rows look as if they belonged and
do not, which params bear on it, on how few cases it is not judged. `explain("ftf.rate")` shows the rows
behind it.
""",
}


def text(lang: str = "en", tables: Tables | None = None) -> str:
    """The glossary of a language as Markdown; sources are found out with the tables, by default made up."""
    zh = lang == "zh"
    lines = [HEAD[lang].rstrip("\n")]
    lines += [
        f"| {cn} | {en} | {meaning} |" if zh else f"| {en} | {cn} | {meaning} |" for en, cn, meaning in WORDS
    ]
    lines += [FIGURES_HEAD[lang].rstrip("\n")]
    known = sources(tables or Tables(store="示范店", **demo.generate(months=8)))
    for chapter, figures in groupby(FIGURES.values(), lambda f: f.name.partition(".")[0]):
        lines += ["", f"### {CHAPTERS[chapter][0 if zh else 1]}", ""]
        lines += [
            "| 名称 | 指标 | 单位 | 公式 | 来源 | 限制 | 幻灯片 |"
            if zh
            else "| name | figure | unit | formula | from | limits | slide |"
        ]
        lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
        lines += [_row(figure, known[figure.name], lang) for figure in figures]
    title = (
        ["## 十项MOT", "", "| 代码 | 中文 | 英文 |"]
        if zh
        else ["## The ten MOT items", "", "| code | Chinese | English |"]
    )
    lines += ["", *title, "| --- | --- | --- |"]
    lines += [f"| `{i}` | {label('mot_item', i)} | {label('mot_item', i, 'en')} |" for i in MOT_ITEMS]
    return "\n".join(lines) + "\n"


def _row(figure: Figure, tables: list[str], lang: str) -> str:
    zh = lang == "zh"
    names = f"{figure.zh} ({figure.en})" if zh else f"{figure.en} ({figure.zh})"
    unit = UNITS.get(figure.unit, ("个", "count"))[0 if zh else 1]
    found = ("、" if zh else ", ").join(TABLES[name].zh if zh else f"`{name}`" for name in tables)
    limits = ("；" if zh else "; ").join(_limits(figure, lang))
    cells = [f"`{figure.name}`", names, unit, figure.formula(lang), found, limits, figure.slide]
    return f"| {' | '.join(cells)} |"


def _limits(figure: Figure, lang: str) -> list[str]:
    zh, rows = lang == "zh", figure.rows
    told = []
    if rows and rows.left_out:
        reasons = ("、" if zh else ", ").join(LEFT_OUT[name][0 if zh else 1] for name in rows.left_out)
        told.append(f"不算：{reasons}" if zh else f"without: {reasons}")
    if rows and rows.params:
        settings = ("、" if zh else ", ").join(f"`{name.rstrip('.')}`" for name in rows.params)
        told.append(f"参数：{settings}" if zh else f"params: {settings}")
    if figure.base in FIGURES:
        told.append(
            f"`{figure.base}` 少于{FEW}时不下结论"
            if zh
            else f"not judged on fewer than {FEW} of `{figure.base}`"
        )
    return told


def sources(tables: Tables) -> dict[str, list[str]]:
    """The tables without which a figure cannot be known, found out by taking them away one by one."""
    month, settings = pd.Period("2024-04"), params.load()
    found: dict[str, list[str]] = {name: [] for name in FIGURES}
    for chapter, row_sets in ROW_SETS.items():
        whole = replace(tables, used=set())
        complete = row_sets(whole, month, settings)
        for taken in (name for name in TABLES if name in whole.used):
            left = row_sets(replace(tables, **{taken: None}), month, settings)
            for figure in FIGURES.values():
                if figure.name.partition(".")[0] == chapter and figure.rows:
                    rows = [name for name in (figure.rows.counted, figure.rows.of) if name]
                    if any(complete[name] is not None and left[name] is None for name in rows):
                        found[figure.name].append(taken)
    return found


if __name__ == "__main__":
    folder = Path(__file__).parent
    (folder / "glossary.md").write_text(text("en"), encoding="utf-8")
    (folder / "zh" / "glossary.md").write_text(text("zh"), encoding="utf-8")

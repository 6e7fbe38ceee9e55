"""Writes docs/glossary.md from the catalogue of figures; a test holds the two together."""

from pathlib import Path

from aftersales.contract.figures import FIGURES
from aftersales.contract.schema import MOT_ITEMS, label

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


def text() -> str:
    """The glossary as Markdown."""
    lines = [
        "# Glossary",
        "",
        "One word a thing. Rates are fractions; a rate is a ratio of sums, never a mean of rates.",
        "",
    ]
    lines += ["| word | Chinese | meaning |", "| --- | --- | --- |"]
    lines += [f"| {word} | {zh} | {meaning} |" for word, zh, meaning in WORDS]
    lines += [
        "",
        "## Figures",
        "",
        "| name | Chinese | English | unit | formula | slide |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{f.name}` | {f.zh} | {f.en} | {f.unit} | {f.formula_en} | {f.slide} |" for f in FIGURES.values()
    ]
    lines += ["", "## The ten MOT items", "", "| code | Chinese | English |", "| --- | --- | --- |"]
    lines += [f"| `{i}` | {label('mot_item', i)} | {label('mot_item', i, 'en')} |" for i in MOT_ITEMS]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("glossary.md").write_text(text(), encoding="utf-8")

"""What a month's figures show against a department, and the standard measure against it, for its TOP5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES, judged
from aftersales.contract.schema import TABLES, label
from aftersales.contract.statistics import FEW

Proposal = tuple[str, str, str]

# Which department answers for a MOT item, and for a question of the survey.
ITEM_OF = {
    "explain_work": "front",
    "reception_speed": "front",
    "explain_bill": "front",
    "handover_speed": "front",
    "listening": "front",
    "handover_escort": "front",
    "work_quality": "workshop",
    "time_in_shop": "workshop",
    "car_clean": "workshop",
    "lounge": "service",
}
QUESTION_OF = {
    "q1": "service",
    "q2": "front",
    "q3": "workshop",
    "q4": "front",
    "q5": "service",
    "q6": "workshop",
    "q7": "front",
    "q8": "service",
}
CAUSE_OF = {
    "quality": "workshop",
    "time": "workshop",
    "cost": "front",
    "parts": "parts",
    "attitude": "front",
    "warranty": "parts",
    "other": "service",
}
# The tables in which a department's problems show.
TABLES_OF = {
    "front": ("bookings", "oem_css", "survey_calls", "complaints"),
    "workshop": ("jobs", "oem_css", "survey_calls", "complaints"),
    "parts": ("jobs", "grievances", "complaints"),
    "service": ("survey_calls", "churn_calls", "complaints", "customers"),
}
# Standard measures: what is done about it, and the checkpoint that shows whether it was done.
MEASURES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "item": (
        (
            "找出失分环节，修订该环节的作业标准并培训",
            "Find where points are lost, revise that step's standard and train it",
        ),
        ("每周抽查 10 单，对照标准", "Check 10 orders a week against the standard"),
    ),
    "question": (
        (
            "把低分回访逐单反馈到人，班前会讲评",
            "Return each low-scored call to the person, discuss it before the shift",
        ),
        ("每周看该题得分", "Look at the question's score every week"),
    ),
    "cause": (
        (
            "按原因逐单复盘，列出前三类做法并改进",
            "Review the cases one by one and mend the three most frequent patterns",
        ),
        ("每周统计该原因的提及数", "Count the cause's mentions every week"),
    ),
    "rework": (
        ("返修案例技术会诊，对该类故障做专项培训", "Discuss the rework cases and train that kind of fault"),
        ("质检员对该类维修逐单终检", "The inspector checks every repair of that kind"),
    ),
    "complaint": (
        ("投诉逐件复盘，明确责任人和预防办法", "Review every complaint, name who prevents the next one"),
        ("每周通报未关闭的投诉", "Report open complaints every week"),
    ),
    "open": (
        ("未关闭投诉逐件定责任人和期限", "Name an owner and a date for every open complaint"),
        ("每日跟进到关闭", "Follow up daily until closed"),
    ),
    "booking": (
        ("提高主动预约，为预约客户留出专用工位", "Call customers for bookings and keep bays for them"),
        ("每日看预约进厂台次", "Look at booked arrivals every day"),
    ),
    "kept": (
        ("预约前一日电话确认，未到当日改约", "Confirm the day before, rebook no-shows the same day"),
        ("每日统计未进厂预约", "Count no-shows every day"),
    ),
    "survey": (
        ("调整致电时段，改用工单上最新电话", "Call at other hours, use the latest number on the order"),
        ("每日看有效回访率", "Look at the valid rate every day"),
    ),
    "churn": (
        (
            "对到其它站维修的客户专人回访并给出回站理由",
            "One person calls those who went elsewhere with a reason to return",
        ),
        ("每周统计回站台次", "Count returns every week"),
    ),
    "review": (
        ("未完成的措施逐项重定责任人和期限", "Give every unfinished measure an owner and a date again"),
        ("每周例会通报进度", "Report the progress every week"),
    ),
    "missing": (
        ("按月从DMS导出该表，随月报一起交", "Export the table from the DMS every month, with the report"),
        ("月报前检查数据是否齐全", "Check the data before the report is made"),
    ),
    "watch": (
        ("保持现行做法，按周跟踪", "Keep the present practice, follow it weekly"),
        ("每周看该指标", "Look at the figure every week"),
    ),
}


@dataclass(frozen=True)
class Evidence:
    """The evidence of a month, computed once for all departments.

    Attributes
    ----------
    figures, targets
        Of the month, by name; those of the params.
    items, priorities
        The ten MOT items, and their order by weight × gap.
    causes, rework, complaints, questions
        Causes of dissatisfaction, causes of rework, complaints by department, scores of the questions.
    missing
        The tables that are missing from the source.
    """

    figures: Mapping[str, Any]
    targets: Mapping[str, float]
    items: pd.DataFrame
    priorities: pd.DataFrame
    causes: pd.DataFrame
    rework: pd.DataFrame
    complaints: pd.DataFrame
    questions: pd.DataFrame
    missing: frozenset[str]


def proposals(evidence: Evidence, name: str, lang: str, named: set[str]) -> list[Proposal]:
    """What the month's figures show against a department, most important first; then what to keep an eye on.

    Each is the kind of its measure in `MEASURES`, the problem, and the figure behind it. MOT items in
    `named` are in hand already.
    """
    zh = lang == "zh"
    found: list[Proposal] = []
    order = evidence.priorities.to_dict("records")
    items = [row for row in order if ITEM_OF[row["item"]] == name and row["item"] not in named]

    def from_item(row: dict[str, Any], kind: str) -> Proposal:
        item = label("mot_item", row["item"], lang)
        gap = f"{f.number(abs(row['gap']))}"
        side = ("低于" if row["gap"] > 0 else "高于") if zh else ("below" if row["gap"] > 0 else "above")
        numbers = (
            f"{item} {f.number(row['current'])}，{side}基准 {gap} 分，权重 {f.percent(row['weight'], 0)}"
            if zh
            else (
                f"{item} {f.number(row['current'])}, "
                f"{gap} points {side} the benchmark, weight {f.percent(row['weight'], 0)}"
            )
        )
        problem = (
            (f"{item}得分低于基准" if kind == "item" else f"{item}：保持")
            if zh
            else (f"{item}: below the benchmark" if kind == "item" else f"{item}: keep it")
        )
        return kind, problem, numbers

    found += [from_item(row, "item") for row in items if row["gap"] > 0]
    if name == "workshop":
        table = evidence.rework
        for row in table.to_dict("records"):
            cause = label("rework_cause", row["cause"], lang)
            found.append(
                (
                    "rework",
                    f"返修原因：{cause}" if zh else f"Rework: {cause}",
                    f"{row['count']} 台未一次修复{_share_text(row['share'], table['count'], zh)}"
                    if zh
                    else (
                        f"Jobs not fixed first time: {row['count']}"
                        f"{_share_text(row['share'], table['count'], zh)}"
                    ),
                )
            )
    if name == "parts":
        found += _rework_of_parts(evidence.rework, zh)
    causes = evidence.causes
    for row in causes.to_dict("records"):
        if CAUSE_OF.get(row["cause"]) == name:
            cause = label("cause", row["cause"], lang)
            found.append(
                (
                    "cause",
                    f"客户不满：{cause}" if zh else f"Dissatisfied with: {cause.lower()}",
                    f"{row['month']} 次提及{_share_text(row['share'], causes['month'], zh)}"
                    if zh
                    else f"Mentions: {row['month']}{_share_text(row['share'], causes['month'], zh)}",
                )
            )
    by = evidence.complaints.set_index("department")["count"]
    if name in by.index:
        n = int(by[name])
        found.append(
            (
                "complaint",
                f"{label('complaint_department', name, lang)}责任投诉"
                if zh
                else f"Complaints about {label('complaint_department', name, lang).lower()}",
                f"本月 {n} 件" if zh else f"{n} this month",
            )
        )
    if name == "front":
        found += _missed_targets(evidence, {"booking.rate": "booking", "booking.kept_rate": "kept"}, lang)
    if name == "service":
        found += _customer_service(evidence, lang)
    questions = evidence.questions.dropna(subset=["current"])
    for row in questions.sort_values("current", kind="stable").to_dict("records"):
        if QUESTION_OF[row["question"]] == name:
            q = label("question", row["question"], lang)
            found.append(
                (
                    "question",
                    f"{q}得分偏低"
                    if zh and row["current"] < 80
                    else f"{q}：跟踪"
                    if zh
                    else f"{q}: {'low score' if row['current'] < 80 else 'follow it'}",
                    f"{q} {f.number(row['current'])} 分，n = {row['n']}"
                    if zh
                    else f"{q} {f.number(row['current'])}, n = {row['n']}",
                )
            )
    found += _missing_tables(evidence.missing, name, zh)
    return found + [from_item(row, "watch") for row in reversed(items) if row["gap"] <= 0]


def _share_text(share: float, counts: pd.Series, zh: bool) -> str:
    """A share of counts, where there are enough of them."""
    if counts.sum() < FEW:
        return ""
    return f"，占 {f.percent(share)}" if zh else f", {f.percent(share)} of all"


def _missing_tables(missing: frozenset[str], name: str, zh: bool) -> list[Proposal]:
    """Tables missing from the source: without them the department's problems do not show."""
    return [
        (
            "missing",
            f"缺少{TABLES[table].zh}，看不出相关问题"
            if zh
            else f"{TABLES[table].en}: no table, so no problem of it shows",
            f"来源中没有{TABLES[table].zh}（{table}）" if zh else f"The source has no table {table}",
        )
        for table in TABLES_OF[name]
        if table in missing
    ]


def _missed_targets(evidence: Evidence, kinds: Mapping[str, str], lang: str) -> list[Proposal]:
    """Figures that miss their target."""
    out = []
    for figure, kind in kinds.items():
        value, target = judged(evidence.figures, figure), evidence.targets.get(figure)
        if value is None or target is None:
            continue
        what = FIGURES[figure].zh if lang == "zh" else FIGURES[figure].en
        if (value > target) if FIGURES[figure].better == "down" else (value < target):
            out.append(
                (
                    kind,
                    f"{what}未达目标" if lang == "zh" else f"{what}: target missed",
                    (
                        f"{what} {f.figure(value, FIGURES[figure], lang)}，"
                        f"目标 {f.figure(target, FIGURES[figure], lang)}"
                    )
                    if lang == "zh"
                    else (
                        f"{what} {f.figure(value, FIGURES[figure], lang)}, "
                        f"target {f.figure(target, FIGURES[figure], lang)}"
                    ),
                )
            )
    return out


def _rework_of_parts(rework: pd.DataFrame, zh: bool) -> list[Proposal]:
    """Rework after a part was replaced."""
    table = rework.set_index("cause")["count"]
    n, out = int(table.get("parts", 0)), []
    if n:
        out.append(
            (
                "rework",
                "配件更换后返修" if zh else "Rework after a part was replaced",
                f"{n} 台未一次修复" if zh else f"{n} jobs not fixed first time",
            )
        )
    return out


def _customer_service(evidence: Evidence, lang: str) -> list[Proposal]:
    """What falls to customer service: the survey itself, open complaints, churn, measures left undone."""
    zh = lang == "zh"
    out, got = _missed_targets(evidence, {"css.valid_rate": "survey"}, lang), evidence.figures
    if got["complaints.open"]:
        n, total = got["complaints.open"], got["complaints.count"]
        out.append(
            (
                "open",
                "投诉未关闭" if zh else "Open complaints",
                f"{total} 件中 {n} 件未关闭" if zh else f"{n} of {total} are open",
            )
        )
    if got["churn.went_elsewhere"]:
        n, k = got["churn.went_elsewhere"], got["churn.reached"]
        out.append(
            (
                "churn",
                "客户到其它站维修" if zh else "Customers went elsewhere",
                f"已回访 {k} 人中 {n} 人" if zh else f"{n} of {k} who were reached",
            )
        )
    return out + _missed_targets(evidence, {"churn.rate": "churn", "review.completion_rate": "review"}, lang)

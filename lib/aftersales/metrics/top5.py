"""Next month's targets and TOP5 (下月工作目标及TOP5整改方向). Deck slides 30 to 34."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales import formats as f
from aftersales.metrics import bookings, churn, complaints, first_time_fix, internal_css, oem_css, review
from aftersales.metrics.catalogue import FIGURES, judged
from aftersales.schema import TABLES, label
from aftersales.statistics import FEW

if TYPE_CHECKING:
    from aftersales.params import Params
    from aftersales.tables import Tables

COLUMNS = ["rank", "problem", "proposed", "evidence", "measure", "owner", "due", "supervisor", "checkpoint"]
TARGETS = ["figure", "current", "target", "gap", "met", "next_target"]
PRIORITIES = ["item", "weight", "current", "benchmark", "gap", "priority", "mentions"]
LEAST = 5

# Which department answers for a MOT item, and for a question of the survey.
ITEM_OF = {
    "explain_work": "front", "reception_speed": "front", "explain_bill": "front", "handover_speed": "front",
    "listening": "front", "handover_escort": "front", "work_quality": "workshop", "time_in_shop": "workshop",
    "car_clean": "workshop", "lounge": "service",
}  # fmt: skip
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
# The cause of dissatisfaction that a MOT item answers to: ties between items are broken by its mentions.
CAUSE_OF_ITEM = {
    "work_quality": "quality",
    "time_in_shop": "time",
    "explain_bill": "cost",
    "listening": "attitude",
    "reception_speed": "time",
    "handover_speed": "time",
}

# Standard measures: what is done about it, and the checkpoint that shows whether it was done.
_MEASURES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
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
    "lacking": (
        ("按月从DMS导出该表，随月报一起交", "Export the table from the DMS every month, with the report"),
        ("月报前检查数据是否齐全", "Check the data before the report is made"),
    ),
    "watch": (
        ("保持现行做法，按周跟踪", "Keep the present practice, follow it weekly"),
        ("每周看该指标", "Look at the figure every week"),
    ),
}


def priorities(tables: Tables, month: pd.Period, params: Params) -> pd.DataFrame:
    """The ten MOT items by weight × gap to the benchmark (Martilla & James 1977), ties by mentions of their cause.

    The benchmark is the target for the MOT score, or the branch's score where the params set none.
    """
    items = oem_css.items(tables.oem_css, month, params.weights)
    causes = complaints.causes(tables.grievances, tables.survey_calls, month).set_index("cause")["month"]
    rows = []
    for row in items.to_dict("records"):
        benchmark = params.targets.get("oem.mot", row["branch"])
        if (
            row["current"] is None
            or row["current"] != row["current"]
            or benchmark is None
            or benchmark != benchmark
        ):
            continue
        gap = benchmark - row["current"]
        mentions = int(causes.get(CAUSE_OF_ITEM.get(row["item"], ""), 0))
        rows.append(
            [row["item"], row["weight"], row["current"], benchmark, gap, row["weight"] * gap, mentions]
        )
    frame = pd.DataFrame(rows, columns=PRIORITIES)
    return frame.sort_values(["priority", "mentions"], ascending=False, kind="stable").reset_index(drop=True)


def targets(figures: Mapping[str, Any], params: Params) -> pd.DataFrame:
    """Each figure with a target: where it stands, and what is proposed for next month.

    A target that was met is kept. For one that was missed by far, next month's goal is half the way to it.
    A rate of few cases is not held against its target.
    """
    rows = []
    for name, target in params.targets.items():
        if name not in FIGURES:
            continue
        current, better = judged(figures, name), FIGURES[name].better
        if current is None:
            rows.append([name, None, target, None, None, target])
            continue
        gap = current - target
        met = gap <= 0 if better == "down" else gap >= 0
        rows.append([name, current, target, gap, met, target if met else current + (target - current) / 2])
    return pd.DataFrame(rows, columns=TARGETS)


def department(tables: Tables, month: pd.Period, params: Params, name: str, lang: str = "zh") -> pd.DataFrame:
    """A department's TOP5: its actions raised in the month by rank, padded to five with proposals.

    Returns
    -------
    DataFrame
        ``rank``, ``problem``, ``proposed`` (the program proposed it), ``evidence`` (the figure behind it),
        ``measure``, ``owner``, ``due``, ``supervisor``, ``checkpoint``. A proposal names no people and no date.
    """
    rows: list[dict[str, Any]] = []
    named: set[str] = set()
    if tables.actions is not None:
        raised = tables.actions[
            (tables.actions["month"] == str(month)) & (tables.actions["department"] == name)
        ]
        order = raised.assign(_rank=raised["rank"].fillna(1e9)).sort_values(
            ["_rank", "action_id"], kind="stable"
        )
        scores = oem_css.items(tables.oem_css, month, params.weights).set_index("item")
        for action in order.to_dict("records"):
            item = action["mot_item"]
            if isinstance(item, str):
                named.add(item)
            rank = action["rank"]
            if rank is None or rank != rank:  # without a rank it comes after those that have one
                rank = rows[-1]["rank"] + 1 if rows else 1
            rows.append({
                "rank": int(rank),
                "problem": action["problem"], "proposed": False, "evidence": _item_evidence(scores, item, lang),
                **{key: action[key] for key in ("measure", "owner", "due", "supervisor", "checkpoint")},
            })  # fmt: skip
    last = max((row["rank"] for row in rows), default=0)
    wanted = LEAST - len(rows)
    candidates = _proposals(tables, month, params, name, lang, named) if wanted > 0 else []
    for place, (kind, problem, evidence) in enumerate(candidates[:wanted], last + 1):
        measure, checkpoint = (pair[0 if lang == "zh" else 1] for pair in _MEASURES[kind])
        rows.append({"rank": place, "problem": problem, "proposed": True, "evidence": evidence, "measure": measure,
                     "owner": None, "due": None, "supervisor": None, "checkpoint": checkpoint})  # fmt: skip
    while len(rows) < LEAST:
        rank = max((row["rank"] for row in rows), default=0) + 1
        text = (
            "本月数据没有显示更多问题，由部门填写"
            if lang == "zh"
            else "This month's figures show nothing more; for the department to fill in"
        )
        rows.append({"rank": rank, "problem": text, "proposed": True, **dict.fromkeys(COLUMNS[3:])})
    return pd.DataFrame(rows, columns=COLUMNS)


def _item_evidence(scores: pd.DataFrame, item: object, lang: str) -> str | None:
    if not isinstance(item, str) or item not in scores.index or scores.loc[item, "current"] is None:
        return None
    row = scores.loc[item]
    if row["current"] != row["current"]:
        return None
    text = f"{label('mot_item', item, lang)} {f.number(row['current'])}"
    if row["change"] is not None and row["change"] == row["change"]:
        change = f.change(row["change"], 1, lang)
        text += f"，较上月{change}" if lang == "zh" else f", {change} on last month"
    return text


Proposal = tuple[str, str, str]


def _proposals(
    tables: Tables, month: pd.Period, params: Params, name: str, lang: str, named: set[str]
) -> list[Proposal]:
    """What the month's figures show against a department, most important first; then what to keep an eye on."""
    zh = lang == "zh"
    found: list[Proposal] = []
    order = priorities(tables, month, params)
    items = [
        row for row in order.to_dict("records") if ITEM_OF[row["item"]] == name and row["item"] not in named
    ]

    def of_item(row: dict[str, Any], kind: str) -> Proposal:
        item = label("mot_item", row["item"], lang)
        gap = f"{f.number(abs(row['gap']))}"
        side = ("低于" if row["gap"] > 0 else "高于") if zh else ("below" if row["gap"] > 0 else "above")
        evidence = (
            f"{item} {f.number(row['current'])}，{side}基准 {gap} 分，权重 {f.percent(row['weight'], 0)}"
            if zh
            else f"{item} {f.number(row['current'])}, {gap} points {side} the benchmark, weight {f.percent(row['weight'], 0)}"
        )
        problem = (
            (f"{item}得分低于基准" if kind == "item" else f"{item}：保持")
            if zh
            else (f"{item}: below the benchmark" if kind == "item" else f"{item}: keep it")
        )
        return kind, problem, evidence

    found += [of_item(row, "item") for row in items if row["gap"] > 0]
    if name == "workshop":
        table = first_time_fix.causes(tables.jobs, month)
        for row in table.to_dict("records"):
            cause = label("rework_cause", row["cause"], lang)
            found.append(("rework", f"返修原因：{cause}" if zh else f"Rework: {cause}",
                          f"{row['count']} 台未一次修复{_share(row['share'], table['count'], zh)}" if zh else f"Jobs not fixed first time: {row['count']}{_share(row['share'], table['count'], zh)}"))  # fmt: skip
    if name == "parts":
        found += _parts(tables, month, zh)
    causes = complaints.causes(tables.grievances, tables.survey_calls, month)
    for row in causes.to_dict("records"):
        if CAUSE_OF.get(row["cause"]) == name:
            cause = label("cause", row["cause"], lang)
            found.append(("cause", f"客户不满：{cause}" if zh else f"Dissatisfied with: {cause.lower()}",
                          f"{row['month']} 次提及{_share(row['share'], causes['month'], zh)}" if zh else f"Mentions: {row['month']}{_share(row['share'], causes['month'], zh)}"))  # fmt: skip
    by = complaints.departments(tables.complaints, month).set_index("department")["count"]
    if name in by.index:
        n = int(by[name])
        found.append(("complaint", f"{label('complaint_department', name, lang)}责任投诉" if zh else f"Complaints about {label('complaint_department', name, lang).lower()}",
                      f"本月 {n} 件" if zh else f"{n} this month"))  # fmt: skip
    if name == "front":
        found += _missed(
            bookings.figures(tables.bookings, tables.repair_orders, month),
            params,
            {"booking.rate": "booking", "booking.kept_rate": "kept"},
            lang,
        )
    if name == "service":
        found += _service(tables, month, params, lang)
    questions = internal_css.questions(tables.survey_calls, month).dropna(subset=["current"])
    for row in questions.sort_values("current", kind="stable").to_dict("records"):
        if QUESTION_OF[row["question"]] == name:
            q = label("question", row["question"], lang)
            found.append(("question", f"{q}得分偏低" if zh and row["current"] < 80 else f"{q}：跟踪" if zh else f"{q}: {'low score' if row['current'] < 80 else 'follow it'}",
                          f"{q} {f.number(row['current'])} 分，n = {row['n']}" if zh else f"{q} {f.number(row['current'])}, n = {row['n']}"))  # fmt: skip
    found += _lacking(tables, name, zh)
    return found + [of_item(row, "watch") for row in reversed(items) if row["gap"] <= 0]


def _share(share: float, counts: pd.Series, zh: bool) -> str:
    """A share of counts, where there are enough of them."""
    if counts.sum() < FEW:
        return ""
    return f"，占 {f.percent(share)}" if zh else f", {f.percent(share)} of all"


def _lacking(tables: Tables, name: str, zh: bool) -> list[Proposal]:
    """Tables that the source lacks: without them the department's problems do not show."""
    return [
        (
            "lacking",
            f"缺少{TABLES[table].zh}，看不出相关问题" if zh else f"{TABLES[table].en}: no table, so no problem of it shows",
            f"来源中没有{TABLES[table].zh}（{table}）" if zh else f"The source has no table {table}",
        )
        for table in TABLES_OF[name]
        if tables[table] is None
    ]  # fmt: skip


def _missed(
    figures: Mapping[str, Any], params: Params, kinds: Mapping[str, str], lang: str
) -> list[Proposal]:
    """Figures that miss their target."""
    out = []
    for figure, kind in kinds.items():
        value, target = judged(figures, figure), params.targets.get(figure)
        if value is None or target is None:
            continue
        what = FIGURES[figure].zh if lang == "zh" else FIGURES[figure].en
        if (value > target) if FIGURES[figure].better == "down" else (value < target):
            out.append((kind, f"{what}未达目标" if lang == "zh" else f"{what}: target missed",
                        f"{what} {f.figure(value, FIGURES[figure], lang)}，目标 {f.figure(target, FIGURES[figure], lang)}" if lang == "zh" else f"{what} {f.figure(value, FIGURES[figure], lang)}, target {f.figure(target, FIGURES[figure], lang)}"))  # fmt: skip
    return out


def _parts(tables: Tables, month: pd.Period, zh: bool) -> list[Proposal]:
    """What the shop's register and the complaints say of parts."""
    table = first_time_fix.causes(tables.jobs, month).set_index("cause")["count"]
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


def _service(tables: Tables, month: pd.Period, params: Params, lang: str) -> list[Proposal]:
    """What falls to customer service: the survey itself, open complaints, churn, measures left undone."""
    zh = lang == "zh"
    out = _missed(
        internal_css.figures(tables.survey_calls, month), params, {"css.valid_rate": "survey"}, lang
    )
    got = complaints.figures(tables.complaints, tables.repair_orders, None, None, month)
    if got["complaints.open"]:
        n, total = got["complaints.open"], got["complaints.count"]
        out.append(
            (
                "open",
                "投诉未关闭" if zh else "Open complaints",
                f"{total} 件中 {n} 件未关闭" if zh else f"{n} of {total} are open",
            )
        )
    lost = churn.figures(
        tables.repair_orders,
        tables.customers,
        tables.churn_calls,
        month,
        params.base_months,
        params.churn_months,
    )
    if lost["churn.went_elsewhere"]:
        n, k = lost["churn.went_elsewhere"], lost["churn.reached"]
        out.append(
            (
                "churn",
                "客户到其它站维修" if zh else "Customers went elsewhere",
                f"已回访 {k} 人中 {n} 人" if zh else f"{n} of {k} who were reached",
            )
        )
    out += _missed(lost, params, {"churn.rate": "churn"}, lang)
    done = review.figures(tables.actions, month)
    return out + _missed(done, params, {"review.completion_rate": "review"}, lang)

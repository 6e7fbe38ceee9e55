"""The tables, lists and cards of the seven chapters and the summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from aftersales import exhibit, formats
from aftersales.exhibit import Exhibit
from aftersales.metrics.catalogue import FIGURES, judged
from aftersales.schema import CODES, MOT_ITEMS, QUESTIONS, REWORK_CAUSES, label
from aftersales.show.columns import Column, col, status, table, told
from aftersales.statistics import FEW

_NO_SCORES = ("没有厂家CSS得分。", "There is no score of the car maker.")


def finding(sentence: str, lang: str = "zh", role: str = "finding") -> Exhibit:
    """A finding in words."""
    return exhibit.text(sentence, lang=lang, role=role)


def action_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Last month's measures with owner, due date, evidence and status (slide 4)."""
    columns = [
        col("rank", "序", "No.", "integer"), col("department", "部门", "Department", "code", codes="action_department"),
        col("problem", "存在问题", "Problem"), col("measure", "改善措施", "Measure"), col("owner", "责任人", "Owner"),
        col("due", "完成时间", "Due", "date"), col("supervisor", "监督人", "Supervisor"),
        col("status", "完成情况", "Status"), col("evidence", "证据", "Evidence"),
    ]  # fmt: skip
    lang = words["lang"]
    tones = {"done": "better", "in_progress": "", "not_started": "muted"}
    states, tone = [], {}
    for r, row in enumerate(frame.to_dict("records")):
        late = None if formats.missing(row["days_late"]) else formats.count(row["days_late"])
        words_late = f"，逾期{late}天" if lang == "zh" else f", {late} days late"
        states.append(status(row["status"], "action_status", lang) + (words_late if late else ""))
        tone[f"{r},7"] = "worse" if late else tones[row["status"]]
    tone = {k: v for k, v in tone.items() if v}
    return table(frame.assign(status=states), columns, id="review.actions", wide=True, tone=tone,
                 nothing=("没有上月提出的措施。", "There is no record of measures raised last month."), **words)  # fmt: skip


def mot_effect(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """MOT items that measures name: completion and effect (slide 5)."""
    columns = [
        col("item", "改善项目", "MOT item", "code", codes="mot_item"), col("actions", "行动计划", "Measures", "integer"),
        col("done", "已完成", "Done", "integer"), col("completion_rate", "完成率", "Completed", "percent", digits=0),
        col("previous", "上月得分", "Last month", "number"), col("current", "本月得分", "This month", "number"),
        col("change", "效果", "Effect", "change"),
    ]  # fmt: skip
    return table(
        frame,
        columns,
        id="review.mot",
        nothing=("没有对应到MOT项的上月措施。", "There is no measure of last month that names a MOT item."),
        **words,
    )


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
    columns = [
        col("name", "项目", "Item"), col("weight", "权重", "Weight", "percent", digits=0),
        col("previous", "上月", "Last month", "number"), col("current", "本月", "This month", "number"),
        col("change", "变化", "Change", "change"), col("contribution", "对MOT的贡献", "Adds to MOT", "change", digits=2),
        col("branch", "分中心", "Branch", "number"), col("national", "全国", "Nation", "number"),
    ]  # fmt: skip
    tone = {f"{r},4": "worse" for r, v in enumerate(frame["change"]) if not formats.missing(v) and v < -1e-9}
    return table(frame, columns, id="oem.css", emphasis=[len(items), len(items) + 1], tone=tone, **words)


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


def rate_table(frame: pd.DataFrame, key: str, codes: str, **words: Any) -> Exhibit:
    """Counts and shares by code, with last month where the frame has it."""
    lang = words["lang"]
    columns = [col(key, "类别", "Category", "code", codes=codes)]
    if "previous" in frame:
        columns.append(col("previous", "上月", "Last month", "integer"))
    count = "current" if "current" in frame else "count"
    columns += [
        col(
            count,
            "本月" if "previous" in frame else "数量",
            "This month" if "previous" in frame else "Count",
            "integer",
            bar=True,
        ),
        col("share", "占比", "Share", "percent"),
    ]
    del lang
    if frame[count].sum() < FEW:
        frame = frame.assign(share=None)
    return table(frame, columns, **words)


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


def cause_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Causes by week and for the month (slide 17)."""
    weeks = (
        ("w1", "第一周", "Week 1"),
        ("w2", "第二周", "Week 2"),
        ("w3", "第三周", "Week 3"),
        ("w4", "第四周", "Week 4"),
    )
    columns = [
        col("cause", "原因", "Cause", "code", codes="cause"), *(col(*week, "integer") for week in weeks),
        col("month", "全月", "Month", "integer", bar=True), col("share", "占提及", "Of mentions", "percent"),
        col("share_customers", "占不满意客户", "Of customers", "percent"),
    ]  # fmt: skip
    if frame["month"].sum() < FEW:
        frame = frame.assign(share=None, share_customers=None)
    return table(
        frame,
        columns,
        id="complaints.causes",
        nothing=("没有本月不满意原因的记录。", "There is no record of causes of dissatisfaction this month."),
        **words,
    )


def complaint_register(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """The month's complaints with their handling and causes (slide 18)."""
    columns = [
        col("complaint_id", "投诉编号", "Complaint"), col("received_at", "受理", "Received", "datetime"),
        col("level", "级别", "Level", "code", codes="level"), col("category", "类别", "Category", "code", codes="cause"),
        col("department", "责任部门", "Department", "code", codes="complaint_department"), col("description", "投诉内容", "Complaint text"),
        col("root_cause", "成因", "Root cause"), col("handling", "处理措施", "Handling"),
        col("status", "状态", "Status"),
        col("hours_to_contact", "首次联系", "Contact", "number", unit_zh="小时", unit_en="h"), col("hours_to_close", "关闭", "Closed", "number", unit_zh="小时", unit_en="h"),
    ]  # fmt: skip
    late_word = {"zh": "，超时", "en": ", late"}[words["lang"]]
    states = [
        status(state, "complaint_status", words["lang"]) + (late_word if late else "")
        for state, late in zip(frame["status"], frame["overdue"], strict=True)
    ]
    tone = {f"{r},8": "worse" for r, late in enumerate(frame["overdue"]) if late}
    return table(
        frame.assign(status=states),
        columns,
        id="complaints.register",
        wide=True,
        tone=tone,
        nothing=("没有本月受理投诉的记录。", "There is no record of complaints this month."),
        **words,
    )


def technician_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Technicians by cause, with rate and interval (slide 21); of few jobs no rate."""
    shown = frame.assign(
        interval=[
            f"{formats.percent(a, 1, False)}–{formats.percent(b, 1, False)}"
            for a, b in zip(frame["low"], frame["high"], strict=True)
        ]
    ).astype(object)
    shown.loc[shown["jobs"] < FEW, ["rate", "interval"]] = None
    columns = [
        col("technician", "维修技师", "Technician"), col("jobs", "维修台次", "Jobs", "integer"), col("not_fixed", "未一次修复", "Not fixed", "integer", bar=True),
        *(col(c, *CODES["rework_cause"][c], "integer") for c in REWORK_CAUSES),
        col("rate", "一次维修合格率", "First-time fix", "percent", digits=2), col("interval", "95%区间", "95% interval", unit_zh="%", unit_en="%"),
        col("pooled_rate", "近三月", "Three months", "percent", digits=2),
    ]  # fmt: skip
    return table(
        shown,
        columns,
        id="ftf.technicians",
        nothing=("没有本月完工派工的记录。", "There is no record of jobs finished this month."),
        **words,
    )


def measures(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """The action table of bookings (slide 25)."""
    columns = [
        col("problem", "目前的问题", "Problem"), col("root_cause", "要因分析", "Root cause"), col("measure", "改善措施", "Measure"),
        col("resource", "所需资源", "Resources"), col("owner", "责任人", "Owner"), col("supervisor", "监督人", "Supervisor"), col("due", "完成日期", "Due", "date"),
    ]  # fmt: skip
    return table(
        frame,
        columns,
        nothing=("没有本月预约措施的记录。", "There is no record of measures for bookings this month."),
        **words,
    )


def target_table(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Figures with targets: now, target, and what is proposed for next month."""
    lang = words["lang"]
    rows = []
    for row in frame.to_dict("records"):
        figure = FIGURES[row["figure"]]
        met = row["met"]
        state = (
            formats.NONE
            if formats.missing(met)
            else (("✓ 达标", "✓ met") if met else ("✗ 未达", "✗ missed"))[0 if lang == "zh" else 1]
        )
        rows.append(
            [
                figure.zh if lang == "zh" else figure.en,
                *(formats.figure(row[k], figure, lang) for k in ("current", "target")),
                state,
                formats.figure(row["next_target"], figure, lang),
            ]
        )
    keys = ["figure", "current", "target", "met", "next_target"]
    columns = [
        col("figure", "指标", "Figure"),
        *(
            col(k, zh, en)
            for k, zh, en in (
                ("current", "本月实绩", "This month"),
                ("target", "目标", "Target"),
                ("met", "达成", "Met"),
                ("next_target", "下月建议目标", "Proposed for next month"),
            )
        ),
    ]
    made = table(pd.DataFrame(rows, columns=keys), columns, id="top5.targets", **words)
    for column in made.payload.get("columns", [])[1:]:
        if column["key"] != "met":
            column["align"] = "right"
    return made


def top5_table(frame: pd.DataFrame, department: str, **words: Any) -> Exhibit:
    """A department's TOP5 (slides 30–33); what the program proposes is marked as such."""
    lang = words["lang"]
    mark = "【建议】" if lang == "zh" else "[proposal] "
    shown = frame.assign(
        problem=[
            f"{mark}{p}" if proposed else p
            for p, proposed in zip(frame["problem"], frame["proposed"], strict=True)
        ]
    )
    columns: list[Column] = [
        col("rank", "序", "No.", "integer"), col("problem", "存在问题", "Problem"), col("evidence", "数据依据", "Evidence"),
        col("measure", "改善措施", "Measure"), col("owner", "责任人", "Owner"), col("due", "完成时间", "Due", "date"),
        col("supervisor", "监督人", "Supervisor"), col("checkpoint", "过程控制节点", "Checkpoint"),
    ]  # fmt: skip
    tone = {f"{r},1": "muted" for r, proposed in enumerate(frame["proposed"]) if proposed}
    return table(shown, columns, id=f"top5.{department}", role="top5", wide=True, tone=tone, **words)


def note_list(notes: Iterable[str], **words: Any) -> Exhibit:
    """The report's own remarks on the data."""
    lang = words["lang"]
    items = [{"text": n} for n in notes]
    if not items:
        return exhibit.empty(
            "数据没有需要说明之处。" if lang == "zh" else "There is nothing to remark on the data.",
            id="notes",
            lang=lang,
        )
    return exhibit.list_(items, id="notes", title=words.get("title", ""), lang=lang, role="note")


def definitions(figures: Mapping[str, Any], **words: Any) -> Exhibit:
    """What each figure means (口径), with its value."""
    lang = words["lang"]
    rows = [
        [
            f.zh if lang == "zh" else f.en,
            formats.figure(figures.get(name), f, lang),
            f.formula_zh if lang == "zh" else f.formula_en,
            f.slide,
        ]
        for name, f in FIGURES.items()
    ]
    columns = [
        col("figure", "指标", "Figure"),
        col("value", "本月", "This month"),
        col("formula", "口径", "Definition"),
        col("slide", "原报告页", "Slide"),
    ]
    made = table(
        pd.DataFrame(rows, columns=["figure", "value", "formula", "slide"]),
        columns,
        id="definitions",
        **words,
    )
    made.payload["columns"][1]["align"] = "right"
    return made


def key_figures(cards: Iterable[Mapping[str, Any]], title: str, lang: str = "zh") -> Exhibit:
    """The key figures of the summary."""
    return exhibit.cards(cards, id="summary.cards", title=title, lang=lang)


def decisions(items: Iterable[Mapping[str, Any]], role: str, title: str, lang: str = "zh") -> Exhibit:
    """What got better, what got worse, what needs a decision."""
    items = list(items)
    if not items:
        items = [{"text": "无" if lang == "zh" else "Nothing"}]
    return exhibit.list_(items, id=f"summary.{role}", title=title, lang=lang, role=role)


def section_name(section: str, weight: float, lang: str = "zh") -> str:
    """A section of the mystery visit with its weight, for an axis."""
    name = label("section", section, lang)
    return f"{name}（权重{weight:.0%}）" if lang == "zh" else f"{name} ({weight:.0%})"


def missed_items(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """Items of the mystery visit without full points."""
    columns = [
        col("section", "环节", "Section", "code", codes="section"), col("item", "检查项", "Item"),
        col("points", "得分", "Points", "number"), col("max_points", "满分", "Full", "number"), col("note", "备注", "Note"),
    ]  # fmt: skip
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


def hours_by_level(register: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """Complaints as points: level, hours to close or so far, whether still open; the gravest level first."""
    hours = register["hours_to_close"].astype(float).fillna(register["age_hours"].astype(float))
    frame = pd.DataFrame(
        {"level": register["level"].fillna("normal"), "hours": hours, "open": register["status"] == "open"}
    )
    order = {code: n for n, code in enumerate(reversed(CODES["level"]))}
    frame = frame.assign(_order=frame["level"].map(order)).sort_values("_order", kind="stable")
    return frame.assign(label=[label("level", v, lang) for v in frame["level"]])[["label", "hours", "open"]]


def cohorts(frame: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """The cohorts' retention as a grid: a row a month, a column a number of months later."""
    if frame.empty:
        return pd.DataFrame()
    wide = frame.pivot(index="cohort_month", columns="months_later", values="rate").astype(float)
    wide.columns = [f"{n}月" if lang == "zh" else f"{n}" for n in wide.columns]
    return wide.dropna(how="all").dropna(how="all", axis="columns")


def closing(items: Iterable[Mapping[str, Any]], lang: str = "zh") -> Exhibit:
    """The closing summary."""
    return exhibit.list_(
        items, id="top5.closing", title="下月要点" if lang == "zh" else "For next month", lang=lang
    )

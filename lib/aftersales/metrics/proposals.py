"""What a department is proposed to do next month, for its TOP5: each from a finding, none to fill up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aftersales.contract import formats as f
from aftersales.contract.language import say
from aftersales.signals import Finding, sentences
from aftersales.signals.finding import asks

# Where a finding of a department outside the TOP5 goes.
ANSWERS = {"booking": "front"}
UNITS = {
    "mot_points": ("MOT分", "MOT points"),
    "customers": ("位客户", "customers"),
    "cny": ("元", "CNY"),
    "cases": ("例", "cases"),  # of the base of a figure of one's own, whatever that counts
}
# Standard measures by what was found: what is done about it, and the checkpoint that shows whether it was.
MEASURES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "item": (
        (
            "找出失分环节，修订该环节的作业标准并培训",
            "Find where points are lost, revise that step's standard and train it",
        ),
        ("每周抽查 10 单，对照标准", "Check 10 orders a week against the standard"),
    ),
    "complaints.causes": (
        (
            "按原因逐单复盘，列出前三类做法并改进",
            "Review the cases one by one and mend the three most frequent patterns",
        ),
        ("每周统计该原因的提及数", "Count the cause's mentions every week"),
    ),
    "coding": (
        ("核对该几周的登记，统一原因口径", "Check those weeks' entries and agree how causes are coded"),
        ("每周抽查 20 条原因登记", "Check 20 coded causes a week"),
    ),
    "ftf.rate": (
        ("返修案例技术会诊，对该类故障做专项培训", "Discuss the rework cases and train that kind of fault"),
        ("质检员对该类维修逐单终检", "The inspector checks every repair of that kind"),
    ),
    "ftf.return_rate": (
        ("返厂车逐车会诊，查明是否同一故障", "Discuss every car that came back: was it the same fault?"),
        ("每周核对30天内返厂名单", "Check the list of returns within 30 days every week"),
    ),
    "ftf.returned": (
        ("红线车逐车查明是否同一故障并回访客户", "Red-line cars: find the fault of each, call each customer"),
        ("每日看10天内返厂名单", "Look at the list of returns within 10 days every day"),
    ),
    "delivery.rate": (
        (
            "按预计时间排产，晚交提前30分钟通知客户",
            "Plan by the promise; tell the customer 30 minutes before a delay",
        ),
        ("每日统计晚交工单", "Count late orders every day"),
    ),
    "complaints.per_1000_visits": (
        ("投诉逐件复盘，明确责任人和预防办法", "Review every complaint, name who prevents the next one"),
        ("每周通报未关闭的投诉", "Report open complaints every week"),
    ),
    "complaints.open": (
        ("未关闭投诉逐件定责任人和期限", "Name an owner and a date for every open complaint"),
        ("每日跟进到关闭", "Follow up daily until closed"),
    ),
    "booking.rate": (
        ("提高主动预约，为预约客户留出专用工位", "Call customers for bookings and keep bays for them"),
        ("每日看预约进厂台次", "Look at booked arrivals every day"),
    ),
    "booking.kept_rate": (
        ("预约前一日电话确认，未到当日改约", "Confirm the day before, rebook no-shows the same day"),
        ("每日统计未进厂预约", "Count no-shows every day"),
    ),
    "css.valid_rate": (
        ("调整致电时段，改用工单上最新电话", "Call at other hours, use the latest number on the order"),
        ("每日看有效回访率", "Look at the valid rate every day"),
    ),
    "css.disappointment_rate_valid": (
        (
            "失望客户24小时内逐户回访，问题当班反馈到人",
            "Call each disappointed customer within 24 hours, return the case to the person",
        ),
        ("每日看失望客户名单", "Look at the list of disappointed customers every day"),
    ),
    "churn.private_rate": (
        ("到期未回车辆提前两周邀约", "Invite cars that are due two weeks before"),
        ("每周统计邀约与回站台次", "Count invitations and returns every week"),
    ),
    "churn.went_elsewhere": (
        (
            "对到其它站维修的客户专人回访并给出回站理由",
            "One person calls those who went elsewhere with a reason to return",
        ),
        ("每周统计回站台次", "Count returns every week"),
    ),
    "review.actions": (
        (
            "未完成的措施逐项重定责任人和期限，或终止",
            "Give each open measure an owner and a date again, or stop it",
        ),
        ("每周例会通报进度", "Report the progress every week"),
    ),
    "": (
        ("查明原因，定一项措施", "Find the cause and agree one measure"),
        ("每周看该指标", "Look at the figure every week"),
    ),
}


@dataclass(frozen=True)
class Proposal:
    """A proposed entry of a TOP5.

    Attributes
    ----------
    finding
        What it rests on.
    problem, evidence, measure, checkpoint
        In words.
    """

    finding: Finding
    problem: str
    evidence: str
    measure: str
    checkpoint: str


def proposals(findings: Sequence[Finding], department: str, lang: str) -> list[Proposal]:
    """What the findings ask of a department, most gain first within a unit, then as the list ranks them.

    A finding counts where it is a signal that is not for the better, a target missed beyond its interval, or
    a list of cases that wait.
    """
    asked = [
        one
        for one in findings
        if ANSWERS.get(one.department or "", one.department) == department and asks(one)
    ]
    return [_proposal(one, lang) for one in by_gain(asked)]


def by_gain(asked: Sequence[Finding]) -> list[Finding]:
    """Findings most gain first within a unit, those without a gain last; a figure once.

    A figure that gave a signal and misses its target is one problem.
    """
    single: dict[tuple[str, str | None], Finding] = {}
    for one in asked:
        single.setdefault((one.figure, one.subject), one)
    place = {unit: n for n, unit in enumerate(UNITS)}
    return sorted(single.values(), key=lambda one: (place.get(str(one.unit), len(place)), -(one.gain or 0.0)))


def _proposal(finding: Finding, lang: str) -> Proposal:
    kind = "item" if finding.figure == "oem.mot" and finding.subject else finding.figure
    measure, checkpoint = MEASURES.get("coding" if "weeks" in finding.detail else kind, MEASURES[""])
    at = 0 if lang == "zh" else 1
    return Proposal(
        finding, sentences.sentence(finding, lang), evidence(finding, lang), measure[at], checkpoint[at]
    )


def evidence(finding: Finding, lang: str) -> str:
    """The figure behind a proposal: its cases, why it ranks where it does, what is won."""
    parts = []
    if finding.rule == "cases":
        numbers = say(lang, "、", ", ").join(finding.cases[:3])
        parts.append(say(lang, f"单号{numbers}", f"Numbers {numbers}"))
    elif finding.n is not None:
        parts.append(f"n = {f.count(finding.n)}")
    if finding.gain:
        unit = UNITS[str(finding.unit)][0 if lang == "zh" else 1]
        gain = f.number(finding.gain, 2 if finding.unit == "mot_points" else 0)
        parts.append(say(lang, f"预期收益{gain}{unit}", f"expected gain {gain} {unit}"))
    level = {
        "signal": ("信号，偶然难以解释", "a signal that chance does not explain"),
        "due": ("待办：目标未达或事项等待", "due: a target missed or cases that wait"),
    }[finding.level]
    parts.append(say(lang, *level))
    return say(lang, "；", "; ").join(parts)


def contradiction(found: Finding | None, best: float | None, branch: float | None, lang: str) -> str:
    """What the figures say against a problem that people wrote; "" where they do not contradict it.

    Parameters
    ----------
    found
        The finding of the metric that the measure names.
    best, branch
        Of a MOT item the median of its own months, and the branch's score.
    """
    if found is None or found.value is None or found.level in ("due", "unknown"):
        return ""
    if found.level == "signal" and found.direction != "better":
        return ""
    good = found.direction == "better" and found.level == "signal"
    if found.figure == "oem.mot" and best is not None:
        good = good or (found.value >= best and (branch is None or found.value >= branch))
    if not good:
        return ""
    now = sentences.value(found, found.value, lang)
    return say(
        lang,
        f"数据不支持：{sentences.name(found, lang)}{now}",
        f"Not borne out: {sentences.name(found, lang)} {now}",
    )

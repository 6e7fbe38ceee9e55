"""What each figure is: name, unit, formula and slide, for definitions, cards, workbook and `explain`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aftersales.statistics import FEW


@dataclass(frozen=True)
class Figure:
    """One figure of the report.

    Attributes
    ----------
    unit
        ``count``, ``rate`` (a fraction), ``points``, ``hours`` or ``per_1000``.
    better
        Which direction is good; None where neither is.
    digits
        Decimals that are printed (a rate's in percent); None = as its unit has.
    """

    name: str
    zh: str
    en: str
    unit: Literal["count", "rate", "points", "hours", "per_1000"]
    formula_zh: str
    formula_en: str
    slide: str = ""
    better: Literal["up", "down"] | None = None
    digits: int | None = None


def _f(
    name: str,
    zh: str,
    en: str,
    unit: str,
    formula_zh: str,
    formula_en: str,
    slide: str = "",
    better: str | None = None,
    digits: int | None = None,
) -> Figure:
    return Figure(name, zh, en, unit, formula_zh, formula_en, slide, better, digits)  # type: ignore[arg-type]


FIGURES: dict[str, Figure] = {
    f.name: f
    for f in (
        _f("review.actions", "上月措施", "Measures of last month", "count", "上月提出的改善措施数", "measures raised in the month before", "4"),
        _f("review.done", "已完成", "Done", "count", "月末已完成的措施", "of those, done by the end of the month", "4", "up"),
        _f("review.in_progress", "进行中", "In progress", "count", "月末进行中；月末以后完成的仍算进行中", "in progress at the end of the month; done later counts here", "4"),
        _f("review.not_started", "未做", "Not started", "count", "月末尚未开始", "not started at the end of the month", "4", "down"),
        _f("review.completion_rate", "措施完成率", "Completion rate", "rate", "已完成 ÷ 上月措施", "done ÷ measures", "4", "up"),
        _f("oem.sample", "厂家样本量", "Sample", "count", "代理机构对本店的成功样本", "the agency's successful interviews", "7"),
        _f("oem.mot", "MOT得分", "MOT", "points", "Σ 权重 × 项目得分，十项", "Σ weight × item score over ten items", "7", "up"),
        _f("oem.css", "CSS得分", "CSS", "points", "代理机构给出，只引用", "as the agency gives it", "7", "up"),
        _f("oem.mot_previous", "上月MOT得分", "MOT last month", "points", "上月的 Σ 权重 × 项目得分", "the same for the month before", "7"),
        _f("oem.mot_branch", "分中心MOT得分", "MOT of the branch", "points", "分中心的 Σ 权重 × 项目得分", "the same for the branch", "7"),
        _f("oem.mot_national", "全国MOT得分", "MOT of the nation", "points", "全国的 Σ 权重 × 项目得分", "the same for the nation", "7"),
        _f("oem.pt_total", "神秘访客总分", "Mystery visit", "points", "Σ 环节权重 × 100 × 得分 ÷ 满分，不适用项不计", "Σ section weight × 100 × points ÷ full points of applicable items", "8", "up", 2),
        _f("css.calls", "回访总数", "Calls", "count", "本月拨打的回访", "survey calls of the month", "11"),
        _f("css.valid", "有效回访", "Valid calls", "count", "结果为有效的回访", "calls with result valid", "11", "up"),
        _f("css.valid_rate", "有效回访率", "Valid rate", "rate", "有效回访 ÷ 回访总数", "valid ÷ calls", "11", "up"),
        _f("css.delighted", "特别满意", "Delighted", "count", "有效且问题一为 100 分", "valid with q1 = 100", "11", "up"),
        _f("css.disappointed", "一般以下", "Disappointed", "count", "有效且问题一不高于 60 分", "valid with q1 ≤ 60", "11", "down"),
        _f("css.unreachable", "无法联系", "Unreachable", "count", "结果为无法联系的回访", "calls with result unreachable", "11", "down"),
        _f("css.delight_rate_calls", "欣喜率（按回访总数）", "Delight rate (of calls)", "rate", "特别满意 ÷ 回访总数", "delighted ÷ calls", "11", "up"),
        _f("css.delight_rate_valid", "欣喜率（按有效回访）", "Delight rate (of valid)", "rate", "特别满意 ÷ 有效回访", "delighted ÷ valid", "11", "up"),
        _f("css.disappointment_rate_calls", "失望率（按回访总数）", "Disappointment rate (of calls)", "rate", "一般以下 ÷ 回访总数", "disappointed ÷ calls", "11", "down"),
        _f("css.disappointment_rate_valid", "失望率（按有效回访）", "Disappointment rate (of valid)", "rate", "一般以下 ÷ 有效回访", "disappointed ÷ valid", "11", "down"),
        _f("complaints.mentions", "不满意提及", "Mentions", "count", "本月回访中登记的不满意原因，可多选", "causes of dissatisfaction named in the month's calls", "17", "down"),
        _f("complaints.count", "投诉件数", "Complaints", "count", "本月受理的投诉", "complaints received in the month", "18", "down"),
        _f("complaints.open", "未关闭投诉", "Open complaints", "count", "月末仍未关闭", "of those, open at the end of the month", "18", "down"),
        _f("complaints.closed_rate", "投诉关闭率", "Closed rate", "rate", "已关闭 ÷ 受理", "closed ÷ received", "18", "up"),
        _f("complaints.hours_to_contact", "首次联系用时", "Hours to first contact", "hours", "受理到首次联系的中位小时数", "median hours from receipt to first contact", "18", "down"),
        _f("complaints.hours_to_close", "关闭用时", "Hours to close", "hours", "已关闭投诉从受理到关闭的中位小时数", "median hours from receipt to close of the closed", "18", "down"),
        _f("complaints.per_1000_visits", "每千台次投诉", "Complaints per 1,000 visits", "per_1000", "1000 × 投诉 ÷ 本月工单", "1000 × complaints ÷ visits", "18", "down"),
        _f("complaints.satisfied_rate", "处理后满意率", "Satisfied after", "rate", "满意 ÷ 已关闭且有答复", "satisfied ÷ closed with an answer", "18", "up"),
        _f("ftf.jobs", "维修台次", "Jobs", "count", "本月完工的派工", "jobs finished in the month", "21"),
        _f("ftf.not_fixed", "未一次修复", "Not fixed first time", "count", "登记了未一次修复原因的派工", "jobs with a rework cause", "21", "down"),
        _f("ftf.rate", "一次维修合格率", "First-time-fix rate", "rate", "1 − 未一次修复 ÷ 维修台次", "1 − not fixed ÷ jobs", "21", "up", 2),
        _f("booking.visits", "进厂台次", "Visits", "count", "本月开单的工单", "repair orders opened in the month", "24"),
        _f("booking.booked", "预约数", "Bookings", "count", "计划本月进厂的预约", "bookings planned in the month", "24", "up"),
        _f("booking.arrived", "预约进厂", "Arrived", "count", "准时、提前或延迟进厂的预约", "on time, early or late", "24", "up"),
        _f("booking.rate", "预约率", "Booking rate", "rate", "预约进厂 ÷ 进厂台次", "arrived ÷ visits", "25", "up"),
        _f("booking.kept_rate", "预约履约率", "Kept rate", "rate", "预约进厂 ÷ 预约数", "arrived ÷ bookings", "25", "up"),
        _f("booking.proactive_share", "主动预约比例", "Proactive share", "rate", "本店主动致电的预约 ÷ 预约数", "bookings for which the store called ÷ bookings", "25", "up"),
        _f("churn.archive", "档案客户", "Archive", "count", "截至月末建档的客户", "customers created up to the end of the month", "26", "up"),
        _f("churn.base", "基盘客户", "Base", "count", "截至月末 12 个月内来过的车辆（月数为参数）", "vehicles with a visit in the 12 months to the end (a param)", "26", "up"),
        _f("churn.cohort", "当月来站车辆", "Cohort", "count", "6 个月前那个月来过的车辆（月数为参数）", "vehicles with a visit in the month 6 months ago (a param)", "27"),
        _f("churn.lost", "流失车辆", "Lost", "count", "其中此后到月末再未来过", "of those, not back by the end of the month", "27", "down"),
        _f("churn.rate", "流失率", "Churn rate", "rate", "流失 ÷ 当月来站车辆", "lost ÷ cohort", "27", "down"),
        _f("churn.fleet", "流失公车", "Lost fleet vehicles", "count", "流失车辆中的公车", "lost fleet vehicles", "27"),
        _f("churn.to_call", "应回访私车", "To call", "count", "流失车辆中的私车", "lost private vehicles", "27"),
        _f("churn.reached", "实际回访", "Reached", "count", "本月最后一次致电结果为成功的流失私车", "lost private ones whose last call of the month was reached", "27", "up"),
        _f("churn.not_reached", "未接受回访", "Not reached", "count", "本月最后一次致电为其他结果", "those with another result", "27", "down"),
        _f("churn.not_due", "未到期", "Not due", "count", "即将来站保养或公里数未到", "about to come, or mileage not due", "28"),
        _f("churn.went_elsewhere", "已到其它站", "Went elsewhere", "count", "已到其它站维修", "went elsewhere", "28", "down"),
        _f("volume.orders", "工单", "Orders", "count", "本月开单", "repair orders opened in the month", "14"),
        _f("volume.vehicles", "车辆", "Vehicles", "count", "本月来过的不同车辆", "distinct vehicles in the month", "27"),
        _f("volume.jobs", "派工", "Jobs", "count", "本月完工的派工", "jobs finished in the month", "21"),
    )
}  # fmt: skip


# What a rate is judged on: with few cases it is no rate (`statistics.FEW`). Delight and disappointment can be known of
# those who answered, whatever the base. Shares of what people have done themselves (措施完成率, 投诉关闭率) are no samples.
BASES: dict[str, str] = {
    "css.valid_rate": "css.calls",
    "css.delight_rate_calls": "css.valid",
    "css.delight_rate_valid": "css.valid",
    "css.disappointment_rate_calls": "css.valid",
    "css.disappointment_rate_valid": "css.valid",
    "complaints.per_1000_visits": "booking.visits",
    "ftf.rate": "ftf.jobs",
    "booking.rate": "booking.visits",
    "booking.kept_rate": "booking.booked",
    "booking.proactive_share": "booking.booked",
    "churn.rate": "churn.cohort",
}


def judged(figures: Mapping[str, Any], name: str) -> Any:
    """A figure to judge by; None where it is a rate of few cases, or is not known."""
    base = figures.get(BASES[name]) if name in BASES else None
    return None if base is not None and base < FEW else figures.get(name)


def name_of(figure: str, lang: str = "zh") -> str:
    """A figure's name.

    >>> name_of("ftf.rate", "en")
    'First-time-fix rate'
    """
    return FIGURES[figure].zh if lang == "zh" else FIGURES[figure].en

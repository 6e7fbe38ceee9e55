"""What each figure is, declared once: names, unit, digits, formula, base, department, slide and the rows behind it.

Whatever names or prints a figure, or says where it comes from, reads its record here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aftersales.contract.statistics import FEW

Unit = Literal["count", "rate", "points", "hours", "per_1000"]
By = Literal[
    "count",
    "share",
    "one_minus_share",
    "weighted_share",
    "per_1000",
    "median",
    "p90",
    "until_tenth",
    "mean",
    "sum",
    "value",
]
UNITS: dict[str, tuple[str, str]] = {
    "rate": ("%", "%"),
    "points": ("分", "points"),
    "hours": ("小时", "hours"),
    "per_1000": ("每千台次", "per 1,000 visits"),
}
_DIGITS = {"count": 0, "rate": 1, "points": 1, "hours": 1, "per_1000": 1}

# What looks as if it belonged to a figure but is left out of it: the set of rows, and the reason in both languages.
LEFT_OUT: dict[str, tuple[str, str]] = {
    "done_later": ("月末以后才完成，算进行中", "done after the end of the month, so in progress"),
    "not_applicable": ("不适用的检查项", "items that did not apply"),
    "without_answer": (
        "未成功的回访（无法联系、拒访、无效）",
        "calls without an answer (unreachable, refused, invalid)",
    ),
    "q1_unanswered": ("有效但未答总体满意度", "valid, but the first question not answered"),
    "still_open": ("月末未关闭", "open at the end of the month"),
    "satisfaction_unknown": ("已关闭但没有答复", "closed without an answer"),
    "not_contacted": ("尚未联系", "not contacted yet"),
    "not_arrived": ("预约了但没有进厂", "booked, but did not arrive"),
    "fleet": ("公车，不回访", "fleet vehicles, not called"),
    "returned": ("此后又来过", "back since"),
    "not_called": ("本月没有致电", "not called this month"),
    "without_promise": ("没有预计交车时间", "no promised time"),
    "days_only": ("时间只记到日", "a stamp is a day without a time"),
    "contacted_on_a_day": ("受理或首次联系只记到日", "received or contacted on a day without a time"),
    "closed_on_a_day": ("受理或关闭只记到日", "received or closed on a day without a time"),
    "too_late": ("受理不满14天", "received less than 14 days before the end"),
    "one_visit": ("仅来站一次", "came only once"),
    "not_due": ("未到期", "not due yet"),
}


@dataclass(frozen=True)
class Rows:
    """The rows behind a figure, by the names that `row_sets` of its chapter's explanation gives them.

    Attributes
    ----------
    by
        How the figure comes from them: their ``count``; the ``share`` of `of` that is in `counted`
        (``one_minus_share``, ``per_1000``), or their sum of `column` over it (``weighted_share``); the
        ``median``, ``p90``, ``sum`` or single ``value`` of `column`; the first value of it by which at most a
        tenth is left, those that are not ``done`` waited for so long (``until_tenth``).
    counted, of
        The rows that are counted or measured, and those they are set against.
    left_out
        Names of `LEFT_OUT`.
    params
        Settings that bear on the figure, as dotted keys or their beginnings.
    """

    by: By
    counted: str
    of: str = ""
    column: str = ""
    left_out: tuple[str, ...] = ()
    params: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One figure of the report.

    Attributes
    ----------
    unit
        ``count``, ``rate`` (a fraction), ``points``, ``hours`` or ``per_1000``.
    formula_zh, formula_en
        How it is computed, in words.
    rows
        The rows behind it; None for a figure that a chapter of one's own glues.
    better
        Which direction is good; None where neither is.
    base
        What a rate is judged on: the figure that counts its cases, or the rows that are its cases. With few cases of
        a figure it is no rate (`statistics.FEW`). Delight and disappointment can be known of those who answered,
        whatever their denominator; shares of what people have done themselves (措施完成率, 投诉关闭率) are no
        samples: their base are rows.
    department
        Whose figure it is: a code of ``action_department``.
    digits
        Decimals that are printed (a rate's in percent); None = as its unit has.
    """

    name: str
    zh: str
    en: str
    unit: Unit
    formula_zh: str
    formula_en: str
    rows: Rows | None = None
    slide: str = ""
    better: Literal["up", "down"] | None = None
    base: str = ""
    department: str = "service"
    digits: int | None = None

    def label(self, lang: str) -> str:
        """Its name in a language."""
        return self.zh if lang == "zh" else self.en

    def formula(self, lang: str) -> str:
        """How it is computed, in a language."""
        return self.formula_zh if lang == "zh" else self.formula_en

    @property
    def decimals(self) -> int:
        """Decimals that are printed."""
        return _DIGITS[self.unit] if self.digits is None else self.digits


def _count(counted: str, *left_out: str, params: tuple[str, ...] = ()) -> Rows:
    return Rows("count", counted, left_out=left_out, params=params)


def _share(counted: str, of: str, *left_out: str, params: tuple[str, ...] = ()) -> Rows:
    return Rows("share", counted, of, left_out=left_out, params=params)


_BASE, _CHURN, _HOURS, _WEIGHTS = ("base_months",), ("churn_months",), ("promised_hours.",), ("weights.",)
_GRACE, _RETURN = ("grace_minutes",), ("return_days", "return_km")
_NO_ANSWER = ("without_answer", "q1_unanswered")
_UNREACHED = ("fleet", "not_called")


def _mot(counted: str) -> Rows:
    return Rows("sum", counted, column="contribution", params=_WEIGHTS)


def _delight(counted: str, of: str, *left_out: str) -> Rows:
    return _share(counted, of, *left_out, params=("rate_base",))


# A table of words: a record of two or three lines each.
# fmt: off
_FIGURES = (
    Figure("review.actions", "上月措施", "Measures of last month", "count",
           "上月提出的改善措施数", "measures raised in the month before", _count("actions"), "4"),
    Figure("review.done", "已完成", "Done", "count",
           "月末已完成的措施", "of those, done by the end of the month", _count("done", "done_later"), "4", "up"),
    Figure("review.in_progress", "进行中", "In progress", "count",
           "月末进行中；月末以后完成的仍算进行中", "in progress at the end of the month; done later counts here",
           _count("in_progress"), "4"),
    Figure("review.not_started", "未做", "Not started", "count",
           "月末尚未开始", "not started at the end of the month", _count("not_started"), "4", "down"),
    Figure("review.completion_rate", "措施完成率", "Completion rate", "rate",
           "已完成 ÷ 上月措施", "done ÷ measures", _share("done", "actions", "done_later"), "4", "up",
           "review.actions"),

    Figure("oem.sample", "厂家样本量", "Sample", "count",
           "代理机构对本店的成功样本", "the agency's successful interviews", Rows("value", "store", column="sample"), "7"),
    Figure("oem.mot", "MOT得分", "MOT", "points",
           "Σ 权重 × 项目得分，十项", "Σ weight × item score over ten items", _mot("items"), "7", "up"),
    Figure("oem.css", "CSS得分", "CSS", "points",
           "代理机构给出，只引用", "as the agency gives it", Rows("value", "store", column="css"), "7", "up"),
    Figure("oem.mot_previous", "上月MOT得分", "MOT last month", "points",
           "上月的 Σ 权重 × 项目得分", "the same for the month before", _mot("items_previous"), "7"),
    Figure("oem.mot_branch", "分中心MOT得分", "MOT of the branch", "points",
           "分中心的 Σ 权重 × 项目得分", "the same for the branch", _mot("items_branch"), "7"),
    Figure("oem.mot_national", "全国MOT得分", "MOT of the nation", "points",
           "全国的 Σ 权重 × 项目得分", "the same for the nation", _mot("items_national"), "7"),
    Figure("oem.pt_total", "神秘访客总分", "Mystery visit", "points",
           "Σ 环节权重 × 100 × 得分 ÷ 满分，不适用项不计",
           "Σ section weight × 100 × points ÷ full points of applicable items",
           Rows("sum", "checks", column="contribution", left_out=("not_applicable",), params=("pt_weights.",)),
           "8", "up", digits=2),

    Figure("css.calls", "回访总数", "Calls", "count", "本月拨打的回访", "survey calls of the month", _count("calls"), "11"),
    Figure("css.valid", "有效回访", "Valid calls", "count",
           "结果为有效的回访", "calls with result valid", _count("valid", "without_answer"), "11", "up"),
    Figure("css.valid_rate", "有效回访率", "Valid rate", "rate",
           "有效回访 ÷ 回访总数", "valid ÷ calls", _share("valid", "calls"), "11", "up", "css.calls"),
    Figure("css.delighted", "特别满意", "Delighted", "count",
           "有效且总体满意度（第一题）为 100 分", "valid, with an overall score (first question) of 100", _count("delighted", *_NO_ANSWER), "11", "up",
           department="front"),
    Figure("css.disappointed", "一般以下", "Disappointed", "count",
           "有效且总体满意度（第一题）不高于 60 分", "valid, with an overall score (first question) of 60 or less", _count("disappointed", *_NO_ANSWER), "11", "down",
           department="front"),
    Figure("css.unreachable", "无法联系", "Unreachable", "count",
           "结果为无法联系的回访", "calls with result unreachable", _count("unreachable"), "11", "down"),
    Figure("css.delight_rate_calls", "欣喜率（按回访总数）", "Delight rate (of calls)", "rate",
           "特别满意 ÷ 回访总数", "delighted ÷ calls", _delight("delighted", "calls", "q1_unanswered"),
           "11", "up", "css.valid", "front"),
    Figure("css.delight_rate_valid", "欣喜率（按有效回访）", "Delight rate (of valid)", "rate",
           "特别满意 ÷ 有效回访", "delighted ÷ valid", _delight("delighted", "valid", *_NO_ANSWER),
           "11", "up", "css.valid", "front"),
    Figure("css.disappointment_rate_calls", "失望率（按回访总数）", "Disappointment rate (of calls)", "rate",
           "一般以下 ÷ 回访总数", "disappointed ÷ calls", _delight("disappointed", "calls", "q1_unanswered"),
           "11", "down", "css.valid", "front"),
    Figure("css.disappointment_rate_valid", "失望率（按有效回访）", "Disappointment rate (of valid)", "rate",
           "一般以下 ÷ 有效回访", "disappointed ÷ valid", _delight("disappointed", "valid", *_NO_ANSWER),
           "11", "down", "css.valid", "front"),

    Figure("complaints.mentions", "不满意提及", "Mentions", "count",
           "本月回访中登记的不满意原因，可多选", "causes of dissatisfaction named in the month's calls",
           _count("mentions"), "17", "down"),
    Figure("complaints.count", "投诉件数", "Complaints", "count",
           "本月受理的投诉", "complaints received in the month", _count("received"), "18", "down"),
    Figure("complaints.open", "未关闭投诉", "Open complaints", "count",
           "月末仍未关闭", "of those, open at the end of the month", _count("open"), "18", "down"),
    Figure("complaints.closed_rate", "投诉关闭率", "Closed rate", "rate",
           "已关闭 ÷ 受理", "closed ÷ received", _share("closed", "received", "still_open"), "18", "up",
           "complaints.count"),
    Figure("complaints.hours_to_contact", "首次联系用时", "Hours to first contact", "hours",
           "受理到首次联系的中位小时数", "median hours from receipt to first contact",
           Rows("median", "received", column="hours_to_contact", left_out=("not_contacted", "contacted_on_a_day"),
                params=_HOURS), "18", "down"),
    Figure("complaints.hours_to_close", "关闭用时", "Hours to close", "hours",
           "已关闭投诉从受理到关闭的中位小时数", "median hours from receipt to close of the closed",
           Rows("median", "closed", column="hours_to_close", left_out=("still_open", "closed_on_a_day"),
                params=_HOURS), "18", "down"),
    Figure("complaints.per_1000_visits", "每千台次投诉", "Complaints per 1,000 visits", "per_1000",
           "1000 × 投诉 ÷ 本月工单", "1000 × complaints ÷ visits", Rows("per_1000", "received", "visits"),
           "18", "down", "booking.visits"),
    Figure("complaints.satisfied_rate", "处理后满意率", "Satisfied after", "rate",
           "满意 ÷ 已关闭且有答复", "satisfied ÷ closed with an answer",
           _share("satisfied", "answered", "still_open", "satisfaction_unknown"), "18", "up", "answered"),
    Figure("complaints.backlog", "往月未关闭投诉", "Backlog", "count",
           "本月以前受理、月末仍未关闭", "received before the month and open at its end", _count("backlog"), better="down"),
    Figure("complaints.repeats", "重复投诉", "Repeat complaints", "count",
           "同一车辆 30 天内有过另一件投诉", "the vehicle had another complaint in the 30 days before",
           _count("repeats"), better="down"),
    Figure("complaints.hours_to_close_p90", "九成关闭用时", "Hours until nine in ten are closed", "hours",
           "本月受理的投诉九成关闭所需小时，未关闭的等到月末（Kaplan–Meier）",
           "hours by which nine in ten of the month's complaints are closed, open ones waited for to its end "
           "(Kaplan–Meier)",
           Rows("until_tenth", "timed", column="hours", left_out=("days_only",)), better="down"),
    Figure("complaints.closed_14_rate", "14天关闭率", "Closed within 14 days", "rate",
           "14 天内关闭 ÷ 月末前至少 14 天受理的投诉", "closed within 14 days ÷ received 14 days or more before the end",
           _share("closed_14", "due_14", "too_late"), better="up", base="due_14"),

    Figure("ftf.jobs", "维修台次", "Jobs", "count",
           "本月完工的派工", "jobs finished in the month", _count("jobs"), "21", department="workshop"),
    Figure("ftf.not_fixed", "未一次修复", "Not fixed first time", "count",
           "登记了未一次修复原因的派工", "jobs with a rework cause", _count("not_fixed"), "21", "down",
           department="workshop"),
    Figure("ftf.rate", "一次维修合格率", "First-time-fix rate", "rate",
           "1 − 未一次修复 ÷ 维修台次", "1 − not fixed ÷ jobs", Rows("one_minus_share", "not_fixed", "jobs"),
           "21", "up", "ftf.jobs", "workshop", 2),
    Figure("ftf.return_orders", "上月维修索赔工单", "Repairs of last month", "count",
           "上月开单的一般维修与索赔工单", "repair and warranty orders opened in the month before",
           _count("return_orders"), department="workshop"),
    Figure("ftf.returned", "返修回厂", "Cars back in the workshop", "count",
           "其中同一车辆 30 天、2000 公里内又开维修或索赔工单（天数与公里为参数）",
           "of those, the vehicle had another such order within 30 days and 2,000 km (params)",
           _count("returned_orders", params=_RETURN), better="down", department="workshop"),
    Figure("ftf.return_rate", "返修回厂率", "Return rate", "rate",
           "返修回厂 ÷ 上月维修索赔工单", "cars back ÷ repairs of last month",
           _share("returned_orders", "return_orders", params=_RETURN), better="down", base="ftf.return_orders",
           department="workshop"),

    Figure("delivery.orders", "可判断的交车", "Deliveries with both times", "count",
           "本月交车且预计、实际交车时间都有的工单", "orders delivered in the month with both stamps",
           _count("promised", "without_promise", "days_only"), department="front"),
    Figure("delivery.on_time", "准时交车", "On time", "count",
           "不晚于预计时间 15 分钟（参数）", "at most 15 minutes after the promise (a param)",
           _count("on_time", params=_GRACE), better="up", department="front"),
    Figure("delivery.rate", "准时交车率", "On-time delivery", "rate",
           "准时交车 ÷ 可判断的交车", "on time ÷ deliveries with both times", _share("on_time", "promised", params=_GRACE),
           better="up", base="delivery.orders", department="front"),
    Figure("delivery.late_30", "晚交30分钟以上", "Over 30 minutes late", "count",
           "晚于预计时间 30 分钟以上", "more than 30 minutes after the promise", _count("late_30"), better="down",
           department="front"),
    Figure("delivery.hours_median", "在店用时", "Hours in the shop", "hours",
           "开单到交车的中位小时数", "median hours from opening to delivery",
           Rows("median", "stayed", column="hours"), better="down", department="front"),
    Figure("delivery.hours_p90", "在店用时九成以内", "Hours in the shop, 90th percentile", "hours",
           "开单到交车小时数的 90% 分位", "90th percentile of hours from opening to delivery",
           Rows("p90", "stayed", column="hours"), better="down", department="front"),

    Figure("booking.visits", "进厂台次", "Visits", "count",
           "本月开单的工单", "repair orders opened in the month", _count("visits"), "24", department="booking"),
    Figure("booking.booked", "预约数", "Bookings", "count",
           "计划本月进厂的预约", "bookings planned in the month", _count("booked"), "24", "up", department="booking"),
    Figure("booking.arrived", "预约进厂", "Arrived", "count",
           "准时、提前或延迟进厂的预约", "on time, early or late", _count("arrived", "not_arrived"), "24", "up",
           department="booking"),
    Figure("booking.rate", "预约率", "Booking rate", "rate",
           "预约进厂 ÷ 进厂台次", "arrived ÷ visits", _share("arrived", "visits", "not_arrived"),
           "25", "up", "booking.visits", "booking"),
    Figure("booking.kept_rate", "预约履约率", "Kept rate", "rate",
           "预约进厂 ÷ 预约数", "arrived ÷ bookings", _share("arrived", "booked", "not_arrived"),
           "25", "up", "booking.booked", "booking"),
    Figure("booking.proactive_share", "主动预约比例", "Proactive share", "rate",
           "本店主动致电的预约 ÷ 预约数", "bookings for which the store called ÷ bookings",
           _share("proactive", "booked"), "25", "up", "booking.booked", "booking"),
    Figure("booking.no_show_rate", "预约未进厂率", "No-show rate", "rate",
           "未进厂 ÷ 预约数", "no-shows ÷ bookings", _share("no_show", "booked"),
           "25", "down", "booking.booked", "booking"),

    Figure("churn.archive", "档案客户", "Archive", "count",
           "截至月末建档的客户", "customers created up to the end of the month", _count("archive"), "26", "up"),
    Figure("churn.base", "基盘客户", "Base", "count",
           "截至月末 12 个月内来过的车辆（月数为参数）", "vehicles with a visit in the 12 months to the end (a param)",
           _count("base", params=_BASE), "26", "up"),
    Figure("churn.cohort", "当月来站车辆", "Cohort", "count",
           "6 个月前那个月来过的车辆（月数为参数）", "vehicles with a visit in the month 6 months ago (a param)",
           _count("cohort", params=_CHURN), "27"),
    Figure("churn.lost", "流失车辆", "Lost", "count",
           "其中此后到月末再未来过", "of those, not back by the end of the month",
           _count("lost", "returned", params=_CHURN), "27", "down"),
    Figure("churn.rate", "流失率", "Churn rate", "rate",
           "流失 ÷ 当月来站车辆", "lost ÷ cohort", _share("lost", "cohort", "returned", params=_CHURN),
           "27", "down", "churn.cohort"),
    Figure("churn.fleet", "流失公车", "Lost fleet vehicles", "count",
           "流失车辆中的公车", "lost fleet vehicles", _count("fleet", params=_CHURN), "27"),
    Figure("churn.to_call", "应回访私车", "To call", "count",
           "流失车辆中的私车", "lost private vehicles", _count("private", "fleet", params=_CHURN), "27"),
    Figure("churn.reached", "实际回访", "Reached", "count",
           "本月最后一次致电结果为成功的流失私车", "lost private ones whose last call of the month was reached",
           _count("reached", *_UNREACHED, params=_CHURN), "27", "up"),
    Figure("churn.not_reached", "未接受回访", "Not reached", "count",
           "本月最后一次致电为其他结果", "those with another result",
           _count("not_reached", *_UNREACHED, params=_CHURN), "27", "down"),
    Figure("churn.not_due", "未到期", "Not due", "count",
           "即将来站保养或公里数未到", "about to come, or mileage not due",
           _count("not_due", *_UNREACHED, params=_CHURN), "28"),
    Figure("churn.went_elsewhere", "已到其它站", "Went elsewhere", "count",
           "已到其它站维修", "went elsewhere", _count("went_elsewhere", *_UNREACHED, params=_CHURN), "28", "down"),
    Figure("churn.private_cohort", "当月来站私车", "Private cohort", "count",
           "当月来站车辆中的私车", "private vehicles of the cohort", _count("private_cohort", params=_CHURN)),
    Figure("churn.private_rate", "私车流失率", "Private churn rate", "rate",
           "应回访私车 ÷ 当月来站私车", "lost private vehicles ÷ private cohort",
           _share("private_lost", "private_cohort", params=_CHURN), better="down", base="churn.private_cohort"),
    Figure("churn.known_lost", "已知流失", "Known lost", "count",
           "已回访且不是未到期", "reached and not merely not due", _count("known_lost", params=_CHURN), better="down"),
    Figure("churn.lost_low", "私车流失下限", "Private churn, at least", "rate",
           "已知流失 ÷ 当月来站私车", "known lost ÷ private cohort",
           _share("known_lost", "private_cohort", params=_CHURN), better="down", base="churn.private_cohort"),
    Figure("churn.lost_high", "私车流失上限", "Private churn, at most", "rate",
           "（应回访私车 − 仅来一次 − 未到期）÷ 当月来站私车",
           "(lost private vehicles − one visit − not due) ÷ private cohort",
           _share("perhaps_lost", "private_cohort", "one_visit", "not_due", params=_CHURN), better="down",
           base="churn.private_cohort"),
    Figure("churn.lost_best", "私车流失估计", "Private churn, estimate", "rate",
           "（应回访私车 − 仅来一次）×（1 − 未到期 ÷ 已回访）÷ 当月来站私车",
           "(lost private vehicles − one visit) × (1 − not due ÷ reached) ÷ private cohort",
           Rows("weighted_share", "came_twice", "private_cohort", column="weight", params=_CHURN), better="down",
           base="churn.private_cohort"),

    Figure("volume.orders", "工单", "Orders", "count",
           "本月开单", "repair orders opened in the month", _count("orders"), "14"),
    Figure("volume.vehicles", "车辆", "Vehicles", "count",
           "本月来过的不同车辆", "distinct vehicles in the month", _count("vehicles"), "27"),
    Figure("volume.jobs", "派工", "Jobs", "count",
           "本月完工的派工", "jobs finished in the month", _count("jobs"), "21"),
)
# fmt: on
FIGURES: dict[str, Figure] = {figure.name: figure for figure in _FIGURES}

# What the names of the built-in chapters' figures and tables begin with.
PREFIXES = (
    *dict.fromkeys(name.partition(".")[0] for name in FIGURES),
    *("top5", "checks", "definitions", "comparison", "findings", "joins"),
)


def judged(figures: Mapping[str, Any], name: str) -> Any:
    """A figure to judge by; None where it is a rate of few cases, or is not known."""
    cases = figures.get(FIGURES[name].base)
    return None if cases is not None and cases < FEW else figures.get(name)


def name_of(figure: str, lang: str = "zh") -> str:
    """A figure's name.

    >>> name_of("ftf.rate", "en")
    'First-time-fix rate'
    """
    return FIGURES[figure].label(lang)

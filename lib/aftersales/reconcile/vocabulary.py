"""What people call the figures, items, causes and departments in sentences of their own."""

from __future__ import annotations

from dataclasses import dataclass

from aftersales.contract.figures import FIGURES
from aftersales.contract.schema import CODES, short_item


@dataclass(frozen=True)
class Subject:
    """What a sentence is about.

    Attributes
    ----------
    family
        ``figure``, or the codes it is one of: ``mot_item``, ``cause`` …
    names
        The figures that it may mean, or the code; a sentence is wrong only where it is wrong of all of them.
    """

    family: str
    names: tuple[str, ...]


_ON_BOTH = {
    rate: (f"css.{rate}_rate_calls", f"css.{rate}_rate_valid") for rate in ("delight", "disappointment")
}
_VOLUMES = ("volume.orders", "volume.vehicles", "volume.jobs")
_CHURN = ("churn.rate", "churn.private_rate")
_LOST = ("churn.lost", "churn.to_call", "churn.known_lost")
# Names that people use besides a figure's own; what they may mean, as figures' names.
_FIGURE_WORDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("oem.mot",), "MOT得分 MOT分数 MOT总分 MOT成绩 MOT值 MOT|MOT score|MOT"),
    (("oem.css",), "CSS得分 CSS分数 CSS成绩 CSS值 CSS|CSS score|CSS"),
    (
        ("oem.pt_total",),
        "神秘访客总分 神秘访客得分 神秘访客成绩 PT总分 PT得分|mystery visit score|mystery visit",
    ),
    (("css.calls",), "回访总数 回访总量 回访量 共回访 总回访 回访客户|survey calls|calls"),
    (("css.valid",), "有效回访数 有效回访量 成功回访|valid calls"),
    (
        ("css.valid_rate", "churn.reached_rate"),
        "回访有效率 回访成功率|valid rate|valid call rate|response rate",
    ),
    (("css.delighted",), "特别满意客户 特别满意的客户 欣喜客户|delighted customers"),
    (
        ("css.disappointed",),
        "一般以下客户 一般以下的客户 失望客户 失望顾客 失望的客户|disappointed customers",
    ),
    (("css.unreachable",), "联系不上"),
    (_ON_BOTH["delight"], "欣喜率|delight rate"),
    (_ON_BOTH["disappointment"], "失望率|disappointment rate"),
    (("complaints.count",), "投诉件数 投诉数量 投诉总数 投诉量 投诉数 投诉|number of complaints|complaints"),
    (("complaints.open", "complaints.backlog"), "未关闭的投诉 未结投诉 未结案投诉|complaints still open"),
    (("complaints.closed_rate",), "投诉结案率 投诉关闭率 关闭率 结案率|complaint closed rate"),
    (("complaints.per_1000_visits",), "千台次投诉 每千台投诉|complaints per 1000 visits"),
    (("complaints.satisfied_rate",), "投诉处理满意率 处理满意率"),
    (("complaints.mentions",), "不满意原因提及 抱怨提及|mentions of dissatisfaction"),
    (
        ("ftf.rate",),
        "一次维修合格率 一次修复率 一次合格率 一次修复合格率|first-time-fix rate|first time fix rate|FTF",
    ),
    (("ftf.not_fixed",), "未一次修复|jobs not fixed the first time"),
    (_VOLUMES, "维修台次 进厂台次 来厂台次 接车台次 台次"),
    (("booking.rate",), "预约率|booking rate"),
    (("booking.booked",), "预约数量 预约量 预约总数|bookings"),
    (("booking.kept_rate",), "履约率 预约到店率|kept rate"),
    (("booking.proactive_share",), "主动预约率 主动预约占比 主动预约比率|proactive share"),
    (("booking.no_show_rate",), "爽约率 未进厂率 预约爽约率|no-show rate|no show rate"),
    (("churn.archive",), "档案客户总数 档案客户数 档案数|customers on file"),
    (("churn.base",), "基盘客户总数 基盘客户数 基盘数 基盘|customer base"),
    (_CHURN, "客户流失率 流失率|churn rate"),
    (_LOST, "流失客户 流失车辆数 流失客户数|lost customers|lost vehicles"),
    (("review.completion_rate",), "措施完成率 整改完成率|completion rate"),
)
_ITEM_WORDS = {
    "explain_work": "解释维修工作 解释维修|explaining the work",
    "reception_speed": "接车过程 接车速度|reception speed|reception",
    "work_quality": "正确彻底地完成维修保养 正确彻底完成维修|work quality",
    "explain_bill": "结算清单解释 解释清单 结算解释|explaining the bill",
    "handover_speed": "提车过程 提车速度|handover speed",
    "time_in_shop": "停留时间 维修停留时间 在站时间|time in shop",
    "listening": "倾听客户 倾听|listening",
    "handover_escort": "协助提车 陪同提车|escort at handover",
    "car_clean": "车辆干净 车辆清洁 车况良好|car cleanliness|clean car",
    "lounge": "顾客休息区 客户休息区 休息区舒适度 休息区 客休区|customer lounge|the lounge",
}
_CAUSE_WORDS = {
    "quality": "维修质量",
    "time": "等待时间|waiting time",
    "cost": "价格|price",
    "parts": "备件供应",
    "attitude": "态度|staff attitude",
}
# Names of records that are everyday words too.
_EVERYDAY = frozenset(
    (
        *(
            "进行中",
            "已完成",
            "未到期",
            "成功样本",
            "客户",
            "sample",
            "done",
            "measures",
            "lost",
            "visits",
            "jobs",
        ),
        *("orders", "vehicles", "arrived", "bookings", "reached", "archive", "base", "cohort", "unreachable"),
        *("delighted", "disappointed", "quality", "time", "cost", "parts", "vehicle", "other", "customer"),
        *("workshop", "mentions", "in progress", "not started", "to call", "not due", "not reached"),
    )
)
# What the rest of the sentence must hold, and must not, before a short word is taken for one of a family.
CONTEXT: dict[str, tuple[str, str]] = {
    "cause": (r"原因|提及|抱怨|不满|cause|mention|dissatisf", r"投诉|返修|流失|修复|complaint|churn"),
    "rework_cause": (r"返修|修复|rework|not fixed|fix", r"投诉|流失"),
    "section": (r"神秘|PT|环节|mystery|section", r"投诉"),
    "churn_reason": (r"流失|churn|lost", r"投诉"),
    "complaint_department": (r"投诉|complaint", r"返修|流失"),
}
SCORES = ("mot_item", "section")  # more is better; of the other families the values are counts of what is bad


def _split(words: str) -> tuple[list[str], list[str]]:
    zh, *en = words.split("|")
    return zh.split(), en


def _aliases() -> dict[str, list[Subject]]:
    """Every name in lower case, with what it may mean."""
    out: dict[str, list[Subject]] = {}

    def add(word: str, subject: Subject) -> None:
        if word.lower() in _EVERYDAY:
            return
        known = out.setdefault(word.lower(), [])
        if subject not in known:
            known.append(subject)

    for names, words in _FIGURE_WORDS:
        zh, en = _split(words)
        for word in (*zh, *en):
            add(word, Subject("figure", names))
    for name, figure in FIGURES.items():
        for word in (figure.zh, figure.en):
            if word.lower() not in out and len(word) > 2:
                add(word, Subject("figure", (name,)))
    for family, more in (
        ("mot_item", _ITEM_WORDS),
        ("cause", _CAUSE_WORDS),
        ("rework_cause", {}),
        ("section", {}),
        ("churn_reason", {}),
        ("complaint_department", {}),
    ):
        for code, labels in CODES[family].items():
            zh, en = _split(more.get(code, ""))
            short = [short_item(code, "zh"), short_item(code, "en")] if family == "mot_item" else []
            for word in (*labels, *short, *zh, *en):
                add(word, Subject(family, (code,)))
    return out


ALIASES: dict[str, list[Subject]] = _aliases()
# Longest first, so that 有效回访率 is not read as 有效回访.
WORDS = sorted(ALIASES, key=len, reverse=True)

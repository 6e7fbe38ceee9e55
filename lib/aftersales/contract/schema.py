"""The eleven input tables: their columns, codes and names, in Chinese and English.

Everything that knows what a table or a column is called reads it here: the sources, the demo store, the
labels of the report, the template workbook and the glossary. Nothing heavy is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from aftersales.contract.figures import FIGURES

Lang = str  # "zh" or "en"
Kind = Literal["text", "code", "datetime", "date", "number", "integer", "flag", "month", "answer"]
Personal = Literal["name", "phone", "plate", "vin", "free_text"]


@dataclass(frozen=True)
class Column:
    """One column of an input table.

    Attributes
    ----------
    name, zh, en
        Canonical name and its labels.
    kind
        How a cell is read. ``answer`` is a survey answer: a word of the scale or a number from 0 to 100.
    required
        The column must exist and no cell of it may be empty.
    codes
        Name of the code set (see `CODES`) when `kind` is ``code``.
    minimum, maximum
        Inclusive bounds of a number.
    aliases
        Other headers that are accepted without configuration.
    default
        Code that stands in for an empty cell.
    personal
        What kind of personal data the cells hold, so that it is masked wherever it is shown.
    is_name
        It names a person or a store of ours: blanks inside and full width make no other (`contract.names`).
    by_tail
        The end of a VIN is enough, under a header of `VIN_TAILS` too: the table points to a vehicle.
    used
        The report is made from it, or hides it in texts; else it is checked where it is read, and not queried
        where a source can be read in part.
    """

    name: str
    zh: str
    en: str
    kind: Kind = "text"
    required: bool = False
    codes: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    aliases: tuple[str, ...] = ()
    default: object = None
    personal: Personal | None = None
    is_name: bool = False
    by_tail: bool = False
    used: bool = True


@dataclass(frozen=True)
class Table:
    """One input table.

    Attributes
    ----------
    key
        Columns that identify a row within a store; empty when rows need not be unique.
    dated_by
        The column that places a row in time.
    references
        ``{column: (table, column)}``: values that must exist in another table, else the input is bad.
    """

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    dated_by: str
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """The column of that canonical name."""
        return next(c for c in self.columns if c.name == name)

    @property
    def names(self) -> list[str]:
        """Canonical column names, in order."""
        return [c.name for c in self.columns]


CODES: dict[str, dict[str, tuple[str, str]]] = {
    "owner_type": {"private": ("私车", "Private"), "fleet": ("公车", "Fleet")},
    "order_type": {
        "maintenance": ("保养", "Maintenance"),
        "repair": ("一般维修", "Repair"),
        "accident": ("事故", "Accident"),
        "warranty": ("索赔", "Warranty"),
        "other": ("其他", "Other"),
    },
    "booking_status": {
        "on_time": ("准时", "On time"),
        "early": ("提前", "Early"),
        "late": ("延迟", "Late"),
        "cancelled": ("取消", "Cancelled"),
        "no_show": ("未进厂", "No show"),
    },
    "rework_cause": {
        "shake": ("车辆抖动", "Vehicle shake"),
        "skill": ("维修技术", "Repair skill"),
        "parts": ("配件更换", "Part replaced"),
        "noise": ("行驶异响", "Noise on the road"),
        "incomplete": ("未全部完成", "Not fully done"),
    },
    "call_result": {
        "valid": ("有效", "Valid"),
        "unreachable": ("无法联系", "Unreachable"),
        "refused": ("拒访", "Refused"),
        "invalid": ("无效", "Invalid"),
    },
    "cause": {
        "quality": ("质量", "Quality"),
        "time": ("时间", "Time"),
        "cost": ("费用", "Cost"),
        "parts": ("备件", "Parts"),
        "attitude": ("服务态度", "Attitude"),
        "vehicle": ("整车", "Vehicle"),
        "warranty": ("索赔", "Warranty"),
        "other": ("其他", "Other"),
    },
    "scope": {
        "store": ("本店", "Store"),
        "branch": ("分中心", "Branch"),
        "national": ("全国", "Nation"),
        "advisor": ("服务顾问", "Advisor"),
    },
    "section": {
        "reception": ("接收车辆", "Reception"),
        "work_order": ("确定任务委托书", "Work order"),
        "waiting": ("维修等待", "Waiting"),
        "handover": ("交车结算", "Handover and bill"),
        "facilities": ("硬件设施", "Facilities"),
    },
    "level": {
        "normal": ("一般", "Normal"),
        "escalated": ("升级", "Escalated"),
        "major": ("重大", "Major"),
    },
    "complaint_department": {
        "front": ("前台", "Front desk"),
        "workshop": ("车间", "Workshop"),
        "parts": ("配件", "Parts"),
        "service": ("客服", "Customer service"),
        "oem": ("厂家", "Car maker"),
        "customer": ("客户", "Customer"),
    },
    "complaint_status": {"open": ("处理中", "Open"), "closed": ("已关闭", "Closed")},
    "churn_result": {
        "reached": ("成功", "Reached"),
        "powered_off": ("关机", "Phone off"),
        "rejected": ("拒接", "Call rejected"),
        "suspended": ("停机", "Number suspended"),
        "no_signal": ("无法接通", "No connection"),
        "no_answer": ("无人接听", "No answer"),
        "one_visit": ("仅来站一次", "Came only once"),
    },
    "churn_reason": {
        "about_to_come": ("即将来站保养", "About to come"),
        "mileage_not_due": ("公里数未到", "Mileage not due"),
        "went_elsewhere": ("已到其它站维修", "Went elsewhere"),
        "too_far": ("太远", "Too far"),
        "road_works": ("修路不方便", "Road works"),
        "other_user": ("其他人使用", "Used by others"),
    },
    "action_department": {
        "front": ("前台", "Front desk"),
        "workshop": ("车间", "Workshop"),
        "parts": ("配件", "Parts"),
        "service": ("客服", "Customer service"),
        "booking": ("预约", "Bookings"),
    },
    "finding_level": {
        "signal": ("信号", "Signal"),
        "due": ("待办", "Due"),
        "watch": ("留意", "Watch"),
        "none": ("没有信号", "No signal"),
        "unknown": ("不评价", "Not judged"),
    },
    "finding_rule": {
        "point": ("单月", "Month"),
        "run": ("持续变化", "Sustained"),
        "outside": ("人员差异", "Person"),
        "shift": ("原因构成", "Causes"),
        "target": ("目标", "Target"),
        "cases": ("待处理", "Cases"),
    },
    "outcome": {
        "better": ("信号：变好", "Signal: better"),
        "worse": ("信号：变差", "Signal: worse"),
        "earlier": ("变化早于措施", "Changed before the measure"),
        "none": ("没有信号", "No signal"),
        "unknown": ("历史太短，不评价", "Too little history to judge"),
    },
    "flag": {
        "owner_is_supervisor": ("责任人即监督人", "Owner is supervisor"),
        "no_evidence": ("完成无依据", "Done without evidence"),
        "no_effect": ("完成，未见效果", "Done, no effect seen"),
        "late": ("逾期", "Late"),
    },
    "finding_direction": {"better": ("变好", "Better"), "worse": ("变差", "Worse")},
    "gain_unit": {
        "mot_points": ("MOT分", "MOT points"),
        "customers": ("客户", "Customers"),
        "cny": ("元", "CNY"),
        "cases": ("例", "Cases"),
    },
    "action_status": {
        "not_started": ("未做", "Not started"),
        "in_progress": ("进行中", "In progress"),
        "done": ("完成", "Done"),
    },
    "mot_item": {
        "explain_work": ("解释即将开展的维修工作", "Explains the work to be done"),
        "reception_speed": ("接车过程迅速", "Quick reception"),
        "work_quality": ("正确、彻底地完成维修保养", "Work done right and completely"),
        "explain_bill": ("解释结算清单", "Explains the bill"),
        "handover_speed": ("提车过程迅速", "Quick handover"),
        "time_in_shop": ("服务站停留时间", "Time in the shop"),
        "listening": ("积极、友好地倾听要求和期望并给予响应", "Listens and responds"),
        "handover_escort": ("有人协助提车", "Escorted handover"),
        "car_clean": ("车辆干净且车况良好", "Car clean and in good order"),
        "lounge": ("顾客休息区舒适", "Comfortable lounge"),
    },
    # scopes of the oem.css table, which adds last month's row to the scopes of the input
    "css_scope": {
        "previous": ("上期", "Last month"),
        "current": ("本期", "This month"),
        "branch": ("分中心", "Branch"),
        "national": ("全国", "Nation"),
    },
    "verdict": {
        "consistent": ("一致", "Consistent"),
        "rounding": ("修约差", "Rounding"),
        "inconsistent": ("不一致", "Inconsistent"),
    },
    "severity": {
        "ok": ("正常", "Fine"),
        "note": ("提示", "Note"),
        "warning": ("可疑", "Suspicious"),
        "error": ("错误", "Error"),
    },
    "join_verdict": {"ok": ("正常", "Fine"), "poor": ("偏低", "Poor"), "broken": ("断开", "Broken")},
    "target_verdict": {
        "met": ("达标", "Met"),
        "missed": ("未达", "Missed"),
        "undecided": ("未定", "Undecided"),
    },
    "private_step": {
        "private_cohort": ("当月来站私车", "Private vehicles that came"),
        "returned": ("此后回站", "Came back since"),
        "to_call": ("应回访私车", "To call"),
        "one_visit": ("仅来站一次", "Came only once"),
        "not_due": ("未到期", "Not due yet"),
        "not_reached": ("未接通或未致电", "Not reached or not called"),
        "known_lost": ("已知流失", "Known lost"),
        "fleet_cohort": ("当月来站公车", "Fleet vehicles that came"),
        "fleet_lost": ("流失公车", "Fleet vehicles lost"),
    },
    "churn_step": {
        "cohort": ("当月来站", "Came that month"),
        "returned": ("此后回站", "Came back since"),
        "lost": ("流失", "Lost"),
        "fleet": ("公车", "Fleet vehicles"),
        "one_visit": ("仅来站一次", "Came only once"),
        "not_due": ("未到期", "Not due yet"),
        "really_lost": ("真正流失", "Really lost"),
    },
    "question": {f"q{i}": (f"问题{zh}", f"Q{i}") for i, zh in enumerate("一二三四五六七八", 1)},
}

# Shorter names of the MOT items, for chart axes.
MOT_SHORT: dict[str, tuple[str, str]] = {
    **CODES["mot_item"],
    "work_quality": ("正确、彻底完成维修", "Work done right"),
    "explain_work": ("解释维修工作", "Explains work"),
    "listening": ("倾听并响应", "Listens"),
    "car_clean": ("车辆干净、车况良好", "Car clean"),
    "explain_bill": ("解释结算清单", "Explains bill"),
    "time_in_shop": ("服务站停留时间", "Time in shop"),
    "lounge": ("休息区舒适", "Lounge"),
}

MOT_ITEMS: tuple[str, ...] = tuple(CODES["mot_item"])
QUESTIONS: tuple[str, ...] = tuple(CODES["question"])
PT_SECTIONS: tuple[str, ...] = tuple(CODES["section"])
REWORK_CAUSES: tuple[str, ...] = tuple(CODES["rework_cause"])
TOP5_DEPARTMENTS: tuple[str, ...] = ("front", "workshop", "parts", "service")
ARRIVED: tuple[str, ...] = ("on_time", "early", "late")

# Sheets of this program's own in a workbook: no table, and nothing to remark on.
LISTED, GUIDE = "问题清单", "填写说明"
OWN_SHEETS = (LISTED, GUIDE)
# Stands in place of a store in a row that shows how to fill in a table: no record.
EXAMPLE = "示例"

# Values that mean a code besides the code itself and its two labels.
CODE_ALIASES: dict[str, dict[str, str]] = {
    "owner_type": {"公司": "fleet", "单位": "fleet", "个人": "private"},
    "scope": {"全国平均": "national", "全国平均分": "national"},
}

# Headers of a column that holds the end of a VIN, and how many characters of it: 车架号后六位, VIN后8位.
VIN_TAILS: dict[str, int] = {
    f"{name}{end}{digits}{unit}": length
    for name in ("VIN", "VIN码", "VIN号", "车架号", "车架", "底盘号", "车辆识别代号")
    for end in ("后", "末", "尾", "最后")
    for digits, length in (("六", 6), ("6", 6), ("八", 8), ("8", 8))
    for unit in ("位", "码", "位数")
}

# The words of the survey scale and their points.
ANSWERS: dict[str, float] = {
    "非常满意": 100, "特别满意": 100, "满意": 80, "一般": 60, "不满意": 40, "非常不满意": 20,
    "very satisfied": 100, "satisfied": 80, "neutral": 60, "dissatisfied": 40, "very dissatisfied": 20,
}  # fmt: skip
FLAGS: dict[str, bool] = {
    "是": True, "否": False, "yes": True, "no": False, "true": True, "false": False,
    "1": True, "0": False, "1.0": True, "0.0": False, "y": True, "n": False,
}  # fmt: skip


def _c(name: str, zh: str, en: str, kind: Kind = "text", req: bool = False, **more: object) -> Column:
    return Column(name, zh, en, kind, req, **more)  # type: ignore[arg-type]


_STORE = _c("store", "门店", "Store", is_name=True)
_ORDER_ALIASES = ("委托书号", "委托书编号", "作业单号", "RO号")
_VIN = _c("vin", "VIN", "VIN", req=True, personal="vin",
          aliases=("VIN码", "VIN号", "车架号", "底盘号", "车辆识别代号"))  # fmt: skip
_VIN_OF_CALL = replace(_VIN, by_tail=True)
_PLATE = _c("plate", "车牌号", "Plate", personal="plate", aliases=("牌照号", "牌照"), used=False)
_ADVISOR = _c(
    "advisor", "服务顾问", "Advisor", is_name=True, aliases=("服务专员", "客户经理", "接待员", "SA")
)
_OWNER = _c("owner_type", "客户类型", "Owner type", "code", True, codes="owner_type", aliases=("车主性质",))


def _order(required: bool = False) -> Column:
    return _c("order_id", "工单号", "Order", req=required, aliases=_ORDER_ALIASES)


TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        Table(
            "repair_orders", "维修工单", "Repair orders",
            (
                _STORE, _order(True), _VIN, _PLATE, _OWNER, _ADVISOR,
                _c("opened_at", "开单时间", "Opened", "datetime", True,
                   aliases=("开单日期", "接车时间", "进厂时间", "进站日期", "来厂日期")),
                _c("promised_at", "预计交车时间", "Promised", "datetime",
                   aliases=("预交车时间", "约定交车时间")),
                _c("delivered_at", "交车时间", "Delivered", "datetime", aliases=("出厂时间", "结算时间")),
                _c("mileage_km", "行驶里程", "Mileage (km)", "number", minimum=0, maximum=3_000_000,
                   aliases=("进厂里程", "里程")),
                _c("order_type", "维修类型", "Order type", "code", codes="order_type"),
                _c("amount", "结算金额", "Amount (CNY)", "number", minimum=0),
            ),
            ("order_id",), "opened_at",
        ),
        Table(
            "bookings", "预约登记", "Bookings",
            (
                _STORE,
                _c("booking_id", "预约单号", "Booking", req=True),
                _c("planned_at", "预约进厂时间", "Planned arrival", "datetime", True),
                _c("proactive", "主动预约", "Store called", "flag", True),
                _c("status", "状态", "Status", "code", True, codes="booking_status"),
                _order(),
            ),
            ("booking_id",), "planned_at",
        ),
        Table(
            "jobs", "派工记录", "Jobs",
            (
                _STORE,
                _c("job_id", "派工号", "Job", req=True),
                _order(True),
                _c("technician", "维修技师", "Technician", req=True, is_name=True,
                   aliases=("技师", "责任技师", "主修", "施工人")),
                _c("finished_at", "完工时间", "Finished", "datetime", True),
                _c("rework_cause", "未一次修复原因", "Rework cause", "code", codes="rework_cause"),
            ),
            ("job_id",), "finished_at", {"order_id": ("repair_orders", "order_id")},
        ),
        Table(
            "survey_calls", "回访记录", "Survey calls",
            (
                _STORE,
                _c("call_id", "回访编号", "Call", req=True),
                _order(),
                _c("called_at", "回访时间", "Called", "datetime", True),
                _c("result", "回访结果", "Result", "code", True, codes="call_result"),
                *(_c(q, zh, en, "answer", minimum=0, maximum=100)
                  for q, (zh, en) in CODES["question"].items()),
                _c("suggestion", "建议", "Suggestion", personal="free_text"),
            ),
            ("call_id",), "called_at",
        ),
        Table(
            "grievances", "不满意原因", "Causes of dissatisfaction",
            (
                _STORE,
                _c("call_id", "回访编号", "Call", req=True),
                _c("cause", "原因", "Cause", "code", True, codes="cause"),
                _c("note", "说明", "Note", personal="free_text"),
            ),
            (), "", {"call_id": ("survey_calls", "call_id")},
        ),
        Table(
            "oem_css", "厂家CSS", "Car maker's CSS",
            (
                _STORE,
                _c("month", "月份", "Month", "month", True),
                _c("scope", "范围", "Scope", "code", True, codes="scope"),
                _ADVISOR,
                _c("sample", "成功样本量", "Sample", "integer", True, minimum=0),
                *(_c(item, zh, en, "number", aliases=("车辆干净并车况良好",) if item == "car_clean" else ())
                  for item, (zh, en) in CODES["mot_item"].items()),
                _c("css", "CSS分数", "CSS", "number"),
                _c("mot", "MOT分数", "MOT as printed", "number"),
            ),
            ("month", "scope", "advisor"), "month",
        ),
        Table(
            "oem_pt", "神秘访客", "Mystery visit",
            (
                _STORE,
                _c("month", "月份", "Month", "month", True),
                _c("section", "环节", "Section", "code", True, codes="section"),
                _c("item", "检查项", "Item", req=True),
                _c("points", "得分", "Points", "number", minimum=0),
                _c("max_points", "满分", "Full points", "number", minimum=0, default=1.0),
                _c("note", "备注", "Note", personal="free_text"),
            ),
            ("month", "section", "item"), "month",
        ),
        Table(
            "complaints", "投诉台账", "Complaints",
            (
                _STORE,
                _c("complaint_id", "投诉编号", "Complaint", req=True),
                _c("received_at", "受理时间", "Received", "datetime", True),
                _c("channel", "来源", "Channel"),
                _c("level", "级别", "Level", "code", codes="level", default="normal"),
                _order(),
                _c("category", "类别", "Category", "code", True, codes="cause"),
                _c("department", "责任部门", "Department", "code", True, codes="complaint_department"),
                _c("description", "投诉内容", "Description", personal="free_text"),
                _c("root_cause", "成因", "Root cause", personal="free_text"),
                _c("handling", "处理措施", "Handling", personal="free_text"),
                _c("handler", "处理人", "Handler", is_name=True),
                _c("first_contact_at", "首次联系时间", "First contact", "datetime"),
                _c("status", "状态", "Status", "code", True, codes="complaint_status"),
                _c("closed_at", "关闭时间", "Closed", "datetime"),
                _c("satisfied", "处理后满意", "Satisfied after", "flag"),
            ),
            ("complaint_id",), "received_at",
        ),
        Table(
            "customers", "客户档案", "Customers",
            (
                _STORE, _VIN,
                _c("created_at", "建档日期", "Created", "date", True),
                _OWNER,
                _c("name", "姓名", "Name", personal="name"),
                _c("phone", "电话", "Phone", personal="phone", aliases=("手机", "移动电话", "联系电话")),
                _PLATE,
            ),
            ("vin",), "created_at",
        ),
        Table(
            "churn_calls", "流失回访", "Churn calls",
            (
                _STORE, _VIN_OF_CALL,
                _c("called_at", "回访时间", "Called", "datetime", True),
                _c("result", "回访结果", "Result", "code", True, codes="churn_result"),
                _c("reason", "流失原因", "Reason", "code", codes="churn_reason"),
            ),
            (), "called_at",
        ),
        Table(
            "actions", "改善措施", "Actions",
            (
                _STORE,
                _c("action_id", "编号", "Action", req=True),
                _c("month", "提出月份", "Raised in", "month", True),
                _c("department", "部门", "Department", "code", True, codes="action_department"),
                _c("rank", "优先顺序", "Rank", "integer"),
                _c("problem", "存在问题", "Problem", req=True, personal="free_text"),
                _c("mot_item", "对应MOT项", "MOT item", "code", codes="mot_item"),
                _c("metric", "对应指标", "Metric", "code", codes="metric"),
                _c("root_cause", "要因分析", "Root cause", personal="free_text"),
                _c("measure", "改善措施", "Measure", personal="free_text"),
                _c("resource", "所需资源", "Resources", personal="free_text"),
                _c("owner", "责任人", "Owner", is_name=True),
                _c("due", "完成时间", "Due", "date"),
                _c("supervisor", "监督人", "Supervisor", is_name=True),
                _c("checkpoint", "过程控制节点", "Checkpoint", personal="free_text"),
                _c("status", "完成情况", "Status", "code", codes="action_status", default="not_started"),
                _c("done_at", "实际完成日期", "Done on", "date"),
                _c("evidence", "完成依据", "Evidence", personal="free_text"),
            ),
            ("action_id",), "month",
        ),
    )
}  # fmt: skip

# Columns that the reader adds to survey calls: the answers that it took out as of another scale, and the row.
OFF_SCALE, OFF_SCALE_ROW = "off_scale", "off_scale_row"
# A score of an index near 100, or of a scale to 100, that is above 0 and not above this may be one of 5 or of 10.
SMALL_SCORE = 10

# Dates of a row that follow each other: the later one, the earlier one.
# Columns without which a table is silent on what it is read for. Where they are missing nobody knows.
SILENT_WITHOUT: dict[str, str] = {
    "jobs": "rework_cause",
    "survey_calls": "q1",
    "churn_calls": "reason",
    "actions": "status",
}

IN_ORDER: dict[str, tuple[tuple[str, str], ...]] = {
    "repair_orders": (("delivered_at", "opened_at"),),
    "complaints": (("first_contact_at", "received_at"), ("closed_at", "received_at")),
}

# Links between tables: which column of the first names a row of the second.
LINKS: tuple[tuple[str, str, str], ...] = (
    ("jobs", "order_id", "repair_orders"),
    ("bookings", "order_id", "repair_orders"),
    ("survey_calls", "order_id", "repair_orders"),
    ("complaints", "order_id", "repair_orders"),
    ("grievances", "call_id", "survey_calls"),
    ("churn_calls", "vin", "repair_orders"),
    ("repair_orders", "vin", "customers"),
    ("oem_css", "advisor", "repair_orders"),
)


def link_name(child: str, column: str, parent: str) -> str:
    """What a link is called: ``churn_calls.vin → repair_orders.vin``."""
    return f"{child}.{column} → {parent}.{column}"


CODES["link"] = {
    link_name(*link): (
        f"{TABLES[link[0]].zh}的{TABLES[link[0]].column(link[1]).zh} → {TABLES[link[2]].zh}",
        f"{TABLES[link[0]].en}: {TABLES[link[0]].column(link[1]).en} → {TABLES[link[2]].en}",
    )
    for link in LINKS
}

# What a measure is meant to move: any figure, by its name or as the glossary calls it.
CODES["metric"] = {name: (figure.zh, figure.en) for name, figure in FIGURES.items()}
# What a finding is about: a figure, or what a table has a row of.
CODES["watched"] = CODES["metric"] | {
    "complaints.causes": ("不满意原因", "Cause of dissatisfaction"),
    "css.questions": ("回访问题", "Survey question"),
}
CODES["subject"] = {
    **CODES["mot_item"],
    **CODES["cause"],
    **CODES["question"],
    **CODES["action_department"],
}


def label(codes: str, code: object, lang: Lang = "zh") -> str:
    """The name of a code in a language; an unknown code is shown as it is, a missing one as "–".

    >>> label("cause", "quality", "en")
    'Quality'
    """
    if code is None or code != code:
        return "–"
    names = CODES[codes].get(str(code))
    return names[0 if lang == "zh" else 1] if names else str(code)


def short_item(item: str, lang: Lang = "zh") -> str:
    """The short name of a MOT item, for the axis of a chart."""
    return MOT_SHORT[item][0 if lang == "zh" else 1]

"""What each table of the report is, declared once: names, columns, key, and what of a row is explained.

Page, paper, workbook, charts, reports made by hand and `explain` read these records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aftersales.contract.columns import Column, col, from_figure, guessed
from aftersales.contract.figures import FIGURES, Figure, Unit
from aftersales.contract.schema import CODES, MOT_ITEMS, QUESTIONS, REWORK_CAUSES


@dataclass(frozen=True)
class ReportTable:
    """One table of the report.

    Attributes
    ----------
    zh, en
        What the workbook's sheet is called, and a row's explanation begins with.
    columns
        In the order of the page.
    key, explained
        The column that names a row, and the one whose number `explain` explains; empty where rows are not explained.
    unit, formula_zh, formula_en, slide
        Of the number that is explained.
    on_sheet
        It has a sheet of its own in the workbook.
    """

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: str = ""
    explained: str = ""
    unit: Unit = "count"
    formula_zh: str = ""
    formula_en: str = ""
    slide: str = ""
    on_sheet: bool = True

    def label(self, lang: str) -> str:
        """Its name in a language."""
        return self.zh if lang == "zh" else self.en

    def formula(self, lang: str) -> str:
        """How the explained number is computed, in a language."""
        return self.formula_zh if lang == "zh" else self.formula_en

    def column(self, key: str, values: Sequence[Any] = (), figures: Mapping[str, Figure] = FIGURES) -> Column:
        """The column of that key: as declared, else as the figure of that name has it, else what its values say."""
        own = next((column for column in self.columns if column.key == key), None)
        figure = figures.get(f"{self.name.partition('.')[0]}.{key}")
        return own or (guessed(key, values) if figure is None else from_figure(figure, key))

    @property
    def on_page(self) -> list[Column]:
        """The columns that page and paper show."""
        return [column for column in self.columns if column.on_page]


def _hidden(*args: Any, **more: Any) -> Column:
    return col(*args, on_page=False, **more)


# Tables of words.
# fmt: off
_INSIDE = {"group_zh": "内访（本店回访）", "group_en": "Internal survey"}
_OUTSIDE = {"group_zh": "外访（厂家代理机构）", "group_en": "External (car maker's agency)"}
_HOURS = {"unit_zh": "小时", "unit_en": "h"}
_PERCENT = {"unit_zh": "%", "unit_en": "%"}
_FINE = {"digits": 2}  # a first-time-fix rate moves in hundredths of a percent

_MONTH = col("month", "月份", "Month", "month")
_ADVISOR = col("advisor", "服务顾问", "Advisor")
_VISITS = col("orders", "接车台次", "Visits", "integer")
_JOBS = col("jobs", "维修台次", "Jobs", "integer")
_CAUSE = col("cause", "原因", "Cause", "code", codes="cause")
_COUNT, _SHARE = col("count", "数量", "Count", "integer", bar=True), col("share", "占比", "Share", "percent")
_WILSON = (col("low", "95%下限", "95% low", "percent"), col("high", "95%上限", "95% high", "percent"))
_ON_TIME = (col("orders", "交车", "Delivered", "integer"), col("on_time", "准时", "On time", "integer", bar=True),
            col("rate", "准时交车率", "On-time delivery", "percent"), *_WILSON)
_RANK, _PROBLEM = col("rank", "序", "No.", "integer"), col("problem", "存在问题", "Problem")
_MEASURE, _OWNER = col("measure", "改善措施", "Measure"), col("owner", "责任人", "Owner")
_DUE, _SUPERVISOR = col("due", "完成时间", "Due", "date"), col("supervisor", "监督人", "Supervisor")
_LIMITS = (_hidden("centre", "中心线", "Centre", "percent", **_FINE),
           _hidden("lower", "下控制限", "Lower limit", "percent", **_FINE),
           _hidden("upper", "上控制限", "Upper limit", "percent", **_FINE), _hidden("signal", "信号", "Signal", "flag"))
_FTF = ("1 − 未一次修复 ÷ 维修台次", "1 − not fixed ÷ jobs")


def _top5(department: str) -> ReportTable:
    zh, en = CODES["action_department"][department]
    return ReportTable(
        f"top5.{department}", f"TOP5{zh}", f"TOP5 {en[0].lower()}{en[1:]}",
        (_RANK, _PROBLEM, col("evidence", "数据依据", "Evidence"), _MEASURE, _OWNER, _DUE, _SUPERVISOR,
         col("checkpoint", "过程控制节点", "Checkpoint"), _hidden("proposed", "系统建议", "Proposed", "flag"),
         _hidden("metric", "对应指标", "Metric", "code", codes="metric"), _hidden("subject", "对象", "Subject"),
         _hidden("baseline", "基线", "Baseline", "number", digits=4), _hidden("n", "样本量", "n", "integer"),
         _hidden("target", "目标", "Target", "number", digits=4), _hidden("gain", "预期收益", "Gain", "number"),
         _hidden("unit", "收益单位", "Unit of gain", "code", codes="gain_unit")),
        "rank", "rank", "count", "本月提出的该部门措施，按优先顺序；其后是由信号清单提议的（proposed），合计至多五条",
        "the department's measures of the month by rank, then what the findings propose, five at the most", "30–33")


_TABLES = (
    ReportTable("review.mot", "上月措施与MOT项", "Measures and MOT items", (
        col("item", "改善项目", "MOT item", "code", codes="mot_item"), col("actions", "行动计划", "Measures", "integer"),
        col("done", "已完成", "Done", "integer"), col("completion_rate", "完成率", "Completed", "percent", digits=0),
        col("previous", "上月得分", "Last month", "number"), col("current", "本月得分", "This month", "number"),
        col("change", "效果", "Effect", "change")),
        "item", "completion_rate", "rate", "该项已完成措施 ÷ 上月针对该项的措施",
        "measures done ÷ measures of last month for the item", "5"),
    ReportTable("review.results", "上月措施的结果", "What became of the measures", (
        _hidden("action_id", "编号", "Number"), col("department", "部门", "Department", "code", codes="action_department"),
        _PROBLEM, _OWNER, col("metric", "对应指标", "Metric"), _hidden("subject", "对象", "Subject"),
        col("before", "措施前", "Before"), col("after", "本月", "This month"),
        col("outcome", "结果", "Outcome", "code", codes="outcome"), _hidden("status", "完成情况", "Status", "code", codes="action_status"),
        _hidden("days_late", "逾期天数", "Days late", "integer"), col("flags", "注意", "Note", "code", codes="flag"))),
    ReportTable("oem.css", "厂家CSS得分", "CSS scores", (
        col("name", "项目", "Item"), col("weight", "权重", "Weight", "percent", digits=0),
        col("previous", "上月", "Last month", "number"), col("current", "本月", "This month", "number"),
        col("change", "变化", "Change", "change"), col("contribution", "对MOT的贡献", "Adds to MOT", "change", digits=2),
        col("branch", "分中心", "Branch", "number"), col("national", "全国", "Nation", "number"),
        _hidden("scope", "范围", "Scope", "code", codes="css_scope"), _hidden("sample", "样本量", "Sample", "integer"),
        *(_hidden(item, *CODES["mot_item"][item], "number") for item in MOT_ITEMS),
        _hidden("mot", "MOT得分", "MOT", "number"), _hidden("css", "CSS得分", "CSS", "number")),
        "scope", "mot", "points", "Σ 权重 × 项目得分，十项", "Σ weight × item score over ten items", "7"),
    ReportTable("oem.pt", "神秘访客", "Mystery visit", (
        col("section", "环节", "Section", "code", codes="section"), col("items", "检查项数", "Items", "integer"),
        col("points", "得分", "Points", "number"), col("max_points", "满分", "Full points", "number"),
        col("score", "得分率", "Score", "number"), col("weight", "权重", "Weight", "percent"),
        col("contribution", "贡献", "Contribution", "change", digits=2),
        col("not_applicable", "不适用", "Not applicable", "integer")),
        "section", "score", "points", "100 × 得分 ÷ 满分，不适用项不计",
        "100 × points ÷ full points of applicable items", "8"),
    ReportTable("css.questions", "回访问题得分", "Survey questions", (
        col("question", "问题", "Question", "code", codes="question"), col("previous", "上月", "Last month", "number"),
        col("current", "本月", "This month", "number"), col("n", "样本量", "n", "integer"),
        col("n_previous", "上月样本量", "n last month", "integer"), col("change", "变化", "Change", "change")),
        "question", "current", "points", "答了该题的有效回访的平均分", "mean over the valid calls that answered it", "12"),
    ReportTable("css.advisors", "服务顾问", "Advisors", (
        _ADVISOR, _VISITS, col("internal_n", "回访", "Calls", "integer", **_INSIDE),
        col("coverage", "覆盖率", "Coverage", "percent", digits=0, **_INSIDE),
        *(col(q, *CODES["question"][q], "number", **_INSIDE) for q in QUESTIONS),
        col("external_n", "样本", "Sample", "integer", **_OUTSIDE),
        *(col(item, *CODES["mot_item"][item], "number", **_OUTSIDE) for item in MOT_ITEMS),
        col("mot", "MOT", "MOT", "number", **_OUTSIDE),
        _hidden("delighted", "特别满意", "Delighted", "integer", **_INSIDE),
        _hidden("disappointed", "一般以下", "Disappointed", "integer", **_INSIDE)),
        "advisor", "coverage", "rate", "该顾问工单的有效回访 ÷ 本月工单（工单可属上月）",
        "valid calls on the advisor's orders ÷ orders of the month", "14"),
    ReportTable("complaints.causes", "不满意原因", "Causes of dissatisfaction", (
        _CAUSE, col("w1", "第一周", "Week 1", "integer"), col("w2", "第二周", "Week 2", "integer"),
        col("w3", "第三周", "Week 3", "integer"), col("w4", "第四周", "Week 4", "integer"),
        col("month", "全月", "Month", "integer", bar=True), col("share", "占提及", "Of mentions", "percent"),
        col("share_customers", "占不满意客户", "Of customers", "percent")),
        "cause", "share", "rate", "提及该原因 ÷ 全部提及", "mentions of the cause ÷ all mentions", "17"),
    ReportTable("complaints.departments", "投诉责任部门", "Complaints by department", (
        col("department", "责任部门", "Department", "code", codes="complaint_department"), _COUNT, _SHARE),
        "department", "share", "rate", "该部门投诉 ÷ 本月投诉", "the department's complaints ÷ those of the month", "19"),
    ReportTable("complaints.register", "投诉台账", "Complaints", (
        col("complaint_id", "投诉编号", "Complaint"), col("received_at", "受理", "Received", "datetime"),
        col("level", "级别", "Level", "code", codes="level"), col("category", "类别", "Category", "code", codes="cause"),
        col("department", "责任部门", "Department", "code", codes="complaint_department"),
        col("description", "投诉内容", "Complaint text"), col("root_cause", "成因", "Root cause"),
        col("handling", "处理措施", "Handling"), col("status", "状态", "Status", "code", codes="complaint_status"),
        col("hours_to_contact", "首次联系", "Contact", "number", **_HOURS),
        col("hours_to_close", "关闭", "Closed", "number", **_HOURS),
        _hidden("channel", "来源", "Channel"), _hidden("order_id", "工单号", "Order"),
        _hidden("handler", "处理人", "Handler"),
        _hidden("first_contact_at", "首次联系时间", "First contact", "datetime"),
        _hidden("closed_at", "关闭时间", "Closed at", "datetime"),
        _hidden("satisfied", "处理后满意", "Satisfied after", "flag"),
        _hidden("age_hours", "未关闭已历时", "Open so far", "number", **_HOURS),
        _hidden("overdue", "超时", "Late", "flag")),
        "complaint_id", "hours_to_close", "hours", "受理到关闭的小时数", "hours from receipt to close", "18"),
    ReportTable("ftf.technicians", "维修技师", "Technicians", (
        col("technician", "维修技师", "Technician"), _JOBS,
        col("not_fixed", "未一次修复", "Not fixed", "integer", bar=True),
        *(col(c, *CODES["rework_cause"][c], "integer") for c in REWORK_CAUSES),
        col("rate", "一次维修合格率", "First-time fix", "percent", **_FINE),
        col("interval", "95%区间", "95% interval", **_PERCENT),
        col("pooled_rate", "近三月", "Three months", "percent", **_FINE),
        _hidden("failure_rate", "返修率", "Failure rate", "percent", **_FINE),
        _hidden("low", "95%下限", "95 % low", "percent", **_FINE),
        _hidden("high", "95%上限", "95 % high", "percent", **_FINE),
        _hidden("outside", "超出界限", "Outside limits")),
        "technician", "rate", "rate", *_FTF, "21"),
    ReportTable("ftf.trend", "一次维修合格率走势", "First-time fix by month", (
        _MONTH, *_LIMITS),
        "month", "rate", "rate", *_FTF, "22"),
    ReportTable("booking.trend", "预约走势", "Bookings by month", (
        _MONTH,),
        "month", "rate", "rate", "预约进厂 ÷ 进厂台次", "arrived ÷ visits", "25"),
    ReportTable("churn.archive_trend", "档案与基盘客户", "Archive and base", (
        _MONTH, col("gap", "差额", "Gap", "integer"),
        col("short", "工单不足基盘期", "Orders fall short of the base's months", "flag")),
        "month", "base", "count", "截至月末若干月内来过的车辆（月数为参数）",
        "vehicles with a visit in the months to its end (a param)", "26"),
    ReportTable("churn.results", "流失回访结果", "Churn calls, results", (
        col("result", "回访结果", "Result", "code", codes="churn_result"), _COUNT, _SHARE),
        "result", "share", "rate", "该结果 ÷ 已致电的流失私车", "with the result ÷ lost private vehicles called", "27"),
    ReportTable("churn.reasons", "流失原因", "Churn reasons", (
        col("reason", "流失原因", "Reason", "code", codes="churn_reason"), _COUNT, _SHARE),
        "reason", "share", "rate", "该原因 ÷ 说了原因的已回访者", "with the reason ÷ those reached who gave one", "28"),
    *(_top5(department) for department in ("front", "workshop", "parts", "service")),
    ReportTable("checks", "勾稽校验", "Reconciliation", (
        col("verdict", "结论", "Verdict", "code", codes="verdict"), col("said", "发现 → 下一步", "Finding → next step"),
        col("reported", "报表值", "Reported", "number", digits=2), col("computed", "计算值", "Computed", "number", digits=2),
        _hidden("rule", "校验规则", "Rule"), _hidden("subject", "对象", "Subject"),
        _hidden("severity", "程度", "Severity", "code", codes="severity"), _hidden("rows", "涉及的行", "Rows"))),
    ReportTable("delivery.advisors", "准时交车（服务顾问）", "On-time delivery by advisor", (
        _ADVISOR, *_ON_TIME, _hidden("outside", "超出界限", "Outside limits")),
        "advisor", "rate", "rate", "该顾问准时交车 ÷ 该顾问可判断的交车", "the advisor's on time ÷ deliveries with both times"),
    ReportTable("ftf.returns", "返修回厂", "Cars back in the workshop", (
        col("order_id", "首次工单", "First order"), _ADVISOR, col("returned_order_id", "再次工单", "Later order"),
        col("days", "相隔天数", "Days", "integer"), col("km", "相隔公里", "Km", "number", digits=0),
        col("red_line", "10天内", "Within 10 days", "flag"))),
    ReportTable("churn.call_list", "流失私车名单", "Lost private vehicles", (
        col("order_id", "最后工单", "Last order"), col("last_visit", "最后来站", "Last visit", "date"),
        col("days", "距月末天数", "Days since", "integer"), col("amount", "12个月金额", "Amount, 12 months", "integer"),
        _ADVISOR, col("result", "回访结果", "Result", "code", codes="churn_result"),
        col("reason", "流失原因", "Reason", "code", codes="churn_reason"))),
    ReportTable("complaints.ageing", "投诉时长", "Complaints by age", (
        col("bucket", "小时", "Hours"), col("closed", "已关闭", "Closed", "integer", bar=True),
        col("open", "未关闭", "Open", "integer", bar=True))),
    ReportTable("complaints.channels", "投诉来源", "Complaints by channel", (
        col("channel", "来源", "Channel"), _COUNT, _SHARE)),
    ReportTable("review.waiting", "久拖未结的措施", "Measures open for months", (
        col("action_id", "编号", "Measure"), col("month", "提出月份", "Raised in", "month"),
        col("months_open", "已历月数", "Months open", "integer"), col("days_late", "逾期天数", "Days late", "integer"),
        col("owner_is_supervisor", "责任人即监督人", "Owner is supervisor", "flag"),
        _hidden("department", "部门", "Department", "code", codes="action_department"), _PROBLEM, _OWNER,
        _hidden("supervisor", "监督人", "Supervisor"), _DUE,
        _hidden("status", "完成情况", "Status", "code", codes="action_status"))),
    ReportTable("css.themes", "建议主题", "Suggestions by theme", (
        col("theme", "主题", "Theme"), _COUNT, _SHARE,
        col("disappointed", "其中失望顾客", "Of the disappointed", "integer"), _hidden("calls", "回访编号", "Calls"))),
    ReportTable("css.advisor_rates", "服务顾问的失望率", "Disappointment by advisor", (
        _ADVISOR, _VISITS, col("valid", "有效回访", "Valid calls", "integer"),
        col("coverage", "覆盖率", "Coverage", "percent", digits=0),
        col("disappointed", "失望顾客", "Disappointed", "integer", bar=True),
        col("rate", "失望率", "Rate", "percent"), *_WILSON, _hidden("outside", "超出界限", "Outside limits"))),
    ReportTable("complaints.cause_rates", "每百次有效回访的原因", "Causes per 100 valid calls", (
        _CAUSE, col("mentions", "提及", "Mentions", "integer", bar=True),
        _hidden("valid", "有效回访", "Valid calls", "integer"),
        col("per_100", "每百次有效回访", "Per 100 valid calls", "number"),
        col("before", "前11个月", "11 months before", "number"))),
    ReportTable("comparison", "对比", "Comparison", (
        col("figure", "指标", "Figure"), col("current", "本月", "This month", "number", digits=4),
        col("previous", "上月", "Last month", "number", digits=4), col("year_ago", "去年同月", "Year ago", "number", digits=4),
        col("ytd", "本年累计", "Year to date", "number", digits=4),
        col("ytd_year_ago", "去年同期累计", "Same months last year", "number", digits=4),
        col("target", "目标", "Target", "number", digits=4),
        col("target_verdict", "对目标", "On target", "code", codes="target_verdict"),
        _hidden("low", "95%下限", "95 % low", "number", digits=4), _hidden("high", "95%上限", "95 % high", "number", digits=4))),
    ReportTable("joins", "表间关联", "Links between tables", (
        col("link", "关联", "Link"), col("rows", "本月行数", "Rows", "integer"), col("found", "能找到", "Found", "integer"),
        _SHARE, col("verdict", "结论", "Verdict", "code", codes="join_verdict"))),
    ReportTable("findings", "信号清单", "Findings", (
        col("figure", "指标", "Figure"), col("subject", "对象", "Subject"),
        col("level", "结论", "Level", "code", codes="finding_level"),
        col("rule", "检验", "Test", "code", codes="finding_rule"),
        col("direction", "方向", "Direction", "code", codes="finding_direction"),
        col("value", "数值", "Value", "number", digits=4), col("reference", "参照", "Reference", "number", digits=4),
        col("n", "样本量", "n", "integer"), col("z", "z", "z", "number", digits=2), col("p", "p", "p", "number", digits=4),
        col("since", "起始月", "Since", "month"),
        col("department", "部门", "Department", "code", codes="action_department"),
        col("gain", "预期收益", "Gain", "number"), col("unit", "收益单位", "Unit of gain", "code", codes="gain_unit"),
        col("cases", "涉及的单号", "Cases"))),

    # Tables that are shown and not glued.
    ReportTable("delivery.story", "从交车到评分", "From hand-over to score", (
        col("what", "环节", "What"), col("previous", "上月", "Last month"), col("current", "本月", "This month"))),
    ReportTable("delivery.hours", "各时段准时交车", "On-time delivery by hour", (
        col("hour", "预计交车（点）", "Promised (hour)", "integer"), *_ON_TIME)),
    ReportTable("delivery.types", "各类型准时交车", "On-time delivery by order type", (
        col("order_type", "维修类型", "Order type", "code", codes="order_type"), *_ON_TIME)),
    ReportTable("review.measures", "上月措施", "Measures of last month", (
        _RANK, col("department", "部门", "Department", "code", codes="action_department"), _PROBLEM, _MEASURE, _OWNER,
        _DUE, _SUPERVISOR, col("status", "完成情况", "Status"), col("evidence", "证据", "Evidence"))),
    ReportTable("css.questionnaire", "问卷", "Questionnaire", (
        col("question", "题号", "Question"), col("text", "问题", "Wording"))),
    ReportTable("css.results", "回访结果", "Survey calls", (
        col("result", "类别", "Category", "code", codes="call_result"),
        col("previous", "上月", "Last month", "integer"), col("current", "本月", "This month", "integer", bar=True),
        _SHARE)),
    ReportTable("booking.status", "预约状态", "Booking status", (
        col("status", "类别", "Category", "code", codes="booking_status"), _COUNT, _SHARE)),
    ReportTable("booking.actions", "预约措施", "Booking measures", (
        col("problem", "目前的问题", "Problem"), col("root_cause", "要因分析", "Root cause"), _MEASURE,
        col("resource", "所需资源", "Resources"), _OWNER, _SUPERVISOR, col("due", "完成日期", "Due", "date"))),
    ReportTable("top5.targets", "下月目标", "Targets of next month", (
        col("figure", "指标", "Figure"), col("current", "本月实绩", "This month"), col("target", "目标", "Target"),
        col("met", "达成", "Met"), col("next_target", "下月建议目标", "Proposed for next month"))),
    ReportTable("oem.pt_missed", "神秘访客失分项", "Mystery visit, missed", (
        col("section", "环节", "Section", "code", codes="section"), col("item", "检查项", "Item"),
        col("points", "得分", "Points", "number"), col("max_points", "满分", "Full", "number"),
        col("note", "备注", "Note"))),
    ReportTable("css.bases", "两种基数的比率", "Rates on both bases", (
        col("kind", "客户", "Customers"), col("count", "人数", "Count", "integer"),
        col("calls", "占回访总数", "Of all calls", "percent"), col("valid", "占有效回访", "Of valid calls", "percent"))),
    ReportTable("css.lowest", "最低项与服务顾问", "Lowest item by advisor", (
        _ADVISOR, col("score", "外访得分", "External score", "number"),
        col("external_n", "外访样本", "External sample", "integer"),
        col("orders", "接车台次", "Visits", "integer", bar=True), col("internal_n", "有效回访", "Valid calls", "integer"),
        col("disappointed", "失望顾客", "Disappointed", "integer", bar=True))),
    ReportTable("css.suggestions", "客户建议", "Suggestions", (
        col("call_id", "回访编号", "Call"), col("called_at", "回访时间", "Called", "datetime"),
        col("order_id", "工单号", "Order"), col("q1", "问题一", "Q1", "integer"), col("suggestion", "建议", "Suggestion"))),
    ReportTable("definitions", "口径", "Definitions", (
        col("figure", "指标", "Figure"), col("value", "本月", "This month"), col("formula", "口径", "Definition")),
        on_sheet=False),
    ReportTable("checks.agreeing", "一致的校验", "Checks that agree", (
        col("said", "规则", "Rule"), col("n", "项数", "Checks", "integer"),
        col("value", "数值", "Value", "number", digits=0)), on_sheet=False),
)
# fmt: on
REPORT_TABLES: dict[str, ReportTable] = {table.name: table for table in _TABLES}


def table_record(name: str) -> ReportTable:
    """The record of a table; of one that is not declared, an empty one.

    >>> table_record("ftf.trend").column("rate").label("en")
    'First-time-fix rate'
    """
    return REPORT_TABLES.get(name) or ReportTable(name, name, name, ())

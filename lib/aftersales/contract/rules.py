"""The rules of the reconciliation: what each says, how grave its breach is, and whose rows are behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

COLUMNS = ["rule", "subject", "reported", "computed", "verdict", "severity", "rows", "detail"]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes
    ----------
    zh, en
        What it says.
    severity
        Of a breach: ``error`` is a contradiction, ``warning`` a suspicion that somebody must look into.
    table, key, column
        The input table whose rows are behind a breach, the column that names them, the column to look at.
    """

    zh: str
    en: str
    severity: Literal["error", "warning"] = "error"
    table: str = ""
    key: str = ""
    column: str = ""


RULES: dict[str, Rule] = {
    "mot": Rule("厂家印的MOT分数 = Σ 权重 × 项目得分", "The printed MOT = Σ weight × item score",
                table="oem_css", column="mot"),
    "advisor_samples": Rule("各服务顾问外访样本之和 = 本店样本", "The advisors' external samples add up to the store's",
                            table="oem_css", column="sample"),
    "weights": Rule("MOT权重之和 = 1", "The MOT weights add up to 1"),
    "pt_weights": Rule("神秘访客环节权重之和 = 1", "The mystery visit's weights add up to 1"),
    "call_results": Rule("有效 + 无法联系 + 拒访 + 无效 = 回访总数", "Valid + unreachable + refused + invalid = calls",
                         table="survey_calls", key="call_id", column="result"),
    "orders_of_calls": Rule("回访所记工单都存在", "The orders that calls name exist",
                            table="survey_calls", key="call_id", column="order_id"),
    "orders_of_jobs": Rule("派工所记工单都存在", "The orders that jobs name exist",
                           table="jobs", key="job_id", column="order_id"),
    "orders_of_bookings": Rule("预约所记工单都存在", "The orders that bookings name exist",
                               table="bookings", key="booking_id", column="order_id"),
    "orders_of_complaints": Rule("投诉所记工单都存在", "The orders that complaints name exist",
                                 table="complaints", key="complaint_id", column="order_id"),
    "grievances_valid": Rule("不满意原因都属于有效回访", "Grievances belong to valid calls",
                             table="grievances", key="call_id", column="call_id"),
    "lost_split": Rule("流失 = 公车 + 私车", "Lost = fleet + private"),
    "to_call_split": Rule("应回访 = 成功 + 未成功 + 未拨打", "To call = reached + not reached + never called"),
    "internal_samples": Rule("各服务顾问内访台次之和 = 有效回访", "The advisors' internal calls add up to the valid calls",
                             "warning", "survey_calls", "call_id", "order_id"),
    # patterns that tell of a slip
    "copied_columns": Rule("各列各自填写，没有照抄", "No column is a copy of another", "warning", "oem_css"),
    "oem_repeated": Rule("厂家得分不是上月的", "The car maker's scores are not last month's", "warning", "oem_css", "", "month"),
    "oem_scale": Rule("厂家得分同一量纲，约100分", "The car maker's scores are of one scale, near 100", "warning", "oem_css"),
    "answer_scale": Rule("问卷得分同一量纲，0–100分", "The survey's answers are of one scale, 0 to 100",
                         "warning", "survey_calls", "call_id"),
    "amount_scale": Rule("没有百倍于其余的结算金额", "No amount is a hundred times the others", "warning",
                         "repair_orders", "order_id", "amount"),
    "mileage_scale": Rule("没有与前次或其余相差悬殊的里程", "No mileage is far off the one before, or the others",
                          "warning", "repair_orders", "order_id", "mileage_km"),
    "causes_shift": Rule("各周不满意原因的构成稳定", "The mix of causes is stable from week to week",
                         "warning", "grievances", "call_id", "cause"),
    "months_mixed": Rule("回访的是近期工单", "Calls are about recent orders", "warning", "survey_calls", "call_id", "order_id"),
    # a report made by hand, held against itself and against the records
    "figure": Rule("报告所印数值 = 由记录计算的数值", "The printed figure = the one computed from the records"),
    "same_figure": Rule("同一指标只有一个数值", "A figure has one value wherever it is printed"),
    "ratio": Rule("比率 = 分子 ÷ 分母", "A rate = its numerator ÷ its denominator"),
    "total": Rule("合计 = 各项之和", "A total = the sum of its parts"),
    "share": Rule("占比 = 本项 ÷ 合计", "A share = its count ÷ the total"),
    "exchanged": Rule("占比没有填错行", "No two shares are exchanged"),
    "hundredfold": Rule("百分数没有小100倍", "No percentage is 100 times too small"),
    "complement": Rule("合格率不是返修率", "A rate is not printed as its complement"),
    "volumes": Rule("台次口径一致或分别命名", "Volumes agree, or are named apart", "warning"),
    "report_months": Rule("全篇都是同一个月", "The whole report is of one month", "warning"),
    "sentence": Rule("文字与表格一致", "A sentence agrees with its table", "warning"),
    "calls_split": Rule("回访总数 − 有效回访 = 无法联系 + 拒访 + 无效", "Calls − valid calls = unreachable + refused + invalid"),
    "rate_base": Rule("比率的分母是能知道结果的人", "The base of a rate are those of whom it can be known"),
    "once_only": Rule("仅来站一次不算未接受回访", "Who came only once is not among the unreached"),
    "pt_total": Rule("神秘访客总分 = Σ 印出的环节权重 × 得分", "The mystery visit's total = Σ printed section weight × score"),
    # people's own words in the ordinary report
    "remark": Rule("批注与数据一致", "The manager's remarks agree with the figures", "warning"),
    "action_words": Rule("改善措施的文字与数据一致", "The words of the measures agree with the figures", "warning",
                         "actions", "action_id"),
}  # fmt: skip


def check(
    rule: str,
    subject: str,
    reported: float,
    computed: float,
    verdict: str | None = None,
    rows: Iterable[str] = (),
    detail: Mapping[str, Any] | None = None,
) -> list[Any]:
    """A row of the reconciliation, in the order of `COLUMNS`.

    Parameters
    ----------
    rule
        A key of `RULES`.
    subject
        What was checked: a month, a row of a table.
    verdict
        By default whether the two numbers are the same.
    rows
        Keys of the rows behind a breach.
    detail
        What its sentence needs besides.
    """
    verdict = verdict or ("consistent" if abs(reported - computed) < 1e-9 else "inconsistent")
    severity = {"consistent": "ok", "rounding": "note"}.get(verdict, RULES[rule].severity)
    return [
        rule,
        subject,
        float(reported),
        float(computed),
        verdict,
        severity,
        list(rows),
        dict(detail or {}),
    ]

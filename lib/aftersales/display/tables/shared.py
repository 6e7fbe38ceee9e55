"""Columns that several tables of the report have."""

from __future__ import annotations

from typing import Any

from aftersales.contract.columns import Column, col


def hidden(*args: Any, **more: Any) -> Column:
    """A column that the workbook alone shows."""
    return col(*args, on_page=False, **more)


INSIDE = {"group_zh": "内访（本店回访）", "group_en": "Internal survey"}
OUTSIDE = {"group_zh": "外访（厂家代理机构）", "group_en": "External (car maker's agency)"}
HOURS = {"unit_zh": "小时", "unit_en": "h"}
PERCENT = {"unit_zh": "%", "unit_en": "%"}
FINE = {"digits": 2}  # a first-time-fix rate moves in hundredths of a percent
MONTH = col("month", "月份", "Month", "month")
ADVISOR = col("advisor", "服务顾问", "Advisor")
VISITS = col("orders", "接车台次", "Visits", "integer")
JOBS = col("jobs", "维修台次", "Jobs", "integer")
CAUSE = col("cause", "原因", "Cause", "code", codes="cause")
COUNT, SHARE = col("count", "数量", "Count", "integer", bar=True), col("share", "占比", "Share", "percent")
WILSON = (col("low", "95%下限", "95% low", "percent"), col("high", "95%上限", "95% high", "percent"))
ON_TIME = (
    col("orders", "交车", "Delivered", "integer"),
    col("on_time", "准时", "On time", "integer", bar=True),
    col("rate", "准时交车率", "On-time delivery", "percent"),
    *WILSON,
)
RANK, PROBLEM = col("rank", "序", "No.", "integer"), col("problem", "存在问题", "Problem")
MEASURE, OWNER = col("measure", "改善措施", "Measure"), col("owner", "责任人", "Owner")
DUE, SUPERVISOR = col("due", "完成时间", "Due", "date"), col("supervisor", "监督人", "Supervisor")
LIMITS = (
    hidden("centre", "中心线", "Centre", "percent", **FINE),
    hidden("lower", "下控制限", "Lower limit", "percent", **FINE),
    hidden("upper", "上控制限", "Upper limit", "percent", **FINE),
    hidden("signal", "信号", "Signal", "flag"),
)
FTF = ("1 − 未一次修复 ÷ 维修台次", "1 − not fixed ÷ jobs")

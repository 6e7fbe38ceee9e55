"""From the stamps of the orders to the score of the time in the shop."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.columns import col
from aftersales.contract.figures import FIGURES
from aftersales.contract.report_table import ReportTable, records
from aftersales.contract.schema import label
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table, to_the_right
from aftersales.display.tables.shared import ADVISOR, LIMITS, MONTH, ON_TIME, hidden

RECORDS = records(
    ReportTable(
        "delivery.trend",
        "准时交车走势",
        "On-time delivery by month",
        (MONTH, *LIMITS),
        key="month",
        explained="rate",
        unit="rate",
        formula_zh="准时交车 ÷ 可判断的交车",
        formula_en="on time ÷ deliveries with both times",
    ),
    ReportTable(
        "delivery.advisors",
        "准时交车（服务顾问）",
        "On-time delivery by advisor",
        (ADVISOR, *ON_TIME, hidden("outside", "超出界限", "Outside limits")),
        key="advisor",
        explained="rate",
        unit="rate",
        formula_zh="该顾问准时交车 ÷ 该顾问可判断的交车",
        formula_en="the advisor's on time ÷ deliveries with both times",
    ),
    ReportTable(
        "delivery.story",
        "从交车到评分",
        "From hand-over to score",
        (
            col("what", "环节", "What"),
            col("previous", "上月", "Last month"),
            col("current", "本月", "This month"),
        ),
    ),
    ReportTable(
        "delivery.hours",
        "各时段准时交车",
        "On-time delivery by hour",
        (col("hour", "预计交车（点）", "Promised (hour)", "integer"), *ON_TIME),
    ),
    ReportTable(
        "delivery.types",
        "各类型准时交车",
        "On-time delivery by order type",
        (col("order_type", "维修类型", "Order type", "code", codes="order_type"), *ON_TIME),
    ),
)


def delivery_story(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """On-time delivery, hours in the shop, the MOT item and the cause: a row each, last month and this."""
    lang = words["lang"]
    rows = []
    for row in frame.to_dict("records"):
        figure = FIGURES.get(row["what"])
        values = [row["previous"], row["current"]]
        if figure is not None:
            name, cells = figure.label(lang), [formats.figure(v, figure, lang) for v in values]
        elif row["what"] == "time_in_shop":
            name = f"MOT {label('mot_item', 'time_in_shop', lang)}"
            cells = [formats.NONE if formats.missing(v) else formats.number(v, 1) for v in values]
        else:
            cause = label("cause", "time", lang)
            name = f"每百次有效回访提及“{cause}”" if lang == "zh" else f"{cause} named per 100 valid calls"
            cells = [formats.NONE if formats.missing(v) else formats.number(v, 1) for v in values]
        rows.append([name, *cells])
    columns = RECORDS["delivery.story"].on_page
    shown = pd.DataFrame(rows, columns=["what", "previous", "current"])
    return to_the_right(table(shown, columns, id="delivery.story", **words), "previous", "current")

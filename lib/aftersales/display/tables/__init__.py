"""Display tables: a finished frame in, an exhibit out. `table` takes any frame, the others a chapter's."""

from typing import TYPE_CHECKING

from aftersales.contract import written
from aftersales.contract.columns import Column, col
from aftersales.display.tables.bookings import measures
from aftersales.display.tables.checks import agreeing_table, checks_table, joins_table
from aftersales.display.tables.churn import cohorts
from aftersales.display.tables.columns import table
from aftersales.display.tables.complaints import cause_table, complaint_register, hours_by_level
from aftersales.display.tables.delivery import delivery_story
from aftersales.display.tables.first_time_fix import technician_table
from aftersales.display.tables.group import (
    change_table,
    failed_table,
    quality_table,
    several,
    store_table,
)
from aftersales.display.tables.internal_css import (
    advisor_table,
    both_bases,
    grid,
    lowest_table,
    questionnaire,
    suggestion_table,
)
from aftersales.display.tables.listed import listed, rate_table
from aftersales.display.tables.oem_css import missed_items, mot_items, section_name
from aftersales.display.tables.remarks import remark_list
from aftersales.display.tables.review import action_table, mot_effect, result_table
from aftersales.display.tables.summary import (
    changes,
    comparison_table,
    decisions,
    definitions,
    finding,
    key_figures,
    mot_steps,
    note_list,
)
from aftersales.display.tables.top5 import closing, ranking_table, target_table, top5_table

__all__ = [
    "Column",
    "action_table",
    "advisor_table",
    "agreeing_table",
    "both_bases",
    "cause_table",
    "change_table",
    "changes",
    "checks_table",
    "closing",
    "cohorts",
    "col",
    "comparison_table",
    "complaint_register",
    "decisions",
    "definitions",
    "delivery_story",
    "failed_table",
    "finding",
    "grid",
    "hours_by_level",
    "joins_table",
    "key_figures",
    "listed",
    "lowest_table",
    "measures",
    "missed_items",
    "mot_effect",
    "mot_items",
    "mot_steps",
    "note_list",
    "quality_table",
    "questionnaire",
    "ranking_table",
    "rate_table",
    "remark_list",
    "result_table",
    "section_name",
    "several",
    "store_table",
    "suggestion_table",
    "table",
    "target_table",
    "technician_table",
    "top5_table",
]

if not TYPE_CHECKING:

    def __getattr__(name):
        raise written.no_name(__name__, name, __all__)

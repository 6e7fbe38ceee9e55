"""Display tables: a finished frame in, an exhibit out. `table` does any frame; the others know a chapter's."""

from aftersales.show.checks import agreeing_table, checks_table
from aftersales.show.churn import cohorts
from aftersales.show.columns import Column, col, rate_table, table
from aftersales.show.complaints import cause_table, complaint_register, hours_by_level
from aftersales.show.first_time_fix import measures, technician_table
from aftersales.show.internal_css import (
    advisor_table,
    both_bases,
    grid,
    lowest_table,
    questionnaire,
    suggestion_table,
)
from aftersales.show.oem_css import missed_items, mot_items, section_name
from aftersales.show.review import action_table, mot_effect
from aftersales.show.summary import changes, decisions, definitions, finding, key_figures, note_list
from aftersales.show.top5 import closing, target_table, top5_table

__all__ = [
    "Column",
    "action_table",
    "advisor_table",
    "agreeing_table",
    "both_bases",
    "cause_table",
    "changes",
    "checks_table",
    "closing",
    "cohorts",
    "col",
    "complaint_register",
    "decisions",
    "definitions",
    "finding",
    "grid",
    "hours_by_level",
    "key_figures",
    "lowest_table",
    "measures",
    "missed_items",
    "mot_effect",
    "mot_items",
    "note_list",
    "questionnaire",
    "rate_table",
    "section_name",
    "suggestion_table",
    "table",
    "target_table",
    "technician_table",
    "top5_table",
]

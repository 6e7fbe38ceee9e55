"""Display tables: a finished frame in, an exhibit out. `table` does any frame; the others know a chapter's."""

from aftersales.show.columns import Column, col, table
from aftersales.show.exhibits import (
    action_table,
    advisor_table,
    cause_table,
    checks_table,
    complaint_register,
    decisions,
    definitions,
    finding,
    key_figures,
    measures,
    mot_effect,
    mot_items,
    note_list,
    questionnaire,
    rate_table,
    target_table,
    technician_table,
    top5_table,
)

__all__ = [
    "Column", "action_table", "advisor_table", "cause_table", "checks_table", "col", "complaint_register", "decisions",
    "definitions", "finding", "key_figures", "measures", "mot_effect", "mot_items", "note_list", "questionnaire",
    "rate_table", "table", "target_table", "technician_table", "top5_table",
]  # fmt: skip

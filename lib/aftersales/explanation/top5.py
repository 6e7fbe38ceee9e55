"""The departments' five measures: the rows behind its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.explanation.provenance import Parts, TableRows, rows_where
from aftersales.metrics import top5, watched

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


def _top5(department: str) -> TableRows:
    def frame(t: Tables, month: pd.Period, p: Params) -> pd.DataFrame:
        findings = watched.judged(t, month, p).findings
        return top5.department(t, month, p, department, findings, p.lang)

    def parts(rank: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
        now = rows_where(rows_where(t.actions, "month", str(month)), "department", department)
        if now is None:
            return Parts("count", None)
        others = ("该部门本月的其他措施", "the department's other measures of the month")
        raised = now["rank"] == rank
        return Parts("count", now[raised], excluded={others: now[~raised]}, params=("targets.",))

    return TableRows(frame, parts)


TABLE_ROWS: dict[str, TableRows] = {
    **{f"top5.{d}": _top5(d) for d in ("front", "workshop", "parts", "service")},
}

"""The telephone survey: the rows behind its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract.keys import where
from aftersales.contract.months import in_month
from aftersales.explanation.provenance import Parts, TableRows, rows_where
from aftersales.metrics import internal_css

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


def row_sets(tables: Tables, month: pd.Period, params: Params) -> dict[str, pd.DataFrame | None]:
    """The rows behind the chapter's figures, by the names that their records use."""
    made = in_month(tables.survey_calls, month, "called_at")
    valid = where(made, lambda f: f["result"] == "valid")
    return {
        "calls": made,
        "valid": valid,
        "delighted": where(internal_css.answered(valid), lambda f: f["q1"] == internal_css.DELIGHTED),
        "disappointed": where(internal_css.answered(valid), lambda f: f["q1"] <= internal_css.DISAPPOINTED),
        "unreachable": where(made, lambda f: f["result"] == "unreachable"),
        "without_answer": where(made, lambda f: f["result"] != "valid"),
        "q1_unanswered": where(valid, lambda f: f["q1"].isna()),
    }


def _question(question: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    if t.survey_calls is None:
        return Parts("mean", None)
    valid = internal_css.calls_in_month(t.survey_calls, month)
    excluded = {("有效但未答此题", "valid, but this question not answered"): valid[valid[question].isna()]}
    return Parts(
        "mean",
        valid[valid[question].notna()],
        column=question,
        excluded=excluded,
        params=("questionnaire." + str(question),),
    )


def _advisor(advisor: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    orders = rows_where(in_month(t.repair_orders, month, "opened_at"), "advisor", advisor)
    if t.survey_calls is None or orders is None:
        return Parts("share", None, orders)
    calls = internal_css.with_advisor(internal_css.calls_in_month(t.survey_calls, month), t.repair_orders)
    excluded = {
        ("没有工单号的有效回访，归不到任何顾问", "valid calls without an order, so of no advisor"): calls[
            calls["advisor"].isna()
        ]
    }
    return Parts("share", calls[calls["advisor"] == advisor], orders, excluded=excluded, params=("weights.",))


TABLE_ROWS: dict[str, TableRows] = {
    "css.questions": TableRows(lambda t, m, p: internal_css.questions(t.survey_calls, m), _question),
    "css.advisors": TableRows(
        lambda t, m, p: internal_css.advisors(t.repair_orders, t.survey_calls, t.oem_css, m, p.weights),
        _advisor,
    ),
}

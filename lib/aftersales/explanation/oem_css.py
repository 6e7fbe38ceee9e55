"""The car maker's scores and the mystery visit: the rows behind its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract.keys import where
from aftersales.explanation.provenance import Parts, TableRows, rows_where
from aftersales.metrics import oem_css

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables


def row_sets(tables: Tables, month: pd.Period, params: Params) -> dict[str, pd.DataFrame | None]:
    """The rows behind the chapter's figures, by the names that their records use."""
    css, visit = tables.oem_css, tables.oem_pt

    def weighted_items(when: pd.Period, scope: str) -> pd.DataFrame | None:
        return oem_css.weighted(oem_css.row_of(css, when, scope), params.weights)

    store = where(css, lambda f: (f["month"] == str(month)) & (f["scope"] == "store"))
    return {
        "store": None if store is None else store.head(1),
        "items": weighted_items(month, "store"),
        "items_previous": weighted_items(month - 1, "store"),
        "items_branch": weighted_items(month, "branch"),
        "items_national": weighted_items(month, "national"),
        "checks": oem_css.pt_checks(visit, month, params.pt_weights),
        "not_applicable": where(visit, lambda f: (f["month"] == str(month)) & f["points"].isna()),
    }


def _scope(scope: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    when, whose = (month - 1, "store") if scope == "previous" else (month, "store")
    whose = whose if scope in ("previous", "current") else scope
    row = oem_css.row_of(t.oem_css, when, whose)
    return Parts("sum", oem_css.weighted(row, p.weights), column="contribution", params=("weights.",))


def _section(section: Any, t: Tables, month: pd.Period, p: Params) -> Parts:
    now = rows_where(rows_where(t.oem_pt, "month", str(month)), "section", section)
    if now is None:
        return Parts("sum", None)
    known = now[now["points"].notna()]
    known = known.assign(contribution=100 * known["points"] / known["max_points"].fillna(1).sum())
    excluded = {("不适用的检查项", "items that did not apply"): now[now["points"].isna()]}
    return Parts(
        "sum", known, column="contribution", excluded=excluded, params=("pt_weights." + str(section),)
    )


TABLE_ROWS: dict[str, TableRows] = {
    "oem.css": TableRows(lambda t, m, p: oem_css.scores(t.oem_css, m, p.weights), _scope),
    "oem.pt": TableRows(lambda t, m, p: oem_css.pt_sections(t.oem_pt, m, p.pt_weights), _section),
}

"""The reconciliation (勾稽校验): what is reported against what it must be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.metrics import churn, internal_css, oem_css
from aftersales.metrics.keys import among
from aftersales.metrics.periods import within
from aftersales.schema import MOT_ITEMS

if TYPE_CHECKING:
    from aftersales.params import Params
    from aftersales.tables import Tables

COLUMNS = ["rule", "subject", "reported", "computed", "verdict", "severity", "rows"]
# What each rule says, in words.
RULES: dict[str, tuple[str, str]] = {
    "mot": ("厂家印的MOT分数 = Σ 权重 × 项目得分", "The printed MOT = Σ weight × item score"),
    "call_results": (
        "有效 + 无法联系 + 拒访 + 无效 = 回访总数",
        "Valid + unreachable + refused + invalid = calls",
    ),
    "advisor_samples": (
        "各服务顾问外访样本之和 = 本店样本",
        "The advisors' external samples add up to the store's",
    ),
    "weights": ("MOT权重之和 = 1", "The MOT weights add up to 1"),
    "pt_weights": ("神秘访客环节权重之和 = 1", "The mystery visit's weights add up to 1"),
    "orders_of_calls": ("回访所记工单都存在", "The orders that calls name exist"),
    "orders_of_jobs": ("派工所记工单都存在", "The orders that jobs name exist"),
    "orders_of_bookings": ("预约所记工单都存在", "The orders that bookings name exist"),
    "orders_of_complaints": ("投诉所记工单都存在", "The orders that complaints name exist"),
    "grievances_valid": ("不满意原因都属于有效回访", "Grievances belong to valid calls"),
    "lost_split": ("流失 = 公车 + 私车", "Lost = fleet + private"),
    "to_call_split": ("应回访 = 成功 + 未成功 + 未拨打", "To call = reached + not reached + never called"),
    "internal_samples": (
        "各服务顾问内访台次之和 = 有效回访",
        "The advisors' internal calls add up to the valid calls",
    ),
}


def verdict(reported: float, computed: float, decimals: int, half_width: float = 0.0) -> str:
    """Does a printed value agree with what it must be?

    Parameters
    ----------
    reported, computed
        The printed value and the exact one.
    decimals
        How many decimals the printed value has.
    half_width
        How far the computed value may be off because its inputs were rounded themselves.

    Returns
    -------
    str
        ``consistent``: equal once rounded; ``rounding``: the two intervals touch; else ``inconsistent``.

    Examples
    --------
    The deck's advisors 4 and 3 (slide 14):

    >>> verdict(83.2, 83.265, 1, 0.05), verdict(82.4, 82.545, 1, 0.05)
    ('rounding', 'inconsistent')
    """
    unit, tiny = 0.5 * 10.0**-decimals, 1e-9
    gap = abs(reported - computed)
    if gap <= unit + tiny:
        return "consistent"
    return "rounding" if gap <= unit + half_width + tiny else "inconsistent"


def decimals_of(values: pd.Series) -> int:
    """The largest number of decimals among numbers, as they print."""
    known = [round(float(v), 6) for v in values if v is not None and v == v]
    return max((len(f"{v:.6f}".rstrip("0").split(".")[1]) for v in known), default=0)


def reconcile(tables: Tables, month: pd.Period, params: Params) -> pd.DataFrame:
    """Every rule that can be tried on the month's input.

    Returns
    -------
    DataFrame
        ``rule`` (a key of `RULES`), ``subject``, ``reported``, ``computed``, ``verdict``, ``severity``
        (``ok``, ``note``, ``error``) and ``rows`` (keys of the rows behind a fault).
    """
    rows: list[list[Any]] = [
        _equal("weights", "params", 1.0, math.fsum(params.weights.values())),
        _equal("pt_weights", "params", 1.0, math.fsum(params.pt_weights.values())),
    ]
    if tables.oem_css is not None:
        rows += _mot(tables.oem_css, month, params.weights)
        rows += _samples(tables.oem_css, month)
    calls = None
    if tables.survey_calls is not None:
        calls = internal_css.of_month(tables.survey_calls, month, valid=False)
        by_result = calls["result"].value_counts()
        rows.append(_equal("call_results", str(month), len(calls), int(by_result.sum())))
    if tables.repair_orders is not None:
        known = tables.repair_orders["order_id"]
        dated = {"calls": ("survey_calls", "call_id", "called_at"), "jobs": ("jobs", "job_id", "finished_at"),
                 "bookings": ("bookings", "booking_id", "planned_at"), "complaints": ("complaints", "complaint_id", "received_at")}  # fmt: skip
        for name, (table, key, dated_by) in dated.items():
            frame = tables[table]
            if frame is not None:
                now = frame[within(frame[dated_by], month) & frame["order_id"].notna()]
                lacking = now[~among(now["order_id"], known)]
                rows.append(
                    _equal(
                        f"orders_of_{name}", str(month), len(now), len(now) - len(lacking), list(lacking[key])
                    )
                )
    if tables.grievances is not None and calls is not None:
        named = tables.grievances[among(tables.grievances["call_id"], calls["call_id"])]
        valid = among(named["call_id"], calls.loc[calls["result"] == "valid", "call_id"])
        rows.append(
            _equal(
                "grievances_valid",
                str(month),
                len(named),
                int(valid.sum()),
                sorted(set(named.loc[~valid, "call_id"])),
            )
        )
    rows += _churn(tables, month, params)
    if tables.survey_calls is not None and tables.repair_orders is not None:
        valid_calls = internal_css.of_month(tables.survey_calls, month)
        mine = internal_css.with_advisor(valid_calls, tables.repair_orders)["advisor"].notna()
        rows.append(_equal("internal_samples", str(month), len(valid_calls), int(mine.sum())))
    return pd.DataFrame(rows, columns=COLUMNS)


def _equal(
    rule: str, subject: str, reported: float, computed: float, keys: list[str] | None = None
) -> list[Any]:
    same = abs(reported - computed) < 1e-9
    return [
        rule,
        subject,
        reported,
        computed,
        "consistent" if same else "inconsistent",
        "ok" if same else "error",
        keys or [],
    ]


def _mot(frame: pd.DataFrame, month: pd.Period, weights: Mapping[str, float]) -> list[list[Any]]:
    """The printed MOT of every row of the month, and of the store's row of the month before."""
    now = frame[
        (frame["month"] == str(month)) | ((frame["month"] == str(month - 1)) & (frame["scope"] == "store"))
    ]
    out = []
    for _, row in now[now["mot"].notna()].iterrows():
        computed = oem_css.mot_score(row, weights)
        if computed is None:
            continue
        printed = row.get("mot_decimals")
        decimals = int(printed) if printed is not None and printed == printed else decimals_of(frame["mot"])
        item = row.get("item_decimals")
        inputs = int(item) if item is not None and item == item else decimals_of(row[list(MOT_ITEMS)])
        said = verdict(row["mot"], computed, decimals, 0.5 * 10.0**-inputs * math.fsum(weights.values()))
        name = row["advisor"] if row["scope"] == "advisor" else row["scope"]
        severity = {"consistent": "ok", "rounding": "note"}.get(said, "error")
        out.append(["mot", f"{row['month']} {name}", float(row["mot"]), computed, said, severity, []])
    return out


def _samples(frame: pd.DataFrame, month: pd.Period) -> list[list[Any]]:
    now = frame[frame["month"] == str(month)]
    store, advisors = now[now["scope"] == "store"], now[now["scope"] == "advisor"]
    if store.empty or advisors.empty:
        return []
    return [
        _equal("advisor_samples", str(month), float(store["sample"].iloc[0]), float(advisors["sample"].sum()))
    ]


def _churn(tables: Tables, month: pd.Period, params: Params) -> list[list[Any]]:
    if tables.repair_orders is None:
        return []
    got = churn.figures(
        tables.repair_orders,
        tables.customers,
        tables.churn_calls,
        month,
        params.base_months,
        params.churn_months,
    )
    rows = [_equal("lost_split", str(month), got["churn.lost"], got["churn.fleet"] + got["churn.to_call"])]
    if tables.churn_calls is not None:
        lost = churn.cohort(tables.repair_orders, tables.churn_calls, month, params.churn_months)
        never = int(lost.loc[lost["owner_type"] == "private", "result"].isna().sum())
        rows.append(
            _equal(
                "to_call_split",
                str(month),
                got["churn.to_call"],
                got["churn.reached"] + got["churn.not_reached"] + never,
            )
        )
    return rows

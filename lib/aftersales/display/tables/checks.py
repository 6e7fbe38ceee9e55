"""The reconciliation as tables: first what does not agree and what to do about it, then what agrees."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.contract.columns import col
from aftersales.contract.report_table import ReportTable, records
from aftersales.display import exhibit
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import MOST, cut_note, mixed_units, table
from aftersales.display.tables.shared import SHARE, hidden

RECORDS = records(
    ReportTable(
        "checks",
        "勾稽校验",
        "Reconciliation",
        (
            col("verdict", "结论", "Verdict", "code", codes="verdict"),
            col("said", "发现 → 下一步", "Finding → next step"),
            col("reported", "报表值", "Reported", "number", digits=2),
            col("computed", "计算值", "Computed", "number", digits=2),
            hidden("rule", "校验规则", "Rule"),
            hidden("subject", "对象", "Subject"),
            hidden("severity", "程度", "Severity", "code", codes="severity"),
            hidden("rows", "涉及的行", "Rows"),
        ),
    ),
    ReportTable(
        "joins",
        "表间关联",
        "Links between tables",
        (
            col("link", "关联", "Link", "code", codes="link"),
            col("rows", "本月行数", "Rows", "integer"),
            col("found", "能找到", "Found", "integer"),
            SHARE,
            col("verdict", "结论", "Verdict", "code", codes="join_verdict"),
        ),
    ),
    ReportTable(
        "checks.agreeing",
        "一致的校验",
        "Checks that agree",
        (
            col("said", "规则", "Rule"),
            col("n", "项数", "Checks", "integer"),
            col("value", "数值", "Value", "number", digits=0),
        ),
        on_sheet=False,
    ),
)

# Severity in a glyph and a word, so that it never stands by colour alone.
SEVERITIES = {
    "error": ("✗ 不一致", "✗ Wrong"),
    "warning": ("! 可疑", "! Suspicious"),
    "note": ("≈ 修约差", "≈ Rounding"),
    "ok": ("✓ 一致", "✓ Agrees"),
}
_TONES = {"error": "worse", "warning": "worse", "note": "muted"}


def checks_table(checks: pd.DataFrame, **words: Any) -> Exhibit:
    """The checks that do not agree, gravest first: the finding and the next step, both values."""
    lang = words["lang"]
    rows = checks[checks["severity"] != "ok"].reset_index(drop=True)
    if rows.empty:
        return exhibit.empty(words["title"] + ("。" if lang == "zh" else "."), id="checks", lang=lang)
    rows = rows.assign(
        verdict=[SEVERITIES[s][0 if lang == "zh" else 1] for s in rows["severity"]],
        said=[
            said + (f" → {step}" if step else "")
            for said, step in zip(rows["said"], rows["next"], strict=True)
        ],
    )
    record = RECORDS["checks"]
    if len(rows) > MOST:  # the workbook has all, as they are glued
        words["note"] = cut_note(MOST, len(rows), record.label(lang), lang) + words.get("note", "")
        rows = rows.head(MOST)
    made = exhibit.table(
        [c.head(lang) for c in record.on_page],
        rows[["verdict", "said", "reported", "computed"]].itertuples(index=False),
        rows[["verdict", "said", "reported_display", "computed_display"]].itertuples(index=False),
        id="checks",
        tone={f"{r},0": _TONES[severity] for r, severity in enumerate(rows["severity"])},
        **words,
    )
    return mixed_units(made, "reported", "computed")


def agreeing_table(checks: pd.DataFrame, **words: Any) -> Exhibit:
    """The checks that agree, one line a rule: how many, and the value where it is one."""
    rows = checks[checks["severity"] == "ok"]
    by_rule = (
        rows.groupby("said", sort=False).agg(n=("rule", "size"), value=("computed", "first")).reset_index()
    )
    by_rule["value"] = by_rule["value"].where(by_rule["n"] == 1)
    made = table(by_rule, RECORDS["checks.agreeing"].on_page, id="checks.agreeing", **words)
    return mixed_units(made, "value")


def joins_table(links: pd.DataFrame, **words: Any) -> Exhibit:
    """Every link between tables: how many rows found what they name; one that does not hold is marked."""
    columns = RECORDS["joins"].on_page
    place = [c.key for c in columns].index("verdict")
    tone = {f"{r},{place}": "worse" for r, verdict in enumerate(links["verdict"]) if verdict != "ok"}
    nothing = ("本月没有一行记了别的表的编号。", "No row of the month names a row of another table.")
    return table(links, columns, id="joins", tone=tone, nothing=nothing, **words)

"""The reconciliation as tables: first what does not agree and what to do about it, then what agrees."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales import exhibit
from aftersales.exhibit import Exhibit
from aftersales.show.columns import col, table

# Severity in a glyph and a word, so that it never stands by colour alone.
SEVERITIES = {
    "error": ("✗ 不一致", "✗ Wrong"),
    "warning": ("! 可疑", "! Suspicious"),
    "note": ("≈ 修约差", "≈ Rounding"),
    "ok": ("✓ 一致", "✓ Agrees"),
}
_TONES = {"error": "worse", "warning": "worse", "note": "muted"}


def checks_table(told: pd.DataFrame, **words: Any) -> Exhibit:
    """The checks that do not agree, gravest first: the finding and the next step, both values."""
    lang = words["lang"]
    rows = told[told["severity"] != "ok"].reset_index(drop=True)
    if rows.empty:
        return exhibit.empty(words["title"] + ("。" if lang == "zh" else "."), id="checks", lang=lang)
    rows = rows.assign(
        verdict=[SEVERITIES[s][0 if lang == "zh" else 1] for s in rows["severity"]],
        said=[
            said + (f" → {step}" if step else "")
            for said, step in zip(rows["said"], rows["next"], strict=True)
        ],
    )
    columns = [
        col("verdict", "结论", "Verdict"), col("said", "发现 → 下一步", "Finding → next step"),
        col("reported", "报表值", "Reported", "number"), col("computed", "计算值", "Computed", "number"),
    ]  # fmt: skip
    return exhibit.table(
        [c.head(lang) for c in columns],
        rows[["verdict", "said", "reported", "computed"]].itertuples(index=False),
        rows[["verdict", "said", "reported_display", "computed_display"]].itertuples(index=False),
        id="checks",
        tone={f"{r},0": _TONES[severity] for r, severity in enumerate(rows["severity"])},
        **words,
    )


def agreeing_table(told: pd.DataFrame, **words: Any) -> Exhibit:
    """The checks that agree, one line a rule: how many, and the value where it is one."""
    rows = told[told["severity"] == "ok"]
    by_rule = (
        rows.groupby("said", sort=False).agg(n=("rule", "size"), value=("computed", "first")).reset_index()
    )
    by_rule["value"] = by_rule["value"].where(by_rule["n"] == 1)
    columns = [
        col("said", "规则", "Rule"), col("n", "项数", "Checks", "integer"), col("value", "数值", "Value", "number", digits=0),
    ]  # fmt: skip
    return table(by_rule, columns, id="checks.agreeing", **words)

"""The manager's own words, and under them what the figures do not support."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.contract.language import say
from aftersales.findings import refuted

Remark = dict[str, Any]


def heading(chapter: str, lang: str = "zh") -> str:
    """What a remark is marked with: whose words these are."""
    if chapter == "summary":
        return say(
            lang,
            "店长批注（本人的话，不是系统结论）",
            "The manager's remark (their own words, not the report's)",
        )
    return say(
        lang, "经理批注（本人的话，不是系统结论）", "The manager's remark (their own words, not the report's)"
    )


def by_chapter(remarks: Mapping[str, str], checks: pd.DataFrame, lang: str = "zh") -> list[Remark]:
    """Each remark with its notes, in the order of the params.

    Parameters
    ----------
    remarks
        Of the params: by chapter, masked.
    checks
        The reconciliation of the month, with ``detail``.

    Returns
    -------
    list of dict
        ``chapter``, ``title``, ``lines`` (the paragraphs as they were written) and ``notes``, what of it the
        figures do not support.
    """
    wrong = [
        row
        for row in checks.to_dict("records")
        if row["rule"] == "remark" and row["verdict"] == "inconsistent"
    ]
    return [
        {
            "chapter": chapter,
            "title": heading(chapter, lang),
            "lines": [line.strip() for line in text.splitlines() if line.strip()],
            "notes": [_note(row, lang) for row in wrong if row["detail"]["chapter"] == chapter],
        }
        for chapter, text in remarks.items()
    ]


def _note(row: Mapping[str, Any], lang: str) -> str:
    text, why = row["detail"]["text"], refuted.why(row, lang)
    return say(lang, f"数据不支持：“{text}”——{why}。", f"Not supported by the figures: “{text}”: {why}.")

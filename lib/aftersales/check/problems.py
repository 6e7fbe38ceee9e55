"""What is wrong with an input, as lines that somebody can act on.

Faults that the reader found, checks that fail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aftersales.check import wording as words
from aftersales.contract.errors import SHOWN_OF_EACH_KIND, Fault
from aftersales.contract.language import say
from aftersales.contract.rules import RULES
from aftersales.contract.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = {
    "error": ("✗ 错误", "✗ error"),
    "warning": ("! 可疑", "! suspicious"),
    "note": ("≈ 修约差", "≈ rounding"),
}
HEADERS = {
    "zh": ("程度", "问题", "在哪里", "得到", "应为", "下一步"),
    "en": ("severity", "problem", "where", "got", "expected", "next step"),
}
_SHOWN_KEYS = 3


@dataclass(frozen=True)
class Problem:
    """One line: how grave, what, where, what stands there, what was expected, what to do next.

    Attributes
    ----------
    file, sheet, row, column
        The cell, where the reader knows it; `column` as the file names it.
    table, key, keys, field
        Where a check fails, the rows of a table: the column that names them, their names, and the column to
        look at.
    """

    severity: str
    what: str
    where: str
    got: str
    expected: str
    next: str
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    table: str = ""
    key: str = ""
    keys: Sequence[str] = ()
    field: str = ""

    def cells(self, lang: str) -> list[str]:
        """The line under `HEADERS`."""
        return [
            say(lang, *SEVERITIES[self.severity]),
            self.what,
            self.where,
            self.got,
            self.expected,
            self.next,
        ]


def from_faults(faults: Iterable[Fault], lang: str = "zh") -> list[Problem]:
    """A line a fault, in the order of the files and rows."""
    out = []
    for fault in sorted(faults, key=lambda f: (f.file or "", f.sheet or "", f.row or 0)):
        worded = words.worded(fault, lang)
        out.append(
            Problem(
                "error",
                worded.what,
                _place(fault, lang),
                worded.got or "–",
                worded.expected,
                worded.next,
                fault.file,
                fault.sheet,
                fault.row,
                fault.column,
            )
        )
    return out


def _place(fault: Fault, lang: str) -> str:
    sheet = fault.sheet if fault.sheet != fault.file else None
    parts = [
        fault.file,
        sheet and say(lang, f"工作表{sheet}", f"sheet {sheet}"),
        fault.row and say(lang, f"第{fault.row}行", f"row {fault.row}"),
        getattr(fault, "record", ""),
        fault.column and say(lang, f"“{fault.column}”列", f"column {fault.column}"),
    ]
    return " ".join(str(p) for p in parts if p)


def first_of_each(problems: Sequence[Problem], lang: str = "zh") -> list[list[str]]:
    """The lines to print: of each kind the first 20, then how many more there are."""
    totals, shown = Counter(p.what for p in problems), Counter[str]()
    lines = []
    for problem in problems:
        shown[problem.what] += 1
        more = totals[problem.what] - SHOWN_OF_EACH_KIND
        if shown[problem.what] <= SHOWN_OF_EACH_KIND:
            lines.append(problem.cells(lang))
        elif shown[problem.what] == totals[problem.what]:
            lines.append(
                ["", problem.what, say(lang, f"… 还有{more:,}处", f"… and {more:,} more"), "", "", ""]
            )
    return lines


def from_checks(checks: pd.DataFrame, lang: str = "zh", from_records: bool = True) -> list[Problem]:
    """A line a check that does not agree, from `findings.checks.in_words`.

    Parameters
    ----------
    from_records
        Rows of the records are behind them; else a report made by hand is.
    """
    wrong = [row for row in checks.to_dict("records") if row["severity"] != "ok"]
    return [_from_check(row, lang, from_records) for row in wrong]


def _from_check(row: Mapping[str, Any], lang: str, from_records: bool) -> Problem:
    rule = RULES[row["rule"]]
    keys = [str(k) for k in row["rows"]]
    table = TABLES[rule.table] if rule.table and from_records else None
    where = row["about"]
    if table:
        named = keys if rule.key else [row["about"]]
        where = say(lang, table.zh, table.en) + " " + say(lang, "、", ", ").join(named[:_SHOWN_KEYS])
        if len(named) > _SHOWN_KEYS:
            where += say(lang, f" 等{len(named)}行", f" … {len(named)} rows")
    message, step = (text.removesuffix("。").removesuffix(".") for text in (row["said"], row["next"]))
    return Problem(
        row["severity"],
        message,
        where,
        row["reported_display"],
        row["computed_display"],
        step or "–",
        table=rule.table,
        key=rule.key,
        keys=keys,
        field=rule.column,
    )

"""What is wrong with an input, as lines that somebody can act on.

Faults that the reader found, checks that fail.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aftersales.contract import faults as wording
from aftersales.contract.faults import Fault, Line
from aftersales.contract.language import say
from aftersales.contract.message import in_language
from aftersales.contract.rules import RULES
from aftersales.contract.schema import TABLES, label
from aftersales.contract.wording import next_step, title
from aftersales.findings import joins
from aftersales.metrics.joins import POOR

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
_SHOWN_OF_A_RULE = 20


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
    """Each fault, in the order of the files and rows."""
    return [
        _from_fault(Line(fault), lang)
        for fault in sorted(faults, key=lambda f: (f.file or "", f.sheet or "", f.row or 0))
    ]


def _from_fault(line: Line, lang: str) -> Problem:
    fault = line.fault
    got, expected, hint = (in_language(part, lang) for part in (fault.got, fault.expected, fault.hint))
    got = got[1:-1] if re.fullmatch(r"'.*'", got, re.S) else got
    return Problem(
        "error",
        title(fault.kind, lang),
        line.place(lang),
        got or "–",
        expected,
        hint or next_step(fault.kind, lang),
        fault.file,
        fault.sheet,
        fault.row,
        fault.column,
    )


def lines_of_faults(faults: Iterable[Fault], lang: str) -> list[list[str]]:
    """The lines to print: one a column and distinct value, up to 20 a column, then how many more."""
    return [
        ["", line.more(lang), line.place(lang), "", "", ""]
        if line.values
        else _from_fault(line, lang).cells(lang)
        for line in wording.lines(faults)
    ]


def lines_of_checks(problems: Sequence[Problem], lang: str) -> list[list[str]]:
    """The lines to print: of each rule the first 20, then how many more there are."""
    totals, shown = Counter(p.what for p in problems), Counter[str]()
    lines = []
    for problem in problems:
        shown[problem.what] += 1
        more = totals[problem.what] - _SHOWN_OF_A_RULE
        if shown[problem.what] <= _SHOWN_OF_A_RULE:
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


def from_joins(links: pd.DataFrame, lang: str = "zh") -> list[Problem]:
    """A line a link between tables that does not hold, from `metrics.joins.table`; none where a rule of the
    reconciliation lists its rows one by one.
    """
    return [
        Problem(
            "error" if row["verdict"] == "broken" else "warning",
            say(lang, "表间对不上：", "Tables do not belong together: ") + joins.consequence(row, lang),
            label("link", row["link"], lang),
            joins.found(row, lang),
            say(lang, f"至少{POOR:.0%}找到", f"at least {POOR:.0%} found"),
            joins.next_step(row, lang),
        )
        for row in joins.loose(links)
        if not joins.has_rule(row)
    ]


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

"""Faults of an input: what stands where, what was expected, and how many of them a line tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aftersales.contract.message import Message, in_language, spoken
from aftersales.contract.wording import next_step

SHOWN_OF_A_COLUMN = 20


@dataclass(frozen=True)
class Fault:
    """One fault of an input.

    Attributes
    ----------
    kind
        Short code, for its title (``bad_date``, ``duplicate``, ``missing_column`` …).
    got, expected
        The value, masked when it is personal, and what was expected in its place; in both languages unless it
        is a value that has none.
    file, sheet, row, column
        Where; `row` as Excel numbers it, `column` as the file names it. None where it does not apply.
    hint
        The next step.
    record
        What identifies the row where rows have no number, in a database: its key.
    """

    kind: str
    got: str | Message
    expected: str | Message
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    hint: str | Message = ""
    record: str | Message = ""

    def __str__(self) -> str:
        return Line(self).text(spoken())


@dataclass(frozen=True)
class Line:
    """What one line tells: one value in one column, however often it stands there.

    Attributes
    ----------
    fault
        The first of them.
    times
        How many there are.
    values
        How many different ones, where the line stands for all that are not listed; else 0.
    """

    fault: Fault
    times: int = 1
    values: int = 0

    def place(self, lang: str, between: str = " ") -> str:
        """Where: file, sheet, first row, column."""
        fault, zh = self.fault, lang == "zh"
        many = self.times > 1 and not self.values
        times = "" if not many else f"共{self.times:,}处" if zh else f"first of {self.times:,}"
        row = "" if not fault.row or self.values else f"第{fault.row}行" if zh else f"row {fault.row}"
        row = row or ("" if self.values else in_language(fault.record, lang))
        counted = f"{row}（{times}）" if zh and times else f"{row} ({times})" if times else row
        parts = [
            fault.file,
            fault.sheet
            and fault.sheet != fault.file
            and (f"工作表{fault.sheet}" if zh else f"sheet {fault.sheet}"),
            counted.strip(),
            fault.column and (f"“{fault.column}”列" if zh else f"column {fault.column}"),
        ]
        return between.join(str(part) for part in parts if part)

    def more(self, lang: str) -> str:
        """How many more there are, of a line that stands for all that are not listed."""
        if lang == "zh":
            return f"… 还有{self.values:,}种，共{self.times:,}处"
        return f"… and {self.values:,} more, in {self.times:,} place{'s' * (self.times > 1)}"

    def text(self, lang: str) -> str:
        """It as a line of text."""
        place = self.place(lang, " " if lang == "zh" else ", ")
        if self.values:
            return f"{place}{'：' if lang == 'zh' else ': '}{self.more(lang)}"
        fault = self.fault
        got, expected, hint = (in_language(part, lang) for part in (fault.got, fault.expected, fault.hint))
        hint = hint or next_step(fault.kind, lang)
        if lang == "zh":
            text = f"给的是 {got}；应是{expected}" if got else f"应是{expected}"
            return (f"{place}：" if place else "") + text + (f"。{hint}" if hint else "")
        text = f"got {got}; expected {expected}" if got else f"expected {expected}"
        return (f"{place}: " if place else "") + text + (f". {hint}" if hint else "")


def lines(faults: Iterable[Fault]) -> list[Line]:
    """The lines that tell of faults: one a column and distinct value, up to 20 a column, then how many more.

    >>> same = [Fault("bad_date", "x", "a date", "jobs.csv", row=r, column="finished_at") for r in (7, 2)]
    >>> [(line.fault.row, line.times) for line in lines(same)]
    [(2, 2)]
    """
    columns: dict[tuple[object, ...], dict[tuple[object, ...], list[Fault]]] = {}
    for fault in sorted(faults, key=lambda f: (f.file or "", f.sheet or "", f.row or 0)):
        alike = columns.setdefault((fault.file, fault.sheet, fault.column), {})
        alike.setdefault((fault.kind, fault.got, fault.expected), []).append(fault)
    out = []
    for alike in columns.values():
        values = list(alike.values())
        out += [Line(same[0], len(same)) for same in values[:SHOWN_OF_A_COLUMN]]
        if rest := values[SHOWN_OF_A_COLUMN:]:
            out.append(Line(rest[0][0], sum(map(len, rest)), len(rest)))
    return out


def heading(faults: Sequence[Fault]) -> Message:
    """How many faults there are, and that no report can be made of them."""
    n = len(faults)
    return Message(
        f"数据有误，共{n:,}处。改正以后才能做报告。",
        f"The input is bad: {n:,} fault{'s' * (n != 1)}. No report can be made of it before they are mended.",
    )


def text(faults: Sequence[Fault], lang: str) -> str:
    """All faults as lines of text."""
    return "\n  ".join([heading(faults).text(lang), *(line.text(lang) for line in lines(faults))])

"""What is wrong with an input, worded so that somebody can repair it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from aftersales.contract.message import Message, in_language, spoken

SHOWN_OF_EACH_KIND = 20


@dataclass(frozen=True)
class Fault:
    """One fault of an input.

    Attributes
    ----------
    kind
        Short code, for grouping (``bad_date``, ``duplicate``, ``missing_column`` …).
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
    record: str = ""

    def __str__(self) -> str:
        got, expected, hint = (in_language(part, "en") for part in (self.got, self.expected, self.hint))
        where = [self.file or "", f"sheet {self.sheet}" if self.sheet else ""]
        where += [f"row {self.row}" if self.row else "", self.record]
        where += [f"column {self.column}" if self.column else ""]
        place = ", ".join(part for part in where if part)
        text = f"got {got}; expected {expected}" if got else f"expected {expected}"
        return (f"{place}: " if place else "") + text + (f". {hint}" if hint else "")


class AftersalesError(Exception):
    """The report could not be made; the message says why. Exit code 1."""


class InputError(AftersalesError):
    """The input or the call is bad. Exit code 2.

    Parameters
    ----------
    faults : sequence of Fault, or Message
        Everything that is wrong, reported in one go; the first 20 of each kind are printed, then a count.
    """

    def __init__(self, faults: Sequence[Fault] | Message | str) -> None:
        self.faults: list[Fault] = [] if isinstance(faults, (str, Message)) else list(faults)
        self.message: Message | str = faults if isinstance(faults, (str, Message)) else render(self.faults)
        super().__init__(faults)

    def __str__(self) -> str:
        return in_language(self.message, spoken())


def render(faults: Sequence[Fault]) -> str:
    """All faults as lines of text, the first 20 of each kind, then the number of the others.

    >>> print(render([Fault("bad_date", "'x'", "a date", "jobs.csv", row=2, column="finished_at")]))
    1 fault in the input:
      jobs.csv, row 2, column finished_at: got 'x'; expected a date
    """
    totals = Counter(f.kind for f in faults)
    printed: Counter[str] = Counter()
    lines = [f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in the input:"]
    for fault in faults:
        printed[fault.kind] += 1
        if printed[fault.kind] <= SHOWN_OF_EACH_KIND:
            lines.append(f"  {fault}")
        if printed[fault.kind] == totals[fault.kind] > SHOWN_OF_EACH_KIND:
            lines.append(
                f"  … and {totals[fault.kind] - SHOWN_OF_EACH_KIND} more of this kind ({fault.kind})"
            )
    return "\n".join(lines)

"""A notebook that failed, with a message by which somebody can repair it."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from aftersales.contract.errors import AftersalesError

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class NotebookFailed(AftersalesError):
    """A notebook did not run to its end.

    Attributes
    ----------
    notebook : Path
        The notebook that was to be run.
    cell : int or None
        Number of the cell in that notebook, of all cells, from 1; None when no cell is to blame.
    source : str
        The cell's code.
    name, value : str
        The error's class and message.
    traceback : str
        The traceback, without colours.
    saved : Path or None
        The notebook with the outputs up to the failure.
    """

    def __init__(
        self,
        notebook: Path,
        cell: int | None,
        source: str,
        name: str,
        value: str,
        traceback: str = "",
        saved: Path | None = None,
    ) -> None:
        self.notebook, self.cell, self.source = notebook, cell, source
        self.name, self.value, self.saved = name, value, saved
        self.traceback = _ANSI.sub("", traceback)
        super().__init__(notebook, cell, name, value)

    def __str__(self) -> str:
        place = f"{self.notebook.name}, cell {self.cell}" if self.cell else self.notebook.name
        if self.name == type(self).__name__:
            # A notebook that was run by this one failed; the message says which.
            return f"{place}: {self.value}"
        text = f"{place}: {self.name}: {self.value}" if self.value else f"{place}: {self.name}"
        if self.source and "\n" not in self.value:
            text += "".join(f"\n    {line}" for line in self.source.strip().splitlines()[:8])
        return text + (f"\n  The notebook up to there: {self.saved}" if self.saved else "")


def ending(status: int | None) -> str:
    """How a kernel's process ended, in words.

    >>> ending(-11)
    'its process was ended by SIGSEGV'
    """
    if status is None:
        return "its process does not answer"
    if status >= 0:
        return f"its process ended with exit code {status}"
    names = {number.value: number.name for number in signal.Signals}
    name = names.get(-status, f"signal {-status}")
    memory = ", as the system does when memory runs out" if name == "SIGKILL" else ""
    return f"its process was ended by {name}{memory}"

"""Faults of an input as a table on a terminal, the same for every command."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import TextIO

from aftersales.check import problems, terminal
from aftersales.contract import faults as wording
from aftersales.contract.faults import Fault


def show(faults: Sequence[Fault], lang: str, stream: TextIO) -> None:
    """Print how many there are, and a line a column and distinct value."""
    print(wording.heading(faults).text(lang), file=stream)
    table(problems.HEADERS[lang], problems.lines_of_faults(faults, lang), stream)


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], stream: TextIO) -> None:
    """Print a table, as wide as the terminal, in colours where it is one."""
    across = shutil.get_terminal_size((120, 24)).columns
    colour = stream.isatty() and not os.environ.get("NO_COLOR")
    print(terminal.table(headers, rows, max(across, 60), fixed=(0,), colour=colour), file=stream)

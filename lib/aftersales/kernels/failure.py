"""A notebook that failed, with a message by which somebody can repair it."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from aftersales.contract import machine, written
from aftersales.contract.errors import AftersalesError
from aftersales.contract.message import Message, in_language
from aftersales.contract.schema import TABLES

_OURS = ("AftersalesError", "InputError")
# How pandas names a column that a table does not have, and how near it has to be to one that there is.
_SLIPS = {
    "KeyError": re.compile(r"'([^']+)'"),
    "AttributeError": re.compile(r"'DataFrame' object has no attribute '(\w+)'"),
}
_NEAR = 0.75
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
    name, value : str or Message
        The error's class and message, as Python has them, or what the kernel came to.
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
        name: str | Message,
        value: str | Message,
        traceback: str = "",
        saved: Path | None = None,
    ) -> None:
        self.notebook, self.cell, self.source = notebook, cell, source
        self.name, self.value, self.saved = name, value, saved
        self.traceback = _ANSI.sub("", traceback)
        Exception.__init__(self, notebook, cell, name, value)

    def text(self, lang: str) -> str:
        """What it says in a language."""
        zh = lang == "zh"
        place, colon = self.notebook.name, "：" if zh else ": "
        if self.cell:
            place += f" 第{self.cell}个单元格" if zh else f", cell {self.cell}"
        name, value = in_language(self.name, lang), in_language(self.value, lang)
        if name in (*_OURS, type(self).__name__):
            # An error of ours, or a notebook that was run by this one: the message says what and which.
            text = f"{place}{colon}{value}"
        elif isinstance(self.value, Message):
            text = f"{place}{colon}{name}{colon}{value}"
        else:
            said = f"{name}: {value}" if value else name
            text = f"{place}：出错了。原文：“{said}”" if zh else f"{place}: {said}"
            if (lacking := machine.hint(said)) is not None:
                return f"{text}\n  {lacking.text(lang)}"
            text += _column_meant(name, value).text(lang)
        if name == type(self).__name__:
            return text
        if self.source and "\n" not in value:
            text += "".join(f"\n    {line}" for line in self.source.strip().splitlines()[:8])
        saved = "运行到出错处的笔记本" if zh else "The notebook up to there"
        return text + (f"\n  {saved}{colon}{self.saved}" if self.saved else "")


def _column_meant(name: str, value: str) -> Message:
    """“Did you mean …?” where a cell asked for a column by a slip or by its header; else nothing.

    >>> _column_meant("KeyError", "'technican'").en, _column_meant("KeyError", "'维修技师'").en
    (' Did you mean technician?', ' Did you mean technician?')
    >>> _column_meant("KeyError", "'x'").en, _column_meant("KeyError", "'vin'").en
    ('', '')
    """
    asked = _SLIPS[name].search(value) if name in _SLIPS else None
    if not asked:
        return written.question(None)
    columns = {c.zh: c.name for t in TABLES.values() for c in t.columns}
    columns |= {name: name for name in columns.values()}
    near = written.nearest(asked[1], columns, cutoff=_NEAR)
    return written.question(columns[near] if near and columns[near] != asked[1] else None)


def ending(status: int | None) -> Message:
    """How a kernel's process ended, in words.

    >>> ending(-11).en
    'its process was ended by SIGSEGV'
    """
    if status is None:
        return Message("它的进程没有回应", "its process does not answer")
    if status >= 0:
        return Message(f"它的进程已结束，退出码 {status}", f"its process ended with exit code {status}")
    names = {number.value: number.name for number in signal.Signals}
    name = names.get(-status, f"signal {-status}")
    zh, en = "（内存用尽时系统会这样做）", ", as the system does when memory runs out"
    zh, en = (zh, en) if name == "SIGKILL" else ("", "")
    return Message(f"它的进程被 {name} 终止{zh}", f"its process was ended by {name}{en}")

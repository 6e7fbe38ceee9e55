"""Writes a copy of a workbook in a process of its own.

Whatever a damaged file says of its size, that process ends before the machine is brought down.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aftersales.check import workbook
from aftersales.contract import place
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message
from aftersales.sources.readers import apart

if TYPE_CHECKING:
    from aftersales.check.problems import Problem
    from aftersales.contract.params import Params

_SECONDS = 30  # of work, and for each MB 40 more
_MB = 1 << 20


def write(path: Path, source: str, problems: Sequence[Problem], settings: Params, lang: str) -> Path:
    """Write the marked copy of a source; see `workbook.write`, which does it, here or apart.

    Raises
    ------
    InputError
        It can't be written there, or the source can't be copied: it is damaged, or too large.
    """
    file = workbook.is_workbook(source)
    if file is None:
        return workbook.write(path, source, problems, settings, lang)
    seconds = _SECONDS + 40 * (file.stat().st_size // _MB)
    call = pickle.dumps((path, source, problems, settings, lang))
    command = [sys.executable, "-P", "-m", __name__, str(seconds)]
    try:
        done = subprocess.run(command, input=call, capture_output=True, timeout=4 * seconds)
    except subprocess.TimeoutExpired:
        raise _refused(source, file) from None
    if done.returncode != 0:
        raise _refused(source, file)
    if (error := pickle.loads(done.stdout)) is not None:
        raise error
    return path


def _refused(source: str, file: Path) -> InputError:
    name = place.file_name(source, file)
    return InputError(
        Message(
            f"来源 {name}：无法复制，文件已损坏或过大。请用Excel打开后另存为 .xlsx。",
            f"source {name}: cannot be copied, it is damaged or too large. "
            "Open it in Excel and save it as .xlsx.",
        )
    )


def _run() -> None:
    """In that process: take what `write` hands over, give the error to be told, if there is one."""
    apart.limit(int(sys.argv[1]))
    error = None
    try:
        workbook.write(*pickle.load(sys.stdin.buffer))
    except InputError as raised:
        error = raised
    sys.stdout.buffer.write(pickle.dumps(error))


if __name__ == "__main__":
    _run()

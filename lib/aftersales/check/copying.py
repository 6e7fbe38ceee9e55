"""Marks a copy of a workbook in a process of its own.

Whatever a damaged file says of its size, that process ends before the machine is brought down.
`workbook.write` runs it as a script and hands it what it was called with.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aftersales.contract import place
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message
from aftersales.sources.readers import apart

if TYPE_CHECKING:
    from aftersales.check.problems import Problem
    from aftersales.contract.params import Params

_SECONDS = 30  # of work, and for each MB 40 more
_MB = 1 << 20


def write(
    path: Path, source: str, file: Path, problems: Sequence[Problem], settings: Params, lang: str
) -> None:
    """Write the copy of a workbook; see `workbook.write`.

    Raises
    ------
    InputError
        It can't be copied: it is damaged, or too large.
    """
    seconds = _SECONDS + 40 * (file.stat().st_size // _MB)
    command = [sys.executable, "-P", "-m", __name__, str(seconds)]
    call = pickle.dumps((path, source, problems, settings, lang))
    try:
        done = subprocess.run(command, input=call, capture_output=True, timeout=4 * seconds)
        if done.returncode == 0:
            error = pickle.loads(done.stdout)
            if error is None:
                return
            raise error
    except subprocess.TimeoutExpired:
        pass
    name = place.file_name(source, file)
    raise InputError(
        Message(
            f"--xlsx：{name}不能复制，文件已损坏或过大。请用Excel打开后另存为.xlsx。",
            f"--xlsx: {name} cannot be copied: it is damaged or too large. "
            "Open it in Excel and save it as .xlsx.",
        )
    )


def _run() -> None:
    from aftersales.check import workbook

    apart.limit(int(sys.argv[1]))
    error = None
    try:
        workbook.copy(*pickle.load(sys.stdin.buffer))
    except InputError as raised:
        error = raised
    sys.stdout.buffer.write(pickle.dumps(error))


if __name__ == "__main__":
    _run()

"""A store's own folder, as `aftersales init` fills it: params, an empty workbook, a script."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import yaml

from aftersales.contract import home, names
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message

WORKBOOK = "客服部月报数据.xlsx"
SCRIPT = "月报.cmd"
# Read by cmd line by line: what is not ASCII stands below the line that says how it is encoded.
_CMD = """@chcp 65001 >nul
@cd /d "%~dp0"
@set PYTHONUTF8=1
@set /p MONTH=做哪个月的报告？输入 1-12，回车：
@"{python}" -m aftersales report --month %MONTH%
@pause
"""


def start(store: str, folder: Path) -> list[Path]:
    """Fill a folder for a store.

    Parameters
    ----------
    store
        Its name, as it is to stand in the report.
    folder
        Where; made if it is not there.

    Returns
    -------
    list of Path
        The files written: params, workbook, script.

    Raises
    ------
    InputError
        The name is none that a folder can have, or a file is there already; nothing was written.
    """
    name = store.strip()
    if not name or names.folder_name(name) != name:
        raise InputError(
            Message(
                f"门店：给的是 {store!r}；应是能作文件夹名称的店名，如 东城店。",
                f"store: got {store!r}; expected a name that a folder can have, as East.",
            )
        )
    settings = folder / "params" / home.DEFAULT
    made = [settings, folder / WORKBOOK, folder / SCRIPT]
    for path in made:
        if path.exists():
            raise InputError(
                Message(
                    f"{path} 已经有了：这个文件夹已经可以用，或换一个空的文件夹。",
                    f"{path} is there already: this folder is ready, or choose an empty one.",
                )
            )
    delivered = (home.DELIVERED / "params" / home.DEFAULT).read_text(encoding="utf-8")
    text = _with(_with(delivered, "store", name), "source", WORKBOOK)
    text = re.sub(r"(?m)^(  general_manager:[ \t]*)\[.*?\]", r"\1[]", text, count=1)  # nobody gets it unasked
    from aftersales import template

    settings.parent.mkdir(parents=True, exist_ok=True)
    template.write(folder / WORKBOOK, store=name)
    settings.write_text(text, encoding="utf-8")
    script = _CMD.format(python=sys.executable).replace("\n", "\r\n")
    (folder / SCRIPT).write_bytes(script.encode())
    return made


def _with(text: str, key: str, value: str) -> str:
    """A params file's text with another value of a key at its top level; comments stay.

    >>> _with("store: a   # whose report", "store", "东城店")
    'store: 东城店   # whose report'
    """
    quoted = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True).split("\n")[0]
    return re.sub(rf"(?m)^{key}:([ \t]*)\S+", lambda found: f"{key}:{found[1]}{quoted}", text, count=1)

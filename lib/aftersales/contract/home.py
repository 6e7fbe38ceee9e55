"""Where the project and its params lie, and the language that they name, before anything of them is read."""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VARIABLE = "AFTERSALES_PARAMS"
DEFAULT = "default.yml"
_LANG = re.compile(rb"^lang:\s*['\"]?(zh|en)\b", re.M)


def folder() -> Path:
    """The folder of the params: that of ``AFTERSALES_PARAMS``, else the project's."""
    return Path(os.environ.get(VARIABLE) or ROOT / "params")


def language(params: Path | None = None) -> str:
    """The language of the params as far as their file can be looked into, else Chinese.

    Help and the faults of the params themselves are said in it, so no part of YAML may be needed.
    """
    file = (params or folder()) / DEFAULT
    try:
        found = _LANG.search(file.read_bytes()) if file.is_file() else None
    except OSError:
        found = None
    return found[1].decode() if found else "zh"

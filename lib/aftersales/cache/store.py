"""Where things are cached, and how: written beside and renamed, swept when there are many.

`make clean` empties it, ``FRESH=1`` passes it by.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

from aftersales.contract import params

LIMIT = 400  # chapters, and as many reports and charts
_UNFINISHED = ".new-"
FRESH = "AFTERSALES_FRESH"
# What `program` says, for the kernels of a report, which cache their charts by it; elsewhere every chart is
# drawn.
PROGRAM = "AFTERSALES_PROGRAM"


def folder(kind: str) -> Path:
    """Where things of a kind are cached: under ``AFTERSALES_CACHE``, else the project's ``.cache``."""
    return Path(os.environ.get("AFTERSALES_CACHE") or params.ROOT / ".cache") / kind


def fresh_requested() -> bool:
    """Whether the cache is to be passed by."""
    return os.environ.get(FRESH, "") not in ("", "0")


@cache
def program() -> str:
    """A hash of the package's code and of what is installed beside it."""
    digest = hashlib.sha256(sys.version.encode())
    package = Path(__file__).resolve().parents[1]
    for file in sorted(p for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(str(file.relative_to(package)).encode() + b"\0" + file.read_bytes())
    installed = sorted(p for p in os.listdir(sysconfig.get_path("purelib")) if p.endswith(".dist-info"))
    digest.update("\n".join(installed).encode())
    return digest.hexdigest()


def digest(payload: Any) -> str:
    """A short hash of plain values."""
    return hashlib.sha256(json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def settings() -> list[tuple[str, str]]:
    """The params files, by name and content."""
    return [(p.name, p.read_text("utf-8", "replace")) for p in sorted(params.folder().glob("*.yml"))]


def write(path: Path, data: bytes) -> None:
    """Write beside and rename: two runs that keep the same never see half of it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
    os.replace(name, path)


def sweep(at: Path, pattern: str, limit: int) -> None:
    """Keep so many that were used last; of runs that were cut off nothing stays."""
    entries = sorted(at.glob(pattern), key=lambda p: p.stat().st_mtime)
    for old in [p for p in entries if not p.name.startswith(_UNFINISHED)][:-limit]:
        old.unlink(missing_ok=True)
        old.with_suffix(".ipynb").unlink(missing_ok=True)
    for left in at.glob(f"{_UNFINISHED}*"):
        if left.stat().st_mtime < time.time() - 3600:
            left.unlink(missing_ok=True)

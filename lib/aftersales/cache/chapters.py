"""An unchanged chapter is not run again.

It is taken from the cache when its notebook, its parameters, the params, the package's code, the installed
packages and the tables it read the last time are all what they were. Which tables a chapter reads is recorded
while it runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from aftersales.cache import store


def key_of(notebook: Path, parameters: Mapping[str, Any]) -> str:
    """A hash of everything an executed chapter depends on but the tables."""
    return store.digest(
        [
            store.program(),
            store.settings(parameters.get("store")),
            notebook.stem,
            hashlib.sha256(notebook.read_bytes()).hexdigest(),
            dict(parameters),
        ]
    )


def fetch(key: str, hashes: Mapping[str, str], out: Path) -> bool:
    """Put the executed chapter at `out`, when the tables it read are what they were; else False.

    `hashes` are those of the tables now.
    """
    if store.fresh_requested() or not hashes:
        return False
    for entry in sorted(store.folder("chapters").glob(f"{key}-*.json")):
        with suppress(OSError, ValueError):  # another run may be emptying the cache
            reads = json.loads(entry.read_text(encoding="utf-8"))
            if reads == {name: hashes.get(name) for name in reads}:
                shutil.copyfile(entry.with_suffix(".ipynb"), out)
                os.utime(entry)
                return True
    return False


def keep(key: str, executed: Path, reads: Iterable[str], hashes: Mapping[str, str]) -> None:
    """Keep an executed chapter with the hashes of the tables it read."""
    if not hashes:
        return
    record = {name: hashes.get(name) for name in sorted(reads)}
    at = store.folder("chapters") / f"{key}-{store.digest(record)[:16]}"
    with suppress(OSError):
        store.write(at.with_suffix(".ipynb"), executed.read_bytes())
        store.write(at.with_suffix(".json"), json.dumps(record).encode())
        store.sweep(store.folder("chapters"), "*.json", store.LIMIT)

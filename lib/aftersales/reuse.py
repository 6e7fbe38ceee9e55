"""Nothing twice: an unchanged report is recognised before anything heavy is imported, an unchanged chapter is not run.

A chapter is taken from the cache when its notebook, its parameters, the params, the package's code, the installed
packages and the tables it read the last time are all what they were. Which tables a chapter reads is recorded while
it runs. ``FRESH=1`` passes the cache by; `make clean` empties it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from aftersales import params, place
from aftersales.errors import InputError

KEPT = 400  # chapters, and as many reports and charts
_UNFINISHED = ".new-"
FRESH = "AFTERSALES_FRESH"
# What `program` says, for the kernels of a report, which keep their charts by it; elsewhere every chart is drawn.
PROGRAM = "AFTERSALES_PROGRAM"


def folder(kind: str) -> Path:
    """Where things of a kind are kept: under ``AFTERSALES_CACHE``, else the project's ``.cache``."""
    return Path(os.environ.get("AFTERSALES_CACHE") or params.ROOT / ".cache") / kind


def asked_fresh() -> bool:
    """Whether the cache is to be passed by."""
    return os.environ.get(FRESH, "") not in ("", "0")


@cache
def program() -> str:
    """A hash of the package's code and of what is installed beside it."""
    digest = hashlib.sha256(sys.version.encode())
    package = Path(__file__).resolve().parent
    for file in sorted(p for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(str(file.relative_to(package)).encode() + b"\0" + file.read_bytes())
    installed = sorted(p for p in os.listdir(sysconfig.get_path("purelib")) if p.endswith(".dist-info"))
    digest.update("\n".join(installed).encode())
    return digest.hexdigest()


def _hash(told: Any) -> str:
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def _settings() -> list[tuple[str, str]]:
    """The params files, by name and content."""
    return [(p.name, p.read_text("utf-8", "replace")) for p in sorted(params.folder().glob("*.yml"))]


# -- reports ---------------------------------------------------------------------------------------------------


def fingerprint(asked: Mapping[str, Any], notebooks: Path) -> str | None:
    """A hash of everything a report depends on; None where that can't be known without reading it (a database)."""
    settings = _settings()
    sources = [asked["source"]] if asked.get("source") else _sources_of(settings)
    states = []
    for source in sources:
        try:
            if place.is_url(source):
                return None
            path = None if place.is_demo(source) else place.path(source)
        except InputError:  # told when it is read, if it is
            return None
        if path is not None:
            files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
            states += [(str(f.resolve()), f.stat().st_size, f.stat().st_mtime_ns) for f in files]
    books = [(p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in sorted(notebooks.glob("*.ipynb"))]
    told = {k: str(v) for k, v in asked.items()} | {"out": str(Path(asked["out"]).resolve())}
    return _hash([program(), settings, sources, states, books, told])


def _sources_of(settings: Sequence[tuple[str, str]]) -> list[str]:
    """Every source that a params file names: which one counts depends on the month."""
    found = []
    for name, _ in settings:
        with suppress(Exception):  # a bad file is told when the params are loaded
            found += [str(params._read(params.folder() / name).get("source") or "")]
    return sorted({s for s in found if s})


def _state(files: Iterable[Path]) -> dict[str, str]:
    return {str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def published(key: str | None) -> list[Path] | None:
    """The paths of a report that was published from the same and is still there as it was; else None."""
    if key is None or asked_fresh():
        return None
    with suppress(OSError, ValueError, KeyError):
        record = json.loads((folder("reports") / key).read_text(encoding="utf-8"))
        if _state(map(Path, record["state"])) == record["state"]:
            return [Path(p) for p in record["paths"]]
    return None


def remember(key: str | None, paths: Sequence[Path]) -> None:
    """Note what was published from what."""
    if key is None:
        return
    files = [f for p in paths for f in (sorted(p.iterdir()) if p.is_dir() else [p])]
    told = json.dumps({"paths": [str(p) for p in paths], "state": _state(files)}, ensure_ascii=False)
    with suppress(OSError):  # what can't be noted is made again, no more
        write(folder("reports") / key, told.encode())
        forget(folder("reports"), "*", KEPT)


# -- chapters --------------------------------------------------------------------------------------------------


def chapter_key(notebook: Path, parameters: Mapping[str, Any]) -> str:
    """A hash of everything an executed chapter depends on but the tables."""
    return _hash(
        [
            program(),
            _settings(),
            notebook.stem,
            hashlib.sha256(notebook.read_bytes()).hexdigest(),
            dict(parameters),
        ]
    )


def fetch(key: str, hashes: Mapping[str, str], out: Path) -> bool:
    """Put the executed chapter at `out`, when the tables it read are what they were; else False.

    `hashes` are those of the tables now.
    """
    if asked_fresh() or not hashes:
        return False
    for entry in sorted(folder("chapters").glob(f"{key}-*.json")):
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
    told = {name: hashes.get(name) for name in sorted(reads)}
    at = folder("chapters") / f"{key}-{_hash(told)[:16]}"
    with suppress(OSError):
        write(at.with_suffix(".ipynb"), executed.read_bytes())
        write(at.with_suffix(".json"), json.dumps(told).encode())
        forget(folder("chapters"), "*.json", KEPT)


def write(path: Path, data: bytes) -> None:
    """Write beside and rename: two runs that keep the same never see half of it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
    os.replace(name, path)


def forget(at: Path, pattern: str, kept: int) -> None:
    """Keep so many that were used last; of runs that were cut off nothing stays."""
    entries = sorted(at.glob(pattern), key=lambda p: p.stat().st_mtime)
    for old in [p for p in entries if not p.name.startswith(_UNFINISHED)][:-kept]:
        old.unlink(missing_ok=True)
        old.with_suffix(".ipynb").unlink(missing_ok=True)
    for left in at.glob(f"{_UNFINISHED}*"):
        if left.stat().st_mtime < time.time() - 3600:
            left.unlink(missing_ok=True)

"""Where things are cached, and how: written beside and renamed, swept when there are many.

`make clean` empties it, ``FRESH=1`` passes it by.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from aftersales.contract import alive, params, store_params
from aftersales.contract.message import phrase

LIMIT = 400  # chapters, and as many reports and charts
KINDS = (
    "shards",
    "content",
    "tables",
    "sealed",
    "findings",
    "chapters",
    "drawings",
    "reports",
    "failed",
    "mirrors",
)
UNFINISHED = ".new-"
FRESH = "AFTERSALES_FRESH"
# What `program` says, for the notebooks of a report, which cache their charts by it; elsewhere every chart is
# drawn.
PROGRAM = "AFTERSALES_PROGRAM"
FOLDER = "AFTERSALES_CACHE"
_SAID = "AFTERSALES_CACHE_SAID"
_OWNER_ONLY = 0o700


def folder(kind: str) -> Path:
    """Where things of a kind are cached: under ``AFTERSALES_CACHE``, else the project's ``.cache``.

    A folder that is not this user's own, or that others may write into, is used for nothing.
    """
    base = Path(os.environ.get(FOLDER) or params.ROOT / ".cache")
    for at in (base, base / kind):
        if not _is_own(at):
            _refuse(at)
            return Path(os.devnull, kind)  # where there is nothing, and nothing can be
    return base / kind


def _is_own(at: Path) -> bool:
    """Whether a folder is this user's, and nobody else may write into it; one that is not there is."""
    try:
        about = at.stat()
    except OSError:
        return True
    if not hasattr(os, "geteuid"):  # Windows, where every user has folders of their own
        return True
    return about.st_uid == os.geteuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _refuse(at: Path) -> None:
    """Say once, in this process and those that it starts, that a cache is not used."""
    if os.environ.get(_SAID) != str(at):
        os.environ[_SAID] = str(at)
        told = phrase(
            f"没有使用缓存 {at}：它不是您的，或别人也能写。用 `chmod -R go-w` 收回权限，或清空它，就会用上。",
            f"the cache {at} is not used: it is not yours, or others may write into it. "
            "Take that from them (`chmod -R go-w`), or empty it, and it will be.",
        )
        with suppress(OSError):
            print(told, file=sys.stderr)


def fresh_requested() -> bool:
    """Whether the cache is to be passed by."""
    return os.environ.get(FRESH, "") not in ("", "0")


@cache
def program() -> str:
    """A hash of the package's code and of what is installed beside it; in a report's notebooks as it was when
    the report was begun."""
    if begun_with := os.environ.get(PROGRAM):
        return begun_with
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


def settings(of: str | None = None) -> list[tuple[str, str]]:
    """The params files, by name and content.

    Parameters
    ----------
    of
        The store whose own file counts and no other's; None = not known, and every store's does.
    """
    base = params.folder()
    files = [p for p in sorted(base.glob("*.yml")) if p.is_file()]
    if of is None:
        files += store_params.files(base)
    elif (own := store_params.file_of(of, base)) is not None:
        files.append(own)
    return [(p.relative_to(base).as_posix(), p.read_text("utf-8", "replace")) for p in files]


def make(at: Path) -> Path:
    """A folder of the cache, which its owner alone may enter, whatever the umask."""
    missing = [at, *at.parents]
    for one in reversed(missing[: next((i for i, p in enumerate(missing) if p.is_dir()), 0)]):
        with suppress(FileExistsError):
            one.mkdir(_OWNER_ONLY)
            one.chmod(_OWNER_ONLY)
    return at


def put(path: Path, data: bytes) -> None:
    """Write a file that its owner alone may read."""
    with opened(path) as stream:
        stream.write(data)


def opened(path: Path) -> IO[bytes]:
    """A new file to write into, which its owner alone may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def write(path: Path, data: bytes) -> None:
    """Write beside and rename: two runs that keep the same never see half of it."""
    make(path.parent)
    beside = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    alive.hold_file(beside)
    try:
        beside.write_bytes(data)
        alive.replace(beside, path)
    finally:
        alive.remove(beside)  # a full disk: nothing of it stays


@contextmanager
def unfinished(base: Path) -> Iterator[Path]:
    """A folder to fill, beside what is cached; nothing of it is left when the block ends."""
    make(base)
    with alive.folder(base, UNFINISHED) as work:
        yield work


def tidy() -> None:
    """Remove what runs that were killed have left, of every kind."""
    for kind in KINDS:
        at = folder(kind)
        alive.sweep(at, UNFINISHED)
        for lock in at.glob(f"*{alive.LOCK}"):  # of what is cached for one report alone: see `tables.hold`
            with alive.dead(lock) as left:
                for one in (*at.glob(f"{lock.name.removesuffix(alive.LOCK)}-*"), lock) if left else ():
                    alive.remove(one)


def sweep(at: Path, pattern: str, limit: int) -> None:
    """Keep so many that were used last; of runs that were cut off nothing stays."""
    entries = sorted(at.glob(pattern), key=lambda p: p.stat().st_mtime)
    for old in [p for p in entries if not p.name.startswith(UNFINISHED)][:-limit]:
        old.unlink(missing_ok=True)
        old.with_suffix(".ipynb").unlink(missing_ok=True)
    alive.sweep(at, UNFINISHED)

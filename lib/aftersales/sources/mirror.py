"""A source at a place that fsspec reaches is mirrored into a folder of the cache and read from there.

The folder is its owner's alone. It is kept under what the place says of its files (their tags, or times and
sizes), so that the same source is fetched once, and of a changed one only the files that changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from aftersales.cache import store
from aftersales.contract import place, remote
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message

KIND = "mirrors"
LIMIT = 6
_LISTED = "listed.json"
_TAGS = (
    "ETag",
    "etag",
    "md5",
    "content_md5",
    "md5Hash",
    "generation",
    "mtime",
    "LastModified",
    "last_modified",
)
_TIMES = ("modified", "updated", "created")


def local(source: str) -> str:
    """A source as a path of this machine: what lies elsewhere is mirrored first, anything else is as it was.

    Raises
    ------
    InputError
        The place cannot be reached, or there is nothing.
    """
    if not place.is_remote(source):
        return place.local(source)
    with remote.opened(source, "source") as there:
        found = _listed(there)
        return str(_mirrored(there, source, found))


def forget() -> None:
    """Remove all mirrors: they hold what the sources hold."""
    shutil.rmtree(store.folder(KIND), ignore_errors=True)


def _listed(there: remote.Remote) -> dict[str, list[Any]]:
    """What a reading may want, by its path: files, and those of Parquet in folders; with tag and size."""
    name = place.name(there.url)
    existing = there.files()
    if not existing and there.fs.isfile(there.base):
        existing = {"": there.fs.info(there.base)}
    found = {}
    for path, about in existing.items():
        parts = PurePosixPath(path).parts
        if any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts):
            raise InputError(
                Message(
                    f"来源 {name}：有文件的名称不能用：{path!r}。",
                    f"source {name}: a file has a name that cannot be used: {path!r}.",
                )
            )
        if len(parts) < 2 or path.endswith(".parquet"):
            found[path] = [_tag(about), about.get("size")]
    if not found:
        raise InputError(
            Message(
                f"来源 {name}：那里没有文件。请给出放着导出文件的文件夹。",
                f"source {name}: there are no files. Give the folder that the exports lie in.",
            )
        )
    return found


def _tag(about: Mapping[str, Any]) -> str:
    """What changes when a file does; of a place that says nothing each file is fetched anew."""
    told = [str(about[key]) for key in (*_TAGS, *_TIMES) if about.get(key)]
    return "|".join(told) or secrets.token_hex(8)


def _mirrored(there: remote.Remote, source: str, found: dict[str, list[Any]]) -> Path:
    base = store.folder(KIND)
    whose = hashlib.sha256(place.behind(source).encode()).hexdigest()[:20]
    at = base / f"{whose}-{store.digest(sorted(found.items()))[:12]}"
    name = place.name(source)
    inside = at / name
    if not at.is_dir():
        earlier = sorted(base.glob(f"{whose}-*"), key=lambda p: p.stat().st_mtime)
        try:
            with store.unfinished(base) as work:
                _fill(there, work, name, found, earlier[-1] if earlier else None)
                with suppress(OSError):  # another run was first
                    os.rename(work, at)
        except NotADirectoryError:  # no cache can be had
            raise InputError(
                Message(
                    f"来源 {name}：要先抄到缓存里，可是没有可用的缓存文件夹（AFTERSALES_CACHE）。",
                    f"source {name}: it is copied into the cache first, and there is no folder for it that "
                    "can be used (AFTERSALES_CACHE).",
                )
            ) from None
    os.utime(at)
    for old in sorted(base.glob("[0-9a-f]*-*"), key=lambda p: p.stat().st_mtime)[:-LIMIT]:
        shutil.rmtree(old, ignore_errors=True)
    return inside


def _fill(
    there: remote.Remote, work: Path, name: str, found: dict[str, list[Any]], earlier: Path | None
) -> None:
    """Fetch what changed; the rest is the earlier mirror's, linked."""
    known: dict[str, Any] = {}
    if earlier is not None:
        with suppress(OSError, ValueError):
            known = json.loads((earlier / _LISTED).read_bytes())
    for path, about in found.items():
        to = work / name / path if path else work / name
        store.make(to.parent)
        if earlier is not None and known.get(path) == about:
            with suppress(OSError):
                os.link(earlier / name / path if path else earlier / name, to)
                continue
        there.fs.get_file(there.at(path), str(to))
        to.chmod(0o600)
        if about[1] is not None and to.stat().st_size != about[1]:
            raise InputError(
                Message(
                    f"来源 {name} {path}：读取时正在改动。请等它写完，再运行同一命令。",
                    f"source {name} {path}: it changed while it was read. Wait until it is written, then run "
                    "the same command again.",
                )
            )
    store.put(work / _LISTED, json.dumps(found, ensure_ascii=False).encode())

"""What identifies a store's customers is kept beside its masked tables, for the scan of its reports.

It is sealed with a key made of the source's own content: without the source nobody can open it, and with it
nobody learns more.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from aftersales.cache import content, tables
from aftersales.cache import store as cached
from aftersales.cache.files import cipher, nonce
from aftersales.contract import place
from aftersales.contract.archive import Archive, from_json


def keep(key: str, source: str, store: str, archive: Archive) -> None:
    """Keep it; where that can't be done it is read again from the source, no more."""
    seal = _seal(key, source, store)
    data = json.dumps(archive.as_json(), ensure_ascii=False).encode()
    with suppress(OSError):
        if (tables.folder() / key).is_dir():
            cached.write(_place(key, store), cipher(seal).encrypt(nonce(), data, None))


def find(key: str, source: str, store: str) -> Archive | None:
    """What was kept of a store; None where nothing was, or the source has another content now."""
    try:
        sealed = _place(key, store).read_bytes()
        return from_json(json.loads(cipher(_seal(key, source, store)).decrypt(nonce(), sealed, None)))
    except Exception:  # not kept, or damaged: a cipher may raise anything
        return None


def _place(key: str, store: str) -> Path:
    return tables.folder() / key / f"archive-{hashlib.sha256(store.encode()).hexdigest()[:16]}"


def _seal(key: str, source: str, store: str) -> bytes:
    digest = hashlib.sha256(json.dumps(["archive", key, store]).encode())
    if place.is_demo(source) or place.is_url(source):
        digest.update(place.behind(source).encode())
        return digest.digest()
    for file in content.files(place.path(source)):
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.digest()

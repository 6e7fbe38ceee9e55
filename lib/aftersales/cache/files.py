"""Files with one table are cached as they were typed, so that of a folder only what has changed is read
again.

They are not masked yet, for that takes all tables of a store. So each is sealed with a key made of the file's
own content: without the file nobody can open it, and with it nobody learns more.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aftersales.cache import frames, store
from aftersales.cache.tables import code

if TYPE_CHECKING:
    import pandas as pd

LIMIT = 60  # files


class Sealed:
    """What is cached of files that are read in one way.

    Parameters
    ----------
    way
        What the typing of a table depends on besides its file, as plain values; None passes the cache by:
        nothing is found and nothing cached.
    made
        Makes what was typed again, of its frame and of the plain values that were cached with it.
    """

    def __init__(self, way: Callable[[str], Any] | None, made: Callable[[pd.DataFrame, Any], Any]) -> None:
        self.way, self.made = way, made
        self.keys: dict[tuple[str, str], bytes] = {}

    def find(self, table: str, file: str, data: bytes) -> Any:
        """A file as it was typed, if it was; else None, and what is typed of it can be cached.

        Parameters
        ----------
        table, file
            Canonical name, and the file's.
        data
            Its content.
        """
        if self.way is None:
            return None
        depends = json.dumps([code(), table, file, self.way(table)])
        self.keys[table, file] = key = hashlib.sha256(depends.encode() + b"\0" + data).digest()
        try:
            data = cipher(key).decrypt(nonce(), _place(key).read_bytes(), None)
            typed = [self.made(frame, about) for frame, about in _unpacked(data)]
        except Exception:  # not cached, or damaged: a cipher and Arrow may raise anything
            return None
        with suppress(OSError):
            os.utime(_place(key))
        return typed

    def keep(self, table: str, file: str, typed: Sequence[tuple[pd.DataFrame, Any]]) -> None:
        """Keep what was typed of a file that was requested: frames, each with plain values.

        Where that can't be done it is typed again, no more.
        """
        if key := self.keys.get((table, file)):
            with suppress(OSError, OverflowError, TypeError, ValueError, NotImplementedError):
                store.write(_place(key), cipher(key).encrypt(nonce(), _packed(typed), None))
                store.sweep(_place(key).parent, "*", LIMIT)


def _packed(typed: Sequence[tuple[pd.DataFrame, Any]]) -> bytes:
    tables = [frames.to_bytes(frame) for frame, _ in typed]
    head = json.dumps([[about, len(data)] for (_, about), data in zip(typed, tables, strict=True)]).encode()
    return b"".join([len(head).to_bytes(8, "big"), head, *tables])


def _unpacked(data: bytes) -> list[tuple[pd.DataFrame, Any]]:
    at = 8 + int.from_bytes(data[:8], "big")
    found = []
    for about, length in json.loads(data[8:at]):
        found.append((frames.from_bytes(data[at : at + length]), about))
        at += length
    return found


def _place(key: bytes) -> Path:
    """Where it is cached; the name does not reveal the key."""
    return store.folder("sealed") / hashlib.sha256(b"name" + key).hexdigest()[:32]


def nonce() -> bytes:
    """The same for all: each key seals one thing only."""
    return bytes(12)


def cipher(key: bytes) -> Any:
    """What seals a thing with a key, and opens it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)

"""Files with one table are kept as they were typed, so that of a folder only what has changed is read again.

They are not masked yet, for that takes all tables of a store. So each is sealed with a key made of the file's own
content: without the file nobody can open it, and with it nobody learns more.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aftersales import reuse
from aftersales.sources import cache

if TYPE_CHECKING:
    from aftersales.sources import How
    from aftersales.sources.reading import Typed

KEPT = 60  # files
_NONCE = bytes(12)  # each key seals one thing only


class Sealed:
    """What is kept of files that are read in one way.

    A reading that passes the cache by (`how.snapshot`) finds nothing and keeps nothing.
    """

    def __init__(self, how: How) -> None:
        self.how = how
        self.keys: dict[str, bytes] = {}

    def find(self, table: str, file: str, data: bytes) -> Typed | None:
        """A file as it was typed, if it was; else None, and what is typed of it can be kept.

        Parameters
        ----------
        table, file
            Canonical name, and the file's.
        data
            Its content.
        """
        if self.how.snapshot:
            return None
        corrections = [c for c in self.how.corrections if c.table == table]
        told = json.dumps([cache.code(), table, file, sorted(self.how.aliases.items()), repr(corrections)])
        self.keys[table] = key = hashlib.sha256(told.encode() + b"\0" + data).digest()
        try:
            typed = pickle.loads(_cipher(key).decrypt(_NONCE, _place(key).read_bytes(), None))
        except Exception:  # not kept, or damaged: a cipher and a pickle may raise anything
            return None
        with suppress(OSError):
            os.utime(_place(key))
        return typed

    def keep(self, typed: Typed) -> None:
        """Keep what was typed of a file that was asked for. Where that can't be done it is typed again, no more."""
        if key := self.keys.get(typed.origin.table):
            with suppress(OSError, OverflowError):
                data = pickle.dumps(typed, protocol=5)
                reuse.write(_place(key), _cipher(key).encrypt(_NONCE, data, None))
                reuse.forget(_place(key).parent, "*", KEPT)


def _place(key: bytes) -> Path:
    """Where it is kept; the name does not tell the key."""
    return reuse.folder("sealed") / hashlib.sha256(b"name" + key).hexdigest()[:32]


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)

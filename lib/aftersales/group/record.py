"""What a group's run came to, store by store: ``<out>/<YYYY-MM>/group.json``, written as each is done."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from aftersales.contract import destination, remote
from aftersales.contract.group_run import FAILED, FORMAT, NAME
from aftersales.contract.names import folder_name
from aftersales.export import manifest, modes
from aftersales.export.remote import is_remote


class Place:
    """A month's folder where a group's reports are published, here or on an object store.

    Parameters
    ----------
    out
        As it was given.
    month
        ``2024-04``.
    """

    def __init__(self, out: str | Path, month: str) -> None:
        self.out, self.month = out, month

    def read(self, name: str) -> bytes | None:
        """What a file of the month holds; None where it is not there."""
        if is_remote(self.out):
            with remote.opened(str(self.out), "out") as there:
                return there.read(f"{self.month}/{name}")
        with suppress(OSError):
            return (Path(self.out) / self.month / name).read_bytes()
        return None

    def write(self, name: str, data: bytes) -> None:
        """Write a file of the month whole."""
        if is_remote(self.out):
            with remote.opened(str(self.out), "out") as there:
                there.write(f"{self.month}/{name}", data)
            return
        path = Path(self.out) / self.month / name
        modes.make(path.parent)
        with destination.whole(path) as beside:
            beside.write_bytes(data)
            os.chmod(beside, modes.FILE)


def before(at: Place) -> tuple[dict[str, dict[str, Any]], str]:
    """What the last run said of each store, by its name, and what its overview was made from."""
    with suppress(ValueError, KeyError, TypeError):
        told = json.loads(at.read(NAME) or b"null")
        if told:
            return {one["store"]: one for one in told["stores"]}, str(told.get("overview", ""))
    return {}, ""


def is_as_made(at: Place, told: Mapping[str, Any] | None, key: str | None) -> bool:
    """Whether a store's report was made from the same, and is still there as it was."""
    if not told or not key or told.get("key") != key:
        return False
    folder = folder_name(str(told["store"]))
    data = at.read(f"{folder}/{manifest.NAME}")
    if data is None or hashlib.sha256(data).hexdigest() != told.get("manifest"):
        return False
    if is_remote(at.out):
        return True  # what the manifest names was written before it, and is never changed
    here = Path(at.out) / at.month / folder
    return bool(manifest.of_files(here) == json.loads(data)["files"])


def done(
    at: Place, store: str, status: str, key: str | None, seconds: float, error: str | None = None
) -> dict[str, Any]:
    """What is noted of a store that is done."""
    about: dict[str, Any] = {"store": store, "folder": folder_name(store), "status": status}
    about |= {"error": error, "seconds": round(seconds, 1)}
    if status != FAILED and key:
        data = at.read(f"{folder_name(store)}/{manifest.NAME}")
        about |= {"key": key, "manifest": hashlib.sha256(data or b"").hexdigest()}
    return about


def write(at: Place, lang: str, stores: Iterable[Mapping[str, Any]], overview: str = "") -> None:
    """Note what the stores came to so far; and, where it is made, what the overview was made from."""
    told: dict[str, Any] = {"format": FORMAT, "month": at.month, "lang": lang, "stores": list(stores)}
    told |= {"overview": overview} if overview else {}
    at.write(NAME, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode())

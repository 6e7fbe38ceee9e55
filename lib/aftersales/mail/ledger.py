"""What was sent to whom: a file that stays true whenever the program stops."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from aftersales.contract import machine
from aftersales.contract.errors import AftersalesError
from aftersales.contract.message import Message


def read(path: Path) -> dict[str, dict[str, Any]]:
    """Address to ``message_id``, ``content`` (hash), ``role`` and ``sent_at`` of what it was sent last.

    Raises
    ------
    AftersalesError
        The file is no ledger.
    """
    if not path.exists():
        return {}
    try:
        sent = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(sent, dict) and all(isinstance(entry, dict) for entry in sent.values()):
            return sent
    except ValueError:
        pass
    raise AftersalesError(
        Message(
            f"{path}：读不出来；它记着谁已收到报告。请修好或删去它；删去以后，算作谁都没有收到。",
            f"{path}: not readable; it notes who has had the report. "
            "Mend or remove it; when it is removed, nobody counts as having had the report.",
        )
    )


def last(path: Path, who: str) -> dict[str, Any]:
    """What somebody was sent last of an earlier month of the same store; empty where nothing is noted.

    Ledgers are called after month and store, ``2024-04-示范店.json``.
    """
    month, store = path.name[:7], path.name[7:]
    earlier = [one for one in path.parent.glob("*.json") if one.name[7:] == store and one.name[:7] < month]
    for one in sorted(earlier, reverse=True):
        if found := read(one).get(who):
            return found
    return {}


def lacks(path: Path, sent: Mapping[str, dict[str, Any]], who: str, signals: Iterable[str]) -> bool:
    """Whether there is a signal that the last one to somebody, this month or before, did not have."""
    had = sent.get(who) or last(path, who)
    return bool({*signals} - {*had.get("signals", ())})


def write(path: Path, sent: Mapping[str, Any]) -> None:
    """Put a ledger in the place of the last one, whole or not at all.

    Raises
    ------
    AftersalesError
        It cannot be written.
    """
    name = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".ledger-")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(sent, stream, ensure_ascii=False, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    except OSError as error:
        if name:
            with suppress(OSError):
                os.unlink(name)
        why = machine.reason(error)
        raise AftersalesError(
            Message(
                f"{path}：写不进去，{why.zh}，记不下谁已收到报告。",
                f"{path}: the note of who was sent the report cannot be written, {why.en}.",
            )
        ) from None


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep a second sending of the same report out while one is under way.

    Raises
    ------
    AftersalesError
        One is under way.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_suffix(".lock"))
        lock.acquire(blocking=False)
    except Timeout:
        raise AftersalesError(
            Message(
                "这份报告正在发送；等它发完。",
                "This report is being sent already; wait until that has ended.",
            )
        ) from None
    except OSError as error:
        why = machine.reason(error)
        raise AftersalesError(
            Message(
                f"{path.parent}：写不进去，{why.zh}。",
                f"{path.parent}: cannot be written to, {why.en}.",
            )
        ) from None
    try:
        yield
    finally:
        lock.release()

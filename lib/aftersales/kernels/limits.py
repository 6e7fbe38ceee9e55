"""What a notebook may take: seconds, memory, output. A kernel that takes more is ended, and told why."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aftersales.contract import processes
from aftersales.contract.message import Message

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_EVERY_SECONDS, _OF_MEMORY = 0.1, 0.5  # to look at all processes takes some milliseconds
_MB, _FULL = 1 << 20, 0.9
_WHAT = {
    "seconds": (Message("时间", "time"), "{:g} 秒", "{:g} s"),
    "memory_mb": (Message("内存", "memory"), "{:g} MB", "{:g} MB"),
    "output_mb": (Message("输出", "output"), "{:g} MB", "{:g} MB"),
}
_OF = {"chapter": Message("一章", "a chapter"), "run": Message("整个报告", "a whole report")}


class Total:
    """The output of all notebooks of a run."""

    def __init__(self, most: float) -> None:
        self.most, self.heard = most, 0


@dataclass(frozen=True)
class Limits:
    """What one notebook may take, as `limits` in the params has it; None = without end.

    Attributes
    ----------
    of
        ``chapter`` or ``run``: how the params call these limits.
    total
        Of this notebook and others together.
    """

    seconds: float | None = None
    memory_mb: float | None = None
    output_mb: float | None = None
    of: str = "chapter"
    total: Total | None = field(default=None, compare=False)


NONE = Limits()


def told(of: str, what: str, most: float) -> Message:
    """What is said when a limit is passed, with what to do.

    >>> told("chapter", "seconds", 120).en
    'more time than a chapter may take: 120 s. Have it do less, or raise `limits.chapter_seconds` in params.'
    """
    name, zh, en = _WHAT[what]
    key = f"limits.{of}_{what}"
    return Message(
        f"{name.zh}超过{_OF[of].zh}的上限 {zh.format(most)}。请让它少做一些，或提高参数里的 `{key}`。",
        f"more {name.en} than {_OF[of].en} may take: {en.format(most)}. "
        f"Have it do less, or raise `{key}` in params.",
    )


class Meter:
    """Holds a kernel against its limits while a notebook runs; `over` says which it has passed."""

    def __init__(self, limits: Limits, end: Callable[[], object]) -> None:
        self.limits, self._end = limits, end
        self.over: Message | None = None
        self._heard = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="aftersales-limits")
        self._pid: int | None = None
        self._most = 0.0
        self.full = False  # so that it may not even say that it has got no more memory

    def start(self, pid: int | None) -> None:
        """Begin, now that the kernel is ready; what it is now counts for nothing."""
        self._pid = pid
        self._until = time.monotonic() + (self.limits.seconds or float("inf"))
        self._memory = processes.memory(pid) if pid and self.limits.memory_mb else 0
        if pid and self.limits.memory_mb:
            self._most = processes.data(pid) + self.limits.memory_mb * _MB * _FULL
            _limit(pid, int(self.limits.memory_mb * _MB))
        if self.limits.seconds or self.limits.memory_mb:
            self._thread.start()

    def stop(self) -> None:
        """The notebook is done."""
        self._done.set()

    def heard(self, content: Mapping[str, Any]) -> None:
        """Count an output."""
        if self._most and self._pid and ("ename" in content or content.get("execution_state") == "idle"):
            self.full = self.full or self.is_full(processes.data(self._pid))
        self.put_out(size(content))

    def is_full(self, data: int) -> bool:
        """Whether a kernel that has allocated so much is near what it may."""
        return bool(self._most) and data > self._most

    def put_out(self, more: int) -> None:
        """Count so many bytes of output."""
        self._heard += more
        total, most = self.limits.total, self.limits.output_mb
        if total is not None:
            total.heard += more
            if total.heard > total.most * _MB:
                self._pass("run", "output_mb", total.most)
        if most is not None and self._heard > most * _MB:
            self._pass(self.limits.of, "output_mb", most)

    def no_memory(self) -> Message | None:
        """What is said of a kernel that got no more memory; None where it has no limit of ours."""
        most = self.limits.memory_mb
        return told(self.limits.of, "memory_mb", most) if most else None

    def _watch(self) -> None:
        most, looked = self.limits.memory_mb, time.monotonic()
        while not self._done.wait(_EVERY_SECONDS):
            now = time.monotonic()
            if now > self._until:
                self._pass(self.limits.of, "seconds", self.limits.seconds or 0)
            elif most and self._pid and now - looked > _OF_MEMORY:
                looked = now
                if processes.memory(self._pid) - self._memory > most * _MB:
                    self._pass(self.limits.of, "memory_mb", most)
            if self.over:
                return

    def _pass(self, of: str, what: str, most: float) -> None:
        if self.over is None:
            self.over = told(of, what, most)
            self._end()


def _limit(pid: int, more: int) -> None:
    """Let a process allocate so much more than it has now.

    What counts are its data: the address space has much that is reserved and never used.
    """
    now = processes.data(pid)
    if resource is None or not hasattr(resource, "prlimit") or not now:
        return  # there what it has taken is looked at, and that is all
    try:
        _, hard = resource.prlimit(pid, resource.RLIMIT_DATA)
        soft = now + more if hard == resource.RLIM_INFINITY else min(now + more, hard)
        resource.prlimit(pid, resource.RLIMIT_DATA, (soft, hard))
    except (OSError, ValueError):  # it has ended, or that may not be changed
        return


def size(value: Any) -> int:
    """About how many bytes an output is."""
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return sum(map(size, value.values()))
    return sum(map(size, value)) if isinstance(value, (list, tuple)) else 8

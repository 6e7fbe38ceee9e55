"""A run is a child of the process that was called, which sees to its end.

Ctrl-C and SIGTERM end it at any stage, whatever it is in the middle of, and so do `limits` in the params:
publishing withstands being killed, and what is left then is swept as a next run would do it. Nothing that
comes of a run outlives it, forked away or not. On Linux; elsewhere a run guards itself.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from aftersales.contract import processes, stage

_GUARDED = ("report", "check", "verify", "group")
_EVERY_SECONDS = 0.5
_ENDS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_MB = 1 << 20


class _Stopped(Exception):
    """A signal asks for the end."""


def guarded(argv: Sequence[str]) -> int | None:
    """Run what follows in a child.

    Returns
    -------
    int or None
        In the guard the exit code, when the child has ended; None in the child, and where there is none.
    """
    if sys.platform != "linux" or not argv or argv[0] not in _GUARDED:
        return None
    read, write = os.pipe()
    guard = os.getpid()
    processes.adopt_orphans()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)  # what comes now is taken up when all is ready
    try:
        child = os.fork()
    except OSError:  # no more processes: then by itself
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(read)
        os.close(write)
        return None
    if child:
        os.close(write)
        return _Guard(argv, child, read).code(before)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    os.close(read)
    processes.die_with_parent()
    if os.getppid() != guard:  # it has ended already
        os._exit(1)
    os.setsid()  # what is typed at the terminal goes to the guard alone
    os.environ[stage.VARIABLE] = f"{write}:{os.getpid()}"
    return None


class _Guard:
    """Listens to a run, and ends it."""

    def __init__(self, argv: Sequence[str], child: int, fd: int) -> None:
        self.argv, self.child, self.fd = argv, child, fd
        self.began = time.monotonic()
        self.known: dict[str, Any] = {}
        self.number = 0

    def code(self, unblocked: set[signal.Signals] | set[int]) -> int:
        """Wait for the end, or make it."""
        for number in _ENDS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as of a shell's background job
                signal.signal(number, self._stop)
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
            status = self._wait()
        except _Stopped:
            self._end()
            self._say_stopped()
            return 128 + self.number
        if isinstance(status, str):
            self._end()
            self._say_over(status)
            return 1
        processes.end_all(os.getpid())  # what it has forked away
        if os.WIFSIGNALED(status):
            self._end()
            self._say_died(os.WTERMSIG(status))
            return 1
        return os.waitstatus_to_exitcode(status)

    def _stop(self, number: int, _: FrameType | None) -> NoReturn:
        for one in _ENDS:
            signal.signal(one, signal.SIG_IGN)  # it is being ended already
        self.number = number
        raise _Stopped

    def _wait(self) -> int | str:
        """The child's status; or which limit the run has passed."""
        heard, listening = b"", True
        while True:
            if listening:
                if select.select([self.fd], [], [], _EVERY_SECONDS)[0]:
                    part = os.read(self.fd, 65536)
                    *lines, heard = (heard + part).split(b"\n")
                    for line in lines:
                        self.known |= json.loads(line)
                    listening = bool(part)
            else:
                time.sleep(0.005)
            pid, status = os.waitpid(self.child, 0 if not listening else os.WNOHANG)
            if pid:
                return status
            limits = self.known.get("limits", {})
            if time.monotonic() - self.began > limits.get("run_seconds", float("inf")):
                return "seconds"
            most = limits.get("run_memory_mb")
            if most and processes.memory(os.getpid()) > most * _MB:
                return "memory_mb"

    def _end(self) -> None:
        """Kill the run and all that comes of it, and remove what that leaves."""
        processes.end_all(os.getpid())
        from aftersales import arguments, cli, leftovers
        from aftersales.contract import message

        if lang := arguments.language(self.argv):
            message.speak(lang)
        leftovers.sweep(getattr(cli.parser().parse_args(self.argv), "out", None) or Path("output"))

    def _say_stopped(self) -> None:
        from aftersales.contract.message import phrase

        if self.argv[0] == "group":
            made = self.known.get("stores", 0)
            _say(
                phrase(
                    f"已停止：{made}家店已经做完；再运行同一命令，接着做其余的",
                    f"stopped: {made} stores are done; the same command does the rest",
                )
            )
        elif self.known.get("published"):
            _say(phrase("已停止：报告已经发布", "stopped: the report was published already"))
        else:
            _say(phrase("已停止：什么也没有发布", "stopped: nothing was published"))

    def _say_over(self, what: str) -> None:
        from aftersales.contract.message import phrase
        from aftersales.kernels import limits

        told = limits.told("run", what, self.known["limits"][f"run_{what}"])
        zh, en = self.known.get("at", ("", ""))
        chapters = self.known.get("working") or []
        at = phrase(zh, en) + (phrase("：", ": ") + phrase("、", ", ").join(chapters) if chapters else "")
        _say(phrase(f"错误：{at}：{told.zh}", f"error: {at}: {told.en}"))

    def _say_died(self, number: int) -> None:
        from aftersales.contract.message import phrase
        from aftersales.kernels.failure import ending

        told = ending(-number)
        _say(phrase(f"错误：{told.zh}。什么也没有发布。", f"error: {told.en}. Nothing was published."))


def _say(text: str) -> None:
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:  # the exit code says it too
        return

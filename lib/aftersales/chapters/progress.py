"""Saying how far a report is: a line for each step and chapter, and on a terminal what is at work now."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from aftersales.contract import stage
from aftersales.contract.message import Message, phrase

# Names the file into which the master's kernel writes a line when a chapter is begun and when it is done.
LOG = "AFTERSALES_PROGRESS"
QUIET = "AFTERSALES_QUIET"  # set where nobody watches: errors alone are said
BEGUN, DONE, FAILED, UNCHANGED = "begun", "done", "failed", "unchanged"
_STATES = {
    DONE: Message("完成", "done"),
    FAILED: Message("失败", "failed"),
    UNCHANGED: Message("未变，取自缓存", "unchanged"),
}
_EVERY_SECONDS = 0.1


def record(chapter: str, state: str, seconds: float = 0.0) -> None:
    """Note what a chapter has come to, where somebody watches."""
    if log := os.environ.get(LOG):
        with open(log, "a", encoding="utf-8") as stream:
            stream.write(f"{chapter}\t{state}\t{seconds:.1f}\n")


@contextmanager
def step(name: Message) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    stage.tell(at=[name.zh, name.en], working=[])
    _say(f"{name} …")
    start = time.perf_counter()
    yield
    took = time.perf_counter() - start
    _say(phrase(f"  {took:.1f} 秒", f"  {took:.1f} s"))


class Watch:
    """The chapters as they are run; each is reported in a line when it is done.

    Attributes
    ----------
    states
        Chapter to its last state.
    """

    def __init__(self, log: Path) -> None:
        self.states: dict[str, str] = {}
        self._log = log
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._shown = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Watch:
        self._log.touch()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._log.unlink()

    def cached(self) -> list[str]:
        """The chapters that came from the cache."""
        return [chapter for chapter, state in self.states.items() if state == UNCHANGED]

    def _follow(self) -> None:
        start, known = time.perf_counter(), 0
        told: list[str] = []
        while True:
            ended = self._stop.wait(_EVERY_SECONDS)
            lines = [line for line in self._log.read_text("utf-8").splitlines(True) if line.endswith("\n")]
            for line in lines[known:]:
                chapter, state, seconds = line.rstrip("\n").split("\t")
                self.states[chapter] = state
                if state != BEGUN:
                    self._show("")
                    _say(f"  {chapter} {_STATES[state]}" + (_took(seconds) if state != UNCHANGED else ""))
            known = len(lines)
            at_work = [chapter for chapter, state in self.states.items() if state == BEGUN]
            if at_work != told:
                stage.tell(working=at_work)
                told = at_work
            waited = time.perf_counter() - start
            waited_for = phrase(f"{waited:.0f} 秒", f"{waited:.0f} s")
            self._show(f"  {waited_for}  {', '.join(at_work)} …" if at_work else "")
            if ended:
                self._show("")
                return

    def _show(self, text: str) -> None:
        """Write over the terminal's last line; in a log there is no such line."""
        if self._live and text != self._shown:
            self._shown = text
            width = shutil.get_terminal_size().columns - 1
            with suppress(OSError):
                sys.stderr.write(f"\r\x1b[2K{text[:width]}")
                sys.stderr.flush()


def _took(seconds: str) -> str:
    return phrase(f"，{seconds} 秒", f", {seconds} s")


def _say(text: str) -> None:
    if os.environ.get(QUIET):
        return
    with suppress(OSError):  # a report is made even where nobody can read how far it is
        print(text, file=sys.stderr, flush=True)

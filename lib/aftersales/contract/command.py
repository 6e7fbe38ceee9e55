"""The command that makes a report, to be typed as it stands where this one was typed."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from aftersales.contract import place

# The Makefile says by it that it was make that was called.
_CALLED = "AFTERSALES_CALLED"


class Command(NamedTuple):
    """A command, and the variable that must be given the source before it; "" where nothing need be done."""

    text: str
    variable: str


def report(
    month: object, store: str | None, source: str | None, lang: str | None, out: Path | None = None
) -> Command:
    """The command for the report of a month, with what was given and no more: the rest the params give again.

    A source that may hold a password is not printed; an environment variable takes its place.

    >>> report("2024-04", "东城 店", "exports", None).text.split(" ", 1)[1].endswith("--store '东城 店'")
    True
    """
    variable, ready = "", True
    if source and not place.may_be_shown(source):
        variable, ready = _variable(source)
        source = f"env:{variable}"
    given = {"month": str(month), "source": source, "store": store, "lang": lang, "out": out and str(out)}
    options = {name: value for name, value in given.items() if value}
    if os.environ.get(_CALLED) == "make":
        names = {"lang": "REPORT_LANG"}
        words = [f"{names.get(name, name.upper())}={_for_make(value)}" for name, value in options.items()]
        return Command(" ".join(["make", "report", *words]), "" if ready else variable)
    words = [_option(name, value) for name, value in options.items()]
    return Command(" ".join([*_program(), "report", *words]), "" if ready else variable)


def _variable(source: str) -> tuple[str, bool]:
    """The variable that holds a source, else a free one; and whether it holds it."""
    for name, value in os.environ.items():
        if value == source and name != "SOURCE" and name.isidentifier():
            return name, True
    return next(n for n in ("DMS", *(f"DMS{i}" for i in range(2, 1000))) if n not in os.environ), False


def _for_make(value: str) -> str:
    """A value as make takes it from a shell: it expands `$`, and would drop blanks that stand first."""
    return shlex.quote(("$()" if value[0].isspace() else "") + value.replace("$", "$$"))


def _option(name: str, value: str) -> str:
    return f"--{name}{'=' if value.startswith('-') else ' '}{shlex.quote(value)}"


def _program() -> list[str]:
    """The words by which this program was called."""
    called = sys.argv[0]
    if Path(called).stem != "aftersales":
        return [shlex.quote(sys.orig_argv[0]), "-m", "aftersales"]
    return ["aftersales" if shutil.which("aftersales") == called else shlex.quote(called)]

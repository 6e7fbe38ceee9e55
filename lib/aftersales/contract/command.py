"""The command that makes a report, to be typed as it stands where this one was typed."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from aftersales.contract import home, place

OPEN = "…"  # a value that the message leaves open
# The Makefile says by it that it was make that was called.
CALLED = "AFTERSALES_CALLED"
# `uv run` says by it that it is at work.
_UV = "UV_RUN_RECURSION_DEPTH"


class Command(NamedTuple):
    """A command, and the variable that must be given the source before it; "" where nothing need be done."""

    text: str
    variable: str


def report(
    month: object, store: str | None, source: str | None, lang: str | None, out: Path | None = None
) -> Command:
    """The command for the report of a month, with what was given and no more: the rest the params give again.

    A source that may hold a password is not printed; an environment variable takes its place.

    >>> report("2024-04", "东城 店", "exports", None).text.split(" report ")[1].endswith("--store '东城 店'")
    True
    """
    variable, ready = "", True
    if source and not place.may_be_shown(source):
        variable, ready = _variable(source)
        source = f"env:{variable}"
    to = str(out) if out else None
    text = of("report", month=str(month), source=source, store=store, lang=lang, out=to)
    return Command(text, "" if ready else variable)


def of(command: str, /, **options: str | None) -> str:
    """A command of this program as the one at work was typed: with make, as `aftersales`, or by Python.

    Params that a variable names are named again, which may have been set for the one command alone.

    >>> of("check", month="4", store=None).split()[-3:]
    ['check', '--month', '4']
    """
    given = {option: value for option, value in options.items() if value}
    params = os.environ.get(home.VARIABLE)
    first = [f"{home.VARIABLE}={_quoted(params)}"] if params else []
    if _by_make():
        pairs = [
            (f"{_for_make(option)}={_quoted(value)}", value[0].isspace()) for option, value in given.items()
        ]
        # make drops the blanks that a value begins with, unless it comes in the environment
        first += [pair for pair, blank in pairs if blank]
        return " ".join([*first, "make", command, *(pair for pair, blank in pairs if not blank)])
    words = [_option(option, value) for option, value in given.items()]
    return " ".join([*first, *_program(), command, *words])


def python(script: Path) -> str:
    """The command that runs a script by the Python at work, as short as it can be typed here.

    >>> python(Path.cwd() / "tests" / "test_08_waiting.py").split()[-1]
    'tests/test_08_waiting.py'
    """
    here = Path.cwd()
    paths = (
        path.relative_to(here) if path.is_relative_to(here) else path
        for path in (Path(sys.executable), script)
    )
    return " ".join(shlex.quote(str(path)) for path in paths)


def word(name: str) -> str:
    """What an option is called: ``STORE`` or ``--store``."""
    return _for_make(name) if _by_make() else f"--{name.replace('_', '-')}"


def option(name: str, value: str = OPEN) -> str:
    """One option as it would be typed: ``STORE=…`` or ``--store …``."""
    return f"{word(name)}{'=' if _by_make() else ' '}{value}"


def switch(name: str) -> str:
    """An option without a value: ``AGAIN=1`` or ``--again``."""
    return word(name) + ("=1" if _by_make() else "")


def source_of_make() -> str | None:
    """The source that make was given: by the environment, for everybody on a machine sees the arguments."""
    return os.environ.get("SOURCE") or None if _by_make() else None


def _by_make() -> bool:
    return os.environ.get(CALLED) == "make"


def _for_make(option: str) -> str:
    return {"lang": "REPORT_LANG"}.get(option, option.upper())


def _variable(source: str) -> tuple[str, bool]:
    """The variable that holds a source, else a free one; and whether it holds it."""
    for name, value in os.environ.items():
        if value == source and name != "SOURCE" and name.isidentifier():
            return name, True
    return next(n for n in ("DMS", *(f"DMS{i}" for i in range(2, 1000))) if n not in os.environ), False


def _option(name: str, value: str) -> str:
    return f"--{name.replace('_', '-')}{'=' if value.startswith('-') else ' '}{_quoted(value)}"


def _quoted(value: str) -> str:
    """A value as a shell takes it; what is left open for whoever types the command stays as it is."""
    return value if value == OPEN else shlex.quote(value)


def _program() -> list[str]:
    """The words by which this program was called."""
    called = sys.argv[0]
    if Path(called).stem != "aftersales":
        return [shlex.quote(sys.orig_argv[0]), "-m", "aftersales"]
    if os.environ.get(_UV):
        return ["uv", "run", "aftersales"]
    return ["aftersales" if shutil.which("aftersales") == called else shlex.quote(called)]

"""What Tab offers in a notebook: names of figures, columns of tables, a module's own public names."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from aftersales.contract.schema import TABLES
from aftersales.contract.tables import Tables

_PACKAGE = "aftersales"
_CALLED = re.compile(r"\b(explain|why)\(\s*(?:name=|figure=)?(['\"])([^'\"]*)$")
_COLUMN = re.compile(r"([\w.]+?)(?:\.(\w+)|\[['\"](\w+)['\"]\])\[(['\"])([^'\"]*)$")
_KEY = re.compile(r"(?<![\w.])([A-Za-z_][\w.]*\.\w+)\[['\"]([^'\"]*)$")
_NAME = re.compile(r"(?<![\w.])([A-Za-z_][\w.]*)\.(\w*)$")
_IMPORT = re.compile(r"^\s*from\s+(aftersales(?:\.\w+)*)\s+import\s+(?:[\w\s,]*,\s*)?(\w*)$")


def install() -> None:
    """Let the notebook's Tab offer these, once; nothing where no notebook asks.

    Jedi reads the whole of pandas before it offers anything, and then offers what is private, too: in a
    notebook of ours the names are read off the objects that are there.
    """
    found = sys.modules.get("IPython")
    shell = None if found is None else found.get_ipython()
    if shell is None or any(getattr(one, "_of_aftersales", False) for one in shell.Completer.custom_matchers):
        return
    from IPython.core.completer import SimpleCompletion, SimpleMatcherResult, context_matcher

    @context_matcher(identifier="aftersales")  # type: ignore[untyped-decorator]
    def matcher(context: Any) -> SimpleMatcherResult:
        begun, names = offered(context.line_with_cursor[: context.cursor_position], shell.user_ns)
        return {
            "completions": [SimpleCompletion(text=name, type="name") for name in names],
            "matched_fragment": begun,
            "suppress": bool(names),
            "ordered": True,
        }

    matcher._of_aftersales = True
    shell.Completer.custom_matchers.append(matcher)
    shell.Completer.use_jedi = False


def offered(line: str, names: dict[str, Any]) -> tuple[str, list[str]]:
    """What is offered at the end of a line: what of it was begun, and the names that go on from there.

    Parameters
    ----------
    line
        Up to the cursor.
    names
        What the notebook has.

    Examples
    --------
    >>> offered('explain("ftf.ra', {})
    ('ftf.ra', ['ftf.rate'])
    """
    if found := _CALLED.search(line):
        return found[3], _begun(found[3], figures(found[1] == "explain"))
    if found := _COLUMN.search(line):
        of = _resolved(found[1], names)
        table = TABLES.get(found[2] or found[3])
        if isinstance(of, Tables) and table is not None:
            frame = of[table.name]
            there = [] if frame is None else [c.name for c in table.columns if c.name in frame]
            return found[5], _begun(found[5], there)
    if found := _KEY.search(line):
        of = _resolved(found[1], names)  # a frame's columns, a mapping's keys
        keys = [key for key in of if isinstance(key, str)] if hasattr(of, "keys") else []
        return found[2], _begun(found[2], keys)
    if found := _IMPORT.search(line):
        module = sys.modules.get(found[1])
        return found[2], _begun(found[2], [] if module is None else public(module))
    if found := _NAME.search(line):
        of = _resolved(found[1], names)
        if isinstance(of, ModuleType) and of.__name__.partition(".")[0] == _PACKAGE:
            return found[2], _begun(found[2], public(of))
        if type(of).__module__.partition(".")[0] == _PACKAGE:
            return found[2], _begun(found[2], [name for name in dir(of) if not name.startswith("_")])
    return "", []


def figures(rows: bool) -> list[str]:
    """The figures that are known here, a chapter's own too; with `rows` tables whose rows are explained."""
    from aftersales.contract.figures import FIGURES
    from aftersales.contract.glued_here import figures as glued
    from aftersales.explanation.lookup import TABLE_ROWS

    if rows:
        return [*FIGURES, *glued(), *TABLE_ROWS]
    return [name for name, figure in FIGURES.items() if figure.unit in ("rate", "per_1000")]


def public(module: ModuleType) -> list[str]:
    """A module's own public names: those that it lists, else what it defines itself."""
    if listed := getattr(module, "__all__", None):
        return sorted(listed)
    return sorted(
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not isinstance(value, ModuleType)
        and (
            getattr(value, "__module__", None) == module.__name__ or (name.isupper() and not callable(value))
        )
    )


def _begun(text: str, names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if name.startswith(text)})


def _resolved(path: str, names: dict[str, Any]) -> Any:
    """What a dotted name stands for; nothing is called but what a module or a context of ours has."""
    first, *rest = path.split(".")
    of = names.get(first)
    for name in rest:
        ours = type(of).__module__.partition(".")[0] == _PACKAGE
        if not (ours or (isinstance(of, ModuleType) and of.__name__.partition(".")[0] == _PACKAGE)):
            return None
        of = getattr(of, name, None)
    return of

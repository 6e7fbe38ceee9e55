"""The format of the notebooks: what makes one run from its own defaults, in the report and by hand alike.

`check` finds what breaks the format and says what to do about it; `make check-notebooks` and the tests call
it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aftersales.chapters import rules as notebook_rules
from aftersales.contract import command, lazily
from aftersales.contract.message import Message, phrase

_PASSED = ("month", "store", "source", "lang")  # what the master hands on, if it does not say so itself
# What a group's overview is handed, which reads the stores' reports and no records.
GROUP, _GROUP_PASSED = "group", ("month", "out", "lang")


@dataclass(frozen=True)
class Finding:
    """What is wrong with a notebook; `cell` counts from 1 as JupyterLab shows them, 0 for the whole."""

    notebook: str
    cell: int
    what: Message
    remedy: Message

    def __str__(self) -> str:
        zh, en = (f" 第{self.cell}个单元格", f", cell {self.cell}") if self.cell else ("", "")
        return phrase(
            f"{self.notebook}{zh}：{self.what.zh}。{self.remedy.zh}",
            f"{self.notebook}{en}: {self.what.en}. {self.remedy.en}",
        )


def check(folder: Path, chapters: Sequence[str] = ()) -> list[Finding]:
    """Everything that is wrong with the notebooks of a folder.

    Parameters
    ----------
    folder
        Where the notebooks are.
    chapters
        Stems that the params name; they, the master, a group's overview and every notebook whose name begins
        with a digit are in the report, where texts stand in two languages and files are read by the package
        alone.
    """
    paths = sorted(p for p in folder.glob("*.ipynb") if not p.name.startswith("."))
    passed = _passed(folder / "master.ipynb")
    missing = [
        Finding(
            f"{stem}.ipynb",
            0,
            Message(
                "参数里有这一章，却没有这个笔记本",
                "the params name this chapter, but there is no such notebook",
            ),
            _start(stem),
        )
        for stem in chapters
        if not (folder / f"{stem}.ipynb").exists()
    ]
    return missing + [
        finding
        for path in paths
        for finding in check_notebook(
            path,
            _GROUP_PASSED if path.stem == GROUP else passed,
            path.stem in (*chapters, "master", GROUP) or path.stem[0].isdigit(),
        )
    ]


def check_notebook(path: Path, passed: Sequence[str] = _PASSED, in_report: bool = True) -> list[Finding]:
    """Everything that is wrong with one notebook; `passed` are the parameters that the master hands to it."""
    lazily.nbformat()
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        what = Message(f"不是笔记本（原文：“{said}”）", f"not a notebook: {said}")
        again = Message("在JupyterLab里打开，再保存。", "Open it in JupyterLab and save it again.")
        return [Finding(path.name, 0, what, again)]
    found = [
        *notebook_rules.kernel(notebook),
        *notebook_rules.parameters(notebook, passed),
        *notebook_rules.outputs(notebook, path.name),
        *notebook_rules.cells(notebook),
    ]
    if in_report:
        found += [*notebook_rules.files(notebook), *notebook_rules.pairs(notebook)]
    return [
        Finding(path.name, cell, what, remedy) for cell, what, remedy in sorted(found, key=lambda f: f[0])
    ]


def _start(stem: str) -> Message:
    start = command.of("chapter", name=stem)
    return Message(
        f"用 `{start}` 新建，或从参数的 `chapters` 里去掉它。",
        f"Start it with `{start}`, or take it out of `chapters` in the params.",
    )


def _passed(master: Path) -> tuple[str, ...]:
    """The parameters that the master hands to the chapters: the keys of its `parameters = {…}`."""
    lazily.nbformat()
    import nbformat

    if not master.exists():
        return _PASSED
    notebook: Any = nbformat.read(master, as_version=4)
    for _, cell in notebook_rules.code(notebook):
        for node in notebook_rules.tree(cell).body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Dict)
                and any(isinstance(t, ast.Name) and t.id == "parameters" for t in node.targets)
            ):
                return tuple(
                    k.value
                    for k in node.value.keys
                    if isinstance(k, ast.Constant) and isinstance(k.value, str)
                )
    return _PASSED


def report(folder: Path, chapters: Sequence[str], say: Callable[[str], None]) -> int:
    """Print all findings; 1 if any, else 0."""
    found = check(folder, chapters)
    for finding in found:
        say(str(finding))
    count = len(list(folder.glob("*.ipynb")))
    if found:
        s = "s" * (len(found) != 1)
        say(phrase(f"{count}个笔记本，{len(found)}处问题。", f"{count} notebooks, {len(found)} finding{s}."))
    else:
        say(phrase(f"{count}个笔记本，格式都对。", f"{count} notebooks in form."))
    return 1 if found else 0

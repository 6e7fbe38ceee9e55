"""The form of the notebooks: what makes one run from its own defaults, in the report and by hand alike.

`check` finds what breaks the form and says what to do about it; `make check-notebooks` and the tests call it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

LONGEST = 12  # lines of a code cell
_PASSED = ("month", "store", "source", "lang")  # what the master hands on, if it does not say so itself
_DEFINED = {
    ast.FunctionDef: "a function", ast.AsyncFunctionDef: "a function", ast.ClassDef: "a class",
    ast.For: "a loop", ast.AsyncFor: "a loop", ast.While: "a loop",
}  # fmt: skip
_FILES = {"os", "io", "pathlib", "shutil", "glob", "tempfile", "subprocess", "sys", "urllib", "requests", "httpx",
          "socket", "sqlite3", "sqlalchemy", "openpyxl", "pickle", "csv", "zipfile"}  # fmt: skip
_WRITES = {
    "to_csv",
    "to_excel",
    "to_parquet",
    "to_pickle",
    "to_json",
    "to_sql",
    "savefig",
    "write_text",
    "write_bytes",
}


@dataclass(frozen=True)
class Finding:
    """What is wrong with a notebook; `cell` counts from 1 as JupyterLab shows them, 0 for the whole."""

    notebook: str
    cell: int
    what: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.notebook}, cell {self.cell}" if self.cell else self.notebook
        return f"{place}: {self.what}. {self.remedy}"


def check(folder: Path, chapters: Sequence[str] = ()) -> list[Finding]:
    """Everything that is wrong with the notebooks of a folder.

    Parameters
    ----------
    folder
        Where the notebooks are.
    chapters
        Stems that the params name; they, the master and every notebook whose name begins with a digit are in the
        report, where texts stand in two languages and files are read by the package alone.
    """
    paths = sorted(p for p in folder.glob("*.ipynb") if not p.name.startswith("."))
    passed = _passed(folder / "master.ipynb")
    missing = [Finding(f"{stem}.ipynb", 0, "the params name this chapter, but there is no such notebook",
                       f"Start it with `make chapter NAME={stem}`, or take it out of `chapters` in the params.")
               for stem in chapters if not (folder / f"{stem}.ipynb").exists()]  # fmt: skip
    return missing + [
        finding
        for path in paths
        for finding in check_notebook(
            path, passed, path.stem in (*chapters, "master") or path.stem[0].isdigit()
        )
    ]


def check_notebook(path: Path, passed: Sequence[str] = _PASSED, in_report: bool = True) -> list[Finding]:
    """Everything that is wrong with one notebook; `passed` are the parameters that the master hands to it."""
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:
        what = f"not a notebook: {' '.join(str(error).split())[:200]}"
        return [Finding(path.name, 0, what, "Open it in JupyterLab and save it again.")]
    found = [
        *_kernel(notebook),
        *_parameters(notebook, passed),
        *_outputs(notebook, path.name),
        *_cells(notebook),
    ]
    if in_report:
        found += [*_files(notebook), *_pairs(notebook)]
    return [
        Finding(path.name, cell, what, remedy) for cell, what, remedy in sorted(found, key=lambda f: f[0])
    ]


Found = Iterator[tuple[int, str, str]]


def _code(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    return [(n, c) for n, c in enumerate(notebook.cells, 1) if c.cell_type == "code"]


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _tree(cell: NotebookNode) -> ast.Module:
    """The cell's code; one that is none is told by `_cells` and has nothing else to tell."""
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _kernel(notebook: NotebookNode) -> Found:
    name = notebook.metadata.get("kernelspec", {}).get("name")
    if name != "aftersales":
        yield (
            0,
            f"its kernel is {name!r}",
            "Choose 客户服务月报 (aftersales) at the top right in JupyterLab and save.",
        )


def _parameters(notebook: NotebookNode, passed: Sequence[str]) -> Found:
    cells = [(n, c) for n, c in _code(notebook) if "parameters" in _tags(c)]
    if not cells:
        yield 0, "no cell is tagged `parameters`", (
            "Give the first code cell, with month, store, source and lang, the tag `parameters` "
            "(property inspector, the cogs at the right)."
        )  # fmt: skip
        return
    for n, _ in cells[1:]:
        yield (
            n,
            "a second cell is tagged `parameters`",
            "papermill reads the first only: put them in one cell.",
        )
    n, cell = cells[0]
    declared: set[str] = set()
    for statement in _tree(cell).body:
        targets = (
            statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        )
        names = [t.id for t in targets if isinstance(t, ast.Name)]
        if not names or not _is_scalar(getattr(statement, "value", None)):
            yield n, f"`{ast.unparse(statement)}` is not a parameter", (
                'A parameter is a name and a plain value, as in `month = "2024-04"`; move the rest to the next cell.'
            )  # fmt: skip
        declared.update(names)
    for name in passed:
        if name not in declared:
            yield (
                n,
                f"the master passes the parameter {name}, which nothing declares",
                f"Add a line `{name} = …` to this cell.",
            )
    if any("injected-parameters" in _tags(c) for _, c in _code(notebook)):
        yield (
            0,
            "parameters that papermill injected were left in",
            "Delete the cell tagged `injected-parameters`.",
        )


def _is_scalar(value: ast.expr | None) -> bool:
    try:
        return value is not None and isinstance(ast.literal_eval(value), (str, int, float, bool, type(None)))
    except ValueError:
        return False


def _outputs(notebook: NotebookNode, name: str) -> Found:
    for n, cell in _code(notebook):
        if cell.outputs or cell.execution_count is not None:
            yield (
                n,
                "outputs were left in",
                f"Run `.venv/bin/python -m nbstripout --keep-id notebooks/{name}`, or Edit → Clear Outputs of All Cells and save.",
            )


def _cells(notebook: NotebookNode) -> Found:
    for n, cell in _code(notebook):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if len(lines) > LONGEST:
            yield (
                n,
                f"{len(lines)} lines of code, more than {LONGEST}",
                "Split the cell, or move what it computes into lib/aftersales/metrics/ with a test.",
            )
        try:
            tree = ast.parse(cell.source)
        except SyntaxError as error:
            yield (
                n,
                f"not plain Python: {error.msg}, line {error.lineno}",
                "A notebook of the report has no % or ! commands; set it up outside.",
            )
            continue
        for node in ast.walk(tree):
            if kind := _DEFINED.get(type(node)):
                yield (
                    n,
                    f"{kind} in a cell, line {node.lineno}",
                    "Write it without, or move it into lib/aftersales/metrics/ with a test.",
                )  # type: ignore[attr-defined]


def _files(notebook: NotebookNode) -> Found:
    remedy = "Read with `load(source, store, month)`, hand results on with `glue(…)`."
    for n, cell in _code(notebook):
        for node in ast.walk(_tree(cell)):
            if what := _touches_files(node):
                yield n, f"{what} reaches files past the package", remedy


def _touches_files(node: ast.AST) -> str | None:
    if isinstance(node, ast.Import):
        return next((f"`import {a.name}`" for a in node.names if a.name.split(".")[0] in _FILES), None)
    if isinstance(node, ast.ImportFrom):
        return f"`from {node.module} import …`" if (node.module or "").split(".")[0] in _FILES else None
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
        if (
            (name == "open" and isinstance(node.func, ast.Name))
            or name in _WRITES
            or name.startswith("read_")
        ):
            return f"`{ast.unparse(node.func)}(…)`"
    return None


def _pairs(notebook: NotebookNode) -> Found:
    """Each text in Chinese, then in English."""
    remedy = "Write each text twice, first a cell tagged `zh`, right after it one tagged `en`."
    waiting = 0
    for n, cell in enumerate(notebook.cells, 1):
        said = [tag for tag in ("zh", "en") if tag in _tags(cell)]
        if waiting and said != ["en"]:
            yield waiting, "a Chinese text without its English twin", remedy
            waiting = 0
        if cell.cell_type != "markdown" or "chapters" in _tags(cell):
            continue
        if said == ["zh"]:
            waiting = n
        elif said == ["en"] and waiting:
            waiting = 0
        elif said == ["en"]:
            yield n, "an English text without the Chinese before it", remedy
        else:
            yield n, f"a text tagged {' and '.join(said) or 'with no language'}", remedy
    if waiting:
        yield waiting, "a Chinese text without its English twin", remedy


def _passed(master: Path) -> tuple[str, ...]:
    """The parameters that the master hands to the chapters: the keys of its `parameters = {…}`."""
    import nbformat

    if not master.exists():
        return _PASSED
    notebook: Any = nbformat.read(master, as_version=4)
    for _, cell in _code(notebook):
        for node in _tree(cell).body:
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
    """Tell all findings; 1 when there are any, else 0."""
    found = check(folder, chapters)
    for finding in found:
        say(str(finding))
    count = len(list(folder.glob("*.ipynb")))
    say(
        f"{count} notebooks, {len(found)} finding{'s' * (len(found) != 1)}."
        if found
        else f"{count} notebooks in form."
    )
    return 1 if found else 0

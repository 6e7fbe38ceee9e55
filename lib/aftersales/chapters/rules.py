"""What the format of a notebook is, a function a rule.

Each yields cell, what is wrong, and what to do about it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

LONGEST = 8  # lines of a code cell
_DEFINED = {
    ast.FunctionDef: "a function",
    ast.AsyncFunctionDef: "a function",
    ast.ClassDef: "a class",
    ast.For: "a loop",
    ast.AsyncFor: "a loop",
    ast.While: "a loop",
}
_FILES = {
    "os",
    "io",
    "pathlib",
    "shutil",
    "glob",
    "tempfile",
    "subprocess",
    "sys",
    "urllib",
    "requests",
    "httpx",
    "socket",
    "sqlite3",
    "sqlalchemy",
    "openpyxl",
    "pickle",
    "csv",
    "zipfile",
}
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
# Number of the cell as JupyterLab shows it, 0 for the whole notebook; what is wrong; what to do.
Found = Iterator[tuple[int, str, str]]


def code(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    """The code cells, each with its number."""
    return [(n, c) for n, c in enumerate(notebook.cells, 1) if c.cell_type == "code"]


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def tree(cell: NotebookNode) -> ast.Module:
    """The cell's code; what is not Python is reported by `cells` and has nothing else to report."""
    try:
        return ast.parse(str(cell.source))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def kernel(notebook: NotebookNode) -> Found:
    """It runs on the project's kernel."""
    name = notebook.metadata.get("kernelspec", {}).get("name")
    if name != "aftersales":
        yield (
            0,
            f"its kernel is {name!r}",
            "Choose 客户服务月报 (aftersales) at the top right in JupyterLab and save.",
        )


def parameters(notebook: NotebookNode, passed: Sequence[str]) -> Found:
    """One cell declares, with plain values, whatever the master hands on."""
    cells = [(n, c) for n, c in code(notebook) if "parameters" in _tags(c)]
    if not cells:
        yield (
            0,
            "no cell is tagged `parameters`",
            (
                "Give the first code cell, with month, store, source and lang, the tag `parameters` "
                "(property inspector, the cogs at the right)."
            ),
        )
        return
    for n, _ in cells[1:]:
        yield (
            n,
            "a second cell is tagged `parameters`",
            "papermill reads the first only: put them in one cell.",
        )
    n, cell = cells[0]
    declared: set[str] = set()
    for statement in tree(cell).body:
        targets = (
            statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        )
        names = [t.id for t in targets if isinstance(t, ast.Name)]
        if not names or not _is_scalar(getattr(statement, "value", None)):
            yield (
                n,
                f"`{ast.unparse(statement)}` is not a parameter",
                (
                    'A parameter is a name and a plain value, as in `month = "2024-04"`; move the rest to '
                    "the next cell."
                ),
            )
        declared.update(names)
    for name in passed:
        if name not in declared:
            yield (
                n,
                f"the master passes the parameter {name}, which nothing declares",
                f"Add a line `{name} = …` to this cell.",
            )
    if any("injected-parameters" in _tags(c) for _, c in code(notebook)):
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


def outputs(notebook: NotebookNode, name: str) -> Found:
    """Nothing that it showed is left in."""
    for n, cell in code(notebook):
        if cell.outputs or cell.execution_count is not None:
            yield (
                n,
                "outputs were left in",
                f"Run `.venv/bin/python -m nbstripout --keep-id notebooks/{name}`, or Edit → Clear Outputs "
                f"of All Cells and save.",
            )


def cells(notebook: NotebookNode) -> Found:
    """Cells are short and plain: no function, class or loop."""
    for n, cell in code(notebook):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if len(lines) > LONGEST:
            yield (
                n,
                f"{len(lines)} lines of code, more than {LONGEST}",
                "Split the cell, or move what it computes into lib/aftersales/metrics/ with a test.",
            )
        try:
            parsed = ast.parse(cell.source)
        except SyntaxError as error:
            yield (
                n,
                f"not plain Python: {error.msg}, line {error.lineno}",
                "A notebook of the report has no % or ! commands; set it up outside.",
            )
            continue
        for node in ast.walk(parsed):
            if isinstance(node, ast.stmt) and (kind := _DEFINED.get(type(node))):
                yield (
                    n,
                    f"{kind} in a cell, line {node.lineno}",
                    "Write it without, or move it into lib/aftersales/metrics/ with a test.",
                )


def files(notebook: NotebookNode) -> Found:
    """The package alone reads and writes."""
    remedy = "Read with `load(source, store, month)`, hand results on with `glue(…)`."
    for n, cell in code(notebook):
        for node in ast.walk(tree(cell)):
            if what := _touches_files(node):
                yield n, f"{what} reaches files past the package", remedy


def _touches_files(node: ast.AST) -> str | None:
    if isinstance(node, ast.Import):
        return next((f"`import {a.name}`" for a in node.names if a.name.split(".")[0] in _FILES), None)
    if isinstance(node, ast.ImportFrom):
        return f"`from {node.module} import …`" if (node.module or "").split(".")[0] in _FILES else None
    if isinstance(node, ast.Call):
        name = str(getattr(node.func, "attr", None) or getattr(node.func, "id", ""))
        if (
            (name == "open" and isinstance(node.func, ast.Name))
            or name in _WRITES
            or name.startswith("read_")
        ):
            return f"`{ast.unparse(node.func)}(…)`"
    return None


def pairs(notebook: NotebookNode) -> Found:
    """Each text in Chinese, and in English."""
    remedy = (
        'Write the English text into the cell\'s metadata, as {"aftersales": {"en": '
        '"…"}} (property inspector), '
        "or into a cell tagged `en` right after one tagged `zh`."
    )
    waiting = 0
    for n, cell in enumerate(notebook.cells, 1):
        languages = [tag for tag in ("zh", "en") if tag in _tags(cell)]
        if waiting and languages != ["en"]:
            yield waiting, "a Chinese text without its English twin", remedy
            waiting = 0
        if cell.cell_type != "markdown" or "chapters" in _tags(cell):
            continue
        if cell.metadata.get("aftersales", {}).get("en"):
            continue
        if languages == ["zh"]:
            waiting = n
        elif languages == ["en"] and waiting:
            waiting = 0
        elif languages == ["en"]:
            yield n, "an English text without the Chinese before it", remedy
        else:
            yield n, f"a text tagged {' and '.join(languages) or 'with no language'}", remedy
    if waiting:
        yield waiting, "a Chinese text without its English twin", remedy

"""What the format of a notebook is, a function a rule.

Each yields cell, what is wrong, and what to do about it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aftersales.contract.message import Message

if TYPE_CHECKING:
    from nbformat import NotebookNode

LONGEST = 8  # lines of a code cell
_FUNCTION, _CLASS, _LOOP = Message("函数", "a function"), Message("类", "a class"), Message("循环", "a loop")
_DEFINED = {
    ast.FunctionDef: _FUNCTION,
    ast.AsyncFunctionDef: _FUNCTION,
    ast.ClassDef: _CLASS,
    ast.For: _LOOP,
    ast.AsyncFor: _LOOP,
    ast.While: _LOOP,
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
Found = Iterator[tuple[int, Message, Message]]


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
            Message(f"它的内核是 {name!r}", f"its kernel is {name!r}"),
            Message(
                "在JupyterLab右上角选“客户服务月报”，再保存。",
                "Choose 客户服务月报 (aftersales) at the top right in JupyterLab and save.",
            ),
        )


def parameters(notebook: NotebookNode, passed: Sequence[str]) -> Found:
    """One cell declares, with plain values, whatever the master hands on."""
    cells = [(n, c) for n, c in code(notebook) if "parameters" in _tags(c)]
    if not cells:
        yield (
            0,
            Message("没有标着 `parameters` 的单元格", "no cell is tagged `parameters`"),
            Message(
                "给第一个代码单元格（month、store、source、lang）加上标签 `parameters`"
                "（右侧齿轮，属性检查器）。",
                "Give the first code cell, with month, store, source and lang, the tag `parameters` "
                "(property inspector, the cogs at the right).",
            ),
        )
        return
    for n, _ in cells[1:]:
        yield (
            n,
            Message("又一个单元格标着 `parameters`", "a second cell is tagged `parameters`"),
            Message(
                "papermill只读第一个：合成一个单元格。",
                "papermill reads the first only: put them in one cell.",
            ),
        )
    n, cell = cells[0]
    declared: set[str] = set()
    for statement in tree(cell).body:
        targets = (
            statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        )
        names = [t.id for t in targets if isinstance(t, ast.Name)]
        if not names or not _is_scalar(getattr(statement, "value", None)):
            line = ast.unparse(statement)
            yield (
                n,
                Message(f"`{line}` 不是参数", f"`{line}` is not a parameter"),
                Message(
                    '参数是名称和简单的值，如 `month = "2024-04"`；其余移到下一个单元格。',
                    'A parameter is a name and a plain value, as in `month = "2024-04"`; move the rest to '
                    "the next cell.",
                ),
            )
        declared.update(names)
    for name in passed:
        if name not in declared:
            yield (
                n,
                Message(
                    f"主笔记本会给参数 {name}，这里没有声明",
                    f"the master passes the parameter {name}, which nothing declares",
                ),
                Message(f"在这个单元格里加一行 `{name} = …`。", f"Add a line `{name} = …` to this cell."),
            )
    if any("injected-parameters" in _tags(c) for _, c in code(notebook)):
        yield (
            0,
            Message("留着papermill写入的参数", "parameters that papermill injected were left in"),
            Message(
                "删去标着 `injected-parameters` 的单元格。", "Delete the cell tagged `injected-parameters`."
            ),
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
                Message("留着输出", "outputs were left in"),
                Message(
                    f"运行 `.venv/bin/python -m nbstripout --keep-id notebooks/{name}`，"
                    "或在菜单“编辑”里清除所有输出，再保存。",
                    f"Run `.venv/bin/python -m nbstripout --keep-id notebooks/{name}`, or Edit → Clear "
                    f"Outputs of All Cells and save.",
                ),
            )


def cells(notebook: NotebookNode) -> Found:
    """Cells are short and plain: no function, class or loop."""
    for n, cell in code(notebook):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if len(lines) > LONGEST:
            yield (
                n,
                Message(
                    f"{len(lines)}行代码，超过{LONGEST}行", f"{len(lines)} lines of code, more than {LONGEST}"
                ),
                Message(
                    "拆开单元格，或把计算移到 lib/aftersales/metrics/ 并写测试。",
                    "Split the cell, or move what it computes into lib/aftersales/metrics/ with a test.",
                ),
            )
        try:
            parsed = ast.parse(cell.source)
        except SyntaxError as error:
            yield (
                n,
                Message(
                    f"第{error.lineno}行不是普通的Python（原文：“{error.msg}”）",
                    f"not plain Python: {error.msg}, line {error.lineno}",
                ),
                Message(
                    "报告的笔记本里没有 % 或 ! 命令；请在外面准备。",
                    "A notebook of the report has no % or ! commands; set it up outside.",
                ),
            )
            continue
        for node in ast.walk(parsed):
            if isinstance(node, ast.stmt) and (kind := _DEFINED.get(type(node))):
                yield (
                    n,
                    Message(
                        f"单元格第{node.lineno}行是{kind.zh}", f"{kind.en} in a cell, line {node.lineno}"
                    ),
                    Message(
                        "改成不用它的写法，或移到 lib/aftersales/metrics/ 并写测试。",
                        "Write it without, or move it into lib/aftersales/metrics/ with a test.",
                    ),
                )


def files(notebook: NotebookNode) -> Found:
    """The package alone reads and writes."""
    remedy = Message(
        "用 `load(source, store, month)` 读取，用 `glue(…)` 交出结果。",
        "Read with `load(source, store, month)`, hand results on with `glue(…)`.",
    )
    for n, cell in code(notebook):
        for node in ast.walk(tree(cell)):
            if what := _touches_files(node):
                past = Message(f"{what} 绕过程序包直接读写文件", f"{what} reaches files past the package")
                yield n, past, remedy


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
    remedy = Message(
        '把英文写进单元格的元数据，如 {"aftersales": {"en": "…"}}（属性检查器），'
        "或写在标着 `zh` 的单元格之后、标着 `en` 的单元格里。",
        'Write the English text into the cell\'s metadata, as {"aftersales": {"en": "…"}} (property '
        "inspector), or into a cell tagged `en` right after one tagged `zh`.",
    )
    alone = Message("有中文，没有对应的英文", "a Chinese text without its English twin")
    waiting = 0
    for n, cell in enumerate(notebook.cells, 1):
        languages = [tag for tag in ("zh", "en") if tag in _tags(cell)]
        if waiting and languages != ["en"]:
            yield waiting, alone, remedy
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
            before = Message("有英文，前面没有对应的中文", "an English text without the Chinese before it")
            yield n, before, remedy
        else:
            zh = f"文字标着 {'、'.join(languages)}" if languages else "文字没有标语言"
            en = f"a text tagged {' and '.join(languages) or 'with no language'}"
            yield n, Message(zh, en), remedy
    if waiting:
        yield waiting, alone, remedy

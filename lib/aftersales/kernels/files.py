"""Notebook files: read, their parameters checked, saved in one step."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aftersales.contract import params
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, listed

# What papermill's record in a notebook may reveal: nothing of this machine.
_RECORD = ("parameters", "start_time", "end_time", "duration", "version", "exception")


# Where a place begins: no part of an address or of a longer path, but after a line's end as Python shows it.
_BEFORE = r"(?:(?<![A-Za-z0-9_.~-])|(?<=\\[nrt]))"


def tagged(cell: Any, tag: str) -> bool:
    """Whether a cell has a tag."""
    return tag in cell.metadata.get("tags", ())


def read(path: Path) -> Any:
    """A notebook from its file; InputError when it does not exist."""
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except OSError as error:
        said = error.strerror or error
        raise InputError(
            Message(f"{path}：应是笔记本，打不开。原文：“{said}”", f"{path}: {said}. Expected a notebook.")
        ) from error
    except Exception as error:
        raise InputError(
            Message(f"{path}：不是笔记本。原文：“{error}”", f"{path}: not a notebook: {error}")
        ) from error


def check(path: Path, notebook: Any, parameters: Mapping[str, Any]) -> None:
    """Refuse what papermill would only warn of or turn into something else."""
    declared = _declared(notebook)
    unknown = sorted(set(parameters) - declared)
    if unknown:
        existing = listed(sorted(declared), Message("无", "none"))
        raise InputError(
            Message(
                f"{path.name}：没有参数 {'、'.join(unknown)}。它的参数有：{existing.zh}。",
                f"{path.name}: no parameter {', '.join(unknown)}. Its parameters are: {existing.en}.",
            )
        )
    for name, value in parameters.items():
        if not are_plain(value):
            got = f"{type(value).__name__} {value!r}"
            raise InputError(
                Message(
                    f"{path.name}：参数 {name}：给的是 {got}；应是文字、数字、真假、None，"
                    "或由它们组成的列表或字典。",
                    f"{path.name}: parameter {name}: got {got}; "
                    "expected a text, a number, a boolean, None, or a list or dict of such.",
                )
            )


def are_plain(value: Any) -> bool:
    """Whether JSON gives back what it is given."""
    try:
        return bool(json.loads(json.dumps(value)) == value)
    except (TypeError, ValueError):
        return False


def _declared(notebook: Any) -> set[str]:
    """The names that the cell tagged ``parameters`` assigns."""
    cells = [cell for cell in notebook.cells if tagged(cell, "parameters")]
    tree = ast.parse(cells[0].source) if cells else ast.Module([], [])
    return {
        target.id
        for statement in tree.body
        if isinstance(statement, (ast.Assign, ast.AnnAssign))
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(target, ast.Name)
    }


def not_run(notebook: Any) -> int | None:
    """The first code cell that left the notebook or that was not run."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        left = any(output.output_type == "error" for output in cell.outputs)
        if left or cell.execution_count is None:
            return index
    return None


def write(notebook: Any, path: Path, private: bool = False) -> None:
    """Save a notebook in one step; papermill's record and all outputs without places of this machine.

    `private` keeps it from everybody but its owner, whatever the umask, and its outputs as they are.
    """
    import nbformat

    record = notebook.metadata.get("papermill", {})
    notebook.metadata["papermill"] = {key: record[key] for key in _RECORD if record.get(key) is not None}
    for cell in notebook.cells:
        if tagged(cell, "injected-parameters"):
            cell["id"] = "parameters-given"  # papermill's is another each time
    text = nbformat.writes(notebook)
    places = [] if private else _places()
    if any(json.dumps(place, ensure_ascii=False)[1:-1] in text for place in places):
        place = re.compile(_BEFORE + rf"(?:{'|'.join(map(re.escape, places))})")
        running = [cell for cell in notebook.cells if "outputs" in cell]
        told = [_without(place, cell["outputs"]) for cell in running]
        if told != [cell["outputs"] for cell in running]:  # else it is the source that was given, or a cell's
            for cell, outputs in zip(running, told, strict=True):
                cell["outputs"] = outputs
            text = nbformat.writes(notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with open(handle, "w", encoding="utf-8") as stream:
            stream.write(text if text.endswith("\n") else f"{text}\n")
        if not private:  # as it is made
            os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def _places() -> list[str]:
    """Where Python, the project and the user's files are here, the longest first."""
    package = Path(__file__).resolve().parents[2]
    found = {sys.prefix, sys.base_prefix, *map(str, (package, params.ROOT, Path.cwd(), Path.home()))}
    return [one + os.sep for one in sorted(found, key=len, reverse=True) if len(one) > 1]


def _without(place: re.Pattern[str], value: Any) -> Any:
    """What a cell put out, with … for a place of this machine in any of its texts."""
    if isinstance(value, str):
        return place.sub(lambda _: f"…{os.sep}", value)
    if isinstance(value, list):
        return [_without(place, one) for one in value]
    if isinstance(value, dict):
        return type(value)((key, _without(place, one)) for key, one in value.items())
    return value


def uncopied(notebook: Any) -> Any:
    """A notebook that gives itself to whoever wants a copy, which may be changed then.

    nbformat makes one to split its lines, nbconvert's exporters two each in case a preprocessor changes one;
    that takes as long as all else they do.
    """
    from nbformat import NotebookNode

    class Uncopied(NotebookNode):
        def __init__(self, notebook: NotebookNode) -> None:
            NotebookNode.__init__(self, notebook)

        def __deepcopy__(self, memo: Any) -> NotebookNode:
            return self

    return Uncopied(notebook)


def _umask() -> int:
    """The umask, which can only be read by setting it: read from /proc where that is."""
    try:
        with open("/proc/self/status", encoding="ascii") as stream:
            return next(int(line.split()[1], 8) for line in stream if line.startswith("Umask:"))
    except (OSError, StopIteration):
        return 0o022

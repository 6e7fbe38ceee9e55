"""Writes the diagram of docs/architecture.md from the imports; a test holds the two together."""

import ast
from collections.abc import Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "lib" / "aftersales"
PAGE = Path(__file__).with_name("architecture.md")
BEGIN, END = "<!-- imports -->", "<!-- /imports -->"


@cache
def imports() -> dict[str, set[str]]:
    """Each module and the modules of the package that it imports, in functions and for types too."""
    modules = {_name(path): path for path in PACKAGE.rglob("*.py")}
    found: dict[str, set[str]] = {}
    for name, path in modules.items():
        found[name] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                wanted = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                wanted = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            found[name] |= {module for one in wanted if (module := _module(one, modules)) and module != name}
    return found


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _module(name: str, modules: Mapping[str, Path]) -> str:
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def room(module: str) -> str:
    """The folder that a module lies in; `aftersales` itself for those at the root."""
    at = PACKAGE.parent.joinpath(*module.split("."))
    folder = at if at.is_dir() else at.parent
    return folder.relative_to(PACKAGE).as_posix().replace(".", "aftersales")


def rooms() -> dict[str, set[str]]:
    """Each room and the rooms that it imports from."""
    found: dict[str, set[str]] = {}
    for module, wanted in imports().items():
        found.setdefault(room(module), set()).update(room(one) for one in wanted)
    return {name: others - {name} for name, others in found.items()}


def floors(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The rooms by floor, the ground first: a room stands one above the highest that it imports from.

    Raises
    ------
    graphlib.CycleError
        Some rooms import from each other.
    """
    floor: dict[str, int] = {}
    for name in TopologicalSorter(graph).static_order():
        floor[name] = 1 + max((floor[other] for other in graph[name]), default=-1)
    return [sorted(n for n in floor if floor[n] == level) for level in range(max(floor.values()) + 1)]


def diagram() -> str:
    """The rooms, a subgraph a floor, and every import between them, as Mermaid has it."""
    graph = rooms()
    lines = ["```mermaid", "flowchart TB"]
    levels = floors(graph)
    for number, names in reversed(list(enumerate(levels, 1))):
        lines += [f"  subgraph floor{number} [{number}]", *(f"    {_id(n)}[{n}]" for n in names), "  end"]
    for names in reversed(levels):
        lines += [
            f"  {_id(name)} --> {' & '.join(map(_id, sorted(graph[name])))}" for name in names if graph[name]
        ]
    return "\n".join([*lines, "```"])


def _id(name: str) -> str:
    return name.replace("/", "_")


def text() -> str:
    """The page with the diagram as the imports are now."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{diagram()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")

"""Other ways to make the same report, timed by `bench.py`: `python bench/ways.py WAY SOURCE FOLDER`."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

MONTH = "2024-04"
_BEGIN = "running = chapters.begin(params.chapters, parameters)\n"
_LINE = "executed = running.result()"


@contextlib.contextmanager
def step(name: str):
    """Say on stdout how long a step took."""
    start = time.perf_counter()
    yield
    print(json.dumps({name: time.perf_counter() - start}), flush=True)


def given(source: str) -> dict[str, Any]:
    """The notebooks' parameters."""
    return {"month": MONTH, "source": source, "lang": "zh"}


def master_without_chapters(notebook: Any, executed: list[Path]) -> Any:
    """The master, with chapters that have been run already in the place of those it would run."""
    for cell in notebook.cells:
        cell.source = cell.source.replace(_BEGIN, "")
        if _LINE in cell.source:
            paths = [str(path) for path in executed]
            cell.source = cell.source.replace(_LINE, f"executed = {paths!r}")
            return notebook
    raise ValueError(f"the master has no line {_LINE!r}")


def plain(source: str, folder: Path) -> None:
    """Stock kernels, one notebook after another by papermill; then `jupyter nbconvert`."""
    with step("imports"):
        import nbformat
        import papermill

        from aftersales.chapters import notebooks as chapters
        from aftersales.contract import params
    executed = []
    options = {"kernel_name": "python3", "progress_bar": False, "cwd": str(Path.cwd())}
    for stem in params.load(MONTH).chapters:
        executed.append(folder / f"{stem}.ipynb")
        with step("notebooks"):
            papermill.execute_notebook(chapters.path(stem), executed[-1], given(source), **options)
    master = nbformat.read(chapters.FOLDER / "master.ipynb", as_version=4)
    nbformat.write(master_without_chapters(master, executed), folder / "master.in.ipynb")
    with step("notebooks"):
        papermill.execute_notebook(
            folder / "master.in.ipynb", folder / "master.ipynb", given(source), **options
        )
    with step("forms"):
        files = [str(p) for p in (folder / "master.ipynb", *executed)]
        command = [sys.executable, "-m", "jupyter", "nbconvert", "--log-level=ERROR", "--to", "html", *files]
        subprocess.run(command, check=True)


def floor(source: str, folder: Path) -> None:
    """One process that imports the packages and runs the same cells as a script; then all forms."""
    with step("imports"):
        import nbformat
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.utils.capture import capture_output

        from aftersales import findings, metrics, report
        from aftersales.chapters import notebooks as chapters
        from aftersales.chapters import scraps
        from aftersales.display import charts
        from aftersales.display import tables as show
        from aftersales.explanation import explain as explanation
        from aftersales.sources import load as inputs

        del charts, explanation, findings, metrics, scraps, show
        report.prepare_formats()
    with step("records"):
        asked = inputs.ask(MONTH, None, None, source, "zh")
    shell = InteractiveShell.instance()
    notebooks = folder / "notebooks"
    notebooks.mkdir()

    def script(notebook: Any, out: Path) -> None:
        """Run a notebook's cells here, each notebook with names of its own."""
        shell.user_ns.clear()
        shell.init_user_ns()
        inputs._HANDED.clear()
        for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), 1):
            with capture_output(display=True) as captured:
                result = shell.run_cell(cell.source)
            result.raise_error()
            if "parameters" in cell.metadata.get("tags", []):
                shell.push(asked.parameters)
            cell.execution_count = number
            data = [(o.data, o.metadata) for o in captured.outputs]
            if result.result is not None:
                data.append(shell.display_formatter.format(result.result))
            cell.outputs = [nbformat.v4.new_output("display_data", d, metadata=m or {}) for d, m in data]
        nbformat.write(notebook, out)

    executed = []
    with step("notebooks"):
        for stem in asked.params.chapters:
            executed.append(notebooks / f"{stem}.ipynb")
            script(nbformat.read(chapters.path(stem), as_version=4), executed[-1])
        master = nbformat.read(chapters.FOLDER / "master.ipynb", as_version=4)
        script(master_without_chapters(master, executed), notebooks / "master.ipynb")
    with step("forms"):
        report.write_formats(folder, asked, inputs.archive(asked))


if __name__ == "__main__":
    {"plain": plain, "floor": floor}[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))

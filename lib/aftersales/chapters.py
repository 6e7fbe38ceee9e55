"""The chapter notebooks: where they are, and running them from the master."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aftersales.errors import InputError
from aftersales.params import ROOT

FOLDER = ROOT / "notebooks"
# Where executed chapters go and where progress is told, when a report is being made.
INTO = "AFTERSALES_NOTEBOOKS"
PROGRESS = "AFTERSALES_PROGRESS"


def path(stem: str) -> Path:
    """The notebook of a chapter.

    Raises
    ------
    InputError
        There is no such notebook; the message lists those there are.
    """
    notebook = FOLDER / f"{stem}.ipynb"
    if not notebook.exists():
        there = ", ".join(sorted(p.stem for p in FOLDER.glob("[0-9]*.ipynb")))
        raise InputError(f"params: chapters: no notebook {stem}.ipynb in notebooks/. There are: {there}.")
    return notebook


def run(stems: Sequence[str], parameters: Mapping[str, Any], into: str | Path | None = None) -> list[Path]:
    """Execute chapters side by side, as many as there are cores.

    Parameters
    ----------
    stems
        Stems of the notebooks, in the report's order.
    parameters
        Given to each of them: ``month``, ``store``, ``source``, ``lang``.
    into
        Folder of the executed notebooks; by default that of the report being made, else a temporary one.

    Returns
    -------
    list of Path
        The executed notebooks, in the order of `stems`.

    Raises
    ------
    aftersales.kernels.NotebookFailed
        A chapter failed; the message names notebook and cell.
    """
    from aftersales import kernels

    folder = Path(into or os.environ.get(INTO) or tempfile.mkdtemp(prefix="aftersales-"))
    made = [folder / f"{stem}.ipynb" for stem in stems]
    jobs = [
        kernels.Job(path(stem), out, dict(parameters), cwd=Path.cwd())
        for stem, out in zip(stems, made, strict=True)
    ]
    kernels.execute_many(jobs, on_done=_tell)
    return made


def _tell(name: str, seconds: float, error: Exception | None) -> None:
    """One line a finished chapter, into the file that the command watches."""
    if log := os.environ.get(PROGRESS):
        with open(log, "a", encoding="utf-8") as stream:
            stream.write(f"{name}\t{seconds:.2f}\t{'failed' if error else 'done'}\n")

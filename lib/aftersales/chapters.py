"""The chapter notebooks: where they are, and running them from the master."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aftersales import params
from aftersales.errors import InputError

FOLDER = params.ROOT / "notebooks"
# Where executed chapters go when a report is being made.
INTO = "AFTERSALES_NOTEBOOKS"


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


def left_out(stems: Sequence[str]) -> list[str]:
    """The chapters that `params/default.yml` names and this list does not."""
    return [stem for stem in params.load().chapters if stem not in stems]


def titles(stems: Sequence[str], lang: str) -> list[str]:
    """What chapters are called: the first heading of each in a language.

    >>> titles(["06_churn"], "en")
    ['Churned customers']
    """
    return [_title(path(stem), lang) for stem in stems]


def _title(notebook: Path, lang: str) -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(c["source"]) for c in cells if lang in c["metadata"].get("tags", [])]
    heads = [line.removeprefix("# ") for text in texts for line in text.splitlines() if line.startswith("# ")]
    return heads[0] if heads else notebook.stem


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
    from aftersales import kernels, progress, reuse, scraps
    from aftersales.inputs import load
    from aftersales.schema import TABLES

    folder = Path(into or os.environ.get(INTO) or tempfile.mkdtemp(prefix="aftersales-"))
    hashes = load(parameters.get("source"), parameters.get("store"), parameters.get("month")).hashes
    made = [folder / f"{stem}.ipynb" for stem in stems]
    jobs, keys = [], {}
    for stem, out in zip(stems, made, strict=True):
        keys[stem] = reuse.chapter_key(path(stem), parameters)
        if reuse.fetch(keys[stem], hashes, out):
            progress.tell(stem, progress.KEPT)
        else:
            jobs.append(kernels.Job(path(stem), out, dict(parameters), cwd=Path.cwd(), failed=failed(stem)))

    def done(stem: str, seconds: float, error: Exception | None) -> None:
        progress.tell(stem, progress.FAILED if error else progress.DONE, seconds)
        if error is None:
            out = folder / f"{stem}.ipynb"
            reads = scraps.read(out)["reads"]
            reuse.keep(keys[stem], out, TABLES if reads is None else reads, hashes)

    with kernels.serving():  # the report's own server, where there is one
        kernels.execute_many(jobs, on_start=lambda stem: progress.tell(stem, progress.BEGUN), on_done=done)
    return made


def failed(stem: str) -> Path:
    """Where the notebook of a chapter that fails is saved, to look into."""
    from aftersales import reuse

    at = reuse.folder("failed")
    at.mkdir(parents=True, exist_ok=True)
    return at / f"{stem}.ipynb"

"""The executed master and its chapters as one notebook, in the order of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode


def combine(
    master: NotebookNode, chapters: Sequence[tuple[str, NotebookNode]], meta: Mapping[str, Any]
) -> NotebookNode:
    """Put the chapters in the master's place for them.

    Parameters
    ----------
    master
        Executed master; the cell tagged ``chapters`` is where the chapters go. A cell's own
        ``metadata.aftersales.chapter`` names the part it belongs to, by default ``summary`` before that
        place and ``definitions`` after it.
    chapters
        Stem and executed notebook of each chapter, in the report's order.
    meta
        What cover, running heads and document properties need: ``store``, ``month``, ``lang``, ``title``,
        ``synthetic``, ``masked``, ``version``.

    Returns
    -------
    NotebookNode
        A notebook whose cells know their chapter and its number; it shares their outputs with the others.
    """
    whole = nbformat.v4.new_notebook(metadata={**master.metadata, "aftersales": dict(meta)})
    part = "summary"
    for cell in master.cells:
        tags = cell.metadata.get("tags", [])
        if "chapters" in tags and part != "summary":
            continue  # the same place in the other language
        if "chapters" in tags:
            for number, (stem, chapter) in enumerate(chapters, 1):
                whole.cells += [_placed(c, stem, number) for c in chapter.cells]
            part = "definitions"
            continue
        part = cell.metadata.get("aftersales", {}).get("chapter", part)
        whole.cells.append(_placed(cell, part, None))
    if part == "summary" and chapters:
        raise ValueError("The master notebook has no cell tagged `chapters`.")
    for number, cell in enumerate(whole.cells):
        cell["id"] = f"c{number:04d}"
    return whole


def _placed(cell: NotebookNode, chapter: str, number: int | None) -> NotebookNode:
    own = {**cell.metadata.get("aftersales", {}), "chapter": chapter, "number": number}
    return NotebookNode(cell, metadata=NotebookNode(cell.metadata, aftersales=NotebookNode(own)))


def read(folder: Path, stems: Sequence[str]) -> list[tuple[str, NotebookNode]]:
    """The executed chapters in a folder, in the order of their stems."""
    return [(stem, nbformat.read(folder / f"{stem}.ipynb", as_version=4)) for stem in stems]

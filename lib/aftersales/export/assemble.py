"""The executed master and its chapters as one notebook, in the order of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from aftersales.contract import command
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, joined, listed
from aftersales.display.exhibit import MIME as EXHIBIT

REMARKS = "remarks"  # the tag of the cell that shows the manager's remarks, which go into their chapters
# Report metadata that holds for each of its chapters and does not change what a chapter is called.
_SHARED = ("lang", "synthetic", "masked", "draft")


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
        What cover, running headers and document properties need: ``store``, ``month``, ``lang``, ``title``,
        ``synthetic``, ``masked``, ``version``.

    Returns
    -------
    NotebookNode
        A notebook whose cells know their chapter and its number; it shares their outputs with the others.
    """
    whole: NotebookNode = nbformat.v4.new_notebook(metadata={**master.metadata, "aftersales": dict(meta)})
    part = "summary"
    remarks = _remarks(master)
    for cell in master.cells:
        tags = cell.metadata.get("tags", [])
        if REMARKS in tags:
            if part in remarks:
                whole.cells.append(_placed(_showing(remarks[part]), part, None))
            continue
        if "chapters" in tags and part != "summary":
            continue  # the same place in the other language
        if "chapters" in tags:
            for number, (stem, chapter) in enumerate(chapters, 1):
                whole.cells += [_placed(c, stem, number) for c in _with_remark(chapter, remarks.get(stem))]
            part = "definitions"
            continue
        part = cell.metadata.get("aftersales", {}).get("chapter", part)
        whole.cells.append(_placed(cell, part, None))
    if part == "summary" and chapters:
        raise ValueError("The master notebook has no cell tagged `chapters`.")
    for number, cell in enumerate(whole.cells):
        cell["id"] = f"c{number:04d}"
    return whole


def _remarks(master: NotebookNode) -> dict[str, dict[str, Any]]:
    """The manager's remarks that the master shows, by chapter."""
    shown = [
        output["data"][EXHIBIT]
        for cell in master.cells
        if REMARKS in cell.metadata.get("tags", [])
        for output in cell.get("outputs", [])
        if EXHIBIT in output.get("data", {})
    ]
    return {chapter: payload for exhibit in shown for chapter, payload in exhibit.get("parts", {}).items()}


def _showing(payload: Mapping[str, Any]) -> NotebookNode:
    """A cell that shows an exhibit."""
    data = {EXHIBIT: payload, "text/plain": "\n".join(item["text"] for item in payload["items"])}
    output = nbformat.v4.new_output("display_data", data)
    cell: NotebookNode = nbformat.v4.new_code_cell("", outputs=[output], metadata={"tags": ["hide-input"]})
    return cell


def _with_remark(chapter: NotebookNode, payload: Mapping[str, Any] | None) -> list[NotebookNode]:
    """A chapter's cells with its remark under the title and the findings that it opens with."""
    cells = list(chapter.cells)
    if payload is None:
        return cells
    place = next((i + 1 for i, c in enumerate(cells) if c.cell_type == "markdown"), 0)
    while place < len(cells) and cells[place].cell_type == "code" and _opens(cells[place]):
        place += 1
    return [*cells[:place], _showing(payload), *cells[place:]]


def _opens(cell: NotebookNode) -> bool:
    """Whether a cell shows nothing but findings."""
    shown = [o["data"][EXHIBIT] for o in cell.get("outputs", []) if EXHIBIT in o.get("data", {})]
    return all(payload.get("role") == "finding" for payload in shown)


def _placed(cell: NotebookNode, chapter: str, number: int | None) -> NotebookNode:
    own = {**cell.metadata.get("aftersales", {}), "chapter": chapter, "number": number}
    return NotebookNode(cell, metadata=NotebookNode(cell.metadata, aftersales=NotebookNode(own)))


def read(folder: Path, stems: Sequence[str]) -> list[tuple[str, NotebookNode]]:
    """The executed chapters in a folder, in the order of their stems."""
    return [(stem, nbformat.read(folder / f"{stem}.ipynb", as_version=4)) for stem in stems]


def whole(notebook: NotebookNode, folder: Path | None, name: str = "") -> NotebookNode:
    """The notebook to convert: for a published master the whole report, read from the chapters beside it.

    Parameters
    ----------
    notebook
        Any notebook; one that has no place for chapters comes back with its own cells.
    folder
        Where its file lies; None = unknown.
    name
        The stem of its file: an executed chapter is masked, synthetic and of a language as the master
        beside it says.

    Raises
    ------
    InputError
        The chapters of a master can't be had: they are not beside it, or are those of another report, or
        it was never published.
    """
    if not any("chapters" in cell.metadata.get("tags", []) for cell in notebook.cells):
        return _chapter(notebook, folder, name)
    meta = dict(notebook.metadata.get("aftersales", {}))
    at = "" if folder is None else str(folder / f"{name or 'master'}.ipynb")
    zh, en = at or "这个笔记本", at or "This notebook"
    again = _again(meta.get("month"))
    if "chapters" not in meta:
        raise InputError(
            Message(
                f"{zh}：不是已发布报告的主笔记本：没有列出各章，单独只是半份报告。{again.zh}",
                f"{en}: not the master of a published report: "
                f"it names no chapters, and alone it is half of a report. {again.en}",
            )
        )
    stems = meta.pop("chapters")
    if folder is None:
        raise InputError(
            Message(
                f"{zh}：这是报告的主笔记本，但没有给出它的文件；各章在那个文件旁边。{again.zh}",
                f"{en}: a report's master, got without its file; its chapters lie beside that. {again.en}",
            )
        )
    if lost := [f"{stem}.ipynb" for stem in stems if not (folder / f"{stem}.ipynb").exists()]:
        missing = listed(lost)
        raise InputError(
            Message(
                f"{zh}：旁边应有报告的各章；没有：{missing.zh}。{again.zh}",
                f"{en}: expected the report's chapters beside it; {missing.en}: not there. {again.en}",
            )
        )
    chapters = read(folder, stems)
    if others := [text for stem, chapter in chapters if (text := _mismatch(stem, chapter, meta))]:
        first = Message(f"{zh}：旁边应是它自己的各章。", f"{en}: expected its own chapters beside it.")
        raise InputError(joined([first, *others, again], "\n  "))
    return combine(notebook, chapters, meta)


def _chapter(notebook: NotebookNode, folder: Path | None, name: str) -> NotebookNode:
    """An executed chapter with the metadata that the master beside it has for all its chapters."""
    if "aftersales" in notebook.metadata or folder is None or not (folder / "master.ipynb").exists():
        return notebook
    meta = nbformat.read(folder / "master.ipynb", as_version=4).metadata.get("aftersales", {})
    if name not in meta.get("chapters", []) or _mismatch(name, notebook, meta):
        return notebook
    own = {key: meta[key] for key in _SHARED if key in meta}
    return NotebookNode(notebook, metadata=NotebookNode(notebook.metadata, aftersales=NotebookNode(own)))


def _again(month: object) -> Message:
    """What to do about a master whose report is not whole."""
    make = command.of("report", month=str(month or command.OPEN))
    return Message(
        f"请在原处转换已发布报告的 notebooks/master.ipynb；报告可以重做：{make}",
        "Convert the notebooks/master.ipynb of a published report where it lies; "
        f"the report can be made again: {make}",
    )


def _mismatch(stem: str, chapter: NotebookNode, meta: Mapping[str, Any]) -> Message | None:
    """The message for a chapter of another report; None for one of this report."""
    ran = chapter.metadata.get("papermill", {}).get("parameters", {})
    expected_values = {key: meta.get(key) for key in ("month", "store", "lang")}
    got = {key: ran.get(key) for key in expected_values}
    if got == expected_values:
        return None
    expected = " ".join(str(v) for v in expected_values.values())
    if None in got.values():
        return Message(
            f"{stem}.ipynb：这一章不是为报告运行的；应是 {expected}。",
            f"{stem}.ipynb: got a chapter that was not run for a report; expected {expected}.",
        )
    ran_for = " ".join(map(str, got.values()))
    return Message(
        f"{stem}.ipynb：给的是 {ran_for}；应是 {expected}。",
        f"{stem}.ipynb: got {ran_for}; expected {expected}.",
    )

"""The forms of a report: figures, page, PDF, mail and workbook, all from the same executed notebooks."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from aftersales.export.html import ReportHTMLExporter
    from aftersales.inputs import Asked

NAMES = ("report.html", "report.pdf", "report.eml", "tables.xlsx", "figures.json")


def prepare() -> None:
    """Import and load what the forms need; a thread does it while the notebooks run."""
    from aftersales import lazily

    # First and whole: the notebooks' thread imports it meanwhile, and of packages that both papermill and nbconvert
    # import the one thread could find what the other has only half imported.
    lazily.papermill()
    lazily.nbconvert()
    from aftersales.export import mail, pdf, workbook
    from aftersales.mail import message

    del workbook, message
    _page_exporter()
    mail.template()
    pdf.prepare()


def write(folder: Path, asked: Asked) -> None:
    """Write every form into the folder that holds the executed notebooks; the mail only of a masked report.

    The PDF is set by Typst, which leaves the interpreter to the other forms meanwhile.
    """
    import nbformat

    from aftersales import assemble
    from aftersales.export import mail, pdf, workbook
    from aftersales.mail import message

    notebooks = folder / "notebooks"
    master = nbformat.read(notebooks / "master.ipynb", as_version=4)
    whole = _uncopied(assemble.combine(master, assemble.read(notebooks, asked.params.chapters), asked.meta))
    with ThreadPoolExecutor(1) as beside:
        paper = beside.submit(pdf.ReportPDFExporter().from_notebook_node, whole)
        results = _results(notebooks / "master.ipynb", asked)
        _dump(folder / "figures.json", results)
        page = _page_exporter().from_notebook_node(whole)[0]
        (folder / "report.html").write_text(page, encoding="utf-8")
        workbook.write(whole, results, folder / "tables.xlsx", asked.lang)
        masked = asked.meta["masked"]
        body = mail.ReportMailExporter().from_notebook_node(whole)[1]["mail"] if masked else None
        _tell(master, notebooks / "master.ipynb", asked)
        printed = paper.result()[0]
    (folder / "report.pdf").write_bytes(printed)
    if body:
        message.write(body, whole.metadata, printed, asked.params, folder / "report.eml")


def _uncopied(notebook: NotebookNode) -> NotebookNode:
    """A notebook that gives itself to whoever wants a copy.

    nbconvert's exporters make two each, in case a preprocessor changes one; that takes as long as the page.
    """
    from nbformat import NotebookNode

    class Uncopied(NotebookNode):
        def __deepcopy__(self, memo: Any) -> NotebookNode:
            return self

    return Uncopied(notebook)


def _results(master: Path, asked: Asked) -> dict[str, Any]:
    """What goes into ``figures.json``: what the master glued."""
    from aftersales import scraps

    told = scraps.read(master)
    about = {"store": asked.store, "month": str(asked.month)}
    return about | {kind: told[kind] for kind in ("figures", "tables", "notes")}


def _tell(master: Any, path: Path, asked: Asked) -> None:
    """Write into the executed master which report it is, so that the mail is made from what was published alone."""
    import nbformat

    master.metadata["aftersales"] = {**asked.meta, "chapters": list(asked.params.chapters)}
    nbformat.write(master, path)


@cache
def _page_exporter() -> ReportHTMLExporter:
    """The exporter of the page, its templates compiled."""
    from aftersales.export import html

    exporter = html.ReportHTMLExporter()
    exporter.compile()
    return exporter


def _dump(path: Path, results: dict[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        json.dump(results, stream, ensure_ascii=False, indent=1, allow_nan=False)
        stream.write("\n")

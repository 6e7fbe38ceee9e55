"""The forms of a report: figures, page, PDF, mail and workbook, all from the same executed notebooks."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aftersales.export.html import ReportHTMLExporter
    from aftersales.inputs import Asked

NAMES = ("report.html", "report.pdf", "report.eml", "tables.xlsx", "figures.json")


def prepare() -> None:
    """Import and load what the forms need; a thread does it while the notebooks run."""
    from aftersales import lazily

    lazily.jsonschema()
    # First and whole: the notebooks' thread imports it meanwhile, and of packages that both papermill and nbconvert
    # import the one thread could find what the other has only half imported.
    import papermill

    from aftersales.export import pdf, workbook
    from aftersales.mail import message

    del papermill, workbook, message
    _page_exporter()
    pdf.prepare()


def write(folder: Path, asked: Asked) -> None:
    """Write every form into the folder that holds the executed notebooks.

    The PDF is set by Typst, which leaves the interpreter to the page and the workbook meanwhile.
    """
    from aftersales.export import pdf, workbook
    from aftersales.mail import message

    whole, results = _read(folder / "notebooks", asked)
    _dump(folder / "figures.json", results)

    def paper() -> None:
        document = pdf.ReportPDFExporter().from_notebook_node(whole)[0]
        (folder / "report.pdf").write_bytes(document)
        message.write(whole, document, asked.params, folder / "report.eml")

    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(paper)
        page = _page_exporter().from_notebook_node(whole)[0]
        (folder / "report.html").write_text(page, encoding="utf-8")
        workbook.write(whole, results, folder / "tables.xlsx", asked.lang)
        beside.result()


def _read(notebooks: Path, asked: Asked) -> tuple[Any, dict[str, Any]]:
    """The whole report as one notebook, and its results.

    The executed master is told which report it is, so that the mail is made from what was published alone.
    """
    import nbformat

    from aftersales import assemble, scraps

    at = notebooks / "master.ipynb"
    told = scraps.read(at)
    master = nbformat.read(at, as_version=4)
    master.metadata["aftersales"] = {**asked.meta, "chapters": list(asked.params.chapters)}
    nbformat.write(master, at)
    whole = assemble.combine(master, assemble.read(notebooks, asked.params.chapters), asked.meta)
    return whole, {"store": asked.store, "month": str(asked.month)} | {
        k: told[k] for k in ("figures", "tables", "notes")
    }


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

"""Making a report: params, tables, notebooks, the forms of it, publishing. Read `report` from top to bottom."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aftersales import chapters, inputs, kernels, publish

FORMS = ("report.html", "report.pdf", "report.eml", "tables.xlsx", "figures.json")


def report(
    month: str,
    year: str | None = None,
    store: str | None = None,
    source: str | None = None,
    out: Path = Path("output"),
    lang: str | None = None,
) -> list[Path]:
    """Make and publish the report of a month.

    Parameters
    ----------
    month, year
        ``4``, ``04`` or ``2024-04``; without a year the latest such month of the source.
    store, source, lang
        By default those of the params.
    out
        The report goes to ``<out>/<YYYY-MM>/<store>/``.

    Returns
    -------
    list of Path
        The files of the report.

    Raises
    ------
    InputError
        The call, the params or the input is bad; nothing was published.
    AftersalesError
        A notebook or a form failed; nothing was published.
    """
    with kernels.serving():
        with _told("reading the records"):
            asked = inputs.ask(month, year, store, source, lang)
        target = out / str(asked.month) / publish.folder_name(asked.store)
        with publish.publishing(target) as folder:
            notebooks = folder / "notebooks"
            notebooks.mkdir()
            threading.Thread(target=_import_forms, daemon=True).start()
            with _told("running the notebooks"), _environment(asked, notebooks):
                kernels.execute(
                    chapters.FOLDER / "master.ipynb",
                    notebooks / "master.ipynb",
                    asked.parameters,
                    cwd=Path.cwd(),
                    failed=chapters.failed("master"),
                )
            with _told("writing page, PDF, mail and workbook"):
                _write(folder, asked)
    return [target / form for form in (*FORMS, "notebooks") if (target / form).exists()]


def _import_forms() -> None:
    """Import what the forms need while the notebooks run."""
    from aftersales.kernels import lazily

    lazily.jsonschema()
    from aftersales.export import html, pdf, workbook
    from aftersales.mail import message

    del html, pdf, workbook, message


def mail(
    month: str,
    year: str | None = None,
    store: str | None = None,
    source: str | None = None,
    out: Path = Path("output"),
    lang: str | None = None,
    dry_run: bool = False,
    again: bool = False,
) -> None:
    """Send the published report of a month to everybody whom the params name; see `aftersales.mail.sending`.

    Raises
    ------
    InputError
        There is no such report, or a recipient is bad; nothing was sent.
    """
    from aftersales.mail import sending

    asked = inputs.ask(month, year, store, source, lang)
    folder = out / str(asked.month) / publish.folder_name(asked.store)
    sending.send_published(folder, asked.params, lang=lang, dry_run=dry_run, again=again)


def _write(folder: Path, asked: inputs.Asked) -> None:
    """The forms of the report, all from the same executed notebooks."""
    import nbformat

    from aftersales import assemble, scraps
    from aftersales.export import html, pdf, workbook
    from aftersales.mail import message

    notebooks = folder / "notebooks"
    for path in notebooks.glob("*.ipynb"):
        _clean(path)
    _label(notebooks / "master.ipynb", asked)
    master = nbformat.read(notebooks / "master.ipynb", as_version=4)
    whole = assemble.combine(master, assemble.read(notebooks, asked.params.chapters), asked.meta)
    told = scraps.read(notebooks / "master.ipynb")
    results = {"store": asked.store, "month": str(asked.month)} | {
        k: told[k] for k in ("figures", "tables", "notes")
    }
    _dump(folder / "figures.json", results)
    (folder / "report.html").write_text(
        html.ReportHTMLExporter().from_notebook_node(whole)[0], encoding="utf-8"
    )
    document = pdf.ReportPDFExporter().from_notebook_node(whole)[0]
    (folder / "report.pdf").write_bytes(document)
    workbook.write(whole, results, folder / "tables.xlsx", asked.lang)
    message.write(whole, document, asked.params, folder / "report.eml")


def _dump(path: Path, results: dict[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        json.dump(results, stream, ensure_ascii=False, indent=1, allow_nan=False)
        stream.write("\n")


def _clean(path: Path) -> None:
    """Take this machine's paths out of an executed notebook's metadata."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    run = notebook.metadata.get("papermill", {})
    notebook.metadata["papermill"] = {
        key: run[key] for key in ("parameters", "start_time", "end_time", "duration", "version") if key in run
    }
    nbformat.write(notebook, path)


def _label(path: Path, asked: inputs.Asked) -> None:
    """Note in the executed master which report it is, so that the mail is made from what was published alone."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["aftersales"] = {**asked.meta, "chapters": list(asked.params.chapters)}
    nbformat.write(notebook, path)


@contextmanager
def _environment(asked: inputs.Asked, notebooks: Path) -> Iterator[None]:
    """What the kernels find in their environment while a report is made."""
    log = notebooks / ".progress"
    log.touch()
    values = {chapters.INTO: str(notebooks), chapters.PROGRESS: str(log), **asked.environment}
    before = {key: os.environ.get(key) for key in values}
    os.environ.update(values)
    stop = threading.Event()
    watch = threading.Thread(target=_watch, args=(log, stop), daemon=True)
    watch.start()
    try:
        yield
    finally:
        stop.set()
        watch.join()
        log.unlink()
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.__setitem__(key, value)


@contextmanager
def _told(step: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    print(f"{step} …", file=sys.stderr, flush=True)
    start = time.perf_counter()
    yield
    print(f"  {time.perf_counter() - start:.1f} s", file=sys.stderr, flush=True)


def _watch(log: Path, stop: threading.Event) -> None:
    """Print a line for each chapter that is finished, as the master's kernel writes them."""
    told = 0
    while True:
        ended = stop.wait(0.1)
        lines = log.read_text(encoding="utf-8").splitlines()
        for line in lines[told:]:
            name, seconds, state = line.split("\t")
            took = "" if state == "unchanged" else f", {seconds} s"
            print(f"  {name} {state}{took}", file=sys.stderr, flush=True)
        told = len(lines)
        if ended:
            return

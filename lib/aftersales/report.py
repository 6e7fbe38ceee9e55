"""Making a report: params, tables, notebooks, its formats, publishing. Read `report` from top to bottom."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aftersales import kernels
from aftersales.cache import store as cache_store
from aftersales.chapters import draft as drafts
from aftersales.chapters import notebooks as chapters
from aftersales.chapters import progress
from aftersales.contract import command, environment, message, params, stage
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.message import Message, joined, phrase
from aftersales.export import manifest, publish
from aftersales.sources import load as inputs
from aftersales.sources import mirror

if TYPE_CHECKING:
    from aftersales.chapters.scraps import Scraps
    from aftersales.contract.archive import Archive
    from aftersales.contract.schema import Lang
    from aftersales.export.page.html import ReportHTMLExporter
    from aftersales.sources.load import ReportRequest


_MONTH_SECONDS = 365.25 / 12 * 24 * 3600
SLIDES = "report.pptx"
FILES = ("report.html", "report.pdf", "report.eml", SLIDES, "tables.xlsx", "figures.json", "manifest.json")


def report(
    month: str,
    year: str | None = None,
    store: str | None = None,
    source: str | None = None,
    out: Path = Path("output"),
    lang: str | None = None,
    draft: bool = False,
    slides: bool = False,
) -> tuple[list[Path], list[str]]:
    """Make and publish the report of a month.

    Parameters
    ----------
    month, year
        ``4``, ``04`` or ``2024-04``; without a year the latest such month of the source.
    store, source, lang
        By default those of the params.
    out
        The report goes to ``<out>/<YYYY-MM>/<store>/``.
    draft
        Make what can be made: for a chapter that fails a page with the cause. A draft is marked on every
        page, has no mail, goes to ``<out>/drafts/<YYYY-MM>/<store>/``, and leaves what is published as it is.
    slides
        Make slides too, also where the params do not ask for them. A draft has none.

    Returns
    -------
    list of Path
        The files of the report.
    list of str
        The chapters that a draft lacks, as they failed.

    Raises
    ------
    InputError
        The call, the params or the input is bad, or slides are asked for of a report that is not masked;
        nothing was published.
    AftersalesError
        A notebook or a format failed; nothing was published.
    """
    start = time.perf_counter()
    with kernels.serving(), ThreadPoolExecutor(1) as beside:
        with progress.step(Message("读取数据", "reading the records")):
            request = inputs.ask(month, year, store, source, lang)
        chapters.check(request.params.chapters)
        request = replace(request, draft=draft)
        company = _slides_template(request, slides)
        base = out / publish.DRAFTS if draft else out
        target = base / str(request.month) / publish.folder_name(request.store)
        with publish.publishing(target) as folder:
            notebooks = folder / "notebooks"
            notebooks.mkdir()
            _check_own_targets(request)
            preparing: list[Future[None]] = []
            hashing: list[Future[dict[str, Any]]] = []
            knowing: list[Future[Archive | None]] = []

            def meanwhile() -> None:
                knowing.append(beside.submit(inputs.archive, request, store))
                preparing.append(beside.submit(prepare_formats, slides=company is not None))
                hashing.append(beside.submit(manifest.of_tables, request.tables))

            with progress.step(Message("运行笔记本", "running the notebooks")):
                cached, lacking = _run(request, notebooks, meanwhile)
            _check_own_targets(request, notebooks / "master.ipynb", lacking)
            with progress.step(
                Message("生成网页、PDF、邮件和工作簿", "writing page, PDF, mail and workbook")
            ):
                for one in preparing:
                    one.result()
                (archive,) = [one.result() for one in knowing]
                write_formats(folder, request, archive, company)
                (input_hashes,) = [one.result() for one in hashing]
                manifest.write(folder, request.meta, input_hashes, request.params, chapters.every())
        stage.tell(published=True)
    with suppress(OSError):  # another run may be emptying the cache
        cache_store.sweep(cache_store.folder("drawings"), "*", cache_store.LIMIT)
    _summary(len(request.params.chapters), cached, time.perf_counter() - start)
    if draft:
        print(drafts.told(lacking, message.spoken()), file=sys.stderr)
    return [target / name for name in (*FILES, "notebooks") if (target / name).exists()], lacking


def _run(
    request: ReportRequest, notebooks: Path, meanwhile: Callable[[], None]
) -> tuple[list[str], list[str]]:
    """Run the master, which runs the chapters, into a folder; which came from the cache, and which failed.

    Of a draft the chapters that fail are left out, and the master is run again without them; each time the
    others are there already.
    """
    lacking: dict[str, str] = {}
    while True:
        with (
            progress.Watch(notebooks / ".progress") as watch,
            _environment(request, notebooks, list(lacking)),
            kernels.sharing(request.parameters),
        ):
            try:
                kernels.execute(
                    chapters.path(chapters.MASTER),
                    notebooks / "master.ipynb",
                    request.parameters,
                    cwd=Path.cwd(),
                    failed=chapters.failed("master"),
                    limits=kernels.Limits(
                        request.params.limits["run_seconds"],
                        output_mb=request.params.limits["run_output_mb"],
                        of="run",
                    ),
                    on_start=meanwhile if not lacking else None,
                )
                break
            except AftersalesError as error:
                failure = error
        failed = drafts.failed(failure, watch.states) if request.draft else []
        if not failed:
            raise failure
        lacking |= dict.fromkeys(failed, failure.text(request.lang))
    for stem, cause in lacking.items():
        drafts.stand_in(stem, cause, notebooks, request.parameters)
    return watch.cached(), list(lacking)


def _summary(chapters: int, cached: list[str], seconds: float) -> None:
    zh = f"，{chapters}章中{len(cached)}章取自缓存" if cached else ""
    en = f", {len(cached)} of {chapters} chapters from the cache" if cached else ""
    if not os.environ.get(progress.QUIET):
        print(phrase(f"用时 {seconds:.1f} 秒{zh}", f"made in {seconds:.1f} s{en}"), file=sys.stderr)


def _check_own_targets(
    request: ReportRequest, master: Path | None = None, lacking: Sequence[str] = ()
) -> None:
    """Each target is that of a figure that there is, with a record that says which direction is good.

    What a chapter of one's own glues is known when the master has run; before that, whether any of them has
    so much as the word that the target begins with. A chapter that the month leaves out, or that a draft
    lacks, may keep its targets.

    Raises
    ------
    InputError
        A target is not; the message names params file, key and the nearest figure.
    """
    from aftersales.chapters import scraps
    from aftersales.contract import own
    from aftersales.contract.figures import FIGURES

    stems = request.params.chapters
    aside = {stem.partition("_")[2] for stem in (*chapters.left_out(stems), *lacking)}
    targets = {
        name: target
        for name, target in request.params.targets.items()
        if name not in FIGURES and name.partition(".")[0] not in aside
    }
    if master is None:
        targets = {n: t for n, t in targets.items() if not chapters.speaks_of(stems, n.partition(".")[0])}
    glued: Scraps = {"figures": {}, "records": []} if master is None else scraps.read(master)
    amiss = own.targets_amiss(targets, glued["figures"], own.from_json(glued["records"]))
    lines = []
    for name, what in amiss:
        file = request.params.origins[f"targets.{name}"]
        lines.append(Message(f"{file}：targets.{name}：{what.zh}", f"{file}: targets.{name}: {what.en}"))
    if lines:
        raise InputError(joined(lines, "\n  "))


def _slides_template(request: ReportRequest, asked: bool) -> str | None:
    """The template of the slides, "" for the report's own master; None where none are to be made.

    Raises
    ------
    InputError
        They are asked for and may not be made, or the template lacks something.
    """
    if request.draft or not (asked or request.params.slides):
        return None
    if not request.params.mask:
        if not asked:
            return None
        without = command.of("report", month=str(request.month))
        raise InputError(
            Message(
                f"没有做幻灯片：参数里是 `mask: false`，这样的报告只在店内使用。不带幻灯片：{without}",
                "no slides were made: with `mask: false` in the params a report is for use in the store "
                f"alone. Without them: {without}",
            )
        )
    if not request.params.slides_template:
        return ""
    from aftersales.export.slides import template

    path = params.template_file(request.params.slides_template)
    template.load(path)  # before the work, not after it
    return str(path)


def prepare_formats(typst: bool = True, slides: bool = False) -> None:
    """Import and load what the formats need; a thread does it while the notebooks run.

    `typst` too, whose threads no process can be forked with; `slides` only where they are to be made.
    """
    from aftersales.contract import lazily

    # First and whole: the notebooks' thread imports it meanwhile, and of packages that both papermill and
    # nbconvert import the one thread could find what the other has only half imported.
    lazily.papermill()
    lazily.nbconvert()
    from aftersales.display import fonts
    from aftersales.export import workbook
    from aftersales.export.pdf import pdf
    from aftersales.mail import body as mail
    from aftersales.mail import message

    del workbook, message
    fonts.prepare()
    _page_exporter()
    mail.template()
    if slides:
        from aftersales.export.slides import pptx

        del pptx
    pdf.prepare(typst)


def write_formats(
    folder: Path, request: ReportRequest, archive: Archive | None, slides: str | None = None
) -> None:
    """Write every format into the folder that holds the executed notebooks; the mail only of a masked report.

    The PDF is set by Typst, which leaves the interpreter to the other formats meanwhile, and to the scan of
    what they hold.

    Parameters
    ----------
    archive
        What identifies the customers, for the scan; None where the report is not masked.
    slides
        The template of the slides, "" for the report's own master; None = no slides.

    Raises
    ------
    AftersalesError
        A format failed, or a file holds what identifies a customer.
    """
    import nbformat

    from aftersales.chapters import scraps
    from aftersales.contract import own
    from aftersales.export import assemble, scan, workbook
    from aftersales.export.pdf import pdf
    from aftersales.kernels import files
    from aftersales.mail import body as mail
    from aftersales.mail import message

    notebooks = folder / "notebooks"
    master = nbformat.read(notebooks / "master.ipynb", as_version=4)
    whole = files.uncopied(
        assemble.combine(master, assemble.read(notebooks, request.params.chapters), request.meta)
    )
    with ThreadPoolExecutor(1) as beside:
        paper = beside.submit(pdf.ReportPDFExporter().from_notebook_node, whole)
        glued = scraps.read(notebooks / "master.ipynb")
        results = _results(glued, request)
        _dump(folder / "figures.json", results)
        page = _page_exporter().from_notebook_node(whole)[0]
        (folder / "report.html").write_text(page, encoding="utf-8")
        workbook.write(whole, results, folder / "tables.xlsx", request.lang, own.from_json(glued["records"]))
        masked = request.meta["masked"] and not request.draft
        shown_at = mail.page_of(request.params, request.store, str(request.month))
        mailing = mail.ReportMailExporter(page=shown_at)
        body = mailing.from_notebook_node(whole)[1]["mail"] if masked else None
        if slides is not None:
            from aftersales.export.slides import pptx

            made = pptx.ReportPPTXExporter(slides_template=slides).from_notebook_node(whole)[0]
            (folder / SLIDES).write_bytes(made)
        _mark_published(master, notebooks / "master.ipynb", request)
        scanned = scan.Scan(archive, request.tables, request.params.remarks.values()) if archive else None
        if scanned:
            scanned.folder(folder)
        printed, resources = paper.result()
    (folder / "report.pdf").write_bytes(printed)
    if body:
        message.write(body, whole.metadata, printed, request.params, folder / "report.eml")
    if scanned:
        scanned.texts("report.pdf", scan.values(resources["printed"]))
        scanned.folder(folder)
        scanned.check()


def _results(glued: Scraps, request: ReportRequest) -> dict[str, Any]:
    """What goes into ``figures.json``: what the master glued."""
    about = {"store": request.store, "month": str(request.month)}
    return about | {kind: glued[kind] for kind in ("figures", "tables", "notes")}


def _mark_published(master: Any, path: Path, request: ReportRequest) -> None:
    """Write the report's metadata into the executed master: the mail needs only what was published."""
    import nbformat

    master.metadata["aftersales"] = {**request.meta, "chapters": list(request.params.chapters)}
    nbformat.write(master, path)


@cache
def _page_exporter() -> ReportHTMLExporter:
    """The exporter of the page, its templates compiled."""
    from aftersales.export.page import html

    exporter = html.ReportHTMLExporter()
    exporter.compile()
    return exporter


def _dump(path: Path, results: dict[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        json.dump(results, stream, ensure_ascii=False, indent=1, allow_nan=False)
        stream.write("\n")


def mail(
    month: str,
    year: str | None = None,
    store: str | None = None,
    source: str | None = None,
    out: Path = Path("output"),
    lang: str | None = None,
    dry_run: bool = False,
    again: bool = False,
    only_if: str | None = None,
) -> None:
    """Send the published report of a month to everybody whom the params name; see `aftersales.mail.sending`.

    Raises
    ------
    InputError
        There is no such report, or a recipient is bad; nothing was sent.
    """
    from aftersales.contract import lazily

    lazily.nbconvert()
    from aftersales.mail import sending

    folder, settings, make = _published(month, year, store, source, out, lang)
    options: dict[str, Any] = {"dry_run": dry_run, "again": again, "only_if": only_if}
    sending.send_published(folder, settings, lang=lang, make=make, **options)


def push(
    month: str,
    year: str | None = None,
    store: str | None = None,
    source: str | None = None,
    out: Path = Path("output"),
    lang: str | None = None,
    dry_run: bool = False,
    again: bool = False,
    only_if: str | None = None,
) -> None:
    """Push the published report of a month to the robots whom the params name; see `aftersales.mail.push`.

    Raises
    ------
    InputError
        There is no such report, or a robot is named badly; nothing was pushed.
    """
    from aftersales.contract import lazily

    lazily.nbconvert()
    from aftersales.mail import push as pushing

    folder, settings, make = _published(month, year, store, source, out, lang)
    options: dict[str, Any] = {"dry_run": dry_run, "again": again, "only_if": only_if}
    pushing.push_published(folder, settings, lang=lang, make=make, **options)


def _published(
    month: str, year: str | None, store: str | None, source: str | None, out: Path, lang: str | None
) -> tuple[Path, params.Params, command.Command]:
    """Where the report that is meant is published, its store's params, and the command that makes it."""
    request = inputs.ask(month, year, store, source, lang)
    inputs.forget(request)
    folder = out / str(request.month) / publish.folder_name(request.store)
    elsewhere = None if out == Path("output") else out
    return folder, request.params, command.report(request.month, store, source, lang, elsewhere)


def call_list(
    month: str,
    path: Path,
    year: str | None = None,
    store: str | None = None,
    source: str | None = None,
    lang: str | None = None,
) -> tuple[int, int]:
    """Write the customers to call, unmasked, to a workbook for inside the store; report and caches stay.

    Returns
    -------
    tuple of int
        Lost customers, and open complaints.

    Raises
    ------
    InputError
        The call or the input is bad, or reports are published where the list is to go.
    """
    from aftersales.contract import place
    from aftersales.export import call_list as workbook
    from aftersales.export import kept
    from aftersales.metrics import to_call

    workbook.check_place(path)
    period, settings, tables = inputs.ask_unmasked(month, year, store, source, lang)
    read_from = source or settings.source
    if not place.is_demo(read_from) and not place.is_url(read_from):
        workbook.check_apart(path, place.path(read_from))
    lost = to_call.customers(
        tables.repair_orders, tables.churn_calls, tables.customers, period, settings.churn_months
    )
    waiting = to_call.waiting(tables.complaints, tables.repair_orders, tables.customers, period)
    chosen: Lang = "en" if (lang or settings.lang) == "en" else "zh"
    workbook.write(path, lost, waiting, tables.store, period, chosen)
    kept.note_list(path)
    return len(lost), len(waiting)


def forget(vin: str | None, store: str | None, source: str | None, out: Path) -> list[Message]:
    """Take a customer out of all that is kept; see `aftersales.export.forget`."""
    from aftersales.export import forget as forgetting

    asked = forgetting.bare(vin)
    found = forgetting.forget(asked, inputs.unmasked(source, store), out)
    mirror.forget()
    return found


def expire(out: Path) -> None:
    """Remove what is older than the params keep it."""
    from aftersales.export import kept

    for gone in kept.expire(out, kept_since()):
        told = Message(
            f"已到保存期限，删去外呼名单 {gone}", f"removed as its time was up: the call list {gone}"
        )
        print(told, file=sys.stderr)


def kept_since() -> float:
    """What was written before this time [s since the epoch] the params keep no longer."""
    return time.time() - params.load().keep_months * _MONTH_SECONDS


@contextmanager
def _environment(request: ReportRequest, notebooks: Path, without: Sequence[str] = ()) -> Iterator[None]:
    """What the kernels find in their environment while a report is made."""
    values = {
        chapters.INTO: str(notebooks),
        progress.LOG: str(notebooks / ".progress"),
        message.VARIABLE: request.lang,
        params.WITHOUT: " ".join(without),
        cache_store.PROGRAM: "" if cache_store.fresh_requested() else cache_store.program(),
        **request.environment,
    }
    try:
        with environment.having(values):
            yield
    finally:
        inputs.forget(request)

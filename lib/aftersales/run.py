"""Making a report: params, tables, notebooks, the forms of it, publishing. Read `report` from top to bottom."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from aftersales import chapters, forms, inputs, kernels, progress, publish, reuse


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
    start = time.perf_counter()
    with kernels.serving(), ThreadPoolExecutor(1) as beside:
        with progress.step("reading the records"):
            asked = inputs.ask(month, year, store, source, lang)
        target = out / str(asked.month) / publish.folder_name(asked.store)
        with publish.publishing(target) as folder:
            notebooks = folder / "notebooks"
            notebooks.mkdir()
            preparing: list[Future[None]] = []
            with (
                progress.step("running the notebooks"),
                progress.Watch(notebooks / ".progress") as watch,
                _environment(asked, notebooks),
            ):
                kernels.execute(
                    chapters.FOLDER / "master.ipynb",
                    notebooks / "master.ipynb",
                    asked.parameters,
                    cwd=Path.cwd(),
                    failed=chapters.failed("master"),
                    on_start=lambda: preparing.append(beside.submit(forms.prepare)),
                )
            with progress.step("writing page, PDF, mail and workbook"):
                for one in preparing:
                    one.result()
                forms.write(folder, asked)
    with suppress(OSError):  # another run may be emptying the cache
        reuse.forget(reuse.folder("drawings"), "*", reuse.KEPT)
    _summary(len(asked.params.chapters), watch.kept(), time.perf_counter() - start)
    return [target / name for name in (*forms.NAMES, "notebooks") if (target / name).exists()]


def _summary(chapters: int, kept: list[str], seconds: float) -> None:
    from_cache = f", {len(kept)} of {chapters} chapters from the cache" if kept else ""
    print(f"made in {seconds:.1f} s{from_cache}", file=sys.stderr)


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
    inputs.forget(asked)
    folder = out / str(asked.month) / publish.folder_name(asked.store)
    sending.send_published(folder, asked.params, lang=lang, dry_run=dry_run, again=again)


@contextmanager
def _environment(asked: inputs.Asked, notebooks: Path) -> Iterator[None]:
    """What the kernels find in their environment while a report is made."""
    values = {
        chapters.INTO: str(notebooks),
        progress.LOG: str(notebooks / ".progress"),
        reuse.PROGRAM: "" if reuse.asked_fresh() else reuse.program(),
        **asked.environment,
    }
    before = {key: os.environ.get(key) for key in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.__setitem__(key, value)
        inputs.forget(asked)

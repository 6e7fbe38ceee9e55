"""The chapter notebooks: where they are, and running them from the master."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aftersales.contract import params
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.home import DELIVERED
from aftersales.contract.message import Message, listed

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

FOLDER = DELIVERED / "notebooks"
OWN = params.ROOT / "notebooks"  # in a checkout the same; installed, those of the store's own alone
BUILT_IN = (
    "01_review",
    "02_oem_css",
    "03_internal_css",
    "04_complaints",
    "05_first_time_fix",
    "06_churn",
    "07_top5",
)
MASTER = "master"
# Where executed chapters go when a report is being made.
INTO = "AFTERSALES_NOTEBOOKS"
# The parameter by which a chapter asks for what was found in chapters of one's own.
_FINDINGS = "own_findings"


def every() -> list[Path]:
    """All notebooks, each stem once: the store's own, and the delivered ones."""
    found = {at.name: at for folder in (FOLDER, OWN) for at in folder.glob("*.ipynb")}
    return [found[name] for name in sorted(found)]


def path(stem: str) -> Path:
    """The notebook of a chapter.

    Raises
    ------
    InputError
        No such notebook exists; the message lists the existing ones.
    """
    notebook = next((at for at in (OWN / f"{stem}.ipynb", FOLDER / f"{stem}.ipynb") if at.exists()), None)
    if notebook is None:
        existing = listed([p.stem for p in every() if p.stem[0].isdigit()])
        raise InputError(
            Message(
                f"参数：chapters：notebooks/ 里没有笔记本 {stem}.ipynb。现有：{existing.zh}。",
                f"params: chapters: no notebook {stem}.ipynb in notebooks/. There are: {existing.en}.",
            )
        )
    return notebook


def check(stems: Sequence[str]) -> None:
    """Refuse a list of chapters that would run itself.

    Raises
    ------
    AftersalesError
        The master is among them, which runs them all.
    """
    if MASTER in stems:
        raise AftersalesError(
            Message(
                f"参数：chapters：{MASTER} 运行所有的章，自己不能是一章，否则没完没了。"
                "请把它从 `chapters` 中去掉。",
                f"params: chapters: {MASTER} runs all chapters and can be none, or it would never end. "
                "Take it out of `chapters`.",
            )
        )


def left_out(stems: Sequence[str], own: bool | None = None) -> list[str]:
    """The chapters that `params/default.yml` names and this list does not.

    `own` asks for chapters of one's own alone (True), or for the built-in ones (False).
    """
    missing = [stem for stem in params.load().chapters if stem not in stems]
    return [stem for stem in missing if own is None or (stem not in BUILT_IN) == own]


def speaks_of(stems: Sequence[str], word: str) -> bool:
    """Whether a chapter has a word anywhere in its notebook."""
    return any(word in path(stem).read_text(encoding="utf-8") for stem in stems)


def titles(stems: Sequence[str], lang: str) -> list[str]:
    """What chapters are called: the first heading of each in a language.

    >>> titles(["06_churn"], "en")
    ['Churned customers']
    """
    return [_title(path(stem), lang) for stem in stems]


def _title(notebook: Path, lang: str) -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    texts = [text for cell in cells if (text := _text(cell, lang))]
    headings = [
        line.removeprefix("# ") for text in texts for line in text.splitlines() if line.startswith("# ")
    ]
    return headings[0] if headings else notebook.stem


def _text(cell: Mapping[str, Any], lang: str) -> str:
    """A text cell in a language: that of its metadata, or its source where it is in that language.

    Else nothing.
    """
    if cell["cell_type"] != "markdown":
        return ""
    tags = cell["metadata"].get("tags", [])
    source = "" if {"zh", "en"} & set(tags) - {lang} else "".join(cell["source"])
    return str(cell["metadata"].get("aftersales", {}).get(lang) or source)


def run(stems: Sequence[str], parameters: Mapping[str, Any], into: str | Path | None = None) -> list[Path]:
    """Execute chapters side by side, as many as there are cores.

    One that has a parameter ``own_findings``, as TOP5 has, waits for the others where there is a chapter of
    one's own among them: it is handed what their targets say.

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
    import pandas as pd

    from aftersales import kernels
    from aftersales.chapters.context import judged_once
    from aftersales.sources.load import get_params, load

    folder = Path(into or os.environ.get(INTO) or tempfile.mkdtemp(prefix="aftersales-"))
    tables = load(parameters.get("source"), parameters.get("store"), parameters.get("month"))
    month = parameters.get("month")
    settings = get_params(month, tables.store)
    if month:
        judged_once(tables, pd.Period(str(month), "M"), settings)
    last = (
        [stem for stem in stems if speaks_of([stem], _FINDINGS)] if month and set(stems) - {*BUILT_IN} else []
    )
    first = [stem for stem in stems if stem not in last]
    with kernels.serving():  # the report's own server, where there is one
        _run(first, parameters, folder, tables.hashes, settings)
        if last:
            handed = _found_in([folder / f"{stem}.ipynb" for stem in first], tables, str(month), settings)
            more = {_FINDINGS: handed} if handed else {}
            _run(last, {**parameters, **more}, folder, tables.hashes, settings)
    return [folder / f"{stem}.ipynb" for stem in stems]


def begin(
    stems: Sequence[str], parameters: Mapping[str, Any], into: str | Path | None = None
) -> Future[list[Path]]:
    """Have chapters executed by `run` while the caller goes on; ``result()`` waits for what it gives."""
    from aftersales import kernels

    kernels.prepare()  # not while the caller imports too: of two threads one could find what is half there
    beside = ThreadPoolExecutor(1, thread_name_prefix="aftersales-chapters")
    running = beside.submit(run, stems, parameters, into)
    beside.shutdown(wait=False)
    return running


def _found_in(executed: Sequence[Path], tables: Tables, month: str, settings: Params) -> list[dict[str, Any]]:
    """What the targets of figures of one's own say, as JSON has it."""
    import pandas as pd

    from aftersales import metrics, signals
    from aftersales.chapters import scraps
    from aftersales.signals import finding

    told = scraps.merge(scraps.read(one) for one in executed)
    figures = metrics.all_figures(tables, pd.Period(month, "M"), settings, known=told["figures"])
    found = signals.with_own([], told["records"], figures, settings.targets, month)
    return list(json.loads(json.dumps(finding.plain(found))))


def _run(
    stems: Sequence[str],
    parameters: Mapping[str, Any],
    folder: Path,
    hashes: Mapping[str, str],
    settings: Params,
) -> None:
    """Execute chapters into a folder, or take them from the cache."""
    from aftersales import kernels
    from aftersales.cache import chapters as cached
    from aftersales.chapters import progress, scraps
    from aftersales.contract.schema import TABLES

    jobs, keys = [], {}
    for stem in stems:
        out = folder / f"{stem}.ipynb"
        keys[stem] = cached.key_of(path(stem), parameters)
        if cached.fetch(keys[stem], hashes, out):
            progress.record(stem, progress.UNCHANGED)
        else:
            jobs.append(
                kernels.NotebookJob(path(stem), out, dict(parameters), cwd=Path.cwd(), failed=failed(stem))
            )

    def done(stem: str, seconds: float, error: Exception | None) -> None:
        progress.record(stem, progress.FAILED if error else progress.DONE, seconds)
        if error is None:
            out = folder / f"{stem}.ipynb"
            reads = scraps.read(out)["reads"]
            cached.keep(keys[stem], out, TABLES if reads is None else reads, hashes)

    limits = settings.limits
    may_take = kernels.Limits(
        limits["chapter_seconds"],
        limits["chapter_memory_mb"],
        limits["chapter_output_mb"],
        total=kernels.Total(limits["run_output_mb"]),
    )
    jobs.sort(key=lambda job: -job.notebook.stat().st_size)  # the longest first: no core waits for it alone
    kernels.execute_many(
        jobs, limits=may_take, on_start=lambda stem: progress.record(stem, progress.BEGUN), on_done=done
    )


def failed(stem: str) -> Path:
    """Where the notebook of a chapter that fails is saved, to look into."""
    from aftersales.cache import store

    try:
        at = store.make(store.folder("failed"))
    except OSError:  # no cache can be had
        return Path(tempfile.gettempdir()) / f"aftersales-{stem}.{os.getpid()}.ipynb"
    return at / f"{stem}.ipynb"

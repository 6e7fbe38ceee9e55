"""The overview of a group's month: `index.html`, `index.pdf` and the executed notebook, all or none."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from aftersales import kernels
from aftersales.chapters import notebooks
from aftersales.contract import alive, destination, environment, lazily, message, months, params
from aftersales.contract.group_run import NAME, OVERVIEW
from aftersales.export import modes, remote
from aftersales.group import record, results

NOTEBOOK = "group"
_WORK = ".making-"  # what a killed run leaves is swept with that of the stores' reports


def make(out: Path, month: str, lang: str) -> list[Path]:
    """Make the overview from what the stores' reports say; nothing is published unless all of it is made.

    Parameters
    ----------
    out
        Where the reports are published; ``<out>/<month>/group.json`` names the stores.
    month
        ``2024-04``.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    list of Path
        The page, the PDF and the executed notebook.

    Raises
    ------
    InputError
        There is no run of the group to tell of, or no place for the files.
    AftersalesError
        The notebook or a format failed.
    """
    lazily.nbconvert()
    from aftersales.export import assemble
    from aftersales.export.page import html
    from aftersales.export.pdf import pdf

    period = months.parse(month)
    found = results.read(period, out, lang)  # what is wrong is told before a kernel is started
    place = out / str(period)
    require_closed(place)
    spoken = {message.VARIABLE: lang}  # by the kernel that is started
    with kernels.serving(), alive.folder(place, _WORK) as work, environment.having(spoken):
        executed = kernels.execute(
            notebooks.path(NOTEBOOK),
            work / OVERVIEW[2],
            # from where it is published, so that the notebook tells of no other place
            {"month": str(period), "out": os.pardir, "lang": lang},
            cwd=place,
            failed=notebooks.failed("group"),
            limits=_limits(),
        )
        whole = assemble.combine(executed, (), _meta(found))
        (work / OVERVIEW[0]).write_text(
            html.ReportHTMLExporter().from_notebook_node(whole)[0], encoding="utf-8"
        )
        (work / OVERVIEW[1]).write_bytes(pdf.ReportPDFExporter().from_notebook_node(whole)[0])
        for name in OVERVIEW:
            os.chmod(work / name, modes.FILE)
        _replace(work, place)
    return [place / name for name in OVERVIEW]


def require_closed(place: Path) -> None:
    """Refuse to begin while somebody has the month's overview open; raises as it does there."""
    destination.require_closed(*(place / name for name in OVERVIEW))


def publish(out: str | Path, month: str, lang: str) -> None:
    """Make the overview where the reports are published, here or on an object store; raises as `make`."""
    if not remote.is_remote(out):
        make(Path(out), month, lang)
        return
    at = record.Place(out, month)
    with remote.fetched(str(out), lambda one, _: one == month) as local:
        modes.make(local / month)
        (local / month / NAME).write_bytes(at.read(NAME) or b"")
        for path in make(local, month, lang):
            at.write(path.name, path.read_bytes())


def _limits() -> kernels.Limits:
    most = params.load().limits
    return kernels.Limits(most["run_seconds"], output_mb=most["run_output_mb"], of="run")


def _meta(found: results.Results) -> dict[str, Any]:
    """What cover, running heads and document properties need."""
    zh, made = found.lang == "zh", found.stores[found.stores["made"]]
    return {
        "store": "集团总览" if zh else "Group overview",
        "month": str(found.month),
        "lang": found.lang,
        "title": "客户服务月报" if zh else "Customer service report",
        "synthetic": bool(made["synthetic"].any()),
        "masked": bool(made["masked"].all()),
        "version": version("aftersales"),
    }


def _replace(work: Path, place: Path) -> None:
    """Move the files to their place, each in one step; where one cannot go, those there before come back."""
    aside = work / "before"
    aside.mkdir()
    moved: list[str] = []
    try:
        for name in OVERVIEW:
            if (place / name).is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(place / name))
            if (place / name).exists():
                shutil.copy2(place / name, aside / name)
            os.replace(work / name, place / name)
            moved.append(name)
    except OSError as error:
        for name in moved:
            with suppress(OSError):
                if (aside / name).exists():
                    os.replace(aside / name, place / name)
                else:
                    (place / name).unlink()
        raise destination.refused(place / OVERVIEW[len(moved)], "out", error) from None

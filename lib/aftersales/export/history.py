"""What a run replaces is kept: its figures and manifest, in ``<YYYY-MM>/.history/<store>/<timestamp>/``."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from aftersales.export import manifest, modes

FOLDER = ".history"
FIGURES = "figures.json"
KEPT = (FIGURES, manifest.NAME)
LIMIT = 24  # runs of one month of one store
_KEEPING = "keeping"
_RUN = re.compile(r"\d{8}-\d{6}(-\d+)?")


def folder(target: Path) -> Path:
    """Where the runs are kept that `target`, a published report, has replaced."""
    return target.parent / FOLDER / target.name


def runs(target: Path) -> list[Path]:
    """The kept runs of a report, the latest first."""
    found = [p for p in _entries(folder(target)) if (p / FIGURES).is_file()]
    return sorted(found, key=lambda p: _order(p.name), reverse=True)


def keep(target: Path, new: Path) -> Path | None:
    """Keep what `new` is about to replace; before it does, so that a run that is killed loses nothing.

    Parameters
    ----------
    target
        The published report.
    new
        The folder of the report that takes its place.

    Returns
    -------
    Path or None
        Where it is kept; None where nothing is published, or the new run says the same and is made from
        the same.

    Notes
    -----
    A run is called by the time at which it was made: kept twice, as after a kill, it is there once.
    """
    if not (target / FIGURES).is_file() or _content(target) == _content(new):
        return None
    into = folder(target)
    modes.make(into)
    made = time.strftime("%Y%m%d-%H%M%S", time.localtime((target / FIGURES).stat().st_mtime))
    there = sorted((p for p in _entries(into) if p.name.startswith(made)), key=lambda p: _order(p.name))
    if there and _same(there[-1], target):
        return there[-1]
    place = into / (f"{made}-{_order(there[-1].name)[1] + 1}" if there else made)
    work = new.with_name(f"{new.name}.{_KEEPING}")  # goes with it, if this run is killed
    try:
        work.mkdir()
        for name in KEPT:
            if (target / name).is_file():
                shutil.copy2(target / name, work / name)
        modes.publish(work)
        os.rename(work, place)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _sweep(into)
    return place


def is_current(run: Path, target: Path) -> bool:
    """Whether a kept run is the published one: kept, and then the run that was to replace it was killed."""
    return _same(run, target)


def _entries(at: Path) -> list[Path]:
    return [p for p in at.iterdir() if _RUN.fullmatch(p.name)] if at.is_dir() else []


def _order(name: str) -> tuple[str, int]:
    day, clock, number = (*name.split("-"), "1")[:3]
    return f"{day}-{clock}", int(number)


def _same(one: Path, other: Path) -> bool:
    def read(at: Path, name: str) -> bytes | None:
        return (at / name).read_bytes() if (at / name).is_file() else None

    return all(read(one, name) == read(other, name) for name in KEPT)


def _content(at: Path) -> tuple[bytes | None, Any]:
    """What a report says, and what it was made from; its page and paper follow from these."""
    figures = (at / FIGURES).read_bytes() if (at / FIGURES).is_file() else None
    with suppress(OSError, ValueError, AttributeError):
        return figures, manifest.made_from(json.loads((at / manifest.NAME).read_text(encoding="utf-8")))
    return figures, None


def _sweep(into: Path) -> None:
    """Keep the latest runs."""
    for old in sorted(_entries(into), key=lambda p: _order(p.name))[:-LIMIT]:
        shutil.rmtree(old, ignore_errors=True)

"""Publishing to an object store, where no folder can take another's place: the manifest says what counts.

A run's files go under ``<out>/<YYYY-MM>/<store>/.runs/<run>/``, are copied to where people look for them, and
count when ``manifest.json``, which names them, is written last, in one step. What it named before goes after
that. Killed at any moment, the manifest names a whole run; what a killed run left goes with the next of that
store.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from aftersales.contract import alive, command, place, remote
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.message import Message
from aftersales.export import history, manifest, publish

RUNS = ".runs"
_HERE = ".aftersales-out-"
_STAMP = "%Y%m%d-%H%M%S"


def is_remote(out: object) -> bool:
    """Whether reports are to be published elsewhere than in a folder of this machine."""
    return isinstance(out, str) and place.is_elsewhere(out)


def refuse(out: object, name: str) -> None:
    """Stop a command that works on a folder of this machine alone.

    Raises
    ------
    InputError
        The reports lie elsewhere.
    """
    if is_remote(out):
        here = command.option("out", "output")
        raise InputError(
            Message(
                f"{name} 只能用本机文件夹里的报告：请先把 {place.name(str(out))} 里的那个月取到一个文件夹，"
                f"再用 {here} 指明它。",
                f"{name} works on reports in a folder of this machine: fetch the month from "
                f"{place.name(str(out))} into one first, and name it with {here}.",
            )
        )


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of one's own to make a report in, before it is published elsewhere."""
    with alive.folder(Path(tempfile.gettempdir()), _HERE) as work:
        yield work


def sweep() -> None:
    """Remove such folders that killed runs have left."""
    alive.sweep(Path(tempfile.gettempdir()), _HERE)


def try_place(out: str) -> None:
    """Write and remove a small file, before the work.

    Raises
    ------
    InputError
        It cannot be written there.
    """
    with remote.opened(out, "out") as there:
        name = f".trying-{secrets.token_hex(6)}"
        there.write(name, b"")
        there.remove([name])


def upload(made: Path, local: Path, out: str, step: Callable[[str], None] = lambda name: None) -> list[str]:
    """Publish a report that was made in a folder of this machine.

    Parameters
    ----------
    made
        The report's folder, ``<local>/<YYYY-MM>/<store>``.
    local, out
        What stands for ``out`` here, and where it is.
    step
        Told what was done, for tests.

    Returns
    -------
    list of str
        Where the report is, file by file.

    Raises
    ------
    InputError
        It cannot be written there. What counts is what did before.
    """
    target = made.relative_to(local).as_posix()
    with remote.opened(out, "out") as there:
        before = _manifest(there, target)
        _sweep(there, target, _run_of(before))
        run = f"{time.strftime(_STAMP)}-{secrets.token_hex(4)}"
        told = manifest.read(made)
        files = [*told["files"]]
        try:
            for name in files:
                _put(there, made / name, f"{target}/{RUNS}/{run}/{name}")
                step(f"put {name}")
            _keep(there, target, made, before)
            step("kept")
            for name in files:
                there.copy(f"{target}/{RUNS}/{run}/{name}", f"{target}/{name}")
                step(f"copied {name}")
            lacking = set(files) - set(there.files(f"{target}/{RUNS}/{run}"))
            if lacking:  # another run of this store has swept
                raise AftersalesError(
                    Message(
                        f"{place.name(out)}：这家店的另一次运行正在发布。这一次什么也没有发布；"
                        "再运行同一命令。",
                        f"{place.name(out)}: another run of this store is publishing. Nothing of this one "
                        "was published; run the same command again.",
                    )
                )
        except BaseException:
            with suppress(Exception):  # what cannot be removed goes with the next run
                there.remove([f"{target}/{RUNS}/{run}/{name}" for name in files])
            raise
        told["files"] = {f"{RUNS}/{run}/{name}": digest for name, digest in told["files"].items()}
        text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
        there.write(f"{target}/{manifest.NAME}", text.encode())
        step("published")
        _sweep(there, target, run)
        stale = [
            n
            for n in there.files(target)
            if not n.startswith(f"{RUNS}/") and n not in (*files, manifest.NAME)
        ]
        there.remove([f"{target}/{name}" for name in stale])
        step("swept")
    shown = place.without_secrets(out)
    return [f"{shown}/{target}/{name}" for name in dict.fromkeys(n.partition("/")[0] for n in files)]


@contextmanager
def fetched(out: str, wanted: Callable[[str, str], bool], whole: bool = False) -> Iterator[Path]:
    """The published reports of a place as a folder of this machine, for what reads them there.

    Parameters
    ----------
    wanted
        Which of them, by month and folder of the store.
    whole
        All files; else figures, manifests and what is kept of replaced runs.
    """
    with folder() as local:
        with remote.opened(out, "out") as there:
            for name in there.files():
                parts = name.split("/")
                if len(parts) == 3 and parts[2] == manifest.NAME and wanted(parts[0], parts[1]):
                    _fetch(there, f"{parts[0]}/{parts[1]}", local, whole)
                elif len(parts) == 5 and parts[1] == history.FOLDER and wanted(parts[0], parts[2]):
                    _get(there, name, local / name)
        yield local


def expire(out: str, store: str, before: float) -> None:
    """Remove the replaced runs of a store that were made before a time [s since the epoch]."""
    oldest = time.strftime(_STAMP, time.localtime(before))
    with remote.opened(out, "out") as there:
        for path in there.fs.ls(there.base, detail=False):
            kept = f"{path.rstrip('/').rpartition('/')[2]}/{history.FOLDER}/{store}"
            there.remove([f"{kept}/{name}" for name in there.files(kept) if name[: len(oldest)] < oldest])


def _fetch(there: remote.Remote, target: str, local: Path, whole: bool) -> None:
    """What counts of a report, under the names that it has in a folder of this machine."""
    told = _manifest(there, target)
    run = _run_of(told)
    if told is None or run is None:
        return
    start = f"{RUNS}/{run}/"
    for name in told["files"]:
        bare = name.removeprefix(start)
        if whole or bare == history.FIGURES:
            _get(there, f"{target}/{name}", local / target / bare)
    _dump(_as_local(told, run), local / target / manifest.NAME)
    made = time.mktime(time.strptime(run[:15], _STAMP))  # by which `history` calls it
    for path in (local / target).rglob("*"):
        os.utime(path, (made, made))


def _keep(there: remote.Remote, target: str, made: Path, before: dict[str, Any] | None) -> None:
    """Keep figures and manifest of what is replaced, as `aftersales.export.history` does in a folder."""
    if _run_of(before) is None:
        return
    month, store = target.rpartition("/")[::2]
    kept = f"{month}/{history.FOLDER}/{store}"
    with folder() as work:
        old = work / target
        _fetch(there, target, work, whole=False)
        existing = there.files(kept)
        for name in existing:
            _get(there, f"{kept}/{name}", work / kept / name)
        new = work / "new"
        new.mkdir()
        for name in history.KEPT:
            shutil.copy2(made / name, new / name)
        history.keep(old, new)
        now = {p.relative_to(work / kept).as_posix() for p in (work / kept).rglob("*") if p.is_file()}
        for name in sorted(now - set(existing)):
            _put(there, work / kept / name, f"{kept}/{name}")
        there.remove([f"{kept}/{name}" for name in sorted(set(existing) - now)])


def _sweep(there: remote.Remote, target: str, current: str | None) -> None:
    """Remove the runs that do not count."""
    for name in there.files(f"{target}/{RUNS}"):
        if name.partition("/")[0] != current:
            there.remove([f"{target}/{RUNS}/{name}"])


def _manifest(there: remote.Remote, target: str) -> dict[str, Any] | None:
    """What counts of a report; None where none is published."""
    data = there.read(f"{target}/{manifest.NAME}")
    try:
        told = None if data is None else json.loads(data)
        return told if told is None or isinstance(told["files"], dict) else None
    except (ValueError, KeyError, TypeError):
        return None


def _run_of(told: dict[str, Any] | None) -> str | None:
    """The run that a manifest names."""
    names = [] if told is None else [name.split("/") for name in told["files"]]
    runs = {parts[1] for parts in names if len(parts) > 2 and parts[0] == RUNS}
    return runs.pop() if len(runs) == 1 else None


def _as_local(told: dict[str, Any], run: str) -> dict[str, Any]:
    start = f"{RUNS}/{run}/"
    return told | {"files": {name.removeprefix(start): digest for name, digest in told["files"].items()}}


def _put(there: remote.Remote, path: Path, name: str) -> None:
    there.write(name, path.read_bytes())


def _get(there: remote.Remote, name: str, path: Path) -> None:
    data = there.read(name)
    if data is None or ".." in path.parts:
        raise FileNotFoundError(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _dump(told: dict[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def put_page(out: str, local: Path, page: Path) -> str:
    """Write a page that was made in a folder of this machine to where it belongs; where that is."""
    name = page.relative_to(local).as_posix()
    with remote.opened(out, "out") as there:
        _put(there, page, name)
    return f"{place.without_secrets(out)}/{name}"


def of_store(
    store: str | None, number: int | None = None, year: int | None = None
) -> Callable[[str, str], bool]:
    """Which reports are meant: of a store, of a month."""

    def wanted(month: str, folder: str) -> bool:
        if not month[:4].isdigit() or not month[5:].isdigit():
            return False
        fits = number in (None, int(month[5:])) and year in (None, int(month[:4]))
        return fits and (store is None or folder == publish.folder_name(store))

    return wanted

"""`aftersales verify`: is a published report as it was made, and does making it again give the same?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from aftersales.compare.runs import Run, find
from aftersales.contract import command, params
from aftersales.contract.errors import InputError
from aftersales.contract.language import plural
from aftersales.contract.message import Message, listed
from aftersales.contract.schema import TABLES
from aftersales.export import manifest, publish
from aftersales.kernels import lifetime

Make = Callable[[Run, Path], object]
_LISTED = 12
# What a report is made from, in words.
_MADE_FROM = {
    "lang": Message("语言", "the language"),
    "masked": Message("是否脱敏", "whether it is masked"),
    "synthetic": Message("是否合成数据", "whether the data are synthetic"),
    "version": Message("程序版本", "the program's version"),
    "code": Message("程序或笔记本", "the program or its notebooks"),
    "lock": Message("所装软件包的版本", "the versions of the installed packages"),
}


def verify(asked: str | None, store: str | None, out: Path, make: Make) -> tuple[list[Message], bool]:
    """Hold a published report against its manifest, and against itself made again.

    Parameters
    ----------
    asked
        The month, ``2024-04`` or ``4`` (the latest published), or the folder of a report.
    store, out
        Whose report, and where it is published.
    make
        Makes the report of a run once more, into another folder than `out`; nothing of it is kept.

    Returns
    -------
    list of Message
        What was found, a line each.
    bool
        Whether all is as it should be.

    Raises
    ------
    InputError
        No such report is published, it has no manifest, or its records are no longer good.
    """
    run = find("MONTH", asked, out, store, params.load().store)
    if not isinstance(run.manifest.get("files"), dict):
        again = command.of("report", month=run.month)
        raise InputError(
            Message(
                f"{run.folder}：没有可用的 {manifest.NAME}，无从核对。重新做报告：{again}",
                f"{run.folder}: there is no {manifest.NAME} that can be read, so nothing can be verified. "
                f"Make the report again: {again}",
            )
        )
    touched = _touched(run)
    if touched:
        return touched, False
    count = len(run.manifest["files"])
    found = [
        Message(
            f"未改动：{count}个文件都与 {manifest.NAME} 一致",
            f"untouched: all {plural(count, 'file')} are as {manifest.NAME} says",
        )
    ]
    with lifetime.serving() as served:  # its folder goes with this run, however it ends
        folder = Path(served[lifetime.FOLDER], "again")
        make(run, folder)
        other = folder / run.month / publish.folder_name(run.store)
        return [*found, *(differing := _differing(run, other))], not differing


def _touched(run: Run) -> list[Message]:
    """The files that are no longer what the manifest says."""
    known, existing = run.manifest["files"], manifest.of_files(run.folder)
    kinds = (
        (sorted(set(known) - set(existing)), Message("缺少的文件", "missing")),
        (sorted(set(existing) - set(known)), Message("多出的文件", "not of the report")),
        (
            sorted(name for name in known if existing.get(name, known[name]) != known[name]),
            Message("改动过的文件", "changed since it was published"),
        ),
    )
    return [
        Message(f"{kind.zh}：{_names(names).zh}", f"{kind.en}: {_names(names).en}")
        for names, kind in kinds
        if names
    ]


def _differing(run: Run, other: Path) -> list[Message]:
    """What came out otherwise, and what the report was made from that is no longer the same."""
    again = manifest.read(other)
    causes = list(_causes(manifest.made_from(run.manifest), manifest.made_from(again)))
    names = {*run.manifest["files"], *again["files"]}
    changed = sorted(n for n in names if manifest.content(run.folder / n) != manifest.content(other / n))
    found = []
    if causes:
        told = listed(causes)
        found.append(
            Message(
                f"现在的与当时的不同：{told.zh}；所以不能要求重做的报告相同",
                f"no longer what it was made from: {told.en}; so the same report cannot be expected",
            )
        )
    if changed:
        found.append(
            Message(f"重做以后不同：{_names(changed).zh}", f"made again it differs: {_names(changed).en}")
        )
    return found


def _causes(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[Message]:
    """What of the records, the settings and the program is no longer what it was."""
    tables, tables_now = (m.get("input") or {} for m in (then, now))
    for name in sorted({*tables, *tables_now}):
        if tables.get(name) != tables_now.get(name):
            zh = TABLES[name].zh if name in TABLES else name
            yield Message(f"数据“{zh}”", f"the records of {name}")
    settings, settings_now = (m.get("params") or {} for m in (then, now))
    for name in sorted({*settings, *settings_now}):
        if settings.get(name) != settings_now.get(name):
            yield Message(f"参数 {name}", f"the param {name}")
    for name, words in _MADE_FROM.items():
        if then.get(name) != now.get(name):
            yield words


def _names(names: list[str]) -> Message:
    more = len(names) - _LISTED
    shown = listed(names[:_LISTED])
    if more <= 0:
        return shown
    return Message(f"{shown.zh}等{len(names)}个", f"{shown.en} and {more} more")

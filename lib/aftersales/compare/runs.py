"""Which two reports are meant: a month, a run of a month that another replaced, or a folder."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aftersales.contract import command
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, listed
from aftersales.export import history, manifest, publish

_MONTH = re.compile(r"(?:(\d{4})-)?(\d{1,2})(?:@(.+))?")
_FOLDER = re.compile(r"\d{4}-\d{2}")
_FIGURES = "figures.json"


@dataclass(frozen=True)
class Run:
    """A report as it was published.

    Attributes
    ----------
    name
        As it can be asked for again: ``2024-04``, ``2024-04@20240503-091500``.
    report
        The content of ``figures.json``.
    manifest
        That of ``manifest.json``; empty where there is none.
    folder
        Where it lies.
    """

    name: str
    report: dict[str, Any]
    manifest: dict[str, Any]
    folder: Path

    @property
    def store(self) -> str:
        """The store's name."""
        return str(self.report["store"])

    @property
    def month(self) -> str:
        """The month, as ``2024-04``."""
        return str(self.report["month"])


def find(side: str, asked: str | None, out: Path, store: str | None, default: str) -> Run:
    """The run that was asked for.

    Parameters
    ----------
    side
        ``A`` or ``B``, for messages.
    asked
        ``2024-04``, ``4`` (the latest published), ``2024-04@1`` (the run before the published one),
        ``2024-04@20240503-091500``, or a folder.
    out
        The folder of the published reports.
    store, default
        Whose report; without `store` that of the only one, or of `default` where it is among several.

    Raises
    ------
    InputError
        Nothing such was published, or it can't be read.
    """
    if not (asked or "").strip():
        example = command.of("compare", a="2024-03", b="2024-04")
        raise InputError(
            Message(
                f"没有给出{side}。应是两个月份、同月的两版或两个文件夹，如 {example}",
                f"{side} is missing. Expected two months, two runs or two folders, as in {example}",
            )
        )
    asked = str(asked).strip()
    found = _MONTH.fullmatch(asked)
    if found and 1 <= int(found[2]) <= 12:
        month = _month(side, asked, found[1], int(found[2]), out)
        target = _target(side, asked, out / month, store, default)
        return _run(side, asked, month, target, found[3])
    path = Path(asked)
    path = path.parent if path.name == _FIGURES else path
    if not (path / _FIGURES).is_file():
        raise InputError(
            Message(
                f"{side}：给的是“{asked}”，既不是月份，也不是有 {_FIGURES} 的文件夹。应是 2024-04、"
                "2024-04@1（被替换的上一版）或一个报告文件夹。",
                f"{side}: got {asked!r}, which is no month and no folder with a {_FIGURES}. Expected "
                "2024-04, 2024-04@1 (the run that was replaced) or the folder of a report.",
            )
        )
    report = _read(side, path)
    name = publish.folder_name(path.resolve().name)[:60]
    return Run(f"{report['month']}@{name}", report, _manifest(path), path)


def _month(side: str, asked: str, year: str | None, number: int, out: Path) -> str:
    months = sorted(p.name for p in out.iterdir() if _FOLDER.fullmatch(p.name)) if out.is_dir() else []
    fitting = [m for m in months if int(m[5:]) == number and year in (None, m[:4])]
    if not fitting:
        there = listed(months, Message("无", "none"))
        wanted = f"{year}-{number:02d}" if year else str(number)
        make = command.report(wanted, None, None, None, None if out == Path("output") else out).text
        raise InputError(
            Message(
                f"{side}：{out} 里没有 {asked} 的报告（现有：{there.zh}）。先出报告：{make}",
                f"{side}: no report of {asked} in {out} (there: {there.en}). Make it first: {make}",
            )
        )
    return fitting[-1]


def _target(side: str, asked: str, month: Path, store: str | None, default: str) -> Path:
    stores = sorted(p.name for p in month.iterdir() if (p / _FIGURES).is_file())
    wanted = publish.folder_name(store if store else stores[0] if len(stores) == 1 else default)
    if wanted in stores:
        return month / wanted
    there = listed(stores, Message("无", "none"))
    raise InputError(
        Message(
            f"{side}：{asked} 没有门店“{store or default}”的报告（现有：{there.zh}）。"
            f"用 {command.option('store')} 指定门店。",
            f"{side}: no report of {asked} for the store {store or default} (there: {there.en}). "
            f"Say which one: {command.option('store')}.",
        )
    )


def _run(side: str, asked: str, month: str, target: Path, wanted: str | None) -> Run:
    """The published run, or the one that was asked for behind the @."""
    if wanted is None:
        return Run(month, _read(side, target), _manifest(target), target)
    kept = [run for run in history.runs(target) if not history.is_current(run, target)]
    if wanted.lstrip("-").isdigit() and 1 <= abs(int(wanted)) <= min(len(kept), history.LIMIT):
        fitting = [kept[abs(int(wanted)) - 1]]
    else:
        fitting = [r for r in kept if r.name == wanted] or [r for r in kept if r.name.startswith(wanted)]
    if len(fitting) != 1:
        names = [f"{month}@{run.name}" for run in kept]
        there = listed(names, Message("无", "none"))
        raise InputError(
            Message(
                f"{side}：{asked} 没有对应唯一的一版。保留的旧版：{there.zh}。"
                f"应是 {month}@1（上一版）或其中之一。",
                f"{side}: {asked} names no single run. Kept: {there.en}. "
                f"Expected {month}@1 (the one before) or one of these.",
            )
        )
    at = fitting[0]
    return Run(f"{month}@{at.name}", _read(side, at), _manifest(at), at)


def _read(side: str, folder: Path) -> dict[str, Any]:
    path = folder / _FIGURES
    kinds = {"store": str, "month": str, "figures": dict, "tables": dict}
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        bad = [name for name, kind in kinds.items() if not isinstance(report[name], kind)]
    except (OSError, ValueError, KeyError, TypeError):
        bad = ["JSON"]
    if bad or not _FOLDER.fullmatch(report["month"]):
        raise InputError(
            Message(
                f"{side}：{path} 读不懂。应是本程序发布的 {_FIGURES}"
                "（store、month、figures、tables）。重出该月报告。",
                f"{side}: {path} can't be read. Expected a {_FIGURES} as this program publishes it "
                "(store, month, figures, tables). Make the report of that month again.",
            )
        )
    return dict(report)


def _manifest(folder: Path) -> dict[str, Any]:
    """Of a run from before manifests, or one that is damaged, nothing is known but its figures."""
    try:
        found = json.loads((folder / manifest.NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

"""What the stores' reports of a month hold: `group.json` and each store's `figures.json`, never records."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from aftersales.contract import mask, message, months
from aftersales.contract.errors import InputError
from aftersales.contract.group_run import FAILED, FORMAT, NAME, STATES
from aftersales.contract.message import Message

# A trend of a report's table: which rate it is, its numerator and denominator; of failures what is left.
_TRENDS = (
    ("ftf.trend", "ftf.rate", "not_fixed", "jobs", True),
    ("ftf.return_trend", "ftf.return_rate", "returned", "return_orders", False),
    ("delivery.trend", "delivery.rate", "on_time", "orders", False),
    ("booking.trend", "booking.rate", "arrived", "visits", False),
    ("booking.trend", "booking.kept_rate", "arrived", "booked", False),
)
_STORES = ["store", "folder", "href", "status", "made", "reason", "notes", "masked", "synthetic"]
_FIGURES = ["store", "figure", "value", "low", "high", "target", "verdict"]
_FINDINGS = ["store", *("figure", "subject", "value", "reference", "n", "z", "p", "rule", "since")]
_FINDINGS += ["level", "direction", "department", "gain", "unit"]


@dataclass(frozen=True)
class Results:
    """A month of a group, a frame a kind of thing.

    Attributes
    ----------
    month, lang
        The month, and the language of the overview.
    stores
        A row a store, by name: ``store``, ``folder``, ``href`` (of its report, from the overview),
        ``status``, ``made`` (it has a report of this run), ``reason`` (first line of why not), ``notes``
        (their number), ``masked``, ``synthetic`` (as its manifest
        says; what does not say that it is masked is not).
    figures
        ``store``, ``figure``, ``value``, ``low``, ``high``, ``target``, ``verdict``, of stores with a report.
    findings, checks, joins
        The tables of that name, with ``store``; the findings without case numbers.
    trends
        ``store``, ``figure``, ``month``, ``hits``, ``cases``.
    """

    month: pd.Period
    lang: str
    stores: pd.DataFrame
    figures: pd.DataFrame
    findings: pd.DataFrame
    checks: pd.DataFrame
    joins: pd.DataFrame
    trends: pd.DataFrame


def overview(month: object, out: str | Path, lang: str | None = None) -> Results:
    """The results of a group's month, for the cells of the overview.

    Parameters
    ----------
    month
        ``2024-04``.
    out
        Where the reports are published.
    lang
        None: that of the run.

    Raises
    ------
    InputError
        No run of a group has left its `group.json` there, or it is damaged.
    """
    if lang:
        message.speak(lang)  # errors too are told in the notebook's language
    return read(months.parse(month), Path(out), lang)


def read(month: pd.Period, out: Path, lang: str | None = None) -> Results:
    """The results of a month; what `overview` gives, with no language settled."""
    folder = out / str(month)
    run = _group(folder / NAME, str(month))
    chosen = lang or ("en" if run.get("lang") == "en" else "zh")
    stores, parts = [], []
    for one in sorted(run["stores"], key=lambda one: _natural(one["store"])):
        row, results = _store(folder, one, str(month), chosen)
        stores.append(row)
        if results is not None:
            parts.append((one["store"], results))
    tables = {
        name: _table(parts, name, columns)
        for name, columns in (
            ("findings", _FINDINGS),
            ("checks", ["store", "rule", "subject", "verdict", "severity"]),
            ("joins", ["store", "link", "rows", "found", "share", "verdict"]),
        )
    }
    return Results(
        month,
        chosen,
        pd.DataFrame(stores, columns=_STORES),
        _figures(parts),
        tables["findings"].astype({"p": float, "z": float}),
        tables["checks"],
        tables["joins"],
        _trends(parts),
    )


def _group(path: Path, month: str) -> dict[str, Any]:
    """The run that made the stores' reports."""
    run = _json(path)
    stores = run.get("stores") if isinstance(run, dict) else None
    sound = (
        isinstance(run, dict)
        and run.get("format") == FORMAT
        and run.get("month") == month
        and isinstance(stores, list)
        and stores
        and all(map(_is_store, stores))
        and len({one["store"] for one in stores}) == len(stores)
    )
    if sound:
        return dict(run)
    got = _what(path, run, month)
    raise InputError(
        Message(
            f"{path}：{got.zh}；应是“集团”运行写下的各店结果（格式{FORMAT}，月份{month}）。"
            "请先做出这个月各店的报告，再做总览。",
            f"{path}: {got.en}; expected the stores' results as a run of the group writes them "
            f"(format {FORMAT}, month {month}). Make the stores' reports of the month first, then the "
            "overview.",
        )
    )


def _natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """By which names are sorted: numbers in them by their value."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts], name


def _is_store(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and isinstance(one.get("store"), str)
        and bool(one["store"].strip())
        and isinstance(one.get("folder"), str)
        and one["folder"] == posixpath.basename(one["folder"])
        and one["folder"] not in ("", ".", "..")
        and one.get("status") in STATES
        and isinstance(one.get("error"), (str, type(None)))
    )


def _what(path: Path, run: Any, month: str) -> Message:
    """What is wrong with the file of a run."""
    if not path.exists():
        return Message("没有这个文件", "no such file")
    if not isinstance(run, dict):
        return Message("不是可读的JSON对象", "not a readable JSON object")
    if run.get("format") != FORMAT:
        return Message(f"格式是 {run.get('format')!r}", f"format {run.get('format')!r}")
    if run.get("month") != month:
        return Message(f"月份是 {run.get('month')!r}", f"month {run.get('month')!r}")
    return Message("门店一栏不完整，或同一门店有两行", "its stores are incomplete, or one stands twice")


def _json(path: Path) -> Any:
    """The content of a JSON file; None where it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _store(
    folder: Path, one: Mapping[str, Any], month: str, lang: str
) -> tuple[list[Any], dict[str, Any] | None]:
    """A store's row, and its results where it has a report of this run."""
    place = folder / one["folder"]
    results, reason = None, ""
    if one["status"] == FAILED:
        reason = _first_line(one.get("error")) or Message("没有说明原因", "no reason was given").text(lang)
    else:
        results = _json(place / "figures.json")
        if (amiss := _amiss(results, one["store"], month)) is not None:
            results, reason = (
                None,
                f"{one['folder']}/figures.json{'：' if lang == 'zh' else ': '}" + amiss.text(lang),
            )
    made = results is not None
    about = _json(place / "manifest.json") if made else None
    about = about if isinstance(about, dict) else {}
    href = f"{quote(one['folder'])}/report.html" if made else ""
    notes = len(results["notes"]) if results else 0
    row = [one["store"], one["folder"], href, one["status"] if made else FAILED, made, reason, notes]
    return [*row, about.get("masked") is True, about.get("synthetic") is True], results


def _first_line(text: str | None) -> str:
    return next((mask.text(line.strip()) for line in (text or "").splitlines() if line.strip()), "")


def _amiss(results: Any, store: str, month: str) -> Message | None:
    """What is wrong with a store's results; None where nothing is."""
    if results is None:
        return Message("没有，或不是可读的JSON", "missing, or not readable as JSON")
    whole = isinstance(results, dict) and all(
        isinstance(results.get(name), kind)
        for name, kind in (("figures", dict), ("tables", dict), ("notes", list))
    )
    if not whole:
        return Message("不是报告的结果", "not the results of a report")
    if results.get("store") != store or results.get("month") != month:
        got = f"{results.get('store')} {results.get('month')}"
        return Message(f"是 {got} 的结果", f"the results of {got}")
    return None


Parts = list[tuple[str, dict[str, Any]]]


def _rows(results: Mapping[str, Any], name: str) -> Iterable[Mapping[str, Any]]:
    return [row for row in results["tables"].get(name) or () if isinstance(row, dict)]


def _table(parts: Parts, name: str, columns: list[str]) -> pd.DataFrame:
    """A table of all stores."""
    rows = [
        [store, *(row.get(column) for column in columns[1:])]
        for store, results in parts
        for row in _rows(results, name)
    ]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _figures(parts: Parts) -> pd.DataFrame:
    """Every figure of every store, with the interval and target that its report compares it by."""
    rows = []
    for store, results in parts:
        beside = {row.get("figure"): row for row in _rows(results, "comparison")}
        for figure, value in results["figures"].items():
            row = beside.get(figure, {})
            ends = [row.get(name) for name in ("low", "high", "target", "target_verdict")]
            rows.append([store, figure, value, *ends])
    made = pd.DataFrame(rows, columns=_FIGURES, dtype=object)
    return made.astype(dict.fromkeys(("value", "low", "high", "target"), float))


def _trends(parts: Parts) -> pd.DataFrame:
    """The months of the rates that a report has a trend of, where numerator and denominator are known."""
    rows = []
    for store, results in parts:
        for table, figure, part, whole, others in _TRENDS:
            for row in _rows(results, table):
                hits, cases = row.get(part), row.get(whole)
                if hits is not None and cases is not None:
                    rows.append(
                        [store, figure, str(row.get("month")), cases - hits if others else hits, cases]
                    )
    made = pd.DataFrame(rows, columns=["store", "figure", "month", "hits", "cases"])
    return made.astype({"hits": float, "cases": float})

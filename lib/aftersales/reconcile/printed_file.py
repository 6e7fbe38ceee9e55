"""A report that was made by hand, typed into a YAML file; see `reconcile.printed` for what it holds."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from aftersales.contract import place
from aftersales.contract.errors import InputError
from aftersales.contract.figures import FIGURES
from aftersales.contract.message import Message, not_yaml
from aftersales.display.tables.records import REPORT_TABLES

_KEYS = ("month", "figures", "tables", "sentences")
_TABLES = (
    "oem.css",
    "css.advisors",
    "complaints.causes",
    "complaints.departments",
    "ftf.technicians",
    "churn.reasons",
    "churn.results",
    "css.results",
    "css.questions",
    "oem.pt",
    "ftf.trend",
    "booking.trend",
)
_KEYS_OF = {"css.results": "result"}
# Names of a typed report that are no figures of ours: results of calls, and who came only once.
_MORE = ("css.refused", "css.invalid", "churn.one_visit")


def read(path: Path, month: object) -> dict[str, Any]:
    """A typed-off report, of a month where it names none.

    Raises
    ------
    InputError
        It is no such file; the message says what in it is wrong.
    """
    place.check_file(path)
    try:
        page = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(not_yaml(path.name, error)) from None
    _expect(
        isinstance(page, Mapping),
        path,
        f"应是键为 {'、'.join(_KEYS)} 的 `键: 值` 这样的行",
        f"`key: value` lines with the keys {', '.join(_KEYS)}",
    )
    for key in page:
        _known(path, str(key), _KEYS)
    page = {"month": str(month), **page}
    other = page["month"]
    _expect(
        str(other) == str(month),
        path,
        f"应是 {month} 的报告，不是 {other} 的",
        f"a report of {month}, not of {other}",
    )
    for figure in page.get("figures") or []:
        _expect(
            isinstance(figure, Mapping) and {"name", "value"} <= set(figure),
            path,
            "每个指标应写成 `{name: …, value: …}`",
            "`{name: …, value: …}` for each figure",
        )
        _known(
            path,
            str(figure["name"]).removesuffix("_previous"),
            (*FIGURES, *(n for n in _MORE if n not in FIGURES)),
        )
    good = isinstance(page.get("tables") or {}, Mapping)
    _expect(good, path, "tables 之下应是 `表: 行` 这样的行", "`table: rows` under tables")
    for name, rows in (page.get("tables") or {}).items():
        _known(path, name, _TABLES)
        key = _KEYS_OF.get(name) or REPORT_TABLES[name].key
        good = isinstance(rows, list) and all(isinstance(r, Mapping) and key in r for r in rows)
        _expect(good, path, f"{name} 之下应是带 {key} 的行的列表", f"a list of rows with {key} under {name}")
    for sentence in page.get("sentences") or []:
        good = isinstance(sentence, Mapping) and "text" in sentence
        _expect(good, path, "每句话应写成 `{text: …}`", "`{text: …}` for each sentence")
    return page


def _expect(good: bool, path: Path, zh: str, en: str) -> None:
    if not good:
        raise InputError(Message(f"{path.name}：{zh}。", f"{path.name}: expected {en}."))


def _known(path: Path, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        raise InputError(
            Message(
                f"{path.name}：没有 {name} 这个名称。是不是 {close[0]}？",
                f"{path.name}: unknown name {name}. Did you mean {close[0]}?",
            )
        )

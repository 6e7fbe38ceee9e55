"""Known errors of a source, corrected while it is read: `params/corrections.yml`.

Each entry names a table, the rows it is about, what is wrong and why, and who says so. The source stays as it
is; what was corrected stands in the report's notes. An entry that matches nothing is an error: it has done
its work, or never did any.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from aftersales.contract import mask, place
from aftersales.contract.errors import Fault, InputError
from aftersales.contract.message import Message, kind, listed, not_yaml
from aftersales.contract.notes import Note
from aftersales.contract.params import Loader
from aftersales.contract.row_counts import LeftOut
from aftersales.contract.schema import TABLES, Column
from aftersales.sources.cells import values
from aftersales.sources.cells.coded import factorized
from aftersales.sources.cells.coerce import columns_of, shown
from aftersales.sources.cells.raw import Raw, plain, table_name

FILE = "corrections.yml"
KEYS = ("table", "match", "column", "value", "drop", "reason", "reported_by", "status")
_PLAIN = (str, int, float, bool, type(None))


class _Texts(Loader):
    """YAML whose dates stay texts: one that is wrong (2024-13-01) may be what an entry is about."""


_Texts.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


@dataclass(frozen=True)
class Correction:
    """One known error.

    Attributes
    ----------
    number
        Which entry of the file.
    table
        Canonical name.
    match
        Canonical column to the value that the rows have now.
    column, value
        What is set to what; None = the rows are dropped.
    reason, reported_by, status
        Why, who says so, and how far it is with whoever keeps the source.
    """

    number: int
    table: str
    match: Mapping[str, Any]
    column: str | None
    value: Any
    reason: str
    reported_by: str
    status: str

    @property
    def place(self) -> Message:
        """Where the entry stands, for errors."""
        return Message(f"第{self.number}条", f"entry {self.number}")


def load(folder: Path) -> tuple[Correction, ...]:
    """The corrections in a folder of params; none where there is no such file.

    Raises
    ------
    InputError
        The file is no list of entries, or an entry is not what it should be.
    """
    path = folder / FILE
    place.check_file(path)
    if not path.exists():
        return ()
    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), _Texts)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(not_yaml(FILE, error)) from None
    if isinstance(entries, Mapping) and list(entries) == ["corrections"]:
        entries = entries["corrections"]
    if not isinstance(entries or [], list):
        got = kind(entries)
        raise InputError(
            Message(
                f"{FILE}：应是条目的列表（`- table: …`），给的是{got.zh}。",
                f"{FILE}: expected a list of entries (`- table: …`), got {got.en}.",
            )
        )
    return tuple(_entry(number, entry) for number, entry in enumerate(entries or [], start=1))


def _entry(number: int, entry: Any) -> Correction:
    def wrong(zh: str, en: str) -> InputError:
        return InputError(Message(f"{FILE}：第{number}条：{zh}", f"{FILE}: entry {number}: {en}"))

    if not isinstance(entry, Mapping):
        raise wrong(
            f"应是 `键: 值` 这样的行，给的是 {entry!r}。", f"expected `key: value` lines, got {entry!r}."
        )
    for key in entry:
        if key not in KEYS:
            near = _near(key, KEYS)
            raise wrong(f"没有 {key} 这个键。是不是 {near}？", f"unknown key {key}. Did you mean {near}?")
    for key in ("table", "match", "reason", "reported_by"):
        if entry.get(key) in (None, "", {}):
            raise wrong(f"缺少 {key}。", f"{key} is missing.")
    name = table_name(str(entry["table"]))
    if name is None:
        known = [n for t in TABLES.values() for n in (t.name, t.zh)]
        got, near = entry["table"], _near(entry["table"], known)
        raise wrong(f"没有表 {got}。是不是 {near}？", f"unknown table {got}. Did you mean {near}?")
    if not isinstance(entry["match"], Mapping):
        got = entry["match"]
        raise wrong(
            f"match：应是 `列: 值` 这样的行，给的是 {got!r}。",
            f"match: expected `column: value` lines, got {got!r}.",
        )
    drop = entry.get("drop", False)
    if not isinstance(drop, bool):
        raise wrong(
            f"drop：给的是 {drop!r}；应是 true 或 false。", f"drop: got {drop!r}; expected true or false."
        )
    if drop == ("column" in entry or "value" in entry) or ("column" in entry) != ("value" in entry):
        raise wrong(
            "应写 `column` 和 `value`，或者写 `drop: true`。",
            "expected either `column` and `value`, or `drop: true`.",
        )

    def column(text: Any) -> str:
        own = {plain(n): c.name for c in TABLES[name].columns for n in (c.name, c.zh)}
        if plain(text) not in own:
            known = [n for c in TABLES[name].columns for n in (c.name, c.zh)]
            near = _near(text, known)
            raise wrong(
                f"{TABLES[name].zh}没有列 {text}。是不是 {near}？",
                f"{name} has no column {text}. Did you mean {near}?",
            )
        return own[plain(text)]

    for key, value in (*entry["match"].items(), ("value", entry.get("value"))):
        if not isinstance(value, _PLAIN):
            raise wrong(
                f"{key}：应是一个值，给的是 {value!r}。", f"{key}: expected one value, got {value!r}."
            )
    return Correction(
        number,
        name,
        {column(c): v for c, v in entry["match"].items()},
        None if drop else column(entry["column"]),
        entry.get("value"),
        str(entry["reason"]),
        str(entry["reported_by"]),
        str(entry.get("status") or ""),
    )


def _near(text: Any, known: Sequence[str]) -> str:
    return difflib.get_close_matches(str(text), known, n=1, cutoff=0.0)[0]


def applied(
    raw: Raw, corrections: Sequence[Correction], more: Mapping[str, str]
) -> tuple[Raw, list[Note], list[Fault]]:
    """A raw table as the corrections have it.

    Returns
    -------
    Raw
    list of str
        Notes: what was corrected.
    list of Fault
        Entries that match nothing or name a column that is missing in the source.
    """
    notes, faults = [], []
    for one in (c for c in corrections if c.table == raw.table):
        at, _, _ = columns_of(raw, more)
        missing = [c for c in (*one.match, one.column) if c is not None and c not in at]
        if missing:
            hint = Message(
                f"{raw.file} 没有这样的列：删去这一条", f"{raw.file} has no such column: remove the entry"
            )
            expected = Message("来源里有的列", "columns of the source")
            faults.append(Fault("correction", listed(missing), expected, FILE, hint=hint, record=one.place))
            continue
        rows = _matching(raw, at, one)
        if not rows.any():
            given = listed(f"{c} = {_text(one.table, c, v)}" for c, v in one.match.items())
            got = Message(f"match：{given.zh}", f"match {given.en}")
            hint = Message("来源已改正的，删去这一条", "Remove the entry if the source has been corrected")
            expected = Message(f"{raw.file} 里符合的行", f"rows of {raw.file} that match")
            faults.append(Fault("correction", got, expected, FILE, hint=hint, record=one.place))
            continue
        notes.append(_note(raw, one, int(rows.sum())))
        if one.column is None:
            keep = ~rows
            numbers, dropped = (None, ()) if raw.rows is None else (raw.rows[keep], raw.rows[rows].tolist())
            gone = [*raw.left_out, LeftOut("corrected", int(rows.sum()), dropped)]
            raw = replace(raw, cells=[c[keep] for c in raw.cells], rows=numbers, left_out=gone)
        else:
            cells = list(raw.cells)
            changed = cells[at[one.column]].copy()
            changed[rows] = one.value
            cells[at[one.column]] = changed
            raw = replace(raw, cells=cells)
    return raw, notes, faults


def absent(corrections: Sequence[Correction], existing: Sequence[str]) -> list[Fault]:
    """Entries for a table that the source does not have."""
    return [
        Fault(
            "correction",
            c.table,
            Message("来源里有的表", "a table of the source"),
            FILE,
            hint=Message("删去这一条", "Remove the entry"),
            record=c.place,
        )
        for c in corrections
        if c.table not in existing
    ]


def _matching(raw: Raw, at: Mapping[str, int], one: Correction) -> np.ndarray:
    """Which rows have the values of `match`: as they are read, or as they stand there."""
    rows = np.ones(len(raw), dtype=bool)
    for name, wanted in one.match.items():
        column = TABLES[raw.table].column(name)
        codes, distinct = factorized(raw.cells[at[name]])
        meant = _read(wanted, column)
        same = np.array([*(_read(v, column) == meant for v in distinct), meant is None], dtype=bool)
        rows &= same[codes]
    return rows


def _read(value: Any, column: Column) -> Any:
    if value is None:
        return None
    try:
        return values.read(value, column)
    except values.Unreadable:
        return str(value).strip()


def _text(table: str, column: str, value: Any) -> str:
    return "–" if value is None else shown(TABLES[table].column(column), value)


def _note(raw: Raw, one: Correction, count: int) -> Note:
    table = TABLES[one.table]
    rows = [
        {"zh": f"{table.column(c).zh}={text}", "en": f"{c}={text}"}
        for c, v in one.match.items()
        if (text := _text(one.table, c, v))
    ]
    who = [mask.text(part) for part in (one.reported_by, one.status) if part]
    why = mask.text(one.reason)
    reason = {"zh": f"{why}（{'，'.join(who)}）", "en": f"{why} ({', '.join(who)})"}
    called = {"zh": table.zh, "en": table.name}
    values = {"table": called, "rows": rows, "count": count, "reason": reason}
    if one.column is None:
        return Note("corrected_dropped", values)
    column = {"zh": table.column(one.column).zh, "en": one.column}
    value = _text(one.table, one.column, one.value)
    return Note("corrected_set", {**values, "column": column, "value": value})

"""What a table must hold, checked over all tables at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract.errors import Fault
from aftersales.contract.message import Message, listed
from aftersales.contract.schema import IN_ORDER, TABLES
from aftersales.sources.cells.coerce import shown
from aftersales.sources.cells.typed import Origin

_REQUIRED = Message("必须填写", "a value")
EMPTY = Message("空单元格", "an empty cell")


def faults_of(tables: Mapping[str, pd.DataFrame], origins: Mapping[str, Origin]) -> list[Fault]:
    """Everything that is wrong with typed tables.

    Parameters
    ----------
    tables
        Canonical name to frame; the index is the row number in the file.
    origins
        Canonical name to where the table stands.
    """
    faults: list[Fault] = []
    for name, frame in tables.items():
        faults += _cells(name, frame, origins[name])
        faults += _between(name, frame, origins[name])
        faults += _unique(name, frame, origins[name])
    return faults + _references(tables, origins)


def _cells(name: str, frame: pd.DataFrame, origin: Origin) -> list[Fault]:
    """Cells that must not be empty, and numbers out of their bounds."""
    faults = []
    for column in TABLES[name].columns:
        values = frame[column.name]
        if column.required and column.name in origin.headers:  # a missing column is reported once
            faults += [
                fault_at("empty_cell", EMPTY, _REQUIRED, origin, frame, int(place), column.name)
                for place in values.isna().to_numpy().nonzero()[0]
            ]
        out = np.zeros(len(frame), dtype=bool)
        if column.minimum is not None:
            out |= (values < column.minimum).to_numpy(dtype=bool)
        if column.maximum is not None:
            out |= (values > column.maximum).to_numpy(dtype=bool)
        faults += [
            fault_at(
                "out_of_range",
                shown(column, values.iloc[place]),
                _bounds(column),
                origin,
                frame,
                int(place),
                column.name,
            )
            for place in out.nonzero()[0]
        ]
    return faults


def _bounds(column: Any) -> Message:
    low, high = (None if end is None else f"{end:,.10g}" for end in (column.minimum, column.maximum))
    if low is not None and high is not None:
        return Message(f"{low} 到 {high} 的数字", f"a number from {low} to {high}")
    if low is not None:
        return Message(f"不小于 {low} 的数字", f"a number of {low} or more")
    return Message(f"不大于 {high} 的数字", f"a number of {high} or less")


def fault_at(
    kind: str,
    got: str | Message,
    expected: str | Message,
    origin: Origin,
    frame: pd.DataFrame,
    place: int,
    column: str,
    hint: str | Message = "",
) -> Fault:
    """A fault of a cell of a typed table."""
    part, row = origin.of(int(frame.index[place]))
    header = part.headers.get(column, column)
    if part.numbered:
        return Fault(kind, got, expected, part.file, part.sheet, row, header, hint)
    record = record_of(origin.table, frame, place)
    return Fault(kind, got, expected, part.file, part.sheet, None, header, hint, record)


def record_of(name: str, frame: pd.DataFrame, place: int) -> Message:
    """What identifies a row without a number: its key."""
    table, row = TABLES[name], frame.iloc[place]
    keys = [k for k in table.key or table.names if not pd.isna(row[k])]
    values = {k: shown(table.column(k), row[k]) for k in keys[:3]}
    return listed(Message(f"{table.column(k).zh} {value}", f"{k} {value}") for k, value in values.items())


def _between(name: str, frame: pd.DataFrame, origin: Origin) -> list[Fault]:
    """Rules between columns of a row."""
    out: list[Fault] = []

    def add(bad: pd.Series, column: str, expected: Any, kind: str) -> None:
        for place in bad.to_numpy(dtype=bool).nonzero()[0]:
            value = frame[column].iloc[place]
            got = EMPTY if pd.isna(value) else shown(TABLES[name].column(column), value)
            out.append(
                fault_at(
                    kind,
                    got,
                    expected(frame.iloc[place]) if callable(expected) else expected,
                    origin,
                    frame,
                    place,
                    column,
                )
            )

    def not_before(earlier: str) -> Callable[[pd.Series], Message]:
        column = TABLES[name].column(earlier)

        def expected(row: pd.Series) -> Message:
            at = str(row[earlier]).removesuffix(" 00:00:00")
            return Message(f"不早于{column.zh} {at}", f"not before {earlier} {at}")

        return expected

    for later, earlier in IN_ORDER.get(name, ()):
        # a date without a time of day stands for the whole day
        day = frame[later].dt.normalize() == frame[later]
        start = frame[earlier].where(~day, frame[earlier].dt.normalize())
        add(frame[later] < start, later, not_before(earlier), "order_of_dates")
    if name == "complaints":
        add(
            (frame["status"] == "closed") & frame["closed_at"].isna(),
            "closed_at",
            Message("日期，因为投诉已关闭", "a date, since the complaint is closed"),
            "empty_cell",
        )
    if name == "oem_css":
        add(
            (frame["scope"] == "advisor") & frame["advisor"].isna(),
            "advisor",
            Message("姓名，因为范围是服务顾问", "a name, since the scope is advisor"),
            "empty_cell",
        )
    if name == "oem_pt":
        add(
            frame["points"] > frame["max_points"],
            "points",
            lambda row: Message(
                f"不超过满分 {row['max_points']:g}", f"at most the full points, {row['max_points']:g}"
            ),
            "out_of_range",
        )
        add(
            frame["points"].notna() & ((frame["points"] * 2) % 1 != 0),
            "points",
            Message("整分或半分", "whole or half points"),
            "out_of_range",
        )
        above = Message("大于 0 的满分", "full points above 0")
        add(frame["max_points"] <= 0, "max_points", above, "out_of_range")
    return out


def _unique(name: str, frame: pd.DataFrame, origin: Origin) -> list[Fault]:
    """Keys are unique within a store."""
    key = TABLES[name].key
    if not key or frame.empty:
        return []
    columns = ["store", *key]
    complete = frame[[k for k in key if k != "advisor"]].notna().all(axis=1).to_numpy()
    keys = frame[columns]
    if name == "oem_css":  # only a row of the scope `advisor` is distinguished by its advisor
        keys = keys.assign(advisor=keys["advisor"].where(frame["scope"] == "advisor"))
    again = keys.duplicated(keep="first").to_numpy() & complete
    if not again.any():
        return []
    first: dict[tuple[str, ...], int] = {}
    texts = list(map(tuple, keys.astype(str).to_numpy()))
    for number, text in enumerate(texts):
        first.setdefault(text, number)
    out = []
    called = " + ".join(TABLES[name].column(k).zh for k in key)
    once = Message(f"{called}不重复", f"a {' + '.join(key)} that stands there once")
    for place in again.nonzero()[0]:
        values = (shown(TABLES[name].column(k), v) for k in key if not pd.isna(v := frame[k].iloc[place]))
        hint = _twin(name, frame, origin, first[texts[place]], int(place))
        out.append(
            fault_at(
                "duplicate",
                listed(values),
                once,
                origin,
                frame,
                place,
                key[0],
                hint,
            )
        )
    return out


def _twin(name: str, frame: pd.DataFrame, origin: Origin, first: int, place: int) -> Message:
    """Where else a key stands; what differs where it is another file's."""
    (part, row), (mine, _) = (origin.of(int(frame.index[p])) for p in (first, place))
    if part == mine:
        return Message(
            f"第 {row} 行也是它：删去重复的行，或改正编号",
            f"It stands in row {row} too. Remove the row that stands there twice, or correct its number",
        )
    one, other = (frame.iloc[p] for p in (first, place))
    differ = [c for c in TABLES[name].columns if not _same(one[c.name], other[c.name])]
    zh, en = "、".join(c.zh for c in differ), ", ".join(c.name for c in differ)
    at = Message(zh=f"第 {row} 行", en=f"row {row} of ") if part.numbered else Message(zh="", en="")
    return Message(
        zh=f"{part.title} {at.zh}也是它，不同的是{zh}：删去旧的那一行，或那一份",
        en=f"It stands in {at.en}{part.title} too, with another {en}: remove the older row or file",
    )


def _title(origin: Origin) -> str:
    """The file of a table, of several the first ones."""
    files = list(dict.fromkeys(part.file for part in origin.parts)) or [origin.file]
    return ", ".join(files[:3]) + (f" … ({len(files)})" if len(files) > 3 else "")


def _same(one: object, other: object) -> bool:
    return bool(one == other) if not (pd.isna(one) or pd.isna(other)) else pd.isna(one) and pd.isna(other)


def _references(tables: Mapping[str, pd.DataFrame], origins: Mapping[str, Origin]) -> list[Fault]:
    """Values that must exist in another table of the same store."""
    out = []
    for name, frame in tables.items():
        for column, (other, key) in TABLES[name].references.items():
            if other not in tables:
                continue
            missing = ~_among(frame[["store", column]], tables[other][["store", key]])
            missing &= frame[[column, "store"]].notna().all(axis=1).to_numpy()
            called, file = TABLES[other].column(key).zh, _title(origins[other])
            expected = Message(f"{file} 里有的{called}", f"one of the {key} in {file}")
            for place in map(int, missing.nonzero()[0]):
                got = shown(TABLES[name].column(column), frame[column].iloc[place])
                out.append(
                    fault_at(
                        "reference",
                        got,
                        expected,
                        origins[name],
                        frame,
                        place,
                        column,
                    )
                )
    return out


def _among(pairs: pd.DataFrame, known: pd.DataFrame) -> np.ndarray:
    """Which of some pairs are among others."""
    parts = [frame.set_axis(["store", "key"], axis=1) for frame in (pairs, known)]
    both = pd.concat(parts, ignore_index=True).groupby(["store", "key"], sort=False, dropna=False)
    numbers = both.ngroup().to_numpy()
    there = np.zeros(len(numbers), dtype=bool)
    there[numbers[len(pairs) :]] = True
    return np.asarray(there[numbers[: len(pairs)]])

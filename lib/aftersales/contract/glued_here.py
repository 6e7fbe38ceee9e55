"""What a notebook has glued in this process, with the rows behind it: `explain` asks here for figures of
one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any, TypeAlias

import pandas as pd

from aftersales.contract.errors import InputError
from aftersales.contract.figures import FIGURES, Figure
from aftersales.contract.message import Message, listed
from aftersales.contract.months import ratio
from aftersales.contract.own import Record
from aftersales.contract.tables import Tables

# The rows that are counted or measured; with those they are set against, where there are such.
Rows: TypeAlias = pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class Glued:
    """A figure of one's own as it was glued.

    Attributes
    ----------
    figure
        Its record, or None.
    numerator, denominator
        The rows that are counted or measured, and those they are set against; None where none were given.
    tables, month
        What the notebook had loaded; the month is None where it asked for none.
    """

    figure: Figure | None
    value: float | int | None
    numerator: pd.DataFrame | None = None
    denominator: pd.DataFrame | None = None
    tables: Tables | None = None
    month: pd.Period | None = None


_GLUED: dict[str, Glued] = {}


def figures() -> Mapping[str, Glued]:
    """The figures of one's own that this process glued last, by name."""
    return _GLUED


def remember(
    values: Mapping[str, Any],
    records: Sequence[Record],
    rows: Mapping[str, Rows],
    handed: tuple[Tables, pd.Period | None] | None,
) -> None:
    """Keep what was glued, in place of what was kept before.

    Raises
    ------
    InputError
        Rows are given for what has no record, are of a wrong kind, or do not give their figure.
    """
    known = {record.name: record for record in records if isinstance(record, Figure)}
    for name in rows:
        if name not in known:
            told = listed(known, Message("无", "none"))
            raise InputError(
                Message(
                    f"glue: rows：给的是 {name}；应是这里有记录的指标：{told.zh}。",
                    f"glue: rows: got {name}; expected a figure with a record here: {told.en}.",
                )
            )
    tables, month = handed or (None, None)
    found = {
        name: Glued(known.get(name), value, *_parts(known.get(name), value, rows.get(name)), tables, month)
        for name, value in values.items()
        if name not in FIGURES
    }
    _GLUED.clear()
    _GLUED.update(found)


def _parts(
    figure: Figure | None, value: float | int | None, rows: Rows | None
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """The rows counted and all rows of a figure; counts and rates are held against them."""
    if figure is None or rows is None:
        return None, None
    two = figure.unit in ("rate", "per_1000")
    given = rows if isinstance(rows, tuple) else (rows,)
    if len(given) != 1 + two or not all(isinstance(frame, pd.DataFrame) for frame in given):
        zh = "两张表：（计入的，全部）" if two else "一张表"
        en = "two frames, (those counted, all)" if two else "one frame"
        got = ", ".join(type(frame).__name__ for frame in given)
        raise InputError(
            Message(
                f"glue: rows: {figure.name}：给的是 {got}；应是{zh}（DataFrame）。",
                f"glue: rows: {figure.name}: got {got}; expected {en}.",
            )
        )
    counted, among = given[0], given[1] if len(given) == 2 else None
    share = None if among is None else ratio(len(counted), len(among))
    made: list[float | None] = []
    if figure.unit == "count":
        made = [len(counted)]
    elif figure.unit == "rate":
        made = [share, None if share is None else 1 - share]
    elif figure.unit == "per_1000":
        made = [None if share is None else 1000 * share]
    if made and not any(_same(one, value) for one in made):
        zh, en = ("", "") if among is None else (f"（共{len(among):,}行）", f" of {len(among):,}")
        raise InputError(
            Message(
                f"glue: rows: {figure.name}：给的是{len(counted):,}行{zh}，值却是 {value}；"
                "应是得出这个值的行。",
                f"glue: rows: {figure.name}: got {len(counted):,} rows{en} for a value of {value}; "
                "expected the rows that make it.",
            )
        )
    return counted, among


def _same(made: float | None, value: float | int | None) -> bool:
    return made is value if made is None or value is None else isclose(made, value, rel_tol=1e-9)

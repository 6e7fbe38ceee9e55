"""Records of figures and tables that a chapter of one's own glues, as plain JSON; its targets.

They are held against the built-in ones where they are glued: `chapters/own_records.py`.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from aftersales.contract.columns import Column
from aftersales.contract.figures import FIGURES, Figure
from aftersales.contract.message import Message
from aftersales.contract.report_table import ReportTable

Record: TypeAlias = Figure | ReportTable


def figures_with(records: Iterable[Record]) -> dict[str, Figure]:
    """The built-in figures, then those of chapters of one's own, by name."""
    return FIGURES | {r.name: r for r in records if isinstance(r, Figure)}


def as_json(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Records as plain JSON; `from_json` reads them back."""
    return [
        {"record": "figure" if isinstance(record, Figure) else "table", **dataclasses.asdict(record)}
        for record in records
    ]


def from_json(plain: Iterable[Mapping[str, Any]]) -> list[Record]:
    """Records that a notebook glued.

    >>> late = Figure("waiting.late", "等待超时", "Too long", "rate", "超时 ÷ 全部", "late ÷ all")
    >>> from_json(as_json([late])) == [late]
    True
    """
    found: list[Record] = []
    for told in plain:
        values = {key: value for key, value in told.items() if key != "record"}
        if told["record"] == "figure":
            found.append(Figure(**values))
        else:
            columns = tuple(Column(**column) for column in values.pop("columns"))
            found.append(ReportTable(**values, columns=columns))
    return found


def targets_amiss(
    targets: Mapping[str, float], figures: Mapping[str, Any], records: Sequence[Record]
) -> Iterator[tuple[str, Message]]:
    """The targets that no figure can be held against, each with what to do about it.

    >>> ((name, what),) = targets_amiss({"waiting.late_shar": 0.1}, {"waiting.late_share": 0.2}, [])
    >>> what.en
    'no chapter of this report glues such a figure. Did you mean waiting.late_share?'
    """
    known = figures_with(records)
    for name in targets:
        if name in FIGURES:
            continue
        if name not in figures:
            close = difflib.get_close_matches(name, [*figures, *FIGURES], n=1, cutoff=0.0)
            yield (
                name,
                Message(
                    f"本报告没有一章给出这个指标。是不是 {close[0]}？",
                    f"no chapter of this report glues such a figure. Did you mean {close[0]}?",
                ),
            )
        elif name not in known:
            yield (
                name,
                Message(
                    f"这个指标没有记录。glue时写上 records=[Figure({name!r}, …)]。",
                    f"the figure is glued without a record. Glue it with records=[Figure({name!r}, …)].",
                ),
            )
        elif known[name].better is None:
            yield (
                name,
                Message(
                    '它的记录没有写哪个方向为好。写上 better="up" 或 better="down"。',
                    'its record does not say which direction is good. Give it better="up" or better="down".',
                ),
            )

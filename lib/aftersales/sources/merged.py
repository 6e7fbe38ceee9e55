"""A table that stands in several files or sheets, as one: the months of a year, or what was exported again.

A row that stands in two of them is counted once and listed. Two that say to be the same part of the records
(``维修工单`` and ``维修工单最新``) must have the same rows: which of them counts nobody can know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aftersales.contract import mask
from aftersales.contract.errors import Fault
from aftersales.contract.language import plural
from aftersales.contract.message import Message
from aftersales.contract.notes import Note
from aftersales.contract.row_counts import RowCount
from aftersales.contract.schema import TABLES
from aftersales.sources.cells.repairs import repair
from aftersales.sources.cells.typed import Origin, Typed, put_together
from aftersales.sources.readers.names import Named

Names = Mapping[tuple[str, str | None], Named]


def merged(parts: Sequence[Typed], names: Names) -> tuple[Typed, list[Fault]]:
    """One table of its parts, and those of them that contradict each other.

    Parameters
    ----------
    parts
        The table as each file or sheet has it, in any order; at least one.
    names
        What each file or sheet says by its name.
    """
    (table,) = {part.origin.table for part in parts}

    def name(part: Typed) -> Named:
        return names.get((part.origin.file, part.origin.sheet), Named(table))

    ordered = sorted(parts, key=lambda p: (name(p).part, name(p).again, p.origin.file, p.origin.sheet or ""))
    notes, faults = _taken(table, ordered, name), []
    if len(parts) == 1:
        return parts[0]._replace(notes=[*notes, *parts[0].notes]), []
    repairs: list[dict[str, Any]] = []
    counts: list[RowCount] = []
    kept: list[tuple[Origin, pd.DataFrame, np.ndarray]] = []
    same: dict[str, tuple[Origin, np.ndarray]] = {}
    for part in ordered:
        notes, repairs = notes + part.notes, repairs + part.repairs
        rows, says = _rows(table, part.frame), name(part).part
        if says in same and not np.array_equal(np.sort(rows), np.sort(same[says][1])):
            faults.append(_contradiction(table, same[says], (part.origin, rows)))
            continue
        same.setdefault(says, (part.origin, rows))
        within = [(origin, np.isin(rows, others)) for origin, _, others in kept]
        again = np.any([found for _, found in within], axis=0) if within else np.zeros(len(rows), dtype=bool)
        if again.any():
            titles = mask.text("、".join(origin.title for origin, found in within if found.any()))
            if again.all():
                values = {"file": mask.text(part.origin.title), "other": titles, "count": f"{len(rows):,}"}
                notes.append(Note("copied_file", values))
            else:
                repairs.append(
                    repair(part.origin.file, part.origin.sheet, "overlap", int(again.sum()), f"= {titles}")
                )
        counts += [count.without("overlap", part.frame.index[again].tolist()) for count in part.rows]
        kept.append((part.origin, part.frame[~again], rows[~again]))
    origin, frame = put_together([(origin, frame) for origin, frame, _ in kept])
    return Typed(frame, origin, notes, repairs, counts), faults


def _rows(table: str, frame: pd.DataFrame) -> np.ndarray:
    """Each row as one number; rows that a file has twice are different rows."""
    hashed = pd.Series(pd.util.hash_pandas_object(frame[TABLES[table].names], index=False).to_numpy())
    again = hashed.groupby(hashed).cumcount().to_numpy(dtype="uint64")
    return np.asarray(hashed.to_numpy() + again * np.uint64(0x9E3779B97F4A7C15))


def _taken(table: str, parts: Sequence[Typed], name: Any) -> list[Note]:
    """What stands under another name than the table's own, or in several places."""
    zh, titles = TABLES[table].zh, [mask.text(part.origin.title) for part in parts]
    if len(parts) > 1:
        return [Note("several_files", {"zh": zh, "table": table, "count": len(parts), "files": titles})]
    marked = [title for part, title in zip(parts, titles, strict=True) if name(part).marked]
    return [Note("taken_for", {"file": title, "zh": zh, "table": table}) for title in marked]


def _contradiction(table: str, one: tuple[Origin, np.ndarray], other: tuple[Origin, np.ndarray]) -> Fault:
    """Two that say to be the same and are not."""
    (first, some), (second, others) = one, other
    more, less = (int((~np.isin(a, b)).sum()) for a, b in ((some, others), (others, some)))
    zh = TABLES[table].zh
    return Fault(
        "two_files" if first.file != second.file else "two_sheets",
        Message(
            zh=f"{first.title}（{len(some):,}行）和{second.title}（{len(others):,}行）内容不同：前者有{more:,}行、"
            f"后者有{less:,}行是另一份没有的",
            en=f"{first.title} ({plural(len(some), 'row')}) and {second.title} "
            f"({plural(len(others), 'row')}), which differ: {plural(more, 'row')} only in the one, "
            f"{less:,} only in the other",
        ),
        Message(zh=f"{zh}只有一份，或两份相同", en=f"{table} once, or twice the same"),
        second.file,
        second.sheet,
        hint=Message(
            zh="只留一份；若是两段时间的数据，在名字里写明月份，如“…3月”“…4月”",
            en="Keep one of them; if they are of two months, name them so (…_2024-03, …_2024-04)",
        ),
    )

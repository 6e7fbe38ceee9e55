"""What leaves a notebook: figures, tables and notes, glued with scrapbook and read back with it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from aftersales.chapters import own_records
from aftersales.contract import glued_here, lazily, mask, own
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, listed
from aftersales.contract.own import Record
from aftersales.contract.schema import TABLES
from aftersales.contract.values import plain

Scraps = dict[str, Any]
_GLUED = "application/scrapbook.scrap.json+json"
_DAYS = {c.name for t in TABLES.values() for c in t.columns if c.kind == "date"}


def plain_rows(frame: pd.DataFrame | list[dict[str, Any]], masked: bool = True) -> list[dict[str, Any]]:
    """The rows of a table as dicts of plain values, personal data masked.

    Rows that another notebook glued stay.
    """
    if isinstance(frame, list):
        return frame
    if masked:
        frame = mask.frame(frame)
    return [
        {str(k): plain(v.date() if k in _DAYS and isinstance(v, pd.Timestamp) else v) for k, v in row.items()}
        for row in frame.to_dict("records")
    ]


def glue(
    figures: Mapping[str, Any] | None = None,
    tables: Mapping[str, pd.DataFrame | list[dict[str, Any]]] | None = None,
    notes: Iterable[str] = (),
    masked: bool = True,
    records: Iterable[Record] = (),
    rows: Mapping[str, glued_here.Rows] | None = None,
) -> None:
    """Hand a notebook's results to the notebooks that read it and to the report.

    Parameters
    ----------
    figures
        Name (as in the glossary) to number or None.
    tables
        Name to frame.
    notes
        Remarks on the data, for the report's notes.
    masked
        Mask personal data; `params.mask` says so.
    records
        What the figures and tables of a chapter of one's own are: a ``Figure`` or a ``ReportTable`` each.
        Workbook, definitions, key figures, mail and `explain` name and print them by it; without one they
        have no more than their name.
    rows
        For `explain` in this notebook, the rows behind a figure that has a record: the frame of what is
        counted or measured, or two frames, of what is counted and of all.

    Raises
    ------
    InputError
        A record is not whole, contradicts another one or describes a figure that is not glued; rows do not
        give their figure.

    Examples
    --------
    >>> glue(figures={"ftf.rate": 0.9825}, tables={"ftf.technicians": technicians})  # doctest: +SKIP
    >>> from aftersales import Figure
    >>> late = Figure(
    ...     "waiting.late_share", "等待超两小时比例", "Waited over two hours", "rate",
    ...     "等待超两小时 ÷ 全部", "waited over two hours ÷ all", better="down", base="waiting.visits",
    ... )  # fmt: skip
    >>> glue(
    ...     {"waiting.late_share": 0.83, "waiting.visits": 100},
    ...     records=[late],
    ...     rows={late.name: (slow, visits)},
    ... )  # doctest: +SKIP
    """
    lazily.papermill()
    import scrapbook as sb

    from aftersales.sources import load as inputs

    sb.glue("reads", inputs.reads(), "json")
    numbers = plain(dict(figures or {}))
    kept = own_records.checked(records, numbers)
    glued_here.remember(numbers, kept, rows or {}, inputs.last_handed())
    told = {name: plain_rows(frame, masked) for name, frame in (tables or {}).items()}
    sb.glue("figures", numbers, "json")
    sb.glue("tables", told, "json")
    sb.glue("order", _order(figures or {}, told), "json")
    sb.glue("notes", [mask.text(n) if masked else n for n in notes], "json")
    sb.glue("records", own.as_json(kept), "json")


def read(path: str | Path) -> Scraps:
    """The figures, tables and notes that an executed notebook glued."""
    return _read(str(path), os.stat(path).st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: str, _changed: int) -> Scraps:
    """A chapter's are read when it is kept and again when all are merged.

    As scrapbook reads them, which holds each against its schema once more: that takes ten times longer.
    """
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    found = {data[_GLUED]["name"]: data[_GLUED]["data"] for data in outputs if _GLUED in data}
    figures, tables = found.get("figures") or {}, found.get("tables") or {}
    order = found.get("order") or _order(figures, tables)
    return {
        "figures": {name: figures[name] for name in order["figures"]},
        "tables": {
            name: [{key: row[key] for key in columns if key in row} for row in tables[name]]
            for name, columns in order["tables"]
        },
        "notes": found.get("notes") or [],
        "records": found.get("records") or [],
        "reads": found.get("reads"),
    }


def _order(figures: Mapping[str, Any], tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[Any]]:
    """The order of figures, tables and columns.

    A notebook's file sorts the keys of all that is in it, but no list.
    """
    columns = [
        [name, list(dict.fromkeys(key for row in rows for key in row))] for name, rows in tables.items()
    ]
    return {"figures": list(figures), "tables": columns}


def merge(parts: Iterable[Scraps]) -> Scraps:
    """Several notebooks' scraps as one, the records of their figures and tables among them.

    Raises
    ------
    InputError
        Two of them glue the same name, or say different things of one.
    """
    whole: Scraps = {"figures": {}, "tables": {}, "notes": []}
    parts = list(parts)
    for part in parts:
        for kind in ("figures", "tables"):
            twice = sorted(set(whole[kind]) & set(part[kind]))
            if twice:
                zh, names = {"figures": "指标", "tables": "表"}[kind], listed(twice)
                raise InputError(
                    Message(
                        f"两个笔记本给出同名的{zh}：{names.zh}。请给其中一个改名。",
                        f"Two notebooks glue the same {kind}: {names.en}. Give one of them another name.",
                    )
                )
            whole[kind].update(part[kind])
        whole["notes"] += [note for note in part["notes"] if note not in whole["notes"]]
    whole["records"] = own_records.merged(own.from_json(part["records"]) for part in parts)
    return whole

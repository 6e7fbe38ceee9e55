"""What leaves a notebook: figures, tables and notes, glued with scrapbook and read back with it."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from aftersales import mask
from aftersales.schema import TABLES

Scraps = dict[str, Any]
_GLUED = "application/scrapbook.scrap.json+json"
_DAYS = {c.name for t in TABLES.values() for c in t.columns if c.kind == "date"}


def plain(value: Any) -> Any:
    """A value as JSON has it: numpy numbers as numbers, dates in ISO form, what is missing as None."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if hasattr(value, "item") and not isinstance(value, pd.Period):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, pd.Timestamp):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, (pd.Period, dt.date)):
        return str(value)
    return value


def rows(frame: pd.DataFrame | list[dict[str, Any]], masked: bool = True) -> list[dict[str, Any]]:
    """The rows of a table as dicts of plain values, personal data masked; rows that another notebook glued stay."""
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

    Examples
    --------
    >>> glue(figures={"ftf.rate": 0.9825}, tables={"ftf.technicians": technicians})  # doctest: +SKIP
    """
    import scrapbook as sb

    from aftersales import inputs

    sb.glue("reads", inputs.reads(), "json")
    told = {name: rows(frame, masked) for name, frame in (tables or {}).items()}
    sb.glue("figures", plain(dict(figures or {})), "json")
    sb.glue("tables", told, "json")
    sb.glue("order", _order(figures or {}, told), "json")
    sb.glue("notes", [mask.text(n) if masked else n for n in notes], "json")


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
        "reads": found.get("reads"),
    }


def _order(figures: Mapping[str, Any], tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[Any]]:
    """The order of figures, tables and columns; a notebook's file sorts the keys of all that is in it, but no list."""
    columns = [
        [name, list(dict.fromkeys(key for row in rows for key in row))] for name, rows in tables.items()
    ]
    return {"figures": list(figures), "tables": columns}


def merge(parts: Iterable[Scraps]) -> Scraps:
    """Several notebooks' scraps as one; a name glued by two of them is an error."""
    whole: Scraps = {"figures": {}, "tables": {}, "notes": []}
    for part in parts:
        for kind in ("figures", "tables"):
            twice = sorted(set(whole[kind]) & set(part[kind]))
            if twice:
                raise ValueError(f"Two notebooks glue the same {kind}: {', '.join(twice)}")
            whole[kind].update(part[kind])
        whole["notes"] += [note for note in part["notes"] if note not in whole["notes"]]
    return whole

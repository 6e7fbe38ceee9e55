"""From a sheet of cells to a table: where its headers are, and which rows and columns are no records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aftersales.contract import mask
from aftersales.contract.errors import Fault, InputError
from aftersales.contract.schema import EXAMPLE, TABLES
from aftersales.sources.cells.raw import Form, Raw, expected_headers, headers_of, plain
from aftersales.sources.cells.repairs import repair

LOOKED_AT = 30  # rows among which the headers are looked for
_TOTALS = re.compile(
    r"(?:本页|本月|本期|总|全部)?(?:合计|总计|小计|共计|累计)[:：]?|(?:grand|sub)?\s*-?total[:：]?s?", re.I
)
_FOOT = re.compile(
    r"(?:制表|打印|导出|审核|复核|填表|统计)(?:人|日期|时间|员|单位)?\s*[:：].*"
    r"|共\s*\d+\s*[条行页笔].*|(?:总)?记录数\s*[:：].*"
    r"|第\s*\d+\s*页.*|page\s+\d+.*|printed\b.*|\d+ rows?\b.*|\(\d+ rows?(?: affected)?\)",
    re.I,
)


def table(
    grid: np.ndarray,
    name: str,
    file: str,
    sheet: str | None,
    form: Form,
    more: Mapping[str, str],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = (),
) -> Raw:
    """The table in a grid of cells.

    Parameters
    ----------
    grid
        Cells as found, row by row; an empty one is None or "".
    name, file, sheet, form
        Of the table; see `Raw`.
    more
        The store's own headers.
    merged
        First and last cell of each merged range.

    Raises
    ------
    InputError
        It has no headers.
    """
    filled = ~_blank(grid, form) if grid.size else np.zeros(grid.shape, bool)
    filled_rows = np.flatnonzero(filled.any(axis=1)) if grid.size else np.array([], int)
    if not len(filled_rows):
        hint = "Export the table again, with its heads"
        raise InputError(
            [Fault("empty_file", "no cell with anything in it", "a header row", file, sheet, hint=hint)]
        )
    header_row = _header_row(grid, filled_rows, name, file, sheet, more)
    titles, body = filled_rows[filled_rows < header_row], filled_rows[filled_rows > header_row]
    shown = np.array([str(v).strip() == EXAMPLE for v in grid[body, filled[body].argmax(axis=1)]], dtype=bool)
    repairs = [repair(file, sheet, "title_rows", len(titles), _row(grid, titles[0]))] if len(titles) else []
    if shown.any():
        repairs.append(repair(file, None, "example_row", int(shown.sum())))  # one line for all sheets
    body = body[~shown]
    grid, filled, spread = _unmerged(grid, filled, merged, header_row)
    if spread:
        repairs.append(repair(file, sheet, "merged_cells", spread))
    body, more_repairs = _records(grid, filled, body, titles, header_row, name, file, sheet, more)
    repairs += more_repairs
    gaps = (
        int(body[-1] - header_row - len(filled_rows[(filled_rows > header_row) & (filled_rows <= body[-1])]))
        if len(body)
        else 0
    )
    if gaps:
        repairs.append(repair(file, sheet, "empty_rows", gaps))
    used = filled[header_row] | filled[body].any(axis=0)
    last = int(np.flatnonzero(used)[-1])
    if empty := int((~used[:last]).sum()):
        repairs.append(repair(file, sheet, "empty_columns", empty))
    columns = np.flatnonzero(used)
    headers = [str(grid[header_row, i]).strip() if filled[header_row, i] else "" for i in columns]
    cells = [grid[body, i] for i in columns]
    for i, values in zip(columns, cells, strict=True):
        values[~filled[body, i]] = None
    return Raw(name, file, sheet, headers, cells, body + 1, form, repairs)


_nothing = np.frompyfunc(lambda v: v is None or v == "" or (type(v) is str and v.isspace()), 1, 1)
_spaces = np.frompyfunc(str.isspace, 1, 1)


def _blank(grid: np.ndarray, form: Form) -> np.ndarray:
    """Which cells have nothing in them."""
    if form == "text":  # a million texts, and nothing else
        return np.asarray((grid == "") | np.asarray(_spaces(grid), dtype=bool))
    return np.asarray(_nothing(grid), dtype=bool)


def _header_row(
    grid: np.ndarray,
    filled_rows: np.ndarray,
    name: str,
    file: str,
    sheet: str | None,
    more: Mapping[str, str],
) -> int:
    """The row among the first with most known headers: titles may stand above it."""
    known = headers_of(name, more)
    rows = [int(r) for r in filled_rows[:LOOKED_AT]]

    def score(row: int) -> int:
        return len({plain(v) for v in grid[row] if isinstance(v, str)} & set(known))

    best = max(rows, key=lambda r: (score(r), -r))
    if score(best) >= 2:
        return best
    looks = [r for r in rows if _like_headers(grid[r])]
    if looks:
        return looks[0]
    hint = f"Put the names of the columns above the records: {expected_headers(name)}"
    raise InputError(
        [Fault("no_heads", "no row with the names of the columns", "a header row", file, sheet, hint=hint)]
    )


def _like_headers(row: np.ndarray) -> bool:
    """Whether a row may be one of headers that are not known: words, at least two, and no digit in them."""
    cells = [v for v in row if v is not None and v != ""]
    words = [v for v in cells if isinstance(v, str) and not re.search(r"\d", v)]
    return len(words) == len(cells) >= 2


def _unmerged(
    grid: np.ndarray,
    filled: np.ndarray,
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    header_row: int,
) -> tuple[np.ndarray, np.ndarray, int]:
    """A cell that was merged downwards stands for each of its rows; how many were filled."""
    spread = 0
    for (top, left), (bottom, right) in merged:
        if top <= header_row or left != right or bottom >= len(grid) or not filled[top, left]:
            continue
        if not spread:
            grid, filled = grid.copy(), filled.copy()
        below = [r for r in range(top + 1, bottom + 1) if filled[r].any()]
        grid[below, left], filled[below, left] = grid[top, left], True
        spread += len(below)
    return grid, filled, spread


def _records(
    grid: np.ndarray,
    filled: np.ndarray,
    body: np.ndarray,
    titles: np.ndarray,
    header_row: int,
    name: str,
    file: str,
    sheet: str | None,
    more: Mapping[str, str],
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """The rows that are records: no repeated headers, no totals, no remarks at the foot."""
    known = headers_of(name, more)
    needed = {c.name for c in TABLES[name].columns if c.required}
    required = [
        i for i in range(grid.shape[1]) if known.get(plain(grid[header_row, i]), ("", 0))[0] in needed
    ]
    headers, above = _texts(grid[header_row]), [_texts(grid[t]) for t in titles]
    dropped: dict[str, list[int]] = {}
    # few rows can be one of these: those without a required cell, and those whose first cell is a header
    first = int(np.flatnonzero(filled[header_row])[0])
    incomplete = ~filled[body][:, required].all(axis=1) if required else np.ones(len(body), bool)
    again = np.array([str(v).strip() == headers[first] for v in grid[body, first]], dtype=bool)
    odd = [_TOTALS.fullmatch(str(v).strip()) is not None for v in grid[body, first]]
    for row in body[incomplete | again | np.array(odd, dtype=bool)]:
        texts = _texts(grid[row])
        nonempty = [t for t in texts if t]
        same = [t == h for t, h in zip(texts, headers, strict=True) if t]
        if len(same) >= 2 and all(same):
            dropped.setdefault("repeated_header", []).append(row)
        elif texts in above:
            dropped.setdefault("title_rows", []).append(row)
        elif any(_TOTALS.fullmatch(t) for t in nonempty) and not all(
            filled[row, i] and not _TOTALS.fullmatch(texts[i]) for i in required
        ):
            dropped.setdefault("totals_row", []).append(row)
        elif _FOOT.fullmatch(nonempty[0]) and not any(
            filled[row, i] for i in required if texts[i] != nonempty[0]
        ):
            dropped.setdefault("foot_row", []).append(row)
    repairs = [repair(file, sheet, kind, len(rows), _row(grid, rows[0])) for kind, rows in dropped.items()]
    gone = [row for rows in dropped.values() for row in rows]
    return body[~np.isin(body, gone)], repairs


def _texts(row: np.ndarray) -> list[str]:
    return ["" if v is None else str(v).strip() for v in row]


def _row(grid: np.ndarray, row: int) -> str:
    """A row in a remark: which, and how it begins."""
    begins = " ".join(t for t in _texts(grid[row]) if t)
    return f"row {row + 1} {mask.text(begins)[:30]!r}"

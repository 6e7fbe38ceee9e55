"""From a sheet of cells to a table: where its headers are, and which rows and columns are no records."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from aftersales.contract import mask
from aftersales.contract.errors import Fault, InputError
from aftersales.contract.message import Message
from aftersales.contract.row_counts import LeftOut
from aftersales.contract.schema import EXAMPLE, TABLES, Column
from aftersales.sources.cells import values
from aftersales.sources.cells.coded import Cells, Coded
from aftersales.sources.cells.raw import Form, Raw, expected_headers, headers_of, plain
from aftersales.sources.cells.repairs import repair

HEADER_ROW = Message("表头行", "a header row")
WITH_HEADS = Message("连表头重新导出", "Export the table again, with its heads")
LOOKED_AT = 30  # rows among which the headers are looked for
_LISTED = 20  # rows named in a remark
_TOTALS = re.compile(
    r"(?:本页|本月|本期|总|全部)?(?:合计|总计|小计|共计|累计)[:：]?|(?:grand|sub)?\s*-?total[:：]?s?", re.I
)
_FOOT = re.compile(
    r"(?:制表|打印|导出|审核|复核|填表|统计)(?:人|日期|时间|员|单位)?\s*[:：].*"
    r"|共\s*\d+\s*[条行页笔].*|(?:总)?记录数\s*[:：].*"
    r"|第\s*\d+\s*页.*|page\s+\d+.*|printed\b.*|\d+ rows?\b.*|\(\d+ rows?(?: affected)?\)",
    re.I,
)


class Columns:
    """A grid of texts that is there by column; it is asked for a row, or for some rows of a column.

    Attributes
    ----------
    filled
        Which cells have anything in them.
    """

    def __init__(self, columns: Sequence[Coded]) -> None:
        self.columns = columns
        self.filled = np.column_stack([column.codes >= 0 for column in columns])
        self.shape, self.size = self.filled.shape, self.filled.size

    def __len__(self) -> int:
        return len(self.filled)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, tuple):
            rows, column = place
            return self.columns[column][rows]
        return np.array([column[int(place)] for column in self.columns], dtype=object)


Grid = np.ndarray | Columns


def table(
    grid: Grid,
    name: str,
    file: str,
    sheet: str | None,
    form: Form,
    more: Mapping[str, str],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = (),
    formulas: Sequence[tuple[int, int, str]] = (),
    count: Callable[[int, int], int] = lambda cells, rows: rows,
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
    formulas
        Row, column and text of formulas without a value.
    count
        Of how many cells and rows of the grid have anything in them, how many rows another count finds.

    Raises
    ------
    InputError
        It has no headers.
    """
    if isinstance(grid, Columns):
        filled = grid.filled
    else:
        filled = ~_blank(grid, form) if grid.size else np.zeros(grid.shape, bool)
    filled_rows = np.flatnonzero(filled.any(axis=1)) if grid.size else np.array([], int)
    if not len(filled_rows):
        got = Message("没有任何内容", "no cell with anything in it")
        raise InputError([Fault("empty_file", got, HEADER_ROW, file, sheet, hint=WITH_HEADS)])
    header_row = _header_row(grid, filled_rows, name, file, sheet, more)
    about = _About.of(grid[header_row], name, more)
    rows = count(int(filled.sum()), len(filled_rows)) - 1
    grid, filled = _with_formulas(grid, filled, formulas, header_row, about)
    filled_rows = np.flatnonzero(filled.any(axis=1))
    grid, filled, spread, faults = _unmerged(grid, filled, merged, header_row, about)
    repairs = [repair(file, sheet, "merged_cells", spread)] if spread else []
    gone, others = _left_out(grid, filled, filled_rows, header_row, about)
    faults += others
    if faults:
        raise InputError([replace(fault, file=file, sheet=sheet) for fault in faults])
    left_out = [LeftOut(kind, len(rows), [row + 1 for row in rows]) for kind, rows in gone.items()]
    repairs += [
        repair(file, None, kind, len(rows))  # one line for all sheets
        if kind == "example_row"
        else repair(file, sheet, kind, len(rows), _row(grid, rows))
        for kind, rows in gone.items()
    ]
    body = filled_rows[filled_rows > header_row]
    body = body[~np.isin(body, [row for rows in gone.values() for row in rows])]
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
    headers = [" ".join(str(grid[header_row, i]).split()) if filled[header_row, i] else "" for i in columns]
    cells = [grid[body, i] for i in columns]
    for i, column in zip(columns, cells, strict=True):
        if isinstance(column, np.ndarray):
            column[~filled[body, i]] = None
    return Raw(name, file, sheet, headers, cells, body + 1, form, repairs, header_row + 1, rows, left_out)


_nothing = np.frompyfunc(lambda v: v is None or v == "" or (type(v) is str and v.isspace()), 1, 1)
spaces = np.frompyfunc(str.isspace, 1, 1)


def _blank(grid: np.ndarray, form: Form) -> np.ndarray:
    """Which cells have nothing in them."""
    if form == "text":  # a million texts, and nothing else
        return np.asarray((grid == "") | np.asarray(spaces(grid), dtype=bool))
    return np.asarray(_nothing(grid), dtype=bool)


def _header_row(
    grid: Grid,
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
    heads = expected_headers(name)
    hint = Message(
        f"在记录上方补上列名：{heads.zh}", f"Put the names of the columns above the records: {heads.en}"
    )
    got = Message("没有列名", "no row with the names of the columns")
    raise InputError([Fault("no_heads", got, HEADER_ROW, file, sheet, hint=hint)])


def _like_headers(row: np.ndarray) -> bool:
    """Whether a row may be one of headers that are not known: words, at least two, and no digit in them."""
    cells = [v for v in row if v is not None and v != ""]
    words = [v for v in cells if isinstance(v, str) and not re.search(r"\d", v)]
    return len(words) == len(cells) >= 2


def _with_formulas(
    grid: Grid,
    filled: np.ndarray,
    formulas: Sequence[tuple[int, int, str]],
    header_row: int,
    about: _About,
) -> tuple[Grid, np.ndarray]:
    """The grid with the formulas that have no value in columns that are read; elsewhere nobody needs them."""
    known = [(r, c, text) for r, c, text in formulas if r > header_row and c in about.columns]
    if not known:
        return grid, filled
    size = [
        max(grid.shape[0], *(r + 1 for r, _, _ in known)),
        max(grid.shape[1], *(c + 1 for _, c, _ in known)),
    ]
    larger, there = np.full(size, None, dtype=object), np.zeros(size, dtype=bool)
    larger[: grid.shape[0], : grid.shape[1]], there[: grid.shape[0], : grid.shape[1]] = grid, filled
    for row, column, text in known:
        larger[row, column], there[row, column] = values.Formula(text), True
    return larger, there


def _unmerged(
    grid: Grid,
    filled: np.ndarray,
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    header_row: int,
    about: _About,
) -> tuple[Grid, np.ndarray, int, list[Fault]]:
    """A cell that was merged downwards stands for each of its rows; how many were filled.

    A number may be that of each row or the sum of all: it is a fault.
    """
    spread, faults = 0, list[Fault]()
    if isinstance(grid, Columns):  # of texts, which know no merging
        return grid, filled, spread, faults
    for (top, left), (bottom, _) in merged:
        if top <= header_row or top == bottom or bottom >= len(grid) or not filled[top, left]:
            continue
        below = [r for r in range(top + 1, bottom + 1) if filled[r].any()]
        column = about.columns.get(left)
        if below and column is not None and column.kind in ("number", "integer"):
            faults.append(_merged_number(top, str(grid[header_row, left])))
            continue
        if not spread:
            grid, filled = grid.copy(), filled.copy()
        grid[below, left], filled[below, left] = grid[top, left], True
        spread += len(below)
    return grid, filled, spread, faults


@dataclass(frozen=True)
class _About:
    """What the headers say of a table: which column is where, and which must not be empty."""

    columns: Mapping[int, Column]

    @cached_property
    def needed(self) -> dict[int, Column]:
        """Those that must not be empty."""
        return {i: column for i, column in self.columns.items() if column.required}

    @cached_property
    def store(self) -> int | None:
        """The one that names the store."""
        return next((i for i, column in self.columns.items() if column.name == "store"), None)

    @classmethod
    def of(cls, headers: Sequence[Any], table: str, more: Mapping[str, str]) -> _About:
        known = headers_of(table, more)
        return cls(
            {i: TABLES[table].column(known[plain(h)][0]) for i, h in enumerate(headers) if plain(h) in known}
        )

    def readable(self, cells: np.ndarray, but: Collection[int] = ()) -> int:
        """How many of the cells that must not be empty can be read."""
        return sum(i not in but and _readable(cells[i], column) for i, column in self.needed.items())


def _readable(value: Any, column: Column) -> bool:
    try:
        return value is not None and values.read(value, column) is not None
    except values.Unreadable:
        return False


def _left_out(
    grid: Grid, filled: np.ndarray, rows: np.ndarray, header_row: int, about: _About
) -> tuple[dict[str, list[int]], list[Fault]]:
    """The rows that are no records, by what they are, and those that may be one or the other.

    What could be read as a record is never left out.
    """
    titles, body = [int(r) for r in rows[rows < header_row]], rows[rows > header_row]
    faults = [
        _above(row) for row in titles if about.needed and about.readable(grid[row]) == len(about.needed)
    ]
    gone: dict[str, list[int]] = {"title_rows": titles} if titles else {}
    headers, above = _texts(grid[header_row]), [_texts(grid[t]) for t in titles]
    # few rows can be one of these: those without a cell that is needed, and those whose first is a header, or
    # where a total is named
    needed, first = list(about.needed), int(np.flatnonzero(filled[header_row])[0])
    odd = ~filled[body][:, needed].all(axis=1) if needed else np.ones(len(body), bool)
    odd |= _same(grid[body, first], grid[header_row, first]) | _same(grid[body, first], headers[first])
    for i in {first, *needed}:
        odd |= _totals(grid[body, i])
    if about.store is not None:
        odd |= _same(grid[body, about.store], EXAMPLE)
    for row in map(int, body[odd]):
        kind = _kind(grid[row], headers, above, about)
        if kind == "total_or_record":
            faults.append(_undecided(row))
        elif kind:
            gone.setdefault(kind, []).append(row)
    return gone, faults


def _same(cells: Cells, text: str) -> np.ndarray:
    """Which cells are a text."""
    return cells.equal(text) if isinstance(cells, Coded) else np.asarray(cells == text, dtype=bool)


def _totals(cells: Cells) -> np.ndarray:
    """Which cells name a total; each distinct text is looked at once, for its letters first."""
    if isinstance(cells, Coded):
        found_in = cells.matching("计|otal")
        found_in[found_in] = _totals(cells[found_in].copy())
        return found_in
    listed = cells.tolist()
    some = [v for v in set(listed) if type(v) is str and ("计" in v or "otal" in v or "OTAL" in v)]
    found = {v for v in some if _TOTALS.fullmatch(values.unguarded(v).strip())}
    return np.array([v in found for v in listed], bool) if found else np.zeros(len(listed), bool)


def _kind(cells: np.ndarray, headers: list[str], above: list[list[str]], about: _About) -> str | None:
    """What a row is that is no record, None of a record."""
    texts = _texts(cells)
    nonempty = [t for t in texts if t]
    same = [t == h for t, h in zip(texts, headers, strict=True) if t]
    if about.store is not None and texts[about.store] == EXAMPLE:
        return "example_row"
    if len(same) >= 2 and all(same):
        return "repeated_header"
    if texts in above:
        return "title_rows"
    totals = {i for i, text in enumerate(texts) if _TOTALS.fullmatch(text)}
    if named := totals & about.needed.keys():
        others = len(about.needed) - len(named)
        if not others or about.readable(cells, named) < others:
            return "totals_row"
        # an item of a form is never called a total; an order, a job or a customer may be anything
        return "totals_row" if all(about.needed[i].name == "item" for i in named) else "total_or_record"
    if totals and about.readable(cells) < min(2, len(about.needed)):
        return "totals_row"
    if _FOOT.fullmatch(nonempty[0]) and not any(texts[i] not in ("", nonempty[0]) for i in about.needed):
        return "foot_row"
    return None


def _above(row: int) -> Fault:
    return Fault(
        "above_heads",
        Message("表头上方有一条记录", "a record above the heads"),
        Message("记录都在表头下方", "all records below the heads"),
        row=row + 1,
        hint=Message("把列名移到记录上方", "Put the names of the columns above the records"),
    )


def _merged_number(row: int, header: str) -> Fault:
    return Fault(
        "merged_number",
        Message("几行合并成一格的数字", "one number merged over several rows"),
        Message("每行一个数字", "a number in each row"),
        row=row + 1,
        column=" ".join(header.split()),
        hint=Message("取消合并，每行各填各的", "Unmerge the cells, and give each row its own"),
    )


def _undecided(row: int) -> Fault:
    return Fault(
        "total_or_record",
        Message("写着“合计”，其他必填项却都有值", "the word for a total, and all else that a record needs"),
        Message("合计行，或一条记录", "either a total or a record"),
        row=row + 1,
        hint=Message("合计行请删去，记录请改正这一格", "Remove it if it is a total; else correct the cell"),
    )


def _texts(row: np.ndarray) -> list[str]:
    return ["" if v is None else str(values.unguarded(v)).strip() for v in row]


def _row(grid: Grid, rows: Sequence[int]) -> dict[str, str]:
    """Rows in a remark: which, and how the first begins."""
    begins = repr(mask.text(" ".join(t for t in _texts(grid[rows[0]]) if t))[:30])
    listed, more = [f"{row + 1:,}" for row in rows[:_LISTED]], "…" if len(rows) > _LISTED else ""
    several = len(rows) > 1
    return {
        "zh": f"第{listed[0]}行 {begins}" + (f"（第{'、'.join(listed)}{more}行）" if several else ""),
        "en": f"row {listed[0]} {begins}" + (f" (rows {', '.join(listed)}{more})" if several else ""),
    }

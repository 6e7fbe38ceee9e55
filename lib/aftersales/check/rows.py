"""What became of the rows of a source, in words: how many its files have, how many were read, and which were
left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aftersales.contract.language import plural, say
from aftersales.sources.cells.repairs import KINDS

if TYPE_CHECKING:
    from aftersales.contract.row_counts import RowCount
    from aftersales.contract.tables import Tables

_LISTED = 20  # rows of a kind


def counts(tables: Tables, lang: str) -> tuple[list[str], list[list[str]]]:
    """Each table with the rows of its files, those left out and read, those of this store, and its months.

    Returns
    -------
    list of str
        Headers; that of the store's rows only where other stores have any.
    list of list of str
        A line a table; an absent one says so.
    """
    headers = [
        say(lang, *words)
        for words in (
            ("表", "table"),
            ("文件中", "in the file"),
            ("略过", "left out"),
            ("读入", "read"),
            ("本店", "this store"),
            ("月份", "months"),
        )
    ]
    lines = []
    for name, zh, rows, first, last in tables.summary():
        months = "" if not first else first if first == last else f"{first} … {last}"
        if rows is None:
            months = say(lang, "没有这张表，相关内容从略", "absent: what needs it is left out")
        elif rows == 0:
            months = say(
                lang,
                "没有一行：按零计；若没有登记，请删去这张表",
                "no row: counts as zero; remove the table if nothing is registered",
            )
        files = [count for count in tables.rows if count.table == name]
        read = sum(count.read for count in files) if files else rows
        there, out = (sum(c.rows for c in files), sum(c.rows - c.read for c in files)) if files else (rows, 0)
        numbers = [_number(n) for n in (there, out if rows is not None else None, read, rows)]
        lines.append([say(lang, zh, name), *numbers, months])
    several = any(line[3] != line[4] for line in lines)
    kept = [i for i in range(6) if several or i != 4]
    wide = [max(len(line[i]) for line in lines) for i in range(6)]
    return [headers[i] for i in kept], [
        [line[i].rjust(wide[i]) if 0 < i < 5 else line[i] for i in kept] for line in lines
    ]


def _number(count: int | None) -> str:
    return "–" if count is None else f"{count:,}"


def left_out(rows: Sequence[RowCount], lang: str) -> list[str]:
    """A line a file and kind of row that was left out, with the numbers of the rows."""
    lines = []
    for count in rows:
        for part in count.left_out:
            numbers = [f"{n:,}" for n in part.rows[:_LISTED]]
            numbers += ["…"] if len(part.rows) > _LISTED else []
            sheet = count.sheet if count.sheet != count.file else None
            what = KINDS[part.kind][0 if lang == "zh" else 1]
            if lang == "zh":
                place = f"{count.file}（{sheet}）" if sheet else count.file
                where = f"：第{'、'.join(numbers)}行" if numbers else ""
                lines.append(f"{place}：{what}{part.count:,}行{where}")
            else:
                place = f"{count.file}, sheet {sheet}" if sheet else count.file
                where = f": row{'s' if part.count > 1 else ''} {', '.join(numbers)}" if numbers else ""
                lines.append(f"{place}: {what}, {plural(part.count, 'row')}{where}")
    return lines


def mended(tables: Tables) -> list[Mapping[str, Any]]:
    """The repairs but for those that are rows left out."""
    kinds = {part.kind for count in tables.rows for part in count.left_out}
    return [one for one in tables.repairs if one["kind"] not in kinds]

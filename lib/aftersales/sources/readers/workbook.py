"""Which sheets of a workbook are which tables, and whose template it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from aftersales.contract.errors import Fault, InputError
from aftersales.contract.message import Message
from aftersales.contract.notes import Note
from aftersales.contract.schema import GUIDE, OWN_SHEETS, TABLES
from aftersales.sources.cells.coerce import columns_of
from aftersales.sources.cells.dates import is_serial
from aftersales.sources.cells.raw import Raw, plain, required_in
from aftersales.sources.cells.repairs import repair
from aftersales.sources.readers import excel as sheets
from aftersales.sources.readers import grid
from aftersales.sources.readers.found import Found, Own, passed_over
from aftersales.sources.readers.names import Named, likely, named, only_marks, refused

_DAYS_TO_1904 = 1462  # days between the first days of both ways of counting
# Where the guide of a filled template says whose it is.
_STORE = (1, 0)


def tables(data: bytes, file: str, says: Named, more: Mapping[str, str], own: Own, found: Found) -> None:
    """Add every sheet that is a table of ours.

    Parameters
    ----------
    says
        What the file says by its name: where it is that of a table, the sheets are parts of it.
    """
    try:
        existing = sheets.names(data)
        hidden = {title: unseen for title, unseen in existing if title not in OWN_SHEETS}
        wanted = list(hidden) if says.table else [title for title in hidden if named(title, own)]
        guide = [GUIDE] if any(title == GUIDE for title, _ in existing) else []
        read = {sheet.name: sheet for sheet in sheets.read(data, [*guide, *wanted])}
    except sheets.Unreadable as error:
        raise _unreadable(error, file) from None
    if says.table:
        chosen = _of_file(hidden, says, own, read, more, file, found)
    else:
        chosen = {title: _with(says, name) for title, name in _by_name(hidden, file, own, found).items()}
    if guide and (store := _store(read[GUIDE])):
        found.stores[file] = store
    for title, name in chosen.items():
        sheet = read[title]
        try:
            raw = _table(sheet, name.table, file, more)
        except InputError as error:
            found.faults += error.faults
            continue
        found.add(raw, name)


def _table(sheet: sheets.Sheet, table: str, file: str, more: Mapping[str, str]) -> Raw:
    """A sheet as a table."""
    title = sheet.name
    try:
        raw = grid.table(
            sheet.cells, table, file, title, "workbook", more, sheet.merged, sheet.formulas, sheet.count
        )
    except sheets.Unreadable as error:
        raise _unreadable(error, file) from None
    if sheet.hidden:
        raw.repairs.append(repair(file, title, "hidden_sheet", 1))
    if unseen := int(np.isin(np.asarray(raw.rows) - 1, list(sheet.hidden_rows)).sum()):
        raw.repairs.append(repair(file, title, "hidden_rows", unseen))
    if sheet.since_1904:
        _since_1900(raw, more)
    return raw


def _since_1900(raw: Raw, more: Mapping[str, str]) -> None:
    """Dates that stand as numbers are told as other workbooks have them; those shown as dates are right."""
    at, _, _ = columns_of(raw, more)
    for name, i in at.items():
        if TABLES[raw.table].column(name).kind not in ("date", "datetime"):
            continue
        cells = np.asarray(raw.cells[i])
        places = [j for j, v in enumerate(cells) if is_serial(v)]
        for place in places:
            cells[place] = float(cells[place]) + _DAYS_TO_1904
        if places:
            raw.repairs.append(repair(raw.file, raw.sheet, "date_1904", len(places), column=raw.headers[i]))


def _unreadable(error: sheets.Unreadable, file: str) -> InputError:
    expected = Message("Excel工作簿", "an Excel workbook")
    return InputError([Fault("unreadable", error.what, expected, file, hint=error.hint)])


def named_as(only: Named, titles: Sequence[str | None], own: Own) -> dict[str | None, Named]:
    """What the sheets of a file with one table say by both names."""
    each = {title: _both(only, title, own) for title in titles}
    return each if len(each) > 1 or all(n.sure for n in each.values()) else dict.fromkeys(each, only)


def _both(only: Named, title: str | None, own: Own) -> Named:
    mine = None if title is None else named(title, own) or only_marks(title)
    if title is None or (mine and mine.table in ("", only.table)):
        return _with(only, mine) if mine else only
    return replace(only, part=f"{only.part} {title}".strip(), sure=False)


def _with(file: Named, sheet: Named) -> Named:
    """What a file and a sheet in it say together."""
    part, again = (" ".join(filter(None, (getattr(n, a) for n in (file, sheet)))) for a in ("part", "again"))
    return Named(file.table or sheet.table, part, again)


def _of_file(
    hidden: Mapping[str, bool],
    only: Named,
    own: Own,
    read: Mapping[str, sheets.Sheet],
    more: Mapping[str, str],
    file: str,
    found: Found,
) -> dict[str, Named]:
    """The sheets of a file with one table.

    Those that bear its name or a month's; else those that have its heads, as an export that was too long for
    one sheet has them; else the first that is not empty. What is in the others is told.
    """
    filled = [title for title in hidden if _filled(read[title])]
    seen = [title for title in filled if not hidden[title]] or filled
    sure = [title for title in seen if _both(only, title, own).sure]
    fits = sure or [title for title in seen if _has_heads(read[title], only.table, more)]
    chosen = fits or seen[:1] or [title for title in hidden if not hidden[title]][:1] or list(hidden)[:1]
    found.notes += [
        passed_over("sheet", f"{file} {title}", title, likely(title)) for title in seen if title not in chosen
    ]
    return {str(title): name for title, name in named_as(only, chosen, own).items()}


def _has_heads(sheet: sheets.Sheet, table: str, more: Mapping[str, str]) -> bool:
    """Whether one of its first rows has the heads of all columns that a table must have."""
    return any(required_in(table, {plain(v) for v in row}, more) for row in sheet.cells[: grid.LOOKED_AT])


def _filled(sheet: sheets.Sheet) -> bool:
    return any(v is not None and v != "" for row in sheet.cells for v in row)


def _store(guide: sheets.Sheet) -> str:
    """The store that a template was written for."""
    row, column = _STORE
    if guide.cells.shape[0] <= row or guide.cells.shape[1] <= column:
        return ""
    return re.sub(r"^门店\s*[:：]\s*", "", str(guide.cells[row, column] or "").strip())


def _by_name(hidden: Mapping[str, bool], file: str, own: Own, found: Found) -> dict[str, Named]:
    """The sheets of each table; of two of the same name, one hidden, the one that is visible."""
    names: dict[str, Named] = {}
    claims: dict[tuple[str, str], list[str]] = {}
    for title in hidden:
        if name := named(title, own):
            names[title] = name
            claims.setdefault((name.table, name.part), []).append(title)
        else:
            found.notes.append(
                passed_over("sheet", title, title, [] if refused(title, own) else likely(title))
            )
    taken = set()
    for (table, _), titles in claims.items():
        seen = [title for title in titles if not hidden[title]] or titles
        bare = [title for title in seen if not names[title].marked]
        for title in bare[1:]:
            got = Message(f"{bare[0]} 和 {title}", f"{bare[0]} and {title}")
            one = Message(f"{TABLES[table].zh}只有一个工作表", f"one sheet for the table {table}")
            found.faults.append(Fault("two_sheets", got, one, file, title))
        taken |= set(seen) - set(bare[1:])
        found.notes += [
            Note("hidden_twin", {"sheet": title, "other": seen[0]}) for title in titles if title not in seen
        ]
    return {title: names[title] for title in hidden if title in taken}

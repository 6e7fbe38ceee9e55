"""The problems of an input written into a copy of it.

Marked cells with comments, and a list with links first.

The copy holds what the source holds, unmasked, for whoever has to repair it; comments and list are masked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from aftersales.check.problems import HEADERS, SEVERITIES, Problem
from aftersales.contract import command, destination, place
from aftersales.contract.errors import InputError
from aftersales.contract.keys import among
from aftersales.contract.language import say
from aftersales.contract.message import Message
from aftersales.contract.schema import LISTED, TABLES
from aftersales.display import theme
from aftersales.reconcile import records as checks
from aftersales.sources.cells.coerce import typed
from aftersales.sources.readers import kinds
from aftersales.sources.readers import read as reader

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from aftersales.contract.params import Params
    from aftersales.sources.cells.raw import Raw

_FILLS = {"error": "F9D2CE", "warning": "FCE8C5", "note": "E3EAF1"}
_LOOKED_AT = 40  # rows among which a header is looked for
_FONT = "Microsoft YaHei"


def write(path: Path, source: str, problems: Sequence[Problem], settings: Params, lang: str = "zh") -> Path:
    """Write a copy of a workbook, or a workbook of a folder's tables, with its problems marked.

    Parameters
    ----------
    path
        Where to; never the source itself or a file in it.
    source
        What was checked.
    problems
        What was found in it.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        The file would be the source, or is no .xlsx; the source can't be copied.
    """
    try_place(path, source)
    file = is_workbook(source)
    copy = _made(source, settings) if file is None else _copied(source, file, settings)
    links = [_marked(copy, problem, settings, lang) for problem in problems]
    _list(copy.book, problems, links, lang)
    with destination.whole(path) as beside:
        copy.book.save(beside)
    return path


def is_workbook(source: str) -> Path | None:
    """The file of a source that is a workbook of which a copy can be made; else None."""
    if place.is_demo(source) or place.is_url(source):
        return None
    file = Path(place.behind(source)).expanduser()
    if file.suffix.lower() not in (".xlsx", ".xlsm") or not file.is_file():
        return None
    with file.open("rb") as stream:
        return file if stream.read(4) == kinds.ZIP else None


def try_place(path: Path, source: str) -> None:
    """Refuse a place where the copy cannot be written, or would be the source or in it.

    Raises
    ------
    InputError
        The copy may not be written there.
    """
    about = command.option("xlsx", str(path))
    if path.suffix.lower() != ".xlsx":
        raise InputError(
            Message(f"{about}：应是以 .xlsx 结尾的文件。", f"{about}: expected a file ending in .xlsx.")
        )
    destination.try_file(path, "xlsx")
    if place.is_url(source) or place.is_demo(source):
        return
    at = Path(place.behind(source)).expanduser().resolve()
    if path.resolve() == at or at in path.resolve().parents:
        raise InputError(
            Message(
                f"{about}：这是来源，或在来源里面；请写到别处。",
                f"{about}: that is the source, or in it; write the copy elsewhere.",
            )
        )


@dataclass
class _Copy:
    """A workbook to mark: its sheets by what the reader calls them, and the tables that they hold."""

    book: openpyxl.Workbook
    sheets: dict[tuple[str | None, str | None], Worksheet]
    raws: list[Raw]


def _copied(source: str, file: Path, settings: Params) -> _Copy:
    """The workbook itself, formulas and formats as they are."""
    book = openpyxl.load_workbook(file)
    if LISTED in book.sheetnames:  # of an earlier check
        del book[LISTED]
    called = place.file_name(source, file)
    return _Copy(book, {(called, name): book[name] for name in book.sheetnames}, _raws(source, settings))


def _made(source: str, settings: Params) -> _Copy:
    """A workbook of the source's tables: each row where the file has it, text always as text."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    copy = _Copy(book, {}, _raws(source, settings))
    for raw in copy.raws:
        sheet = book.create_sheet(TABLES[raw.table].zh)
        copy.sheets[(raw.file, raw.sheet)] = sheet
        rows = range(2, len(raw.cells[0]) + 2 if raw.cells else 2) if raw.rows is None else raw.rows
        top = max(int(rows[0]) - 1, 1) if len(rows) else 1
        for c, (header, cells) in enumerate(zip(raw.headers, raw.cells, strict=True), 1):
            _put(sheet.cell(top, c), header).font = Font(name=_FONT, bold=True)
            for row, value in zip(rows, cells, strict=True):
                if value is not None:
                    _put(sheet.cell(int(row), c), value)
            sheet.column_dimensions[get_column_letter(c)].width = min(max(2 * len(header) + 4, 12), 30)
        sheet.freeze_panes = sheet.cell(top + 1, 1)
    return copy


def _raws(source: str, settings: Params) -> list[Raw]:
    """The tables as they stand; what can't be read at all is reported in the list only."""
    try:
        return reader.whole(source, settings.header_aliases, own=settings.table_names).raws
    except InputError:
        return []


def _put(cell: Cell, value: Any) -> Cell:
    """A value as what it is; a text that looks like a formula stays a text."""
    if isinstance(value, (bool, int, float, dt.date, dt.time, dt.timedelta)):
        cell.value = value
    else:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:32_767]
        cell.data_type = "s"
    return cell


def _marked(copy: _Copy, problem: Problem, settings: Params, lang: str) -> str | None:
    """Mark the cells of a problem; where the first of them is, for the link to it."""
    cells = _from_check(copy, problem, settings) if problem.table else _from_fault(copy, problem)
    for cell in cells:
        cell.fill = PatternFill("solid", fgColor=_FILLS[problem.severity])
        parts = [cell.comment.text] if cell.comment else []
        parts.append(
            f"{say(lang, *SEVERITIES[problem.severity])} {problem.what}\n"
            f"{HEADERS[lang][3]}: {problem.got}\n{HEADERS[lang][4]}: {problem.expected}\n→ {problem.next}"
        )
        text = "\n\n".join(parts)
        cell.comment = Comment(
            text, "aftersales", height=min(40 + 18 * (text.count("\n") + len(text) // 24), 400), width=320
        )
        cell.parent.sheet_properties.tabColor = theme.LIGHT["worse"].removeprefix("#")
    if not cells:
        return None
    title = cells[0].parent.title.replace("'", "''")
    return f"'{title}'!{cells[0].coordinate}"


def _from_fault(copy: _Copy, problem: Problem) -> list[Cell]:
    """The cell of a fault; the first of its row where no column is named, its header where no row is."""
    sheet = copy.sheets.get((problem.file, problem.sheet))
    if sheet is None:
        return []
    header = _header(sheet, problem.column, problem.row)
    if problem.row is None:
        return [header or sheet.cell(1, 1)]
    return [sheet.cell(problem.row, header.column if header else 1)]


def _from_check(copy: _Copy, problem: Problem, settings: Params) -> list[Cell]:
    """The cells of the rows behind a check that fails."""
    if not problem.keys:
        return []
    cells: list[Cell] = []
    for raw in (raw for raw in copy.raws if raw.table == problem.table):
        if (sheet := copy.sheets.get((raw.file, raw.sheet))) is None:
            continue
        frame, _, _, headers = typed(raw, settings.header_aliases)
        names = checks.row_names(frame) if not problem.key else frame[problem.key]
        rows = frame.index[among(names, problem.keys)] + (0 if raw.rows is not None else 1)
        header = _header(sheet, headers.get(problem.field) or headers.get(problem.key), None)
        cells += [sheet.cell(int(row), header.column if header else 1) for row in rows]
    return cells


def _header(sheet: Worksheet, name: str | None, row: int | None) -> Cell | None:
    """The cell with the name of a column, above a row."""
    last = min(row or _LOOKED_AT, _LOOKED_AT, sheet.max_row)
    cells = (cell for line in sheet.iter_rows(min_row=1, max_row=last) for cell in line)
    return next((c for c in cells if name and " ".join(str(c.value or "").split()) == name), None)


def _list(
    book: openpyxl.Workbook, problems: Sequence[Problem], links: Sequence[str | None], lang: str
) -> None:
    """The first sheet: each problem on a line, with a link to its cell."""
    sheet = book.create_sheet(LISTED, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    ink, muted, blue = (theme.LIGHT[c].removeprefix("#") for c in ("ink", "muted", "this"))
    sheet.sheet_view.showGridLines = False
    title = say(lang, f"问题清单：{len(problems)}处", f"Problems: {len(problems)}")
    _put(sheet.cell(1, 1), title).font = Font(name=_FONT, size=14, bold=True, color=ink)
    instruction = say(
        lang,
        "点“在哪里”跳到单元格；涂色的单元格有批注。改好以后删去本表，或原样再检查一次：本表不会被当作数据。",
        "Click “where” to go to the cell; coloured cells have comments. Mend them and check again: this "
        "sheet is never taken for data.",
    )
    _put(sheet.cell(2, 1), instruction).font = Font(name=_FONT, size=10, color=muted)
    for c, (header, width) in enumerate(zip(HEADERS[lang], (11, 44, 40, 22, 30, 36), strict=True), 1):
        cell = _put(sheet.cell(4, c), header)
        cell.font = Font(name=_FONT, size=10, bold=True, color=muted)
        cell.border = Border(bottom=Side("thin", color=ink))
        sheet.column_dimensions[get_column_letter(c)].width = width
    for r, (problem, link) in enumerate(zip(problems, links, strict=True), 5):
        for c, text in enumerate(problem.cells(lang), 1):
            cell = _put(sheet.cell(r, c), text)
            cell.font = Font(name=_FONT, size=10, color=ink)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(r, 1).fill = PatternFill("solid", fgColor=_FILLS[problem.severity])
        if link:
            cell = sheet.cell(r, 3)
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=link, display=problem.where)
            cell.font = Font(name=_FONT, size=10, color=blue, underline="single")
    sheet.freeze_panes = "A5"
    sheet.auto_filter.ref = f"A4:F{max(len(problems) + 4, 5)}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True

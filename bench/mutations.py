"""Sources made at random and changed in ways whose right reading is known: the material of `fuzz`.

`made` gives a small store's tables; `written` its files in some form; `mutate` changes them, and says what
must come of it. Nothing here reads a file as the program does: what is right is known from how it was made.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from aftersales.contract.schema import TABLES

Row = list[str]
FORMS = ("csv", "csv", "csv", "xlsx", "book", "parquet")
_PEOPLE = ("王芳", "李强强", "赵一 鸣", "欧阳明日")
_ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


@dataclass
class Sheet:
    """A table as somebody exports it: its heads, and its rows as texts."""

    heads: list[str]
    rows: list[Row]

    def copy(self) -> Sheet:
        return Sheet(list(self.heads), [list(row) for row in self.rows])


Store = dict[str, Sheet]


@dataclass
class Known:
    """What is known of a source, whoever reads it.

    Attributes
    ----------
    kind
        What was done to it.
    same
        It says what the untouched source says: every cell must come out the same.
    rows
        Rows of each table that the source has, where this is known.
    read
        It must be read.
    refused
        It must be refused.
    spared
        Tables that were not touched: where the source is read, they come out the same.
    """

    kind: str
    same: bool = False
    rows: dict[str, int] = field(default_factory=dict)
    read: bool = False
    refused: bool = False
    spared: frozenset[str] = frozenset()


Files = dict[str, bytes]


def made(rng: random.Random) -> Store:
    """A small store: orders, the customers' cards, and one or two of jobs, calls and complaints."""

    def moment(least: int = 0) -> dt.datetime:
        day = dt.datetime(2024, 1, 2, 8) + dt.timedelta(days=rng.randrange(least, 110))
        return day + dt.timedelta(minutes=rng.randrange(1, 540))

    def text(at: dt.datetime) -> str:
        return at.strftime("%Y-%m-%d %H:%M")

    vins = [
        f"LSV{''.join(rng.choice(_ALPHABET) for _ in range(8))}{rng.randrange(10**6):06d}" for _ in range(12)
    ]
    owners = {vin: rng.choice(("私车", "私车", "公车")) for vin in vins}
    plates = {vin: f"沪A{rng.randrange(10**5):05d}" for vin in vins}
    orders, n = [], rng.randrange(8, 20)
    for i in range(n):
        vin, opened = rng.choice(vins), moment()
        closed = opened + dt.timedelta(minutes=rng.randrange(30, 3000))
        kilometres, amount = str(rng.randrange(500, 90_000)), f"{rng.randrange(100, 500_000) / 100:.2f}"
        orders.append([f"RO{i:04d}", vin, plates[vin], owners[vin], rng.choice(_PEOPLE), text(opened),
                       text(closed), kilometres, rng.choice(("保养", "一般维修", "索赔")), amount])  # fmt: skip
    numbers = [row[0] for row in orders]
    store = {
        "repair_orders": Sheet(
            ["工单号", "VIN", "车牌号", "客户类型", "服务顾问", "开单时间", "交车时间", "行驶里程",
             "维修类型", "结算金额"], orders),
        "jobs": Sheet(
            ["派工号", "工单号", "维修技师", "完工时间", "未一次修复原因"],
            [[f"J{i}", rng.choice(numbers), rng.choice(_PEOPLE), text(moment()),
              rng.choice(("", "", "", "维修技术", "配件更换"))] for i in range(rng.randrange(4, 14))]),
        "survey_calls": Sheet(
            ["回访编号", "工单号", "回访时间", "回访结果", "问题一", "问题二", "建议"],
            [[f"C{i}", rng.choice(numbers), text(moment()), rng.choice(("有效", "有效", "拒访")),
              rng.choice(("非常满意", "满意", "一般")), rng.choice(("100", "80", "60.5", "")),
              rng.choice(("", "等太久，排队", "座位少; 空调热", "挺好"))] for i in range(rng.randrange(3, 12))]),
        "complaints": Sheet(
            ["投诉编号", "受理时间", "工单号", "类别", "责任部门", "状态", "关闭时间", "投诉内容"],
            [[f"T{i}", text(at := moment()), rng.choice(numbers), rng.choice(("时间", "费用", "质量")), "前台",
              *rng.choice((["处理中", ""], ["已关闭", text(at + dt.timedelta(hours=30))])),
              "等了两小时，没人说明"] for i in range(rng.randrange(2, 8))]),
        "customers": Sheet(
            ["VIN", "建档日期", "客户类型", "姓名", "电话", "车牌号"],
            [[vin, moment().strftime("%Y-%m-%d"), owners[vin], f"周{i}莹", f"138{rng.randrange(10**8):08d}",
              plates[vin]] for i, vin in enumerate(vins)]),
    }  # fmt: skip
    for name in rng.sample(("jobs", "survey_calls", "complaints"), rng.choice((1, 2))):
        del store[name]
    return store


def secrets(store: Store) -> list[str]:
    """What no message may quote: VINs, plates, names and phones of customers."""
    rows = [dict(zip(store["customers"].heads, row, strict=False)) for row in store["customers"].rows]
    return [row[head] for row in rows for head in ("VIN", "姓名", "电话", "车牌号")]


def counts(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    return {name: len(sheet.rows) for name, sheet in store.items()}


# ---- Forms.


def written(store: Store, form: str, rng: random.Random) -> Files:
    """The files of a store, by name, written as some program would."""
    names = {name: rng.choice((name, TABLES[name].zh)) for name in store}
    if form == "book":
        return {"四月.xlsx": workbook({TABLES[name].zh: sheet for name, sheet in store.items()}, rng)}
    if form == "parquet":
        return {f"{names[name]}.parquet": parquet(sheet, rng) for name, sheet in store.items()}
    if form == "xlsx":
        return {f"{names[name]}.xlsx": workbook({"Sheet1": sheet}, rng) for name, sheet in store.items()}
    return {f"{names[name]}.csv": text(sheet, rng) for name, sheet in store.items()}


def text(sheet: Sheet, rng: random.Random) -> bytes:
    """A CSV file, in an encoding, with a separator, quotation marks and line ends of some program's."""
    stream = io.StringIO()
    end = rng.choice(("\n", "\r\n", "\r\n", "\r"))
    separator = rng.choice((",", ",", ",", "\t", ";", "|"))
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(stream, delimiter=separator, lineterminator=end, quoting=quoting).writerows(
        [sheet.heads, *sheet.rows]
    )
    made = stream.getvalue()
    if rng.random() < 0.2:
        made = made.removesuffix(end)
    return made.encode(rng.choice(("utf-8", "utf-8-sig", "utf-8-sig", "gb18030", "utf-16")))


_DATE = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def typed(value: str) -> Any:
    """A text as a program that knows dates and numbers writes it."""
    if _DATE.fullmatch(value):
        with suppress(ValueError):  # no such day
            return dt.datetime.fromisoformat(value)
    return float(value) if _NUMBER.fullmatch(value) and len(value) < 11 else value


def workbook(sheets: Mapping[str, Sheet], rng: random.Random) -> bytes:
    """An .xlsx of two libraries, its cells typed or all texts."""
    stream, plain = io.BytesIO(), rng.random() < 0.4
    as_cell: Callable[[str], Any] = (lambda value: value) if plain else typed
    if rng.random() < 0.5:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for title, sheet in sheets.items():
            page = book.create_sheet(title)
            for row in [sheet.heads, *sheet.rows]:
                cells = [ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row]
                page.append([None if cell == "" else as_cell(cell) for cell in cells])
        book.save(stream)
        return stream.getvalue()
    options = {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm", "strings_to_formulas": False}
    with xlsxwriter.Workbook(stream, options) as made:
        for title, sheet in sheets.items():
            page = made.add_worksheet(title)
            for r, row in enumerate([sheet.heads, *sheet.rows]):
                for c, cell in enumerate(row):
                    if cell != "":
                        value = as_cell(cell)
                        if isinstance(value, str):
                            page.write_string(r, c, value)
                        else:
                            page.write(r, c, value)
    return stream.getvalue()


def parquet(sheet: Sheet, rng: random.Random) -> bytes:
    """A Parquet file, its columns typed or all texts."""
    as_typed, arrays = rng.random() < 0.6, []
    for i in range(len(sheet.heads)):
        cells = [row[i] or None for row in sheet.rows]
        filled = [cell for cell in cells if cell]
        if as_typed and filled and all(map(_DATE.fullmatch, filled)):
            with suppress(ValueError):
                arrays.append(pa.array([cell and dt.datetime.fromisoformat(cell) for cell in cells]))
                continue
        if as_typed and filled and all(_NUMBER.fullmatch(cell) and len(cell) < 11 for cell in filled):
            arrays.append(pa.array([None if cell is None else float(cell) for cell in cells]))
            continue
        arrays.append(pa.array(cells, pa.string()))
    stream = io.BytesIO()
    pq.write_table(
        pa.Table.from_arrays(arrays, names=sheet.heads),
        stream,
        compression=rng.choice(("snappy", "zstd", "gzip", "none")),
        row_group_size=rng.choice((3, 1000)),
        data_page_version=rng.choice(("1.0", "2.0")),
    )
    return stream.getvalue()


# ---- What changes nothing.


def _kind(table: str, head: str) -> str:
    return next((c.kind for c in TABLES[table].columns if head in (c.name, c.zh)), "")


def _shuffled(sheet: Sheet, table: str, rng: random.Random) -> None:
    rng.shuffle(sheet.rows)


def _columns_moved(sheet: Sheet, table: str, rng: random.Random) -> None:
    order = rng.sample(range(len(sheet.heads)), len(sheet.heads))
    sheet.heads = [sheet.heads[i] for i in order]
    sheet.rows = [[row[i] for i in order] for row in sheet.rows]


def _other_heads(sheet: Sheet, table: str, rng: random.Random) -> None:
    for i, head in enumerate(sheet.heads):
        column = next(c for c in TABLES[table].columns if c.zh == head)
        sheet.heads[i] = rng.choice((head, column.name, *column.aliases))
        if sheet.heads[i].isascii() or rng.random() < 0.3:
            sheet.heads[i] = rng.choice(
                (f"*{sheet.heads[i]}", f" {sheet.heads[i]}  ", sheet.heads[i].upper())
            )


def _other_numbers(sheet: Sheet, table: str, rng: random.Random) -> None:
    for row in sheet.rows:
        for i, head in enumerate(sheet.heads):
            if _kind(table, head) == "number" and row[i]:
                row[i] = rng.choice(
                    (row[i], f"{float(row[i]):,.2f}", f" {row[i]} ", f"{row[i]}元", _wide(row[i]))
                )


def _other_dates(sheet: Sheet, table: str, rng: random.Random) -> None:
    for row in sheet.rows:
        for i, head in enumerate(sheet.heads):
            if _kind(table, head) == "datetime" and row[i]:
                at = dt.datetime.fromisoformat(row[i])
                row[i] = rng.choice((
                    row[i], row[i].replace("-", "/"), row[i].replace("-", "."), row[i].replace(" ", "T") + ":00",
                    f"{at.year}年{at.month}月{at.day}日 {at.hour}:{at.minute:02d}",
                    f"{at.year}/{at.month}/{at.day} {at.hour}:{at.minute:02d}:00", f" {row[i]}",
                ))  # fmt: skip


def _other_texts(sheet: Sheet, table: str, rng: random.Random) -> None:
    for row in sheet.rows:
        for i, head in enumerate(sheet.heads):
            if (
                head in ("工单号", "VIN", "车牌号", "客户类型", "状态", "类别")
                and row[i]
                and rng.random() < 0.4
            ):
                row[i] = rng.choice((f" {row[i]} ", f"{row[i]}\u200b", f"\u3000{row[i]}", _wide(row[i])))


def _wide(value: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "0" <= c <= "9" or "A" <= c <= "Z" else c for c in value)


def _empty_words(sheet: Sheet, table: str, rng: random.Random) -> None:
    for row in sheet.rows:
        for i, cell in enumerate(row):
            if cell == "":
                row[i] = rng.choice(("", "NULL", "—", "-", "\\N", "  "))


def _more_columns(sheet: Sheet, table: str, rng: random.Random) -> None:
    for _ in range(rng.randrange(1, 3)):
        at = rng.randrange(len(sheet.heads) + 1)
        head = rng.choice(("备用", "打印次数", "操作员工号", "x_y", ""))
        sheet.heads.insert(at, head if head not in sheet.heads else f"备用{at}")
        for row in sheet.rows:
            row.insert(
                at, "" if sheet.heads[at] == "" else rng.choice(("", "1", "2024-01-01", "甲,乙", "#N/A"))
            )


def _blank_rows(sheet: Sheet, table: str, rng: random.Random) -> None:
    for _ in range(rng.randrange(1, 4)):
        sheet.rows.insert(rng.randrange(len(sheet.rows) + 1), [""] * len(sheet.heads))


def _titles_and_totals(sheet: Sheet, table: str, rng: random.Random) -> None:
    """A title, the heads once more on a second page, a line of totals and one of the printer's."""
    wide = len(sheet.heads)
    if rng.random() < 0.6:
        sheet.rows.insert(rng.randrange(1, len(sheet.rows) + 1), list(sheet.heads))
    if rng.random() < 0.6:
        sheet.rows.append(["合计", *[""] * (wide - 1)])
    if rng.random() < 0.4:
        sheet.rows.append(["打印时间：2024-05-01", *[""] * (wide - 1)])
    if rng.random() < 0.6:
        sheet.rows.insert(0, sheet.heads)
        sheet.heads = ["东城店 一览表", *[""] * (wide - 1)]


MEANING_THE_SAME: dict[str, Callable[[Sheet, str, random.Random], None]] = {
    "rows in another order": _shuffled,
    "columns in another order": _columns_moved,
    "other heads for a column": _other_heads,
    "numbers written otherwise": _other_numbers,
    "dates written otherwise": _other_dates,
    "blanks, wide and unseen characters": _other_texts,
    "words for nothing": _empty_words,
    "columns that nobody reads": _more_columns,
    "blank rows": _blank_rows,
    "titles, totals, heads again": _titles_and_totals,
}


# ---- What must be told, or keeps its rows.

_JUNK = {
    "number": ("abc", "1O0", "12..5", "--5", "1,2,3", "#REF!", "十二", "1e999"),
    "datetime": ("昨天", "2024-13-40", "31/02/2024", "2024-02-30", "abc", "#VALUE!", "24:00"),
    "date": ("昨天", "2024-13-40", "2024-02-30", "99", "#N/A"),
    "code": ("XX", "？？", "123456", "私 车 主"),
    "answer": ("101", "-1", "还行吧", "很好很好"),
}


def _junk_cell(store: Store, rng: random.Random) -> Known:
    """A cell that cannot be read as what its column holds: it must be refused."""
    places = [
        (name, i)
        for name, sheet in store.items()
        for i, head in enumerate(sheet.heads)
        if _kind(name, head) in _JUNK
    ]
    name, i = rng.choice(places)
    row = rng.choice(store[name].rows)
    row[i] = rng.choice(_JUNK[_kind(name, store[name].heads[i])])
    return Known("a cell of junk", refused=True)


def _required_emptied(store: Store, rng: random.Random) -> Known:
    name, sheet = rng.choice(list(store.items()))
    needed = {c.zh for c in TABLES[name].columns if c.required}
    rng.choice(sheet.rows)[rng.choice([i for i, head in enumerate(sheet.heads) if head in needed])] = ""
    return Known("a cell that must be filled", refused=True)


def _row_twice(store: Store, rng: random.Random) -> Known:
    sheet = rng.choice(list(store.values()))
    sheet.rows.insert(rng.randrange(len(sheet.rows) + 1), list(rng.choice(sheet.rows)))
    return Known("a row twice", refused=True)


def _row_dropped(store: Store, rng: random.Random) -> Known:
    name, sheet = rng.choice([(n, s) for n, s in store.items() if n not in ("repair_orders", "customers")])
    sheet.rows.pop(rng.randrange(len(sheet.rows)))
    return Known("a row less", read=True, rows=counts(store), spared=frozenset(set(store) - {name}))


def _column_dropped(store: Store, rng: random.Random) -> Known:
    name, sheet = rng.choice(list(store.items()))
    i = rng.randrange(len(sheet.heads))
    # a complaint that is closed must have its date
    needed = sheet.heads[i] in {c.zh for c in TABLES[name].columns if c.required}
    sometimes = sheet.heads[i] == "关闭时间"
    del sheet.heads[i]
    for row in sheet.rows:
        del row[i]
    spared = frozenset(set(store) - {name})
    return Known(
        "a column less", refused=needed, read=not needed and not sometimes, rows=counts(store), spared=spared
    )


def _column_twice(store: Store, rng: random.Random) -> Known:
    sheet = rng.choice(list(store.values()))
    i, at = rng.randrange(len(sheet.heads)), rng.randrange(len(sheet.heads) + 1)
    sheet.heads.insert(at, sheet.heads[i])
    for row in sheet.rows:
        row.insert(at, row[i])
    return Known("a column twice", refused=True)


def _heads_swapped(store: Store, rng: random.Random) -> Known:
    name, sheet = rng.choice(list(store.items()))
    a, b = rng.sample(range(len(sheet.heads)), 2)
    sheet.heads[a], sheet.heads[b] = sheet.heads[b], sheet.heads[a]
    return Known("two heads exchanged", rows=counts(store), spared=frozenset(set(store) - {name}))


def _head_unknown(store: Store, rng: random.Random) -> Known:
    name, sheet = rng.choice(list(store.items()))
    i = rng.randrange(len(sheet.heads))
    needed = sheet.heads[i] in {c.zh for c in TABLES[name].columns if c.required}
    sheet.heads[i] = rng.choice(("某列", "xyz", "（空）", "\ufeff?"))
    spared = frozenset(set(store) - {name})
    return Known("a head that nobody knows", refused=needed, rows=counts(store), spared=spared)


def _any_cells(store: Store, rng: random.Random) -> Known:
    """Any text in any cells: whatever is read keeps its rows."""
    name, sheet = rng.choice(list(store.items()))
    nasty = ("", "合计", "#N/A", "null", "１２", "🚗", "1e999", "=1+1", "'x", '"', 'a"b', "a\nb", "a,b;c\td|e", "\u202e", "0",
             "-", "工单号", "2024-04-31", "9" * 40, "x" * 5000, "示例行", "NaN", "\x07", "sep=;")  # fmt: skip
    for _ in range(rng.randrange(1, 4)):
        rng.choice(sheet.rows)[rng.randrange(len(sheet.heads))] = rng.choice(nasty)
    rows = counts(store)
    rows[name] -= sum(not any(cell.strip() for cell in row) for row in sheet.rows)
    return Known("any text in any cell", rows=rows, spared=frozenset(set(store) - {name}))


STORE_CHANGES: tuple[Callable[[Store, random.Random], Known], ...] = (
    _junk_cell, _required_emptied, _row_twice, _row_dropped, _column_dropped, _column_twice, _heads_swapped,
    _head_unknown, _any_cells, _any_cells,
)  # fmt: skip


# ---- What happens to bytes.


def _bytes_changed(data: bytes, rng: random.Random, *, keep: bytes = b"", least: int = 0) -> bytes:
    """Some bytes changed, put in or taken out; those of `keep` are neither changed nor made."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at, what = rng.randrange(least, max(len(out), least + 1)), rng.random()
        if out[at : at + 1] in [bytes([b]) for b in keep]:
            continue
        new = bytes(b for b in (rng.randrange(256) for _ in range(rng.randrange(1, 4))) if b not in keep)
        if what < 0.5:
            out[at : at + 1] = new[:1] or b"x"
        elif what < 0.75:
            out[at:at] = new
        else:
            del out[at : at + 1]
    return bytes(out)


def _text_damaged(files: Files, store: Store, rng: random.Random) -> Known:
    """Bytes of a text changed, never a line end: the number of lines stays, so the rows do."""
    file = rng.choice([f for f in files if f.endswith(".csv")])
    data = files[file]
    if data[:2] in (
        b"\xff\xfe",
        b"\xfe\xff",
    ):  # a byte more or less moves all the others: nothing is known of it
        files[file] = _bytes_changed(data, rng)
        return Known("bytes of a text")
    files[file] = _bytes_changed(data, rng, keep=b"\r\n", least=3)
    return Known("bytes of a text", rows=counts(store), spared=_others(store, file))


def _signs_moved(files: Files, store: Store, rng: random.Random) -> Known:
    """Separators and quotation marks put in or taken out."""
    file = rng.choice([f for f in files if f.endswith(".csv")])
    encoding = _encoding(files[file])
    lines = files[file].decode(encoding)
    at = rng.randrange(len(lines))
    sign = rng.choice('"",;\t|\'“')
    if rng.random() < 0.5 and (places := [i for i, c in enumerate(lines) if c in '",;\t|']):
        at = rng.choice(places)
        lines = lines[:at] + rng.choice(("", sign)) + lines[at + 1 :]
    else:
        lines = lines[:at] + sign * rng.choice((1, 1, 2)) + lines[at:]
    files[file] = lines.encode(encoding)
    return Known(
        "a separator or quotation mark more or less", rows=counts(store), spared=_others(store, file)
    )


def _cut(files: Files, store: Store, rng: random.Random) -> Known:
    """A file that was not written to its end: as many rows as lines are left, or refused."""
    file = rng.choice(list(files))
    data = files[file]
    files[file] = data[: rng.randrange(1, len(data))]
    if not file.endswith(".csv"):
        return Known("a file cut off", refused=True)
    known = Known("a file cut off", spared=_others(store, file))
    try:
        left = files[file].decode(_encoding(data)).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return known
    lines = [line for line in left.split("\n") if line.strip(',;|\t" ')]
    known.rows = counts(store) | {_table_of(file): max(len(lines) - 1, 0)}
    return known


def _package_damaged(files: Files, store: Store, rng: random.Random) -> Known:
    """Bytes of a workbook's archive: its parts carry checksums, so it says the same or is refused."""
    file = rng.choice(list(files))
    files[file] = _bytes_changed(files[file], rng)
    return Known("bytes of a workbook", same=True)


def _entries_changed(files: Files, store: Store, rng: random.Random) -> Known:
    """Parts of a workbook in another order, packed otherwise, one taken out, emptied or put there twice."""
    file = rng.choice(list(files))
    with zipfile.ZipFile(io.BytesIO(files[file])) as package:
        parts = [(name, package.read(name)) for name in package.namelist()]
    what = rng.choice(("order", "packed", "out", "emptied", "more"))
    if what == "order":
        rng.shuffle(parts)
    elif what == "out":
        del parts[rng.randrange(len(parts))]
    elif what == "emptied":
        at = rng.randrange(len(parts))
        parts[at] = (parts[at][0], b"")
    elif what == "more":
        parts.append(("xl/media/more.bin", rng.randbytes(50)))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as package:
        for name, data in parts:
            package.writestr(name, data)
    files[file] = stream.getvalue()
    return Known("parts of a workbook", same=True, read=what in ("order", "packed", "more"))


_HARMLESS = (
    (rb'\bspans="[^"]*"', (b'spans="9:1"', b'spans="x"', b"")),
    (
        rb'<dimension ref="[^"]*"',
        (b'<dimension ref="A1"', b'<dimension ref="A1:XFD1048576"', b'<dimension ref="ZZZZ9"'),
    ),
    (rb'\bx14ac:\w+="[^"]*"', (b"",)),
    (rb"<pageMargins [^>]*/>", (b"", b"<pageMargins/>", b"<foo bar='1'/>")),
    (rb"<sheetFormatPr [^>]*/>", (b"", b'<sheetFormatPr defaultRowHeight="-1"/>')),
    (rb"<sheetViews>.*?</sheetViews>", (b"", b"<sheetViews/>")),
    (rb'standalone="yes"', (b'standalone="no"', b"")),
    (rb"<sheetData>", (b"<sheetData >", b"<sheetData><!-- a remark -->", b"<sheetData>\n  ")),
)
_WRONG = (
    (rb'\br="[A-Z]+\d+"', (b'r="ZZZZ99999999999"', b'r="B4294967295"', b'r=""', b'r="A0"', b'r="XFD1048576"')),
    (rb't="s"><v>\d+<', (b't="s"><v>99999999<',)),
    (rb"</sheetData>", (b"", b"</sheetDate>", b"<")),
    (rb"<sheetData>", (b"", b"<sheetData><sheetData>", b'<sheetData><row r="x"')),
)  # fmt: skip


def _xml_harmless(files: Files, store: Store, rng: random.Random) -> Known:
    """What a sheet says of itself besides its cells: the cells stay what they are."""
    return Known("XML beside the cells", same=_replaced(files, rng, _HARMLESS) or True, read=True)


def _xml_wrong(files: Files, store: Store, rng: random.Random) -> Known:
    """References to cells and texts that there are not, elements without an end: refused, or read the same."""
    _replaced(files, rng, _WRONG)
    return Known("XML that means nothing", same=True)


def _xml_bytes(files: Files, store: Store, rng: random.Random) -> Known:
    """Bytes of a part's XML, in a sound archive: nothing is known but that it must not break the program."""
    file = rng.choice(list(files))
    with zipfile.ZipFile(io.BytesIO(files[file])) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    part = rng.choice([name for name, data in parts.items() if data])
    parts[part] = _bytes_changed(parts[part], rng)
    files[file] = _packed(parts)
    return Known("bytes of a workbook's XML")


def _replaced(files: Files, rng: random.Random, changes: Any) -> bool:
    """One of the changes made at one place of a workbook's sheets; False where there is no such place."""
    file = rng.choice(list(files))
    with zipfile.ZipFile(io.BytesIO(files[file])) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    name = rng.choice(sheets)
    for pattern, news in rng.sample(changes, len(changes)):
        if places := list(re.finditer(pattern, parts[name], re.S)):
            place = rng.choice(places)
            parts[name] = parts[name][: place.start()] + rng.choice(news) + parts[name][place.end() :]
            files[file] = _packed(parts)
            return True
    return False


def _packed(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return stream.getvalue()


def _parquet_damaged(files: Files, store: Store, rng: random.Random) -> Known:
    """Bytes of a Parquet file, half of them of its footer: no rows are lost, whatever the cells hold."""
    file = rng.choice(list(files))
    data = files[file]
    footer = int.from_bytes(data[-8:-4], "little") + 8
    files[file] = _bytes_changed(data, rng, least=rng.choice((4, len(data) - footer)))
    return Known("bytes of a Parquet file", rows=counts(store), spared=_others(store, file))


def _files_split(files: Files, store: Store, rng: random.Random) -> Known:
    """A table in two files, as two exports of two months."""
    name = rng.choice(list(store))
    sheet, title = store[name], TABLES[name].zh
    at = rng.randrange(1, len(sheet.rows)) if len(sheet.rows) > 1 else 1
    for file in [f for f in files if _table_of(f) == name]:
        del files[file]
    marks = rng.choice(
        (("3月", "4月"), ("_20240331", "_20240430"), (" (1)", " (2)"), ("2024年3月", "2024年4月"))
    )
    for mark, rows in zip(marks, (sheet.rows[:at], sheet.rows[at:]), strict=True):
        files[f"{title}{mark}.csv"] = text(Sheet(list(sheet.heads), rows), rng)
    return Known("a table in two files", same=True, read=True)


def _other_files(files: Files, store: Store, rng: random.Random) -> Known:
    """Files that are none of the report's, and such as programs leave behind."""
    for name in rng.sample(
        ("~$维修工单.xlsx", ".DS_Store", "Thumbs.db", "说明.txt", "工资.xlsx", "_旧.csv", "x.pdf"), 3
    ):
        files[name] = rng.choice((b"", b"\x00\x01", "说明".encode(), rng.randbytes(30)))
    return Known("other files beside them", same=True, read=True)


def _anything(files: Files, store: Store, rng: random.Random) -> Known:
    """Any bytes under a table's name."""
    begins = rng.choice(
        (b"", b"PK\x03\x04", b"PAR1", b"\xef\xbb\xbf", b"\xff\xfe", b"\xd0\xcf\x11\xe0", b"<html>", b"<?xml")
    )
    file = next(f for f in files if _table_of(f) in ("repair_orders", ""))
    suffix = rng.choice((".csv", ".xlsx", ".xls", ".xlsm", ".parquet", ".txt"))
    del files[file]
    files[f"维修工单{suffix}"] = begins + rng.randbytes(rng.randrange(300))
    return Known("any bytes at all")


FILE_CHANGES: dict[str, tuple[Callable[[Files, Store, random.Random], Known], ...]] = {
    "csv": (_text_damaged, _signs_moved, _signs_moved, _cut, _files_split, _other_files, _anything),
    "xlsx": (_package_damaged, _entries_changed, _xml_harmless, _xml_wrong, _xml_bytes, _cut, _other_files),
    "book": (_package_damaged, _entries_changed, _xml_harmless, _xml_wrong, _xml_bytes, _cut),
    "parquet": (_parquet_damaged, _parquet_damaged, _cut, _other_files),
}


def _table_of(file: str) -> str:
    stem = file.rpartition(".")[0]
    return next((t.name for t in TABLES.values() if stem in (t.name, t.zh)), "")


def _others(store: Store, file: str) -> frozenset[str]:
    return frozenset(set(store) - {_table_of(file)})


def _encoding(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def mutate(store: Store, rng: random.Random) -> tuple[str, Files, Known]:
    """A changed source: its form, its files, and what is known of them."""
    form, what = rng.choice(FORMS), rng.random()
    changed = {name: sheet.copy() for name, sheet in store.items()}
    if what < 0.35:
        kinds = rng.sample(list(MEANING_THE_SAME), rng.randrange(1, 4))
        kinds.sort(key=list(MEANING_THE_SAME).index)  # titles come last: they stand above the heads
        for kind in kinds:
            for name, sheet in changed.items():
                if rng.random() < 0.6 and not (
                    form == "parquet" and kind.startswith(("titles", "blank rows"))
                ):
                    MEANING_THE_SAME[kind](sheet, name, rng)
        return (
            form,
            written(changed, form, rng),
            Known(kinds[0] if len(kinds) == 1 else "several of these", True, read=True),
        )
    if what < 0.6:
        known = rng.choice(STORE_CHANGES)(changed, rng)
        return form, written(changed, form, rng), known
    files = written(changed, form, rng)
    return form, files, rng.choice(FILE_CHANGES[form])(files, changed, rng)

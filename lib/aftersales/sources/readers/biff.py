"""What an .xls says of its sheets beside the values of their cells, which the reader of values passes over:
errors, how numbers are shown, hidden rows, formulas that no program has computed.

The records of the stream ``Workbook`` as [MS-XLS] has them, in the container that [MS-CFB] describes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from aftersales.sources.readers.sheet_xml import Marks, shown_as

_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_FORMULA, _UNCALCED, _NUMBER, _BOOLERR, _RK, _MULRK, _ROW = 0x06, 0x5E, 0x203, 0x205, 0x27E, 0xBD, 0x208
_BOUNDSHEET, _DATEMODE, _XF, _FORMAT, _BOF, _EOF = 0x85, 0x22, 0xE0, 0x41E, 0x809, 0x0A
_PERCENTS = {9: "0%", 10: "0%"}  # formats that Excel has by itself
_FREE = 0xFFFFFFFA  # a sector's number from here on is none


def marks(data: bytes) -> tuple[list[Marks], bool]:
    """What is to know of each sheet of cells, in their order, and whether days are counted from 1904.

    Raises
    ------
    ValueError, struct.error, IndexError
        The file is damaged.
    """
    stream = _stream(data)
    starts, formats, styles, since_1904 = [], dict(_PERCENTS), [], False
    for kind, body in _records(stream, 0):
        if kind == _BOUNDSHEET and body[5] == 0:
            starts.append(struct.unpack_from("<I", body)[0])
        elif kind == _DATEMODE:
            since_1904 = struct.unpack_from("<H", body)[0] == 1
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = _text(body[2:])
    shown = [formats.get(number, "") for number in styles]
    return [_sheet(stream, start, shown) for start in starts], since_1904


def _sheet(stream: bytes, start: int, formats: list[str]) -> Marks:
    marks, zeros, uncomputed = Marks(), [], False

    def number(row: int, column: int, style: int, value: float) -> None:
        if style < len(formats) and (text := shown_as(value, formats[style])):
            marks.texts.append((row, column, text))

    for kind, body in _records(stream, start):
        if kind == _UNCALCED:
            uncomputed = True
        elif kind == _ROW:
            if struct.unpack_from("<H", body, 12)[0] & 0x20:
                marks.hidden.add(struct.unpack_from("<H", body)[0])
        elif kind == _BOOLERR:
            row, column, _, code, is_error = struct.unpack_from("<HHHBB", body)
            if is_error:
                marks.texts.append((row, column, _ERRORS.get(code, "#VALUE!")))
        elif kind == _NUMBER:
            number(*struct.unpack_from("<HHHd", body))
        elif kind == _RK:
            row, column, style, packed = struct.unpack_from("<HHHI", body)
            number(row, column, style, _unpacked(packed))
        elif kind == _MULRK:
            row, column = struct.unpack_from("<HH", body)
            for i in range((len(body) - 6) // 6):
                style, packed = struct.unpack_from("<HI", body, 4 + 6 * i)
                number(row, column + i, style, _unpacked(packed))
        elif kind == _FORMULA:
            row, column, style = struct.unpack_from("<HHH", body)
            if body[12:14] != b"\xff\xff":
                value = struct.unpack_from("<d", body, 6)[0]
                number(row, column, style, value)
                zeros += [(row, column, "=")] if value == 0 else []
            elif body[6] == 2:
                marks.texts.append((row, column, _ERRORS.get(body[8], "#VALUE!")))
    marks.formulas += zeros if uncomputed else []
    return marks


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from one that begins a part to the one that ends it, parts within it left out."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _unpacked(packed: int) -> float:
    """A number as an RK record packs it: whole, or the first half of a float; perhaps a hundred times it."""
    if packed & 2:
        value = float(struct.unpack("<i", struct.pack("<I", packed & 0xFFFFFFFC))[0] >> 2)
    else:
        value = struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))[0]
    return value / 100 if packed & 1 else value


def _text(body: bytes) -> str:
    length, wide = struct.unpack_from("<HB", body)
    return (
        body[3 : 3 + 2 * length].decode("utf-16-le") if wide & 1 else body[3 : 3 + length].decode("latin-1")
    )


def _stream(data: bytes) -> bytes:
    """The stream of the workbook."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    small = 1 << struct.unpack_from("<H", data, 32)[0]
    first, cutoff, mini, _, more, _ = struct.unpack_from("<I4xIIIII", data, 48)

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    def numbers(number: int) -> list[int]:
        return list(struct.unpack(f"<{size // 4}I", sector(number)))

    tables = list(struct.unpack_from("<109I", data, 76))
    while more < _FREE and len(tables) * size < len(data) + 110 * size:
        *others, more = numbers(more)
        tables += others
    fat = [n for table in tables if table < _FREE for n in numbers(table)]

    def chain(start: int, following: list[int]) -> list[int]:
        found: list[int] = []
        while start < _FREE and len(found) <= len(following):
            found.append(start)
            start = following[start]
        return found

    directory = b"".join(map(sector, chain(first, fat)))
    entries = [directory[i : i + 128] for i in range(0, len(directory), 128)]
    names = [
        e[: max(struct.unpack_from("<H", e, 64)[0] - 2, 0)].decode("utf-16-le", "replace") for e in entries
    ]
    entry = entries[names.index("Workbook") if "Workbook" in names else names.index("Book")]
    start, length = struct.unpack_from("<II", entry, 116)
    if length >= cutoff:
        return b"".join(map(sector, chain(start, fat)))[:length]
    root = b"".join(map(sector, chain(struct.unpack_from("<I", entries[0], 116)[0], fat)))
    following = [n for number in chain(mini, fat) for n in numbers(number)]
    return b"".join(root[n * small : (n + 1) * small] for n in chain(start, following))[:length]

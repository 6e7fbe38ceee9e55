"""CSV files as raw tables: encoding, separator, quotation marks and lines that do not fit."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from aftersales.contract.errors import Fault, InputError
from aftersales.contract.message import Message
from aftersales.sources.cells.raw import Raw, headers_of, plain, required_places
from aftersales.sources.cells.repairs import repair
from aftersales.sources.readers import grid, kinds, lines
from aftersales.sources.readers import plain as plain_lines

_SEPARATORS = ",\t;|"
_WIDEST = 1000  # columns; more are no table but a broken file
_LOOKED_AT = 20_000  # characters in which the separator is looked for
_BEGINS = 4000  # characters in which the headers are looked for
_AGAIN = Message("重新导出", "Export the table again")
_TOO_MANY = Message("给含分隔符的文字加引号", "Put a text that has the separator in it in quotation marks")
_MISSING = Message(
    "补上缺的一列（空着也要有分隔符），或重新导出",
    "Put in the field that is missing (an empty one has its separator too), or export the table again",
)
_QUOTES = Message("找出多余的引号", "Look for a stray quotation mark")
_CSV = Message("CSV文件", "a CSV file")
_PIECE = 1 << 23  # bytes of a large file that are looked at together
_CUT_OFF = Message("文件没有写完：重新导出", "The file was not written to its end: export it again")


def table(data: bytes, name: str, file: str, more: Mapping[str, str]) -> Raw:
    """The table in a CSV file.

    Raises
    ------
    InputError
        The file is empty, in another encoding, cut off or broken.
    """
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        got = Message("空文件", "an empty file")
        raise _error("empty_file", got, grid.HEADER_ROW, file, grid.WITH_HEADS)
    if len(data) >= plain_lines.LEAST and (raw := _plainly(data, name, file, more)) is not None:
        return raw
    text = _decode(data, name, file, more)
    if "\0" in text:
        again = Message("导出为CSV、Excel或Parquet", "Export the table as CSV, Excel or Parquet")
        raise _error("unreadable", Message("二进制文件", "a binary file"), _CSV, file, again)
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    named, text = _named_separator(text)
    separator = named or _separator(text)
    counted = lines.counted(text, separator, before=1 if named else 0)
    widest = int(counted.fields.max(initial=1))
    if widest > _WIDEST:
        long = Message(f"一行有{widest}列", f"a line of {widest} fields")
        most = Message(f"最多{_WIDEST}列", f"at most {_WIDEST} columns")
        raise InputError([Fault("too_large", long, most, file, hint=_AGAIN)])
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            header=None,
            dtype=object,
            keep_default_na=False,
            sep=separator,
            skip_blank_lines=False,
            engine="c",
            quoting=csv.QUOTE_MINIMAL,
            names=range(widest),
            index_col=False,
        )
    except (pd.errors.ParserError, ValueError) as error:
        at = re.search(r"inside string starting at row (\d+)", str(error))
        got = Message("不成CSV的行", "lines that are no CSV")
        if at:
            got = Message("引号没有成对", "a quotation mark that is never closed")
        row = int(at[1]) + 1 if at else None
        raise _error("unreadable", got, _CSV, file, _QUOTES, row) from None
    cells = frame.to_numpy(dtype=object)
    try:
        raw = grid.table(cells, name, file, None, "text", more, count=lambda *_: int(counted.filled.sum()))
    except InputError:
        if faults := lines.swallowed(counted, cells, separator, file, ()):
            raise InputError(faults) from None
        raise
    faults = lines.swallowed(counted, cells, separator, file, [str(v) for v in cells[raw.header_row - 1]])
    joined = {fault.row for fault in faults}
    faults += [
        f for f in _ragged(raw, counted, cells, more, cut=not text.endswith("\n")) if f.row not in joined
    ]
    if faults:
        raise InputError(faults)
    if loose := len(counted.loose):
        raw.repairs.append(repair(file, None, "quotes", loose))
    if named:
        raw.repairs.append(repair(file, None, "separator_line", 1))
    return raw


def _plainly(data: bytes, name: str, file: str, more: Mapping[str, str]) -> Raw | None:
    """The table of a file in UTF-8 in which nothing is out of order; None of any other."""
    begins = data[: 4 * _LOOKED_AT + 20].decode("utf-8-sig", "ignore")
    begins = begins.replace("\r\n", "\n").replace("\r", "\n")
    if _named_separator(begins)[0]:
        return None
    return plain_lines.table(data, _separator(begins), name, file, more)


def pieces(file: Path, name: str, title: str, more: Mapping[str, str]) -> Iterator[Raw | None]:
    """The table of a large file in UTF-8 in which nothing is out of order, a piece at a time.

    None and no more where a closer look is needed. Parameters as of `table`.
    """
    with file.open("rb") as stream:
        begins = stream.read(4 * _LOOKED_AT).decode("utf-8-sig", "ignore").replace("\r\n", "\n")
        if _named_separator(begins)[0]:
            yield None
            return
        separator = _separator(begins)
        stream.seek(0)
        header, before = b"", 0
        while block := stream.read(_PIECE) + stream.readline():
            raw = plain_lines.table(header + block, separator, name, title, more)
            blank = block.endswith((b"\n\n", b"\n\r\n")) or not block.rstrip(b"\r\n")
            doubt = raw is None or raw.repairs or raw.left_out or raw.header_row != 1
            if raw is None or doubt or (blank and stream.read(1)):
                yield None
                return
            yield raw if raw.rows is None else replace(raw, rows=raw.rows + max(before - 1, 0))
            header = header or block[: block.index(b"\n") + 1]
            before += block.count(b"\n")


def _error(
    kind: str, got: Message, expected: str | Message, file: str, hint: Message, row: int | None = None
) -> InputError:
    return InputError([Fault(kind, got, expected, file, row=row, hint=hint)])


def _decode(data: bytes, name: str, file: str, more: Mapping[str, str]) -> str:
    """The text of a file in UTF-8, GB18030, or UTF-16 with a byte order mark.

    The bytes of the one are often valid in the other: the one in which headers are found counts.
    """
    expected = Message("UTF-8 或 GB18030", "UTF-8 or GB18030")
    hint = Message("另存为“CSV UTF-8”", "Save it as “CSV UTF-8”")
    known = headers_of(name, more)

    def has_headers(text: str) -> bool:
        return any(header in plain(text[:_BEGINS]) for header in known if not header.isascii())

    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            got = Message("损坏的UTF-16", "broken UTF-16")
            raise _error("encoding", got, expected, file, hint) from None
    if (order := kinds.utf16(data)) and has_headers(text := data.decode(order, "ignore")):
        return text
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = error.start
    got, at = Message("不是UTF-8的字节", "bytes that are no UTF-8"), data[:broken].count(b"\n") + 1
    if data.startswith(b"\xef\xbb\xbf"):
        raise _error("encoding", got, "UTF-8", file, hint, at)
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        if not has_headers(data[:broken].decode("utf-8", "replace")):
            got = Message("两种都不是的字节", "bytes that are neither")
            at = data[: error.start].count(b"\n") + 1
        raise _error("encoding", got, expected, file, hint, at) from None
    if has_headers(data[:broken].decode("utf-8", "replace")) and not has_headers(text):
        raise _error("encoding", got, "UTF-8", file, hint, at)
    return text


def _named_separator(text: str) -> tuple[str, str]:
    """The separator that a first line ``sep=;`` names, and the text without that line, as Excel shows it.

    >>> _named_separator("sep=;\\na;b")
    (';', 'a;b')
    """
    found = re.match(r'"?sep=([,;|\t])"?\n', text, re.I)
    return (found[1], text[found.end() :]) if found else ("", text)


def _separator(text: str) -> str:
    """The separator that most of the first lines have most often."""
    begins = text[:_LOOKED_AT].splitlines()[:20]
    return max(
        _SEPARATORS, key=lambda s: (sum(s in line for line in begins), sum(line.count(s) for line in begins))
    )


def _ragged(
    raw: Raw, counted: lines.Lines, cells: np.ndarray, more: Mapping[str, str], *, cut: bool
) -> list[Fault]:
    """Records with more or fewer fields than there are heads; what may be left out at their ends is repaired.

    A separator too many or a field too few has moved the others.

    Parameters
    ----------
    cut
        The last line has no end: a record that is short there was not written to its end.
    """
    if not len(raw):
        return []
    rows, heads = np.asarray(raw.rows) - 1, list(cells[raw.header_row - 1])
    named = max(i for i, v in enumerate(heads) if v and not v.isspace()) + 1
    outside = cells[:, named:][rows]
    beyond = ((outside != "") & ~np.asarray(grid.spaces(outside), dtype=bool)).any(axis=1)
    needed = required_places(heads, raw.table, more)
    wrong, short, expected = lines.unfit(counted, rows, raw.header_row - 1, named, needed, beyond)
    if short.any():
        raw.repairs.append(repair(raw.file, None, "short_rows", int(short.sum())))
    faults = []
    for record in rows[wrong]:
        fields = int(counted.fields[record])
        got, kind, hint = Message(f"{fields}列", f"{fields} fields"), "ragged", _MISSING
        right = Message(f"{expected}列，与其他行一样多", f"{expected}, as many as the other rows")
        if expected <= named or fields > named:
            right = Message(f"{named}列，与表头一样多", f"{named}, as many as there are heads")
        if fields > named:
            hint = _TOO_MANY
        elif cut and record == len(counted.fields) - 1:
            got, kind = Message(f"最后一行只有{fields}列", f"a last row of {fields} fields"), "cut_off"
            right, hint = Message(f"{expected}列", f"{expected} fields"), _CUT_OFF
        faults.append(Fault(kind, got, right, raw.file, row=int(record) + 1, hint=hint))
    return faults

"""Reads the sheets of a workbook in a process of its own, for a damaged file may end the process that reads
it.

`sheets` runs it as a script, with nothing on the path but the reader's folder and with as few imports as can
be, so that it starts in some hundredths of a second; no thread of the calling process is copied. It takes the
names of the sheets that are wanted and then the file's content, and gives of each sheet its name, whether it
is hidden, its merged ranges and its size, then its rows in parts, column by column, and DONE when all is
read. What is given is marshalled, with its length before it.
"""

from __future__ import annotations

import gc
import io
import marshal
import sys

TYPE_CHECKING = (
    False  # as type checkers know it; `typing` itself would take longer to import than all the rest
)
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

DONE = "done"
_ROWS = 2000  # of a part: the caller takes one in while the next is made
_MEMORY = 4 << 30
_PLAIN = {str, float, int, bool}


def parts(data: bytes, wanted: list[str]) -> Iterator[Any]:
    """What is given of a file, part by part."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        rows, merged = [], []
        if about.name in wanted:
            sheet = book.get_sheet_by_name(about.name)
            rows, merged = sheet.to_python(skip_empty_area=False), list(sheet.merged_cell_ranges or [])
        hidden, width = about.visible != SheetVisibleEnum.Visible, len(rows[0]) if rows else 0
        yield about.name, hidden, merged, len(rows), width
        for at in range(0, len(rows) if width else 0, _ROWS):
            yield [_column(cells) for cells in zip(*rows[at : at + _ROWS], strict=True)]
    yield DONE


def _column(cells: tuple[Any, ...]) -> tuple[bool, Any]:
    """A column of a part, and whether it has dates or times: each stands as its class in `datetime` and its
    state."""
    if _PLAIN.issuperset(map(type, cells)):
        return False, cells
    return True, [v if type(v) in _PLAIN else (type(v).__name__, *v.__reduce__()[1]) for v in cells]


def limit(seconds: int) -> None:
    """Whatever a file says of its size, this process ends before the machine is brought down.

    It leaves no core.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in (("RLIMIT_AS", _MEMORY), ("RLIMIT_CPU", seconds), ("RLIMIT_CORE", 0)):
        hard = resource.getrlimit(number := getattr(resource, kind))[1]
        try:
            resource.setrlimit(number, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (
            OSError,
            ValueError,
        ):  # not on every system; there the time that it may take is all that ends it
            continue


def _give(part: Any) -> None:
    data = marshal.dumps(part, 2)
    sys.stdout.buffer.write(len(data).to_bytes(8, "little") + data)


if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    gc.disable()
    limit(int(sys.argv[2]))
    length = int.from_bytes(sys.stdin.buffer.read(8), "little")
    requested = marshal.loads(sys.stdin.buffer.read(length))
    for one in parts(sys.stdin.buffer.read(), requested):
        _give(one)

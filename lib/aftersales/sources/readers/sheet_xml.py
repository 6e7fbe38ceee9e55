"""What the XML of an .xlsx says of a sheet beside the values of its cells: errors and formulas, how numbers
are shown, hidden rows, and how many cells and rows have anything in them.

Most sheets have nothing of the kind, which a quick look tells; the others are gone through cell by cell.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

_ROW = re.compile(rb"<row[\s/>]")
_VALUE = re.compile(rb"<v>[^<]|<t[ >]")
# A format of numbers that shows them with zeros in front, perhaps behind letters: 00000000, "R"0000.
_PADDED = re.compile(r'(?:"([^"]*)"|\\(.))?(0+)')
_PERCENT = re.compile(r'"[^"]*"|\\.|(%)')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PERCENTS = ("9", "10")  # formats that Excel has by itself


@dataclass
class Marks:
    """What is to know of a sheet; rows and columns from 0.

    Attributes
    ----------
    texts
        Row, column and text of cells that show something else than their value: an error, 85%, 00012.
    formulas
        Row, column and text of formulas that no program has computed.
    hidden
        The rows that are hidden or filtered out.
    cells, rows
        How many have anything in them.
    """

    texts: list[tuple[int, int, str]] = field(default_factory=list)
    formulas: list[tuple[int, int, str]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    cells: int = 0
    rows: int = 0


class Package:
    """The parts of a workbook that say how the cells of all its sheets are to be taken."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package

    def _part(self, name: str) -> bytes:
        try:
            return self.package.read(f"xl/{name}")
        except KeyError:
            return b""

    @cached_property
    def since_1904(self) -> bool:
        """Whether its days are counted from 1904."""
        return re.search(rb'\bdate1904\s*=\s*"(?:1|true)"', self._part("workbook.xml")) is not None

    @cached_property
    def uncomputed(self) -> bool:
        """Whether whatever opens it is told to compute its formulas: their values are none yet."""
        return re.search(rb'\bfullCalcOnLoad\s*=\s*"(?:1|true)"', self._part("workbook.xml")) is not None

    @cached_property
    def formats(self) -> Mapping[str, str]:
        """The styles that show a number as something else, by their number: its format."""
        styles = self._part("styles.xml")
        if not styles:
            return {}
        root = ElementTree.fromstring(styles)
        codes = {e.get("numFmtId", ""): e.get("formatCode", "") for e in root.iter() if _name(e) == "numFmt"}
        codes |= dict.fromkeys(_PERCENTS, "0%")
        used = next((list(e) for e in root.iter() if _name(e) == "cellXfs"), [])
        shown = {str(i): codes.get(e.get("numFmtId", ""), "") for i, e in enumerate(used)}
        return {style: code for style, code in shown.items() if shown_as(12.0, code) is not None}

    @cached_property
    def blanks(self) -> set[str]:
        """The numbers of shared texts that have nothing in them."""
        found: set[str] = set()
        number = 0
        if not (shared := self._part("sharedStrings.xml")):
            return found
        for _, element in ElementTree.iterparse(io.BytesIO(shared)):
            if _name(element) == "si":
                if not _text(element).strip():
                    found.add(str(number))
                number += 1
                element.clear()
        return found

    def marks(self, xml: bytes) -> Marks:
        """What a sheet's XML says, in full."""
        marks = Marks()
        row = column = -1
        filled = False
        for event, element in ElementTree.iterparse(io.BytesIO(xml), ("start", "end")):
            name = _name(element)
            if name == "row" and event == "start":
                row, column, filled = int(element.get("r") or row + 2) - 1, -1, False
                hidden = element.get("hidden") in ("1", "true")
            elif name == "row":
                if filled:
                    marks.rows += 1
                    marks.hidden |= {row} if hidden else set()
                element.clear()
            elif name == "c" and event == "end":
                place = re.fullmatch(r"([A-Za-z]{1,3})\d+", element.get("r") or "")
                column = _number(place[1].upper()) if place else column + 1
                cell = self._cell(marks, row, column, element)
                marks.cells += cell
                filled = filled or cell
        return marks

    def _cell(self, marks: Marks, row: int, column: int, element: ElementTree.Element) -> bool:
        """Take note of a cell; whether it has anything in it."""
        parts = {_name(child): child for child in element}
        kind, formula, value = element.get("t", "n"), parts.get("f"), parts.get("v")
        text = (value.text or "") if value is not None else ""
        if kind == "inlineStr":
            return "is" in parts and bool(_text(parts["is"]).strip())
        if formula is not None and (
            (value is None or (not text and kind != "str"))
            or (self.uncomputed and kind == "n" and re.fullmatch(r"0(?:\.0*)?", text))
        ):
            marks.formulas.append((row, column, f"={formula.text or ''}"))
            return False
        if kind == "e":
            marks.texts.append((row, column, text or "#VALUE!"))
            return True
        if kind == "n" and text and (code := self.formats.get(element.get("s", ""))):
            try:
                if shown := shown_as(float(text), code):
                    marks.texts.append((row, column, shown))
            except ValueError:  # no number: it is read as what it is
                pass
        if kind == "s":
            return bool(text) and text.strip() not in self.blanks
        return bool(_ESCAPED.sub(_character, text).strip())

    def plain(self, xml: bytes) -> tuple[int, int] | None:
        """How many cells and rows have anything in them, where a quick look is enough; else None."""
        if b"<f" in xml or b'hidden="' in xml or b't="e"' in xml or b"<!" in xml or b"<row" not in xml:
            return None
        if any(f's="{style}"'.encode() in xml for style in self.formats):
            return None
        if xml.count(b"<c ") != xml.count(b'<c r="'):
            return None
        starts = [found.start() for found in _ROW.finditer(xml)]
        ends = [*starts[1:], len(xml)]
        rows = sum(_VALUE.search(xml, a, b) is not None for a, b in zip(starts, ends, strict=True))
        return xml.count(b"<v>") - xml.count(b"<v></v>") + xml.count(b"<is>"), rows


def shown_as(number: float, code: str) -> str | None:
    """A number as its format shows it, where that is more than the number: a percentage, zeros in front.

    >>> shown_as(0.85, "0.0%"), shown_as(12, "00000"), shown_as(12, '"R"0000'), shown_as(12, "0.00")
    ('85%', '00012', 'R0012', None)
    """
    first = code.partition(";")[0]
    if any(found[1] for found in _PERCENT.finditer(first)):
        return f"{number * 100:.12g}%"
    found = _PADDED.fullmatch(first)
    if found is None or not float(number).is_integer() or number < 0:
        return None
    before, zeros = found[1] or found[2] or "", len(found[3])
    return f"{before}{int(number):0{zeros}d}" if before or zeros > 1 else None


def _text(element: ElementTree.Element) -> str:
    """The text of a cell or of a shared text, without how it is to be spoken."""
    parts = []
    for child in element:
        if _name(child) == "t":
            parts.append(child.text or "")
        elif _name(child) == "r":
            parts.append(_text(child))
    return _ESCAPED.sub(_character, "".join(parts))


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _name(element: ElementTree.Element) -> str:
    tag: Any = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1

"""What a reader of a report's PDF goes by, held against its pages: feet, heads and bookmarks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import pypdf

# The sizes of headings, by their depth; nothing else of a report is set in them.
_SIZES = {1: 21, 2: 13}
# In points: the top margin, how far below it a page's first heading is at most, and one below its bookmark.
_MARGIN, _FIRST, _BELOW = 71, 25, 40
_FOOT = re.compile(r"第\s*(\d+)\s*页\s*/\s*共\s*(\d+)\s*页|Page (\d+) of (\d+)")
# The first page, which is bookmarked, has no heading as high as a chapter's.
_FIRST_PAGE = ("本月概要", "Themonthinbrief")


@dataclass
class Page:
    """A page as it is set: its text, and the text with size and height above the foot."""

    text: str
    runs: list[tuple[str, float, float]]
    height: float

    def headings(self, depth: int) -> list[tuple[str, float]]:
        """The headings of a depth, each with its height."""
        found = []
        for size, runs in groupby(self.runs, lambda run: run[1]):
            if size == _SIZES[depth]:
                texts, _, heights = zip(*runs, strict=True)
                found.append(("".join(texts), heights[0]))
        return found

    @property
    def head(self) -> str:
        edge = self.height - _MARGIN + 10
        return "".join(text for text, size, height in self.runs if height > edge and size < 8)


@dataclass
class Mark:
    """A bookmark: where it leads."""

    depth: int
    title: str
    page: int
    height: float


def squeezed(content: str) -> str:
    """Text without spaces: readers differ on the thin gap between Chinese and Latin."""
    return re.sub(r"\s+|\u200b", "", content)


def faults(made: bytes | pypdf.PdfReader) -> list[str]:
    """What does not lead where it says; nothing when all is well."""
    pdf = pypdf.PdfReader(io.BytesIO(made)) if isinstance(made, bytes) else made
    read, marks = pages(pdf), list(_marks(pdf, pdf.outline, 1))
    first = [mark for mark in marks if mark.title in _FIRST_PAGE]
    found = [f"the bookmark {mark.title} leads to page {mark.page}" for mark in first if mark.page != 1]
    rest = [mark for mark in marks if mark not in first]
    return [*found, *_feet(read), *_bookmarks(read, rest), *_heads(read)]


@lru_cache(maxsize=1)
def pages(pdf: pypdf.PdfReader) -> list[Page]:
    """The pages, read once."""
    return [_page(page) for page in pdf.pages]


def _page(page: pypdf.PageObject) -> Page:
    runs: list[tuple[str, float, float]] = []

    def see(text, cm, tm, font, size) -> None:
        if text.strip():
            runs.append((squeezed(text), size, float(cm[5])))

    return Page(page.extract_text(visitor_text=see), runs, float(page.mediabox.height))


def _marks(pdf: pypdf.PdfReader, entries: list, depth: int) -> Iterator[Mark]:
    for entry in entries:
        if isinstance(entry, list):
            yield from _marks(pdf, entry, depth + 1)
        else:
            page = pdf.get_destination_page_number(entry) + 1
            yield Mark(depth, squeezed(str(entry.title)), page, float(entry.top))


def _feet(read: list[Page]) -> Iterator[str]:
    for number, page in enumerate(read, 1):
        told = [tuple(int(n) for n in found if n) for found in _FOOT.findall(page.text)]
        if told[-1:] != [(number, len(read))]:
            yield f"the foot of page {number} of {len(read)} says {told}"


def _bookmarks(read: list[Page], marks: list[Mark]) -> Iterator[str]:
    for mark in marks:
        there = read[mark.page - 1].headings(mark.depth)
        if not any(mark.title == name and 0 <= mark.height - height < _BELOW for name, height in there):
            yield f"the bookmark {mark.title} leads to page {mark.page}, {mark.height:.0f} high: {there}"
    listed = [mark.title for mark in marks if mark.depth == 1]
    begun = [name for page in read for name, _ in page.headings(1)]
    if listed != begun:
        yield f"the bookmarks {listed} are of the headings {begun}"


def _heads(read: list[Page]) -> Iterator[str]:
    """A running head names the chapter that a page holds, or the first and the last."""
    going_on, before = "", set()
    for number, page in enumerate(read, 1):
        begun = page.headings(1)
        held = [name for name, _ in begun]
        at_top = begun and begun[0][1] > page.height - _MARGIN - _FIRST
        if going_on and not at_top:
            held.insert(0, going_on)
        going_on = held[-1] if held else ""
        expected = "–".join(dict.fromkeys([*held[:1], *held[-1:]]))
        if held and not page.head.endswith(expected):
            yield f"the running head of page {number} is {page.head}; the page holds {held}"
        elif held:
            before.add(page.head.removesuffix(expected))
    if len(before) > 1:
        yield f"running heads begin differently: {sorted(before)}"

"""The report on paper: Typst sets the notebook's document as a tagged PDF that satisfies PDF/UA-1."""

from __future__ import annotations

import functools
import json
import logging
import re
import unicodedata
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Any

import typst
from nbformat import NotebookNode
from traitlets import default

from aftersales.contract.errors import AftersalesError
from aftersales.contract.message import Message
from aftersales.display import fonts
from aftersales.export import document
from aftersales.export.pdf import blank, printed
from aftersales.export.published import PublishedExporter

_log = logging.getLogger(__name__)

TEMPLATE = Path(__file__).parent / "typst"
# Stands for a character that the fonts lack.
SUBSTITUTE = "□"
# Characters missing from the Chinese font that Typst's own monospaced font has.
SYMBOLS = "✔✗✘☐☑☒₀₁₂₃₄₅₆₇₈₉₊₋⬆⬇➔➜➤�"
_POINTS_PER_PIXEL = 0.75
_PDF = {"format": "pdf", "pdf_standards": ["ua-1"]}
_LOOK = {"format": "png", "ppi": blank.PIXELS_PER_INCH}
# So often the pages are set at most, until none is too empty.
_ATTEMPTS = 12
# What Typst says when pages still move after its last attempt, and of what moves.
_UNSETTLED = re.compile(r"did not (?:converge|stabilize)")


class ReportPDFExporter(PublishedExporter):
    """Turns the report's notebook, its published master or a single executed chapter, into a PDF.

    Inputs are hidden; the document is read as the page reads it, so numbers of exhibits and contents are
    the same. The bytes depend on the notebook alone.
    """

    export_from_notebook = "After-sales report (PDF)"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _file_extension(self) -> str:
        return ".pdf"

    def from_notebook_node(  # type: ignore[override]  # nbconvert's own exporters of files do the same
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The PDF of a notebook.

        Returns
        -------
        tuple of bytes and dict
            The PDF, and nbconvert's resources with what it was set from, ``printed``.
        """
        nb_copy, resources = super().from_notebook_node(nb, resources, **kw)
        content = printed.data(document.read(nb_copy))
        return _set(content), {**resources, "printed": content}


def prepare(typst: bool = True) -> None:
    """Load now what the first PDF would: the font's characters, what looks at pages, Typst and its fonts.

    `typst`: set an empty one, which starts threads.
    """
    _points()
    blank.prepare()
    if typst:
        pdf(document.Document("zh", {}, None, [], []))


def pdf(doc: document.Document) -> bytes:
    """Set a document.

    Parameters
    ----------
    doc : Document
        What `document.read` made of a notebook.

    Returns
    -------
    bytes
        A tagged PDF/UA-1 with every font it uses inside.
    """
    return _set(printed.data(doc))


def _set(data: dict[str, Any]) -> bytes:
    content, replaced = printable(data)
    content = {**content, "replaced": replaced}
    return _compile("report.typ", content, _smaller(content), **_PDF)[0]


def _smaller(content: dict[str, Any]) -> dict[str, float]:
    """The widths of the pictures that would leave a page too empty at their full one, by their anchors.

    Pages are looked at as small pictures, which costs little beside setting them, and again only where
    something has moved behind the page that is to be mended.
    """
    widths: dict[str, float] = {}
    shares = _shares(content, widths)
    if not blank.too_empty(shares, ()):
        return widths
    stands = _where(content, widths)
    pages = blank.too_empty(shares, stands["chapters"])
    found: list[tuple[int, dict[str, float]]] = []
    while pages and len(found) < _ATTEMPTS - 1:
        found.append((len(pages), widths))
        following = blank.narrower(pages, stands["charts"], widths)
        if following is None:
            break
        widths, before = following, blank.behind(pages[0], stands["titled"])
        stands = _where(content, widths)
        if blank.behind(pages[0], stands["titled"]) != before:
            pages = blank.too_empty(_shares(content, widths), stands["chapters"])
    return min([*found, (len(pages), widths)], key=lambda one: one[0])[1]


def _shares(content: dict[str, Any], smaller: dict[str, float]) -> list[float]:
    """How empty each page is."""
    return [blank.share(page) for page in _compile("report.typ", content, smaller, **_LOOK)]


def _where(content: dict[str, Any], smaller: dict[str, float]) -> dict[str, Any]:
    """On which page, and how far down, charts and chapters stand, and all that has a title."""
    world = _world("report.typ", content, smaller)
    found: dict[str, Any] = json.loads(typst.query(selector="<places>", field="value", one=True, **world))
    return found


def svgs_to_pngs(pictures: Sequence[tuple[str, int]], scale: float = 2) -> list[bytes]:
    """Draw SVGs as PNGs on white, for mail programs that show no SVG; all at once, which is quicker.

    Parameters
    ----------
    pictures : sequence of (str, int)
        Each picture, whose text is set in the report's font, and the width it will be shown at in CSS pixels.
    scale : float
        Pixels of the PNG for each CSS pixel.
    """
    if not pictures:
        return []
    drawn = [
        {"svg": printed.narrow_signs(svg), "width": width * _POINTS_PER_PIXEL} for svg, width in pictures
    ]
    content, _ = printable({"pictures": drawn})
    return _compile("picture.typ", content, {}, format="png", ppi=72 * scale / _POINTS_PER_PIXEL)


def _compile(
    template: str, content: dict[str, Any], smaller: dict[str, float], **options: Any
) -> list[bytes]:
    """What Typst makes of a template: one file, or a picture a page."""
    made: bytes | list[bytes]
    try:
        made, warnings = typst.compile_with_warnings(**_world(template, content, smaller), **options)
    except typst.TypstError as error:
        said = str(error.diagnostic).strip()
        raise AftersalesError(
            Message(f"PDF排版失败。Typst的原文：\n“{said}”", f"The PDF could not be set.\n{said}")
        ) from error
    unsettled = [w for w in warnings if _UNSETTLED.search(w.message)]
    if unsettled:
        raise AftersalesError(_moving(str(content.get("title") or template), unsettled))
    for warning in warnings:
        _log.info("Typst: %s", warning)
    return [made] if isinstance(made, bytes) else made


def _world(template: str, content: dict[str, Any], smaller: dict[str, float]) -> dict[str, Any]:
    """All that Typst sees: the templates, and beside them `data.json` and `smaller.json`.

    Widths stand in a file of their own: what does not read them is set once, however often they are tried,
    which takes a fifth of the time.
    """
    templates = {path.name: path.read_bytes() for path in TEMPLATE.glob("*.typ")}
    given = {"data.json": content, "smaller.json": smaller}
    texts = {name: json.dumps(value, ensure_ascii=False).encode() for name, value in given.items()}
    return {
        "input": {**templates, "main.typ": templates[template], **texts},
        "font_paths": _fonts(),
        "ignore_system_fonts": True,
    }


def _moving(title: str, unsettled: Iterable[typst.TypstWarning]) -> Message:
    """Why a PDF whose pages have not settled is not made: its contents could name wrong pages."""
    messages = "; ".join(dict.fromkeys(warning.message for warning in unsettled))
    return Message(
        f"没有做出《{title}》的PDF：Typst排到最后一次，页面仍在移动，页码可能有错；应是能定下来的版面。"
        f"Typst的原文：“{messages}”\n"
        "可以先去掉自己加的某一章（参数 `chapters`），看是不是它引起的；"
        "没有自己的章时，这是程序的错误，请报告。",
        f"The PDF of “{title}” was not made: its pages still move after Typst's last attempt, so that page "
        f"numbers in it could be wrong; expected a layout that settles. Typst says: {messages}.\n"
        "Leave a chapter of your own out (`chapters` in the params) to see whether it is the cause; without "
        "one, this is an error of the program: report it.",
    )


def printable(content: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Replace the characters that the fonts lack, and drop those that show nothing.

    Parameters
    ----------
    content : dict
        Plain data; it is not changed.

    Returns
    -------
    tuple of dict and int
        The same data, fit to be set, and how many characters were replaced.
    """
    count = 0

    def fit(value: Any) -> Any:
        nonlocal count
        if isinstance(value, str):
            strange = [character for character in set(value) if not _can_be_set(character)]
            if not strange:
                return value
            table = {ord(c): "" if _shows_nothing(c) else SUBSTITUTE for c in strange}
            count += sum(value.count(c) for c in strange if table[ord(c)])
            return value.translate(table)
        if isinstance(value, dict):
            return {key: fit(part) for key, part in value.items()}
        if isinstance(value, list):
            return [fit(part) for part in value]
        return value

    return fit(content), count


def _shows_nothing(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cc", "Mn", "Me") or "\ufe00" <= character <= "\ufe0f"


@functools.cache
def _fonts() -> typst.Fonts:
    """The Chinese font, and those that Typst brings along, of which only the symbols are used."""
    return typst.Fonts(False, True, [str(fonts.folder())])


@functools.cache
def _can_be_set(character: str) -> bool:
    if character in SYMBOLS or character in "\n\t\u200b":
        return True
    return ord(character) in _points() and not _shows_nothing(character)


@functools.cache
def _points() -> Container[int]:
    """The code points of the Chinese font."""
    import uharfbuzz as hb

    points: Container[int] = hb.Face(hb.Blob.from_file_path(str(fonts.path("Regular")))).unicodes
    return points

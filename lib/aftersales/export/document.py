"""A report's notebook as a document: chapters, headings, numbered exhibits; what a form then renders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

from nbformat import NotebookNode

from aftersales.contract.schema import Lang
from aftersales.display.exhibit import MIME as EXHIBIT

SUMMARY = "summary"
# Exhibits of the summary that a form sets in places of their own.
LISTS = ("certain", "waiting", "better", "worse", "compared", "decisions", "remark")
FRONT = ("verdict", "cards", "waterfall", *LISTS)
NUMBERED = {"chart": {"zh": "图", "en": "Figure"}, "table": {"zh": "表", "en": "Table"}}
# Counted by themselves, so that on paper, which has none of them, no number is missing.
FOLDED = {"zh": "附表", "en": "Look-up table"}

_HEADING = re.compile(r"^(#{1,2})[ \t]+(.+?)[ \t#]*$")
_QUOTE = re.compile(r"^> ?", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~)")
_NUMBER = re.compile(r"^(\d{1,2})[.、．]?\s+")
_OBJECT = re.compile(r"^(\[?<[^>]* at 0x[0-9a-f]+>\]?|<Figure size .*>|<Axes: .*>|None)$")
_PICTURES = ("image/svg+xml", "image/png", "image/jpeg")

BlockKind = Literal["exhibit", "heading", "prose", "html", "svg", "picture", "plain"]


@dataclass(frozen=True)
class Block:
    """One thing on the page.

    Attributes
    ----------
    body
        The payload of an exhibit, Markdown of ``prose``, or the output itself.
    number
        ``图 5-1``, for charts and tables.
    level
        Heading level of a heading or of an exhibit's title, below a chapter's 2.
    alt
        Text alternative of a picture.
    """

    kind: BlockKind
    body: Any
    anchor: str = ""
    number: str = ""
    level: int = 3
    alt: str = ""


@dataclass
class Chapter:
    """A chapter with its question and its finding; `number` is empty for the summary."""

    key: str
    number: str
    title: str
    anchor: str
    question: str = ""
    findings: list[dict[str, Any]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    @property
    def sections(self) -> list[Block]:
        """The headings inside the chapter."""
        return [block for block in self.blocks if block.kind == "heading"]


@dataclass
class Document:
    """The whole report.

    Attributes
    ----------
    meta
        ``store``, ``month``, ``title``, ``synthetic``, ``masked``, ``generated``, ``version``, ``revision``.
    summary
        The part before the chapters, or None for a chapter on its own.
    chapters, appendices
        Numbered 1, 2 … and A, B ….
    """

    lang: Lang
    meta: dict[str, Any]
    summary: Chapter | None
    chapters: list[Chapter]
    appendices: list[Chapter]

    @property
    def lists(self) -> list[dict[str, Any]]:
        """The lists of the summary, in the order in which every form shows them."""
        return [p for role in LISTS for p in self.role(role)]

    def role(self, role: str) -> list[dict[str, Any]]:
        """The summary's payloads of a role (``verdict``, ``cards`` …)."""
        blocks = self.summary.blocks if self.summary else []
        return [b.body for b in blocks if b.kind == "exhibit" and b.body.get("role") == role]


def language(nb: NotebookNode) -> Lang:
    """``zh`` or ``en``: what the report's metadata says, else Chinese."""
    return "en" if nb.metadata.get("aftersales", {}).get("lang") == "en" else "zh"


def read(nb: NotebookNode) -> Document:
    """Read a notebook, combined report or single chapter; it is not changed.

    Cells tagged ``remove-cell`` and those of the other language are left out. A text that has the report's
    language in its metadata (``aftersales.en``) is read from there.
    """
    lang = language(nb)
    unwanted = {"remove-cell"} | ({"zh", "en"} - {lang})
    wanted = [
        _in_language(cell, lang) for cell in nb.cells if unwanted.isdisjoint(cell.metadata.get("tags", []))
    ]
    chapters: list[Chapter] = []
    anchors: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    appendices = 0
    for key, number, cells in _parts(wanted):
        title, question, rest = _opening(cells)
        found = _NUMBER.match(title)
        number_text = str(number) if number is not None else found[1] if found else ""
        chapter = Chapter(key, number_text, _NUMBER.sub("", title), f"ch-{_slug(key)}", question)
        if chapters and not number_text and key != SUMMARY:
            chapter.number = chr(ord("A") + appendices)
            appendices += 1
        counts.clear()
        for block in _blocks(rest, chapter, lang, anchors, counts):
            finding = block.kind == "exhibit" and block.body.get("role") == "finding"
            if finding and not chapter.blocks and block.body.get("kind") == "text":
                chapter.findings.append(block.body)
            else:
                chapter.blocks.append(block)
        looked_up = any(folded(block) for block in chapter.blocks)
        if not any(_has_content(block) and not folded(block) for block in chapter.blocks):
            if chapter.findings:
                # its finding says that there is nothing; a row of empty sections would not say more
                chapter.blocks = []
            elif not looked_up:
                chapter.blocks = list(_each_said_once(chapter.blocks))
        elif chapter.findings:
            chapter.blocks = list(_sections_with_content(chapter.blocks))
        chapters.append(chapter)
    summary = next((c for c in chapters if c.key == SUMMARY), None)
    if summary:
        summary.blocks = list(_heading_something(summary.blocks))
    return Document(
        lang,
        dict(nb.metadata.get("aftersales", {})),
        summary,
        [c for c in chapters if c is not summary and not c.number.isalpha()],
        [c for c in chapters if c is not summary and c.number.isalpha()],
    )


def _in_language(cell: NotebookNode, lang: Lang) -> NotebookNode:
    text = cell.metadata.get("aftersales", {}).get(lang)
    return cell if text is None else NotebookNode({**cell, "source": text})


def folded(block: Block) -> bool:
    """Whether a block is there to be looked up: folded on the page, in the workbook, not on paper."""
    return block.kind == "exhibit" and bool(block.body.get("folded"))


def _has_content(block: Block) -> bool:
    return block.kind != "heading" and not (block.kind == "exhibit" and block.body["kind"] == "empty")


def _each_said_once(blocks: Iterable[Block]) -> Iterator[Block]:
    """What empty exhibits say in place of their values, each text once, without the headings between."""
    said: set[str] = set()
    for block in blocks:
        if block.kind == "exhibit" and block.body["text"] not in said:
            said.add(block.body["text"])
            yield block


def _sections_with_content(blocks: list[Block]) -> Iterator[Block]:
    """The blocks but for sections that hold nothing; and where a finding says it, what says it again."""
    starts = [n for n, block in enumerate(blocks) if block.kind == "heading"]
    for start, end in pairwise([0, *(n for n in starts if n), len(blocks)]):
        section = blocks[start:end]
        held = [block for block in section if _has_content(block)]
        if not held and start in starts:
            continue
        words = held and all(block.kind == "exhibit" and block.body["kind"] == "text" for block in held)
        yield from (block for block in section if not words or _has_content(block) or block.kind == "heading")


def _parts(cells: Iterable[NotebookNode]) -> Iterator[tuple[str, int | None, list[NotebookNode]]]:
    """The cells of each chapter: those of one ``aftersales.chapter``, else from one `# ` to the next."""
    part: list[NotebookNode] = []
    key, number = "", None
    for cell in cells:
        own = cell.metadata.get("aftersales", {})
        title = cell.cell_type == "markdown" and cell.source.lstrip().startswith("# ")
        starts = own["chapter"] != key if "chapter" in own else title
        if starts and any(c.cell_type == "markdown" or c.get("outputs") for c in part):
            yield key or "chapter", number, part
            part = []
        if starts:
            key, number = own.get("chapter", f"part-{_slug(cell.source.splitlines()[0])}"), own.get("number")
        part.append(cell)
    if part:
        yield key or "chapter", number, part


def _opening(cells: list[NotebookNode]) -> tuple[str, str, list[NotebookNode]]:
    """Title, question (the text under it) and the other cells of a chapter."""
    for place, cell in enumerate(cells):
        if cell.cell_type == "markdown" and cell.source.lstrip().startswith("# "):
            title, _, question = cell.source.lstrip().partition("\n")
            heading, text = title[2:].strip(), question.strip()
            if any(_HEADING.match(line) for line in text.splitlines()):
                rest = cell.copy()
                rest["source"] = text
                return heading, "", [*cells[:place], rest, *cells[place + 1 :]]
            return heading, _QUOTE.sub("", text), cells[:place] + cells[place + 1 :]
    return "", "", cells


def _blocks(
    cells: list[NotebookNode], chapter: Chapter, lang: str, anchors: Counter[str], counts: Counter[str]
) -> Iterator[Block]:
    heading = chapter.title
    level = 3
    for cell in cells:
        if cell.cell_type == "markdown":
            for text, is_heading in _pieces(_with_attachments(cell)):
                if is_heading:
                    heading, level = text, 4
                    yield Block("heading", text, _unique(f"{chapter.anchor}-{_slug(text)}", anchors))
                elif text.strip():
                    yield Block("prose", text)
        for output in cell.get("outputs", []):
            block = _output(output, heading)
            if block is None:
                continue
            if block.kind != "exhibit":
                yield replace(block, anchor=_unique(f"{chapter.anchor}-output", anchors))
                continue
            kind, number = block.body["kind"], ""
            if kind in NUMBERED and chapter.number:
                aside = bool(block.body.get("folded"))
                counts["folded" if aside else kind] += 1
                name = FOLDED[lang] if aside else NUMBERED[kind][lang]
                number = f"{name} {chapter.number}-{counts['folded' if aside else kind]}"
            anchor = _unique(_slug(str(block.body.get("id") or f"{chapter.key}-{kind}")), anchors)
            yield Block("exhibit", block.body, anchor, number, level)


def _heading_something(blocks: list[Block]) -> Iterator[Block]:
    """The summary's blocks without headings over nothing but what stands elsewhere."""
    waiting: list[Block] = []
    for block in blocks:
        if block.kind == "heading":
            waiting = [block]
            continue
        if block.kind != "exhibit" or block.body.get("role") not in FRONT:
            yield from waiting
            waiting = []
        yield block


def _output(output: NotebookNode, heading: str) -> Block | None:
    """The block of one output: its exhibit if it has one, else its best format."""
    if output.output_type == "stream":
        return (
            Block("plain", output.text.rstrip()) if output.name == "stdout" and output.text.strip() else None
        )
    if output.output_type == "error":
        return Block("plain", f"{output.ename}: {output.evalue}")
    data = output.data
    if EXHIBIT in data:
        return Block("exhibit", data[EXHIBIT])
    if "text/markdown" in data:
        return Block("prose", _joined(data["text/markdown"]))
    alt = output.get("metadata", {}).get("alt") or heading
    for mime in _PICTURES:
        if mime in data and "text/html" not in data:
            body = _joined(data[mime])
            if mime == "image/svg+xml":
                return Block("svg", body, alt=alt)
            return Block("picture", f"data:{mime};base64,{''.join(body.split())}", alt=alt)
    plain = _joined(data.get("text/plain", "")).strip()
    if "text/html" in data:
        return Block("html", _joined(data["text/html"]), alt=plain)
    return Block("plain", plain) if plain and not _OBJECT.match(plain) else None


def _pieces(markdown: str) -> Iterator[tuple[str, bool]]:
    """Text between the headings of the first two levels, and those headings."""
    text: list[str] = []
    fenced = False
    for line in markdown.splitlines():
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if heading:
            yield "\n".join(text), False
            yield heading[2], True
            text = []
        else:
            text.append(line)
    yield "\n".join(text), False


def _with_attachments(cell: NotebookNode) -> str:
    """A Markdown cell's text, the pictures pasted into it as data."""
    text = str(cell.source)
    for name, data in cell.get("attachments", {}).items():
        for mime in ("image/png", "image/jpeg"):
            if mime in data:
                text = text.replace(f"attachment:{name}", f"data:{mime};base64,{_joined(data[mime])}")
    return text


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _slug(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-") or "x"


def _unique(anchor: str, taken: Counter[str]) -> str:
    taken[anchor] += 1
    return anchor if taken[anchor] == 1 else f"{anchor}-{taken[anchor]}"

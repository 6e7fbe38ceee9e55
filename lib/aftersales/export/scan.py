"""The scan of a report's finished files: nothing that identifies a customer leaves in any of them.

Its texts are looked through, not its markup: what a page shows and says, the attributes that are read out,
the strings of a workbook, a notebook, a mail. Coordinates, pictures and hashes are none.
"""

from __future__ import annotations

import email
import html
import io
import json
import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from email import policy
from itertools import accumulate
from pathlib import Path
from typing import Any

from aftersales.contract import mask
from aftersales.contract.archive import Archive
from aftersales.contract.errors import AftersalesError
from aftersales.contract.message import Message, joined, listed
from aftersales.contract.schema import TABLES
from aftersales.contract.tables import Tables
from aftersales.contract.twin import twin

_KINDS = {
    "phone": ("电话号码", "a phone number"),
    "plate": ("车牌号", "a plate"),
    "vin": ("VIN", "a VIN"),
    "name": ("客户姓名", "a customer's name"),
}
_PICTURE = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]+")
_STYLE = re.compile(r"<style.*?</style>", re.DOTALL)
_HASH = re.compile(r"\b[0-9a-f]{32,}\b|\bsha256-[A-Za-z0-9+/]{43}=")
_TEXT = re.compile(r">([^<>]+)<")
# Attributes with words, or with what is followed or sent; the others are places and looks. What a link within
# the page leads to, and what is called by it, are names that drawings make up of hashes.
_ATTRIBUTE = re.compile(
    r" (?:title|alt|aria-(?:label|description|valuetext)|content|label|summary|placeholder|value"
    r"|(?:xlink:)?href(?==\"[^#])|src|action|name|cite|on\w+|data-(?!sort|value)[\w-]+)=\"([^\"]+)\""
)
_CELL_TEXT = re.compile(r"<(?!v>)[^>]*>([^<>]+)<")
_JSON_TEXT = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"')
_SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)
# Of a mail, what lies in its parts that are looked through as files of their own, or are pictures.
_ATTACHED = re.compile(
    rb"(Content-Type: (?:application/pdf|image/)[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\n)[A-Za-z0-9+/=\r\n]+",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d.*\d.*\d", re.DOTALL)
_SHORTEST = 6  # characters of a number of a customer
_MARKUP = (".html", ".htm", ".svg", ".xml", ".rels", ".vml")
_ZIPPED = (".xlsx", ".pptx", ".docx", ".zip")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".ttf", ".otf", ".woff", ".woff2")
_BETWEEN = "\n\ue000\n"
_PIECE = re.compile(r"[，。；！？,;!?\n]")


class Scan:
    """What was looked through already, and what was found.

    Parameters
    ----------
    archive
        What the store's tables know of its customers.
    tables, remarks
        As the report shows them, masked: what comes from free text.
    """

    def __init__(self, archive: Archive, tables: Tables, remarks: Iterable[str] = ()) -> None:
        self.archive = archive
        self.free = _BETWEEN.join(_free_texts(tables, archive.hide(remarks)))
        self.files: set[str] = set()
        self.seen: set[str] = set()
        self.found: dict[tuple[str, str], list[str]] = {}

    def folder(self, folder: Path) -> None:
        """Look through every file of a folder that was not looked through before."""
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = path.relative_to(folder).as_posix()
            if name not in self.files:
                self.files.add(name)
                self.texts(name, _of_file(path.name, path.read_bytes()))

    def texts(self, name: str, texts: Iterable[str]) -> None:
        """Look through the texts of a file."""
        new = [t for t in dict.fromkeys(texts) if len(t) > 1 and t not in self.seen]
        self.seen.update(new)
        digits = [t for t in new if len(t) >= _SHORTEST and _DIGITS.search(t)]
        for text in _suspects(digits, self.archive):
            for kind, shown in self._numbers(text):
                self.found.setdefault((name, kind), []).append(shown)
        for text, shown in self._names(
            new if self.archive.has_latin else [t for t in new if not t.isascii()]
        ):
            if self._is_free(text):
                self.found.setdefault((name, "name"), []).append(shown)

    def _numbers(self, text: str) -> Iterator[tuple[str, str]]:
        """Phones, plates and VINs of a text, but for the numbers by which a case is looked up."""

        def pieces(value: str) -> str:
            hits = list(self.archive.codes_in(twin(value)))
            found.extend((hit.kind, hit.shown) for hit in hits)
            if not hits:
                found.extend(what for _, what in mask.places(twin(value)))
            return value

        found: list[tuple[str, str]] = []
        mask.around(_HASH.sub("…", text), self.archive.numbers, pieces)
        yield from found

    def _names(self, texts: list[str]) -> Iterator[tuple[str, str]]:
        """Texts with a customer's name that none of the staff bears, and the name masked."""
        whole = _BETWEEN.join(texts)
        starts = [0, *accumulate(len(t) + len(_BETWEEN) for t in texts)]
        for hit in self.archive.names_in(twin(whole)):
            if whole[hit.start : hit.end] not in self.archive.staff:
                yield texts[bisect_right(starts, hit.start) - 1], hit.shown

    def _is_free(self, text: str) -> bool:
        """Whether a text with a name comes from free text: a piece of it, masked, stands in one."""
        pieces = [p.strip(" …") for p in _PIECE.split(text)]
        named = [p for p in pieces if any(True for _ in self.archive.names_in(twin(p)))]
        return any(len(p) > 3 and p in self.free for p in self.archive.hide(named, self.archive.numbers))

    def check(self) -> None:
        """Refuse what was looked through where anything was found.

        Raises
        ------
        AftersalesError
            Which file shows what kind of it, masked, and what to do.
        """
        if not self.found:
            return
        lines = []
        for (name, kind), shown in sorted(self.found.items()):
            (zh, en), some = _KINDS[kind], listed(sorted(set(shown))[:3])
            times = len(shown)
            lines.append(
                Message(
                    f"{name}：{zh}，{times}处，如 {some.zh}", f"{name}: {en}, {times} times, as in {some.en}"
                )
            )
        raise AftersalesError(joined([_REFUSED, *lines, _TO_DO], "\n  "))


_REFUSED = Message(
    "报告没有发布：做好的文件里有没有脱敏的个人信息；应一处也没有。",
    "The report was not published: its files hold personal data that is not masked; expected none.",
)
_TO_DO = Message(
    "自己加的章请用 load() 给出的表（已脱敏），不要自己读文件；参数 `remarks` 里不写客户姓名。"
    "只在店内使用的报告可设 `mask: false`。",
    "A chapter of your own should show what load() gives, which is masked, and read no file itself; remarks "
    "in the params should name no customer. A report for use in the store alone may have `mask: false`.",
)


def _free_texts(tables: Tables, remarks: Iterable[str]) -> Iterator[str]:
    for name, table in TABLES.items():
        frame = tables[name]
        for column in table.columns:
            if frame is not None and column.personal == "free_text" and column.name in frame:
                yield from frame[column.name].drop_duplicates().dropna()
    yield from remarks


def _suspects(texts: list[str], archive: Archive) -> list[str]:
    """The texts that may hold a number of a customer; all are looked through at once."""
    whole = _BETWEEN.join(texts)
    starts = [0, *accumulate(len(t) + len(_BETWEEN) for t in texts)]
    narrow = twin(whole)
    places = [hit.start for hit in archive.codes_in(narrow)]
    places += [start for start, _ in mask.places(narrow)]
    return [texts[i] for i in sorted({bisect_right(starts, place) - 1 for place in places})]


def _of_file(name: str, data: bytes) -> Iterator[str]:
    """The texts of a file."""
    ends = Path(name).suffix.lower()
    if ends == ".pdf" or ends in _PICTURES:  # a PDF is looked through as what it is set from
        return
    if ends == ".eml":
        yield from _of_mail(data)
    elif ends in _ZIPPED:
        yield from _of_zip(data)
    elif ends in (".json", ".ipynb"):
        yield from _of_json(data.decode("utf-8", "replace"))
    elif ends in _MARKUP:
        yield from _of_markup(data.decode("utf-8", "replace"))
    else:
        yield from data.decode("utf-8", "replace").splitlines()


def _of_mail(data: bytes) -> Iterator[str]:
    message = email.message_from_bytes(_ATTACHED.sub(rb"\1\r\n", data), policy=policy.default)
    yield str(message["Subject"] or "")
    for part in message.walk():
        name = part.get_filename() or ""
        if name:
            yield name
        if part.get_content_type() == "text/html":
            yield from _of_markup(part.get_content())
        elif part.get_content_maintype() == "text":
            yield from part.get_content().splitlines()
        elif name and not part.is_multipart():
            yield from _of_file(name, part.get_payload(decode=True) or b"")  # type: ignore[arg-type]


def _of_zip(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if "/worksheets/sheet" in name or name.endswith("/sharedStrings.xml"):
                yield from map(_unescaped, _CELL_TEXT.findall(archive.read(name).decode("utf-8", "replace")))
            elif not name.endswith(("/theme1.xml", "/styles.xml", "[Content_Types].xml")):
                yield from _of_file(name, archive.read(name))


def _of_markup(text: str) -> Iterator[str]:
    text = _STYLE.sub("", _without_pictures(text)) if "<style" in text else _without_pictures(text)
    for script in _SCRIPT.findall(text):
        yield from re.split(r"[\"'`\n]", script)
    text = _SCRIPT.sub("<>", text)
    for words in _TEXT.findall(text):
        if not words.isspace():
            yield _unescaped(words)
    yield from map(_unescaped, _ATTRIBUTE.findall(text))


def _without_pictures(text: str) -> str:
    return _PICTURE.sub("", text) if ";base64," in text else text


def _unescaped(text: str) -> str:
    return html.unescape(text) if "&" in text else text


def _of_json(text: str) -> Iterator[str]:
    """The texts of a notebook or of ``figures.json``, as they stand in its file; each once."""
    for words in dict.fromkeys(_JSON_TEXT.findall(text)):
        yield from values(json.loads(f'"{words}"') if "\\" in words else words)


def values(value: Any) -> Iterator[str]:
    """The texts of plain values: of what a PDF is set from."""
    if isinstance(value, str):
        if "<" in value and ">" in value:
            yield from _of_markup(f">{value}<")
        else:
            for line in _without_pictures(value).splitlines():
                yield from line.split("\t")  # the cells of a table, whose numbers stand side by side
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from values(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from values(one)

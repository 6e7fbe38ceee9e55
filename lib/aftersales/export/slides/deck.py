"""Which slides there are, and what each says: the deck's order, made from the report's document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from aftersales.contract.language import say
from aftersales.export.document import Block, Chapter, Document, folded
from aftersales.export.page.html import masthead
from aftersales.export.words import WORDS

Payload = Mapping[str, Any]
_CLOSING = "top5.closing"
_DEFINITIONS = "definitions"
# A title that says how many, or since when, says something; one without a figure names a topic.
_FIGURE = re.compile(r"\d")
_NO_SIGNAL = {"zh": "没有信号", "en": "no signal"}
_SENTENCE = {"zh": re.compile(r"(?<=[。！？])"), "en": re.compile(r"(?<=[.!?])\s+(?=[A-Z“])")}
# So many rows at the most leave room beside a chapter's first table for its first chart.
_SHORT = 6
# So many slides are read to the end.
MOST = 28
# Definitions in a slide's notes.
_MOST_DEFINITIONS = 12


@dataclass(frozen=True)
class Slide:
    """A slide, not laid out yet.

    Attributes
    ----------
    chapter
        Number and name of its chapter, with the question on the first slide of one.
    title, text
        The finding, and what goes with it.
    exhibits
        Payloads, side by side where there are two; a chart of an own notebook is one of kind ``picture``.
    headed
        Its exhibits have titles of their own, for the slide's is another.
    whole
        It goes on over as many slides as it needs; else it is shown only where one slide holds it.
    notes
        Paragraphs for who speaks.
    further
        It may be left out where there are too many: neither a chapter's first nor a TOP5.
    """

    chapter: str
    title: str
    text: str = ""
    exhibits: tuple[Payload, ...] = ()
    headed: bool = False
    whole: bool = True
    notes: tuple[str, ...] = ()
    further: bool = False


def slides(doc: Document) -> Iterator[Slide]:
    """All slides but the cover and the dashboard, in the report's order.

    A chapter's first slide has its question, its finding and its first exhibit. A further exhibit has a slide
    where it has a finding: its title says it, or the section it stands in opens with it. The TOP5 tables and
    the closing summary come last. What has no data has no slide; which chapters have none is said once.
    """
    definitions = _definitions(doc)
    empty = [chapter for chapter in doc.chapters if not _shown(chapter)]
    last = None
    for chapter in doc.chapters:
        shown = [block for block in _shown(chapter) if _closing(block) is None]
        last = next((p for b in chapter.blocks if (p := _closing(b))), last)
        first = True
        for slide in _of_chapter(chapter, shown, doc.lang):
            named = _named(chapter)
            if first and chapter.question:
                named += f" · {' '.join(chapter.question.split())}"
            first = False
            yield _with_notes(slide, named, definitions)
        yield from _remarks(chapter, doc.lang)
    if doc.summary:
        yield from _remarks(doc.summary, doc.lang)
    if empty:
        yield _without_data(empty, doc)
    if last is not None and last.get("items"):
        yield Slide(WORDS[doc.lang]["closing"], str(last["title"]), exhibits=(last,), notes=_told(last))


def fewer(told: Sequence[Slide], over: int, lang: str) -> list[Slide]:
    """The slides without some further ones, each the last of the chapter that then has most.

    The notes of that chapter's first slide name what was left out.
    """
    kept = list(told)
    for _ in range(over):
        many = Counter(_number(slide) for slide in kept if slide.chapter)
        at = max(
            (n for n, slide in enumerate(kept) if slide.further),
            key=lambda n: (many[_number(kept[n])], n),
            default=None,
        )
        if at is None:
            break
        gone = kept.pop(at)
        first = next(n for n, slide in enumerate(kept) if _number(slide) == _number(gone))
        note = say(
            lang, f"未放入幻灯片，见月报网页：{gone.title}", f"Not on a slide, see the page: {gone.title}"
        )
        kept[first] = replace(kept[first], notes=(*kept[first].notes, note))
    return kept


def _number(slide: Slide) -> str:
    """Which chapter a slide is of: the first has the chapter's question behind its name."""
    return slide.chapter.split(" · ")[0]


def _closing(block: Block) -> Payload | None:
    return block.body if block.kind == "exhibit" and block.body.get("id") == _CLOSING else None


def _named(chapter: Chapter) -> str:
    return f"{chapter.number} {chapter.title}".strip()


def _shown(chapter: Chapter) -> list[Block]:
    """The blocks that may be shown: charts and tables with data, and pictures of a notebook of one's own."""
    return [block for block in chapter.blocks if _shows(block) and not folded(block)]


def _shows(block: Block) -> bool:
    if block.kind == "exhibit":
        p = block.body
        return p["kind"] == "chart" or (p["kind"] == "table" and bool(p["display"]))
    return block.kind in ("svg", "picture")


def _of_chapter(chapter: Chapter, shown: Sequence[Block], lang: str) -> Iterator[Slide]:
    if not shown:
        return
    first, *further = shown
    opening = sentences(" ".join(p["text"] for p in chapter.findings), lang)
    title = opening[0] if opening else _title(first) or chapter.title
    beside = next((b for b in further if _is_chart(b)), None) if _is_short(first) else None
    exhibits = tuple(_payload(b) for b in (first, beside) if b)
    yield Slide("", title, joined(opening[1:], lang), exhibits, headed=True)
    said, seen = _said_of_sections(chapter, lang), _tables_after_others(chapter)
    for block in further:
        if block is beside or (id(block) in seen and _payload(block).get("role") != "top5"):
            continue
        p = _payload(block)
        if p.get("role") == "top5":
            yield Slide("", p["title"], str(p.get("subtitle") or ""), (p,))
        elif _states(p["title"], lang):
            subtitle = str(p.get("subtitle") or "")
            yield Slide("", p["title"], subtitle, (p,), whole=_is_chart(block), further=True)
        elif telling := said.get(id(block)):
            text = joined(telling[1:], lang)
            yield Slide("", telling[0], text, (p,), headed=True, whole=_is_chart(block), further=True)


def _tables_after_others(chapter: Chapter) -> set[int]:
    """Tables that are looked up, not shown: those after the first of their section, and those cut short."""
    out, had = set(), False
    for block in chapter.blocks:
        had = had and block.kind != "heading"
        if _shows(block) and not folded(block) and not _is_chart(block):
            if had or block.body.get("rest") or block.body.get("count", 0) > len(block.body["display"]):
                out.add(id(block))
            had = True
    return out


def _payload(block: Block) -> Payload:
    if block.kind == "exhibit":
        body: Payload = block.body
        return body
    return {"kind": "picture", "block": block.kind, "body": block.body, "alt": block.alt, "title": block.alt}


def _title(block: Block) -> str:
    return str(_payload(block)["title"])


def _is_chart(block: Block) -> bool:
    return block.kind != "exhibit" or block.body["kind"] == "chart"


def _is_short(block: Block) -> bool:
    return not _is_chart(block) and len(block.body["display"]) <= _SHORT and len(block.body["columns"]) <= 5


def _states(title: str, lang: str) -> bool:
    """Whether a title says something: it has a figure, and is not that there is no signal.

    >>> [_states(title, "zh") for title in ("31台返修", "各题平均得分", "8位技师：没有信号")]
    [True, False, False]
    """
    return bool(_FIGURE.search(title)) and _NO_SIGNAL[lang] not in title.lower()


def _said_of_sections(chapter: Chapter, lang: str) -> dict[int, list[str]]:
    """The finding of a section, as sentences, for the first exhibit that it may be said of."""
    starts = [n for n, block in enumerate(chapter.blocks) if block.kind == "heading"]
    out: dict[int, list[str]] = {}
    for start, end in pairwise([*starts, len(chapter.blocks)]):
        section = chapter.blocks[start:end]
        texts = [b.body["text"] for b in section if b.kind == "exhibit" and b.body["kind"] == "text"]
        block = next(
            (b for b in section if _shows(b) and not folded(b) and not _states(_title(b), lang)), None
        )
        if texts and block is not None:
            out[id(block)] = sentences(" ".join(texts), lang)
    return out


def sentences(text: str, lang: str) -> list[str]:
    """A text's sentences.

    >>> sentences("回访850位。没有信号。", "zh"), sentences("Rate 1.2. No signal.", "en")
    (['回访850位。', '没有信号。'], ['Rate 1.2.', 'No signal.'])
    """
    return [part.strip() for part in _SENTENCE[lang].split(text) if part.strip()]


def joined(parts: Sequence[str], lang: str) -> str:
    """Sentences as one text."""
    return ("" if lang == "zh" else " ").join(parts)


def _remarks(chapter: Chapter, lang: str) -> Iterator[Slide]:
    """The manager's own words on a chapter, with what is said under them."""
    for block in chapter.blocks:
        if block.kind == "exhibit" and block.body.get("role") == "remark" and block.body.get("items"):
            p = block.body
            yield Slide(_named(chapter), str(p.get("title") or ""), exhibits=(p,), notes=_told(p))


def _without_data(chapters: Sequence[Chapter], doc: Document) -> Slide:
    """Which chapters have nothing to show, and why."""
    items = [
        {"text": f"{_named(c)}{WORDS[doc.lang]['colon']}{' '.join(p['text'] for p in c.findings)}"}
        for c in chapters
    ]
    title = say(doc.lang, f"{len(items)}章没有可展示的数据", f"{len(items)} without data to show")
    listed = {"kind": "list", "id": "without_data", "lang": doc.lang, "title": title, "items": items}
    return Slide(WORDS[doc.lang]["summary"], title, exhibits=(listed,), notes=_told(listed))


def _with_notes(slide: Slide, chapter: str, definitions: Sequence[tuple[str, str]]) -> Slide:
    notes = [slide.title, *([slide.text] if slide.text else [])]
    for p in slide.exhibits:
        notes += [str(p[name]) for name in ("title", "subtitle", "note") if p.get(name)]
    words = "\n".join([*notes, *(str(p.get("alt") or "") for p in slide.exhibits), *_columns(slide.exhibits)])
    notes = list(dict.fromkeys(notes)) + _defined(words, definitions)
    return replace(slide, chapter=chapter, notes=tuple(notes))


def _columns(exhibits: Sequence[Payload]) -> Iterator[str]:
    for p in exhibits:
        yield from (str(column["label"]) for column in p.get("columns", ()))


def _defined(words: str, definitions: Sequence[tuple[str, str]]) -> list[str]:
    """The definitions of the figures that a slide names, those of longer names first."""
    found, rest = [], words
    for name, formula in sorted(definitions, key=lambda one: -len(one[0])):
        if re.search(rf"\b{re.escape(name)}\b" if name.isascii() else re.escape(name), rest):
            rest = rest.replace(name, "\n")  # no shorter name is found within it
            found.append(f"{name} = {formula}")
    return found[:_MOST_DEFINITIONS]


def _definitions(doc: Document) -> list[tuple[str, str]]:
    """What each figure is called and how it is computed, from the report's own table of them."""
    for chapter in doc.appendices:
        for block in chapter.blocks:
            if block.kind == "exhibit" and block.body.get("id") == _DEFINITIONS:
                at = [[c["key"] for c in block.body["columns"]].index(key) for key in ("figure", "formula")]
                return [(row[at[0]], row[at[1]]) for row in block.body["display"]]
    return []


def _told(p: Payload) -> tuple[str, ...]:
    """The items of a list, for the notes."""
    return tuple(str(item["text"]) for item in p.get("items", ()))


def notes_of_summary(doc: Document) -> tuple[str, ...]:
    """The notes of the dashboard: the verdict, the key figures in words, and the lists, whole."""
    notes = [str(p["text"]) for p in doc.role("verdict")]
    cards = [card for p in doc.role("cards") for card in p.get("cards", ())]
    for card in cards:
        texts = [f"{card['label']} {card['display']}{card.get('unit') or ''}"]
        texts += [str(card[k]) for k in ("interval_text", "months_text", "change_display") if card.get(k)]
        notes.append(" · ".join(texts))
    for p in doc.lists:
        notes += [str(p.get("title") or ""), *_told(p)]
    notes += _defined("\n".join(str(card["label"]) for card in cards), _definitions(doc))
    return tuple(note for note in notes if note)


def footer(doc: Document) -> str:
    """What stands at the foot of each slide: store, month, and the marks of the whole report."""
    words, meta = WORDS[doc.lang], doc.meta
    head = masthead(doc)
    marks = [words["draft"]] if meta.get("draft") else []
    marks += [words["synthetic"]] if meta.get("synthetic") else []
    marks += [words["masked"]] if meta.get("masked") else []
    return " · ".join(part for part in (head["store"], head["month"], *marks) if part)

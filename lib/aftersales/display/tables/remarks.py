"""The manager's own words, marked as such, with small notes under what the figures do not support."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aftersales.contract import formats
from aftersales.display import exhibit
from aftersales.display.exhibit import Exhibit, Payload

ROLE, NOTE = "remark", "note"
# Characters of a paragraph, and paragraphs, beyond which it is no remark but a book.
_LONGEST, _MOST = 2000, 40


def remark_list(remarks: Sequence[Mapping[str, Any]], lang: str = "zh") -> Exhibit | None:
    """Remarks with their notes, from `findings.remarks.by_chapter`; None where there is none.

    The notebook shows them together. ``parts`` of the payload has each under its chapter, where page, paper
    and mail show it.
    """
    if not remarks:
        return None
    parts = {remark["chapter"]: _part(remark, lang) for remark in remarks}
    items = [item for part in parts.values() for item in part["items"]]
    title = remarks[0]["title"]
    whole = exhibit.list_(items, id="remarks", title=title, lang=lang, role=ROLE)
    return Exhibit(whole.payload | {"parts": parts})


def _part(remark: Mapping[str, Any], lang: str) -> Payload:
    items = [{"text": formats.cut(line, lang, _LONGEST)} for line in remark["lines"][:_MOST]]
    if (more := len(remark["lines"]) - _MOST) > 0:
        items.append({"text": f"… 另{more:,}段" if lang == "zh" else f"… {more:,} more paragraphs"})
    items += [{"text": note, "tone": NOTE} for note in remark["notes"]]
    made = exhibit.list_(items, id=f"remark.{remark['chapter']}", title=remark["title"], lang=lang, role=ROLE)
    return made.payload

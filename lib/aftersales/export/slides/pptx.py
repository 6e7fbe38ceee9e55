"""The report as a PowerPoint file: the notebook's document set on slides that can be edited."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from traitlets import Unicode, default

from aftersales.contract.errors import InputError
from aftersales.contract.language import say
from aftersales.contract.message import Message
from aftersales.export import document
from aftersales.export.page.html import masthead
from aftersales.export.pdf.printed import PRINT_WORDS
from aftersales.export.published import PublishedExporter
from aftersales.export.slides import deck, template
from aftersales.export.slides.making import Making

# The time of each file in the archive: none.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CREATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


class ReportPPTXExporter(PublishedExporter):
    """Turns the report's notebook, its published master or a single executed chapter, into slides.

    Inputs are hidden; the document is read as page and PDF read it. Charts and tables are PowerPoint's own,
    with their numbers. The bytes depend on the notebook and the template alone. A report that is not masked
    is refused.
    """

    export_from_notebook = "After-sales report (slides)"
    output_mimetype = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    slides_template = Unicode("", help="A .pptx whose master and layouts the slides take.").tag(config=True)

    @default("file_extension")
    def _file_extension(self) -> str:
        return ".pptx"

    def from_notebook_node(  # type: ignore[override]  # nbconvert's own exporters of files do the same
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The slides of a notebook.

        Returns
        -------
        tuple of bytes and dict
            The .pptx, and nbconvert's resources.

        Raises
        ------
        InputError
            The report is not masked, or the template lacks something.
        """
        nb_copy, resources = super().from_notebook_node(nb, resources, **kw)
        return pptx(
            document.read(nb_copy), Path(self.slides_template) if self.slides_template else None
        ), resources


def pptx(doc: document.Document, company: Path | None = None) -> bytes:
    """Set a document on slides.

    Parameters
    ----------
    doc : Document
        What `document.read` made of a notebook.
    company
        The template; None for the report's own master.

    Raises
    ------
    InputError
        The report is not masked, or the template lacks something.
    """
    if doc.meta.get("masked") is False:
        raise InputError(
            Message(
                "没有做幻灯片：这份报告没有脱敏（参数里是 `mask: false`），只在店内使用。",
                "No slides were made: this report is not masked (`mask: false` in the params) and is for use "
                "in the store alone.",
            )
        )
    doc = _writable(doc)
    told = list(deck.slides(doc))
    prs = _laid_out(doc, told, company)
    if (over := len(prs.slides) - deck.MOST) > 0:
        prs = _laid_out(doc, deck.fewer(told, over, doc.lang), company)
    _properties(prs, doc)
    out = io.BytesIO()
    prs.save(out)
    return _repacked(out.getvalue(), _date(doc))


def _laid_out(doc: document.Document, told: Sequence[deck.Slide], company: Path | None) -> Any:
    """All slides; how many a long table needs is known then."""
    prs, layouts = template.load(company)
    making = Making(prs, layouts, doc, company is None)
    making.cover()
    making.dashboard()
    for slide in told:
        making.slide(slide)
    return prs


def _writable(doc: document.Document) -> document.Document:
    """The document without the characters that XML has not."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return _UNWRITABLE.sub(" ", value) if _UNWRITABLE.search(value) else value
        if isinstance(value, dict):
            return {clean(key): clean(part) for key, part in value.items()}
        return [clean(part) for part in value] if isinstance(value, list) else value

    def of(chapter: document.Chapter) -> document.Chapter:
        blocks = [replace(block, body=clean(block.body), alt=clean(block.alt)) for block in chapter.blocks]
        return replace(chapter, findings=clean(chapter.findings), blocks=blocks)

    return replace(
        doc,
        meta=clean(doc.meta),
        summary=of(doc.summary) if doc.summary else None,
        chapters=[of(chapter) for chapter in doc.chapters],
    )


def _date(doc: document.Document) -> datetime:
    """When the report says it was made; else the last day that it is about, so that bytes do not change."""
    text = str(doc.meta.get("generated") or "")
    if found := re.match(r"(\d{4})-(\d{2})-(\d{2})", text):
        return datetime(*map(int, found.groups()))  # type: ignore[arg-type]
    if found := re.match(r"(\d{4})-(\d{2})$", str(doc.meta.get("month") or "")):
        year, month = map(int, found.groups())
        return datetime(year + month // 12, month % 12 + 1, 1)
    return datetime(2000, 1, 1)


def _properties(prs: Any, doc: document.Document) -> None:
    head, core = masthead(doc), prs.core_properties
    core.title, core.subject = head["page_title"], head["description"]
    core.author = core.last_modified_by = head["store"] or head["series"]
    core.keywords = PRINT_WORDS[doc.lang]["keywords"]
    core.comments = head["colophon"]
    core.language = say(doc.lang, "zh-CN", "en-GB")
    core.revision = 1
    core.created = core.modified = _date(doc)


def _repacked(data: bytes, date: datetime) -> bytes:
    """The archive without times of its own, those of the workbooks in it as well."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith(".xlsx"):
                body = _repacked(body, date)
            elif name == "docProps/core.xml":
                body = _CREATED.sub(rb"\g<1>" + date.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), body)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()

"""Texts on a slide: in its placeholders and in boxes of their own, measured before they are placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from pptx.oxml import parse_xml

from aftersales.display import theme
from aftersales.export.slides import measure
from aftersales.export.slides.template import NS, Box, xfrm

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


@dataclass(frozen=True)
class Run:
    """A piece of a line; without a colour it has the placeholder's."""

    text: str
    colour: str = ""
    bold: bool = False


Paragraph = str | Sequence[Run]


def paragraph(runs: Paragraph, size: float, lang: str, align: str = "l", bold: bool = False) -> str:
    """A paragraph of DrawingML; its lines are as far apart as they are measured, whatever the font."""
    pieces = [Run(runs, bold=bold)] if isinstance(runs, str) else runs
    made = "".join(_run(run, size, lang) for run in pieces if run.text)
    end = "" if made else f'<a:endParaRPr lang="{_LANGS[lang]}" sz="{round(size * 100)}"/>'
    space = round(size * measure.LINE * 100)
    return (
        f'<a:p><a:pPr algn="{align}"><a:lnSpc><a:spcPts val="{space}"/></a:lnSpc><a:spcBef><a:spcPts val="0"/>'
        f"</a:spcBef></a:pPr>{made}{end}</a:p>"
    )


_LANGS = {"zh": "zh-CN", "en": "en-GB"}


def _run(run: Run, size: float, lang: str) -> str:
    colour = f'<a:solidFill><a:srgbClr val="{run.colour[1:].upper()}"/></a:solidFill>' if run.colour else ""
    bold = ' b="1"' if run.bold else ""
    words = escape("".join(c for c in run.text if c >= " " or c == "\t"), quote=False)
    return (
        f'<a:r><a:rPr lang="{_LANGS[lang]}" altLang="en-US" sz="{round(size * 100)}"{bold}>{colour}</a:rPr>'
        f"<a:t>{words}</a:t></a:r>"
    )


def fill(shape: Any, text: str, box: Box, sizes: Sequence[float], lang: str, bold: bool = False) -> str:
    """Put a text into a placeholder, at the largest size at which it fits; what it says there."""
    kept, size = measure.fit(text, sizes, (box.w, box.h), bold)
    body = shape._element.txBody
    for gone in body.findall(f"{_A}p"):
        body.remove(gone)
    props = body.find(f"{_A}bodyPr")
    for side in ("lIns", "tIns", "rIns", "bIns"):
        props.set(side, "0")
    for line in kept.split("\n"):
        body.append(parse_xml(paragraph(line, size, lang).replace("<a:p>", f"<a:p {NS}>", 1)))
    return kept


def box(
    slide: Any,
    name: str,
    paragraphs: Sequence[Paragraph],
    at: Box,
    size: float,
    lang: str,
    align: str = "l",
    anchor: str = "t",
) -> None:
    """A box with paragraphs of one size, which it holds: the caller has measured them."""
    number = slide.shapes._next_shape_id
    body = "".join(paragraph(p, size, lang, align) for p in paragraphs)
    slide.shapes._spTree.append(
        parse_xml(
            f'<p:sp {NS}><p:nvSpPr><p:cNvPr id="{number}" name="{escape(name)}"/><p:cNvSpPr txBox="1"/><p:nvPr/>'
            f'</p:nvSpPr><p:spPr>{xfrm(at)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>'
            f'<p:txBody><a:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="{anchor}"><a:noAutofit/>'
            f"</a:bodyPr><a:lstStyle/>{body}</p:txBody></p:sp>"
        )
    )


def plain(runs: Paragraph) -> str:
    """The words of a paragraph."""
    return runs if isinstance(runs, str) else "".join(run.text for run in runs)


def tone(name: str) -> str:
    """The colour of a tone or status of a payload; the ink's where it has none."""
    return theme.TONES.get(name, theme.INK)

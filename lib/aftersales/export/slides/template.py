"""The slides' master: the report's own, or a company's, whose layouts have placeholders of the same names.

A report's own slides are such a template: change their master and layouts in PowerPoint, save, and name the file
in the params as `slides_template`. The slides in it are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree
from pptx import Presentation
from pptx.oxml import parse_xml
from pptx.util import Pt

from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, listed
from aftersales.display import theme

if TYPE_CHECKING:
    from pptx.presentation import Presentation as Deck
    from pptx.slide import SlideLayout

FONT = "微软雅黑"
EMU = 12700  # of a point
WIDTH, HEIGHT = 960.0, 540.0  # 16:9 [pt]
# Layouts, and the names of the placeholders that each must have.
NAMES = {
    "cover": ("title", "subtitle", "text", "footer"),
    "content": ("chapter", "title", "text", "exhibit", "footer", "number"),
}


@dataclass(frozen=True)
class Box:
    """A place on a slide [pt]."""

    x: float
    y: float
    w: float
    h: float

    def cut(self, top: float = 0, left: float = 0, right: float = 0, bottom: float = 0) -> Box:
        """The place without so much at its sides."""
        return Box(self.x + left, self.y + top, self.w - left - right, self.h - top - bottom)


_LEFT, _ACROSS = 44.0, WIDTH - 88
_SHAPES: dict[str, dict[str, tuple[str, Box, float, str, str]]] = {  # type, place, size, colour, more
    "cover": {
        "title": ("ctrTitle", Box(_LEFT, 150, _ACROSS, 56), 40, "tx1", 'b="1"'),
        "subtitle": ("body", Box(_LEFT, 212, _ACROSS, 34), 20, "tx2", ""),
        "text": ("body", Box(_LEFT, 290, 700, 130), 18, "tx1", ""),
        "footer": ("ftr", Box(_LEFT, 506, 740, 16), 9, "tx2", ""),
    },
    "content": {
        "chapter": ("body", Box(_LEFT, 24, _ACROSS, 18), 12, "tx2", ""),
        "title": ("title", Box(_LEFT, 44, _ACROSS, 60), 22, "tx1", 'b="1"'),
        "text": ("body", Box(_LEFT, 106, _ACROSS, 38), 13, "tx2", ""),
        "exhibit": ("obj", Box(_LEFT, 156, _ACROSS, 338), 12, "tx1", ""),
        "footer": ("ftr", Box(_LEFT, 506, 740, 16), 9, "tx2", ""),
        "number": ("sldNum", Box(_LEFT + _ACROSS - 80, 506, 80, 16), 9, "tx2", ""),
    },
}
NS = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_COLOURS = {
    "dk1": "ink",
    "lt1": "paper",
    "dk2": "muted",
    "lt2": "band",
    "accent1": "this",
    "accent2": "last",
    "accent3": "target",
    "accent4": "nation",
    "accent5": "worse",
    "accent6": "better",
    "hlink": "this",
    "folHlink": "last",
}
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_UNUSED = ("thumbnail", "extended-properties", "printerSettings")


def load(path: Path | None) -> tuple[Deck, dict[str, SlideLayout]]:
    """An empty deck with its two layouts by name.

    Parameters
    ----------
    path
        A company's template; None for the report's own master.

    Raises
    ------
    InputError
        The file is not there or no .pptx, or it lacks a layout or a placeholder.
    """
    deck = _own() if path is None else _opened(path)
    for ids in list(deck.slides._sldIdLst):  # what a template shows is none of the report's
        deck.part.drop_rel(ids.rId)
        deck.slides._sldIdLst.remove(ids)
    _drop_unused(deck)
    return deck, _layouts(deck, path)


def _opened(path: Path) -> Deck:
    try:
        return Presentation(str(path))
    except Exception as error:  # the library raises what the archive or its XML happens to raise
        missing = not path.exists()
        zh, en = ("没有这个文件", "no such file") if missing else ("打不开", "it cannot be opened")
        raise InputError(
            Message(
                f"参数 slides_template：{path}：{zh}；应是PowerPoint的 .pptx 文件。",
                f"slides_template in the params: {path}: {en}; expected a .pptx file of PowerPoint.",
            )
        ) from error


def _layouts(deck: Deck, path: Path | None) -> dict[str, SlideLayout]:
    """The layouts by their names, all placeholders there."""
    found = {layout.name: layout for layout in deck.slide_layouts}
    for layout, names in NAMES.items():
        if layout not in found:
            there = listed([f"“{name}”" for name in found]) if found else Message("没有版式", "no layouts")
            raise InputError(
                Message(
                    f"参数 slides_template：{path}：没有名为 {layout} 的版式；现有：{there.zh}。"
                    f"它应有这些占位符：{'、'.join(names)}。",
                    f"slides_template in the params: {path}: no layout is called {layout}; got {there.en}. "
                    f"Expected one with these placeholders: {', '.join(names)}.",
                )
            )
        existing = [str(shape.name) for shape in _placeholders(found[layout])]
        if lacking := [name for name in names if name not in existing]:
            wanted, got = (
                listed(lacking),
                listed([f"“{name}”" for name in existing]) if existing else Message("无", "none"),
            )
            raise InputError(
                Message(
                    f"参数 slides_template：{path}：版式 {layout} 缺少名为 {wanted.zh} 的占位符；现有：{got.zh}。"
                    "在PowerPoint的“选择窗格”里给占位符改名。",
                    f"slides_template in the params: {path}: layout {layout} lacks the placeholder "
                    f"{wanted.en}; got {got.en}. Name placeholders in PowerPoint's Selection Pane.",
                )
            )
    return {name: found[name] for name in NAMES}


def _placeholders(layout: SlideLayout) -> list[Any]:
    shapes: Any = layout.placeholders
    return list(shapes)


def place(shape: Any) -> Box:
    """Where a placeholder of a layout is; one that says nothing is where its master's is."""
    return Box(*(float(v or 0) / EMU for v in (shape.left, shape.top, shape.width, shape.height)))


def _drop_unused(deck: Deck) -> None:
    """Leave out what says of a deck what is no longer true of it: a picture, counts, a printer."""
    for holder in (deck.part.package, deck.part):
        rels = holder._rels
        for rid, rel in list(rels.items()):
            if rel.reltype.rsplit("/", 1)[1] in _UNUSED:
                rels.pop(rid)


def _own() -> Deck:
    """A deck with the report's own master: its colours are the theme's, its font 微软雅黑."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    deck.part._element.find(f"{P}sldSz").attrib.pop("type", None)
    master = deck.slide_masters[0]
    while len(master.slide_layouts) > len(NAMES):
        master.slide_layouts.remove(master.slide_layouts[-1])
    for (name, shapes), layout in zip(_SHAPES.items(), list(master.slide_layouts), strict=True):
        _set_layout(layout, name, shapes)
    _set_master(master)
    _set_theme(master)
    return deck


def _set_layout(layout: Any, name: str, shapes: Mapping[str, Any]) -> None:
    element = layout._element
    for attribute in ("type", "preserve"):
        element.attrib.pop(attribute, None)
    element.set("preserve", "1")
    element.find(f"{P}cSld").set("name", name)
    tree = element.find(f"{P}cSld/{P}spTree")
    for shape in list(tree)[2:]:
        tree.remove(shape)
    for number, (called, spec) in enumerate(shapes.items()):
        tree.append(_placeholder(number + 2, called, 10 + number, *spec))
    if name == "cover":
        tree.insert(2, _bar(20, Box(_LEFT, 132, 56, 4)))


def _set_master(master: Any) -> None:
    """One title, one text, a footer and a number; no bullets."""
    tree = master._element.find(f"{P}cSld/{P}spTree")
    for shape in list(tree)[2:]:
        tree.remove(shape)
    content = _SHAPES["content"]
    for number, name in enumerate(("title", "text", "footer", "number")):
        kind, at, size, colour, more = content[name]
        tree.append(
            _placeholder(number + 2, name, 0 if kind == "title" else number, kind, at, size, colour, more)
        )
    for extra in master._element.findall(f"{P}cSld/{P}extLst"):
        extra.getparent().remove(extra)
    style = master._element.find(f"{P}txStyles")
    for level in style.iter(f"{A}lvl1pPr", f"{A}lvl2pPr", f"{A}lvl3pPr", f"{A}lvl4pPr", f"{A}lvl5pPr"):
        if level.getparent().tag == f"{P}otherStyle":
            continue
        for gone in ("marL", "indent"):
            level.attrib.pop(gone, None)
        level.set("algn", "l")
        for child in list(level):
            if child.tag in (f"{A}buFont", f"{A}buChar", f"{A}buNone", f"{A}spcBef"):
                level.remove(child)
        level.insert(0, parse_xml(f"<a:buNone {NS}/>"))


def _set_theme(master: Any) -> None:
    part = next(r.target_part for r in master.part.rels.values() if r.reltype.endswith("/theme"))
    root = etree.fromstring(part.blob)
    root.set("name", "aftersales")
    for name, role in _COLOURS.items():
        entry = root.find(f"{A}themeElements/{A}clrScheme/{A}{name}")
        for child in list(entry):
            entry.remove(child)
        etree.SubElement(entry, f"{A}srgbClr", val=theme.LIGHT[role][1:].upper())
    for fonts in root.find(f"{A}themeElements/{A}fontScheme"):
        for child in list(fonts):
            fonts.remove(child)
        for script in ("latin", "ea"):
            etree.SubElement(fonts, f"{A}{script}", typeface=FONT)
        etree.SubElement(fonts, f"{A}cs", typeface="")
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _placeholder(
    number: int, name: str, idx: int, kind: str, at: Box, size: float, colour: str, more: str
) -> Any:
    idx_text = "" if kind in ("title", "ctrTitle") else f' idx="{idx}"'
    align = "r" if kind == "sldNum" else "l"
    anchor = "b" if kind == "ctrTitle" else "t"
    text = (
        '<a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum"><a:rPr lang="zh-CN"/><a:t>‹#›</a:t></a:fld>'
        if kind == "sldNum"
        else f'<a:r><a:rPr lang="zh-CN"/><a:t>{name}</a:t></a:r>'
    )
    return parse_xml(
        f'<p:sp {NS}><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f'<p:nvPr><p:ph type="{kind}"{idx_text}/></p:nvPr></p:nvSpPr><p:spPr>{xfrm(at)}'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr lIns="0" tIns="0" rIns="0" '
        f'bIns="0" anchor="{anchor}"><a:noAutofit/></a:bodyPr><a:lstStyle><a:lvl1pPr marL="0" indent="0" algn="{align}">'
        f'<a:buNone/><a:defRPr sz="{round(size * 100)}" {more}><a:solidFill><a:schemeClr val="{colour}"/></a:solidFill>'
        f"</a:defRPr></a:lvl1pPr></a:lstStyle><a:p>{text}</a:p></p:txBody></p:sp>"
    )


def _bar(number: int, at: Box) -> Any:
    return parse_xml(
        f'<p:sp {NS}><p:nvSpPr><p:cNvPr id="{number}" name="bar"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr>{xfrm(at)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val="accent1"/>'
        "</a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )


def xfrm(at: Box) -> str:
    """A place as DrawingML has it."""
    x, y, w, h = (round(v * EMU) for v in (at.x, at.y, at.w, at.h))
    return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{w}" cy="{h}"/></a:xfrm>'

"""What cannot be a chart of PowerPoint's: a vector picture, with one of dots for programs that show none."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from typing import Any

from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml

from aftersales.export import clean
from aftersales.export.pdf import pdf
from aftersales.export.slides import template
from aftersales.export.slides.template import EMU, Box

_VIEW_BOX = re.compile(r'viewBox="[-\d. ]*?([\d.]+) ([\d.]+)"')


def add(slide: Any, p: Mapping[str, Any], at: Box) -> None:
    """Put a chart's drawing, or a picture of a notebook of one's own, on a slide, as large as it can be."""
    alt, svg = str(p.get("alt") or p.get("title") or ""), ""
    if p["kind"] == "chart":
        svg = str(p["svg"]["wide"])
    elif p["block"] == "svg":
        svg = clean.svg(str(p["body"]), "", natural=True)
    if svg:
        (png,) = pdf.svgs_to_pngs([(svg, _width(svg))])
    else:
        png = base64.b64decode(str(p["body"]).partition(",")[2])
    picture = slide.shapes.add_picture(io.BytesIO(png), 0, 0)
    ratio = min(at.w * EMU / picture.width, at.h * EMU / picture.height)
    picture.width, picture.height = round(picture.width * ratio), round(picture.height * ratio)
    picture.left, picture.top = round(at.x * EMU), round(at.y * EMU)
    picture.name = str(p.get("title") or "")[:60]
    picture._element.nvPicPr.cNvPr.set("descr", alt)
    if not svg:
        return
    package = slide.part.package
    number = sum(str(part.partname).endswith(".svg") for part in package.iter_parts()) + 1
    part = Part(PackURI(f"/ppt/media/drawing{number}.svg"), "image/svg+xml", package, svg.encode())
    rid = slide.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
    blip = picture._element.find(f".//{template.A}blip")
    blip.append(
        parse_xml(
            f'<a:extLst {template.NS}><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}"><asvg:svgBlip '
            'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" '
            f'r:embed="{rid}"/></a:ext></a:extLst>'
        )
    )


def _width(svg: str) -> int:
    found = _VIEW_BOX.search(svg)
    return round(float(found[1])) if found else 720

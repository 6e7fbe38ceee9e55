"""Markup from notebooks made fit for the page: nothing that runs, nothing that fetches, no clash of names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree
from lxml import html as lxml_html

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_SVG_ELEMENTS = _set(
    "svg g path rect circle ellipse line polyline polygon text tspan textPath defs use clipPath mask marker "
    "linearGradient radialGradient stop pattern symbol title desc image"
)
_HTML_ELEMENTS = _set(
    "a abbr b blockquote br caption code col colgroup dd del div dl dt em figure figcaption h1 h2 h3 h4 h5 "
    "h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub sup table tbody td tfoot th thead "
    "time tr u ul var"
)
_HTML_ATTRIBUTES = _set("alt colspan rowspan scope title lang dir href src headers")
_DROPPED_WHOLE = _set(
    "script style iframe object embed form input button select textarea template noscript head meta link svg "
    "math video audio canvas foreignObject"
)
_IMAGE_DATA = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$")
_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
_REFERENCE = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")
_NAMED = re.compile(r"(?:url\(\s*['\"]?|href\s*=\s*['\"])#([^)'\"]+)")
_FOREIGN = re.compile(r"url\(\s*['\"]?(?!#)|expression|javascript:|@import", re.IGNORECASE)
_LONG_DECIMAL = re.compile(r"-?\d+\.\d{3,}")


def svg(markup: str, prefix: str, colours: Mapping[str, str] | None = None, natural: bool = False) -> str:
    """An SVG picture as inline markup.

    Parameters
    ----------
    markup : str
        The picture, with or without XML declaration.
    prefix : str
        Goes before every id, so that two pictures of a page do not clash; ids that nothing in the picture
        refers to are dropped.
    colours : mapping, optional
        Hex colour (lower case) to what stands for it, so that a picture follows the page's theme.
    natural : bool
        Keep the picture's own width; else it takes the room there is.

    Returns
    -------
    str
        The picture with its viewBox, hidden from screen readers: the caller puts the text alternative on
        what surrounds it. Empty when it is no SVG.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, remove_blank_text=True
    )
    try:
        root = etree.fromstring(markup.encode("utf-8"), parser)
    except etree.XMLSyntaxError:
        return ""
    if root.tag != f"{_SVG}svg":
        return ""
    named = set(_NAMED.findall(markup))
    for element in list(root.iter()):
        name = element.tag.removeprefix(_SVG) if isinstance(element.tag, str) else ""
        if name not in _SVG_ELEMENTS:
            if element.getparent() is not None:
                element.getparent().remove(element)
            continue
        for key, value in element.items():
            _svg_attribute(element, key, value, prefix, colours or {})
        if element.get("id", "").removeprefix(prefix) not in named:
            element.attrib.pop("id", None)
    _view_box(root)
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    if natural and "viewBox" in root.attrib:
        root.set("width", root.get("viewBox").split()[2])
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode")).strip()


def _svg_attribute(
    element: etree._Element, key: str, value: str, prefix: str, colours: Mapping[str, str]
) -> None:
    if key in (_XLINK_HREF, "href"):
        del element.attrib[key]
        if value.startswith("#"):
            element.set("href", f"#{prefix}{value[1:]}")
        elif _IMAGE_DATA.match(value):
            element.set("href", value)
        return
    if key.startswith(("on", "{")) or _FOREIGN.search(value):
        del element.attrib[key]
        return
    if key == "id":
        element.set(key, prefix + value)
    elif key in ("d", "points", "transform", "x", "y"):
        element.set(key, _LONG_DECIMAL.sub(lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), value))
    elif "#" in value:
        value = _REFERENCE.sub(rf"url(#{prefix}\1)", value)
        element.set(key, _COLOUR.sub(lambda m: colours.get(m[0].lower(), m[0]), value))


def _view_box(root: etree._Element) -> None:
    if "viewBox" not in root.attrib:
        sides = [re.match(r"[\d.]+", root.get(side, "")) for side in ("width", "height")]
        if all(sides):
            root.set("viewBox", f"0 0 {sides[0][0]} {sides[1][0]}")  # type: ignore[index]


def html(markup: str) -> str:
    """HTML of an analyst's own output with only what a document needs: text, tables, links, pictures.

    Styles, scripts, forms and event handlers go; a picture stays when its data is in the markup itself.
    """
    if not markup.strip():
        return ""
    root = lxml_html.fragment_fromstring(markup, create_parent="div")
    for element in list(root.iter())[1:]:
        if not isinstance(element.tag, str) or element.tag in _DROPPED_WHOLE:
            element.drop_tree()
        elif element.tag not in _HTML_ELEMENTS:
            element.drop_tag()
        else:
            _html_attributes(element)
    return _escaped(root.text or "") + "".join(
        lxml_html.tostring(child, encoding="unicode") for child in root
    )


def _html_attributes(element: lxml_html.HtmlElement) -> None:
    for key, value in list(element.attrib.items()):
        harmless = key in _HTML_ATTRIBUTES
        if key == "href":
            harmless = bool(_LINK.match(value.strip()))
        elif key == "src":
            harmless = element.tag == "img" and bool(_IMAGE_DATA.match(value.strip()))
        if not harmless:
            del element.attrib[key]
    if element.tag == "img":
        element.set("alt", element.get("alt", ""))
        if "src" not in element.attrib:
            element.drop_tree()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

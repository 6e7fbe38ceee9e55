"""Faults that a mail must not have: the rules of the mail programs it is read in, and of privacy."""

from __future__ import annotations

import re
from email.message import EmailMessage

from lxml import html as markup

from aftersales.contract import mask

MOST_BYTES = 80_000  # Gmail clips near 102 KB
_ELEMENTS = frozenset(
    (
        "audio",
        "base",
        "button",
        "canvas",
        "embed",
        "form",
        "frame",
        "iframe",
        "input",
        "link",
        "math",
        "object",
        "script",
        "select",
        "svg",
        "textarea",
        "video",
    )
)
_CSS = re.compile(
    r"(?<![\w-])(float\s*:|position\s*:|display\s*:\s*(?:inline-)?(?:flex|grid)\b|@import\b|@font-face\b|url\()",
    re.IGNORECASE,
)
_FETCHED = ("src", "href", "background", "srcset", "poster", "data")
_COLOURS = re.compile(r"(background-color|(?<!-)color)\s*:\s*(#[0-9a-fA-F]{6})")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")


def faults(message: EmailMessage) -> list[str]:
    """What is wrong with a message; an empty list when nothing is."""
    page, text, images = parts(message)
    if not page.strip() or not text.strip():
        return ["no HTML" if text.strip() else "no plain text"]
    found: list[str] = []
    if len(page.encode()) > MOST_BYTES:
        found.append(f"the HTML has {len(page.encode()):,} bytes; expected at most {MOST_BYTES:,}")
    tree = markup.document_fromstring(page)
    elements = [e for e in tree.iter() if isinstance(e.tag, str)]
    found += _forbidden(elements) + _pictures(tree, images) + _contrasts(tree)
    # Each piece of text by itself: neighbouring cells do not make one number.
    shown = [piece.strip() for piece in tree.xpath("//body")[0].itertext() if piece.strip()]
    alternatives = [image.get("alt") or "" for image in tree.iter("img")]
    figures = {number for piece in [*shown, *alternatives] for number in _NUMBER.findall(piece)}
    if missing := sorted(figures - set(_NUMBER.findall(text))):
        found.append(f"figures of the HTML that the plain text lacks: {', '.join(missing[:10])}")
    texts = {
        "HTML": shown,
        "picture's alt text": alternatives,
        "plain text": text.splitlines(),
        "subject": [str(message["Subject"])],
    }
    found += [
        f"personal data that is not masked in the {name}"
        for name, pieces in texts.items()
        if any(mask.text(piece) != piece for piece in pieces)
    ]
    return found


def _forbidden(elements: list[markup.HtmlElement]) -> list[str]:
    """Elements, attributes and CSS that mail programs drop, block or misread."""
    found = [f"an element <{e.tag}>, which mail programs drop" for e in elements if e.tag in _ELEMENTS]
    for element in elements:
        css = (element.text or "") if element.tag == "style" else (element.get("style") or "")
        found += [f"CSS {bad[1]!r} in a <{element.tag}>" for bad in _CSS.finditer(css)]
        for key, value in element.attrib.items():
            if key.startswith("on"):
                found.append(f"an attribute {key} in a <{element.tag}>, which mail programs drop")
            if key in _FETCHED and value.strip().lower().startswith(("data:", "javascript:")):
                found.append(f"a {value.split(':')[0].strip()}: URI, which mail programs block")
        if element.tag == "table" and element.get("role") != "presentation":
            found.append('a <table> without role="presentation", which screen readers read out as data')
    return sorted(set(found))


def parts(message: EmailMessage) -> tuple[str, str, dict[str, bytes]]:
    """HTML, plain text and pictures by Content-ID of a message."""
    html_part, text_part = message.get_body(("html",)), message.get_body(("plain",))
    images = {
        str(part["Content-ID"]).strip("<>"): part.get_content()
        for part in message.walk()
        if part.get_content_maintype() == "image"
    }
    return (
        html_part.get_content() if html_part else "",
        text_part.get_content() if text_part else "",
        images,
    )


def _pictures(tree: markup.HtmlElement, images: dict[str, bytes]) -> list[str]:
    used = set()
    found = []
    for image in tree.iter("img"):
        source = image.get("src") or ""
        used.add(source.removeprefix("cid:"))
        if not source.startswith("cid:") or source.removeprefix("cid:") not in images:
            found.append(f"a picture {source!r} that is not in the message")
        if not re.search(r"\d", image.get("alt") or ""):
            found.append(f"a picture {source!r} whose alt text states no number")
        if not image.get("width") or not image.get("height"):
            found.append(f"a picture {source!r} without width or height")
    return found + [f"a picture {cid!r} that the mail does not show" for cid in images if cid not in used]


def _contrasts(tree: markup.HtmlElement) -> list[str]:
    """Every cell names both its colours, and they differ enough, as they are and inverted."""
    found = []
    for cell in tree.iter("td"):
        style = dict(re.findall(_COLOURS, cell.get("style") or ""))
        if len(style) < 2:
            found.append("a cell without colours of its own, which dark mode may turn unreadable")
            continue
        ink, paper = style["color"], style["background-color"]
        for name, pair in (("light", (ink, paper)), ("inverted", (_invert(ink), _invert(paper)))):
            if contrast(*pair) < 4.5:
                found.append(f"contrast {contrast(*pair):.1f} of {ink} on {paper}, {name}")
    return sorted(set(found))


def contrast(a: str, b: str) -> float:
    """WCAG contrast of two colours.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _invert(colour: str) -> str:
    """As mail programs do in dark mode: lightness turned round, the same hue."""
    import colorsys

    r, g, b = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, depth = colorsys.rgb_to_hls(r, g, b)
    return "#" + "".join(f"{round(c * 255):02x}" for c in colorsys.hls_to_rgb(hue, 1 - light, depth))

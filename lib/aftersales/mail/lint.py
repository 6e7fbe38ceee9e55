"""Faults that a mail must not have: the rules of the mail programs it is read in, and of privacy."""

from __future__ import annotations

import re
from email.message import EmailMessage

from lxml import html as markup

from aftersales import mask

MOST_BYTES = 80_000  # Gmail clips near 102 KB
_ELEMENTS = ("script", "link", "svg", "form", "iframe", "object", "video", "input", "button")
_CSS = re.compile(
    r"(?:^|[;\s])(float|position|display\s*:\s*(?:flex|grid|inline-flex|inline-grid)|@import|@font-face)\s*[:;]?"
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")


def faults(message: EmailMessage, masked: bool = True) -> list[str]:
    """What is wrong with a message; an empty list when nothing is."""
    page, text, images = parts(message)
    found: list[str] = []
    if len(page.encode()) > MOST_BYTES:
        found.append(f"the HTML has {len(page.encode()):,} bytes; expected at most {MOST_BYTES:,}")
    tree = markup.fromstring(page)
    found += [f"an element <{e.tag}>, which mail programs drop" for e in tree.iter() if e.tag in _ELEMENTS]
    for element in tree.iter():
        style = element.get("style") or "" if isinstance(element.tag, str) else ""
        if bad := _CSS.search(style):
            found.append(f"CSS {bad[1]!r} in a <{element.tag}>")
    if "data:" in page.lower():
        found.append("a data: URI, which mail programs block")
    found += _pictures(tree, images) + _contrasts(tree)
    shown = " ".join(tree.xpath("//body")[0].text_content().split())
    lacking = sorted(set(_NUMBER.findall(shown)) - set(_NUMBER.findall(text)))
    if lacking:
        found.append(f"figures of the HTML that the plain text lacks: {', '.join(lacking[:10])}")
    if masked:
        found += [
            f"personal data that is not masked in the {name}"
            for name, told in (("HTML", shown), ("plain text", text))
            if mask.text(told) != told
        ]
    return found


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
        style = dict(
            re.findall(r"(background-color|(?<!-)color)\s*:\s*(#[0-9a-fA-F]{6})", cell.get("style") or "")
        )
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
    """As mail programs do in dark mode: lightness turned round, hue kept."""
    import colorsys

    r, g, b = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, depth = colorsys.rgb_to_hls(r, g, b)
    return "#" + "".join(f"{round(c * 255):02x}" for c in colorsys.hls_to_rgb(hue, 1 - light, depth))

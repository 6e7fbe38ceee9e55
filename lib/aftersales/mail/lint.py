"""Faults that a mail must not have: the rules of the mail programs it is read in, and of privacy."""

from __future__ import annotations

import re
from email.message import EmailMessage

from lxml import html as markup

from aftersales.contract import mask
from aftersales.contract.message import Message, listed

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


def faults(message: EmailMessage) -> list[Message]:
    """What is wrong with a message; an empty list when nothing is."""
    page, text, images = parts(message)
    if not page.strip() or not text.strip():
        lacking = Message("没有HTML", "no HTML") if text.strip() else Message("没有纯文本", "no plain text")
        return [lacking]
    found: list[Message] = []
    if (size := len(page.encode())) > MOST_BYTES:
        found.append(
            Message(
                f"HTML有 {size:,} 字节；最多应为 {MOST_BYTES:,}",
                f"the HTML has {size:,} bytes; expected at most {MOST_BYTES:,}",
            )
        )
    tree = markup.document_fromstring(page)
    elements = [e for e in tree.iter() if isinstance(e.tag, str)]
    found += _forbidden(elements) + _pictures(tree, images) + _contrasts(tree)
    # Each piece of text by itself: neighbouring cells do not make one number.
    shown = [piece.strip() for piece in tree.xpath("//body")[0].itertext() if piece.strip()]
    alternatives = [image.get("alt") or "" for image in tree.iter("img")]
    figures = {number for piece in [*shown, *alternatives] for number in _NUMBER.findall(piece)}
    if missing := sorted(figures - set(_NUMBER.findall(text))):
        some = listed(missing[:10])
        found.append(
            Message(
                f"HTML里有、纯文本里没有的数字：{some.zh}",
                f"figures of the HTML that the plain text lacks: {some.en}",
            )
        )
    texts = (
        ("HTML", "HTML", shown),
        ("图片的替代文字", "picture's alt text", alternatives),
        ("纯文本", "plain text", text.splitlines()),
        ("主题", "subject", [str(message["Subject"])]),
    )
    found += [
        Message(f"{zh}里有未脱敏的个人信息", f"personal data that is not masked in the {en}")
        for zh, en, pieces in texts
        if any(mask.numbers(piece) != piece for piece in pieces)
    ]
    return found


def _forbidden(elements: list[markup.HtmlElement]) -> list[Message]:
    """Elements, attributes and CSS that mail programs drop, block or misread."""
    found: set[tuple[str, str]] = set()
    for element in elements:
        tag = f"<{element.tag}>"
        if element.tag in _ELEMENTS:
            found.add((f"元素 {tag}，邮件程序会去掉它", f"an element {tag}, which mail programs drop"))
        css = (element.text or "") if element.tag == "style" else (element.get("style") or "")
        found |= {(f"{tag} 里的CSS {bad[1]!r}", f"CSS {bad[1]!r} in a {tag}") for bad in _CSS.finditer(css)}
        for key, value in element.attrib.items():
            if key.startswith("on"):
                zh = f"{tag} 的属性 {key}，邮件程序会去掉它"
                found.add((zh, f"an attribute {key} in a {tag}, which mail programs drop"))
            if key in _FETCHED and value.strip().lower().startswith(("data:", "javascript:")):
                uri = f"{value.split(':')[0].strip()}: URI"
                found.add((f"{uri}，邮件程序会拦截", f"a {uri}, which mail programs block"))
        if element.tag == "table" and element.get("role") != "presentation":
            zh = f'{tag} 没有 role="presentation"，读屏软件会把它当数据读'
            found.add((zh, f'a {tag} without role="presentation", which screen readers read out as data'))
    return [Message(*texts) for texts in sorted(found)]


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


def _pictures(tree: markup.HtmlElement, images: dict[str, bytes]) -> list[Message]:
    used = set()
    found = []

    def add(source: str, zh: str, en: str) -> None:
        found.append(Message(f"图片 {source!r} {zh}", f"a picture {source!r} {en}"))

    for image in tree.iter("img"):
        source = image.get("src") or ""
        used.add(source.removeprefix("cid:"))
        if not source.startswith("cid:") or source.removeprefix("cid:") not in images:
            add(source, "不在邮件里", "that is not in the message")
        if not re.search(r"\d", image.get("alt") or ""):
            add(source, "的替代文字没有数字", "whose alt text states no number")
        if not image.get("width") or not image.get("height"):
            add(source, "没有宽度或高度", "without width or height")
    for cid in images:
        if cid not in used:
            add(cid, "没有在邮件里显示", "that the mail does not show")
    return found


def _contrasts(tree: markup.HtmlElement) -> list[Message]:
    """Every cell names both its colours, and they differ enough, as they are and inverted."""
    found: set[tuple[str, str]] = set()
    for cell in tree.iter("td"):
        style = dict(re.findall(_COLOURS, cell.get("style") or ""))
        if len(style) < 2:
            zh = "有单元格没有自己的颜色，深色模式下可能看不清"
            found.add((zh, "a cell without colours of its own, which dark mode may turn unreadable"))
            continue
        ink, paper = style["color"], style["background-color"]
        inverted = (_invert(ink), _invert(paper))
        for zh, en, pair in (("浅色", "light", (ink, paper)), ("反色", "inverted", inverted)):
            if (n := contrast(*pair)) < 4.5:
                found.add(
                    (
                        f"{paper} 上 {ink} 的对比度 {n:.1f}，{zh}",
                        f"contrast {n:.1f} of {ink} on {paper}, {en}",
                    )
                )
    return [Message(*texts) for texts in sorted(found)]


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

"""Markdown and foreign HTML as plain data for the Typst template: text stays text, nothing is ever markup."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Iterable, Mapping
from typing import Any

import mistune
from lxml import html as lxml_html

Node = dict[str, Any]

_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
_DATA = re.compile(r"data:(image/(?:png|jpeg|gif));base64,([A-Za-z0-9+/=\s]+)$")
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_WIDE = r"\u2e80-\u9fff\uff00-\uffef\u3000-\u303f"
# A line break of the source between two Chinese characters is no space.
_CHINESE_BREAK = re.compile(rf"(?<=[{_WIDE}])[ \t]*\n[ \t]*(?=[{_WIDE}])")
_DROPPED = ("script", "style", "iframe", "object", "template", "noscript", "head", "svg")
_POINTS_PER_PIXEL = 0.75

_parse = mistune.create_markdown(renderer="ast", plugins=["table", "strikethrough"])


def markdown(text: str) -> list[Node]:
    """Markdown as a list of blocks.

    Parameters
    ----------
    text : str
        Markdown. HTML inside it is shown as text.

    Returns
    -------
    list of dict
        Blocks: ``p``, ``heading``, ``list``, ``code``, ``quote``, ``table``, ``rule``; each with ``t`` as
        its kind and ``c`` as its content. Inline content is a list of ``text``, ``strong``, ``emph``,
        ``code``, ``strike``, ``link``, ``br`` and ``picture``.

    Examples
    --------
    >>> markdown("*a* # b")
    [{'t': 'p', 'c': [{'t': 'emph', 'c': [{'t': 'text', 'c': 'a'}]}, {'t': 'text', 'c': ' # b'}]}]
    """
    return _blocks(_parse(text))  # type: ignore[arg-type]


def _blocks(tokens: Iterable[Mapping[str, Any]]) -> list[Node]:
    return [node for token in tokens if (node := _block(token))]


def _block(token: Mapping[str, Any]) -> Node | None:
    kind, attrs = token["type"], token.get("attrs", {})
    if kind in ("paragraph", "block_text"):
        return {"t": "p", "c": _inline(token["children"])}
    if kind == "heading":
        return {"t": "heading", "level": attrs["level"], "c": _inline(token["children"])}
    if kind == "list":
        items = [_blocks(item["children"]) for item in token["children"]]
        return {"t": "list", "ordered": attrs["ordered"], "start": attrs.get("start", 1), "c": items}
    if kind == "block_quote":
        return {"t": "quote", "c": _blocks(token["children"])}
    if kind == "block_code":
        return {"t": "code", "c": token["raw"].rstrip("\n")}
    if kind == "thematic_break":
        return {"t": "rule"}
    if kind == "table":
        head, *bodies = token["children"]
        rows = [
            [_inline(c["children"]) for c in row["children"]] for body in bodies for row in body["children"]
        ]
        return {
            "t": "table",
            "head": [_inline(cell["children"]) for cell in head["children"]],
            "align": [cell["attrs"].get("align") or "left" for cell in head["children"]],
            "c": rows,
        }
    if "raw" in token and token["raw"].strip():
        return {"t": "p", "c": [{"t": "text", "c": token["raw"].strip()}]}
    return None


def _inline(tokens: Iterable[Mapping[str, Any]]) -> list[Node]:
    nodes: list[Node] = []
    for token in tokens:
        node = _span(token)
        if node["t"] == "text" and nodes and nodes[-1]["t"] == "text":
            nodes[-1] = {"t": "text", "c": nodes[-1]["c"] + node["c"]}
        else:
            nodes.append(node)
    return [_joined(node) for node in nodes]


def _joined(node: Node) -> Node:
    if node["t"] != "text":
        return node
    return {"t": "text", "c": _CHINESE_BREAK.sub("", node["c"]).replace("\n", " ")}


def _span(token: Mapping[str, Any]) -> Node:
    kind = token["type"]
    if kind == "softbreak":
        return {"t": "text", "c": "\n"}
    if kind == "linebreak" or (kind == "inline_html" and _LINE_BREAK.fullmatch(token["raw"])):
        return {"t": "br"}
    if kind == "codespan":
        return {"t": "code", "c": token["raw"]}
    names = {"strong": "strong", "emphasis": "emph", "strikethrough": "strike"}
    if kind in names:
        return {"t": names[kind], "c": _inline(token["children"])}
    if kind == "link":
        url, content = token["attrs"]["url"], _inline(token["children"])
        return {"t": "link", "url": url if _LINK.match(url) else "", "c": content}
    if kind == "image":
        url, alt = token["attrs"]["url"], _inline(token.get("children", []))
        drawn = picture(url, _plain(alt))
        return drawn or {"t": "link", "url": url if _LINK.match(url) else "", "c": alt or _text(url)}
    return {"t": "text", "c": str(token.get("raw", ""))}


def _text(text: str) -> list[Node]:
    return [{"t": "text", "c": text}]


def _plain(nodes: Iterable[Node]) -> str:
    return "".join(n["c"] if isinstance(n.get("c"), str) else _plain(n.get("c", ())) for n in nodes)


def picture(url: str, alt: str) -> Node | None:
    """A PNG, JPEG or GIF given as a data URL, wrapped in an SVG of its natural size; None when it is none."""
    found = _DATA.match(url)
    if not found:
        return None
    mime, body = found[1], "".join(found[2].split())
    width, height = _size(base64.b64decode(body + "=" * (-len(body) % 4)))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}"><image width="{width}" height="{height}" href="data:{mime};base64,{body}"/></svg>'
    )
    return {"t": "picture", "svg": svg, "alt": alt, "width": width * _POINTS_PER_PIXEL}


def _size(data: bytes) -> tuple[int, int]:
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return struct.unpack(">II", data[16:24])
    if data[:3] == b"GIF":
        return struct.unpack("<HH", data[6:10])
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], struct.unpack(">H", data[place + 2 : place + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return 640, 480


def from_html(markup: str) -> list[Node]:
    """The tables and the text of an analyst's own HTML output, in order."""
    if not markup.strip():
        return []
    root = lxml_html.fragment_fromstring(markup, create_parent="div")
    for element in list(root.iter(*_DROPPED)):
        element.drop_tree()
    nodes: list[Node] = []
    for table in list(root.iter("table")):
        if any(True for _ in table.iterancestors("table")):
            continue
        rows = [[_cell(cell) for cell in row.iter("th", "td")] for row in table.iter("tr")]
        rows = [row for row in rows if row]
        if rows:
            nodes.append(_table(rows))
        table.drop_tree()
    words = " ".join(root.text_content().split())
    return nodes + ([{"t": "p", "c": _text(words)}] if words else [])


def _cell(cell: lxml_html.HtmlElement) -> str:
    return " ".join(cell.text_content().split())


def _table(rows: list[list[str]]) -> Node:
    """A table whose first row is its head, columns of numbers to the right."""
    count = max(len(row) for row in rows)
    head, *body = [row + [""] * (count - len(row)) for row in rows]
    numeric = [
        bool(body) and all(re.fullmatch(r"[-+−–]?[\d,. ]*%?|NaN|nan|None", row[i]) for row in body)
        for i in range(count)
    ]
    return {
        "t": "table",
        "head": [_text(cell) for cell in head],
        "align": ["right" if number else "left" for number in numeric],
        "c": [[_text(cell) for cell in row] for row in body],
    }

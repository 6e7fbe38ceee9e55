"""The page's content security policy: nothing from outside, and of scripts and styles only the page's own."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable

_STYLES_HERE = "'styles-of-this-page'"
_APART = re.compile(r"(<script\b.*?</script>|<style\b.*?</style>)", re.DOTALL)
_TAG = re.compile(r"<[A-Za-z][^<>]*\sstyle=[^<>]*>")
_STYLE, _CLASS = re.compile(r'\sstyle="([^"]*)"'), re.compile(r'(\sclass=")([^"]*")')
_SHEET = re.compile(r"<style>(.*?)</style>", re.DOTALL)
# Times that a class is named, so that it counts for more than a rule of the sheet, as an attribute does.
_STRONGER = 4


def policy(scripts: Iterable[str]) -> str:
    """The policy of a page with these scripts; `sealed` adds what it says of styles.

    >>> policy(["1"])[:65]
    "default-src 'none'; style-src 'styles-of-this-page'; img-src data"
    """
    allowed = " ".join(f"'sha256-{_digest(script)}'" for script in scripts) or "'none'"
    return (
        f"default-src 'none'; style-src {_STYLES_HERE}; img-src data:; font-src data:; "
        f"script-src {allowed}; base-uri 'none'; form-action 'none'"
    )


def sealed(page: str) -> str:
    """A whole page whose only style sheet is named by its hash.

    Attributes of style, which no hash can allow, become classes of that sheet, each once, which makes a page
    of charts smaller, too.

    Parameters
    ----------
    page
        HTML with the policy of `policy` and one ``<style>`` element.
    """
    classes: dict[str, str] = {}

    def classed(tag: re.Match[str]) -> str:
        found = _STYLE.search(tag[0])
        if found is None:
            return tag[0]
        name = classes.setdefault(html.unescape(found[1]), f"s{len(classes)}")
        rest = tag[0].replace(found[0], "", 1)
        if _CLASS.search(rest):
            return _CLASS.sub(rf"\g<1>{name} \g<2>", rest, count=1)
        end = -2 if rest.endswith("/>") else -1
        return f'{rest[:end].rstrip()} class="{name}"{rest[end:]}'

    parts = [part if i % 2 else _TAG.sub(classed, part) for i, part in enumerate(_APART.split(page))]
    rules = "".join(f"{f'.{name}' * _STRONGER}{{{_safe(style)}}}" for style, name in classes.items())
    whole = _SHEET.sub(lambda sheet: f"<style>{sheet[1]}{rules}\n</style>", "".join(parts), count=1)
    sheet = _SHEET.search(whole)
    allowed = f"'sha256-{_digest(sheet[1])}'" if sheet else "'none'"
    for quoted in (_STYLES_HERE, html.escape(_STYLES_HERE).replace("&#x27;", "&#39;")):
        whole = whole.replace(quoted, allowed, 1)
    return whole


def _safe(style: str) -> str:
    """Declarations that cannot end their rule."""
    return re.sub(r"[{}<>]|/\*|\*/|@", "", style)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

"""The normalised twin of a text, in which personal data are looked for.

A twin is as long as its text, so that what is found in it is replaced in the text by the same places and all
else stays as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

# What nobody sees: characters without width, control characters, variation selectors.
UNSEEN = "\u200b"
# What may stand between the characters of a number: blanks, line breaks, dashes, dots, slashes, brackets.
GAP = rf"[ \t\n\-./(:#'{UNSEEN}]{{0,12}}+"
# The same, and commas.
WIDE_GAP = rf"[ \t\n\-./(:#',{UNSEEN}]{{0,12}}+"
_KINDS = {
    "/": "/\\⁄∕",
    ".": ".·•‧∙⋅・･●",
    "-": "-_‐‑‒–—―−ー",
    "(": "()[]{}<>【】（）《》〈〉「」『』〔〕",
    ":": ":：﹕",
    ",": ",，、",
    "#": "#",
    "'": "'\"“”‘’`",
}  # fmt: skip
# Letters of other scripts that look like Latin ones.
_ALIKE = dict(zip("АВЕКМНОРСТХаекмнорстхΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTXAEKMHOPCTXABEZHIKMNOPTYX", strict=True))

Found = Callable[[re.Match[str]], str | None]


class _Fold(dict[int, str]):
    """Each character's twin, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = twin = _twin(chr(code))
        return twin


def _twin(character: str) -> str:
    if character in "\n\r\u2028\u2029\x0b\x0c\x85":
        return "\n"
    if character.isspace():
        return "\t" if character == "\t" else " "
    kind = unicodedata.category(character)
    if kind in ("Cc", "Cf", "Mn", "Me"):
        return UNSEEN
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", character)
    plain = plain if len(plain) == 1 else character
    for one, many in _KINDS.items():
        if plain in many:
            return one
    upper = _ALIKE.get(plain, plain).upper()
    return upper if len(upper) == 1 else plain


_FOLD = _Fold()


def twin(text: str) -> str:
    """A text in narrow capitals, each separator as one of its kind.

    >>> twin("（１３８）ab—沪Ａ：1")
    '(138(AB-沪A:1'
    """
    return text.translate(_FOLD)


def replaced(
    text: str, narrow: str, pattern: re.Pattern[str], masked: Found, as_typed: bool = False
) -> tuple[str, str]:
    """A text and its twin with what a pattern finds in the twin replaced, or its group ``x``.

    Where `masked` gives None it stays. A pattern that tells capitals apart is looked for `as_typed`.
    """
    within = text if as_typed else narrow
    spans, at = [], 0
    part: str | int = "x" if "x" in pattern.groupindex else 0
    while found := pattern.search(within, at):
        instead = masked(found)
        if instead is None:
            at = found.start() + 1
        else:
            spans.append((found.start(part), found.end(part), instead))
            at = found.end()
    return with_spans(text, narrow, spans)


def with_spans(text: str, narrow: str, spans: Iterable[tuple[int, int, str]]) -> tuple[str, str]:
    """A text and its twin with other words in some places, which are in order and do not overlap."""
    texts, twins, end = [], [], 0
    for start, stop, instead in spans:
        texts += [text[end:start], instead]
        twins += [narrow[end:start], instead]
        end = stop
    if not texts:
        return text, narrow
    return "".join([*texts, text[end:]]), "".join([*twins, narrow[end:]])

"""What every chart goes by: sizes in px, text that keeps inside, labels that keep apart."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from aftersales.display import exhibit
from aftersales.display.breaks import parts
from aftersales.display.exhibit import Exhibit
from aftersales.display.svg import width_of

Variant = str  # "wide" or "narrow"


def size(variant: Variant) -> float:
    """Text size in px; a phone shows a narrow chart in its own size, so nothing there is smaller than 11."""
    return 13 if variant == "wide" else 12


def gutter(labels: Sequence[str], px: float, most: float, gap: float = 12) -> float:
    """Room for names at the left, as much as the longest needs: the picture begins where its title does."""
    return min(max((width_of(str(t), px) for t in labels), default=0) + gap + 2, most)


def fit(text: str, px: float, room_px: float) -> str:
    """A text on at most two lines of a width; what is longer still ends in an ellipsis."""
    text = text[: int(room_px / px * 4) + 4]  # two lines hold fewer, whatever the characters
    if width_of(text, px) <= room_px:
        return text
    lines = _lines(text, px, room_px)
    if len(lines) == 2:  # two lines of about the same length, rather than one character left over
        even = _lines(text, px, max(width_of(text, px) / 2 + 0.6 * px, room_px * 0.5))
        lines = even if len(even) == 2 else lines
    if len(lines) > 2:
        lines = [lines[0], text[len(lines[0]) :].lstrip()]
        while width_of(lines[1] + "…", px) > room_px:
            lines[1] = lines[1][:-1]
        lines[1] += "…"
    return "\n".join(lines)


def one_line(text: str, px: float, room_px: float) -> str:
    """A text on a line of a width; of a longer one both ends, for names may begin alike or end alike.

    >>> one_line("阿卜杜热西提·买买提江·阿卜杜拉合麦提", 12, 120), one_line("Wu", 12, 120)
    ('阿卜杜热西提…合麦提', 'Wu')
    """
    if (width := width_of(text, px)) <= room_px:
        return text
    fits = max(int((room_px - px) / width * len(text)), 2)
    ends = fits // 3
    while fits > 2 and width_of(f"{text[: fits - ends]}…{text[len(text) - ends :]}", px) > room_px:
        fits -= 1
        ends = fits // 3
    return f"{text[: fits - ends]}…{text[len(text) - ends :]}"


def _lines(text: str, px: float, room_px: float) -> list[str]:
    lines, line = [], ""
    for part in parts(text):
        if line and width_of(line + part, px) > room_px:
            lines.append(line.rstrip())
            line = part.lstrip()
        else:
            line += part
    return [*lines, line]


def apart(
    places: Sequence[float],
    sizes: float | Sequence[float],
    low: float | None = None,
    high: float | None = None,
) -> list[float]:
    """Middles of labels moved as little as needed so that none touches its neighbour; order is kept.

    Parameters
    ----------
    sizes
        How long each label is, or all are.
    low, high
        Ends of the room for them.
    """
    each = [sizes] * len(places) if isinstance(sizes, (int, float)) else list(sizes)
    order = sorted(range(len(places)), key=lambda i: places[i])
    out = list(places)
    for _ in range(80):
        moved = False
        for i in order:
            least = out[i] if low is None else max(out[i], low + each[i] / 2)
            kept = least if high is None else min(least, high - each[i] / 2)
            moved, out[i] = moved or abs(kept - out[i]) > 1e-6, kept
        for a, b in itertools.pairwise(order):
            lack = (each[a] + each[b]) / 2 - (out[b] - out[a])
            if lack > 1e-6:
                out[a] -= lack / 2
                out[b] += lack / 2
                moved = True
        if not moved:
            break
    return out


def joined(parts: Sequence[str], lang: str) -> str:
    """The rows of a text alternative as one text."""
    return ("；" if lang == "zh" else "; ").join(parts) + ("。" if lang == "zh" else ".")


def nothing(id: str, lang: str, reason: str = "") -> Exhibit:
    """What stands where there is nothing to draw; that the records hold none is for its reason to say."""
    text = "没有可以画成图的数值" if lang == "zh" else "There are no values to draw"
    return exhibit.empty((reason or text) + ("。" if lang == "zh" else "."), id=id, lang=lang)

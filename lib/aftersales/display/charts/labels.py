"""Names beside points: none on a point, on another name, on a line or over the edge.

A point whose name finds no place has a number beside it, and its name stands in a list below the chart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from math import hypot

from aftersales.display import svg, theme
from aftersales.display.charts.frame import one_line
from aftersales.display.charts.plot import BELOW, Plot
from aftersales.display.svg import width_of

Box = tuple[float, float, float, float]
Point = tuple[float, float]
# Where a name may stand, nearest first: distance in px, then direction as shares of its own width and height.
_DISTANCES = (9, 15, 24, 36, 52)
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (0.7, -0.7), (-0.7, 0.7), (-0.7, -0.7))
# Points nearer than this are one on the picture and get one name.
_SAME = 4.0
# A picture has no room for more names than this, and to look for it takes time for each pair of names.
_NAMES = 40
# Their names stand on a line each when they are longer together; more of them are told by their numbers.
_LONG, _AT_ONE = 96, 4
# A name wider than so many Chinese characters is shown by its beginning and its end.
_WIDEST = 14
# Names in the list below; of more it says how many.
_LISTED = 60
_COLUMN = 170  # px: the widest column of the list, but where it has one only


def name_points(
    plot: Plot,
    width: float,
    points: Sequence[Point],
    texts: Sequence[str],
    chosen: Sequence[int],
    px: float,
    lang: str,
    taken: Sequence[Box] = (),
    bold: Sequence[int] = (),
) -> tuple[list[str], float]:
    """Names of points, with a hairline where the nearest free place is not beside the point.

    Parameters
    ----------
    width
        How wide the picture is.
    points
        All of them, in px of the picture.
    chosen
        Indexes of those that are named beside the point where there is room, the important ones first. The
        others, in the order of `points`, have a number there and their names below.
    taken
        Boxes in px that no name may touch.

    Returns
    -------
    list of str, float
        The shapes, and where the picture ends with the list.
    """
    room = (plot.left - 1, plot.top - 2, width - 1, plot.foot + 1)
    boxes: list[Box] = [*taken, *((x - 6, y - 6, x + 6, y + 6) for x, y in points)]
    comma = "、" if lang == "zh" else ", "
    named: set[int] = set()
    parts: list[str] = []
    asked = 0
    for group in _groups(points, chosen[:_NAMES]):
        names = list(dict.fromkeys(_short(str(texts[i]), px) for i in group))
        if len(names) > _AT_ONE:
            continue
        text, asked = comma.join(names), asked + 1
        lines = names if width_of(text, px) > _LONG else [text]
        if drawn := _beside(points[group[0]], lines, px, boxes, room, group[0] in bold):
            parts += drawn
            named.update(group)
    rest = [i for i in range(len(points)) if i not in named]
    foot = plot.foot + BELOW
    if not rest:
        return parts, foot
    number = {i: n for n, i in enumerate(rest, 1)}
    for group in _groups(points, rest[: _NAMES - asked]):
        parts += _beside(points[group[0]], [_runs(number[i] for i in group)], px - 1, boxes, room, False)
    listed, foot = _list_below([f"{number[i]} {texts[i]}" for i in rest], px, width, foot, lang)
    return parts + listed, foot


def _groups(points: Sequence[Point], chosen: Sequence[int]) -> list[list[int]]:
    """Points that are one on the picture together, in the order of the first of each."""
    groups, done = [], set[int]()
    for i in chosen:
        if i not in done:
            x, y = points[i]
            near = [j for j in chosen if j not in done and hypot(points[j][0] - x, points[j][1] - y) < _SAME]
            done.update(near)
            groups.append(near)
    return groups


def _beside(
    point: Point, lines: Sequence[str], px: float, boxes: list[Box], room: Box, bold: bool
) -> list[str]:
    """Lines at the nearest free place, which is kept; nothing where there is none."""
    x, y = point
    size = (max(width_of(line, px) for line in lines), (px + 3) * len(lines))
    spot = _free(x, y, size, boxes, room)
    if spot is None:
        return []
    boxes.append(spot)
    left, top, right, foot = spot
    near = (min(max(x, left), right), min(max(y, top), foot))
    gap = hypot(near[0] - x, near[1] - y)
    parts = []
    if gap > 13:
        share = 6 / gap
        start = (x + (near[0] - x) * share, y + (near[1] - y) * share)
        parts.append(svg.line([start, near], theme.MUTED, 0.8))
    return [*parts, svg.words("\n".join(lines), left, (top + foot) / 2, px, bold=bold)]


def _runs(numbers: Iterable[int]) -> str:
    """Numbers in short.

    >>> _runs([3, 1, 2, 7])
    '1–3, 7'
    """
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in runs)


def _list_below(names: list[str], px: float, width: float, foot: float, lang: str) -> tuple[list[str], float]:
    """The names of the numbered points, in as many columns as have room; where they end."""
    if len(names) > _LISTED:
        more = len(names) - _LISTED + 1
        names = [*names[: _LISTED - 1], f"… 另{more:,}个" if lang == "zh" else f"… {more:,} more"]
    whole, step = width - 4, px + 5
    widest = min(max(width_of(name, px) for name in names) + 14, _COLUMN)
    across = max(1, min(int(whole / widest), len(names)))
    down, cell = -(-len(names) // across), whole / across
    parts = [
        svg.words(one_line(name, px, cell - 10), n // down * cell + 2, foot + (n % down + 0.5) * step, px)
        for n, name in enumerate(names)
    ]
    return parts, foot + down * step + 6


def _short(name: str, px: float) -> str:
    """A name that has room beside a point; both ends, for names may begin alike or end alike.

    >>> _short("阿卜杜热西提·买买提江·阿卜杜拉合麦提", 12), _short("Wu", 12)
    ('阿卜杜热西提·买买…拉合麦提', 'Wu')
    """
    return one_line(name, px, _WIDEST * px)


def _free(x: float, y: float, size: tuple[float, float], boxes: Sequence[Box], room: Box) -> Box | None:
    wide, high = size
    for far, (dx, dy) in product(_DISTANCES, _SIDES):
        left = x + dx * far - (wide if dx < 0 else 0 if dx > 0 else wide / 2)
        top = y - dy * far - (high if dy > 0 else 0 if dy < 0 else high / 2)
        box = (left, top, left + wide, top + high)
        if box[0] < room[0] or box[1] < room[1] or box[2] > room[2] or box[3] > room[3]:
            continue
        if not any(box[0] < b[2] and box[2] > b[0] and box[1] < b[3] and box[3] > b[1] for b in boxes):
            return box
    return None

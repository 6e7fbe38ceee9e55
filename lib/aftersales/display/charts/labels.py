"""Names beside points: none on a point, on another name, on a line or over the edge."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import hypot

from matplotlib.axes import Axes

from aftersales.display import theme
from aftersales.display.charts.frame import inside, one_line, say, width_of

Box = tuple[float, float, float, float]
# Where a name may stand, nearest first: distance in px, then direction as shares of its own width and height.
_DISTANCES = (9, 15, 24, 36, 52)
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (0.7, -0.7), (-0.7, 0.7), (-0.7, -0.7))
# Points nearer than this are one on the picture and get one name.
_SAME = 4.0
# A picture has no room for more names than this, and to look for it takes time for each pair of names.
_NAMES = 40
# Their names stand on a line each when they are longer together; of more, the last line says how many.
_LONG, _AT_ONE = 96, 8
# A name wider than so many Chinese characters is shown by its beginning and its end.
_WIDEST = 14


def name_points(
    ax: Axes,
    points: Sequence[tuple[float, float]],
    texts: Sequence[str],
    chosen: Sequence[int],
    px: float,
    lang: str,
    taken: Sequence[Box] = (),
    bold: Sequence[int] = (),
) -> None:
    """Name points, with a hairline where the nearest free place is not beside the point.

    Parameters
    ----------
    points
        All of them, in px from the lower left corner of the axes.
    chosen
        Indexes of those to name, the important ones first; a name that finds no place is left out, and so
        are those beyond the first forty.
    taken
        Boxes in px that no name may touch.
    """
    width, height = inside(ax)
    edge = ax.figure.bbox.width * (1 - ax.get_position().x0) - 1
    boxes: list[Box] = [*taken, *((x - 6, y - 6, x + 6, y + 6) for x, y in points)]
    named: set[int] = set()
    chosen = chosen[:_NAMES]
    for i in chosen:
        if i in named:
            continue
        x, y = points[i]
        same = [j for j in chosen if j not in named and hypot(points[j][0] - x, points[j][1] - y) < _SAME]
        named.update(same)
        names = list(dict.fromkeys(_short(str(texts[j]), px) for j in same))
        if len(names) > _AT_ONE:
            more = len(names) - _AT_ONE + 1
            names[_AT_ONE - 1 :] = [f"… 另{more}个" if lang == "zh" else f"… {more} more"]
        text = ("、" if lang == "zh" else ", ").join(names)
        lines = names if width_of(text, px) > _LONG else [text]
        size = (max(width_of(line, px) for line in lines), (px + 3) * len(lines))
        spot = _free(x, y, size, boxes, (-1, 1, edge, height + 2))
        if spot is None:
            continue
        boxes.append(spot)
        left, low, right, high = spot
        near = (min(max(x, left), right), min(max(y, low), high))
        gap = hypot(near[0] - x, near[1] - y)
        if gap > 13:
            share = 6 / gap
            start = (x + (near[0] - x) * share, y + (near[1] - y) * share)
            ends = [(a / width, b / height) for a, b in (start, near)]
            ax.plot(
                *zip(*ends, strict=True),
                color=theme.MUTED,
                lw=0.8,
                transform=ax.transAxes,
                clip_on=False,
                zorder=2,
            )
        say(
            ax,
            "\n".join(lines),
            (0, 0),
            (left, (low + high) / 2),
            px=px,
            bold=i in bold,
            coords="axes fraction",
            zorder=6,
            linespacing=1.2,
        )


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
        low = y + dy * far - (high if dy < 0 else 0 if dy > 0 else high / 2)
        box = (left, low, left + wide, low + high)
        if box[0] < room[0] or box[1] < room[1] or box[2] > room[2] or box[3] > room[3]:
            continue
        if not any(box[0] < b[2] and box[2] > b[0] and box[1] < b[3] and box[3] > b[1] for b in boxes):
            return box
    return None

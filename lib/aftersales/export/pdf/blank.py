"""Pages that are left too empty, and which picture to set smaller so that it stands on the page before."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

# Of a page's height between head and foot; a little under the third that a reader may find empty.
TOO_EMPTY = 0.32
# A picture's widths, as parts of the text's.
WIDTHS = (1.0, 0.9, 0.8)
# Where the text of a page begins and ends, and the last place where a chapter opens it.
_HEAD, _FOOT, _OPENS = 0.08, 0.93, 110.0
_PAPER = 235
# Enough to see where a page ends.
PIXELS_PER_INCH = 18


def prepare() -> None:
    """Import what reads a page's picture, now and not for the first page."""
    from PIL import Image

    Image.preinit()


def share(png: bytes) -> float:
    """How much of a page's height between head and foot its largest blank band takes.

    Parameters
    ----------
    png : bytes
        The page as a picture.
    """
    import numpy as np
    from PIL import Image

    page = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    inside = page[int(_HEAD * len(page)) : int(_FOOT * len(page))]
    inked = np.flatnonzero((inside < _PAPER).any(axis=1))
    bands = np.diff([-1, *inked, len(inside)])
    return float((bands.max() - 1) / len(inside))


def too_empty(shares: Sequence[float], chapters: Sequence[Sequence[float]]) -> list[int]:
    """The pages that are too empty, but the last of all and the last before a chapter that begins a page.

    Parameters
    ----------
    shares : sequence of float
        What `share` says of each page.
    chapters : sequence of (page, points)
        Where each chapter begins: the page, counted from one, and how far below its edge.
    """
    ends = {len(shares)} | {int(page) - 1 for page, top in chapters if top < _OPENS}
    return [page for page, blank in enumerate(shares, 1) if blank > TOO_EMPTY and page not in ends]


def behind(page: int, titled: Sequence[Sequence[float]]) -> list[Sequence[float]]:
    """What has a title and stands on the pages behind one: as long as it does, that page is as empty.

    Parameters
    ----------
    page : int
        The page, counted from one.
    titled : sequence of (page, points)
        Where pictures, tables and headings stand.
    """
    return [place for place in titled if place[0] > page]


def narrower(
    pages: Sequence[int], charts: Sequence[Sequence[Any]], widths: Mapping[str, float]
) -> dict[str, float] | None:
    """The widths of pictures to try next, one a size smaller than before.

    It is the first picture on the page after an empty one, so that it has room there; when that is as small
    as may be, those on the empty page and on the page before, which make room for it.

    Parameters
    ----------
    pages : sequence of int
        The pages that are too empty: the first is mended first, as it moves the others.
    charts : sequence of (anchor, page, points)
        Where each picture stands, in the order of the document: two beside each other are told by the first.
    widths : mapping of str to float
        The widths tried so far, by the picture's anchor.

    Returns
    -------
    dict or None
        The widths; None where no picture is to blame or it is as small as may be.
    """
    page = pages[0]
    after = sorted((one for one in charts if one[1] == page + 1), key=lambda one: one[2])
    before = [one for at in (page, page - 1) for one in charts if one[1] == at]
    for anchor, _, _ in (*after[:1], *before):
        smaller = [width for width in WIDTHS if width < widths.get(anchor, 1.0)]
        if smaller:
            return {**widths, anchor: smaller[0]}
    return None

"""The axes of the charts that matplotlib draws, points on two scales: their room and their words in px."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D

from aftersales.display import theme


def room(
    figure: Figure, height: float, left: float, right: float, top: float = 8, bottom: float = 28
) -> Axes:
    """Axes with margins in px on a figure of a height in px."""
    width = figure.get_figwidth() * 72
    figure.set_figheight(height / 72)
    return figure.add_axes(
        (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    )


def lower(ax: Axes, more: float) -> float:
    """Make the figure higher by some px below the axes; where this room begins, in px from their foot."""
    box, height = ax.get_position(), ax.figure.bbox.height
    figure = ax.figure
    assert isinstance(figure, Figure)
    figure.set_figheight((height + more) / 72)
    share = height / (height + more)
    ax.set_position((box.x0, 1 - (1 - box.y0) * share, box.width, box.height * share))
    return -float(box.y0 * height)


def inside(ax: Axes) -> tuple[float, float]:
    """Width and height of the axes in px."""
    box, whole = ax.get_position(), ax.figure.bbox
    return whole.width * box.width, whole.height * box.height


def say(
    ax: Axes,
    text: str,
    at: tuple[float, float],
    shift: tuple[float, float] = (0, 0),
    *,
    px: float,
    colour: str = theme.INK,
    va: str = "center",
    bold: bool = False,
    **more: Any,
) -> None:
    """A text at a share of the axes, moved by some px; it may stand beside them."""
    place = ax.transAxes
    if any(shift):  # a figure has 72 dots an inch, so that a px is a point
        place = place + Affine2D().translate(*shift)
    ax.text(
        *at,
        text,
        transform=place,
        fontsize=px,
        color=colour,
        ha="left",
        va=va,
        weight="bold" if bold else "normal",
        clip_on=False,
        **more,
    )


def bare(ax: Axes) -> None:
    """No frame."""
    for side in ("left", "right", "top", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_axisbelow(True)

"""A table of shades, for many numbers of one kind."""

from __future__ import annotations

import pandas as pd
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from aftersales import exhibit, formats, theme
from aftersales.charts.frame import Variant, bare, gutter, joined, names, nothing, room, size, width_of
from aftersales.exhibit import Exhibit

# Up to the darkest shade ink keeps 4.5 : 1 on it, in light and dark.
_PALEST, _DARKEST = 0.05, 0.55


def heat(
    frame: pd.DataFrame, *, title: str, subtitle: str, lang: str, id: str, low: float, high: float, note: str = "",
    digits: int = 0, percent: bool = False, mail: bool = False,
) -> Exhibit:  # fmt: skip
    """A table of shades: every value printed, the darker the lower.

    Parameters
    ----------
    frame : DataFrame
        Index = rows, columns = columns, values; missing ones stay blank.
    low, high
        The ends of the scale of shades.
    """
    if frame.empty or frame.notna().to_numpy().sum() == 0:
        return nothing(id, lang)
    values = frame.astype(float).to_numpy()
    cells = [(r, c, values[r, c]) for r in range(len(frame)) for c in range(len(frame.columns))]
    cells = [cell for cell in cells if cell[2] == cell[2]]
    printed = [formats.number(v * (100 if percent else 1), digits) for *_, v in cells]
    scale = (high - low) or 1.0
    shares = [round(min(max((high - v) / scale, 0), 1), 2) for *_, v in cells]
    heads = [str(c) for c in frame.columns]

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        left = gutter(frame.index, px, 150 if wide else 92, gap=10)
        across = figure.get_figwidth() * 72 - left - 2
        cell = min(across / len(heads), 120)
        high_px = 28 if len(frame) <= 24 else 24
        ax = room(figure, high_px * len(frame) + 30, left, across - cell * len(heads) + 2, top=26, bottom=4)
        ax.set_xlim(0, len(heads))
        ax.set_ylim(len(frame), 0)
        bare(ax, x=False)
        patches = [
            Rectangle((c + 1 / cell, r + 1 / high_px), 1 - 2 / cell, 1 - 2 / high_px) for r, c, _ in cells
        ]
        colours = [(*to_rgb(theme.THIS), round(_PALEST + (_DARKEST - _PALEST) * s, 2)) for s in shares]
        ax.add_collection(PatchCollection(patches, facecolors=colours, linewidths=0))
        for (r, c, _), text in zip(cells, printed, strict=True):
            ax.text(c + 0.5, r + 0.52, text, ha="center", va="center", fontsize=px - 1, color=theme.INK)
        # every head where there is room, else every second one, and so on, the last always
        widest = max(width_of(t, px - 1) for t in heads) + 4
        every = max(1, -(-int(widest) // int(cell)))
        shown = [c for c in range(len(heads)) if (len(heads) - 1 - c) % every == 0]
        ax.set_xticks([c + 0.5 for c in shown], [heads[c] for c in shown], fontsize=px - 1, color=theme.MUTED)
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        names(ax, list(frame.index), px, left, gap=10, at=[r + 0.5 for r in range(len(frame))])

    rows: dict[int, list[str]] = {}
    for (r, c, _), text in zip(cells, printed, strict=True):
        rows.setdefault(r, []).append(f"{heads[c]} {text}{'%' if percent else ''}")
    alt = [f"{frame.index[r]} {('，' if lang == 'zh' else ', ').join(of)}" for r, of in rows.items()]
    return exhibit.chart(
        draw, id=id, title=title, subtitle=subtitle, note=note, alt=joined(alt, lang), data=frame.reset_index(), lang=lang,
        mail=mail,
    )  # fmt: skip

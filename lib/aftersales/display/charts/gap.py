"""Two lines and what lies between them."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from aftersales.contract import formats
from aftersales.display import exhibit, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, bare, joined, nothing, room, say, size
from aftersales.display.charts.trends import Line, months, trend
from aftersales.display.exhibit import Exhibit
from aftersales.display.svg import width_of


@cached
def gap_trend(
    frame: pd.DataFrame,
    upper: Line,
    lower: Line,
    *,
    title: str,
    subtitle: str,
    lang: str,
    id: str,
    gap_name: str,
    note: str = "",
    mail: bool = False,
) -> Exhibit:
    """Two lines and the gap between them, for few months: every value is printed."""
    if frame.empty:
        return nothing(id, lang)
    if frame[upper.column].isna().all() or frame[lower.column].isna().all():
        known_lines = [line for line in (lower, upper) if frame[line.column].notna().any()]
        return trend(
            frame,
            known_lines or [lower],
            title=title,
            subtitle=subtitle,
            lang=lang,
            id=id,
            note=note,
            mail=mail,
        )
    known = frame.dropna(subset=[upper.column, lower.column]).reset_index(drop=True)
    if known.empty:
        return nothing(id, lang)
    a, b = (known[line.column].astype(float) for line in (upper, lower))
    last = len(known) - 1

    def draw(figure: Figure, variant: Variant) -> None:
        px = size(variant)
        widest = width_of(max((upper.text(v) for v in a), key=len), px - 1)
        right = max(width_of(line.name, px) for line in (upper, lower)) + 14
        ax = room(figure, 278, widest / 2 + 2, right, top=26, bottom=48)
        x = np.arange(len(known))
        ax.set_xlim(0, max(last, 0.5))
        pad = (a.max() - b.min()) * 0.16 or 1
        ax.set_ylim(b.min() - pad, a.max() + pad)
        bare(ax, x=False)
        ax.yaxis.set_visible(False)
        ax.fill_between(x, a, b, color=theme.BAND, linewidth=0)
        ax.plot(x, a, color=theme.LAST, lw=2, marker="o", ms=5, clip_on=False)
        ax.plot(x, b, color=theme.THIS, lw=2.4, marker="o", ms=5, clip_on=False)
        for values, line, up, colour in ((a, upper, 1, theme.MUTED), (b, lower, -1, theme.THIS)):
            room_px = figure.get_figwidth() * 72 * ax.get_position().width / max(last, 1)
            every = max(1, int(-(-(widest + 8) // room_px)))
            for i in range(last, -1, -every):
                say(
                    ax,
                    line.text(values[i]),
                    (i, values[i]),
                    (0, 8 * up),
                    px=px - 1,
                    colour=colour,
                    ha="center",
                    va="bottom" if up > 0 else "top",
                    bold=i == last,
                )
            say(ax, line.name, (last, values[last]), (10, 0), px=px, colour=colour, bold=True)
            ax.plot(
                last, values[last], "o", color=theme.LAST if up > 0 else colour, ms=8, clip_on=False, zorder=4
            )
        ax.plot([last, last], [b[last], a[last]], color=theme.MUTED, lw=1, dashes=(2, 3), clip_on=False)
        text = f"{gap_name} {formats.count(a[last] - b[last])}"
        say(
            ax,
            text,
            (last, (a[last] + b[last]) / 2),
            (-8, 0) if last else (8, 0),
            px=px - 1,
            colour=theme.MUTED,
            ha="right" if last else "left",
        )
        ax.tick_params(labelsize=px - 1, labelcolor=theme.MUTED, pad=6)
        months(ax, list(known["month"]), px - 1, lang)

    alt = [
        f"{formats.month(r['month'], lang)} {upper.name} {upper.text(r[upper.column])} {lower.name} "
        f"{lower.text(r[lower.column])} {gap_name} {formats.count(r[upper.column] - r[lower.column])}"
        for r in known.to_dict("records")
    ]
    return exhibit.chart(
        draw,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=joined(alt, lang),
        data=known,
        lang=lang,
        form={"kind": "gap", "lines": [asdict(upper), asdict(lower)], "gap": gap_name},
        mail=mail,
    )

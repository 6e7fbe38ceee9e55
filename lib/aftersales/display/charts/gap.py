"""Two lines and what lies between them."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from aftersales.contract import formats
from aftersales.display import exhibit, svg, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, joined, nothing, size
from aftersales.display.charts.plot import Plot, over
from aftersales.display.charts.trends import Line, trend
from aftersales.display.exhibit import WIDTHS, Exhibit
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

    def draw(variant: Variant) -> str:
        px = size(variant)
        widest = width_of(max((upper.text(v) for v in a), key=len), px - 1)
        right = max(width_of(line.name, px) for line in (upper, lower)) + 14
        pad = (a.max() - b.min()) * 0.16 or 1
        left = widest / 2 + 2
        down = (a.max() + pad, b.min() - pad)
        plot = Plot(left, 26, WIDTHS[variant] - left - right, 204, (0, max(last, 0.5)), down)
        parts = plot.band(b, a, theme.BAND)
        parts.append(svg.line([plot.at(last, b[last]), plot.at(last, a[last])], theme.MUTED, 1, "2 3"))
        parts += plot.line(a, theme.LAST, 2, radius=3)
        parts += plot.line(b, theme.THIS, 2.4, radius=3)
        every = max(1, int(-(-(widest + 8) // (plot.width / max(last, 1)))))
        for values, line, up, colour in ((a, upper, True, theme.MUTED), (b, lower, False, theme.THIS)):
            parts.append(svg.dot(*plot.at(last, values[last]), 4.5, theme.LAST if up else colour))
            for i in range(last, -1, -every):
                x, y = plot.at(i, values[i])
                text = line.text(values[i])
                parts.append(over(text, x, y, up, px - 1, colour, bold=i == last))
            at = plot.at(last, values[last])
            parts.append(svg.words(line.name, at[0] + 10, at[1], px, colour, bold=True))
        text = f"{gap_name} {formats.count(a[last] - b[last])}"
        x, y = plot.at(last, (a[last] + b[last]) / 2)
        parts.append(
            svg.words(
                text, x - 8 if last else x + 8, y, px - 1, theme.MUTED, anchor="end" if last else "start"
            )
        )
        parts += plot.months(list(known["month"]), px - 1, lang)
        return svg.document(WIDTHS[variant], plot.foot + 48, parts)

    alt = [
        f"{formats.month(r['month'], lang)} {upper.name} {upper.text(r[upper.column])} {lower.name} "
        f"{lower.text(r[lower.column])} {gap_name} {formats.count(r[upper.column] - r[lower.column])}"
        for r in known.to_dict("records")
    ]
    return exhibit.picture(
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

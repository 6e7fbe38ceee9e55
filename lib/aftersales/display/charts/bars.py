"""Sorted bars: counts by cause, scores by section."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.statistics import FEW
from aftersales.display import exhibit, svg, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import Variant, gutter, joined, nothing, size
from aftersales.display.charts.plot import Plot
from aftersales.display.exhibit import WIDTHS, Exhibit
from aftersales.display.svg import width_of

# Of more bars than this the three longest stand out, of fewer the longest.
_MANY = 6


@cached
def bars(
    frame: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    lang: str,
    id: str,
    note: str = "",
    mail: bool = False,
    spark: Sequence[str] = (),
    last: str | None = None,
    strong: int | None = None,
    digits: int = 0,
    limit: float | None = None,
    full: float | None = None,
) -> Exhibit:
    """Horizontal bars with their value and share, in the order given.

    Parameters
    ----------
    frame : DataFrame
        ``label``, ``value`` and, where there is one, ``share`` (not printed of few cases); `spark` names
        columns drawn as small bars at the right. Where it has ``weight``, a bar is as thick as its row
        weighs, so that its area is what it counts for.
    last
        Label of the row that goes last and grey, whatever its value (其他).
    strong
        How many bars stand out; None for the longest, or the three longest of many.
    limit
        A value to mark with a line, on the scale of ``value``.
    full
        What a bar could reach: drawn as a pale track behind each, and the lowest stand out instead.
    """
    rows = frame.dropna(subset=["value"]).reset_index(drop=True)
    if rows.empty or not rows["value"].abs().sum():
        return nothing(id, lang)
    if last is not None:
        rows = pd.concat([rows[rows["label"] != last], rows[rows["label"] == last]], ignore_index=True)
    shares = "share" in rows and rows["share"].notna().any() and rows["value"].sum() >= FEW
    colours = _colours(rows, last, strong, full)

    def draw(variant: Variant) -> str:
        px, wide = size(variant), variant == "wide"
        left = gutter(rows["label"], px, 230 if wide else 124)
        printed = [formats.number(v, digits) for v in rows["value"]]
        after = max(width_of(t, px) for t in printed) + (62 if shares else 12)
        sparks = (64 if wide else 48) if spark else 0
        step = (32 if wide else 34) if len(rows) <= 14 else 26
        top = 24 if spark else 4
        across = (0, full or max(rows["value"].max(), limit or 0))
        room = WIDTHS[variant] - left - sparks - after
        plot = Plot(left, top, room, step * len(rows), across, (-0.5, len(rows) - 0.5))
        thick = [0.68] * len(rows)
        if "weight" in rows and rows["weight"].notna().all() and rows["weight"].max() > 0:
            thick = (0.12 + 0.7 * rows["weight"].astype(float) / rows["weight"].max()).tolist()
        parts = [plot.bar(0, full, y, thick[y], theme.BAND) for y in range(len(rows)) if full]
        parts += [plot.bar(0, v, y, thick[y], colours[y]) for y, v in enumerate(rows["value"])]
        if limit is not None:
            parts.append(plot.upright(limit, theme.TARGET, 1.6))
        for y, (value, text) in enumerate(zip(rows["value"], printed, strict=True)):
            at = plot.x(full or value) + 6
            parts.append(svg.words(text, at, plot.y(y), px, bold=True))
            if shares and pd.notna(share := rows["share"][y]):
                beside = at + 7 + width_of(text, px)
                parts.append(svg.words(formats.percent(share), beside, plot.y(y), px - 1, theme.MUTED))
        parts += plot.names(rows["label"], px)
        if spark:
            parts += _sparks(plot, rows, spark, last, WIDTHS[variant], sparks, px, lang)
        return svg.document(WIDTHS[variant], plot.foot + 4, parts)

    alt = [
        f"{r['label']} {formats.number(r['value'], digits)}"
        + (f" ({formats.percent(r['share'])})" if shares and r["share"] == r["share"] else "")
        for r in rows.to_dict("records")
    ]
    return exhibit.picture(
        draw,
        id=id,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=joined(alt, lang),
        data=rows,
        lang=lang,
        form={
            "kind": "bars",
            "digits": digits,
            "shares": bool(shares),
            "full": full,
            "limit": limit,
            "colours": colours,
        },
        mail=mail,
    )


def _colours(rows: pd.DataFrame, last: str | None, strong: int | None, full: float | None) -> list[str]:
    ranked = rows.loc[rows["label"] != last, "value"].astype(float)
    if strong is None and len(ranked):
        end = ranked.min() if full else ranked.nlargest(3 if len(ranked) > _MANY else 1).min()
        first = ranked <= end if full else ranked >= end
    else:
        first = pd.Series(ranked.index < (strong or 0), ranked.index)
    return [
        theme.NATION if t == last else theme.THIS if first.get(i, False) else theme.LAST
        for i, t in enumerate(rows["label"])
    ]


def _sparks(
    plot: Plot,
    rows: pd.DataFrame,
    spark: Sequence[str],
    last: str | None,
    right: float,
    span: float,
    px: float,
    lang: str,
) -> list[str]:
    """Small bars a row, the weeks of the month; all rows on one scale."""
    top = max(float(rows[list(spark)].max().max()), 1)
    week, row = span / len(spark), plot.height / len(rows)
    parts = []
    for y, values in enumerate(rows[list(spark)].to_numpy(float)):
        floor = plot.y(y + 0.36)
        colour = theme.NATION if rows["label"][y] == last else theme.LAST
        parts.append(svg.line([(right - span + 2, floor), (right - 2, floor)], theme.GRID))
        for n, value in enumerate(values):
            if value > 0:
                high = 0.76 * value / top * row
                left = right - span + (n + 0.13) * week
                parts.append(svg.rect(left, floor - high, 0.74 * week, high, colour))
    head = "第1–4周" if lang == "zh" else "Weeks 1–4"
    parts.append(svg.words(head, right, plot.top - 4, px - 1, theme.MUTED, anchor="end", stands="above"))
    return parts

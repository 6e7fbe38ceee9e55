"""Sorted bars: counts by cause, scores by section."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aftersales.contract import formats
from aftersales.contract.statistics import FEW
from aftersales.display import exhibit, theme
from aftersales.display.charts.cached import cached
from aftersales.display.charts.frame import (
    Variant,
    bare,
    gutter,
    joined,
    names,
    nothing,
    room,
    say,
    size,
)
from aftersales.display.exhibit import Exhibit
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

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        left = gutter(rows["label"], px, 230 if wide else 124)
        printed = [formats.number(v, digits) for v in rows["value"]]
        after = max(width_of(t, px) for t in printed) + (62 if shares else 12)
        sparks = (64 if wide else 48) if spark else 0
        right = sparks + after
        step = (32 if wide else 34) if len(rows) <= 14 else 26
        ax = room(
            figure, step * len(rows) + (28 if spark else 8), left, right, top=24 if spark else 4, bottom=4
        )
        ax.set_xlim(0, full or max(rows["value"].max(), limit or 0))
        ax.set_ylim(len(rows) - 0.5, -0.5)
        bare(ax, x=False)
        ax.xaxis.set_visible(False)
        thick = 0.68
        if "weight" in rows and rows["weight"].notna().all() and rows["weight"].max() > 0:
            thick = 0.12 + 0.7 * rows["weight"].astype(float) / rows["weight"].max()
        if full:
            ax.barh(range(len(rows)), full, height=thick, color=theme.BAND, linewidth=0)
        ax.barh(range(len(rows)), rows["value"], height=thick, color=colours, linewidth=0)
        if limit is not None:
            ax.axvline(limit, color=theme.TARGET, linewidth=1.6)
        for y, row in rows.iterrows():
            say(ax, printed[y], (full or row["value"], y), (6, 0), px=px, bold=True)
            if shares and row["share"] == row["share"]:
                beside = 13 + width_of(printed[y], px)
                text = formats.percent(row["share"])
                say(ax, text, (full or row["value"], y), (beside, 0), px=px - 1, colour=theme.MUTED)
        names(ax, rows["label"], px, left)
        if spark:
            _sparks(ax, rows, spark, last, right, sparks, px, lang)

    alt = [
        f"{r['label']} {formats.number(r['value'], digits)}"
        + (f" ({formats.percent(r['share'])})" if shares and r["share"] == r["share"] else "")
        for r in rows.to_dict("records")
    ]
    return exhibit.chart(
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
    ax: Axes,
    rows: pd.DataFrame,
    spark: Sequence[str],
    last: str | None,
    right: float,
    span: float,
    px: float,
    lang: str,
) -> None:
    """Small bars a row, the weeks of the month; all rows on one scale."""
    figure, box = ax.figure, ax.get_position()
    width = figure.bbox.width
    beside = figure.add_axes((1 - span / width, box.y0, span / width, box.height))
    beside.set_xlim(0, len(spark))
    beside.set_ylim(*ax.get_ylim())
    beside.axis("off")
    top = max(float(rows[list(spark)].max().max()), 1)
    for y, row in rows.iterrows():
        high = [0.76 * float(row[name] or 0) / top for name in spark]
        where = [i + 0.5 for i in range(len(spark))]
        colour = theme.NATION if row["label"] == last else theme.LAST
        beside.bar(where, [-h for h in high], bottom=y + 0.36, width=0.74, color=colour, linewidth=0)
        beside.plot([0.13, len(spark) - 0.13], [y + 0.37] * 2, color=theme.GRID, linewidth=1, zorder=0)
    head = "第1–4周" if lang == "zh" else "Weeks 1–4"
    say(
        beside,
        head,
        (1, 1),
        (0, 4),
        px=px - 1,
        colour=theme.MUTED,
        ha="right",
        va="bottom",
        coords="axes fraction",
    )

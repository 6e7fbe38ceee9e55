"""Bars: counts by cause, a bridge from one count to another, a waterfall of contributions."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from aftersales import exhibit, formats, theme
from aftersales.charts.frame import Variant, bare, fit, room, size, width_of
from aftersales.exhibit import Exhibit


def bars(
    frame: pd.DataFrame, *, title: str, subtitle: str, lang: str, id: str, note: str = "", mail: bool = False,
    spark: Sequence[str] = (), last: str | None = None, strong: int = 3, digits: int = 0, limit: float | None = None,
) -> Exhibit:  # fmt: skip
    """Sorted horizontal bars with their value and share.

    Parameters
    ----------
    frame : DataFrame
        ``label``, ``value`` and, where there is one, ``share``; `spark` names columns drawn as small bars at the right.
    last
        Label of the row that goes last and grey, whatever its value (其他).
    strong
        How many bars stand out.
    limit
        A value to mark with a line, on the scale of ``value``.
    """
    rows = frame.dropna(subset=["value"]).reset_index(drop=True)
    if rows.empty or not rows["value"].abs().sum():
        return exhibit.empty(_nothing(lang), id=id, lang=lang, title=title)
    if last is not None:
        rows = pd.concat([rows[rows["label"] != last], rows[rows["label"] == last]], ignore_index=True)

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        longest = max(width_of(t, px) for t in rows["label"])
        left = min(longest + 14, 210 if wide else 120)
        sparks = (62 if wide else 46) if spark else 0
        right = sparks + (104 if "share" in rows else 60)
        step = 30 if wide else 34
        ax = room(
            figure, step * len(rows) + (26 if spark else 10), left, right, top=22 if spark else 4, bottom=4
        )
        top = max(rows["value"].max(), limit or 0)
        ax.set_xlim(0, top)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        bare(ax, x=False)
        ax.set_xticks([])
        colours = [
            theme.GRID if t == last else theme.THIS if i < strong else theme.LAST
            for i, t in enumerate(rows["label"])
        ]
        ax.barh(range(len(rows)), rows["value"], height=0.68, color=colours, linewidth=0)
        if limit is not None:
            ax.axvline(limit, color=theme.TARGET, linewidth=1.6)
        for y, row in rows.iterrows():
            # black on the bar's end; the share beside it, lighter
            number = formats.number(row["value"], digits)
            ax.annotate(
                number,
                (row["value"], y),
                (6, 0),
                textcoords="offset points",
                va="center",
                fontsize=px,
                weight="bold",
                color=theme.INK,
            )
            if "share" in rows and row["share"] == row["share"]:
                ax.annotate(
                    f"{row['share'] * 100:.1f}%",
                    (row["value"], y),
                    (14 + width_of(number, px), 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=px - 1,
                    color=theme.MUTED,
                )
        ax.set_yticks(range(len(rows)), [fit(t, px, left - 14) for t in rows["label"]], fontsize=px)
        if spark:
            _sparks(ax, rows, spark, last, right, sparks, px, lang)

    share = "share" in rows
    alt = _join(
        [
            f"{r['label']} {formats.number(r['value'], digits)}"
            + (f" ({r['share'] * 100:.1f}%)" if share and r["share"] == r["share"] else "")
            for r in rows.to_dict("records")
        ],
        lang,
    )
    return exhibit.chart(
        draw, id=id, title=title, subtitle=subtitle, note=note, alt=alt, data=rows, lang=lang, mail=mail
    )


def _sparks(ax, rows, spark, last, right, room_px, px, lang) -> None:
    """Four small bars a row: the weeks of the month, all rows on one scale."""
    top = max(rows[list(spark)].to_numpy().max(), 1)
    inch = ax.figure.get_figwidth() * 72 * ax.get_position().width
    scale = ax.get_xlim()[1] / inch
    slot = room_px / len(spark)
    for y, row in rows.iterrows():
        for i, name in enumerate(spark):
            x = (inch + right - room_px + i * slot) * scale
            high = 0.72 * row[name] / top
            ax.bar(
                x,
                -high,
                bottom=y + 0.36,
                width=slot * 0.72 * scale,
                align="edge",
                color=theme.LAST if row["label"] != last else theme.NATION,
                clip_on=False,
                linewidth=0,
            )
    ax.annotate(
        "第1–4周" if lang == "zh" else "Weeks 1–4",
        (0, 1),
        (inch + right - room_px / 2, 4),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=px - 2,
        color=theme.MUTED,
    )


def bridge(
    frame: pd.DataFrame, *, title: str, subtitle: str, lang: str, id: str, note: str = "", mail: bool = False
) -> Exhibit:
    """From a count to another, step by step.

    Parameters
    ----------
    frame : DataFrame
        ``label``, ``value`` and ``kind``: ``total`` starts at zero, ``minus`` is taken off what is left.
    """
    rows = frame.dropna(subset=["value"]).reset_index(drop=True)
    if rows.empty or not rows["value"].abs().sum():
        return exhibit.empty(_nothing(lang), id=id, lang=lang, title=title)

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        left = min(max(width_of(t, px) for t in rows["label"]) + 14, 210 if wide else 130)
        ax = room(figure, (32 if wide else 36) * len(rows) + 10, left, 64, top=4, bottom=4)
        ax.set_xlim(0, rows["value"].max())
        ax.set_ylim(len(rows) - 0.4, -0.6)
        bare(ax, x=False)
        ax.set_xticks([])
        level = 0.0
        for y, row in rows.iterrows():
            total = row["kind"] == "total"
            start = 0 if total else level - row["value"]
            final = total and y == len(rows) - 1
            ax.barh(
                y,
                row["value"],
                left=start,
                height=0.66,
                color=theme.THIS if final else theme.LAST if total else theme.GRID,
                linewidth=0,
            )
            end = row["value"] if total else level
            level = row["value"] if total else start
            text = f"{row['value']:,.0f}" if total else f"−{row['value']:,.0f}"
            ax.annotate(
                text,
                (end, y),
                (6, 0),
                textcoords="offset points",
                va="center",
                fontsize=px,
                weight="bold" if total else "normal",
                color=theme.INK if total else theme.MUTED,
            )
            if y < len(rows) - 1:
                ax.plot([level, level], [y + 0.33, y + 0.67], color=theme.MUTED, linewidth=1)
        ax.set_yticks(range(len(rows)), [fit(t, px, left - 14) for t in rows["label"]], fontsize=px)

    alt = _join(
        [
            f"{r['label']} {'' if r['kind'] == 'total' else '−'}{r['value']:,.0f}"
            for r in rows.to_dict("records")
        ],
        lang,
    )
    return exhibit.chart(
        draw, id=id, title=title, subtitle=subtitle, note=note, alt=alt, data=rows, lang=lang, mail=mail
    )


def waterfall(
    frame: pd.DataFrame, *, title: str, subtitle: str, lang: str, id: str, note: str = "", mail: bool = False
) -> Exhibit:
    """Contributions that add up to a change, largest first.

    Parameters
    ----------
    frame : DataFrame
        ``label``, ``value``; the sum is drawn as the last bar.
    """
    rows = (
        frame.dropna(subset=["value"])
        .sort_values("value", ascending=False, kind="stable")
        .reset_index(drop=True)
    )
    if rows.empty:
        return exhibit.empty(_nothing(lang), id=id, lang=lang, title=title)
    whole = "合计" if lang == "zh" else "Total"

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        left, right = (210, 64) if wide else (118, 52)
        ax = room(figure, (28 if wide else 36) * (len(rows) + 1) + 10, left, right, top=4, bottom=4)
        ends = rows["value"].cumsum()
        low, high = min(0, ends.min()), max(0, ends.max())
        pad = (high - low) * 0.02 or 0.1
        ax.set_xlim(low - pad, high + pad)
        ax.set_ylim(len(rows) + 0.6, -0.6)
        bare(ax, x=False)
        ax.set_xticks([])
        ax.axvline(0, color=theme.MUTED, linewidth=1)
        level = 0.0
        for y, value in enumerate(rows["value"]):
            ax.barh(
                y,
                value,
                left=level,
                height=0.62,
                color=theme.THIS if value >= 0 else theme.WORSE,
                linewidth=0,
            )
            level += value
            ax.plot([level, level], [y + 0.31, y + 0.69], color=theme.MUTED, linewidth=1)
        ax.barh(len(rows), level, height=0.62, color=theme.INK, linewidth=0)
        for y, value in enumerate([*rows["value"], level]):
            ax.annotate(
                _signed(value),
                (1, y),
                (right - 4, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=px,
                weight="bold",
                color=theme.WORSE if value < 0 else theme.INK,
            )
        ax.set_yticks(
            range(len(rows) + 1), [fit(t, px, left - 14) for t in [*rows["label"], whole]], fontsize=px
        )

    alt = _join(
        [f"{r['label']} {_signed(r['value'])}" for r in rows.to_dict("records")]
        + [f"{whole} {_signed(rows['value'].sum())}"],
        lang,
    )
    return exhibit.chart(
        draw, id=id, title=title, subtitle=subtitle, note=note, alt=alt, data=rows, lang=lang, mail=mail
    )


def _signed(value: float) -> str:
    text = formats.number(abs(value), 2)
    return text if float(text) == 0 else f"{'+' if value > 0 else '−'}{text}"


def _join(parts: list[str], lang: str) -> str:
    return ("；" if lang == "zh" else "; ").join(parts) + ("。" if lang == "zh" else ".")


def _nothing(lang: str) -> str:
    return "本月没有可画的数据。" if lang == "zh" else "There is nothing to draw for this month."

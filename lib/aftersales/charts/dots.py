"""Dot plots: last month to this month, with the benchmarks as ticks."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from aftersales import exhibit, theme
from aftersales.charts.frame import Variant, bare, fit, room, size
from aftersales.exhibit import Exhibit

_HEADS = {"zh": ("全国", "分中心", "上月", "本月"), "en": ("Nation", "Branch", "Last", "This")}


def dot_plot(
    frame: pd.DataFrame, *, title: str, subtitle: str, lang: str, id: str, note: str = "", mail: bool = False
) -> Exhibit:
    """Scores last month and this, ticks for branch and nation, highest first.

    Parameters
    ----------
    frame : DataFrame
        ``label``, ``previous``, ``current`` and, where they are known, ``branch`` and ``national``.
    """
    known = (
        frame.dropna(subset=["current"])
        .sort_values("current", ascending=False, kind="stable")
        .reset_index(drop=True)
    )
    scores = [c for c in ("previous", "current", "branch", "national") if c in known]
    known[scores] = known[scores].astype(float)  # None among the numbers becomes NaN
    if known.empty:
        return exhibit.empty(_nothing(lang), id=id, lang=lang, title=title)
    benchmarks = [c for c in ("branch", "national") if c in known and known[c].notna().any()]

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        step, left, right = (34, 210, 110) if wide else (40, 118, 84)
        height = step * len(known) + 56
        ax = room(figure, height, left, right, top=28)
        values = known[["previous", "current", *benchmarks]].to_numpy(dtype=float)
        low, high = pd.Series(values.ravel()).min(), pd.Series(values.ravel()).max()
        pad = max((high - low) * 0.05, 0.5)
        ax.set_xlim(low - pad, high + pad)
        ax.set_ylim(len(known) - 0.4, -0.6)
        bare(ax)
        ax.xaxis.set_major_locator(MaxNLocator(7 if wide else 4, steps=[1, 2, 5, 10]))
        ax.tick_params(axis="x", labelsize=px - 1)
        for y, row in known.iterrows():
            fell = row["previous"] == row["previous"] and row["current"] < row["previous"]
            colour = theme.WORSE if fell else theme.THIS
            for name, tint, reach, weight in (
                ("national", theme.NATION, 0.17, 1.6),
                ("branch", theme.TARGET, 0.24, 2.6),
            ):
                if name in benchmarks and row[name] == row[name]:
                    ax.plot(
                        [row[name]] * 2,
                        [y - reach, y + reach],
                        color=tint,
                        linewidth=weight,
                        solid_capstyle="butt",
                        zorder=2,
                    )
            if row["previous"] == row["previous"]:
                ax.plot(
                    [row["previous"], row["current"]],
                    [y, y],
                    color=colour,
                    alpha=0.45,
                    linewidth=3,
                    zorder=3,
                    solid_capstyle="butt",
                )
                ax.plot(
                    row["previous"],
                    y,
                    "o",
                    markersize=7.5,
                    markerfacecolor=theme.PAPER,
                    markeredgecolor=theme.LAST,
                    markeredgewidth=1.8,
                    zorder=4,
                )
            ax.plot(row["current"], y, "o", markersize=9, color=colour, zorder=5)
            ax.annotate(
                f"{row['current']:.1f}",
                (1, y),
                (right - (62 if wide else 52), 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="right",
                va="center",
                color=colour,
                fontsize=px,
                weight="bold",
            )
            ax.annotate(
                _change(row["previous"], row["current"]),
                (1, y),
                (right - 2, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="right",
                va="center",
                color=theme.MUTED,
                fontsize=px - 1,
            )
        ax.set_yticks(range(len(known)), [fit(t, px, left - 22) for t in known["label"]], fontsize=px)
        ax.tick_params(axis="y", pad=10)
        _heads(ax, known.iloc[0], benchmarks, lang, px)

    names = _HEADS[lang]
    alt = _alt(
        known, {"current": names[3], "previous": names[2], "branch": names[1], "national": names[0]}, lang
    )
    return exhibit.chart(
        draw, id=id, title=title, subtitle=subtitle, note=note, alt=alt, data=known, lang=lang, mail=mail
    )


def _heads(ax, row, benchmarks, lang, px) -> None:
    """The marks of the first row say what they are; names that would touch are moved apart."""
    from aftersales.charts.frame import apart, width_of

    nation, branch, last, this = _HEADS[lang]
    named = [
        (row["previous"], last, theme.LAST),
        (row["current"], this, theme.WORSE if row["current"] < row["previous"] else theme.THIS),
    ]
    named += [(row["branch"], branch, theme.TARGET)] if "branch" in benchmarks else []
    named += [(row["national"], nation, theme.NATION)] if "national" in benchmarks else []
    named = [n for n in named if n[0] == n[0]]
    low, high = ax.get_xlim()
    inch = ax.figure.get_figwidth() * 72 * ax.get_position().width
    places = [(x - low) / (high - low) * inch for x, *_ in named]
    widest = max(width_of(text, px - 1) for _, text, _ in named) + 8
    for place, (_, text, colour) in zip(apart(places, widest), named, strict=True):
        ax.annotate(
            text,
            (0, 1),
            (place, 5),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=colour,
            fontsize=px - 1,
            weight="bold",
        )


def pairs(
    frame: pd.DataFrame, *, title: str, subtitle: str, lang: str, id: str, note: str = "", mail: bool = False
) -> Exhibit:
    """Scores last month and this in the order given (``label``, ``previous``, ``current``)."""
    return dot_plot(
        frame[["label", "previous", "current"]],
        title=title,
        subtitle=subtitle,
        lang=lang,
        id=id,
        note=note,
        mail=mail,
    )


def _change(previous: float, current: float) -> str:
    change = round(current - previous, 1) if previous == previous else None
    if change is None:
        return ""
    return "–" if change == 0 else f"{'▲' if change > 0 else '▼'} {abs(change):.1f}"


def _alt(frame: pd.DataFrame, names: Mapping[str, str], lang: str) -> str:
    """Every row with its numbers."""
    stop, comma = ("；", "，") if lang == "zh" else ("; ", ", ")
    rows = []
    for row in frame.to_dict("records"):
        known = [f"{names[c]} {row[c]:.1f}" for c in names if c in row and row[c] == row[c]]
        rows.append(f"{row['label']}{' ' if lang == 'zh' else ': '}{comma.join(known)}")
    return stop.join(rows) + ("。" if lang == "zh" else ".")


def _nothing(lang: str) -> str:
    return "本月没有可画的数据。" if lang == "zh" else "There is nothing to draw for this month."

"""Points: a funnel of people against chance, weight against gap, cases by hours."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from aftersales import exhibit, theme
from aftersales.charts.bars import _join, _nothing
from aftersales.charts.frame import Variant, bare, room, size, width_of
from aftersales.exhibit import Exhibit

# So many points are named at the most; of more, those outside the limits and the extremes.
NAMED = 14


def funnel(
    frame: pd.DataFrame, limits: pd.DataFrame, centre: float, *, title: str, subtitle: str, lang: str, id: str,
    x_name: str, centre_name: str, note: str = "", mail: bool = False,
) -> Exhibit:  # fmt: skip
    """Rates of people against the limits of chance round the store's rate.

    Parameters
    ----------
    frame : DataFrame
        ``label``, ``volume``, ``rate`` and ``outside`` (None, ``"95"`` or ``"99.8"``).
    limits : DataFrame
        ``volume``, ``lower_95``, ``upper_95``, ``lower_998``, ``upper_998``.
    """
    points = frame.dropna(subset=["rate"]).reset_index(drop=True)
    if points.empty or limits.empty:
        return exhibit.empty(_nothing(lang), id=id, lang=lang, title=title)

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        ax = room(figure, 340 if wide else 320, 56, 44, top=10, bottom=50)
        x = limits["volume"]
        ax.fill_between(x, limits["lower_998"], limits["upper_998"], color=theme.BAND, linewidth=0)
        ax.fill_between(x, limits["lower_95"], limits["upper_95"], color=theme.GRID, linewidth=0)
        ax.axhline(centre, color=theme.MUTED, linewidth=1.2, dashes=(4, 3))
        out = points["outside"].notna()
        ax.plot(points.loc[~out, "volume"], points.loc[~out, "rate"], "o", color=theme.THIS, markersize=8)
        ax.plot(points.loc[out, "volume"], points.loc[out, "rate"], "D", color=theme.WORSE, markersize=8)
        bottom = min(limits["lower_998"].min(), points["rate"].min())
        top = max(limits["upper_998"].max(), points["rate"].max())
        ax.set_ylim(
            bottom - 0.04 * (top - bottom), min(top + 0.06 * (top - bottom), 1.0 + 0.03 * (top - bottom))
        )
        ax.set_xlim(x.min(), x.max())
        bare(ax, x=False)
        ax.yaxis.set_major_locator(MaxNLocator(6))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v * 100:g}%" if v <= 1 + 1e-9 else ""))
        ax.xaxis.set_major_locator(MaxNLocator(7 if wide else 4, integer=True))
        ax.tick_params(labelsize=px - 1)
        ax.set_xlabel(x_name, fontsize=px - 1, labelpad=8)
        for name, column in (("95%", "lower_95"), ("99.8%", "lower_998")):
            ax.annotate(
                name,
                (x.iloc[-1], limits[column].iloc[-1]),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize=px - 2,
                color=theme.MUTED,
                annotation_clip=False,
            )
        ax.annotate(
            centre_name,
            (x.iloc[0], centre),
            (4, 4),
            textcoords="offset points",
            va="bottom",
            fontsize=px - 1.5,
            color=theme.MUTED,
        )
        _name(ax, points, px, NAMED if wide else 8)

    alt = _join(
        [f"{r['label']} {r['rate'] * 100:.2f}% ({r['volume']:,.0f})" for r in points.to_dict("records")], lang
    )
    return exhibit.chart(
        draw, id=id, title=title, subtitle=subtitle, note=note, alt=alt, data=points, lang=lang, mail=mail
    )


def _name(ax: Axes, points: pd.DataFrame, px: float, most: int, x: str = "volume", y: str = "rate") -> None:
    """Names beside points, each at the first of several places where it meets no point, name or edge."""
    chosen = points
    if len(points) > most:
        extremes = set(points[y].nsmallest(3).index) | set(points[y].nlargest(1).index)
        outside = set(points.index[points["outside"].notna()]) if "outside" in points else set()
        chosen = points.loc[sorted(extremes | outside)]
    box, figure = ax.get_position(), ax.figure
    w, h = figure.get_figwidth() * 72 * box.width, figure.get_figheight() * 72 * box.height
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    edge = figure.get_figwidth() * 72 * (1 - box.x0) - 2
    at = {i: ((r[x] - x0) / (x1 - x0) * w, (r[y] - y0) / (y1 - y0) * h) for i, r in points.iterrows()}
    taken = [(cx - 5, cy - 5, cx + 5, cy + 5) for cx, cy in at.values()]
    for i, row in chosen.iterrows():
        cx, cy = at[i]
        wide, high = width_of(row["label"], px - 0.5), px + 3
        places = [
            (9, -high / 2),
            (-9 - wide, -high / 2),
            (-wide / 2, 8),
            (-wide / 2, -8 - high),
            (7, 5),
            (7, -5 - high),
            (-7 - wide, 5),
            (-7 - wide, -5 - high),
        ]
        for dx, dy in places:
            spot = (cx + dx, cy + dy, cx + dx + wide, cy + dy + high)
            inside = spot[0] > -2 and spot[2] < edge and spot[1] > 0 and spot[3] < h + 2
            if inside and not any(
                spot[0] < b[2] and spot[2] > b[0] and spot[1] < b[3] and spot[3] > b[1] for b in taken
            ):
                taken.append(spot)
                ax.annotate(
                    row["label"],
                    (0, 0),
                    (spot[0], spot[1] + high / 2),
                    xycoords="axes fraction",
                    textcoords="offset points",
                    va="center",
                    fontsize=px - 0.5,
                    color=theme.INK,
                )
                break


def matrix(
    frame: pd.DataFrame, *, title: str, subtitle: str, lang: str, id: str, x_name: str, y_name: str, note: str = "",
    mail: bool = False, strong: int = 2,
) -> Exhibit:  # fmt: skip
    """Weight against gap (Martilla & James 1977): what is at the right and high is worked on first.

    Parameters
    ----------
    frame : DataFrame
        ``label``, ``x`` (gap to the benchmark), ``y`` (weight), ordered by priority; the first `strong` stand out
        where their gap is above zero.
    """
    points = frame.dropna(subset=["x", "y"]).reset_index(drop=True)
    if points.empty:
        return exhibit.empty(_nothing(lang), id=id, lang=lang, title=title)

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        ax = room(figure, 330, 52, 20, top=12, bottom=50)
        span = points["x"].max() - min(points["x"].min(), 0) or 1
        ax.set_xlim(min(points["x"].min(), 0) - 0.12 * span, max(points["x"].max(), 0) + 0.18 * span)
        ax.set_ylim(0, points["y"].max() * 1.25)
        ax.axvspan(0, ax.get_xlim()[1], color=theme.BAND, linewidth=0)
        ax.axvline(0, color=theme.MUTED, linewidth=1)
        first = (points.index < strong) & (points["x"] > 0)
        ax.plot(points.loc[~first, "x"], points.loc[~first, "y"], "o", color=theme.LAST, markersize=8)
        ax.plot(points.loc[first, "x"], points.loc[first, "y"], "o", color=theme.WORSE, markersize=10)
        bare(ax, x=False)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v * 100:.0f}%"))
        ax.yaxis.set_major_locator(MaxNLocator(5))
        ax.xaxis.set_major_locator(MaxNLocator(7 if wide else 5))
        ax.tick_params(labelsize=px - 1)
        ax.set_xlabel(x_name, fontsize=px - 1, labelpad=8)
        ax.set_title(y_name, loc="left", fontsize=px - 1, color=theme.MUTED, pad=-8, x=0.01, y=1.0)
        _name(ax, points, px, 12, "x", "y")

    alt = _join(
        [
            f"{r['label']} {x_name} {r['x']:.1f} {y_name} {r['y'] * 100:.0f}%".replace("-", "−")
            for r in points.to_dict("records")
        ],
        lang,
    )
    return exhibit.chart(
        draw, id=id, title=title, subtitle=subtitle, note=note, alt=alt, data=points, lang=lang, mail=mail
    )


def strip(
    frame: pd.DataFrame, limit: float, *, title: str, subtitle: str, lang: str, id: str, x_name: str, limit_name: str,
    note: str = "", mail: bool = False,
) -> Exhibit:  # fmt: skip
    """Cases by hours, on one line a group, with the promised hours marked.

    Parameters
    ----------
    frame : DataFrame
        ``label`` (the group), ``hours``, ``open`` (still running at the end of the month).
    """
    points = frame.dropna(subset=["hours"]).reset_index(drop=True)
    if points.empty:
        return exhibit.empty(_nothing(lang), id=id, lang=lang, title=title)
    groups = list(dict.fromkeys(points["label"]))

    def draw(figure: Figure, variant: Variant) -> None:
        px, wide = size(variant), variant == "wide"
        left = min(max(width_of(t, px) for t in groups) + 16, 140)
        ax = room(figure, 44 * len(groups) + 72, left, 24, top=24, bottom=46)
        ax.set_ylim(len(groups) - 0.4, -0.6)
        top = max(points["hours"].max(), limit) * 1.06
        ax.set_xlim(0, top)
        bare(ax)
        ax.axvline(limit, color=theme.TARGET, linewidth=1.8)
        ax.annotate(
            limit_name,
            (limit, 1),
            (4, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=px - 1,
            color=theme.TARGET,
            va="bottom",
        )
        for y, group in enumerate(groups):
            of = points[points["label"] == group].sort_values("hours")
            for n, row in enumerate(of.to_dict("records")):
                late = row["hours"] > limit
                colour = theme.WORSE if late else theme.THIS
                ax.plot(
                    row["hours"],
                    y + 0.16 * ((n % 3) - 1),
                    "o",
                    markersize=8,
                    markerfacecolor=theme.PAPER if row["open"] else colour,
                    markeredgecolor=colour,
                    markeredgewidth=1.8,
                )
        ax.set_yticks(range(len(groups)), groups, fontsize=px)
        ax.xaxis.set_major_locator(MaxNLocator(8 if wide else 4, integer=True))
        ax.tick_params(axis="x", labelsize=px - 1)
        ax.set_xlabel(x_name, fontsize=px - 1, labelpad=8)

    still = "未关闭" if lang == "zh" else "open"
    alt = _join(
        [
            f"{r['label']} {r['hours']:.0f}{' ' + still if r['open'] else ''}"
            for r in points.to_dict("records")
        ],
        lang,
    )
    return exhibit.chart(
        draw, id=id, title=title, subtitle=subtitle, note=note, alt=alt, data=points, lang=lang, mail=mail
    )

"""What a trend is marked with: since when a signal lasts, what happened, Spring Festival, the extremes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.holidays import spring_festival
from aftersales.contract.language import say
from aftersales.display import theme

Events = Sequence[Mapping[str, str]]
# Of fewer known months no highest and lowest is named: each would be one by chance of the few.
_FOR_EXTREMES = 12


@dataclass(frozen=True)
class Marks:
    """The marks of a trend; places are numbers of its months.

    Attributes
    ----------
    since
        Where a sustained signal begins, and its words; None without one.
    colour
        Of the sustained part: whether it is better or worse.
    events
        Where something happened, and what.
    festivals
        Months of Spring Festival.
    extremes
        Where the highest and the lowest value are, and what they are called.
    mean
        The value that the last month is held against; None where it is not judged.
    """

    since: tuple[int, str] | None
    colour: str
    events: list[tuple[int, str]]
    festivals: list[int]
    extremes: list[tuple[int, str]]
    mean: float | None


def find(frame: pd.DataFrame, column: str, lang: str, events: Events = ()) -> Marks:
    """The marks of a frame's months; see `trends.trend` for its columns."""
    months = [str(month) for month in frame["month"]]
    run = [str(r) for r in frame["run"]] if "run" in frame else [""] * len(months)
    start = next((i for i, direction in enumerate(run) if direction), None)
    since = None
    if start is not None:
        month, year = formats.short_month(months[start], lang), months[start][:4]
        earlier = "or_earlier" in frame and bool(frame["or_earlier"].iloc[start])
        zh, en = ("或更早", " or earlier") if earlier else ("", "")
        since = (start, say(lang, f"自{year}年{month}{zh}", f"since {month[:3]} {year}{en}"))
    known = frame[column].astype(float).dropna()
    centre = frame["centre"].astype(float) if "centre" in frame else pd.Series(dtype=float)
    return Marks(
        since,
        theme.TONES.get(run[start], theme.THIS) if start is not None else theme.THIS,
        [(months.index(e["month"]), _event(e, lang)) for e in events if e["month"] in months],
        [i for i, month in enumerate(months) if spring_festival(month)],
        _extremes(known, lang) if len(known) >= _FOR_EXTREMES else [],
        float(centre.iloc[-1]) if len(centre) and centre.notna().iloc[-1] else None,
    )


def _event(event: Mapping[str, str], lang: str) -> str:
    month = formats.month(event["month"], lang)
    return say(lang, f"{month}{event['text']}", f"{event['text']} ({month})")


def _extremes(known: pd.Series, lang: str) -> list[tuple[int, str]]:
    """The highest and the lowest month, each where there is one alone."""
    named = ((known.max(), say(lang, "最高", "highest")), (known.min(), say(lang, "最低", "lowest")))
    return [
        (int(known.index[known == value][0]), word) for value, word in named if (known == value).sum() == 1
    ]


def told(marks: Marks, lang: str) -> list[str]:
    """The marks in words, for the text alternative."""
    named = [text for _, text in marks.events]
    return [marks.since[1], *named] if marks.since else named


def note(marks: Marks, lang: str) -> str:
    """What the vertical lines are, for which a picture has no room."""
    thin = say(lang, f"细竖线：{festival(lang)}", f"Thin lines: {festival(lang)}")
    lines = [thin] if marks.festivals else []
    events = enumerate(marks.events, 1)
    lines += [say(lang, f"虚线{n}：{text}", f"dashed line {n}: {text}") for n, (_, text) in events]
    lines[:1] = [line[:1].upper() + line[1:] for line in lines[:1]]
    return say(lang, "；", "; ").join(lines) + (say(lang, "。", ". ") if lines else "")


def festival(lang: str) -> str:
    """What the month of the lunar new year is called."""
    return say(lang, "春节", "Spring Festival")

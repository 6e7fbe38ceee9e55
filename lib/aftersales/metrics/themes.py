"""What customers suggest, sorted by the keywords of the params (建议主题)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

import pandas as pd

from aftersales.contract.months import as_written, ratio
from aftersales.metrics.internal_css import DISAPPOINTED, suggestions

THEMES = ["theme", "count", "share", "disappointed", "calls"]


def themes_of(text: str, themes: Mapping[str, Sequence[str]]) -> list[str]:
    """The themes of which a text holds a keyword; case and width don't matter.

    >>> themes_of("ＷＩＦＩ太慢，等太久", {"休息区": ["wifi", "空调"], "时间": ["等太久"], "价格": ["贵"]})
    ['休息区', '时间']
    """
    said = _plain(text)
    return [
        name for name, keywords in themes.items() if any(_plain(k) in said for k in keywords if _plain(k))
    ]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", str(text)).casefold().strip()


def table(
    survey_calls: pd.DataFrame | None, month: pd.Period, themes: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """The month's suggestions by theme, most frequent first; the last row (theme None) are those that fit
    none.

    Returns
    -------
    DataFrame
        ``theme``, ``count`` of suggestions, ``share`` of all suggestions (one may have several themes, so
        shares may sum to more than 1), ``disappointed``: those of a disappointed customer, ``calls``: the
        numbers of the calls.
    """
    said = suggestions(survey_calls, month)
    if said.empty:
        return pd.DataFrame(columns=THEMES)
    sad = (said["q1"] <= DISAPPOINTED).tolist()
    of: dict[str | None, list[int]] = {name: [] for name in themes}
    for place, text in enumerate(said["suggestion"].tolist()):
        fitting: list[str | None] = [*themes_of(text, themes)]
        for name in fitting or [None]:
            of.setdefault(name, []).append(place)
    calls = said["call_id"].tolist()
    rows = [
        [name, len(at), ratio(len(at), len(said)), sum(sad[i] for i in at), [calls[i] for i in at]]
        for name, at in of.items()
        if at
    ]
    rows.sort(key=lambda row: (row[0] is None, -row[1]))
    out = pd.DataFrame(rows, columns=THEMES)
    return out.assign(theme=pd.Series([row[0] for row in rows], dtype=object))


as_written(__name__)

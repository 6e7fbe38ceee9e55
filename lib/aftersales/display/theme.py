"""One design: what each colour means, in light and dark, and how seaborn draws with it."""

from __future__ import annotations

from types import ModuleType
from typing import Any, cast

# Text has 4.5 : 1 and more against paper, marks 3 : 1; blue against red-orange survives the common
# colour-vision defects, and status never stands by colour alone.
LIGHT: dict[str, str] = {
    "paper": "#ffffff",
    "ink": "#1b2733",
    "muted": "#5b6773",
    "this": "#0b5cad",
    "last": "#6b8fb5",
    "target": "#a35f00",
    "nation": "#6f7780",
    "worse": "#b3261e",
    "better": "#1a7f5a",
    "grid": "#dfe4e8",
    "band": "#eef1f4",
}
DARK: dict[str, str] = {
    "paper": "#121a21",
    "ink": "#e6ebf0",
    "muted": "#9aa7b3",
    "this": "#5aa7f0",
    "last": "#6d8fb3",
    "target": "#e0a040",
    "nation": "#8b959f",
    "worse": "#f2877f",
    "better": "#5fc79b",
    "grid": "#2a3640",
    "band": "#1b252e",
}
# A drawing's colours as what the page makes of them: it follows light and dark.
CSS_VARIABLES: dict[str, str] = {value: f"var(--{role})" for role, value in LIGHT.items()}

INK, MUTED, THIS, LAST = LIGHT["ink"], LIGHT["muted"], LIGHT["this"], LIGHT["last"]
TARGET, NATION, WORSE, BETTER = LIGHT["target"], LIGHT["nation"], LIGHT["worse"], LIGHT["better"]
GRID, BAND, PAPER = LIGHT["grid"], LIGHT["band"], LIGHT["paper"]
# The one rule of what has a colour: a signal by its direction, a target by whether it is missed beyond
# chance; by the tone or status of a payload, in every form. What is not here has none.
TONE_ROLES: dict[str, str] = {
    "better": "better",
    "worse": "worse",
    "good": "better",
    "bad": "worse",
    "missed": "worse",
    "muted": "muted",
}
TONES: dict[str, str] = {tone: LIGHT[role] for tone, role in TONE_ROLES.items()}


# How drawings of one's own look, in the names of matplotlib.
_SETTINGS: dict[str, Any] = {
    "font.size": 12,
    "axes.unicode_minus": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "aftersales",
    "figure.facecolor": "none",
    "figure.figsize": (720 / 72, 300 / 72),
    "figure.dpi": 72,
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GRID,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "grid.color": GRID,
    "patch.linewidth": 0,
}


def themed_seaborn() -> ModuleType:
    """seaborn for drawings of one's own, with the report's fonts, colours and width.

    What is drawn with it is drawn as SVG, and goes into page, PDF and mail as it is.

    Examples
    --------
    >>> sns = charts.themed_seaborn()  # doctest: +SKIP
    >>> axes = sns.lineplot(x=["1月", "2月", "3月"], y=[0.31, 0.33, 0.36])  # doctest: +SKIP
    """
    from aftersales.contract import lazily
    from aftersales.display import fonts

    lazily.seaborn()
    import seaborn as sns
    from IPython import get_ipython
    from matplotlib import font_manager

    for weight in ("Regular", "Bold"):
        font_manager.fontManager.addfont(str(fonts.path(weight)))
    settings = {**_SETTINGS, "font.family": fonts.FAMILY, "font.sans-serif": [fonts.FAMILY]}
    sns.set_theme(style="white", palette=[THIS, TARGET, LAST, NATION], rc=settings)
    if shell := get_ipython():
        shell.run_line_magic("config", "InlineBackend.figure_formats = ['svg']")
    return cast("ModuleType", sns)

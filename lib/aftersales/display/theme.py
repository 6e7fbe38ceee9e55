"""One design: what each colour means, in light and dark, and how matplotlib draws with it."""

from __future__ import annotations

from functools import cache
from typing import Any

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


@cache
def rc() -> dict[str, Any]:
    """The matplotlib settings of every chart; registers the Chinese fonts once a process."""
    from aftersales.contract import lazily
    from aftersales.display import fonts

    lazily.seaborn()
    import seaborn as sns
    from matplotlib import font_manager

    for weight in ("Regular", "Bold"):
        font_manager.fontManager.addfont(str(fonts.path(weight)))
    return {
        **sns.axes_style("white"),
        "font.family": fonts.FAMILY,
        "font.sans-serif": [fonts.FAMILY],
        "font.size": 12,
        "axes.unicode_minus": True,
        "svg.fonttype": "none",
        "svg.hashsalt": "aftersales",
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "text.color": INK,
        "axes.labelcolor": MUTED,
        "axes.edgecolor": GRID,
        "axes.linewidth": 1,
        "axes.spines.left": False,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": MUTED,
        "ytick.labelcolor": INK,
        "grid.color": GRID,
        "grid.linewidth": 1,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "axes.axisbelow": True,
        "patch.linewidth": 0,
    }

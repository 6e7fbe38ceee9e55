"""Where the Chinese fonts are: Noto Sans CJK SC, shipped by the mpl-font package."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Literal

FAMILY = "Noto Sans CJK SC"
Weight = Literal["Light", "Regular", "Medium", "Bold"]


def folder() -> Path:
    """The folder with the font files, found without importing the package that ships them."""
    spec = find_spec("mpl_font")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("The package mpl-font, which ships the Chinese fonts, is not installed.")
    return Path(next(iter(spec.submodule_search_locations))) / "fonts" / "noto"


def path(weight: Weight = "Regular") -> Path:
    """The OpenType file of one weight."""
    return folder() / f"NotoSansCJKsc-{weight}.otf"

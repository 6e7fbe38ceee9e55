"""What a notebook displays, saved as an Excel workbook: a sheet a frame."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def save(path: str | Path, sheets: Mapping[str, pd.DataFrame]) -> Path:
    """Write frames to a workbook, their headers frozen and their columns wide enough.

    Parameters
    ----------
    path
        ``.xlsx`` is added where it is missing.
    sheets
        Name of a sheet to its frame.

    Returns
    -------
    Path
        Where it was written.
    """
    import pandas as pd

    path = Path(path)
    path = path.resolve() if path.suffix == ".xlsx" else path.resolve().with_name(f"{path.name}.xlsx")
    # what a customer wrote stays a text, whatever it begins with
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": options}) as book:
        for number, (name, frame) in enumerate(sheets.items(), 1):
            sheet = _NOT_IN_NAMES.sub(" ", name).strip()[:_LONGEST_NAME] or f"{number}"
            frame.map(_cell).to_excel(book, sheet_name=sheet, index=False)
            book.sheets[sheet].freeze_panes(1, 0)
            book.sheets[sheet].autofit()
    return path


def _cell(value: Any) -> Any:
    """A list of numbers, which no cell can hold, as text."""
    return str(value) if isinstance(value, (list, tuple, dict, set)) else value

"""A table of the report: names, columns, key, and what of a row is explained.

Each chapter's are declared in `display/tables/<chapter>.py`. Page, paper, workbook, charts, reports made by
hand and `explain` read these records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aftersales.contract.columns import Column, from_figure, guessed
from aftersales.contract.figures import FIGURES, Figure, Unit


@dataclass(frozen=True)
class ReportTable:
    """One table of the report.

    Attributes
    ----------
    zh, en
        What the workbook's sheet is called, and a row's explanation begins with.
    columns
        In the order of the page.
    key, explained
        The column that names a row, and the one whose number `explain` explains; empty where rows are not
        explained.
    unit, formula_zh, formula_en, slide
        Of the number that is explained.
    on_sheet
        It has a sheet of its own in the workbook.
    """

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: str = ""
    explained: str = ""
    unit: Unit = "count"
    formula_zh: str = ""
    formula_en: str = ""
    slide: str = ""
    on_sheet: bool = True

    def label(self, lang: str) -> str:
        """Its name in a language."""
        return self.zh if lang == "zh" else self.en

    def formula(self, lang: str) -> str:
        """How the explained number is computed, in a language."""
        return self.formula_zh if lang == "zh" else self.formula_en

    def column(self, key: str, values: Sequence[Any] = (), figures: Mapping[str, Figure] = FIGURES) -> Column:
        """The column of that key.

        As declared, else as the figure of that name has it, else what its values say.
        """
        own = next((column for column in self.columns if column.key == key), None)
        figure = figures.get(f"{self.name.partition('.')[0]}.{key}")
        return own or (guessed(key, values) if figure is None else from_figure(figure, key))

    @property
    def on_page(self) -> list[Column]:
        """The columns that page and paper show."""
        return [column for column in self.columns if column.on_page]


def records(*tables: ReportTable) -> dict[str, ReportTable]:
    """Tables by their names."""
    return {table.name: table for table in tables}

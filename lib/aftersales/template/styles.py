"""The looks of the template: formats, each made once."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from aftersales.display import theme


class Styles:
    """The formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        """The format with these properties besides font and colour."""
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            base = {
                "font_name": "Microsoft YaHei",
                "font_size": 10,
                "font_color": theme.INK,
                "valign": "vcenter",
            }
            self.made[key] = self.book.add_format(base | properties)
        return self.made[key]


def for_print(page: Worksheet) -> None:
    """A sheet on paper: landscape A4, as wide as the page."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)

"""Drilling: which rows of the tables stand behind a figure, or behind a row of a table of the report."""

from aftersales.drill.figures import of_figure
from aftersales.drill.parts import Parts
from aftersales.drill.rows import TABLES, of_row

__all__ = ["TABLES", "Parts", "of_figure", "of_row"]

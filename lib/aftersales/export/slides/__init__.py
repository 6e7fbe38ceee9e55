"""The report as slides that can be edited: its exhibits as PowerPoint's own charts, tables and texts."""

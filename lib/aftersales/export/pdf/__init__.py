"""The report on paper, set by Typst."""

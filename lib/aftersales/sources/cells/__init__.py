"""From what stands in a cell to a typed value."""

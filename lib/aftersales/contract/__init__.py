"""What the data and the figures are: tables, columns, params, figures, their names and how they print."""

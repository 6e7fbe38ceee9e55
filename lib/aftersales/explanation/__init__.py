"""Where a number comes from: the rows of the tables behind a figure or behind a row of a report table."""

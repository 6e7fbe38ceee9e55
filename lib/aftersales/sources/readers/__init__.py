"""One module a format that records come in: CSV, workbook, Parquet, database."""

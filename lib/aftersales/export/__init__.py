"""The report's formats: page, document, mail and workbook, each made from the executed notebooks."""

"""The report's forms: page, document, mail and workbook, each made from the executed notebooks."""

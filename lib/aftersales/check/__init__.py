"""Saying what is wrong with the records, without making a report."""

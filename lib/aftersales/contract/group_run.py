"""What a group's run leaves in the folder of a month: the file that notes it, its words, the overview."""

NAME = "group.json"
FORMAT = 1
MADE, UNCHANGED, FAILED = "made", "unchanged", "failed"
WITH_REPORT = (MADE, UNCHANGED)
STATES = (*WITH_REPORT, FAILED)
OVERVIEW = ("index.html", "index.pdf", "index.ipynb")

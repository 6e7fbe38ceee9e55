"""Two published reports held against each other."""

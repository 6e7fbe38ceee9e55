"""The report in the mail: the message, its lint, and sending it once."""

"""The reports of a dealer group: every store of a source, on one machine or many, and an overview of them."""
